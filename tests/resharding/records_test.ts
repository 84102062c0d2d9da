import { assertEquals, assertMatch } from "@std/assert";
import { Cluster } from "../../mod.ts";
import { RECORD_KEY, type RingRecord } from "../../src/moving/mod.ts";
import { inUse, Records, ringName } from "../../src/resharding/records.ts";
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

Deno.test("inUse() says what the record is about, what was given, and what to do", () => {
  const given = { from: "a", to: "b", names: { a: "ring A", b: "ring B" } };
  const stable = { epoch: 7, phase: "stable", isMixed: false } as const;
  const other = inUse(
    { ...stable, from: "c", to: "c", rings: { c: "ring C" } },
    given,
  );
  assertEquals(
    other.message,
    "Cannot move keys between the given hosts: the servers are in use with other " +
      "ones, ring C, as their record says (epoch 7); given are as before ring A, " +
      "and as after ring B; give as before what is in use, with the same ids, " +
      "labels and router",
  );
  const moving = inUse(
    { ...stable, phase: "moving", from: "a", to: "c", rings: { c: "ring C" } },
    given,
  );
  assertEquals(
    moving.message,
    "Cannot move keys between the given hosts: keys are on their way between " +
      "other ones (moving), from ring A, to ring C, as their record says (epoch " +
      "7); given are as before ring A, and as after ring B; give those to go on " +
      "with that move, or to abort it",
  );
});

Deno.test("inUse() says why rings differ that look alike", () => {
  const given = { from: "a", to: "b", names: { a: "ring A", b: "ring B" } };
  const record = { epoch: 7, phase: "stable", isMixed: false } as const;
  const alike = { ...record, from: "c", to: "c", rings: { c: "ring A" } };
  assertMatch(inUse(alike, given).message, /look alike, .*passwords/);
  const bare = { ...record, from: "c", to: "c" };
  assertEquals(inUse(bare, given).message.includes("look alike"), false);
  assertEquals(
    ringName("c", {}, given.names),
    "a ring without a description (c)",
  );
  assertEquals(ringName("a", {}, given.names), "ring A");
});
