import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeTime, replaced } from "./fake_time.ts";
import { bounded, eventually, isPending, turn } from "../support/waiting.ts";

Deno.test("FakeTime stands still until it is driven on", async () => {
  using time = new FakeTime();
  const start = performance.now();
  const seen: [string, number][] = [];
  const note = (name: string) => seen.push([name, performance.now() - start]);
  setTimeout(note, 20, "second");
  setTimeout(note, 10, "first");
  setTimeout(() => setTimeout(note, 5, "third"), 20);
  clearTimeout(setTimeout(note, 1, "never"));
  await turn();
  assertEquals([time.now, seen], [start, []]);
  assertEquals(time.delays, [10, 20, 20]);
  await time.advance(24);
  assertEquals(seen, [["first", 10], ["second", 20]]);
  await time.advance(1);
  assertEquals(seen[2], ["third", 25]);
  assertEquals(time.delays, []);
});

Deno.test("FakeTime has timers that are too long go off at once", async () => {
  using time = new FakeTime();
  const seen: string[] = [];
  setTimeout(() => seen.push("longest"), 2 ** 31 - 1);
  setTimeout(() => seen.push("too long"), 2 ** 31);
  await time.advance(2 ** 31 - 2);
  assertEquals(seen, ["too long"]);
  await time.advance(1);
  assertEquals(seen, ["too long", "longest"]);
});

Deno.test("FakeTime gives what awaits a timer its turn", async () => {
  using time = new FakeTime();
  let woken = 0;
  const sleeping = (async () => {
    for (; woken < 3; woken++) await time.sleep(10);
  })();
  await time.advance(29);
  assertEquals([woken, await isPending(sleeping)], [2, true]);
  await time.advance(1);
  assertEquals([woken, await isPending(sleeping)], [3, false]);
});

Deno.test("FakeTime knows which timers keep a program alive", () => {
  using time = new FakeTime();
  const timer = setTimeout(() => {}, 10);
  assertEquals(time.held, [true]);
  Deno.unrefTimer(timer as unknown as number);
  assertEquals(time.held, [false]);
});

Deno.test("FakeTime puts back what it stood in for", async () => {
  const before = [setTimeout, clearTimeout, Deno.unrefTimer, performance.now];
  const early = setTimeout(() => {}, 60_000);
  using time = new FakeTime();
  const late = setTimeout(() => {}, 60_000);
  Deno.unrefTimer(early as unknown as number);
  clearTimeout(early);
  assertEquals(time.delays, [60_000]);
  time[Symbol.dispose]();
  time[Symbol.dispose]();
  clearTimeout(late);
  assertEquals(
    [setTimeout, clearTimeout, Deno.unrefTimer, performance.now],
    before,
  );
  assert(!Object.hasOwn(performance, "now"));
  await new Promise((wake) => setTimeout(wake, 1));
});

Deno.test("replaced() puts a property back", () => {
  const owner = { name: "before" };
  {
    using _ = replaced(owner, "name", "meanwhile");
    assertEquals(owner.name, "meanwhile");
  }
  assertEquals(owner.name, "before");
});

Deno.test("eventually() and bounded() keep to the real clock", async () => {
  using _ = new FakeTime();
  let checks = 0;
  await eventually(() => ++checks === 3);
  assertEquals(await bounded(Promise.resolve("value")), "value");
  const error = new Error("It went wrong");
  await assertRejects(() => bounded(Promise.reject(error)), Error, "wrong");
});
