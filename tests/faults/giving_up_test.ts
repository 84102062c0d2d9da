// No reply reaches the wrong caller: commands that are given up.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLess,
  assertStrictEquals,
} from "@std/assert";
import { FakeTime } from "../fake_time.ts";
import { bounded, eventually, isPending, sleep } from "./outcome.ts";
import {
  assertInStep,
  assertQuiet,
  fill,
  Proxied,
  reasonOf,
} from "./proxied.ts";

/** How many bytes the client has begun to send, whoever has got them. */
function sent({ cluster }: Proxied): number {
  return cluster.stats().get(0)!.bytes.sent;
}

// Each way in which a caller can give a command up.
const WAYS: Record<
  string,
  (host: Proxied, signal: AbortSignal) => PromiseLike<unknown>
> = {
  "sendCommand()": (host, signal) =>
    host.cluster.getRoutingClient().sendCommand("INCR", ["n"], { signal }),
  "getRoutingClient()": (host, signal) =>
    host.cluster.getRoutingClient({ signal }).incr("n"),
  "getLocalClient()": (host, signal) =>
    host.cluster.getLocalClient(0, { signal }).incr("n"),
  "map()": (host, signal) =>
    host.cluster.map((client) => client.incr("n"), { signal }),
  "fanout()": (host, signal) =>
    host.cluster.all((client) => client.incr("n"), { signal }),
};

for (const [name, issue] of Object.entries(WAYS)) {
  Deno.test(`fault 2: ${name} aborted in the same turn sends nothing`, async () => {
    await using host = await Proxied.start(1);
    const reason = new Error("It is not wanted");
    const abort = new AbortController();
    const rejected = reasonOf(issue(host, abort.signal));
    abort.abort(reason);
    assertStrictEquals(await rejected, reason);
    assertStrictEquals(await reasonOf(issue(host, abort.signal)), reason);
    assertEquals(await host.oracle.command("GET", "n"), null);
    assertEquals(host.proxy.stats.bytesToServer, 0);
    await assertQuiet(host.cluster);
  });

  Deno.test(`fault 2: ${name} aborted while it waits for a connection`, async () => {
    await using host = await Proxied.start(1, {
      poolOptions: { maxConnections: 1 },
    });
    // Neither a reply nor the end of any time comes meanwhile.
    using time = new FakeTime();
    await host.cluster.map((client) => client.get("other"));
    host.proxy.delay(200);
    const pool = host.cluster.getPoolForHost(0);
    const busy = host.cluster.map((client) => client.get("other"));
    await eventually(() => pool.leased === 1);
    const reason = new Error("It is not wanted");
    const abort = new AbortController();
    const rejected = reasonOf(issue(host, abort.signal));
    await eventually(() => pool.waiting === 1);
    abort.abort(reason);
    assertStrictEquals(await bounded(rejected), reason);
    assertEquals(pool.waiting, 0);
    assert(await isPending(busy));
    await time.settled(busy, 100);
    host.proxy.pass();
    assertEquals(await host.cluster.getRoutingClient().get("other"), null);
    assertEquals(await host.oracle.command("GET", "n"), null);
    await assertQuiet(host.cluster);
  });

  Deno.test(`fault 2: ${name} aborted during the handshake`, async () => {
    await using host = await Proxied.start(1, { poolOptions: { protocol: 3 } });
    host.proxy.hold();
    const abort = new AbortController();
    const rejected = reasonOf(issue(host, abort.signal));
    await eventually(() => sent(host) > 0);
    abort.abort("It is not wanted");
    assertEquals(await bounded(rejected), "It is not wanted");
    host.proxy.pass();
    // The connection is kept for the next caller, and idle again if it had one.
    await eventually(() => host.cluster.getPoolForHost(0).idle === 1);
    assertEquals(await host.oracle.command("GET", "n"), null);
    await assertQuiet(host.cluster);
  });

  Deno.test(`fault 2: ${name} aborted after it was sent`, async () => {
    await using host = await Proxied.start(1);
    const keys = await fill(host, 500);
    using time = new FakeTime();
    await issue(host, new AbortController().signal);
    host.proxy.delay(200);
    const reason = new Error("It is not wanted");
    const abort = new AbortController();
    const rejected = reasonOf(issue(host, abort.signal));
    await eventually(async () => await host.oracle.command("GET", "n") === "2");
    abort.abort(reason);
    assertStrictEquals(await bounded(rejected), reason);
    await assertQuiet(host.cluster);
    assertEquals(host.cluster.getPoolForHost(0).size, 0);
    time[Symbol.dispose]();
    host.proxy.pass();
    await assertInStep(host, keys);
    assertEquals(await host.oracle.command("GET", "n"), "2");
  });
}

