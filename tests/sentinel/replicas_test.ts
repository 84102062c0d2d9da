// Reads from the replicas of shards behind Sentinel.

import { assert, assertEquals } from "@std/assert";
import type { Cluster, ReplicaStats } from "../../mod.ts";
import { type RedisServer, SentinelSetup } from "../../src/testing.ts";
import { ask } from "../../support/raw_client.ts";
import {
  allowReplication,
  denyReplication,
} from "../../support/replication.ts";
import { bounded, eventually } from "../../support/waiting.ts";

/** What a cluster has counted for a replica of its first host. */
function statsOf(
  cluster: Cluster,
  { address }: RedisServer,
): ReplicaStats | undefined {
  return cluster.stats().get(0)?.apart?.replicas[address];
}

Deno.test("replicas behind Sentinel are read, across a failover, and never while they have no data", async (t) => {
  await using setup = await SentinelSetup.start({ shards: 1 });
  const [first, second] = setup.shards[0].servers;
  await using cluster = setup.makeCluster({
    timeout: 60_000,
    readFrom: "replica",
    poolOptions: { breaker: { minDelay: 100, maxDelay: 200 } },
  });
  const client = cluster.getRoutingClient();
  /** Reads a key until a replica has answered once more. */
  const untilReadFrom = async (replica: RedisServer, value: string) => {
    const count = statsOf(cluster, replica)?.replies ?? 0;
    await eventually(async () => {
      const read = await bounded(client.get("key"));
      // It may have to hear of it.
      return read === value &&
        (statsOf(cluster, replica)?.replies ?? 0) > count;
    });
  };

  await t.step(
    "the replica answers reads, the primary takes writes",
    async () => {
      await client.set("key", "1");
      await untilReadFrom(second, "1");
      const { apart } = cluster.stats().get(0)!;
      assertEquals(apart!.primary.replies, 1);
      assertEquals(Object.keys(apart!.replicas), [second.address]);
    },
  );

  await t.step(
    "case 29: a replica that never synchronised is not read",
    async () => {
      await denyReplication(first);
      await second.kill();
      await second.restart();
      // It knows nothing, and says so to whoever asks.
      assertEquals(await ask(second, "GET", "key"), null);
      for (let i = 0; i < 50; i++) {
        assertEquals(await bounded(client.get("key")), "1");
      }
      const [values] = await client.map((
        map,
      ) => [[map.get("key"), map.get("key")]]);
      assertEquals(values.map(({ value }) => value), ["1", "1"]);
      await allowReplication(first);
      await untilReadFrom(second, "1");
    },
  );

  await t.step(
    "a connection that was open when a replica lost its primary is left",
    async () => {
      await denyReplication(first);
      await ask(second, "CLIENT", "KILL", "TYPE", "master");
      await eventually(async () =>
        (await ask(second, "ROLE") as unknown[])[3] !== "connected"
      );
      await client.set("key", "2");
      assertEquals(await ask(second, "GET", "key"), "1");
      // It is asked now and then whether it hears of every change.
      await eventually(async () => await bounded(client.get("key")) === "2");
      const count = statsOf(cluster, second)!.replies;
      for (let i = 0; i < 20; i++) {
        assertEquals(await bounded(client.get("key")), "2");
      }
      assertEquals(statsOf(cluster, second)!.replies, count);
      await allowReplication(first);
      await untilReadFrom(second, "2");
    },
  );

  await t.step(
    "case 28: after a failover the former primary is read",
    async () => {
      await setup.failover(0);
      await setup.settled(0);
      assertEquals((await setup.primary(0)).address, second.address);
      await eventually(async () =>
        await bounded(client.set("key", "3").then(() => true, () => false))
      );
      await untilReadFrom(first, "3");
      assertEquals(statsOf(cluster, second), undefined);
      assert(!("LOADING" in cluster.stats().get(0)!.errors));
    },
  );
});
