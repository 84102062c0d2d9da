// No reply reaches the wrong caller.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLess,
  assertStrictEquals,
} from "@std/assert";
import {
  CommandError,
  ConnectionError,
  ProtocolError,
  type RbPromise,
  TimeoutError,
} from "../../mod.ts";
import { eventually, sleep } from "./outcome.ts";
import { assertQuiet, Proxied, reasonOf, told } from "./proxied.ts";

const UNKNOWN = { hostId: 0, outcome: "unknown" };

async function fill(host: Proxied, count: number): Promise<string[]> {
  const keys = host.keys(0, count);
  const pairs = keys.flatMap((key) => [key, `value of ${key}`]);
  await host.oracle.command("MSET", ...pairs);
  return keys;
}

/** 1,000 gets, alone and in maps, each of which must give its own value. */
async function assertInStep(host: Proxied, keys: string[]): Promise<void> {
  const client = host.cluster.getRoutingClient();
  for (let i = 0; i < 1_000; i += 200) {
    const part = Array.from({ length: 100 }, (_, j) => keys[(i + j) % 500]);
    const [alone, mapped] = await Promise.all([
      Promise.all(part.map((key) => client.get(key))),
      host.cluster.map((client) => part.map((key) => client.get(key))),
    ]);
    assertEquals(alone, part.map((key) => `value of ${key}`));
    assertEquals(mapped.map(({ value }) => value), alone);
  }
  await assertQuiet(host.cluster);
}

Deno.test("fault 1: a map that timed out leaves no reply behind", async () => {
  await using host = await Proxied.start(1);
  const keys = await fill(host, 500);
  await host.cluster.map((client) => client.get(keys[0]));
  for (let round = 0; round < 3; round++) {
    host.proxy.delay(300);
    const accepted = host.proxy.stats.accepted;
    const started = performance.now();
    const error = await reasonOf(
      host.cluster.map((client) => client.get(keys[round]), { timeout: 100 }),
    );
    assertLess(performance.now() - started, 200);
    assertInstanceOf(error, TimeoutError);
    assertEquals(told(error), {
      ...UNKNOWN,
      name: "TimeoutError",
      command: "GET",
    });
    await assertQuiet(host.cluster);
    assertEquals(host.cluster.getPoolForHost(0).size, 0);
    host.proxy.pass();
    await assertInStep(host, keys);
    assert(host.proxy.stats.accepted > accepted);
  }
});

Deno.test("fault 1: a map of many that a server answers late", async () => {
  await using host = await Proxied.start(1);
  const keys = await fill(host, 500);
  const client = host.cluster.getRoutingClient();
  await client.get(keys[0]);
  const asleep = host.oracle.command("DEBUG", "SLEEP", "0.4");
  await sleep(20);
  const error = await reasonOf(
    client.map((client) => keys.map((key) => client.strlen(key)), {
      timeout: 100,
    }),
  );
  assertInstanceOf(error, AggregateError);
  assertEquals(error.errors.length, 500);
  for (const one of error.errors) {
    assertEquals(told(one), {
      ...UNKNOWN,
      name: "TimeoutError",
      command: "STRLEN",
    });
  }
  await assertQuiet(host.cluster);
  await asleep;
  await assertInStep(host, keys);
});

Deno.test("fault 1: commands of several turns that time out together", async () => {
  await using host = await Proxied.start(1, {
    timeout: 100,
    poolOptions: { maxConnections: 2, breaker: { threshold: 1_000 } },
  });
  const keys = await fill(host, 500);
  const client = host.cluster.getRoutingClient();
  await client.get(keys[0]);
  host.proxy.hold();
  for (let round = 0; round < 3; round++) {
    const reasons = [];
    for (let turn = 0; turn < 4; turn++) {
      reasons.push(reasonOf(client.get(keys[turn])));
      await sleep(turn % 2);
    }
    for (const reason of await Promise.all(reasons)) {
      assertInstanceOf(reason, TimeoutError);
    }
    await assertQuiet(host.cluster);
  }
  host.proxy.pass();
  await assertInStep(host, keys);
});

