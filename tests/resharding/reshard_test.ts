// Keys that move to other hosts while programs write.

import { assert, assertEquals } from "@std/assert";
import { Rings } from "./support.ts";

Deno.test("keys move to a host that is added, and back", async () => {
  await using rings = await Rings.start();
  const cluster = rings.follower();
  const client = cluster.getRoutingClient();
  const keys = Array.from({ length: 500 }, (_, i) => `key:${i}`);
  await Promise.all(keys.map((key) => client.set(key, key)));
  const phases = new Set((await rings.move()).map(({ phase }) => phase));
  assertEquals([...phases], ["announced", "holding", "moving", "stable"]);
  assertEquals(await rings.assertPlaced(), 500);
  assert(Number(await rings.ask(2, "DBSIZE")) > 50);
  assertEquals(await client.mget(...keys), keys);
  await rings.move({}, { back: true });
  assertEquals(await rings.assertPlaced(rings.before), 500);
  assertEquals(await client.mget(...keys), keys);
});

Deno.test("counters keep all that was acknowledged while keys move", async () => {
  await using rings = await Rings.start();
  const cluster = rings.follower();
  const client = cluster.getRoutingClient();
  const keys = Array.from({ length: 300 }, (_, i) => `key:${i}`);
  const counts = new Map(keys.map((key) => [key, 0]));
  let isOver = false;
  const writing = (async () => {
    while (!isOver) {
      await Promise.all(keys.map(async (key) => {
        const count = counts.get(key)! + 1;
        counts.set(key, count);
        assertEquals(await client.incr(key), count);
        assertEquals(await client.get(key), String(count));
      }));
    }
  })();
  await rings.move({ rate: 300 });
  await rings.move({ rate: 300 }, { back: true });
  isOver = true;
  await writing;
  assertEquals(await rings.assertPlaced(rings.before), 300);
  for (const [key, count] of counts) {
    assertEquals(await client.get(key), String(count));
  }
});
