import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLess,
  assertRejects,
} from "@std/assert";
import {
  ConnectionError,
  PoolTimeoutError,
  QueueFullError,
  type RoutingClient,
  TimeoutError,
} from "../../mod.ts";
import { FaultProxy, RedisServer } from "../../src/testing.ts";
import { FakeTime } from "../fake_time.ts";
import { type Oracle, oracle } from "../../support/raw_client.ts";
import {
  assertOutcome,
  bounded,
  eventually,
  failureOf,
  isPending,
  timesOutAfter,
} from "./outcome.ts";
import { ScriptedServer } from "./scripted_server.ts";
import { clusterAt } from "./single_host.ts";

/** A server, a proxy before it, and a cluster of at most two connections. */
async function exhaustible(maxConnections = 2) {
  const server = await RedisServer.start();
  const proxy = await FaultProxy.start(server);
  const cluster = clusterAt(proxy.port, { poolOptions: { maxConnections } });
  return {
    server,
    proxy,
    cluster,
    async [Symbol.asyncDispose](): Promise<void> {
      proxy.pass();
      await cluster.close();
      await proxy.close();
      await server.stop();
    },
  };
}

Deno.test("fault 21: an exhausted pool serves first come, first served", async () => {
  await using setup = await exhaustible();
  const { cluster, proxy } = setup;
  proxy.hold();
  const order: number[] = [];
  const maps = Array.from(
    { length: 8 },
    (_, index) =>
      cluster.map((client) => client.incr("n"))
        .then((count) => order.push(index) && count),
  );
  await eventually(() => cluster.getPoolForHost(0).waiting === 6);
  const { exhausted, waiting, size } = cluster.getPoolForHost(0);
  assertEquals({ exhausted, waiting, size }, {
    exhausted: true,
    waiting: 6,
    size: 2,
  });
  proxy.pass();
  const counts = await Promise.all(maps);
  // Two at a time: one may overtake its neighbour, and never anybody else.
  counts.forEach((count, index) => assertLess(Math.abs(count - 1 - index), 2));
  assertEquals(order.toSorted(), [0, 1, 2, 3, 4, 5, 6, 7]);
  assertEquals(proxy.stats.accepted, 2);
});

Deno.test("fault 21: the wait for a connection is bounded and typed", async () => {
  await using setup = await exhaustible();
  const { cluster, proxy, server } = setup;
  await using direct = oracle(server);
  using time = new FakeTime();
  proxy.hold();
  const holders = [1, 2].map(() => cluster.map((client) => client.get("k")));
  await eventually(() => cluster.getPoolForHost(0).leased === 2);
  const calls: Record<number, () => PromiseLike<unknown>> = {
    200: () => cluster.map((client) => client.incr("n"), { timeout: 200 }),
    100: () => cluster.getRoutingClient({ timeout: 100 }).incr("n"),
  };
  for (const [timeout, call] of Object.entries(calls)) {
    const error = await timesOutAfter(time, call, {
      timeout: Number(timeout),
      errorClass: PoolTimeoutError,
    });
    assertOutcome(error, { hostId: 0, command: "INCR", outcome: "not-sent" });
  }
  assertEquals(cluster.getPoolForHost(0).waiting, 0);
  proxy.pass();
  await bounded(Promise.all(holders));
  assertEquals(await direct.command("EXISTS", "n"), 0);
});

Deno.test("fault 21: an abort removes the waiter at once", async () => {
  await using setup = await exhaustible(1);
  const { cluster, proxy, server } = setup;
  await using direct = oracle(server);
  // Its time is not up, and no connection becomes free: it is the abort.
  using _ = new FakeTime();
  proxy.hold();
  const holder = cluster.map((client) => client.get("k"));
  await eventually(() => cluster.getPoolForHost(0).leased === 1);
  const abort = new AbortController();
  const { signal } = abort;
  const gone = assertRejects(
    () => cluster.map((client) => client.incr("n"), { signal }),
    DOMException,
  );
  const next = cluster.map((client) => client.incr("m"));
  await eventually(() => cluster.getPoolForHost(0).waiting === 2);
  abort.abort();
  assertEquals(cluster.getPoolForHost(0).waiting, 1);
  await bounded(gone);
  proxy.pass();
  await bounded(holder);
  assertEquals(await bounded(next), 1);
  assertEquals(await direct.command("EXISTS", "n"), 0);
});

