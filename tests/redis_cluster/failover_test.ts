// Primaries that die, stop, or hand over.

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { ConnectionError, PartialError, TransportError } from "../../mod.ts";
import { slotOf } from "../../src/topology/slots.ts";
import { FaultProxy, RedisClusterSetup } from "../../src/testing.ts";
import {
  bounded,
  eventually,
  isPending,
  sleep,
  turn,
} from "../../support/waiting.ts";
import { reasonOf } from "../faults/proxied.ts";
import { inSlotsOf, keysOf, writers } from "./support.ts";

Deno.test("Redis Cluster: primaries that die, stop or hand over", async (t) => {
  await using setup = await RedisClusterSetup.start();
  // All of them take over at the word of a test alone.
  for (const node of setup.nodes) {
    await setup.ask(
      node,
      "CONFIG",
      "SET",
      "cluster-replica-no-failover",
      "yes",
    );
  }

  await t.step(
    "case 15: a failover that is agreed on, under load: no error, no loss, no duplicate",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 60_000 });
      const failovers: number[] = [];
      cluster.addEventListener(
        "failover",
        ({ detail }) => void failovers.push(detail.hostId),
      );
      const client = cluster.getRoutingClient();
      const lists = await inSlotsOf(setup, 0, 3);
      const others = await inSlotsOf(setup, 1, 3);
      const all = [...lists, ...others];
      const writing = writers((n) =>
        Promise.all(all.map((key) => client.rpush(key, n)))
      );
      await writing.more(200);
      await setup.failover(0);
      await writing.more(200);
      await eventually(() => failovers.length === 1);
      const count = await writing.end();
      const expected = Array.from({ length: count }, (_, i) => i);
      for (const key of all) {
        assertEquals((await client.lrange(key, 0, -1)).map(Number), expected);
      }
      const [{ primary }] = (await cluster.topology()).hosts.values();
      assertEquals(primary.address, (await setup.primary(0)).address);
      await setup.settled();
    },
  );

  await t.step(
    "case 12: a primary is killed under MSET over shards: the error names the right keys",
    async () => {
      await using cluster = setup.makeCluster({
        timeout: 25_000,
        poolOptions: { maxRetries: 0 },
      });
      const client = cluster.getRoutingClient();
      const [a, b] = await inSlotsOf(setup, 0, 2);
      const [c] = await inSlotsOf(setup, 1, 1);
      await client.mset({ [a]: 1, [b]: 1, [c]: 1 });
      const killed = await setup.kill(0);
      const error = await bounded(
        reasonOf(client.mset({ [a]: 2, [c]: 2, [b]: 2 })),
      );
      assertInstanceOf(error, PartialError);
      assertEquals(error.failed, [a, b]);
      assertEquals(error.succeeded, [c]);
      await setup.failover(0);
      await killed.restart();
      await setup.settled();
    },
  );

  await t.step(
    "case 13: a primary is killed under INCRs: what is counted was acknowledged, or may have run",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 60_000 });
      const client = cluster.getRoutingClient();
      const keys = await inSlotsOf(setup, 0, 20);
      let acknowledged = 0;
      let unknown = 0;
      let isOver = false;
      const load = (async () => {
        while (!isOver) {
          await Promise.all(
            keys.map((key) =>
              client.incr(key).then(() => acknowledged++, (error) => {
                assertInstanceOf(error, TransportError);
                assertEquals(error.outcome, "unknown");
                unknown++;
              })
            ),
          );
        }
      })();
      await eventually(() => acknowledged > 2_000);
      const killed = await setup.kill(0);
      await setup.failover(0);
      const before = acknowledged;
      await eventually(() => acknowledged > before + 2_000);
      isOver = true;
      await bounded(load);
      const sums = await client.mget(...keys);
      const counted = sums.reduce((sum, count) => sum + Number(count), 0);
      assert(counted <= acknowledged + unknown, `${counted} counted`);
      await killed.restart();
      await setup.settled();
    },
  );

  await t.step(
    "case 13: with replicated, what was acknowledged is counted as well",
    async () => {
      await using cluster = setup.makeCluster({
        timeout: 60_000,
        replicated: 1,
      });
      const client = cluster.getRoutingClient();
      const keys = await inSlotsOf(setup, 0, 20);
      let acknowledged = 0;
      let unknown = 0;
      let isOver = false;
      const count = async (increments: Promise<unknown>[]) => {
        for (const { status, reason } of await settled(increments)) {
          if (status === "fulfilled") acknowledged++;
          else {
            assertInstanceOf(reason, TransportError);
            assertEquals(reason.outcome, "unknown");
            unknown++;
          }
        }
      };
      const load = (async () => {
        while (!isOver) {
          await count(keys.map((key) => client.incr(key)));
          const promises = await client.map(
            (map) => keys.map((key) => map.incr(key)),
            { settled: true },
          );
          await count(promises.map((one) => one.then()));
        }
      })();
      load.catch(() => {});
      await eventually(() => acknowledged > 1_000);
      const killed = await setup.kill(0);
      await setup.failover(0);
      // There is nobody left who could confirm anything, until it is back.
      await killed.restart();
      const before = acknowledged;
      await eventually(() => acknowledged > before + 1_000);
      isOver = true;
      await bounded(load);
      const sums = await client.mget(...keys);
      const counted = sums.reduce((sum, count) => sum + Number(count), 0);
      assert(counted >= acknowledged, `${counted} of ${acknowledged} counted`);
      assert(counted <= acknowledged + unknown, `${counted} counted`);
      await setup.settled();
    },
  );

  await t.step(
    "case 14: a primary is stopped, failed over and continued: its late answers do not count",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 60_000 });
      const client = cluster.getRoutingClient();
      const reader = cluster.getRoutingClient();
      const [key] = await inSlotsOf(setup, 0, 1);
      await client.set(key, "0");
      const stopped = await setup.primary(0);
      // Its replica has the key, which it would not get any more.
      const { servers } = setup.shards[0];
      const replica = servers.find((server) => server !== stopped)!;
      const count = ["CLUSTER", "COUNTKEYSINSLOT", slotOf(key)];
      await eventually(async () => await setup.ask(replica, ...count) !== 0);
      let read: Promise<string | null>;
      do {
        stopped.resume();
        await reader.get(key);
        stopped.pause();
        read = reader.get(key);
        await eventually(() => isStopped(stopped.pid));
        // It may have been answered before the signal was taken.
      } while (!await isPending(read));
      // Behind that, over the same connection, so that it has been sent.
      const late = reasonOf(client.incr(key));
      await turn();
      await setup.failover(0);
      await cluster.topology();
      // What was on its way would count.
      await sleep(500);
      stopped.resume();
      const error = await bounded(late);
      assertInstanceOf(error, ConnectionError);
      assertEquals(error.outcome, "unknown");
      // A read is asked again where it counts.
      assertEquals(await bounded(read), "0");
      assertEquals(await client.get(key), "0");
      await setup.settled();
    },
  );

  await t.step(
    "case 16: a reply is cut during a failover: the command runs once, or says that it may have run",
    async () => {
      const node = await setup.primary(2);
      await using proxy = await FaultProxy.start(node);
      await using cluster = setup.makeCluster({
        timeout: 25_000,
        addressMap: (address) =>
          address.port === node.port
            ? { hostname: "127.0.0.1", port: proxy.port }
            : address,
      });
      const client = cluster.getRoutingClient();
      const [key] = await inSlotsOf(setup, 2, 1);
      assertEquals(await client.incr(key), 1);
      proxy.cut();
      const failed = reasonOf(client.incr(key));
      const read = client.getrange(key, 0, -1);
      const error = await bounded(failed);
      assertInstanceOf(error, ConnectionError);
      assertEquals(error.outcome, "unknown");
      // The read goes on, to wherever its key is by then.
      await setup.failover(2);
      assertEquals(await bounded(read), "2");
      const next = await client.incr(key);
      assertEquals(next, 3);
      await setup.settled();
    },
  );

  await t.step(
    "case 17: a node that loads its data is waited for",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 25_000 });
      const client = cluster.getRoutingClient();
      const node = await setup.primary(1);
      const [key] = await inSlotsOf(setup, 1, 1);
      await client.set(key, "1");
      await setup.ask(node, "CONFIG", "SET", "save", "3600 1");
      await setup.ask(node, "SAVE");
      await node.restart();
      assertEquals(await bounded(client.incr(key)), 2);
      await setup.settled();
    },
  );

  await t.step(
    "case 18: two of three primaries die: what is for them is not sent, and runs when they are back",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 1_500 });
      const client = cluster.getRoutingClient();
      const [a] = await inSlotsOf(setup, 0, 1);
      const [b] = await inSlotsOf(setup, 1, 1);
      await client.mset({ [a]: 1, [b]: 1 });
      const killed = [await setup.kill(0), await setup.kill(1)];
      for (const key of [a, b]) {
        const error = await bounded(reasonOf(client.incr(key)));
        assertInstanceOf(error, TransportError);
        assertEquals(error.outcome, "not-sent");
      }
      await setup.failover(0);
      await setup.failover(1);
      await eventually(() => client.incr(a).then(() => true, () => false));
      await eventually(() => client.incr(b).then(() => true, () => false));
      for (const node of killed) await node.restart();
      await setup.settled();
      const keys = keysOf(200);
      await Promise.all(keys.map((key) => client.set(key, key)));
      assertEquals(await client.mget(...keys), keys);
    },
  );
});

/** Outcomes, the reason of each with it. */
async function settled(
  promises: readonly Promise<unknown>[],
): Promise<{ status: string; reason?: unknown }[]> {
  return await Promise.allSettled(promises);
}

/** Whether a process has taken the signal to stop. */
async function isStopped(pid: number): Promise<boolean> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "stat=", "-p", String(pid)],
  }).output();
  return new TextDecoder().decode(stdout).trim().startsWith("T");
}
