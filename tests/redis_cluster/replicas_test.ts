// Reads from the replicas of a Redis Cluster.

import {
  assert,
  assertEquals,
  assertGreater,
  assertRejects,
} from "@std/assert";
import {
  type Cluster,
  CommandError,
  type ReadFrom,
  type ReplicaStats,
  type RoutingClient,
} from "../../mod.ts";
import { RedisClusterSetup, type RedisServer } from "../../src/testing.ts";
import { since } from "../../support/since.ts";
import { bounded, eventually, meanwhile } from "../../support/waiting.ts";
import { inSlotsOf } from "./support.ts";

/** How often a server has run a command. */
async function callsOf(
  setup: RedisClusterSetup,
  node: RedisServer,
  command: string,
): Promise<number> {
  const stats = String(await setup.ask(node, "INFO", "commandstats"));
  const [, calls] = new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats) ??
    [];
  return Number(calls ?? 0);
}

/** The replicas of a shard as they are now. */
async function replicasOf(
  setup: RedisClusterSetup,
  shard: number,
): Promise<RedisServer[]> {
  const primary = await setup.primary(shard);
  return setup.shards[shard].servers.filter((server) => server !== primary);
}

/** Waits until all servers of a shard have what its primary has. */
async function synchronised(
  setup: RedisClusterSetup,
  shard: number,
): Promise<void> {
  const primary = await setup.primary(shard);
  await eventually(async () => {
    const [, offset] = await setup.ask(primary, "ROLE") as unknown[];
    const roles = await Promise.all(
      (await replicasOf(setup, shard)).map((one) => setup.ask(one, "ROLE")),
    );
    return roles.every((role) => (role as unknown[])[4] === offset);
  });
}

/** What a cluster has counted for a replica. */
function statsOf(
  cluster: Cluster,
  { address }: RedisServer,
): ReplicaStats | undefined {
  for (const { apart } of cluster.stats().values()) {
    const stats = apart?.replicas[address];
    if (stats !== undefined) return stats;
  }
  return undefined;
}

/** Reads a key until a replica has answered once more. */
async function untilReadFrom(
  replica: RedisServer,
  { cluster, client, key, value }: {
    cluster: Cluster;
    client: RoutingClient;
    key: string;
    value: string;
  },
): Promise<void> {
  const count = answersOf(cluster, replica);
  await eventually(async () => {
    assertEquals(await bounded(client.get(key)), value);
    return answersOf(cluster, replica) > count;
  });
}

/** How many commands a replica has answered. */
function answersOf(cluster: Cluster, replica: RedisServer): number {
  return statsOf(cluster, replica)?.replies ?? 0;
}

