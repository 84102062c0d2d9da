import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Cluster, type LocalClient, UnroutableCommandError } from "@rb/rb";
import { RedisClusterSetup, RedisServer } from "../../src/testing.ts";
import { METHODS } from "../../src/commands/method_table.ts";
import { specOf } from "../../src/commands/table.ts";
import { reasonNotToShare } from "../../src/commands/traits.ts";
import { toRecords } from "../../src/commands/readers.ts";
import { toSlotStats } from "../../src/commands/server_readers.ts";
import { call } from "./call.ts";
import { wordsSent } from "./words_sent.ts";
import { since } from "../../support/since.ts";
import { PATIENCE } from "../../support/waiting.ts";

Deno.test("the methods for connections list, hold back and close them", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: [server.host],
    timeout: PATIENCE,
  });
  const client = cluster.getLocalClient(0);
  assertEquals(await client.ping(), "PONG");
  assertEquals(await client.ping(undefined as unknown as string), "PONG");
  assertEquals(await client.ping("hello"), "hello");
  // They are messages like any other.
  assertEquals(await client.ping(""), "");
  assertEquals(await client.ping(0), "0");
  assertEquals(await client.echo("hello"), "hello");
  const id = await client.clientID();
  assertMatch(String(await client.clientInfo()), new RegExp(`^id=${id} `));
  assertEquals(await client.clientGetName(), null);
  assertEquals(await client.clientGetRedir(), -1);
  assertEquals(await client.clientTrackingInfo(), [
    "flags",
    ["off"],
    "redirect",
    -1,
    "prefixes",
    [],
  ]);
  assertMatch(String(await client.clientList()), new RegExp(`id=${id} `));
  assertEquals(await client.clientList({ type: "PUBSUB" }), "");
  assertMatch(String(await client.clientList({ ids: [id] })), /^id=/);
  assertEquals(await client.clientUnblock(id), 0);
  assertEquals(await client.clientUnblock(id, "ERROR"), 0);
  assertEquals(await client.clientPause(0, "WRITE"), "OK");
  assertEquals(await client.clientUnpause(), "OK");
  const redis = await cluster.connect(0);
  try {
    const other = await redis.clientID();
    assertEquals(await client.clientKill({ id: other }), 1);
    assertEquals(await client.clientKill({ id: other }), 0);
    assertEquals(
      await client.clientKill({
        addr: "127.0.0.1:1",
        laddr: "127.0.0.1:2",
        type: "PUBSUB",
        user: "default",
        skipme: "YES",
      }),
      0,
    );
  } finally {
    redis.close();
  }
  const records = cluster.getLocalClient(0, { replies: "records" });
  assertEquals(await records.clientTrackingInfo(), {
    flags: ["off"],
    redirect: -1,
    prefixes: [],
  });
});

Deno.test("the methods for channels publish and count", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: [server.host],
    timeout: PATIENCE,
  });
  const client = cluster.getLocalClient(0);
  const redis = await cluster.connect(0);
  const subscription = await redis.subscribe("news");
  assertEquals(await client.publish("news", "one"), 1);
  assertEquals(await client.publish("other", new Uint8Array([1])), 0);
  assertEquals(await client.pubsubChannels(), ["news"]);
  assertEquals(await client.pubsubChannels("o*"), []);
  assertEquals(await client.pubsubNumpat(), 0);
  assertEquals(await client.pubsubNumsub("news", "other"), [
    "news",
    1,
    "other",
    0,
  ]);
  const records = cluster.getLocalClient(0, { replies: "records" });
  assertEquals(await records.pubsubNumsub(["news", "other"]), {
    news: 1,
    other: 0,
  });
  assertEquals(await records.pubsubNumsub(), {});
  subscription.close();
  redis.close();
});

Deno.test(
  "the methods for channels of shards, since Redis 7",
  since(7),
  async () => {
    await using server = await RedisServer.start();
    await using cluster = new Cluster({
      hosts: [server.host],
      timeout: PATIENCE,
    });
    const client = cluster.getLocalClient(0);
    const records = cluster.getLocalClient(0, { replies: "records" });
    assertEquals(await client.pubsubShardChannels(), []);
    assertEquals(await client.pubsubShardNumsub(["news"]), ["news", 0]);
    assertEquals(await records.pubsubShardNumsub("news"), { news: 0 });
    assertEquals(await cluster.getRoutingClient().spublish("shard", "one"), 0);
  },
);

/** A cluster over one node that has no slots and knows no other one. */
async function withNode(use: (cluster: Cluster) => Promise<void>) {
  await using setup = await RedisClusterSetup.start({
    primaries: 1,
    replicas: 0,
  });
  const [{ host }] = setup.nodes;
  await using cluster = new Cluster({ hosts: [host], timeout: PATIENCE });
  assertEquals(await cluster.getLocalClient(0).clusterReset("HARD"), "OK");
  await use(cluster);
}

