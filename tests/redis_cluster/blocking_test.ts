// Commands that block, and the sequences in which they stand, under way in a Redis
// Cluster whose slots move.

import { assertEquals } from "@std/assert";
import { slotOf } from "../../src/topology/slots.ts";
import { RedisClusterSetup } from "../../src/testing.ts";
import { bounded, eventually } from "../../support/waiting.ts";
import { inSlotsOf, redirectsOf } from "./support.ts";

Deno.test("Redis Cluster: commands that block", async (t) => {
  await using setup = await RedisClusterSetup.start();

  await t.step(
    "one that is sent to another node this one time delays nobody",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 10_000 });
      const client = cluster.getRoutingClient();
      const [key] = await inSlotsOf(setup, 0, 1);
      await client.exists(key);
      const slot = slotOf(key);
      await setup.beginMove(slot, 1);
      const target = await setup.primary(1);
      const popped = client.blpop(0, key);
      await eventually(async () =>
        String(await setup.ask(target, "CLIENT", "LIST")).includes("cmd=blpop")
      );
      assertEquals(await bounded(client.rpush(key, "x")), 1);
      assertEquals(await bounded(popped), [key, "x"]);
      await setup.endMove(slot, 1);
      await setup.moveSlot(slot, 0);
    },
  );

  await t.step(
    "fault 40: a sequence keeps its order where its slot has moved",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 25_000 });
      const [key] = await inSlotsOf(setup, 0, 1);
      await cluster.getRoutingClient().exists(key);
      await setup.moveSlot(slotOf(key), 1);
      const { [key]: replies } = await bounded(cluster.executeCommands({
        [key]: [["BLPOP", key, 1], ["RPUSH", key, "a"], ["LPOP", key]],
      }));
      assertEquals(replies.map(({ value }) => value), [null, 1, "a"]);
      assertEquals(redirectsOf(cluster), 3);
      await setup.moveSlot(slotOf(key), 0);
    },
  );

  await t.step(
    "fault 40: so does a long one that is issued before the nodes are known",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 60_000 });
      const [key] = await inSlotsOf(setup, 0, 1);
      const pushes = Array.from(
        { length: 100_000 },
        (_, i): [string, ...(string | number)[]] => ["RPUSH", key, i],
      );
      const { [key]: replies } = await bounded(cluster.executeCommands({
        [key]: [["BLPOP", key, 1], ...pushes],
      }));
      assertEquals(replies[0].value, null);
      assertEquals(replies.at(-1)?.value, pushes.length);
    },
  );
});