Deno.test("fault 21: close() waits a bounded time, then rejects the waiters", async () => {
  await using server = ScriptedServer.silent();
  const cluster = clusterAt(server.port, {
    timeout: 300,
    poolOptions: { maxConnections: 1 },
  });
  using time = new FakeTime();
  const commands = [0, 1, 2].map(() =>
    failureOf(
      ConnectionError,
      () => cluster.map((client) => client.incr("n"), { timeout: 10_000 }),
    )
  );
  await eventually(() =>
    cluster.getPoolForHost(0).waiting === 2 &&
    server.accepted.some(({ text }) => text.includes("INCR"))
  );
  const closing = cluster.close();
  await time.advance(299);
  assert(await isPending(closing));
  await time.advance(1);
  await bounded(closing);
  const outcomes = (await Promise.all(commands)).map(({ error }) => error);
  assertEquals(outcomes.map(({ outcome }) => outcome), [
    "unknown",
    "not-sent",
    "not-sent",
  ]);
});

Deno.test("fault 22: what does not fit into the queue of commands is refused at once", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  await using direct = oracle(server);
  await using cluster = clusterAt(proxy.port, {
    poolOptions: { maxQueueCommands: 100 },
  });
  const client = cluster.getRoutingClient();
  proxy.hold();
  const fitting = Array.from({ length: 100 }, () => client.incr("n"));
  const clients: Record<string, () => PromiseLike<unknown>> = {
    routing: () => client.incr("n"),
    local: () => cluster.getLocalClient(0).incr("n"),
    map: () => cluster.map((client) => client.incr("n")),
    all: () => cluster.all((client) => client.incr("n")),
  };
  // At once: neither a reply comes nor does any time pass.
  using _ = new FakeTime();
  for (const call of Object.values(clients)) {
    const { error } = await failureOf(QueueFullError, call);
    assertOutcome(error, { hostId: 0, command: "INCR", outcome: "not-sent" });
  }
  proxy.pass();
  await bounded(Promise.all(fitting));
  assertEquals(await direct.command("GET", "n"), "100");
  assertEquals(await client.incr("n"), 101);
});

/** Bytes in use by this test file alone: others run in the same process. */
function ownMemory(): number {
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

Deno.test("fault 22: the queue is bounded in bytes, and so is memory", async () => {
  await using server = ScriptedServer.silent();
  await using cluster = clusterAt(server.port, {
    timeout: 1_000,
    poolOptions: { maxQueueBytes: 10_000_000 },
  });
  using time = new FakeTime();
  const client = cluster.getRoutingClient();
  const value = "x".repeat(100_000);
  const before = ownMemory();
  const settling = Promise.allSettled(
    Array.from({ length: 1_000 }, (_, i) => client.set(`k${i}`, value)),
  );
  await eventually(() => server.accepted.some(({ text }) => text !== ""));
  const results = await time.settled(settling, 500);
  const reasons = results.map((result) =>
    result.status === "rejected" ? result.reason.name : result.value
  );
  const count = (name: string) =>
    reasons.filter((reason) => reason === name).length;
  assertEquals([count("TimeoutError"), count("QueueFullError")], [99, 901]);
  assertLess(ownMemory() - before, 100_000_000);
});

Deno.test("fault 22: abandoned commands give their room back", async () => {
  await using server = ScriptedServer.silent();
  await using cluster = clusterAt(server.port, {
    poolOptions: { maxQueueCommands: 10 },
  });
  for (let round = 0; round < 3; round++) {
    const client = cluster.getRoutingClient({ timeout: 50 });
    const names = await Promise.all(
      Array.from(
        { length: 12 },
        () => client.incr("n").catch(({ name }: Error) => name),
      ),
    );
    assertEquals(names.filter((name) => name === "QueueFullError").length, 2);
  }
});

Deno.test("fault 22: a callback that awaits and mapBatches wait instead", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using proxy = await FaultProxy.start(server);
  proxy.delay(2);
  await using cluster = clusterAt(proxy.port, {
    poolOptions: { maxQueueCommands: 500 },
  });
  const total = await cluster.map(async (client) => {
    let last = 0;
    for (let i = 0; i < 5_000; i += 500) {
      const counts = Array.from({ length: 500 }, () => client.incr("n"));
      last = await counts[499];
    }
    return last;
  });
  assertEquals(total, 5_000);
  const keys = Array.from({ length: 5_000 }, (_, index) => `k${index}`);
  let entries = 0;
  for await (
    const [, reply] of cluster.mapBatches(
      keys,
      (client, key) => client.set(key, key),
      { batchSize: 500, autoBatch: false },
    )
  ) {
    assertEquals(reply, "OK");
    entries++;
  }
  assertEquals(entries, 5_000);
});