Deno.test("Redis Cluster: reads from replicas", async (t) => {
  await using setup = await RedisClusterSetup.start({
    primaries: 2,
    replicas: 2,
  });

  await t.step(
    "reads go where readFrom says, and nothing else does",
    async () => {
      const keys = await inSlotsOf(setup, 0, 20);
      const others = await inSlotsOf(setup, 1, 20);
      await using cluster = setup.makeCluster({ timeout: 60_000 });
      const writer = cluster.getRoutingClient();
      for (const key of [...keys, ...others]) await writer.set(key, key);
      for (const shard of [0, 1]) await synchronised(setup, shard);
      const primary = await setup.primary(0);
      const replicas = await replicasOf(setup, 0);
      // Nodes tell of replicas once they have heard that these have their data.
      const reader = cluster.getRoutingClient({ readFrom: "replica" });
      const known = { cluster, client: reader, key: keys[0], value: keys[0] };
      for (const replica of replicas) await untilReadFrom(replica, known);
      const modes: [
        ReadFrom | undefined,
        isPrimary: boolean,
        areReplicas: boolean,
      ][] = [
        [undefined, true, false],
        ["primary", true, false],
        ["preferReplica", false, true],
        ["replica", false, true],
        ["any", true, true],
      ];
      for (const [readFrom, isPrimary, areReplicas] of modes) {
        const client = cluster.getRoutingClient({ readFrom });
        const before = await Promise.all(
          [primary, ...replicas].map((node) => callsOf(setup, node, "get")),
        );
        for (const key of keys) assertEquals(await client.get(key), key);
        const after = await Promise.all(
          [primary, ...replicas].map((node) => callsOf(setup, node, "get")),
        );
        const [own, ...others] = after.map((calls, i) => calls - before[i]);
        assertEquals(own > 0, isPrimary, `${readFrom}`);
        for (const calls of others) assertEquals(calls > 0, areReplicas);
        assertEquals(own + others[0] + others[1], keys.length);
      }
      // Writes, and what is meant for the primary, go there.
      const client = cluster.getRoutingClient({ readFrom: "replica" });
      assertEquals(await client.append(keys[0], "!"), keys[0].length + 1);
      await client.sadd("{1}members", "a", "b");
      const scans = await callsOf(setup, await setup.primary(0), "sscan") +
        await callsOf(setup, await setup.primary(1), "sscan");
      await client.sscan("{1}members", 0);
      const scansAfter = await callsOf(setup, await setup.primary(0), "sscan") +
        await callsOf(setup, await setup.primary(1), "sscan");
      assertEquals(scansAfter - scans, 1);
      // Several keys, merged and split.
      for (const shard of [0, 1]) await synchronised(setup, shard);
      const all = [...keys.slice(1), ...others];
      assertEquals(await client.mget(...all), all);
      assertEquals(await client.exists(...all), all.length);
      const found = await client.map((map) => all.map((key) => map.get(key)));
      assertEquals(found.map(({ value }) => value), all);
      for await (
        const [key, value] of cluster.mapBatches(
          all,
          (map, key) => map.get(key),
          { readFrom: "any", batchSize: 7 },
        )
      ) {
        assertEquals(value, key);
      }
    },
  );

  await t.step(
    "a shard counts its primary and its replicas together and apart",
    async () => {
      await using cluster = setup.makeCluster({
        timeout: 60_000,
        readFrom: "any",
      });
      await cluster.ready();
      assertEquals(cluster.stats().get(0)?.apart, undefined);
      assertEquals(cluster.getPoolForHost(0).apart, undefined);
      const [key] = await inSlotsOf(setup, 0, 1);
      const client = cluster.getRoutingClient();
      for (let i = 0; i < 30; i++) await client.get(key);
      const [stats] = cluster.stats().values();
      const { primary, replicas } = stats.apart!;
      const addresses = (await replicasOf(setup, 0)).map(({ address }) =>
        address
      );
      assertEquals(Object.keys(replicas).sort(), addresses.sort());
      const parts = [primary, ...Object.values(replicas)];
      for (const part of parts) assertGreater(part.replies, 0);
      const sum = (number: (part: typeof primary) => number) =>
        parts.reduce((total, part) => total + number(part), 0);
      assertEquals(stats.replies, 30);
      assertEquals(stats.replies, sum(({ replies }) => replies));
      assertEquals(stats.batches.count, sum(({ batches }) => batches.count));
      assertEquals(stats.bytes.sent, sum(({ bytes }) => bytes.sent));
      assertEquals(stats.latency.count, sum(({ latency }) => latency.count));
      assertEquals(stats.recent.commands, sum(({ recent }) => recent.commands));
      assertEquals(
        stats.connections.open,
        sum((part) => part.connections.open),
      );
      const pool = cluster.getPoolForHost(0);
      assertEquals(pool.size, 3);
      assertEquals(pool.apart!.primary.size, 1);
      assertEquals(
        Object.entries(pool.apart!.replicas).map((
          [address, { size }],
        ) => [address, size]).sort(),
        addresses.map((address) => [address, 1]),
      );
    },
  );

  await t.step(
    "executeCommands reads from replicas what only reads",
    async () => {
      await using cluster = setup.makeCluster({
        timeout: 60_000,
        readFrom: "replica",
      });
      const [a, b] = await inSlotsOf(setup, 0, 2);
      await cluster.getRoutingClient().mset({ [a]: "1", [b]: "2" });
      await synchronised(setup, 0);
      const before = await callsOf(setup, await setup.primary(0), "strlen");
      const results = await cluster.executeCommands({
        [a]: [["GET", a], ["STRLEN", a]],
        [b]: [["SET", b, "33"], ["STRLEN", b]],
      });
      assertEquals(results[a].map(({ value }) => value), ["1", 1]);
      assertEquals(results[b].map(({ value }) => value), ["OK", 2]);
      assertEquals(
        await callsOf(setup, await setup.primary(0), "strlen") - before,
        1,
      );
      const atomic = await cluster.executeCommands({ [a]: [["STRLEN", a]] }, {
        atomic: true,
      });
      assertEquals(atomic[a][0].value, 1);
      assertEquals(
        await callsOf(setup, await setup.primary(0), "strlen") - before,
        2,
      );
    },
  );

  await t.step(
    "an error of a replica goes to the primary, whose answer counts",
    async () => {
      await using cluster = setup.makeCluster({
        timeout: 60_000,
        readFrom: "preferReplica",
      });
      const client = cluster.getRoutingClient();
      const [list, key] = await inSlotsOf(setup, 0, 2);
      await client.rpush(list, "a");
      await client.set(key, "1");
      await synchronised(setup, 0);
      const error = await assertRejects(
        () => client.strlen(list),
        CommandError,
      );
      assertEquals((error as CommandError).code, "WRONGTYPE");
      const replicas = await replicasOf(setup, 0);
      const fallbacks = replicas.map((one) => statsOf(cluster, one)!.fallbacks);
      assertEquals(fallbacks.reduce((a, b) => a + b), 1);
      // Users are no part of what is replicated.
      for (const replica of replicas) {
        await setup.ask(replica, "ACL", "SETUSER", "default", "-strlen");
      }
      assertEquals(await client.strlen(key), 1);
      const [values] = await client.map((
        map,
      ) => [[map.get(list), map.strlen(key)]]);
      assertEquals(values.map(({ value }) => value), [null, 1]);
      const [stats] = cluster.stats().values();
      assertEquals(stats.errors, { WRONGTYPE: 1 });
      for (const replica of replicas) {
        await setup.ask(replica, "ACL", "SETUSER", "default", "+strlen");
      }
    },
  );

  await t.step(
    "case 28: replicas are promoted and demoted while connections to them are open",
    async () => {
      await using cluster = setup.makeCluster({
        timeout: 60_000,
        readFrom: "replica",
      });
      const client = cluster.getRoutingClient();
      const [key] = await inSlotsOf(setup, 0, 1);
      await client.set(key, "0");
      await synchronised(setup, 0);
      const failOver = async (round: number) => {
        const before = await setup.primary(0);
        await setup.failover(0);
        const promoted = await setup.primary(0);
        assert(promoted !== before);
        await setup.settled();
        // What was the primary is read from now, and what was read takes the writes.
        await eventually(async () => {
          await cluster.topology();
          return statsOf(cluster, before) !== undefined;
        });
        assertEquals(statsOf(cluster, promoted), undefined);
        const count = answersOf(cluster, before);
        await eventually(() => answersOf(cluster, before) > count);
        assertEquals(await client.set(key, String(round)), "OK");
      };
      let answers = 0;
      await meanwhile(
        async () => {
          for (const round of [1, 2]) await failOver(round);
        },
        async () => {
          const values = await Promise.all(
            Array.from({ length: 10 }, () => client.get(key)),
          );
          for (const value of values) assert(value !== null);
          answers += values.length;
          const [found] = await client.map((map) => [map.get(key)]);
          assertEquals(found.isResolved, true);
        },
      );
      assertGreater(answers, 0);
      assertEquals(cluster.stats().get(0)!.errors, {});
      await synchronised(setup, 0);
      assertEquals(await client.get(key), "2");
    },
  );

  await t.step(
    "case 29: a replica that is stopped: the primary serves, and it is read again later",
    async () => {
      await using cluster = setup.makeCluster({
        timeout: 8_000,
        readFrom: "preferReplica",
        poolOptions: { breaker: { minDelay: 100, maxDelay: 200 } },
      });
      const client = cluster.getRoutingClient();
      const [key] = await inSlotsOf(setup, 0, 1);
      await client.set(key, "1");
      await synchronised(setup, 0);
      const replicas = await replicasOf(setup, 0);
      const known = { cluster, client, key, value: "1" };
      for (const replica of replicas) await untilReadFrom(replica, known);
      for (const replica of replicas) replica.pause();
      try {
        for (let i = 0; i < 4; i++) {
          assertEquals(await bounded(client.get(key)), "1");
        }
        const [found] = await client.map((map) => [map.get(key)]);
        assertEquals(found.value, "1");
        // Once known, it is not asked any more.
        const before = replicas.map((one) => statsOf(cluster, one)!.fallbacks);
        for (const fallbacks of before) assertGreater(fallbacks, 0);
        for (let i = 0; i < 10; i++) await client.get(key);
        const after = replicas.map((one) => statsOf(cluster, one)!.fallbacks);
        assertEquals(after, before);
        // It stays a replica, although the nodes find out and do not tell of it.
        await eventually(async () => {
          const primary = await setup.primary(1);
          const slots = JSON.stringify(
            await setup.ask(primary, "CLUSTER", "SLOTS"),
          );
          return replicas.every(({ port }) => !slots.includes(`,${port},`));
        });
        await cluster.topology();
        for (const replica of replicas) assert(statsOf(cluster, replica));
      } finally {
        for (const replica of replicas) replica.resume();
      }
      for (const replica of replicas) {
        await untilReadFrom(replica, known);
      }
      assertEquals(cluster.stats().get(0)!.errors, {});
    },
  );

  await t.step({
    ...since(7),
    name:
      "case 29: a replica that loads its data: the primary serves, since Redis 7",
    fn: async () => {
      await using cluster = setup.makeCluster({
        timeout: 60_000,
        readFrom: "replica",
        poolOptions: { breaker: { minDelay: 100, maxDelay: 200 } },
      });
      const client = cluster.getRoutingClient();
      const keys = await inSlotsOf(setup, 0, 30);
      const value = "x".repeat(2_000);
      for (const key of keys) await client.set(key, value);
      await synchronised(setup, 0);
      const [replica] = await replicasOf(setup, 0);
      const known = { cluster, client, key: keys[0], value };
      await untilReadFrom(replica, known);
      const set = (name: string, value: string | number) =>
        setup.ask(replica, "CONFIG", "SET", name, value);
      await set("key-load-delay", 50_000);
      await set("loading-process-events-interval-bytes", 1_024);
      await setup.ask(await setup.primary(0), "DEBUG", "CHANGE-REPL-ID");
      await setup.ask(replica, "CLIENT", "KILL", "TYPE", "master");
      let wasLoading = false;
      await meanwhile(
        async () => {
          await eventually(async () => {
            for (const key of keys.slice(0, 3)) {
              assertEquals(await bounded(client.get(key)), value);
            }
            return wasLoading;
          });
          for (let i = 0; i < 20; i++) {
            assertEquals(await bounded(client.get(keys[0])), value);
          }
        },
        async () => {
          const info = String(await setup.ask(replica, "INFO", "persistence"));
          wasLoading ||= info.includes("\nloading:1");
        },
      );
      await set("key-load-delay", 0);
      await synchronised(setup, 0);
      await untilReadFrom(replica, known);
      assertEquals(cluster.stats().get(0)!.errors, {});
    },
  });

  await t.step(
    "case 29: a replica that has lost its primary (MASTERDOWN), and one that never synchronised",
    async () => {
      await using cluster = setup.makeCluster({
        timeout: 60_000,
        readFrom: "replica",
        poolOptions: { breaker: { minDelay: 100, maxDelay: 200 } },
      });
      const client = cluster.getRoutingClient();
      const [key] = await inSlotsOf(setup, 1, 1);
      await client.set(key, "1");
      await synchronised(setup, 1);
      const [replica] = await replicasOf(setup, 1);
      const known = { cluster, client, key };
      await untilReadFrom(replica, { ...known, value: "1" });
      const set = (name: string, value: string) =>
        setup.ask(replica, "CONFIG", "SET", name, value);
      // It cannot authenticate any more, where nobody needs to.
      await set("replica-serve-stale-data", "no");
      await set("masterauth", "wrong");
      await setup.ask(replica, "CLIENT", "KILL", "TYPE", "master");
      await eventually(async () =>
        (await setup.ask(replica, "ROLE") as unknown[])[3] !== "connected"
      );
      const before = statsOf(cluster, replica)!.fallbacks;
      await eventually(async () => {
        assertEquals(await bounded(client.get(key)), "1");
        return statsOf(cluster, replica)!.fallbacks > before;
      });
      // It answers again, but knows no more than it did.
      await set("replica-serve-stale-data", "yes");
      await client.set(key, "2");
      const [, other] = await replicasOf(setup, 1);
      await eventually(async () =>
        (await setup.ask(other, "ROLE") as unknown[])[4] ===
          (await setup.ask(await setup.primary(1), "ROLE") as unknown[])[1]
      );
      const count = answersOf(cluster, replica);
      for (let i = 0; i < 30; i++) {
        assertEquals(await bounded(client.get(key)), "2");
      }
      assertEquals(answersOf(cluster, replica), count);
      await set("masterauth", "");
      await untilReadFrom(replica, { ...known, value: "2" });
      assertEquals(cluster.stats().get(1)!.errors, {});
    },
  );

  await t.step(
    "case 29: a replica that is gone: the primary serves, and what the replica is it is told",
    async () => {
      await using cluster = setup.makeCluster({
        timeout: 60_000,
        readFrom: "preferReplica",
        poolOptions: { breaker: { minDelay: 100, maxDelay: 200 } },
      });
      const client = cluster.getRoutingClient();
      const [key] = await inSlotsOf(setup, 1, 1);
      await client.set(key, "1");
      await synchronised(setup, 1);
      const replicas = await replicasOf(setup, 1);
      const known = { cluster, client, key, value: "1" };
      for (const replica of replicas) await untilReadFrom(replica, known);
      for (const replica of replicas) await replica.kill();
      for (let i = 0; i < 10; i++) {
        assertEquals(await bounded(client.get(key)), "1");
      }
      for (const replica of replicas) await replica.restart();
      await setup.settled();
      for (const replica of replicas) {
        await untilReadFrom(replica, known);
      }
      assertEquals(cluster.stats().get(1)!.errors, {});
    },
  );
});
