import { assert, assertEquals } from "@std/assert";
import { Alarm } from "../../src/clients/alarm.ts";
import { eventually, sleep } from "../faults/outcome.ts";

Deno.test("Alarm goes off once, at the earliest of its times", async () => {
  const start = performance.now();
  const times: number[] = [];
  const alarm = new Alarm(() => times.push(performance.now() - start));
  for (const time of [400, 30, 200]) alarm.set(start + time);
  await eventually(() => times.length > 0);
  // A timer of the runtime may go off a moment early.
  assert(times[0] > 25 && times[0] < 200, `${times[0]}`);
  await sleep(250);
  assertEquals(times.length, 1);
  alarm.set(performance.now() + 1);
  await eventually(() => times.length === 2);
});

Deno.test("Alarm.set() to a time that is over goes off soon", async () => {
  let rung = 0;
  const alarm = new Alarm(() => rung++);
  alarm.set(performance.now() - 1_000);
  assertEquals(rung, 0);
  await eventually(() => rung === 1, 1_000);
});

Deno.test("Alarm.clear() switches it off until it is set again", async () => {
  let rung = 0;
  const alarm = new Alarm(() => rung++);
  alarm.set(performance.now() + 20);
  alarm.set(Infinity);
  alarm.clear();
  await sleep(40);
  assertEquals(rung, 0);
  alarm.set(performance.now() + 1);
  await eventually(() => rung === 1, 1_000);
});

Deno.test("Alarm.set() to a time that no timer reaches does not go off at once", async () => {
  let rung = 0;
  const alarm = new Alarm(() => rung++);
  alarm.set(performance.now() + 2 ** 33);
  await sleep(20);
  assertEquals(rung, 0);
  // One that is earlier still counts.
  alarm.set(performance.now() + 1);
  await eventually(() => rung === 1, 1_000);
  alarm.clear();
});
