import {
  assert,
  assertEquals,
  assertGreater,
  assertInstanceOf,
  assertLess,
  assertRejects,
} from "@std/assert";
import {
  ConnectionError,
  PoolTimeoutError,
  QueueFullError,
  type RoutingClient,
} from "../../mod.ts";
import { FaultProxy, RedisServer } from "../../src/testing.ts";
import { oracle } from "../../support/raw_client.ts";
import {
  assertOutcome,
  assertTime,
  eventually,
  failureOf,
  sleep,
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
  await eventually(() => cluster.getPoolForHost(0).leased === 2);
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
  proxy.hold();
  const holders = [1, 2].map(() => cluster.map((client) => client.get("k")));
  await eventually(() => cluster.getPoolForHost(0).leased === 2);
  const { error, time } = await failureOf(
    PoolTimeoutError,
    () => cluster.map((client) => client.incr("n"), { timeout: 200 }),
  );
  assertTime(time, 200);
  assertOutcome(error, { hostId: 0, command: "INCR", outcome: "not-sent" });
  const routed = await failureOf(
    PoolTimeoutError,
    () => cluster.getRoutingClient({ timeout: 100 }).incr("n"),
  );
  assertTime(routed.time, 100);
  assertEquals(cluster.getPoolForHost(0).waiting, 0);
  proxy.pass();
  await Promise.all(holders);
  assertEquals(await direct.command("EXISTS", "n"), 0);
});

Deno.test("fault 21: an abort removes the waiter at once", async () => {
  await using setup = await exhaustible(1);
  const { cluster, proxy, server } = setup;
  await using direct = oracle(server);
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
  await gone;
  proxy.pass();
  await holder;
  assertEquals(await next, 1);
  assertEquals(await direct.command("EXISTS", "n"), 0);
});

Deno.test("fault 21: close() waits a bounded time, then rejects the waiters", async () => {
  await using server = ScriptedServer.silent();
  const cluster = clusterAt(server.port, {
    timeout: 300,
    poolOptions: { maxConnections: 1 },
  });
  const commands = [0, 1, 2].map(() =>
    failureOf(
      ConnectionError,
      () => cluster.map((client) => client.incr("n"), { timeout: 10_000 }),
    )
  );
  await eventually(() => cluster.getPoolForHost(0).waiting === 2);
  const start = performance.now();
  await cluster.close();
  assertTime(performance.now() - start, 300);
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
  for (const call of Object.values(clients)) {
    const { error, time } = await failureOf(QueueFullError, call);
    assertLess(time, 50);
    assertOutcome(error, { hostId: 0, command: "INCR", outcome: "not-sent" });
  }
  proxy.pass();
  await Promise.all(fitting);
  assertEquals(await direct.command("GET", "n"), "100");
  assertEquals(await client.incr("n"), 101);
});

Deno.test("fault 22: the queue is bounded in bytes, and so is memory", async () => {
  await using server = ScriptedServer.silent();
  await using cluster = clusterAt(server.port, {
    timeout: 1_000,
    poolOptions: { maxQueueBytes: 10_000_000 },
  });
  const client = cluster.getRoutingClient();
  const value = "x".repeat(100_000);
  const before = Deno.memoryUsage().rss;
  const results = await Promise.allSettled(
    Array.from({ length: 1_000 }, (_, i) => client.set(`k${i}`, value)),
  );
  const reasons = results.map((result) =>
    result.status === "rejected" ? result.reason.name : result.value
  );
  const count = (name: string) =>
    reasons.filter((reason) => reason === name).length;
  assertEquals([count("TimeoutError"), count("QueueFullError")], [99, 901]);
  assertLess(Deno.memoryUsage().rss - before, 100_000_000);
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
  await using cluster = clusterAt(server.port, { timeout: 30_000 });
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
  await using cluster = clusterAt(server.port, { timeout: 30_000 });
  const client = cluster.getRoutingClient();
  await client.set("k", "v".repeat(200));
  const values = await Promise.all(
    Array.from({ length: 300_000 }, () => client.get("k")),
  );
  assert(values.every((value) => value?.length === 200));
});

/** Checks that commands are answered at once while others block. */
async function assertPrompt(client: RoutingClient): Promise<void> {
  for (let i = 0; i < 20; i++) {
    const start = performance.now();
    assertEquals(await client.get("k"), null);
    assertLess(performance.now() - start, 100);
  }
}

Deno.test("fault 24: blocking commands delay nobody else", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using direct = oracle(server);
  await using cluster = clusterAt(server.port);
  const client = cluster.getRoutingClient();
  const blocked = [
    client.blpop(2, "list"),
    client.sendCommand("BLMOVE", ["list", "other", "LEFT", "LEFT", 2]),
    client.sendCommand("XREAD", ["BLOCK", 2_000, "STREAMS", "stream", "$"]),
    cluster.map((client) => client.brpop(2, "list")),
    cluster.getLocalClient(0).sendCommand("BZPOPMIN", ["set", 2]),
  ];
  await assertPrompt(client);
  assertEquals(await cluster.map((client) => client.get("k")), null);
  await direct.command("RPUSH", "list", "a", "b", "c");
  await direct.command("ZADD", "set", 1, "a");
  await direct.command("XADD", "stream", "*", "f", "v");
  for (const reply of await Promise.all(blocked)) assert(reply !== null);
});

Deno.test("fault 24: as many blocking commands as connections delay nobody else", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using direct = oracle(server);
  await using cluster = clusterAt(server.port, {
    timeout: 1_000,
    poolOptions: { maxConnections: 2 },
  });
  const client = cluster.getRoutingClient();
  const blocked = [0, 1].map(() => client.blpop(2, "list"));
  await sleep(50);
  await assertPrompt(client);
  await direct.command("RPUSH", "list", "a", "b");
  for (const reply of await Promise.all(blocked)) {
    assertInstanceOf(reply, Array);
  }
});

Deno.test("fault 24: a blocking command has its own time besides the deadline", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using cluster = clusterAt(server.port, { timeout: 200 });
  const start = performance.now();
  assertEquals(await cluster.getRoutingClient().blpop(0.5, "list"), null);
  assertGreater(performance.now() - start, 490);
});