Deno.test("fault 2: aborts of new connections do not count as a host that is down", async () => {
  await using host = await Proxied.start(1);
  const down: unknown[] = [];
  host.cluster.addEventListener("down", (event) => down.push(event));
  using _ = new FakeTime();
  host.proxy.delay(500);
  const abort = new AbortController();
  const { signal } = abort;
  const rejected = Array.from(
    { length: 5 },
    () => reasonOf(host.cluster.map((client) => client.incr("n"), { signal })),
  );
  await eventually(async () => await host.oracle.command("GET", "n") === "5");
  abort.abort();
  for (const reason of await Promise.all(rejected)) {
    assertInstanceOf(reason, DOMException);
  }
  await assertQuiet(host.cluster);
  host.proxy.pass();
  assertEquals(down, []);
  assertEquals(await host.cluster.getRoutingClient().incr("n"), 6);
});

for (const transport of ["tcp", "unix"] as const) {
  Deno.test(`fault 2: a value half written over ${transport} is never set`, async () => {
    await using host = await Proxied.start(1, { transport });
    const keys = await fill(host, 500);
    const client = host.cluster.getRoutingClient();
    using time = new FakeTime();
    await client.get(keys[0]);
    host.proxy.hold();
    const before = sent(host);
    const abort = new AbortController();
    const rejected = reasonOf(
      client.sendCommand("SET", ["big", new Uint8Array(3e7)], {
        signal: abort.signal,
      }),
    );
    await eventually(() => sent(host) > before);
    await sleep(20);
    abort.abort("It is not wanted");
    assertEquals(await bounded(rejected), "It is not wanted");
    time[Symbol.dispose]();
    await assertQuiet(host.cluster);
    host.proxy.pass();
    await assertInStep(host, keys);
    assertEquals(await host.oracle.command("EXISTS", "big"), 0);
  });
}

Deno.test("fault 2: of a map that is half written only a prefix runs", async () => {
  await using host = await Proxied.start(1);
  const keys = await fill(host, 500);
  using time = new FakeTime();
  await host.cluster.map((client) => client.get(keys[0]));
  host.server.pause();
  const abort = new AbortController();
  const value = new Uint8Array(100_000);
  const fresh = host.keys(0, 400, "fresh");
  let promises: { reason: unknown }[] = [];
  const rejected = reasonOf(
    host.cluster.map((client) => {
      promises = fresh.map((key) => client.set(key, value));
    }, { signal: abort.signal, autoBatch: false }),
  );
  // More than that is not taken by anybody: the server stands still.
  await eventually(() => sent(host) > 1e6);
  abort.abort("It is not wanted");
  assertInstanceOf(await bounded(rejected), AggregateError);
  assert(promises.every(({ reason }) => reason === "It is not wanted"));
  await assertQuiet(host.cluster);
  time[Symbol.dispose]();
  host.server.resume();
  await assertInStep(host, keys);
  const reply = await host.oracle.command("MGET", ...fresh);
  assert(Array.isArray(reply));
  const ran = reply.filter((one) => one !== null).length;
  assertLess(ran, fresh.length);
  assertEquals(reply.slice(ran), reply.slice(ran).fill(null));
});