Deno.test("the methods for nodes describe a Redis Cluster and change it", () =>
  withNode(async (cluster) => {
    const client = cluster.getLocalClient(0);
    assertEquals(await client.clusterSetConfigEpoch(1), "OK");
    assertEquals(await client.clusterAddSlots(0, 1, 10, 11), "OK");
    assertEquals(await client.clusterAddSlots([12]), "OK");
    assertEquals(await client.clusterDelSlots([10, 11]), "OK");
    assertEquals(await client.clusterDelSlots(0), "OK");
    const id = await client.clusterMyID();
    assertEquals((await client.clusterSlots()).length, 2);
    assertMatch(await client.clusterInfo(), /cluster_slots_assigned:2/);
    assertMatch(await client.clusterNodes(), /myself,master/);
    assertMatch(await client.clusterBumpEpoch(), /^(BUMPED|STILL) /);
    assertEquals(await client.clusterKeySlot("{k}l"), 7629);
    assertEquals(await client.clusterCountKeysInSlot(0), 0);
    assertEquals(await client.clusterGetKeysInSlot(0, 10), []);
    assertEquals(await client.clusterReplicas(id), []);
    assertEquals(await client.clusterSlaves(id), []);
    assertEquals(await client.clusterCountFailureReports(id), 0);
    assertEquals(await client.clusterSetSlot(1, "STABLE"), "OK");
    assertEquals(await client.clusterSetSlot(1, "NODE", id), "OK");
    assertEquals(await client.clusterSaveConfig(), "OK");
    assertEquals(await client.clusterFlushSlots(), "OK");
    assertEquals(await client.clusterReset("SOFT"), "OK");
    const nobody = "f".repeat(40);
    await assertRejects(() => client.clusterForget(nobody), Error, "Unknown");
    await assertRejects(
      () => client.clusterReplicate(nobody),
      Error,
      "Unknown",
    );
    await assertRejects(
      () => client.clusterFailover("FORCE"),
      Error,
      "replica",
    );
    await assertRejects(() => client.clusterMeet("no", 1, 2), Error, "Invalid");
  }));

Deno.test(
  "the methods for nodes, since Redis 7",
  since(7),
  () =>
    withNode(async (cluster) => {
      const client = cluster.getLocalClient(0);
      const records = cluster.getLocalClient(0, { replies: "records" });
      assertEquals(await client.clusterAddSlotsRange([0, 9], [20, 29]), "OK");
      assertEquals(await client.clusterDelSlotsRange([5, 9]), "OK");
      const id = await client.clusterMyID();
      const [shard] = await records.clusterShards();
      assertEquals(shard.slots, [[0, 4], [20, 29]]);
      assertEquals([shard.nodes[0].id, shard.nodes[0].role], [id, "master"]);
      assertEquals((await client.clusterShards()).length, 1);
      assertEquals(await client.clusterLinks(), []);
      assertEquals(await records.clusterLinks(), []);
    }),
);

Deno.test("what a newer server needs sends its words", async () => {
  const calls: ((client: LocalClient) => Promise<unknown>)[] = [
    (client) => client.clientKill({ maxage: 60 }),
    (client) => client.clusterMyShardID(),
    (client) => client.clusterSlotStats({ slots: [0, 9] }),
    (client) =>
      client.clusterSlotStats({ orderBy: "KEY-COUNT", limit: 5, order: "ASC" }),
    (client) => client.clusterSlotStats({ orderBy: "KEY-COUNT" }),
  ];
  assertEquals(await wordsSent(calls), [
    "CLIENT KILL MAXAGE 60",
    "CLUSTER MYSHARDID",
    "CLUSTER SLOT-STATS SLOTSRANGE 0 9",
    "CLUSTER SLOT-STATS ORDERBY KEY-COUNT LIMIT 5 ASC",
    "CLUSTER SLOT-STATS ORDERBY KEY-COUNT",
  ]);
  assertEquals(toSlotStats([[0, ["key-count", 2]], [1, ["key-count", 0]]]), [
    [0, { "key-count": 2 }],
    [1, { "key-count": 0 }],
  ]);
  assertEquals(toRecords([["name", "some", "ver", 1]]), [
    { name: "some", ver: 1 },
  ]);
});

/** The methods that need a connection of their own. */
const ALONE = [...METHODS].filter(([, { alone }]) => alone === true);

Deno.test("what needs a connection of its own is refused by what its command is", () => {
  const free = ALONE.filter(([, { command }]) => {
    const [name, ...words] = command.split(" ");
    return reasonNotToShare(specOf(name), words) === undefined;
  });
  // It is no command: it gathers some.
  assertEquals(free.map(([method]) => method), ["pipeline"]);
  const shared = [...METHODS].filter(([, { alone, command }]) => {
    const [name, ...words] = command.split(" ");
    return alone !== true &&
      reasonNotToShare(specOf(name), words) !== undefined;
  });
  assertEquals(shared.map(([method]) => method), []);
});

Deno.test("fault 37: methods that need a connection of their own are refused on every client", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: [server.host],
    timeout: PATIENCE,
  });
  const map = cluster.getMappingClient({ settled: true });
  const clients = [cluster.getRoutingClient(), cluster.getLocalClient(0), map];
  const names = ALONE.map(([method]) => method);
  assertEquals(names.length > 0, true);
  for (const client of clients) {
    for (const method of names) {
      // Its arguments do not matter, nor that there are none.
      for (const args of [[], [{ mode: "ON" }], ["a", "b", "c"]]) {
        const error = await assertRejects(
          () => call(client, method, ...args),
          UnroutableCommandError,
          `Cannot run "${method}" on a connection that others use`,
        );
        assertMatch((error as Error).message, /cluster\.connect\(hostId\)$/);
      }
    }
  }
});
