import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { Cluster, type HostEventDetail } from "../src/cluster.ts";
import type { ClusterOptions } from "../src/cluster_options.ts";
import { BadHostSetupError, ConnectionError } from "../src/errors.ts";
import { HostInfo, type HostOptions } from "../src/host_info.ts";
import {
  ConsistentHashingRouter,
  PartitionRouter,
} from "../src/routers/mod.ts";
import { makeTestCluster, TestSetup } from "../src/testing.ts";
import { ask, countKeys } from "./oracle.ts";

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

Deno.test("new Cluster() names the option that is wrong", () => {
  const wrong: [Record<string, unknown>, string][] = [
    [{ hosts: undefined, host: {} }, 'Unknown option "host" of the cluster'],
    [{ hosts: 1 }, 'The option "hosts" of the cluster'],
    [{ router: "ring" }, 'The option "router" of the cluster'],
    [{ timeout: 0 }, 'The option "timeout" of the cluster'],
    [{ timeout: NaN }, 'The option "timeout" of the cluster'],
    [{ signal: {} }, 'The option "signal" of the cluster'],
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

Deno.test("Cluster.getRouter() is built anew when the hosts change", () => {
  const cluster = new Cluster({ hosts: { 0: { db: 0 } } });
  const router = cluster.getRouter();
  assertStrictEquals(cluster.getRouter(), router);
  assertStrictEquals(router.cluster.hosts, cluster.hosts);
  cluster.addHost(1, { db: 1 });
  const second = cluster.getRouter();
  assertNotStrictEquals(second, router);
  assert(cluster.removeHost(1));
  assertNotStrictEquals(cluster.getRouter(), second);
});

Deno.test("Cluster.getRouter() routes as Python rb does", () => {
  const cluster = new Cluster({ hosts: [{ db: 0 }, { db: 1 }, { db: 2 }] });
  const router = cluster.getRouter();
  assertEquals(["foo", "bar", "baz"].map((key) => router.getHostForKey(key)), [
    1,
    2,
    0,
  ]);
  assertEquals(router.getHostForCommand("INCR", ["foo"]), 1);
  assertEquals(router.getKey("INCR", ["foo"]), "foo");
});

Deno.test("Cluster.getRouter() takes the class and the options it is given", () => {
  const cluster = new Cluster({
    hosts: [{ label: "a" }, { label: "b" }, { label: "c" }],
    router: ConsistentHashingRouter,
    routerOptions: { hashTags: true },
  });
  const router = cluster.getRouter();
  assertInstanceOf(router, ConsistentHashingRouter);
  for (let i = 0; i < 20; i++) {
    assertEquals(router.getHostForKey(`{a}${i}`), router.getHostForKey("a"));
  }
});

Deno.test("Cluster.getRouter() refuses hosts with gaps", async () => {
  const cluster = new Cluster({ hosts: { 1: {} } });
  assertThrows(
    () => cluster.getRouter(),
    BadHostSetupError,
    'Expected host with ID "0"',
  );
  await assertRejects(
    () => cluster.getRoutingClient().get("a"),
    BadHostSetupError,
  );
  await assertRejects(() => cluster.map((m) => m.get("a")), BadHostSetupError);
  await cluster.close();
});

Deno.test("Cluster.addHost() takes an id and options, options or a URL", () => {
  const cluster = new Cluster({ hosts: {}, hostDefaults: { port: 7000 } });
  cluster.addHost(0, { hostname: "a.test" });
  cluster.addHost({ hostId: 1, hostname: "b.test" });
  cluster.addHost(2, "redis://c.test:1/3");
  cluster.addHost(3);
  assertEquals([...cluster.hosts.values()].map((host) => host.address), [
    "a.test:7000",
    "b.test:7000",
    "c.test:1/3",
    "localhost:7000",
  ]);
  assertThrows(() => cluster.addHost(0), TypeError, "Two hosts share the id 0");
  assertThrows(() => cluster.addHost({ port: 1 }), TypeError, "has no id");
  assertThrows(() => cluster.addHost(-1), RangeError);
  assertEquals(cluster.hosts.size, 4);
});

Deno.test("Cluster.addHost() makes commands find the new host", async () => {
  await using setup = await TestSetup.start({ servers: 2, databasesEach: 1 });
  const [first, second] = setup.hosts;
  await using cluster = new Cluster({ hosts: [first] });
  const client = cluster.getRoutingClient();
  await client.set("foo", "old");
  cluster.addHost(second);
  assertEquals(cluster.getRouter().getHostForKey("foo"), 1);
  await client.set("foo", "new");
  assertEquals(await ask(first, "GET foo"), "$3\r\nold");
  assertEquals(await ask(second, "GET foo"), "$3\r\nnew");
});

Deno.test("Cluster.removeHost() finishes what is under way", async () => {
  await using setup = await TestSetup.start({ servers: 2, databasesEach: 1 });
  await using cluster = new Cluster({ hosts: setup.hosts });
  const local = cluster.getLocalClient(1);
  const underWay = local.eval("return 'done'", ["any"], []);
  assert(cluster.removeHost(1));
  assertFalse(cluster.removeHost(1));
  assertEquals(await underWay, "done");
  await assertRejects(() => local.ping(), RangeError, "There is no host 1");
  assertThrows(() => cluster.getPoolForHost(1), RangeError);
  assertEquals(await cluster.getRoutingClient().set("foo", 1), "OK");
  assertEquals(await ask(setup.hosts[0], "GET foo"), "$1\r\n1");
});

Deno.test("Cluster.getPoolForHost() takes an id or a host", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 2 });
  const pool = cluster.getPoolForHost(1);
  assertStrictEquals(cluster.getPoolForHost(cluster.hosts.get(1)!), pool);
  assertEquals([pool.size, pool.idle, pool.leased], [0, 0, 0]);
  await cluster.getLocalClient(1).ping();
  assertEquals([pool.size, pool.idle, pool.leased], [1, 1, 0]);
  assertEquals(cluster.getPoolForHost(0).size, 0);
});

