import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  Breaker,
  type BreakerOptions,
  jitter,
} from "../../src/wire/breaker.ts";
import { FakeTime, replaced } from "../fake_time.ts";

/** A breaker that notes what it does; its probes fail until told otherwise. */
function makeBreaker(options: BreakerOptions, time?: FakeTime) {
  const changes: [down: boolean, error: unknown][] = [];
  const probes: number[] = [];
  const state = { healthy: false };
  const breaker: Breaker = new Breaker(
    () => {
      probes.push(time?.now ?? 0);
      if (state.healthy) breaker.succeeded();
      else breaker.failed(new Error("Probe failed"));
      return Promise.resolve();
    },
    (down, error) => changes.push([down, error]),
    options,
  );
  return { breaker, changes, probes, state };
}

Deno.test("Breaker opens after as many failures in a row as its threshold", () => {
  const { breaker, changes } = makeBreaker({ threshold: 3 });
  breaker.failed(1);
  breaker.failed(2);
  assertFalse(breaker.open);
  breaker.succeeded();
  assertEquals(breaker.failures, 0);
  breaker.failed(3);
  breaker.failed(4);
  assertFalse(breaker.open);
  breaker.failed(5);
  assert(breaker.open);
  assertEquals(breaker.error, 5);
  breaker.failed(6);
  assertEquals(changes, [[true, 5]]);
  breaker.stop();
});

Deno.test("Breaker has a threshold of 3 by default", () => {
  const { breaker } = makeBreaker({});
  breaker.failed(1);
  breaker.failed(2);
  assertFalse(breaker.open);
  breaker.failed(3);
  assert(breaker.open);
  breaker.stop();
});

Deno.test("Breaker probes until one succeeds, and closes", async () => {
  using time = new FakeTime();
  const { breaker, changes, probes, state } = makeBreaker({
    threshold: 1,
    minDelay: 5,
    maxDelay: 10,
  }, time);
  breaker.failed("first");
  await time.advance(30);
  assert(probes.length >= 3);
  assert(breaker.open);
  state.healthy = true;
  const failed = probes.length;
  await time.advance(10);
  assertFalse(breaker.open);
  assertEquals(changes, [[true, "first"], [false, undefined]]);
  assertEquals(breaker.failures, 0);
  assertEquals(breaker.error, undefined);
  await time.advance(1_000);
  assertEquals(probes.length, failed + 1);
});

Deno.test("Breaker doubles its pauses up to the longest", async () => {
  using time = new FakeTime();
  using _ = replaced(Math, "random", () => 1);
  const { breaker, probes } = makeBreaker({
    threshold: 1,
    minDelay: 20,
    maxDelay: 100,
  }, time);
  const start = time.now;
  breaker.failed("first");
  await time.advance(1_000);
  breaker.stop();
  const pauses = probes.map((at, index) => at - (probes[index - 1] ?? start));
  assertEquals(pauses.slice(0, 6), [20, 40, 80, 100, 100, 100]);
});

Deno.test("Breaker shortens each pause at random by up to a half", async () => {
  using time = new FakeTime();
  const shares = [0, 0.5, 1, 0.25];
  let next = 0;
  using _ = replaced(Math, "random", () => shares[next++ % shares.length]);
  const { breaker, probes } = makeBreaker({
    threshold: 1,
    minDelay: 40,
    maxDelay: 80,
  }, time);
  const start = time.now;
  breaker.failed("first");
  await time.advance(225);
  breaker.stop();
  const pauses = probes.map((at, index) => at - (probes[index - 1] ?? start));
  assertEquals(pauses, [20, 60, 80, 50]);
});

Deno.test("Breaker waits 1 second at first and 2 at most by default", async () => {
  using time = new FakeTime();
  using _ = replaced(Math, "random", () => 1);
  const { breaker, probes } = makeBreaker({ threshold: 1 }, time);
  const start = time.now;
  breaker.failed("first");
  await time.advance(100_000);
  breaker.stop();
  const pauses = probes.map((at, index) => at - (probes[index - 1] ?? start));
  assertEquals(
    pauses.map(Math.round),
    [1_000, ...new Array(49).fill(2_000)],
  );
});

Deno.test("Breaker does not keep a program alive", () => {
  using time = new FakeTime();
  const { breaker } = makeBreaker({ threshold: 1 }, time);
  breaker.failed("first");
  assertEquals(time.held, [false]);
  breaker.stop();
  assertEquals(time.held, []);
});

Deno.test("Breaker.stop() ends the probing", async () => {
  using time = new FakeTime();
  const { breaker, probes } = makeBreaker({ threshold: 1, minDelay: 5 }, time);
  breaker.failed("first");
  breaker.stop();
  await time.advance(1_000);
  assertEquals(probes, []);
});

Deno.test("jitter() stays between half of a delay and all of it", () => {
  const delays = Array.from({ length: 1_000 }, () => jitter(100));
  assert(delays.every((delay) => delay >= 50 && delay <= 100));
  assert(new Set(delays).size > 900, "they are not in step");
});
