import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { TimeoutError } from "../../src/errors.ts";
import { MAX_DELAY, TimeLimit } from "../../src/wire/time_limit.ts";
import { HandClock } from "./hand_clock.ts";

Deno.test("TimeLimit aborts when the time is up, and not before", async () => {
  using clock = new HandClock();
  const limit = new TimeLimit(50);
  await clock.pass(49);
  assert(!limit.signal.aborted);
  await clock.pass(1);
  const { reason } = limit.signal;
  assertInstanceOf(reason, TimeoutError);
  assertEquals(reason.outcome, "not-sent");
});

Deno.test("TimeLimit waits for ever where a timer cannot wait so long", async () => {
  for (const [timeout, timers] of [[Infinity, 0], [2 ** 31, 0], [2 ** 40, 0]]) {
    using clock = new HandClock();
    const limit = new TimeLimit(timeout);
    assertEquals(clock.pending.length, timers, `${timeout}`);
    await clock.pass(2 ** 41);
    assert(!limit.signal.aborted);
  }
  using clock = new HandClock();
  const limit = new TimeLimit(MAX_DELAY);
  await clock.pass(MAX_DELAY);
  assert(limit.signal.aborted);
});

Deno.test("TimeLimit follows another signal, with its reason", () => {
  using _clock = new HandClock();
  const controller = new AbortController();
  const limit = new TimeLimit(50, controller.signal);
  const reason = new Error("No longer wanted");
  controller.abort(reason);
  assertEquals(limit.signal.reason, reason);
  const late = new TimeLimit(50, controller.signal);
  assertEquals(late.signal.reason, reason);
});

Deno.test("TimeLimit leaves neither a timer nor a listener behind", async () => {
  using clock = new HandClock();
  const controller = new AbortController();
  const limit = new TimeLimit(50, controller.signal);
  limit.stop();
  assertEquals(clock.pending, []);
  controller.abort();
  await clock.pass(100);
  assert(!limit.signal.aborted);
});
