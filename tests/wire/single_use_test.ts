import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { SingleUse } from "../../src/wire/single_use.ts";
import { Bench, Caller, eventually, turn } from "./pool_fixture.ts";

Deno.test("SingleUse opens a connection for each who applies, outside the bound of its pool", async () => {
  await using bench = new Bench({ maxConnections: 1 });
  const lender = new SingleUse(bench.pool);
  const callers = [new Caller(), new Caller()];
  assertEquals(lender.tryLease(), undefined);
  for (const caller of callers) lender.apply(caller);
  await eventually(() => callers.every(({ connection }) => connection));
  assert(callers[0].connection !== callers[1].connection);
  assertEquals(bench.dials.map(({ manner }) => manner), ["bare", "bare"]);
  assertEquals(bench.pool.size, 0);
  lender.release(callers[0].connection!);
  assertEquals(bench.sockets.map(({ isClosed }) => isClosed), [true, false]);
});

Deno.test("SingleUse asks no breaker, and says what a dial failed with", async () => {
  await using bench = new Bench({ breaker: { threshold: 1 } });
  const lender = new SingleUse(bench.pool);
  bench.failure = new Error("nobody is there");
  const pooled = new Caller();
  bench.pool.apply(pooled);
  await eventually(() => pooled.refusal !== undefined);
  assert(bench.pool.down);
  const caller = new Caller();
  lender.apply(caller);
  await eventually(() => caller.refusal !== undefined);
  assertEquals(caller.refusal, { kind: "dial", cause: bench.failure });
  bench.failure = undefined;
  const other = new Caller();
  lender.apply(other);
  await eventually(() => other.connection !== undefined);
});

Deno.test("SingleUse closes what comes for one who has left, and tells nobody", async () => {
  await using bench = new Bench();
  const lender = new SingleUse(bench.pool);
  bench.isDeaf = true;
  const { promise, resolve } = Promise.withResolvers<void>();
  bench.hold = promise;
  const caller = new Caller();
  lender.apply(caller);
  lender.withdraw(caller);
  assertInstanceOf(bench.dials[0].signal.reason, DOMException);
  resolve();
  await eventually(() => bench.sockets[0]?.isClosed === true);
  assertEquals([caller.connection, caller.refusal], [undefined, undefined]);
});

Deno.test("SingleUse grants no connection that was lost on its way, and none of a closed pool", async () => {
  await using bench = new Bench();
  const lender = new SingleUse(bench.pool);
  const reason = new Error("lost on the way");
  bench.onArrival = (connection) => connection.close(reason);
  const lost = new Caller();
  lender.apply(lost);
  await eventually(() => lost.refusal !== undefined);
  assertEquals(lost.refusal?.kind, "dial");
  await bench.pool.close();
  const late = new Caller();
  lender.apply(late);
  await turn();
  await eventually(() => late.refusal !== undefined);
  assertEquals(late.refusal, { kind: "closed" });
});