Deno.test("fault 1: a timeout spares those who wait longer", async () => {
  await using host = await Proxied.start(1);
  const keys = await fill(host, 500);
  const client = host.cluster.getRoutingClient();
  await client.get(keys[0]);
  host.proxy.delay(250);
  const hasty = reasonOf(client.sendCommand("GET", [keys[1]], { timeout: 80 }));
  await sleep(0);
  const patient = client.get(keys[2]);
  const together = client.get(keys[3]);
  assertInstanceOf(await hasty, TimeoutError);
  assertEquals(await Promise.all([patient, together]), [
    `value of ${keys[2]}`,
    `value of ${keys[3]}`,
  ]);
  await eventually(() => host.cluster.getPoolForHost(0).size === 0);
  host.proxy.pass();
  await assertInStep(host, keys);
});

Deno.test("fault 1: a fanout that timed out", async () => {
  await using host = await Proxied.start(1);
  const keys = await fill(host, 500);
  await host.cluster.all((client) => client.dbsize());
  host.proxy.delay(300);
  const error = await reasonOf(
    host.cluster.all((client) => client.dbsize(), { timeout: 100 }),
  );
  assertEquals(told(error), {
    ...UNKNOWN,
    name: "TimeoutError",
    command: "DBSIZE",
  });
  host.proxy.pass();
  await assertInStep(host, keys);
});

Deno.test("fault 1: a dedicated connection closes when a reply is overdue", async () => {
  await using host = await Proxied.start(1);
  const keys = await fill(host, 500);
  using client = await host.cluster.connect(0, { timeout: 100 });
  assertEquals(await client.get(keys[0]), `value of ${keys[0]}`);
  host.proxy.delay(300);
  const overdue = reasonOf(client.get(keys[1]));
  await sleep(50);
  const behind = reasonOf(client.get(keys[2]));
  assertEquals(told(await overdue), {
    ...UNKNOWN,
    name: "TimeoutError",
    command: "GET",
  });
  assertEquals(told(await behind), {
    ...UNKNOWN,
    name: "ConnectionError",
    command: "GET",
  });
  host.proxy.pass();
  assertEquals(told(await reasonOf(client.get(keys[3]))), {
    name: "ConnectionError",
    hostId: 0,
    command: "GET",
    outcome: "not-sent",
  });
  await assertInStep(host, keys);
});

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
    const block = host.cluster.getLocalClient(0).blpop(1, "list");
    await eventually(() => host.cluster.getPoolForHost(0).leased === 1);
    const reason = new Error("It is not wanted");
    const abort = new AbortController();
    const rejected = reasonOf(issue(host, abort.signal));
    await sleep(20);
    const started = performance.now();
    abort.abort(reason);
    assertStrictEquals(await rejected, reason);
    assertLess(performance.now() - started, 20);
    assertEquals(host.cluster.getPoolForHost(0).waiting, 0);
    await host.oracle.command("RPUSH", "list", "a");
    assertEquals(await block, ["list", "a"]);
    assertEquals(await host.cluster.getRoutingClient().get("other"), null);
    assertEquals(await host.oracle.command("GET", "n"), null);
    await assertQuiet(host.cluster);
  });

  Deno.test(`fault 2: ${name} aborted during the handshake`, async () => {
    await using host = await Proxied.start(1, { poolOptions: { protocol: 3 } });
    host.proxy.hold();
    const abort = new AbortController();
    const rejected = reasonOf(issue(host, abort.signal));
    await eventually(() => host.proxy.connections === 1);
    await sleep(20);
    abort.abort("It is not wanted");
    assertEquals(await rejected, "It is not wanted");
    host.proxy.pass();
    await sleep(30);
    assertEquals(await host.oracle.command("GET", "n"), null);
    await assertQuiet(host.cluster);
  });

  Deno.test(`fault 2: ${name} aborted after it was sent`, async () => {
    await using host = await Proxied.start(1);
    const keys = await fill(host, 500);
    await issue(host, new AbortController().signal);
    host.proxy.delay(200);
    const reason = new Error("It is not wanted");
    const abort = new AbortController();
    const rejected = reasonOf(issue(host, abort.signal));
    await eventually(async () => await host.oracle.command("GET", "n") === "2");
    const started = performance.now();
    abort.abort(reason);
    assertStrictEquals(await rejected, reason);
    assertLess(performance.now() - started, 20);
    await assertQuiet(host.cluster);
    assertEquals(host.cluster.getPoolForHost(0).size, 0);
    host.proxy.pass();
    await assertInStep(host, keys);
    assertEquals(await host.oracle.command("GET", "n"), "2");
  });
}

