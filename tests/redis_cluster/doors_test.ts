// Every door of a cluster, over the slots of a Redis Cluster.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  BadHostSetupError,
  Cluster,
  CommandError,
  ConnectionError,
  distribution,
  NotReadyError,
  Script,
  TimeoutError,
} from "../../mod.ts";
import { RedisClusterSetup, RedisServer } from "../../src/testing.ts";
import { bounded } from "../../support/waiting.ts";
import { reasonOf } from "../faults/proxied.ts";
import { inSlotsOf, keysOf } from "./support.ts";

Deno.test("Redis Cluster: every door", async (t) => {
  await using setup = await RedisClusterSetup.start({ replicas: 0 });

  await t.step(
    "before the first view all that gives a promise waits, in order",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 25_000 });
      const client = cluster.getRoutingClient();
      const [key, list, other] = await inSlotsOf(setup, 1, 3);
      const script = new Script("return redis.call('INCR', KEYS[1])");
      const early = [
        client.set(key, "1"),
        client.run(script, [key]),
        client.incr(key),
        client.mget(key, other),
        client.blpop(0, list),
        client.rpush(list, "x"),
        cluster.map((map) => [map.get(key), map.get(other)]).then((all) =>
          all.map(({ value }) => value)
        ),
        cluster.all((fanout) => fanout.ping()).then((all) => all.size),
        cluster.executeCommands({
          [key]: [["EXISTS", key], ["BLPOP", `{${key}}no`, 0.01]],
        })
          .then(({ [key]: [one] }) => one.value),
        cluster.ping().then((times) => times.size),
        cluster.dbsize().then((sizes) => sizes.size),
        cluster.connect(0).then((redis) => redis.close()),
        cluster.fanout((fanout) => fanout.targetKey(other).set(other, "o")),
      ];
      const all = await bounded(Promise.all(early));
      assertEquals(all.slice(0, 3), ["OK", 2, 3]);
      assertEquals(all[4], [list, "x"]);
      assertEquals(all.slice(7, 11), [3, 1, 3, 3]);
      assertEquals(await client.get(other), "o");
    },
  );

  await t.step("what is answered without a promise names ready()", async () => {
    await using cluster = setup.makeCluster({ timeout: 25_000 });
    for (
      const call of [
        () => cluster.hosts,
        () => cluster.getRouter(),
        () => cluster.getLocalClient(0),
        () => cluster.getLocalClientForKey("key"),
        () => cluster.getPoolForHost(0),
        () => cluster.distribution(["key"]),
        () => distribution(cluster, ["key"]),
        () => cluster.stats(),
      ]
    ) {
      assertThrows(call, NotReadyError, "await cluster.ready()");
    }
    await cluster.ready();
    await cluster.ready();
    assertEquals([...cluster.hosts.keys()], [0, 1, 2]);
    assertEquals(cluster.distribution(keysOf(300)).total, 300);
    assertThrows(() => cluster.addHost(3, {}), TypeError, '"seeds"');
    assertThrows(() => cluster.removeHost(0), TypeError, '"seeds"');
  });

  await t.step(
    "maps, batches, fanouts, scripts, scans and statistics see all shards",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 25_000 });
      await cluster.flush({ sure: true });
      const keys = keysOf(3_000);
      await cluster.map((map) => {
        for (const key of keys) map.set(key, key);
      });
      let count = 0;
      for await (
        const [key, value] of cluster.mapBatches(
          keys,
          (map, key) => map.get(key),
        )
      ) {
        assertEquals(value, key);
        count++;
      }
      assertEquals(count, keys.length);
      const sizes = await cluster.dbsize();
      assertEquals(sizes.values().reduce((sum, size) => sum + size, 0), 3_000);
      assertEquals(await cluster.all((fanout) => fanout.dbsize()), sizes);
      assertEquals([...cluster.distribution(keys).counts], [...sizes]);
      const found = new Set<string>();
      for await (const [hostId, key] of cluster.scan({ count: 100 })) {
        assertEquals(cluster.getRouter().getHostForKey(key), hostId);
        found.add(key);
      }
      assertEquals(found.size, 3_000);
      const client = cluster.getRoutingClient();
      assertEquals(await client.del(...keys.slice(0, 2_000)), 2_000);
      assertEquals(await client.exists(...keys), 1_000);
      const settled = await client.sendCommand(
        "MGET",
        keys.slice(1_998, 2_002),
        {
          settled: true,
        },
      );
      assertEquals(
        (settled as unknown as PromiseSettledResult<string | null>[]).map((
          one,
        ) => one.status === "fulfilled" && one.value),
        [null, null, keys[2_000], keys[2_001]],
      );
      const results = await cluster.executeCommands({
        [keys[2_500]]: [
          ["INCRBY", `{${keys[2_500]}}n`, 5],
          [new Script("return ARGV[1]"), [keys[2_500]], ["value"]],
        ],
      });
      assertEquals(results[keys[2_500]].map(({ value }) => value), [
        5,
        "value",
      ]);
      for (
        const { replies, redirects, failovers } of cluster.stats().values()
      ) {
        assert(replies > 0);
        assertEquals([redirects, failovers], [0, 0]);
      }
    },
  );

  await t.step(
    "connect(id) and local clients are those of one primary",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 25_000 });
      const redis = await cluster.connect(1);
      const [key] = await inSlotsOf(setup, 1, 1);
      const tx = redis.tx();
      tx.set(key, "1");
      tx.incr(key);
      assertEquals(await tx.flush(), ["OK", "QUEUED", "QUEUED", ["OK", 2]]);
      redis.close();
      assertEquals(await cluster.getLocalClient(1).get(key), "2");
      const hostId = cluster.getRouter().getHostForKey(key);
      assertEquals(await cluster.getLocalClientForKey(key).get(key), "2");
      assertEquals(hostId, 1);
    },
  );

  await t.step(
    "a node among hosts, and a server that stands alone among seeds, name the right option",
    async () => {
      const [one] = setup.nodes;
      const [away] = await inSlotsOf(setup, 1, 1);
      await using plain = new Cluster({ hosts: [one.host] });
      const moved = await bounded(reasonOf(plain.getRoutingClient().get(away)));
      assertInstanceOf(moved, CommandError);
      assertEquals(moved.code, "MOVED");
      assert(moved.message.includes("the option seeds"), moved.message);
      const merged = await plain.map((map) => [map.get(away)], {
        settled: true,
      });
      assert(String(merged[0].reason).includes("the option seeds"));

      await using server = await RedisServer.start({ transport: "tcp" });
      const { hostname, port } = server;
      await using cluster = new Cluster({ seeds: [{ hostname, port }] });
      const error = await bounded(
        reasonOf(cluster.getRoutingClient().get("key")),
      );
      assertInstanceOf(error, ConnectionError);
      assertEquals(error.outcome, "not-sent");
      assertInstanceOf(error.cause, BadHostSetupError);
      assert(error.message.includes('"hosts"'), error.message);
      const ready = await assertRejects(
        () => bounded(cluster.ready()),
        ConnectionError,
      );
      assert(ready.message.includes('"hosts"'), ready.message);
    },
  );

  await t.step("nodes that cannot be found are an error in time", async () => {
    await using cluster = new Cluster({
      // Nobody listens there.
      seeds: ["redis://127.0.0.1:1"],
      timeout: 300,
    });
    const error = await bounded(
      reasonOf(cluster.getRoutingClient().get("key")),
    );
    assertInstanceOf(error, TimeoutError);
    assertEquals([error.command, error.outcome], ["GET", "not-sent"]);
    assert(
      error.message.includes(
        'Cannot find the servers of the cluster for "GET"',
      ),
    );
    await assertRejects(() => cluster.ready({ timeout: 50 }), TimeoutError);
    await assertRejects(
      () => cluster.ready({ signal: AbortSignal.abort(new Error("No")) }),
      Error,
      "No",
    );
    const map = await bounded(reasonOf(cluster.map((map) => map.get("key"))));
    assertInstanceOf(map, TimeoutError);
    const late = cluster.getRoutingClient({ timeout: 20_000 }).get("key");
    await Promise.all([cluster.close(), reasonOf(late)]);
  });

  await t.step("a password that is refused is an error at once", async () => {
    await using locked = await RedisServer.start({
      transport: "tcp",
      config: { requirepass: "a-secret", "cluster-enabled": "yes" },
    });
    await using cluster = new Cluster({
      seeds: [{ port: locked.port, hostname: "127.0.0.1" }],
      hostDefaults: { password: "wrong" },
      timeout: 60_000,
    });
    const error = await bounded(
      reasonOf(cluster.getRoutingClient().get("key")),
    );
    assertInstanceOf(error, ConnectionError);
    assert(error.message.includes("WRONGPASS"), error.message);
  });
});