Deno.test("fault 2: a reply half read is discarded with its connection", async () => {
  await using host = await Proxied.start(1);
  const keys = await fill(host, 500);
  await host.oracle.command("SET", "big", "x".repeat(1_000_000));
  const client = host.cluster.getRoutingClient();
  await client.get(keys[0]);
  host.proxy.split(10_000);
  const before = host.proxy.stats.bytesToClient;
  const abort = new AbortController();
  const rejected = reasonOf(
    client.sendCommand("GET", ["big"], { signal: abort.signal }),
  );
  await eventually(() => host.proxy.stats.bytesToClient > before + 50_000);
  abort.abort("It is not wanted");
  assertEquals(await rejected, "It is not wanted");
  await assertQuiet(host.cluster);
  assertEquals(host.cluster.getPoolForHost(0).size, 0);
  host.proxy.pass();
  await assertInStep(host, keys);
});

Deno.test("fault 2: a dedicated connection is closed by its signal", async () => {
  await using host = await Proxied.start(1);
  const abort = new AbortController();
  const reason = new Error("It is not wanted");
  using client = await host.cluster.connect(0, { signal: abort.signal });
  assertEquals(await client.incr("n"), 1);
  using time = new FakeTime();
  host.proxy.delay(200);
  const sent = reasonOf(client.incr("n"));
  await eventually(async () => await host.oracle.command("GET", "n") === "2");
  const unsent = reasonOf(client.incr("n"));
  abort.abort(reason);
  assertStrictEquals(await sent, reason);
  assertStrictEquals(await unsent, reason);
  assertStrictEquals(await reasonOf(client.incr("n")), reason);
  await time.advance(10_000);
  await eventually(() => host.proxy.connections === 0);
  assertEquals(await host.oracle.command("GET", "n"), "2");
});

Deno.test("fault 2: the signal of the cluster gives everything up", async () => {
  const abort = new AbortController();
  await using host = await Proxied.start(1, { signal: abort.signal });
  using _ = new FakeTime();
  const client = host.cluster.getRoutingClient();
  using dedicated = await host.cluster.connect(0);
  await client.get("a");
  host.proxy.delay(300);
  const before = sent(host);
  const reasons = [
    reasonOf(client.get("a")),
    reasonOf(host.cluster.map((client) => client.get("a"))),
    reasonOf(host.cluster.all((client) => client.dbsize())),
    reasonOf(client.sendCommand("GET", ["a"], { timeout: 1_000 })),
    reasonOf(dedicated.get("a")),
  ];
  await eventually(() => sent(host) > before);
  const reason = new Error("It is over");
  abort.abort(reason);
  const all = await bounded(Promise.all(reasons));
  for (const one of all) assertStrictEquals(one, reason);
  await assertQuiet(host.cluster);
});

Deno.test("fault 2: an abort from the callback of a reply settles once", async () => {
  await using host = await Proxied.start(1, {
    timeout: 2_000,
    poolOptions: { maxQueueCommands: 10 },
  });
  const keys = await fill(host, 500);
  for (let round = 0; round < 3; round++) {
    const mapping = host.cluster.getMappingClient({ autoBatch: false });
    const promises = keys.slice(0, 10).map((key) => mapping.get(key));
    promises[4].done(() => mapping.cancel("It is enough"));
    await reasonOf(mapping.join());
    assertEquals(
      promises.map(({ isPending, isResolved }) => isPending || isResolved),
      promises.map((_, index) => index <= 4),
    );
    assertEquals(promises[5].reason, "It is enough");
  }
  await assertQuiet(host.cluster);
  // The queue has neither lost room nor gained any.
  const client = host.cluster.getRoutingClient();
  const replies = await Promise.allSettled(
    keys.slice(0, 11).map((key) => client.get(key)),
  );
  assertEquals(
    replies.map(({ status }) => status === "fulfilled"),
    replies.map((_, index) => index < 10),
  );
  // It does not wait for what has settled.
  using _ = new FakeTime();
  await bounded(host.cluster.close());
});

