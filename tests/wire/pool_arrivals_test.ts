import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
} from "@std/assert";
import { CommandError, ConnectionError } from "../../src/errors.ts";
import { Bench, Caller, deliver, lease, turn } from "./pool_fixture.ts";

Deno.test("Pool.open() closes what arrives once the pool is closed", async () => {
  await using bench = new Bench();
  bench.isDeaf = true;
  const gate = Promise.withResolvers<void>();
  bench.hold = gate.promise;
  const opening = bench.pool.open();
  await bench.pool.close();
  gate.resolve();
  const connection = await opening;
  assertFalse(connection.usable);
  await connection.closed;
});

Deno.test("Pool.open() gives up when the pool is closed, or its signal is aborted", async () => {
  await using bench = new Bench();
  bench.hold = new Promise(() => {});
  const controllers = [new AbortController(), new AbortController()];
  for (const { signal } of controllers) bench.pool.open(signal);
  const signals = bench.dials.map(({ signal }) => signal);
  const reason = new Error("Not wanted");
  controllers[0].abort(reason);
  assertEquals(signals.map(({ aborted }) => aborted), [true, false]);
  assertEquals(signals[0].reason, reason);
  await bench.pool.close();
  assert(signals[1].aborted);
});

Deno.test("Pool.close() waits for what arrives late, and closes it", async () => {
  await using bench = new Bench();
  bench.isDeaf = true;
  const gate = Promise.withResolvers<void>();
  bench.hold = gate.promise;
  const caller = new Caller();
  bench.pool.apply(caller);
  const closing = bench.pool.close();
  gate.resolve();
  await closing;
  assertEquals([caller.connection, caller.refusal], [undefined, {
    kind: "closed",
  }]);
  assert(bench.sockets[0].isClosed);
  assertEquals([bench.pool.size, bench.opened], [0, []]);
});

Deno.test("Pool.close() forgets a dial that fails afterwards", async () => {
  await using bench = new Bench({ breaker: { threshold: 1 } });
  const gate = Promise.withResolvers<void>();
  bench.hold = gate.promise;
  bench.pool.apply(new Caller());
  const closing = bench.pool.close();
  bench.failure = new Error("Refused");
  gate.resolve();
  await closing;
  assertEquals([bench.failed, bench.health, bench.time.delays], [[], [], []]);
});

Deno.test("Pool.close() forgets a connection that was being lost", async () => {
  await using bench = new Bench({ breaker: { threshold: 1 } });
  const connection = await lease(bench.pool);
  bench.sockets[0].hangUp();
  while (!connection.failed) await undefined;
  await bench.pool.close();
  assertEquals([bench.health, bench.time.delays], [[], []]);
});

Deno.test("Pool counts a connection that is lost on its way as a failed dial", async () => {
  await using bench = new Bench({ breaker: { threshold: 2 } });
  const lost = new ConnectionError("Lost on its way");
  bench.onArrival = (connection) => connection.close(lost);
  const caller = new Caller();
  bench.pool.apply(caller);
  await turn();
  assertEquals(caller.refusal, { kind: "dial", cause: lost });
  assertEquals([bench.pool.failures, bench.pool.dialing], [1, 0]);
  assertEquals([bench.pool.size, bench.opened], [0, []]);
});

Deno.test("Pool hands out no idle connection that is being closed", async () => {
  await using bench = new Bench();
  const [one, other] = [await lease(bench.pool), await lease(bench.pool)];
  bench.pool.release(one);
  bench.pool.release(other);
  // The pool is told in a moment.
  other.close();
  assertStrictEquals(bench.pool.tryLease(), one);
  assertEquals(bench.pool.tryLease(), undefined);
});

Deno.test("Pool.release() is the end of an owner", async () => {
  await using bench = new Bench();
  const connection = await lease(bench.pool);
  let told = 0;
  connection.owner = { connectionIdle() {}, connectionLost: () => told++ };
  bench.pool.release(connection);
  assertEquals(connection.owner, undefined);
  connection.close();
  assertEquals(told, 0);
});

