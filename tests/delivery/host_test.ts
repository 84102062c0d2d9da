import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Alarm } from "../../src/delivery/host.ts";
import { isPending } from "../../support/waiting.ts";
import { FakeTime } from "../fake_time.ts";
import { deliver, lease } from "../wire/pool_fixture.ts";
import { Fixture } from "./host_fixture.ts";

Deno.test("Host.admit() counts what fits, in commands and in bytes", async () => {
  await using fixture = new Fixture({
    maxQueueCommands: 3,
    maxQueueBytes: 100,
  });
  const { host } = fixture;
  assertEquals([60, 41, 40, 0, 0].map((size) => host.admit(size)), [
    true,
    false,
    true,
    true,
    false,
  ]);
  assertEquals([host.queue.commands, host.queue.bytes], [3, 100]);
  assertEquals(host.stats().queue, { commands: 3, bytes: 100 });
});

Deno.test("Host.roomy is so while an eighth of its queue is filled", async () => {
  await using fixture = new Fixture({
    maxQueueCommands: 16,
    maxQueueBytes: 800,
  });
  const { host } = fixture;
  host.admit(100);
  assert(host.roomy);
  host.admit(1);
  assertEquals(host.roomy, false);
  await using other = new Fixture({ maxQueueCommands: 8 });
  other.host.admit(1);
  assert(other.host.roomy);
  other.host.admit(1);
  assertEquals(other.host.roomy, false);
});

Deno.test("Host.pause() calls back once, unless it is cancelled", async () => {
  await using fixture = new Fixture();
  const { host, bench } = fixture;
  const woken: string[] = [];
  host.pause(100, () => woken.push("late"));
  const cancel = host.pause(50, () => woken.push("cancelled"));
  host.pause(10, () => woken.push("early"));
  await bench.time.advance(20);
  cancel();
  await bench.time.advance(1_000);
  assertEquals(woken, ["early", "late"]);
});

Deno.test("Host.move() ends pauses, and whatever tells its address tells the new one", async () => {
  await using fixture = new Fixture();
  const { host, place } = fixture;
  const woken: string[] = [];
  host.pause(100, () => {
    woken.push("first");
    // One that begins now is about where it is now.
    host.pause(100, () => woken.push("second"));
  });
  place.address = "there:2";
  host.move();
  assertEquals(woken, ["first"]);
  assertEquals(host.address, "there:2");
  assertStringIncludes(host.failures.queueFull("GET").message, "at there:2");
  await fixture.bench.time.advance(100);
  assertEquals(woken, ["first", "second"]);
});

Deno.test("Host.leaveServer() lends no connection again, and says so", async () => {
  await using fixture = new Fixture();
  const { host } = fixture;
  host.pool.release(await lease(host.pool));
  assertEquals(host.pool.idle, 1);
  host.leaveServer();
  assertEquals(host.pool.idle, 0);
  assertEquals(fixture.misled, 1);
});

Deno.test("Host.close() waits for what is queued, but not for longer than it may", async () => {
  await using fixture = new Fixture();
  const { host, bench } = fixture;
  host.admit(10);
  let woken = 0;
  host.pause(100_000, () => woken++);
  const closing = host.close(500);
  assert(host.closing);
  await bench.time.advance(499);
  assert(await isPending(closing));
  assertEquals(host.pool.closed, false);
  await bench.time.advance(1);
  await closing;
  assertEquals([host.pool.closed, woken], [true, 1]);
});

Deno.test("Host.stats() counts its connections", async () => {
  await using fixture = new Fixture();
  const { host, bench } = fixture;
  const used = await lease(host.pool);
  const other = await lease(host.pool);
  await deliver(used, bench.sockets[0]);
  host.pool.release(used);
  const { open, idle } = host.stats().connections;
  assertEquals([open, idle], [2, 1]);
  host.pool.release(other);
});

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