Deno.test("fault 2: aborts of new connections do not count as a host that is down", async () => {
  await using host = await Proxied.start(1);
  const down: unknown[] = [];
  host.cluster.addEventListener("down", (event) => down.push(event));
  host.proxy.delay(500);
  for (let round = 0; round < 5; round++) {
    const abort = new AbortController();
    const { signal } = abort;
    const rejected = reasonOf(
      host.cluster.map((client) => client.incr("n"), { signal }),
    );
    await eventually(async () =>
      await host.oracle.command("GET", "n") === String(round + 1)
    );
    abort.abort();
    assertInstanceOf(await rejected, DOMException);
    await assertQuiet(host.cluster);
  }
  host.proxy.pass();
  assertEquals(down, []);
  assertEquals(await host.cluster.getRoutingClient().incr("n"), 6);
});

for (const transport of ["tcp", "unix"] as const) {
  Deno.test(`fault 2: a value half written over ${transport} is never set`, async () => {
    await using host = await Proxied.start(1, { transport });
    const keys = await fill(host, 500);
    const client = host.cluster.getRoutingClient();
    await client.get(keys[0]);
    host.proxy.hold();
    const abort = new AbortController();
    const rejected = reasonOf(
      client.sendCommand("SET", ["big", new Uint8Array(3e7)], {
        signal: abort.signal,
      }),
    );
    await sleep(100);
    const started = performance.now();
    abort.abort("It is not wanted");
    assertEquals(await rejected, "It is not wanted");
    assertLess(performance.now() - started, 20);
    await assertQuiet(host.cluster);
    host.proxy.pass();
    await assertInStep(host, keys);
    assertEquals(await host.oracle.command("EXISTS", "big"), 0);
  });
}

Deno.test("fault 2: of a map that is half written only a prefix runs", async () => {
  await using host = await Proxied.start(1);
  const keys = await fill(host, 500);
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
  await sleep(100);
  abort.abort("It is not wanted");
  assertInstanceOf(await rejected, AggregateError);
  assert(promises.every(({ reason }) => reason === "It is not wanted"));
  await assertQuiet(host.cluster);
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
  host.proxy.delay(200);
  const sent = reasonOf(client.incr("n"));
  await eventually(async () => await host.oracle.command("GET", "n") === "2");
  const unsent = reasonOf(client.incr("n"));
  abort.abort(reason);
  assertStrictEquals(await sent, reason);
  assertStrictEquals(await unsent, reason);
  assertEquals(told(await reasonOf(client.incr("n"))).outcome, "not-sent");
  await sleep(250);
  assertEquals(await host.oracle.command("GET", "n"), "2");
});