Deno.test("Cluster.getLocalClient() talks to one host, whatever the key", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 4 });
  for (const id of cluster.hosts.keys()) {
    await cluster.getLocalClient(id).set("foo", id);
  }
  for (const [id, host] of cluster.setup.hosts.entries()) {
    assertEquals(await ask(host, "GET foo"), `$1\r\n${id}`);
  }
  assertThrows(() => cluster.getLocalClient(4), RangeError, "no host 4");
});

Deno.test("Cluster.getLocalClientForKey() talks to the host of the key", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 4 });
  await cluster.getRoutingClient().set("foo", "here");
  const local = cluster.getLocalClientForKey("foo");
  assertEquals(await local.get("foo"), "here");
  assertEquals(await local.dbsize(), 1);
});

Deno.test("Cluster.disconnectPools() closes connections, and new ones open", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 2 });
  const client = cluster.getRoutingClient();
  await client.set("foo", 1);
  const id = cluster.getRouter().getHostForKey("foo");
  const pool = cluster.getPoolForHost(id);
  assertEquals(pool.size, 1);
  const underWay = client.get("foo");
  await cluster.disconnectPools();
  assertEquals(await underWay, "1");
  assertEquals(pool.size, 0);
  assertEquals(await client.get("foo"), "1");
  assertEquals(cluster.getPoolForHost(id).size, 1);
});

Deno.test("Cluster.close() drains what is under way", async () => {
  await using setup = await TestSetup.start({ servers: 2, databasesEach: 2 });
  const cluster = new Cluster({ hosts: setup.hosts });
  const client = cluster.getRoutingClient();
  const keys = Array.from({ length: 1_000 }, (_, i) => `key:${i}`);
  const writes = keys.map((key) => client.set(key, key));
  await cluster.close();
  assertEquals(new Set(await Promise.all(writes)), new Set(["OK"]));
  const counts = await Promise.all(setup.hosts.map(countKeys));
  assertEquals(counts.reduce((sum, count) => sum + count), keys.length);
});

