import { assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import { afterReading, countdown } from "../../src/wire/countdown.ts";
import { eventually, turn } from "../../support/waiting.ts";
import { FakeTime } from "../fake_time.ts";

Deno.test("countdown() calls back once, when the time is up", async () => {
  using time = new FakeTime();
  let calls = 0;
  countdown(50, () => calls++);
  await time.advance(49);
  assertEquals(calls, 0);
  await time.advance(1);
  await eventually(() => calls === 1);
  await time.advance(1_000);
  assertEquals(calls, 1);
});

Deno.test("countdown() can be cancelled, also while what has come is being read", async () => {
  using time = new FakeTime();
  let calls = 0;
  countdown(50, () => calls++)();
  assertEquals(time.delays, []);
  const cancel = countdown(50, () => calls++);
  const advanced = time.advance(50);
  // Its timer is first, and this one behind it in the same turn.
  setImmediate(cancel);
  await advanced;
  await turn();
  assertEquals([calls, time.delays], [0, []]);
});

Deno.test("afterReading() lets what has come be read first", async () => {
  const order: string[] = [];
  afterReading(0, () => 0, () => order.push("judged"));
  queueMicrotask(() => order.push("read"));
  await eventually(() => order.length === 2);
  assertEquals(order, ["read", "judged"]);
});

Deno.test("afterReading() goes on as long as something comes, after the program was held up", async () => {
  using time = new FakeTime();
  let [received, calls] = [0, 0];
  afterReading(1_000, () => received, () => calls++);
  await eventually(() => time.delays.length === 1);
  for (let i = 0; i < 7; i++) {
    received++;
    await time.advance(250);
    assertEquals([calls, time.delays], [0, [250]]);
  }
  await time.advance(250);
  assertEquals([calls, time.delays], [1, []]);
});

Deno.test("afterReading() waits no longer than twice the time that the program was held up", async () => {
  using time = new FakeTime();
  let [received, calls] = [0, 0];
  afterReading(100, () => received++, () => calls++);
  await eventually(() => time.delays.length === 1);
  await time.advance(199);
  assertEquals(calls, 0);
  await time.advance(100);
  assertEquals([calls, time.delays], [1, []]);
});

Deno.test("afterReading() does not wait for what comes where nothing was held up", async () => {
  using time = new FakeTime();
  let [received, calls] = [0, 0];
  afterReading(1, () => received++, () => calls++);
  await eventually(() => calls === 1);
  assertEquals(time.delays, []);
});