Deno.test("fault 2: the signal of the cluster gives everything up", async () => {
  const abort = new AbortController();
  await using host = await Proxied.start(1, { signal: abort.signal });
  const client = host.cluster.getRoutingClient();
  using dedicated = await host.cluster.connect(0);
  await client.get("a");
  host.proxy.delay(300);
  const reasons = [
    reasonOf(client.get("a")),
    reasonOf(host.cluster.map((client) => client.get("a"))),
    reasonOf(host.cluster.all((client) => client.dbsize())),
    reasonOf(client.sendCommand("GET", ["a"], { timeout: 1_000 })),
    reasonOf(dedicated.get("a")),
  ];
  await sleep(20);
  const reason = new Error("It is over");
  abort.abort(reason);
  for (const one of await Promise.all(reasons)) assertStrictEquals(one, reason);
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
  const started = performance.now();
  await host.cluster.close();
  assertLess(performance.now() - started, 500);
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
  host.proxy.delay(200);
  const started = performance.now();
  const error = await reasonOf(
    host.cluster.map(async (client) => {
      promises.push(client.incr("sent"));
      late.push(sleep(100).then(() => reasonOf(client.incr("unsent"))));
      await eventually(async () =>
        await host.oracle.command("GET", "sent") === "1"
      );
      promises.push(client.incr("unsent"));
      throw thrown;
    }),
  );
  assertStrictEquals(error, thrown);
  assertLess(performance.now() - started, 150);
  assert(promises.every(({ isRejected }) => isRejected));
  // What the callback left running issues nothing more either.
  for (const reason of await Promise.all(late)) {
    assertInstanceOf(reason, DOMException);
  }
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

Deno.test("fault 4: WRONGTYPE in the middle of a map rejects its own promise", async () => {
  await using host = await Proxied.start(1);
  const keys = await fill(host, 500);
  await host.oracle.command("RPUSH", "list", "a");
  for (const autoBatch of [true, false]) {
    let promises: RbPromise<number>[] = [];
    const error = await reasonOf(
      host.cluster.map((client) => {
        promises = keys.map((key, index) =>
          index === 250 ? client.incr("list") : client.strlen(key)
        );
      }, { autoBatch }),
    );
    assertInstanceOf(error, CommandError);
    assertEquals(error.code, "WRONGTYPE");
    assertEquals(error.hostId, 0);
    assertEquals(error.command, "INCR");
    promises.forEach((promise, index) => {
      if (index === 250) assertStrictEquals(promise.reason, error);
      else assertEquals(promise.value, `value of ${keys[index]}`.length);
    });
  }
  await assertInStep(host, keys);
  // An error is an answer: the connection was kept.
  assertEquals(host.proxy.stats.accepted, host.cluster.getPoolForHost(0).size);
});

Deno.test("fault 4: several errors come in the order of issue", async () => {
  await using host = await Proxied.start(1);
  await host.oracle.command("RPUSH", "list", "a");
  const error = await reasonOf(
    host.cluster.map((client) => {
      client.incr("list");
      client.set("text", "a");
      client.incr("text");
      client.hget("list", "field");
    }),
  );
  assertInstanceOf(error, AggregateError);
  assertEquals(
    error.errors.map(({ command, code }) => [command, code]),
    [["INCR", "WRONGTYPE"], ["INCR", "ERR"], ["HGET", "WRONGTYPE"]],
  );
  await assertQuiet(host.cluster);
});

Deno.test("fault 4: replies that arrive 200 ms apart stay matched", async () => {
  await using host = await Proxied.start(1);
  const keys = await fill(host, 500);
  await host.oracle.command("RPUSH", "list", "a");
  const client = host.cluster.getRoutingClient();
  await client.get(keys[0]);
  host.proxy.delay(200);
  const times: number[] = [];
  const note = <T>(promise: Promise<T>) =>
    promise.finally(() => times.push(performance.now()));
  const replies: Promise<unknown>[] = [];
  for (let i = 0; i < 6; i++) {
    const key = i === 3 ? "list" : keys[i];
    replies.push(note(client.get(key).catch((error) => error)));
    if (i === 4) replies.push(client.get(keys[10]), client.get(keys[11]));
    await sleep(190);
  }
  const values = await Promise.all(replies);
  assertInstanceOf(values[3], CommandError);
  assertEquals(values.toSpliced(3, 1), [
    ...[0, 1, 2, 4, 10, 11, 5].map((i) => `value of ${keys[i]}`),
  ]);
  for (let i = 1; i < times.length; i++) {
    assertLess(150, times[i] - times[i - 1]);
  }
  // They were all on one connection.
  assertEquals(host.proxy.stats.accepted, 1);
});

const NESTED = `
  redis.call("SET", KEYS[1], "text")
  local deep = redis.error_reply("DEEP down")
  for i = 1, 20 do deep = {i, deep} end
  return {1, redis.error_reply("OUCH here"), redis.pcall("INCR", KEYS[1]), deep, "end"}
`;

function assertNested(reply: unknown): void {
  assert(Array.isArray(reply));
  assertEquals(reply.length, 5);
  assertInstanceOf(reply[1], CommandError);
  assertEquals(reply[1].code, "OUCH");
  assertInstanceOf(reply[2], CommandError);
  let deep: unknown = reply[3];
  for (let i = 20; i >= 1; i--) {
    assert(Array.isArray(deep));
    assertEquals(deep[0], i);
    deep = deep[1];
  }
  assertInstanceOf(deep, CommandError);
  assertEquals(deep.code, "DEEP");
  assertEquals(reply[4], "end");
}

for (const protocol of [2, 3] as const) {
  Deno.test(`fault 5: errors nested in EVAL are values, RESP${protocol}`, async () => {
    await using host = await Proxied.start(1, { poolOptions: { protocol } });
    const keys = await fill(host, 500);
    const client = host.cluster.getRoutingClient();
    const [before, nested, after] = await Promise.all([
      client.get(keys[0]),
      client.eval(NESTED, ["text"], []),
      client.get(keys[1]),
    ]);
    assertEquals([before, after], [0, 1].map((i) => `value of ${keys[i]}`));
    assertNested(nested);
    const mapped = await host.cluster.map((client) => [
      client.get(keys[2]),
      client.sendCommand("EVAL", [NESTED, 1, "text"]),
      client.get(keys[3]),
    ]);
    assertNested(mapped[1].value);
    assertEquals(mapped[2].value, `value of ${keys[3]}`);
    await assertInStep(host, keys);
  });

  Deno.test(`fault 5: errors nested in EXEC are values, RESP${protocol}`, async () => {
    await using host = await Proxied.start(1, { poolOptions: { protocol } });
    using client = await host.cluster.connect(0);
    const tx = client.tx();
    tx.set("text", "a");
    tx.incr("text");
    tx.eval(NESTED, ["text"], []);
    tx.get("text");
    const flushed = tx.flush();
    const next = client.echo("next");
    const replies = await flushed;
    const executed = replies.at(-1);
    assert(Array.isArray(executed));
    assertEquals(executed[0], "OK");
    assertInstanceOf(executed[1], CommandError);
    assertNested(executed[2]);
    assertEquals(executed[3], "text");
    assertEquals(await next, "next");
    assertEquals(await client.get("text"), "text");
  });
}

Deno.test("fault 8: an idle connection that was killed is not used", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  const calls: (() => PromiseLike<unknown>)[] = [
    () => client.incr("n"),
    () => host.cluster.map((client) => client.incr("n")),
    () => host.cluster.all((client) => client.incr("n")),
    () => host.cluster.getLocalClient(0).incr("n"),
  ];
  let count = 0;
  for (const pause of [0, 150]) {
    for (const call of calls) {
      await call();
      await sleep(pause);
      await host.oracle.command("CLIENT", "KILL", "TYPE", "normal");
      await sleep(20);
      await call();
      count += 2;
      await sleep(pause);
      host.proxy.reset();
      await sleep(20);
      await call();
      count++;
    }
  }
  assertEquals(await host.oracle.command("GET", "n"), String(count));
  await assertQuiet(host.cluster);
});

Deno.test("fault 8: a connection killed behind a busy program's back", async () => {
  await using host = await Proxied.start(1);
  // Straight to the server: a proxy in this program would be as busy.
  host.cluster.addHost(1, { path: host.server.path });
  const client = host.cluster.getLocalClient(1);
  for (let round = 1; round <= 3; round++) {
    assertEquals(await client.incr("n"), 2 * round - 1);
    await sleep(120);
    const { success } = new Deno.Command("redis-cli", {
      args: ["-s", host.server.path, "CLIENT", "KILL", "TYPE", "normal"],
    }).outputSync();
    assert(success);
    // Nobody has been told yet that the connection is gone.
    assertEquals(await client.incr("n"), 2 * round);
  }
  assertEquals(await host.oracle.command("GET", "n"), "6");
});

Deno.test("fault 8: a server that was restarted while all was idle", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  await Promise.all([
    client.incr("n"),
    host.cluster.map((client) => client.incr("n")),
  ]);
  await host.server.kill();
  await host.server.restart();
  assertEquals(await client.incr("n"), 1);
  await host.cluster.map((client) => client.incr("n"));
  assertEquals(await host.oracle.command("GET", "n"), "2");
});

Deno.test("fault 8: a server that closes idle connections", async () => {
  await using host = await Proxied.start(1, { config: { timeout: "1" } });
  const client = host.cluster.getRoutingClient();
  assertEquals(await client.incr("n"), 1);
  await eventually(() => host.proxy.connections === 0, 4_000);
  assertEquals(await client.incr("n"), 2);
});

// ConnectionError and ProtocolError are told apart in fake_replies_test.ts.
void [ConnectionError, ProtocolError];
