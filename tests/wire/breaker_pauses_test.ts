import { assert, assertEquals } from "@std/assert";
import { Breaker, type BreakerOptions } from "../../src/wire/breaker.ts";
import { FakeTime, replaced } from "../fake_time.ts";

/** A breaker that tells nobody but the test, and whose probes never report. */
function makeBreaker(options: BreakerOptions) {
  const changes: [down: boolean, error: unknown][] = [];
  const state = { probes: 0 };
  const breaker = new Breaker(
    () => {
      state.probes++;
      return Promise.resolve();
    },
    (down, error) => changes.push([down, error]),
    options,
  );
  return { breaker, changes, state };
}

/** How long a breaker waits before each of its probes, all of which fail. */
async function pausesOf(
  breaker: Breaker,
  time: FakeTime,
  count: number,
): Promise<number[]> {
  const pauses: number[] = [];
  for (let i = 0; i < count; i++) {
    breaker.failed("down");
    const [pause, ...others] = time.delays;
    assertEquals(others, [], "it has one timer");
    pauses.push(Math.round(pause));
    await time.advance(pause);
  }
  return pauses;
}

Deno.test("Breaker waits for 1 second at first, and for 30 in the end", async () => {
  using time = new FakeTime();
  using _random = replaced(Math, "random", () => 1);
  const { breaker, state } = makeBreaker({ threshold: 1 });
  assertEquals(
    await pausesOf(breaker, time, 8),
    [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000],
  );
  assertEquals([state.probes, breaker.failures], [8, 8]);
});

Deno.test("Breaker shortens its pauses by a half at most", async () => {
  using time = new FakeTime();
  using _random = replaced(Math, "random", () => 0);
  const { breaker } = makeBreaker({ threshold: 1, minDelay: 8, maxDelay: 20 });
  assertEquals(await pausesOf(breaker, time, 4), [4, 8, 10, 10]);
});

Deno.test("Breaker starts with short pauses again once its server was back", async () => {
  using time = new FakeTime();
  using _random = replaced(Math, "random", () => 1);
  const { breaker, changes } = makeBreaker({ threshold: 1, minDelay: 10 });
  assertEquals(await pausesOf(breaker, time, 4), [10, 20, 40, 80]);
  breaker.succeeded();
  assertEquals(await pausesOf(breaker, time, 2), [10, 20]);
  assertEquals(changes.map(([down]) => down), [true, false, true]);
});

Deno.test("Breaker has one pause at a time, however many attempts fail", async () => {
  using time = new FakeTime();
  using _random = replaced(Math, "random", () => 1);
  const { breaker, state } = makeBreaker({ threshold: 2, minDelay: 10 });
  breaker.failed(1);
  assertEquals(time.delays.length, 0);
  for (let i = 2; i <= 6; i++) breaker.failed(i);
  assertEquals(time.delays.map(Math.round), [10]);
  assertEquals(breaker.error, 6, "the last error");
  await time.advance(1_000);
  assertEquals([state.probes, time.delays.length], [1, 0]);
});

Deno.test("Breaker probes no more once an attempt has succeeded", async () => {
  using time = new FakeTime();
  const { breaker, changes, state } = makeBreaker({ threshold: 1 });
  breaker.failed("down");
  assertEquals(time.delays.length, 1);
  breaker.succeeded();
  assertEquals(time.delays, []);
  await time.advance(60_000);
  assertEquals(state.probes, 0);
  assertEquals(changes, [[true, "down"], [false, undefined]]);
});

Deno.test("Breaker that never opened tells nobody", () => {
  const { breaker, changes } = makeBreaker({ threshold: 3 });
  for (let i = 0; i < 5; i++) {
    breaker.failed(i);
    breaker.failed(i);
    breaker.succeeded();
    breaker.succeeded();
  }
  assertEquals(changes, []);
  assert(!breaker.open);
});
