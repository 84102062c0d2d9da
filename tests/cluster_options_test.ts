import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { Cluster } from "../src/cluster.ts";
import type { ClusterOptions } from "../src/cluster_options.ts";
import { HostInfo, type HostOptions } from "../src/host_info.ts";
import {
  ConsistentHashingRouter,
  PartitionRouter,
} from "../src/topology/mod.ts";

/** Makes a cluster of options that the types do not allow. */
function makeWrongly(options: Record<string, unknown>): Cluster {
  return new Cluster(
    { hosts: {}, ...options } as unknown as ClusterOptions,
  );
}

Deno.test("new Cluster() fills in what its hosts do not say", () => {
  const cluster = new Cluster({
    hosts: { 0: { db: 0 }, 1: { db: 2 }, 2: { db: 4, hostname: "127.0.0.1" } },
    hostDefaults: { password: "pass" },
  });
  assertEquals(cluster.hosts.size, 3);
  const seen = [...cluster.hosts].map(([id, host]) => [
    id,
    host.hostId,
    host.db,
    host.hostname,
    host.port,
    host.password,
  ]);
  assertEquals(seen, [
    [0, 0, 0, "localhost", 6379, "pass"],
    [1, 1, 2, "localhost", 6379, "pass"],
    [2, 2, 4, "127.0.0.1", 6379, "pass"],
  ]);
  assertInstanceOf(cluster.hosts.get(0), HostInfo);
});

Deno.test("new Cluster() takes hosts as a list, with ids or without", () => {
  const hosts = [{ port: 1 }, { hostId: 5, port: 2 }, "redis://a.test:3"];
  const cluster = new Cluster({ hosts });
  assertEquals([...cluster.hosts.values()].map((host) => host.address), [
    "localhost:1",
    "localhost:2",
    "a.test:3",
  ]);
  assertEquals([...cluster.hosts.keys()], [0, 5, 2]);
});

Deno.test("new Cluster() takes hosts as URLs", () => {
  const cluster = new Cluster({
    hosts: {
      0: "redis://:secret@10.0.0.3:6380/1",
      1: "rediss://cache.test",
      2: "unix:/run/redis.sock?db=2",
    },
    hostDefaults: { password: "default", port: 7000 },
  });
  const [first, second, third] = [...cluster.hosts.values()];
  assertEquals([first.address, first.password], ["10.0.0.3:6380/1", "secret"]);
  assertEquals([second.address, second.tls], ["cache.test:7000", true]);
  assertEquals([third.address, third.password], [
    "unix:/run/redis.sock/2",
    "default",
  ]);
});

Deno.test("new Cluster() lets undefined mean the default", () => {
  const cluster = new Cluster({
    hosts: { 0: { port: undefined, db: 1 } },
    hostDefaults: { port: 7000 },
    router: undefined,
    timeout: undefined,
  });
  assertEquals(cluster.hosts.get(0)?.address, "localhost:7000/1");
  assertInstanceOf(cluster.getRouter(), PartitionRouter);
});

Deno.test("new Cluster() does not follow changes of its options", () => {
  const hosts: Record<number, HostOptions> = { 0: {} };
  const hostDefaults: HostOptions = { port: 7000 };
  const cluster = new Cluster({ hosts, hostDefaults });
  hosts[1] = {};
  hostDefaults.port = 1;
  assertEquals(cluster.hosts.size, 1);
  cluster.addHost(1, {});
  assertEquals(cluster.hosts.get(1)?.port, 7000);
});

Deno.test("new Cluster() keeps the router and the time limit it was given", () => {
  const options: ClusterOptions = {
    hosts: [{}, { label: "b" }],
    routerOptions: { hashTags: true },
  };
  const cluster = new Cluster(options);
  options.router = ConsistentHashingRouter;
  options.routerOptions = undefined;
  const router = cluster.getRouter();
  assertInstanceOf(router, PartitionRouter);
  assertEquals(
    router.getHostForKey("{tag}:1"),
    router.getHostForKey("{tag}:2"),
  );
});

