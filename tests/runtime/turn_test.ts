import { setImmediate } from "node:timers";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import {
  anotherTurn,
  failingLater,
  inAnotherTurn,
} from "../../src/runtime/turn.ts";
import { eventually } from "../../support/waiting.ts";

Deno.test("inAnotherTurn() calls back in order, and not in this turn", async () => {
  const called: number[] = [];
  for (let i = 0; i < 3; i++) inAnotherTurn(() => called.push(i));
  for (let i = 0; i < 10; i++) await undefined;
  await new Promise<void>((wake) => queueMicrotask(wake));
  assertEquals(called, []);
  await anotherTurn();
  assertEquals(called, [0, 1, 2]);
});

Deno.test("inAnotherTurn() lets others have their turn between many", async () => {
  let called = 0;
  const done = new Promise<void>((resolve) => {
    for (let i = 0; i < 10_000; i++) {
      inAnotherTurn(() => void (++called === 10_000 && resolve()));
    }
  });
  const seen: number[] = [];
  const look = () => {
    seen.push(called);
    if (called < 10_000) setImmediate(look);
  };
  setImmediate(look);
  await done;
  assert(seen.length >= 4, String(seen));
});

Deno.test("inAnotherTurn() takes more while it calls back", async () => {
  const called: string[] = [];
  inAnotherTurn(() => {
    called.push("first");
    inAnotherTurn(() => called.push("third"));
  });
  inAnotherTurn(() => called.push("second"));
  await anotherTurn();
  await anotherTurn();
  assertEquals(called, ["first", "second", "third"]);
});

Deno.test("inAnotherTurn() keeps nothing of those who go on for ever", async () => {
  setFlagsFromString("--expose_gc");
  const collectGarbage: () => void = runInNewContext("gc");
  const refs: WeakRef<object>[] = [];
  let isOver = false;
  const goOn = () => {
    const kept = {};
    refs.push(new WeakRef(kept));
    inAnotherTurn(() => void (kept && !isOver && goOn()));
  };
  goOn();
  await eventually(() => refs.length >= 1_000);
  collectGarbage();
  const alive = refs.filter((ref) => ref.deref() !== undefined).length;
  isOver = true;
  assertLess(alive, refs.length / 2);
  await anotherTurn();
});

Deno.test("failingLater() gives a value at once, and an error in another turn", async () => {
  assertEquals(await failingLater(() => 1), 1);
  let isTold = false;
  const failing = assertRejects(() =>
    failingLater(() => {
      throw new RangeError("Wrong");
    }), RangeError).then(() => isTold = true);
  for (let i = 0; i < 20; i++) await undefined;
  assertEquals(isTold, false);
  await failing;
});
