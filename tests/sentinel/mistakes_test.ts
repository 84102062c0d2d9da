import {
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { Cluster, type ClusterOptions, CommandError } from "../../mod.ts";
import { RedisServer, SentinelSetup } from "../../src/testing.ts";
import { bounded } from "../../support/waiting.ts";
import { reasonOf } from "../faults/proxied.ts";

Deno.test("shards behind Sentinel: a mistake is an error that says which option is right", async () => {
  await using setup = await SentinelSetup.start({
    shards: 1,
    replicas: 0,
    sentinels: 1,
  });
  await using plain = await RedisServer.start({ transport: "tcp" });
  const [{ hostname, port }] = setup.sentinels;
  const mistakes: [options: ClusterOptions, text: string][] = [
    // A sentinel among hosts,
    [{ hosts: [{ hostname, port }] }, "given by the option sentinels"],
    [{ hosts: [{ hostname, port, db: 1 }] }, "given by the option sentinels"],
    // a server among sentinels,
    [
      {
        sentinels: { hosts: [plain.host as { port: number }] },
        hosts: [{ primaryName: "shard0" }],
      },
      'it is no sentinel; servers that stand alone are given as "hosts"',
    ],
    // and a name that nobody knows.
    [
      {
        sentinels: { hosts: [{ hostname, port }] },
        hosts: [{ primaryName: "shard0" }, { primaryName: "nobody" }],
      },
      'no sentinel that answers watches over the "primaryName" "nobody"',
    ],
  ];
  for (const [options, text] of mistakes) {
    await using cluster = new Cluster(options);
    const client = cluster.getRoutingClient();
    const ways = [
      () => client.get("key"),
      () => cluster.map((map) => map.get("key")),
    ];
    for (const run of ways) {
      const error = await bounded(reasonOf(run()));
      assertInstanceOf(error, Error);
      assertStringIncludes(error.message, text);
      // What a connection is told before it is one is no reply to a command.
      const isReply = error instanceof CommandError;
      assertEquals(
        isReply,
        options.hosts !== undefined && !options.sentinels &&
          (options.hosts as { db?: number }[])[0].db === undefined,
      );
    }
  }
});

Deno.test("shards behind Sentinel: options that contradict each other are refused by name", () => {
  const hosts = ["redis://10.0.0.9:26379"];
  const named = [{ primaryName: "shard0" }];
  const cases: [options: ClusterOptions, text: string][] = [
    [{ hosts: named }, '"primaryName" without the option "sentinels"'],
    [
      { sentinels: { hosts }, hosts: ["redis://10.0.0.1"] },
      'Cannot take "hostname" of hosts[0]: together with "sentinels" a host is given by its "primaryName"',
    ],
    [
      { sentinels: { hosts }, hosts: { 3: { weight: 2 } } },
      'Cannot find host 3: together with "sentinels" a host needs the "primaryName"',
    ],
    [
      {
        sentinels: { hosts },
        hosts: named,
        hostDefaults: { port: 6379 },
      },
      'Cannot take "port" of hosts[0]',
    ],
    [
      { sentinels: { hosts }, seeds: ["redis://10.0.0.1"] },
      '"sentinels" together with "seeds"',
    ],
    [
      { sentinels: { hosts: [] }, hosts: named },
      'The option "hosts" of "sentinels" is not a list of one sentinel or more',
    ],
    [
      { sentinels: {} as never, hosts: named },
      'The option "hosts" of "sentinels" is missing',
    ],
    [
      { sentinels: { hosts: ["redis://10.0.0.9/1"] }, hosts: named },
      'Cannot take "db" of sentinels.hosts[0]',
    ],
    [
      { sentinels: { hosts, port: 1 } as never, hosts: named },
      'Cannot take "port" of "sentinels": it has no meaning for a sentinel; each',
    ],
    [
      { sentinels: { hosts, user: "x" } as never, hosts: named },
      'Unknown option "user" of "sentinels"',
    ],
    [
      { sentinels: { hosts, username: "x" }, hosts: named },
      '"username" is given without "password"',
    ],
    [
      { sentinels: { hosts }, hosts: [{ primaryName: "a name" }] },
      'The option "primaryName" of hosts[0] is not a name as sentinels have it',
    ],
    [{ hosts: [], addressMap: (at) => at }, 'without "seeds" or "sentinels"'],
    [{ sentinels: { hosts } }, 'The option "hosts" of the cluster is missing'],
  ];
  for (const [options, text] of cases) {
    assertThrows(() => new Cluster(options), TypeError, text);
  }
});

Deno.test("addHost() takes what belongs to the way in which hosts are found", async () => {
  await using cluster = new Cluster({
    sentinels: { hosts: ["redis://127.0.0.1:1"] },
    hosts: [{ primaryName: "a" }],
  });
  assertThrows(
    () => cluster.addHost(1, { port: 6379 }),
    TypeError,
    'Cannot take "port" of host 1',
  );
  assertThrows(
    () => cluster.addHost(0, { primaryName: "b" }),
    TypeError,
    "Two hosts share the id 0",
  );
  cluster.addHost(1, { primaryName: "b" });
  assertEquals(cluster.getRouter().cluster.hosts.size, 2);
  await using plain = new Cluster({ hosts: [] });
  assertThrows(
    () => plain.addHost(0, { primaryName: "b" }),
    TypeError,
    'without the option "sentinels"',
  );
});

Deno.test("shards behind Sentinel: what waits for a host that is found nowhere goes on when that is removed", async () => {
  await using setup = await SentinelSetup.start({ shards: 1, replicas: 0 });
  await using cluster = setup.makeCluster({ timeout: 100_000 });
  const client = cluster.getRoutingClient();
  await client.set("key", "1");
  cluster.addHost(1, { primaryName: "nobody" });
  cluster.removeHost(1);
  assertEquals(await client.get("key"), "1");
  cluster.addHost(1, { primaryName: "nobody" });
  const key = cluster.getRouter().keyFor(0, "a key");
  const [ready, got] = [cluster.ready(), client.get(key)];
  cluster.removeHost(1);
  assertEquals(await bounded(ready), undefined);
  assertEquals(await bounded(got), null);
});
