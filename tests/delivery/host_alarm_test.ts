import { assertEquals } from "@std/assert";
import { Alarm } from "../../src/delivery/host.ts";
import { FakeTime } from "../fake_time.ts";

Deno.test("Alarm goes off once, at the earliest of its times", async () => {
  using time = new FakeTime();
  const start = time.now;
  const times: number[] = [];
  const alarm = new Alarm(() => times.push(time.now - start));
  for (const delay of [400, 30, 200]) alarm.set(start + delay);
  await time.advance(1_000);
  assertEquals(times, [30]);
  alarm.set(time.now + 1);
  await time.advance(1_000);
  assertEquals(times, [30, 1_001]);
});

Deno.test("Alarm.set() to a time that is over goes off soon", async () => {
  using time = new FakeTime();
  let rung = 0;
  const alarm = new Alarm(() => rung++);
  alarm.set(time.now - 1_000);
  assertEquals(rung, 0);
  await time.advance(0);
  assertEquals(rung, 1);
});

Deno.test("Alarm.clear() switches it off until it is set again", async () => {
  using time = new FakeTime();
  let rung = 0;
  const alarm = new Alarm(() => rung++);
  alarm.set(time.now + 20);
  alarm.set(Infinity);
  alarm.clear();
  await time.advance(40);
  assertEquals(rung, 0);
  alarm.set(time.now + 1);
  await time.advance(1);
  assertEquals(rung, 1);
});

Deno.test("Alarm does not keep a program alive", () => {
  using time = new FakeTime();
  const alarm = new Alarm(() => {});
  alarm.set(time.now + 20);
  assertEquals(time.held, [false]);
});

Deno.test("Alarm.set() to a time that no timer reaches does not go off at once", async () => {
  using time = new FakeTime();
  let rung = 0;
  const alarm = new Alarm(() => rung++);
  alarm.set(time.now + 2 ** 33);
  await time.advance(60_000);
  assertEquals(rung, 0);
  // One that is earlier still counts.
  alarm.set(time.now + 1);
  await time.advance(1);
  assertEquals(rung, 1);
});