Deno.test("Cluster.close() lets a map finish that is under way", async () => {
  await using setup = await TestSetup.start({ servers: 2, databasesEach: 2 });
  const cluster = new Cluster({ hosts: setup.hosts });
  const keys = Array.from({ length: 1_000 }, (_, i) => `key:${i}`);
  const writing = cluster.map((m) => keys.map((key) => m.set(key, key)));
  const single = cluster.getRoutingClient().append("single", "x");
  await cluster.close();
  assertEquals(await single, 1);
  const written = await writing;
  assert(written.every((promise) => promise.value === "OK"));
});

Deno.test("Cluster.close() refuses afterwards, and closes twice", async () => {
  await using setup = await TestSetup.start({ servers: 1, databasesEach: 2 });
  const cluster = new Cluster({ hosts: setup.hosts });
  const client = cluster.getRoutingClient();
  await client.set("foo", 1);
  const closings = [cluster.close(), cluster.close()];
  const refused = await assertRejects(
    () => client.get("foo"),
    ConnectionError,
    "the cluster is closed",
  );
  assertEquals(refused.outcome, "not-sent");
  await Promise.all(closings);
  await cluster.close();
  await assertRejects(() => client.get("foo"), ConnectionError);
  await assertRejects(() => cluster.map((m) => m.get("foo")), ConnectionError);
  await assertRejects(() => cluster.all((c) => c.ping()));
  await assertRejects(() => client.mget("foo", "bar"));
  assertEquals(await ask(setup.hosts[0], "PING"), "+PONG");
});

Deno.test("Cluster.close() of an unused cluster opens nothing", async () => {
  const cluster = new Cluster({ hosts: { 0: { port: 1 } } });
  await cluster.close();
  await using other = new Cluster({ hosts: {} });
  assertEquals(other.hosts.size, 0);
});

Deno.test("Cluster gives everything up when its signal is aborted", async () => {
  await using setup = await TestSetup.start({ servers: 1, databasesEach: 2 });
  const controller = new AbortController();
  await using cluster = new Cluster({
    hosts: setup.hosts,
    signal: controller.signal,
  });
  const client = cluster.getRoutingClient();
  const blocked = client.blpop(30, "list");
  const map = cluster.map((m) => m.blpop(30, "list"));
  setTimeout(() => controller.abort(new Error("Over")), 20);
  await assertRejects(() => blocked, Error, "Over");
  await assertRejects(() => map, Error, "Over");
  await assertRejects(() => client.get("foo"), Error, "Over");
});

Deno.test("Cluster says when a host is down, and when it is back", async () => {
  await using setup = await TestSetup.start({ servers: 1, databasesEach: 1 });
  await using cluster = new Cluster({
    hosts: setup.hosts,
    poolOptions: {
      maxRetries: 0,
      breaker: { threshold: 2, minDelay: 20, maxDelay: 50 },
    },
  });
  const events: string[] = [];
  for (const type of ["down", "up", "reconnect"]) {
    cluster.addEventListener(type, (event) => {
      const { hostId } = (event as CustomEvent<HostEventDetail>).detail;
      events.push(`${type} ${hostId}`);
    });
  }
  const local = cluster.getLocalClient(0);
  await local.ping();
  await setup.servers[0].kill();
  for (let i = 0; i < 3; i++) await local.ping().catch(() => {});
  assert(cluster.getPoolForHost(0).down);
  assertEquals(events, ["down 0"]);
  await setup.servers[0].restart();
  for (let i = 0; i < 200 && cluster.getPoolForHost(0).down; i++) {
    await new Promise((wake) => setTimeout(wake, 10));
  }
  assertEquals(events.toSorted(), ["down 0", "reconnect 0", "up 0"]);
  assertEquals(await local.ping(), "PONG");
});