Deno.test("fault 23: 300,000 GETs to a server that reads only when its replies are drained", async () => {
  const reply = new TextEncoder().encode(`$100\r\n${"v".repeat(100)}\r\n`);
  await using server = new ScriptedServer(async (link) => {
    let rest = 0;
    for (;;) {
      const text = await link.read();
      if (text === undefined) return;
      // Each GET of a key of seven digits takes 26 bytes.
      const count = Math.floor((rest + text.length) / 26);
      rest = rest + text.length - count * 26;
      const replies = new Uint8Array(count * reply.length);
      for (let i = 0; i < count; i++) replies.set(reply, i * reply.length);
      await link.write(replies);
    }
  });
  await using cluster = clusterAt(server.port, { timeout: 60_000 });
  const values = await cluster.map(
    (client) =>
      Array.from(
        { length: 300_000 },
        (_, index) => client.get(String(1_000_000 + index)),
      ),
    { autoBatch: false },
  );
  assert(values.every(({ value }) => value?.length === 100));
});

Deno.test("fault 23: 300,000 GETs through a routing client to a real server", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using cluster = clusterAt(server.port, { timeout: 60_000 });
  const client = cluster.getRoutingClient();
  await client.set("k", "v".repeat(200));
  const values = await Promise.all(
    Array.from({ length: 300_000 }, () => client.get("k")),
  );
  assert(values.every((value) => value?.length === 200));
});

/** Seconds that a command blocks if nothing wakes it. */
const LONG = 60;

/** Checks that others are answered while commands block on the server. */
async function assertPrompt(
  client: RoutingClient,
  blocked: PromiseLike<unknown>[],
): Promise<void> {
  for (let i = 0; i < 20; i++) {
    assertEquals(await bounded(client.get("k")), null);
  }
  for (const one of blocked) assert(await isPending(one));
}

/** Waits until the server says that so many clients are blocked. */
async function untilBlocked(direct: Oracle, count: number): Promise<void> {
  await eventually(async () =>
    String(await direct.command("INFO", "clients"))
      .includes(`blocked_clients:${count}\r`)
  );
}

Deno.test("fault 24: blocking commands delay nobody else", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using direct = oracle(server);
  await using cluster = clusterAt(server.port);
  const client = cluster.getRoutingClient();
  const blocked: PromiseLike<unknown>[] = [
    client.blpop(LONG, "list"),
    client.sendCommand("BLMOVE", ["list", "other", "LEFT", "LEFT", LONG]),
    client.sendCommand("XREAD", [
      "BLOCK",
      1_000 * LONG,
      "STREAMS",
      "stream",
      "$",
    ]),
    cluster.map((client) => client.brpop(LONG, "list")),
    cluster.getLocalClient(0).sendCommand("BZPOPMIN", ["set", LONG]),
  ];
  await untilBlocked(direct, blocked.length);
  await assertPrompt(client, blocked);
  assertEquals(await cluster.map((client) => client.get("k")), null);
  await direct.command("RPUSH", "list", "a", "b", "c");
  await direct.command("ZADD", "set", 1, "a");
  await direct.command("XADD", "stream", "*", "f", "v");
  for (const reply of await Promise.all(blocked)) assert(reply !== null);
});

Deno.test("fault 24: blocking commands on all connections but one delay nobody else", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using direct = oracle(server);
  await using cluster = clusterAt(server.port, {
    poolOptions: { maxConnections: 3 },
  });
  const client = cluster.getRoutingClient();
  const blocked = [0, 1].map(() => client.blpop(LONG, "list"));
  await untilBlocked(direct, blocked.length);
  await assertPrompt(client, blocked);
  await direct.command("RPUSH", "list", "a", "b");
  for (const reply of await Promise.all(blocked)) {
    assertInstanceOf(reply, Array);
  }
});

Deno.test("fault 24: a blocking command has its own time besides the deadline", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using direct = oracle(server);
  await using cluster = clusterAt(server.port, { timeout: 200 });
  using time = new FakeTime();
  const client = cluster.getRoutingClient();
  const blocked = client.blpop(0.2, "list");
  await time.advance(399);
  assertEquals(await bounded(blocked), null);
  const late = failureOf(TimeoutError, () => client.blpop(15, "list"));
  await untilBlocked(direct, 1);
  await time.advance(15_000 + 199);
  assert(await isPending(late));
  await time.advance(1);
  await late;
});
