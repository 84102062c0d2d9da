import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  Breaker,
  type BreakerOptions,
  jitter,
} from "../../src/wire/breaker.ts";

/** A breaker that notes what it does; its probes fail until told otherwise. */
function makeBreaker(options: BreakerOptions) {
  const changes: [down: boolean, error: unknown][] = [];
  const probes: number[] = [];
  const state = { healthy: false };
  const breaker: Breaker = new Breaker(
    () => {
      probes.push(performance.now());
      if (state.healthy) breaker.succeeded();
      else breaker.failed(new Error("Probe failed"));
      return Promise.resolve();
    },
    (down, error) => changes.push([down, error]),
    options,
  );
  return { breaker, changes, probes, state };
}

async function eventually(check: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !check(); i++) {
    await new Promise((wake) => setTimeout(wake, 5));
  }
  assert(check(), "it did not hold in time");
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
  const { breaker, changes, probes, state } = makeBreaker({
    threshold: 1,
    minDelay: 5,
    maxDelay: 10,
  });
  breaker.failed("first");
  await eventually(() => probes.length >= 3);
  assert(breaker.open);
  state.healthy = true;
  await eventually(() => !breaker.open);
  assertEquals(changes, [[true, "first"], [false, undefined]]);
  assertEquals(breaker.failures, 0);
  assertEquals(breaker.error, undefined);
  const count = probes.length;
  await new Promise((wake) => setTimeout(wake, 30));
  assertEquals(probes.length, count);
});

Deno.test("Breaker doubles its pauses up to the longest", async () => {
  const { breaker, probes } = makeBreaker({
    threshold: 1,
    minDelay: 20,
    maxDelay: 80,
  });
  const start = performance.now();
  breaker.failed("first");
  await eventually(() => probes.length >= 5);
  breaker.stop();
  const pauses = probes.map((at, index) => at - (probes[index - 1] ?? start));
  [20, 40, 80, 80, 80].forEach((delay, index) => {
    // Timers are never early; how late they are is up to the machine.
    assert(pauses[index] >= delay / 2 - 1, `pause ${index}: ${pauses[index]}`);
  });
});

Deno.test("Breaker.stop() ends the probing", async () => {
  const { breaker, probes } = makeBreaker({ threshold: 1, minDelay: 5 });
  breaker.failed("first");
  breaker.stop();
  await new Promise((wake) => setTimeout(wake, 20));
  assertEquals(probes, []);
});

Deno.test("jitter() stays between half of a delay and all of it", () => {
  const delays = Array.from({ length: 1_000 }, () => jitter(100));
  assert(delays.every((delay) => delay >= 50 && delay <= 100));
  assert(new Set(delays).size > 900, "they are not in step");
});
