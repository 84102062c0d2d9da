import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { TimeoutError } from "../../src/errors.ts";
import { MAX_DELAY } from "../../src/wire/countdown.ts";
import { TimeLimit } from "../../src/wire/time_limit.ts";
import { FakeTime } from "../fake_time.ts";

Deno.test("TimeLimit aborts when the time is up, and not before", async () => {
  using time = new FakeTime();
  const limit = new TimeLimit(50);
  await time.advance(49);
  assert(!limit.signal.aborted);
  await time.advance(1);
  const { reason } = limit.signal;
  assertInstanceOf(reason, TimeoutError);
  assertEquals(reason.outcome, "not-sent");
});

Deno.test("TimeLimit waits for ever where a timer cannot wait so long", async () => {
  for (const [timeout, timers] of [[Infinity, 0], [2 ** 31, 0], [2 ** 40, 0]]) {
    using time = new FakeTime();
    const limit = new TimeLimit(timeout);
    assertEquals(time.delays.length, timers, `${timeout}`);
    await time.advance(2 ** 41);
    assert(!limit.signal.aborted);
  }
  using time = new FakeTime();
  const limit = new TimeLimit(MAX_DELAY);
  await time.advance(MAX_DELAY);
  assert(limit.signal.aborted);
});

Deno.test("TimeLimit follows another signal, with its reason", () => {
  using _time = new FakeTime();
  const controller = new AbortController();
  const limit = new TimeLimit(50, controller.signal);
  const reason = new Error("No longer wanted");
  controller.abort(reason);
  assertEquals(limit.signal.reason, reason);
  const late = new TimeLimit(50, controller.signal);
  assertEquals(late.signal.reason, reason);
});

Deno.test("TimeLimit leaves neither a timer nor a listener behind", async () => {
  using time = new FakeTime();
  const controller = new AbortController();
  const limit = new TimeLimit(50, controller.signal);
  limit.stop();
  assertEquals(time.delays, []);
  controller.abort();
  await time.advance(100);
  assert(!limit.signal.aborted);
});