Deno.test("Pool has a connection prove itself after one that never answered", async () => {
  await using bench = new Bench();
  const silent = await lease(bench.pool);
  silent.used = true;
  silent.close();
  bench.pool.release(silent);
  await silent.closed;
  await turn();
  await lease(bench.pool);
  // That one did, so the next one need not.
  await lease(bench.pool);
  assertEquals(bench.dials.map(({ prove }) => prove), [false, true, false]);
});

Deno.test("Pool has a connection prove itself after a dial that failed", async () => {
  await using bench = new Bench({ breaker: { threshold: 9 } });
  bench.failure = new Error("Refused");
  bench.pool.apply(new Caller());
  await turn();
  assertEquals(bench.pool.failures, 1);
  bench.failure = undefined;
  await lease(bench.pool);
  assertEquals(bench.pool.failures, 0);
  await lease(bench.pool);
  assertEquals(bench.dials.map(({ prove }) => prove), [false, true, false]);
});

Deno.test("Pool takes a connection that answered its owner for a sign of life", async () => {
  await using bench = new Bench({ breaker: { threshold: 9 } });
  const connection = await lease(bench.pool);
  bench.failure = new Error("Refused");
  bench.pool.apply(new Caller());
  await turn();
  assertEquals(bench.pool.failures, 1);
  bench.pool.release(connection);
  assertEquals(bench.pool.failures, 1, "nothing was answered");
  assertStrictEquals(bench.pool.tryLease(), connection);
  await deliver(connection, bench.sockets[0]);
  bench.pool.release(connection);
  assertEquals(bench.pool.failures, 0);
});

Deno.test("Pool says for each connection whether one had failed before", async () => {
  await using bench = new Bench({ breaker: { threshold: 9 } });
  bench.failure = new Error("Refused");
  bench.pool.apply(new Caller());
  await turn();
  bench.failure = undefined;
  for (let i = 0; i < 3; i++) await lease(bench.pool);
  assertEquals(bench.opened, [true, false, false]);
  assertEquals(bench.failed.map(String), ["Error: Refused"]);
});

Deno.test("Pool does not count a server as down that says no", async () => {
  await using bench = new Bench({ breaker: { threshold: 2 } });
  const cause = new CommandError("WRONGPASS invalid password");
  bench.failure = new ConnectionError("The server refused AUTH", { cause });
  for (let i = 0; i < 3; i++) {
    const caller = new Caller();
    bench.pool.apply(caller);
    await turn();
    assertEquals(caller.refusal, { kind: "dial", cause: bench.failure });
  }
  assertEquals([bench.pool.failures, bench.health], [0, []]);
});

Deno.test("Pool takes a refusal for a sign of life", async () => {
  await using bench = new Bench({ breaker: { threshold: 2 } });
  const cause = new CommandError("WRONGPASS invalid password");
  const refusal = new ConnectionError("The server refused AUTH", { cause });
  for (const failure of [new Error("Refused"), refusal, new Error("Again")]) {
    bench.failure = failure;
    bench.pool.apply(new Caller());
    await turn();
  }
  assertEquals([bench.pool.failures, bench.pool.down], [1, false]);
});

Deno.test("Pool tells of every connection that is closed, by either side", async () => {
  await using bench = new Bench({ breaker: { threshold: 9 } });
  const connections = [await lease(bench.pool), await lease(bench.pool)];
  bench.sockets[0].hangUp();
  connections[1].close();
  await Promise.all(connections.map(({ closed }) => closed));
  await turn();
  assertEquals([bench.closed, bench.pool.size], [2, 0]);
});

Deno.test("Pool has 16 connections at most unless told otherwise", async () => {
  await using bench = new Bench();
  const callers = Array.from({ length: 20 }, () => new Caller());
  for (const caller of callers) bench.pool.apply(caller);
  await turn();
  assertEquals([bench.pool.size, bench.pool.waiting], [16, 4]);
});