Deno.test("fault 3: a callback that throws sends nothing", async () => {
  await using host = await Proxied.start(1);
  const thrown = new Error("It went wrong");
  const promises: { isRejected: boolean; reason: unknown }[] = [];
  const error = await reasonOf(
    host.cluster.map((client) => {
      for (let i = 0; i < 100; i++) promises.push(client.incr(`n${i}`));
      promises.push(client.eval("return 1", ["a"], []));
      throw thrown;
    }),
  );
  assertStrictEquals(error, thrown);
  assertEquals(promises.length, 101);
  for (const { isRejected, reason } of promises) {
    assert(isRejected);
    assertInstanceOf(reason, DOMException);
    assertEquals(reason.name, "AbortError");
  }
  assertEquals(await host.oracle.command("DBSIZE"), 0);
  assertEquals(host.proxy.stats.bytesToServer, 0);
  await assertQuiet(host.cluster);
});

Deno.test("fault 3: an asynchronous callback that throws half way", async () => {
  await using host = await Proxied.start(1);
  const keys = await fill(host, 500);
  const thrown = new Error("It went wrong");
  const promises: { isPending: boolean; isRejected: boolean }[] = [];
  const late: Promise<unknown>[] = [];
  using time = new FakeTime();
  host.proxy.delay(200);
  const error = await bounded(reasonOf(
    host.cluster.map(async (client) => {
      promises.push(client.incr("sent"));
      late.push(time.sleep(100).then(() => reasonOf(client.incr("unsent"))));
      await eventually(async () =>
        await host.oracle.command("GET", "sent") === "1"
      );
      promises.push(client.incr("unsent"));
      throw thrown;
    }),
  ));
  assertStrictEquals(error, thrown);
  assert(promises.every(({ isRejected }) => isRejected));
  // What the callback left running issues nothing more either.
  await time.advance(100);
  for (const reason of await bounded(Promise.all(late))) {
    assertInstanceOf(reason, DOMException);
  }
  time[Symbol.dispose]();
  host.proxy.pass();
  await assertInStep(host, keys);
  assertEquals(await host.oracle.command("GET", "sent"), "1");
  assertEquals(await host.oracle.command("EXISTS", "unsent"), 0);
});

Deno.test("fault 3: a callback of mapBatches() or fanout() that throws", async () => {
  await using host = await Proxied.start(1);
  const thrown = new Error("It went wrong");
  const keys = host.keys(0, 100);
  const seen: string[] = [];
  const batches = host.cluster.mapBatches(keys, (client, key) => {
    if (key === keys[55]) throw thrown;
    return client.incr(key);
  }, { batchSize: 10 });
  const error = await reasonOf((async () => {
    for await (const [key] of batches) seen.push(key);
  })());
  assertStrictEquals(error, thrown);
  assertEquals(seen, keys.slice(0, 50));
  assertEquals(await host.oracle.command("DBSIZE"), 50);
  const other = await reasonOf(
    host.cluster.all((client) => {
      client.flushall();
      throw thrown;
    }),
  );
  assertStrictEquals(other, thrown);
  assertEquals(await host.oracle.command("DBSIZE"), 50);
  await assertQuiet(host.cluster);
});

Deno.test("fault 3: a map that is cancelled by hand needs no join", async () => {
  await using host = await Proxied.start(1);
  const mapping = host.cluster.getMappingClient();
  const promise = mapping.incr("n");
  mapping.cancel("It is not wanted");
  assertEquals(promise.reason, "It is not wanted");
  assertEquals(await host.oracle.command("EXISTS", "n"), 0);
  await assertQuiet(host.cluster);
});
