import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import { ConnectionError } from "../../src/errors.ts";

import {
  Bench,
  Caller,
  deliver,
  eventually,
  lease,
  turn,
} from "./pool_fixture.ts";

Deno.test("Pool forgets an idle connection that the server closed", async () => {
  await using bench = new Bench();
  const connection = await lease(bench.pool);
  bench.pool.release(connection);
  bench.sockets[0].hangUp();
  await connection.closed;
  await turn();
  assertEquals([bench.pool.size, bench.pool.idle], [0, 0]);
  assertEquals(bench.pool.tryLease(), undefined);
});

Deno.test("Pool forgets an idle connection that was sent a stray reply", async () => {
  await using bench = new Bench();
  const connection = await lease(bench.pool);
  bench.pool.release(connection);
  bench.sockets[0].say("+STRAY\r\n");
  await connection.closed;
  await turn();
  assertEquals(bench.pool.tryLease(), undefined);
});

Deno.test("Pool opens another connection for those who wait when one is lost", async () => {
  await using bench = new Bench({ maxConnections: 1 });
  const first = await lease(bench.pool);
  const waiting = new Caller();
  bench.pool.apply(waiting);
  bench.sockets[0].hangUp();
  await first.closed;
  await eventually(() => waiting.connection !== undefined);
  assertEquals(bench.dials.length, 2);
});

Deno.test("Pool says when it connects again", async () => {
  await using bench = new Bench({ breaker: { threshold: 9 } });
  const first = await lease(bench.pool);
  bench.pool.release(first);
  bench.sockets[0].hangUp();
  await first.closed;
  await lease(bench.pool);
  assertEquals(bench.opened, [false, true]);
});

Deno.test("Pool refuses one applicant for each dial that failed", async () => {
  await using bench = new Bench({
    maxConnections: 1,
    breaker: { threshold: 9 },
  });
  bench.failure = new Error("Refused");
  const callers = [new Caller(), new Caller()];
  for (const caller of callers) bench.pool.apply(caller);
  await turn();
  for (const { refusal } of callers) {
    assertEquals(refusal, { kind: "dial", cause: bench.failure });
  }
  assertEquals([bench.dials.length, bench.pool.failures], [2, 2]);
});

Deno.test("Pool refuses at once while its server is down, and probes it", async () => {
  await using bench = new Bench({
    maxConnections: 1,
    breaker: { threshold: 2, minDelay: 20, maxDelay: 20 },
  });
  bench.failure = new Error("Refused");
  const log: string[] = [];
  for (const name of ["a", "b", "c"]) bench.pool.apply(new Caller(name, log));
  await turn();
  assertEquals(log, ["a refused", "b refused", "c refused"]);
  assert(bench.pool.down);
  const late = new Caller();
  bench.pool.apply(late);
  assertEquals(late.refusal, undefined, "not within its call");
  await turn();
  assertEquals(late.refusal?.kind, "down");
  assertEquals(late.refusal?.cause, bench.failure);
  assert(late.refusal?.retryIn! >= 10 && late.refusal?.retryIn! <= 20);
  assertEquals(bench.dials.length, 2);
  bench.failure = undefined;
  await bench.time.advance(20);
  await eventually(() => !bench.pool.down);
  assertEquals(bench.health, [true, false]);
  // A probe has to see a reply; to be let in says nothing.
  assertEquals(bench.dials.at(-1)?.prove, true);
  assertEquals(bench.pool.idle, 1);
});

Deno.test("Pool counts a server that hangs up at once as a failure", async () => {
  await using bench = new Bench({ breaker: { threshold: 1 } });
  const connection = await lease(bench.pool);
  connection.used = true;
  bench.sockets[0].hangUp();
  await connection.closed;
  await turn();
  assert(bench.pool.down);
});

Deno.test("Pool does not blame a server that hangs up on connections that nobody used", async () => {
  await using bench = new Bench({ breaker: { threshold: 1 } });
  const [one, other] = [await lease(bench.pool), await lease(bench.pool)];
  bench.pool.release(one);
  bench.pool.release(other);
  for (const socket of bench.sockets) socket.hangUp();
  await Promise.all([one.closed, other.closed]);
  await turn();
  assertEquals([bench.pool.down, bench.pool.failures], [false, 0]);
  await lease(bench.pool);
  assertEquals(bench.dials.at(-1)?.prove, false, "nothing is suspected");
});

