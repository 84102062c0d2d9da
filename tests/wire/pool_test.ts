import { assert, assertEquals, assertStrictEquals } from "@std/assert";

import { Bench, Caller, lease, turn } from "./pool_fixture.ts";

Deno.test("Pool opens nothing before somebody applies", async () => {
  await using bench = new Bench();
  await turn();
  assertEquals(bench.dials.length, 0);
  assertEquals(bench.pool.tryLease(), undefined);
  const { size, idle, leased, dialing, waiting } = bench.pool;
  assertEquals([size, idle, leased, dialing, waiting], [0, 0, 0, 0, 0]);
});

Deno.test("Pool leases one connection to one owner at a time", async () => {
  await using bench = new Bench();
  const one = await lease(bench.pool);
  const other = await lease(bench.pool);
  assert(one !== other);
  assertEquals([bench.pool.size, bench.pool.idle, bench.pool.leased], [
    2,
    0,
    2,
  ]);
  bench.pool.release(one);
  assertEquals([bench.pool.size, bench.pool.idle, bench.pool.leased], [
    2,
    1,
    1,
  ]);
  assertStrictEquals(bench.pool.tryLease(), one);
  assertEquals(bench.pool.tryLease(), undefined);
});

Deno.test("Pool leases the one that was used last first", async () => {
  await using bench = new Bench();
  const one = await lease(bench.pool);
  const other = await lease(bench.pool);
  bench.pool.release(one);
  bench.pool.release(other);
  assertStrictEquals(bench.pool.tryLease(), other);
  assertStrictEquals(bench.pool.tryLease(), one);
});

Deno.test("Pool opens no more than its bound, and serves first come first", async () => {
  await using bench = new Bench({ maxConnections: 2 });
  const log: string[] = [];
  const callers = ["a", "b", "c", "d", "e"].map((name) =>
    new Caller(name, log)
  );
  for (const caller of callers) bench.pool.apply(caller);
  await turn();
  assertEquals(log, ["a", "b"]);
  assertEquals([bench.dials.length, bench.pool.waiting], [2, 3]);
  assert(bench.pool.exhausted);
  bench.pool.release(callers[1].connection!);
  assertEquals(log, ["a", "b", "c"]);
  bench.pool.release(callers[0].connection!);
  assertEquals(log, ["a", "b", "c", "d"]);
  bench.pool.release(callers[3].connection!);
  assertEquals(log, ["a", "b", "c", "d", "e"]);
  assertEquals(bench.dials.length, 2);
});

Deno.test("Pool.tryLease() does not jump the queue", async () => {
  await using bench = new Bench({ maxConnections: 1 });
  const first = await lease(bench.pool);
  const waiting = new Caller();
  bench.pool.apply(waiting);
  assertEquals(bench.pool.tryLease(), undefined);
  bench.pool.release(first);
  assertStrictEquals(waiting.connection, first);
  assertEquals(bench.pool.tryLease(), undefined);
});

Deno.test("Pool.withdraw() leaves the queue", async () => {
  await using bench = new Bench({ maxConnections: 1 });
  const log: string[] = [];
  const first = await lease(bench.pool);
  const [gone, next] = [new Caller("gone", log), new Caller("next", log)];
  bench.pool.apply(gone);
  bench.pool.apply(next);
  bench.pool.withdraw(gone);
  bench.pool.release(first);
  await turn();
  assertEquals(log, ["next"]);
});

Deno.test("Pool keeps what was dialled for one who withdrew", async () => {
  await using bench = new Bench();
  const gate = Promise.withResolvers<void>();
  bench.hold = gate.promise;
  const caller = new Caller();
  bench.pool.apply(caller);
  assertEquals(bench.pool.dialing, 1);
  bench.pool.withdraw(caller);
  gate.resolve();
  await turn();
  assertEquals([caller.connection, caller.refusal], [undefined, undefined]);
  assertEquals([bench.pool.dialing, bench.pool.idle], [0, 1]);
});

Deno.test("Pool does not open one connection too many while it dials", async () => {
  await using bench = new Bench();
  const gate = Promise.withResolvers<void>();
  bench.hold = gate.promise;
  const callers = [new Caller(), new Caller()];
  for (const caller of callers) bench.pool.apply(caller);
  assertEquals([bench.pool.dialing, bench.dials.length], [2, 2]);
  gate.resolve();
  await turn();
  assertEquals([bench.dials.length, bench.pool.size], [2, 2]);
});

Deno.test("Pool.release() does not keep what is not usable", async () => {
  await using bench = new Bench();
  const connection = await lease(bench.pool);
  connection.retire();
  bench.pool.release(connection);
  await connection.closed;
  await turn();
  assertEquals([bench.pool.size, bench.pool.idle], [0, 0]);
});
