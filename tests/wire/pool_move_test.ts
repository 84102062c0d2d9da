import { assert, assertEquals } from "@std/assert";
import {
  Bench,
  Caller,
  deliver,
  eventually,
  lease,
  turn,
} from "./pool_fixture.ts";
import { StepwiseExchange } from "./stepwise_exchange.ts";

Deno.test("Pool.move() lends no connection that was open, and lets those in use end", async () => {
  await using bench = new Bench({ maxConnections: 2 });
  const { pool } = bench;
  const [used, idle] = [await lease(pool), await lease(pool)];
  pool.release(idle);
  used.send(new StepwiseExchange(["A"]));
  await turn();
  pool.move();
  assertEquals([idle.usable, used.usable, used.error], [
    false,
    false,
    undefined,
  ]);
  assertEquals([pool.size, pool.idle, pool.leased], [0, 0, 0]);
  // It has a bound of its own where it is now.
  const [first, second] = [await lease(pool), await lease(pool)];
  assert(first !== idle && second !== idle);
  assertEquals(pool.exhausted, true);
  bench.sockets[0].say("+a\r\n");
  await used.closed;
  await turn();
  pool.release(used);
  assertEquals([pool.size, bench.closed], [2, 2]);
  // What ended there was not lost here.
  assertEquals(bench.opened, [false, false, false, false]);
  assertEquals(pool.failures, 0);
});

Deno.test("Pool.move() dials anew for those who wait, and counts no failure of before", async () => {
  await using bench = new Bench();
  const { pool } = bench;
  const hold = Promise.withResolvers<void>();
  bench.hold = hold.promise;
  const caller = new Caller();
  pool.apply(caller);
  await turn();
  pool.move();
  assert(bench.dials[0].signal.aborted);
  bench.hold = undefined;
  hold.resolve();
  await eventually(() => caller.connection !== undefined);
  assertEquals([bench.dials.length, bench.failed, pool.failures], [2, [], 0]);
  assert(!bench.dials[1].signal.aborted);
});

Deno.test("Pool.move() has no use for a connection that comes too late", async () => {
  await using bench = new Bench();
  const { pool } = bench;
  bench.isDeaf = true;
  const hold = Promise.withResolvers<void>();
  bench.hold = hold.promise;
  const caller = new Caller();
  pool.apply(caller);
  await turn();
  pool.move();
  hold.resolve();
  await eventually(() => caller.connection !== undefined);
  assertEquals(bench.sockets.map(({ isClosed }) => isClosed), [true, false]);
  assertEquals([bench.opened, bench.closed], [[false], 0]);
});

Deno.test("Pool.move() waits for no check of a connection that was idle", async () => {
  await using bench = new Bench();
  const { pool, time } = bench;
  const first = await lease(pool);
  await deliver(first, bench.sockets[0]);
  pool.release(first);
  await time.advance(1_000);
  const caller = new Caller();
  pool.apply(caller);
  await turn();
  assertEquals(caller.connection, undefined);
  pool.move();
  await eventually(() => caller.connection !== undefined);
  assert(caller.connection !== first && bench.sockets[0].isClosed);
});

Deno.test("Pool.move() closes the breaker of a server, and tells when it is back", async () => {
  await using bench = new Bench({ breaker: { threshold: 1 } });
  const { pool } = bench;
  bench.failure = new Error("nobody is there");
  const first = new Caller();
  pool.apply(first);
  await eventually(() => first.refusal !== undefined);
  assertEquals([pool.down, bench.health], [true, [true]]);
  bench.failure = undefined;
  pool.move();
  assertEquals(pool.down, false);
  assertEquals(bench.health, [true]);
  const connection = await lease(pool);
  assertEquals(bench.dials.at(-1)!.prove, false);
  await deliver(connection, bench.sockets.at(-1)!);
  pool.release(connection);
  assertEquals(bench.health, [true, false]);
  // Nothing probes where it was.
  const dials = bench.dials.length;
  await bench.time.advance(60_000);
  assertEquals(bench.dials.length, dials);
});
