import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { Connection } from "../../src/wire/connection.ts";
import type { FakeSocket } from "./fake_socket.ts";
import { Bench, Caller, deliver, lease, turn } from "./pool_fixture.ts";
import { StepwiseExchange } from "./stepwise_exchange.ts";

/** Lets an idle connection be one that nobody has used for a second. */
function age(connection: Connection): void {
  connection.idleSince -= 1_000;
}

/** Has a pool hold one idle connection that has to be checked before use. */
async function withStale(bench: Bench): Promise<Connection> {
  const connection = await lease(bench.pool);
  await deliver(connection, bench.sockets[0]);
  bench.pool.release(connection);
  age(connection);
  bench.sockets[0].written = "";
  return connection;
}

/** The texts that a socket was asked to send back. */
function tokens({ written }: FakeSocket): string[] {
  return [...written.matchAll(/\$4\r\nPING\r\n\$\d+\r\n(\d+)\r\n/g)]
    .map(([, token]) => token);
}

function answer(socket: FakeSocket): void {
  for (const token of tokens(socket)) socket.say(`+${token}\r\n`);
  socket.written = "";
}

Deno.test("Pool opens no other connection while it checks one that was idle", async () => {
  await using bench = new Bench();
  const stale = await withStale(bench);
  assertEquals(bench.pool.tryLease(), undefined);
  const caller = new Caller();
  bench.pool.apply(caller);
  await turn();
  assertEquals([bench.dials.length, caller.connection], [1, undefined]);
  answer(bench.sockets[0]);
  await turn();
  assertStrictEquals(caller.connection, stale);
  assertEquals([bench.dials.length, bench.pool.size], [1, 1]);
});

Deno.test("Pool opens connections for those that no check will serve", async () => {
  await using bench = new Bench();
  const log: string[] = [];
  await withStale(bench);
  for (const name of ["a", "b", "c"]) bench.pool.apply(new Caller(name, log));
  await turn();
  assertEquals([bench.dials.length, log], [3, ["a", "b"]]);
  answer(bench.sockets[0]);
  await turn();
  assertEquals([bench.dials.length, log], [3, ["a", "b", "c"]]);
});

Deno.test("Pool lets a check go on for one who withdrew, and keeps what passed", async () => {
  await using bench = new Bench();
  const stale = await withStale(bench);
  const caller = new Caller();
  bench.pool.apply(caller);
  await turn();
  bench.pool.withdraw(caller);
  answer(bench.sockets[0]);
  await turn();
  assertEquals([bench.pool.idle, bench.pool.leased], [1, 0]);
  assertStrictEquals(bench.pool.tryLease(), stale);
});

Deno.test("Pool checks only the connection that it would hand out", async () => {
  await using bench = new Bench();
  const [old, fresh] = [await lease(bench.pool), await lease(bench.pool)];
  bench.pool.release(old);
  bench.pool.release(fresh);
  age(old);
  assertStrictEquals(bench.pool.tryLease(), fresh);
  assertEquals(bench.pool.tryLease(), undefined);
  assertEquals(bench.sockets.map(tokens), [[], []]);
});

Deno.test("Pool starts to count anew when a connection is given back", async () => {
  await using bench = new Bench();
  const caller = new Caller();
  bench.pool.apply(caller);
  await turn();
  const connection = caller.connection!;
  for (let round = 0; round < 3; round++) {
    await bench.time.advance(10_000);
    bench.pool.release(connection);
    await bench.time.advance(100);
    assertStrictEquals(bench.pool.tryLease(), connection);
  }
  bench.pool.release(connection);
  await bench.time.advance(101);
  assertEquals(bench.pool.tryLease(), undefined);
});

/** What a server may say to the question, and to the one behind it. */
const ANSWERS: Record<
  string,
  { first: string; second?: string; isGood: boolean }
> = {
  "that the user may not ask": {
    first: "-NOPERM no permissions",
    isGood: true,
  },
  "that it does not know us": { first: "-NOAUTH Log in first", isGood: true },
  "that it is busy": { first: "-BUSY Redis is busy", isGood: true },
  "that it cannot save": { first: "-MISCONF No saving", isGood: true },
  "that it loads": { first: "-LOADING Wait", isGood: true },
  "that it is a replica": { first: "-READONLY Not here", isGood: true },
  "that it loads, and the answer": {
    first: "-LOADING Wait",
    second: "answer",
    isGood: true,
  },
  "an error, and the answer to the first question": {
    first: "-ERR stray",
    second: "first",
    isGood: false,
  },
  "one error, and another one": {
    first: "-ERR stray",
    second: "-BUSY Redis is busy",
    isGood: false,
  },
  "the answer to no check": { first: "+PONG", isGood: false },
  "an earlier check's answer": { first: "+0", isGood: false },
};

