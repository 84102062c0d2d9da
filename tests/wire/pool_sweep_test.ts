import { assertEquals } from "@std/assert";
import type { Connection } from "../../src/wire/connection.ts";
import { HandClock } from "./hand_clock.ts";
import { Bench, Caller } from "./pool_fixture.ts";

/** Leases connections while no time passes. */
async function leaseAll(
  bench: Bench,
  clock: HandClock,
  count: number,
): Promise<Connection[]> {
  const callers = Array.from({ length: count }, () => new Caller());
  for (const caller of callers) bench.pool.apply(caller);
  await clock.pass(0);
  return callers.map(({ connection }) => connection!);
}

Deno.test("Pool closes connections only when each has been idle for long enough", async () => {
  using clock = new HandClock();
  await using bench = new Bench({ idleTimeout: 1_000 });
  const [a, b, c] = await leaseAll(bench, clock, 3);
  bench.pool.release(a);
  await clock.pass(600);
  bench.pool.release(b);
  await clock.pass(399);
  assertEquals([a.usable, b.usable, c.usable], [true, true, true]);
  await clock.pass(1);
  assertEquals([a.usable, b.usable, c.usable], [false, true, true]);
  // What is left is looked at again, at the latest after the same time.
  await clock.pass(1_000);
  assertEquals([a.usable, b.usable, c.usable], [false, false, true]);
  await clock.pass(1_000);
  assertEquals([bench.pool.size, bench.pool.leased], [1, 1]);
  assertEquals(clock.pending, [], "nobody is idle, so nobody has to look");
});

Deno.test("Pool goes on to close what is idle, time after time", async () => {
  using clock = new HandClock();
  await using bench = new Bench({ idleTimeout: 1_000 });
  for (let round = 0; round < 3; round++) {
    const [one] = await leaseAll(bench, clock, 1);
    bench.pool.release(one);
    assertEquals(clock.pending, [1_000]);
    await clock.pass(2_000);
    assertEquals([one.usable, bench.pool.size], [false, 0]);
  }
});

Deno.test("Pool.close() leaves no clock behind", async () => {
  using clock = new HandClock();
  const bench = new Bench({ idleTimeout: 1_000, breaker: { threshold: 1 } });
  const [one, other] = await leaseAll(bench, clock, 2);
  bench.pool.release(one);
  bench.failure = new Error("Refused");
  await leaseAll(bench, clock, 2);
  assertEquals([bench.pool.down, clock.pending.length], [true, 2]);
  await bench.pool.close();
  assertEquals([one.usable, other.usable, clock.pending], [false, false, []]);
});

Deno.test("Pool keeps idle connections for ever unless told otherwise", async () => {
  using clock = new HandClock();
  await using bench = new Bench();
  const [one] = await leaseAll(bench, clock, 1);
  bench.pool.release(one);
  assertEquals(clock.pending, []);
  await clock.pass(10 ** 9);
  assertEquals([one.usable, bench.pool.idle], [true, 1]);
});
