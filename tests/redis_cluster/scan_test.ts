// A scan that slots and primaries move under.

import { assert, assertEquals } from "@std/assert";
import { slotOf } from "../../src/topology/slots.ts";
import { RedisClusterSetup } from "../../src/testing.ts";
import { inSlotsOf, keysOf } from "./support.ts";

Deno.test("Redis Cluster: scans", async (t) => {
  await using setup = await RedisClusterSetup.start();
  await using cluster = setup.makeCluster({ timeout: 60_000 });
  const client = cluster.getRoutingClient();
  const keys = keysOf(4_000);
  await cluster.map((map) => {
    for (const key of keys) map.set(key, key);
  });

  await t.step(
    "case 27: every key that stays is seen, while slots move and a primary hands over",
    async () => {
      const seen = new Set<string>();
      // As a scan goes on, slots that it has passed go back to where it was.
      const moving = [...new Set(keys.map(slotOf))].slice(0, 120);
      let count = 0;
      for await (const [, key] of cluster.scan({ count: 50 })) {
        seen.add(key);
        if (++count % 200 === 0) {
          for (const slot of moving.splice(0, 8)) {
            await setup.moveSlot(slot, (count / 200) % 3);
          }
        }
        if (count === 1_000) await setup.failover(1);
      }
      assertEquals(keys.filter((key) => !seen.has(key)), []);
      assertEquals([...seen].filter((key) => !keys.includes(key)), []);
    },
  );

  await t.step(
    "case 27: so are those of a slot that is half way, and only those that match",
    async () => {
      const [tag] = await inSlotsOf(setup, 0, 1);
      const tagged = Array.from({ length: 20 }, (_, n) => `{${tag}}${n}`);
      await Promise.all(tagged.map((key) => client.set(key, "1")));
      await client.rpush(`{${tag}}list`, "1");
      const slot = slotOf(tag);
      await setup.beginMove(slot, 2);
      const seen: string[] = [];
      const scan = cluster.scan({
        match: `{${tag}}*`,
        type: "string",
        count: 10,
      });
      let isMoved = false;
      for await (const [, key] of scan) {
        seen.push(key);
        if (isMoved) continue;
        isMoved = true;
        const [from, to] = [await setup.primary(0), await setup.primary(2)];
        await setup.moveKeys(tagged.slice(0, 10), { from, to });
      }
      assert(isMoved);
      assertEquals([...new Set(seen)].sort(), [...tagged].sort());
      await setup.moveSlot(slot, 2);
    },
  );

  await t.step(
    "keys of slots that moved are bytes where bytes are wanted",
    async () => {
      const found = new Set<string>();
      let isFirst = true;
      const decoder = new TextDecoder();
      for await (
        const [, key] of cluster.scan({ returnUint8Arrays: true, count: 20 })
      ) {
        assert(key instanceof Uint8Array);
        found.add(decoder.decode(key));
        if (!isFirst) continue;
        isFirst = false;
        for (const key of keys.slice(0, 20)) {
          await setup.moveSlot(
            slotOf(key),
            1,
          );
        }
      }
      assertEquals(keys.filter((key) => !found.has(key)), []);
    },
  );
});