for (const [name, { first, second, isGood }] of Object.entries(ANSWERS)) {
  const does = isGood ? "trusts" : "does not trust";

  Deno.test(`Pool ${does} a connection that was idle and says ${name}`, async () => {
    await using bench = new Bench();
    const stale = await withStale(bench);
    const caller = new Caller();
    bench.pool.apply(caller);
    await turn();
    const [socket] = bench.sockets;
    const [asked] = tokens(socket);
    socket.written = "";
    socket.say(`${first}\r\n`);
    await turn();
    const [askedAgain] = tokens(socket);
    if (first.startsWith("-")) {
      assertEquals(caller.connection, undefined, "an error has no number");
      const texts: Record<string, string> = {
        answer: `+${askedAgain}`,
        first: `+${asked}`,
      };
      socket.say(`${texts[second ?? ""] ?? second ?? first}\r\n`);
      await turn();
    }
    assertEquals(caller.connection === stale, isGood);
    assertEquals([stale.usable, socket.isClosed], [isGood, !isGood]);
    // Whoever waits for it gets another one.
    assert(caller.connection?.usable);
    assertEquals([bench.pool.size, bench.dials.length], [1, isGood ? 1 : 2]);
  });
}

Deno.test("Pool asks for another answer at every check", async () => {
  await using bench = new Bench();
  const stale = await withStale(bench);
  const asked = new Set<string>();
  for (let round = 1; round <= 3; round++) {
    const caller = new Caller();
    bench.pool.apply(caller);
    await turn();
    asked.add(tokens(bench.sockets[0])[0]);
    answer(bench.sockets[0]);
    await turn();
    assertEquals([caller.connection, asked.size], [stale, round]);
    bench.pool.release(stale);
    age(stale);
  }
});

/** Has a pool hold idle connections that are as old as each other. */
async function idleOnes(bench: Bench, count: number): Promise<Connection[]> {
  const idle: Connection[] = [];
  for (let i = 0; i < count; i++) idle.push(await lease(bench.pool));
  for (const connection of idle) bench.pool.release(connection);
  await bench.time.advance(200);
  return idle;
}

Deno.test("Pool opens another connection when the answer to a check is overdue", async () => {
  await using bench = new Bench();
  const [stale] = await idleOnes(bench, 1);
  const caller = new Caller();
  bench.pool.apply(caller);
  await bench.time.advance(249);
  assertEquals([bench.dials.length, caller.connection], [1, undefined]);
  await bench.time.advance(1);
  await turn();
  assertEquals([bench.dials.length, caller.connection?.usable], [2, true]);
  // It may answer still.
  answer(bench.sockets[0]);
  await turn();
  assertStrictEquals(bench.pool.tryLease(), stale);
  assertEquals(bench.time.delays, []);
});

Deno.test("Pool closes a connection that has not answered for a second, and those of its age", async () => {
  await using bench = new Bench();
  const fresh = await lease(bench.pool);
  const idle = await idleOnes(bench, 2);
  bench.pool.apply(new Caller());
  bench.pool.release(fresh);
  await bench.time.advance(999);
  assert(idle.every(({ usable }) => usable));
  await bench.time.advance(1);
  await turn();
  assertEquals(idle.map(({ usable }) => usable), [false, false]);
  assert(fresh.usable, "it was idle for less");
});

Deno.test("Pool makes room for another connection while a check is overdue", async () => {
  await using bench = new Bench({ maxConnections: 3 });
  const idle = await idleOnes(bench, 3);
  const caller = new Caller();
  bench.pool.apply(caller);
  await bench.time.advance(250);
  await turn();
  assertEquals(idle.map(({ usable }) => usable), [false, true, true]);
  assert(caller.connection?.usable);
  assertEquals(bench.dials.length, 4);
  // Nobody asks the others meanwhile.
  assertEquals(bench.sockets.map((it) => tokens(it).length), [0, 0, 1, 0]);
});

Deno.test("Pool checks no more connections than are wanted", async () => {
  await using bench = new Bench();
  const idle = [await lease(bench.pool), await lease(bench.pool)];
  for (const connection of idle) {
    bench.pool.release(connection);
    age(connection);
  }
  const caller = new Caller();
  bench.pool.apply(caller);
  await turn();
  assertEquals(bench.sockets.map((it) => tokens(it).length), [0, 1]);
  answer(bench.sockets[1]);
  await turn();
  assertStrictEquals(caller.connection, idle[1]);
});