Deno.test("Cluster.getRouter() gives a snapshot, which later changes leave as it is", () => {
  const cluster = new Cluster({ hosts: [{}, {}] });
  const before = cluster.getRouter();
  cluster.addHost(2);
  assertEquals([...before.cluster.hosts.keys()], [0, 1]);
  const after = cluster.getRouter();
  assertEquals([...after.cluster.hosts.keys()], [0, 1, 2]);
  cluster.removeHost(2);
  assertEquals([...after.cluster.hosts.keys()], [0, 1, 2]);
});

Deno.test("new Cluster() names the option that is wrong", () => {
  const wrong: [Record<string, unknown>, string][] = [
    [{ hosts: undefined, host: {} }, 'Unknown option "host" of the cluster'],
    [{ hosts: 1 }, 'The option "hosts" of the cluster'],
    [{ router: "ring" }, 'The option "router" of the cluster'],
    [{ timeout: 0 }, 'The option "timeout" of the cluster'],
    [{ timeout: NaN }, 'The option "timeout" of the cluster'],
    [{ signal: {} }, 'The option "signal" of the cluster'],
    [
      { routerOptions: { hashTag: true } },
      'Unknown option "hashTag" of the router',
    ],
    [
      { router: ConsistentHashingRouter, routerOptions: { hashTags: "yes" } },
      'The option "hashTags" of the router',
    ],
    [{ hostDefaults: 1 }, 'The option "hostDefaults" of the cluster'],
    [{ poolOptions: 1 }, 'The option "poolOptions" of the cluster'],
    [{ poolOptions: { max: 1 } }, 'Unknown option "max" of the pool'],
    [
      { poolOptions: { maxConnections: 0 } },
      'The option "maxConnections" of the pool',
    ],
    [{ poolOptions: { protocol: 4 } }, 'The option "protocol" of the pool'],
    [{ poolOptions: { dialTimeout: -1 } }, '"dialTimeout"'],
    [{ poolOptions: { maxRetries: 0.5 } }, '"maxRetries"'],
    [{ hosts: { 0: { port: "1" } } }, 'The option "port" of host 0'],
    [{ hosts: { 0: {} }, hostDefaults: { prot: 1 } }, 'Unknown option "prot"'],
    [{ hosts: [{ hostId: 0 }, { hostId: 0 }] }, "Two hosts share the id 0"],
  ];
  for (const [options, message] of wrong) {
    assertThrows(() => makeWrongly(options), TypeError, message);
  }
});

Deno.test("new Cluster() leaves the options of a router of one's own to it", () => {
  class OwnRouter extends PartitionRouter {}
  makeWrongly({ router: OwnRouter, routerOptions: { replicas: 3 } });
});

Deno.test("new Cluster() refuses what no host can be made of", () => {
  assertThrows(
    () => new Cluster(undefined as unknown as ClusterOptions),
    TypeError,
  );
  assertThrows(() => new Cluster({} as ClusterOptions), TypeError, '"hosts"');
  assertThrows(() => makeWrongly({ hosts: { 0: 6379 } }), TypeError);
  assertThrows(() => makeWrongly({ hosts: { 0: null } }), TypeError);
  assertThrows(() => makeWrongly({ hosts: [undefined] }), TypeError);
  assertThrows(() => makeWrongly({ hosts: { one: {} } }), RangeError);
  assertThrows(() => makeWrongly({ hosts: { "-1": {} } }), RangeError);
});

Deno.test("new Cluster() takes readFrom where hosts are found by the servers", () => {
  for (
    const readFrom of ["primary", "preferReplica", "replica", "any"] as const
  ) {
    new Cluster({ seeds: ["redis://10.0.0.1:7000"], readFrom });
    new Cluster({
      sentinels: { hosts: ["redis://10.0.0.9"] },
      hosts: [{ primaryName: "shard0" }],
      readFrom,
    });
  }
  makeWrongly({ readFrom: "primary" });
  for (const readFrom of ["preferReplica", "replica", "any"]) {
    assertThrows(
      () => makeWrongly({ readFrom }),
      TypeError,
      `Cannot take the option "readFrom" as "${readFrom}": hosts with fixed ` +
        'addresses have no replicas that are known; give "seeds"',
    );
  }
  assertThrows(
    () => makeWrongly({ readFrom: "secondary" }),
    TypeError,
    'The option "readFrom" of the cluster is not "primary" or "preferReplica"',
  );
});
