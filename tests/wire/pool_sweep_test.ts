import { assertEquals } from "@std/assert";
import type { Connection } from "../../src/wire/connection.ts";
import { Bench, Caller, eventually } from "./pool_fixture.ts";

/** Leases connections while no time passes. */
async function leaseAll(
  bench: Bench,
  count: number,
): Promise<Connection[]> {
  const callers = Array.from({ length: count }, () => new Caller());
  for (const caller of callers) bench.pool.apply(caller);
  await eventually(() =>
    callers.every((it) => (it.connection ?? it.refusal) !== undefined)
  );
  return callers.map(({ connection }) => connection!);
}

Deno.test("Pool closes connections only when each has been idle for long enough", async () => {
  await using bench = new Bench({ idleTimeout: 1_000 });
  const [a, b, c] = await leaseAll(bench, 3);
  bench.pool.release(a);
  await bench.time.advance(600);
  bench.pool.release(b);
  await bench.time.advance(399);
  assertEquals([a.usable, b.usable, c.usable], [true, true, true]);
  await bench.time.advance(1);
  assertEquals([a.usable, b.usable, c.usable], [false, true, true]);
  // What is left is looked at again, at the latest after the same time.
  await bench.time.advance(1_000);
  assertEquals([a.usable, b.usable, c.usable], [false, false, true]);
  await bench.time.advance(1_000);
  assertEquals([bench.pool.size, bench.pool.leased], [1, 1]);
  assertEquals(bench.time.delays, [], "nobody is idle, so nobody has to look");
});

Deno.test("Pool goes on to close what is idle, time after time", async () => {
  await using bench = new Bench({ idleTimeout: 1_000 });
  for (let round = 0; round < 3; round++) {
    const [one] = await leaseAll(bench, 1);
    bench.pool.release(one);
    assertEquals(bench.time.delays, [1_000]);
    await bench.time.advance(2_000);
    assertEquals([one.usable, bench.pool.size], [false, 0]);
  }
});

Deno.test("Pool.close() leaves no clock behind", async () => {
  await using bench = new Bench({
    idleTimeout: 1_000,
    breaker: { threshold: 1 },
  });
  const [one, other] = await leaseAll(bench, 2);
  bench.pool.release(one);
  bench.failure = new Error("Refused");
  await leaseAll(bench, 2);
  assertEquals([bench.pool.down, bench.time.delays.length], [true, 2]);
  await bench.pool.close();
  assertEquals([one.usable, other.usable, bench.time.delays], [
    false,
    false,
    [],
  ]);
});

Deno.test("Pool keeps idle connections for ever unless told otherwise", async () => {
  await using bench = new Bench();
  const [one] = await leaseAll(bench, 1);
  bench.pool.release(one);
  assertEquals(bench.time.delays, []);
  await bench.time.advance(10 ** 9);
  assertEquals([one.usable, bench.pool.idle], [true, 1]);
});