/** Leases a stale connection at once, and sends a read over it. */
async function tried(bench: Bench) {
  const stale = await withStale(bench);
  assertStrictEquals(bench.pool.tryLease(false, true), stale);
  const log: string[] = [];
  stale.owner = {
    connectionIdle: () => {
      log.push("idle");
      bench.pool.release(stale);
    },
    connectionProven: () => log.push("proven"),
    connectionLost: () => log.push("lost"),
  };
  const read = new StepwiseExchange(["READ"]);
  stale.send(read);
  await turn();
  const [socket] = bench.sockets;
  assert(/PING[^]*READ/.test(socket.written));
  const [token] = tokens(socket);
  socket.written = "";
  return { stale, socket, read, token, log };
}

Deno.test("Pool lends a connection that was idle at once where all may be sent again", async () => {
  await using bench = new Bench();
  const { stale, socket, read, token, log } = await tried(bench);
  assert(stale.probation !== undefined && !stale.used);
  socket.say(`+${token}\r\n+value\r\n`);
  await turn();
  assertEquals([read.replies, log], [["value"], ["proven", "idle"]]);
  assertEquals(stale.probation, undefined);
  await bench.time.advance(250);
  assertEquals(bench.time.delays, []);
  stale.idleSince = bench.time.now;
  assertStrictEquals(bench.pool.tryLease(), stale);
  assertEquals(bench.dials.length, 1);
});

for (const [name, { first, second, isGood }] of Object.entries(ANSWERS)) {
  const does = isGood ? "trusts" : "does not trust";

  Deno.test(`Pool ${does} a connection that was lent at once and says ${name}`, async () => {
    await using bench = new Bench();
    const { stale, socket, read, token, log } = await tried(bench);
    // The read gets its reply as well, which reaches nobody.
    socket.say(`${first}\r\n+value\r\n`);
    await turn();
    assertEquals([read.replies, log], [[], ["lost"]]);
    const caller = new Caller();
    bench.pool.apply(caller);
    if (first.startsWith("-")) {
      // Whoever applies meanwhile waits for the check.
      assertEquals([caller.connection, bench.dials.length], [undefined, 1]);
      const [askedAgain] = tokens(socket);
      const texts: Record<string, string> = {
        answer: `+${askedAgain}`,
        first: `+${token}`,
      };
      socket.say(`${texts[second ?? ""] ?? second ?? first}\r\n`);
    }
    await turn();
    assertEquals(caller.connection === stale, isGood);
    assertEquals([stale.usable, socket.isClosed], [isGood, !isGood]);
    assert(caller.connection?.usable);
    assertEquals([bench.pool.size, bench.dials.length], [1, isGood ? 1 : 2]);
    assertEquals([read.replies, log], [[], ["lost"]]);
  });
}

Deno.test("Pool keeps a connection that was lent at once and is slow", async () => {
  await using bench = new Bench();
  const { stale, socket, read, token, log } = await tried(bench);
  await bench.time.advance(249);
  assertEquals(log, []);
  await bench.time.advance(1);
  assertEquals(log, ["lost"]);
  const caller = new Caller();
  bench.pool.apply(caller);
  await turn();
  assertEquals([bench.dials.length, caller.connection?.usable], [2, true]);
  // What it has said for the read has to be in before it is used again.
  socket.say(`+${token}\r\n`);
  await turn();
  assertEquals(bench.pool.idle, 0);
  const [askedAgain] = tokens(socket);
  socket.say("+value\r\n");
  await turn();
  assertEquals(bench.pool.idle, 0);
  socket.say(`+${askedAgain}\r\n`);
  await turn();
  assertEquals([bench.pool.idle, read.replies], [1, []]);
  assertStrictEquals(bench.pool.tryLease(), stale);
  assertEquals(bench.time.delays, []);
});

Deno.test("Pool closes what was lent at once and says nothing, and those of its age", async () => {
  await using bench = new Bench();
  const idle = await idleOnes(bench, 3);
  const last = idle.at(-1)!;
  assertStrictEquals(bench.pool.tryLease(false, true), last);
  await bench.time.advance(1_000);
  await turn();
  assertEquals(idle.map(({ usable }) => usable), [false, false, false]);
  assertEquals([bench.pool.size, bench.pool.failures], [0, 0]);
});

Deno.test("Pool closes those of the same age when what was lent at once is lost", async () => {
  await using bench = new Bench();
  const idle = await idleOnes(bench, 3);
  const lent = bench.pool.tryLease(false, true)!;
  lent.owner = {
    connectionIdle: () => {},
    connectionLost: () =>
      assertEquals(idle.map(({ usable }) => usable), [false, false, false]),
  };
  bench.sockets[idle.indexOf(lent)].hangUp();
  await turn();
  assertEquals([bench.pool.size, bench.pool.failures], [0, 0]);
});

Deno.test("Pool.move() closes what was lent at once and is not proven", async () => {
  await using bench = new Bench();
  const { stale, read, log } = await tried(bench);
  bench.pool.move();
  assertEquals([stale.usable, log, read.replies], [false, ["lost"], []]);
});
