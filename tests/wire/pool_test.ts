import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { ConnectionError } from "../../src/errors.ts";
import { CommandExchange } from "../../src/wire/command_exchange.ts";
import { Connection } from "../../src/wire/connection.ts";
import {
  type Applicant,
  Pool,
  type PoolSettings,
  type Refusal,
} from "../../src/wire/pool.ts";
import { FakeSocket } from "./fake_socket.ts";

/** A pool over sockets in memory, whose dials succeed unless they are told to fail. */
class Bench implements AsyncDisposable {
  readonly sockets: FakeSocket[] = [];
  readonly dials: { prove: boolean; signal: AbortSignal }[] = [];
  readonly health: boolean[] = [];
  readonly opened: boolean[] = [];
  /** What the next dials fail with. */
  failure: Error | undefined = undefined;
  /** When given, dials wait for it. */
  hold: Promise<void> | undefined = undefined;
  readonly pool: Pool;

  constructor(settings: PoolSettings = {}) {
    this.pool = new Pool((prove, signal) => this.#dial(prove, signal), settings, {
      onHealth: (down) => this.health.push(down),
      onConnect: (again) => this.opened.push(again),
    });
  }

  async #dial(prove: boolean, signal: AbortSignal): Promise<Connection> {
    this.dials.push({ prove, signal });
    await this.hold;
    signal.throwIfAborted();
    if (this.failure !== undefined) throw this.failure;
    const socket = new FakeSocket();
    this.sockets.push(socket);
    const connection = new Connection(socket);
    if (prove) await deliver(connection, socket);
    return connection;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.pool.close();
  }
}

/** Has a connection deliver one reply. */
async function deliver(
  connection: Connection,
  socket: FakeSocket,
): Promise<void> {
  const reply = CommandExchange.run(connection, [["PING"]]);
  await turn();
  socket.say("+PONG\r\n");
  await reply;
}

/** Applies, and notes in `log` when it is served. */
class Caller implements Applicant {
  connection: Connection | undefined = undefined;
  refusal: Refusal | undefined = undefined;
  readonly #name: string;
  readonly #log: string[];

  constructor(name = "", log: string[] = []) {
    this.#name = name;
    this.#log = log;
  }

  granted(connection: Connection): void {
    this.connection = connection;
    this.#log.push(this.#name);
  }

  refused(refusal: Refusal): void {
    this.refusal = refusal;
    this.#log.push(`${this.#name} refused`);
  }
}

function turn(): Promise<void> {
  return new Promise((wake) => setTimeout(wake));
}

async function lease(pool: Pool): Promise<Connection> {
  const caller = new Caller();
  pool.apply(caller);
  await eventually(() => caller.connection !== undefined);
  return caller.connection!;
}

async function eventually(check: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !check(); i++) await turn();
  assert(check(), "it did not hold in time");
}

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
  assertEquals([bench.pool.size, bench.pool.idle, bench.pool.leased], [2, 0, 2]);
  bench.pool.release(one);
  assertEquals([bench.pool.size, bench.pool.idle, bench.pool.leased], [2, 1, 1]);
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
  const callers = ["a", "b", "c", "d", "e"].map((name) => new Caller(name, log));
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
  await using bench = new Bench({ maxConnections: 1, breaker: { threshold: 9 } });
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
  assertEquals(late.refusal, { kind: "down", cause: bench.failure });
  assertEquals(bench.dials.length, 2);
  bench.failure = undefined;
  await eventually(() => !bench.pool.down);
  assertEquals(bench.health, [true, false]);
  // A probe has to see a reply; to be let in says nothing.
  assertEquals(bench.dials.at(-1)?.prove, true);
  assertEquals(bench.pool.idle, 1);
});

Deno.test("Pool counts a server that hangs up at once as a failure", async () => {
  await using bench = new Bench({ breaker: { threshold: 1 } });
  const connection = await lease(bench.pool);
  bench.sockets[0].hangUp();
  await connection.closed;
  await turn();
  assert(bench.pool.down);
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
  // Its clock does not keep the program alive; waiting does.
  await eventually(() => bench.pool.size === 1);
  assertEquals(bench.pool.leased, 1);
  assert(kept.usable && !idle.usable);
});

Deno.test("Pool.closeIdle() closes what nobody uses", async () => {
  await using bench = new Bench();
  const [used, idle] = [await lease(bench.pool), await lease(bench.pool)];
  bench.pool.release(idle);
  bench.pool.closeIdle();
  await idle.closed;
  await turn();
  assertEquals([bench.pool.size, bench.pool.leased], [1, 1]);
  assert(used.usable);
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
  const bench = new Bench({ maxConnections: 1 });
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
  assertEquals(late.refusal, { kind: "closed" });
  await assertRejects(() => bench.pool.open());
  await bench.pool.close();
});

Deno.test("Pool.close() takes back what is being dialled", async () => {
  const bench = new Bench();
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
