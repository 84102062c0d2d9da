import { assertEquals } from "@std/assert";
import { Cluster } from "../../mod.ts";
import { RECORD_KEY, type RingRecord } from "../../src/moving/mod.ts";
import { Records } from "../../src/resharding/records.ts";
import { RedisServer } from "../../src/testing.ts";
import { ask } from "../../support/raw_client.ts";
import { hostOf } from "../moving/support.ts";

const NEXT = { phase: "moving", from: "a", to: "b", isMixed: false } as const;

Deno.test("Records has one host decide, and the others keep copies", async () => {
  await using one = await RedisServer.start();
  await using other = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [one.host, other.host] });
  const records = new Records([hostOf(cluster, 0), hostOf(cluster, 1)]);
  assertEquals(await records.read(), undefined);
  const first = await records.advance(undefined, NEXT);
  assertEquals(first, { epoch: 1, ...NEXT });
  // Whoever is slower has no say.
  assertEquals(await records.advance(undefined, NEXT), undefined);
  const second = await records.advance(first, { ...NEXT, phase: "holding" });
  assertEquals(second?.epoch, 2);
  for (const server of [one, other]) {
    const text = String(await ask(server, "GET", RECORD_KEY));
    assertEquals((JSON.parse(text) as RingRecord).epoch, 2);
  }
  // A copy never takes the place of a newer one.
  await records.copy(first!);
  assertEquals(await records.read(), second);
  // The first host was emptied: what the others keep goes on.
  await ask(one, "FLUSHALL");
  assertEquals(await records.read(), second);
  const third = await records.advance(second, NEXT);
  assertEquals(third?.epoch, 3);
  assertEquals(await records.read(), third);
});
