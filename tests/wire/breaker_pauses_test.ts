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

Deno.test("Breaker waits for 1 second at first, and for 2 in the end", async () => {
  using time = new FakeTime();
  using _random = replaced(Math, "random", () => 1);
  const { breaker, state } = makeBreaker({ threshold: 1 });
  assertEquals(
    await pausesOf(breaker, time, 8),
    [1_000, 2_000, 2_000, 2_000, 2_000, 2_000, 2_000, 2_000],
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

Deno.test("Breaker counts the time of a probe that was kept waiting as a pause", async () => {
  using time = new FakeTime();
  using _random = replaced(Math, "random", () => 1);
  const begun: number[] = [];
  const breaker: Breaker = new Breaker(
    async () => {
      begun.push(time.now);
      await time.sleep(700);
      breaker.failed("Silence");
    },
    () => {},
    { threshold: 1, minDelay: 1_000, maxDelay: 1_000 },
  );
  const start = time.now;
  breaker.failed("first");
  assertEquals(breaker.retryIn, 1_000);
  await time.advance(1_500);
  assertEquals(breaker.retryIn, 0, "it is being probed");
  await time.advance(300);
  assertEquals(breaker.retryIn, 200);
  await time.advance(1_300);
  assertEquals(begun.map((at) => at - start), [1_000, 2_000, 3_000]);
  breaker.stop();
  await time.advance(1_000);
});

Deno.test("Breaker.probe() begins a probe at once, or shares the one under way", async () => {
  using time = new FakeTime();
  const { breaker, state } = makeBreaker({ threshold: 1 });
  breaker.failed("down");
  const probes = [breaker.probe(), breaker.probe()];
  assertEquals([state.probes, time.delays], [1, []]);
  await Promise.all(probes);
  await breaker.probe();
  assertEquals(state.probes, 2);
});

Deno.test("Breaker counts no failure that lies before the last words of its server", async () => {
  using time = new FakeTime();
  const { breaker } = makeBreaker({ threshold: 9 });
  breaker.failed("down");
  await time.advance(10);
  breaker.heard(time.now - 20);
  assertEquals(breaker.failures, 1);
  breaker.heard(time.now - 5);
  assertEquals(breaker.failures, 0);
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
