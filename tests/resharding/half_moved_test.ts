// Moves that turn round while keys are on their way.

import { assertEquals, assertRejects } from "@std/assert";
import { ReshardingError } from "../../mod.ts";
import {
  CLAIMS_KEY,
  CONFLICT_PREFIX,
  KeyMover,
  RECORD_KEY,
} from "../../src/moving/mod.ts";
import { TwoRings } from "../../src/resharding/two_rings.ts";
import { Rings } from "../../support/rings.ts";

/** Puts a key where it was, claimed, and a copy where it goes to. */
async function putHalf(rings: Rings, key: string, [here, there]: string[]) {
  await rings.ask(rings.old(key), "SET", key, here);
  await rings.ask(rings.old(key), "HSET", CLAIMS_KEY, key, "of somebody");
  if (there !== undefined) await rings.ask(rings.next(key), "SET", key, there);
}

Deno.test("keys that are on both hosts as a move turns round are no conflicts", async () => {
  await using rings = await Rings.start();
  await rings.setPhase("moving");
  const [both, claimed, moved, hash, other] = rings.moving(5);
  await putHalf(rings, both, ["v", "v"]);
  await putHalf(rings, claimed, ["v"]);
  await rings.ask(rings.next(moved), "SET", moved, "v");
  // A large one is written in an order of its own on each server.
  const fields = Array.from({ length: 1_000 }, (_, i) => [`${i}`, "v"]);
  for (const hostId of [rings.old(hash), rings.next(hash)]) {
    await rings.ask(hostId, "HSET", hash, ...fields.flat());
    fields.reverse();
  }
  await rings.ask(rings.old(hash), "HSET", CLAIMS_KEY, hash, "of somebody");
  await rings.setPhase("moving");
  const steps = await rings.move({}, { back: true });
  assertEquals(steps.at(-1)?.conflicts, []);
  assertEquals(await rings.assertPlaced(rings.before), 4);
  // Nobody's copy is deleted that is another one.
  await rings.setPhase("moving");
  await putHalf(rings, other, ["ours", "theirs"]);
  const [again] = (await rings.move({}, { back: true })).slice(-1);
  assertEquals(again.conflicts, [other]);
  assertEquals(await rings.ask(rings.old(other), "GET", other), "ours");
  const name = await rings.ask(2, "KEYS", `${CONFLICT_PREFIX}*`) as string[];
  assertEquals(await rings.ask(2, "GET", name[0]), "theirs");
});

Deno.test("whoever moves keys stops when the move has been turned round", async () => {
  await using rings = await Rings.start();
  await rings.setPhase("moving");
  const [key] = rings.moving(1);
  await rings.ask(rings.old(key), "SET", key, "v");
  const two = new TwoRings(rings.before, rings.after);
  try {
    const { epoch } = (await two.records.read())!;
    const [from, to] = [rings.old(key), rings.next(key)]
      .map((hostId) => two.hosts.get(hostId)!);
    const mover = new KeyMover(from, to, { epoch });
    await rings.move({}, { back: true });
    await assertRejects(() => mover.move([key]), ReshardingError, "over");
  } finally {
    await two.close();
  }
  assertEquals(await rings.ask(rings.old(key), "GET", key), "v");
  assertEquals(await rings.assertPlaced(rings.before), 1);
  assertEquals(await rings.ask(0, "EXISTS", RECORD_KEY), 1);
});