Deno.test("Pool does not blame a server that has answered before it hangs up", async () => {
  await using bench = new Bench({ breaker: { threshold: 1 } });
  const connection = await lease(bench.pool);
  await deliver(connection, bench.sockets[0]);
  bench.pool.release(connection);
  bench.sockets[0].hangUp();
  await connection.closed;
  await turn();
  assertEquals([bench.pool.down, bench.pool.failures], [false, 0]);
});

Deno.test("Pool does not blame a server for a connection closed from here", async () => {
  await using bench = new Bench({ breaker: { threshold: 1 } });
  const connection = await lease(bench.pool);
  connection.close();
  bench.pool.release(connection);
  await connection.closed;
  await turn();
  assertEquals([bench.pool.down, bench.pool.failures], [false, 0]);
});

Deno.test("Pool closes what nobody used for a while", async () => {
  await using bench = new Bench({ idleTimeout: 20 });
  const [kept, idle] = [await lease(bench.pool), await lease(bench.pool)];
  bench.pool.release(idle);
  assertEquals(bench.time.held, [false]);
  await bench.time.advance(19);
  assertEquals(bench.pool.size, 2);
  await bench.time.advance(1);
  await eventually(() => bench.pool.size === 1);
  assertEquals(bench.pool.leased, 1);
  assert(kept.usable && !idle.usable);
});

Deno.test("Pool.open() opens connections beside the bound", async () => {
  await using bench = new Bench({ maxConnections: 1 });
  const leased = await lease(bench.pool);
  const own = await bench.pool.open();
  assert(leased.usable && own.usable);
  assertEquals(bench.pool.size, 1);
  own.close();
  await own.closed;
  await turn();
  assertEquals([bench.pool.size, bench.pool.idle], [1, 0]);
});

Deno.test("Pool.close() closes, refuses and waits, twice as well", async () => {
  await using bench = new Bench({ maxConnections: 1 });
  const leased = await lease(bench.pool);
  const own = await bench.pool.open();
  const waiting = new Caller();
  bench.pool.apply(waiting);
  await bench.pool.close();
  assertEquals(waiting.refusal, { kind: "closed" });
  assertFalse(leased.usable || own.usable);
  assert(bench.sockets.every((socket) => socket.isClosed));
  assert(bench.pool.closed);
  assertEquals(bench.pool.size, 0);
  const late = new Caller();
  bench.pool.apply(late);
  assertEquals(late.refusal, undefined, "not within its call");
  await turn();
  assertEquals(late.refusal, { kind: "closed" });
  await assertRejects(() => bench.pool.open());
  await bench.pool.close();
});

Deno.test("Pool.close() takes back what is being dialled", async () => {
  await using bench = new Bench();
  const gate = Promise.withResolvers<void>();
  bench.hold = gate.promise;
  const caller = new Caller();
  bench.pool.apply(caller);
  const closing = bench.pool.close();
  assertEquals(caller.refusal, { kind: "closed" });
  assertInstanceOf(bench.dials[0].signal.reason, ConnectionError);
  gate.resolve();
  await closing;
  assertEquals([bench.pool.size, bench.pool.dialing], [0, 0]);
});

Deno.test("Pool refuses those who wait once its server counts as down", async () => {
  await using bench = new Bench({
    maxConnections: 1,
    breaker: { threshold: 1 },
  });
  (await lease(bench.pool)).used = true;
  const waiting = [new Caller(), new Caller()];
  for (const caller of waiting) bench.pool.apply(caller);
  bench.sockets[0].hangUp();
  await eventually(() => bench.pool.down);
  assertEquals(waiting.map(({ refusal }) => refusal?.kind), ["down", "down"]);
  assertInstanceOf(waiting[0].refusal?.cause, ConnectionError);
  assertEquals(bench.dials.length, 1, "nobody is left to dial for");
});

Deno.test("Pool refuses those who wait in their order", async () => {
  await using bench = new Bench({
    maxConnections: 1,
    breaker: { threshold: 9 },
  });
  bench.failure = new Error("Refused");
  const log: string[] = [];
  for (const name of ["a", "b", "c"]) bench.pool.apply(new Caller(name, log));
  await turn();
  assertEquals(log, ["a refused", "b refused", "c refused"]);
});
