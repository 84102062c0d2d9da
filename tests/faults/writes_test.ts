// No write runs twice.

import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLess,
  assertLessOrEqual,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import {
  type Argument,
  Cluster,
  ConnectionError,
  PartialError,
  type RbPromise,
  type Reply,
  TransportError,
} from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { oracle } from "./oracle.ts";
import { eventually, sleep } from "./outcome.ts";
import { assertQuiet, Proxied, reasonOf, told } from "./proxied.ts";
import { ScriptedServer } from "./scripted_server.ts";

type Send = (name: string, args: Argument[]) => PromiseLike<unknown>;

/** Each kind of client, as a way to send a command to host 0. */
const CLIENTS: Record<string, (cluster: Cluster) => Promise<Send> | Send> = {
  "a routing client": (cluster) => (name, args) =>
    cluster.getRoutingClient().sendCommand(name, args),
  "a local client": (cluster) => (name, args) =>
    cluster.getLocalClient(0).sendCommand(name, args),
  "a map": (cluster) => (name, args) =>
    cluster.map((client) => client.sendCommand(name, args)),
  "a fanout": (cluster) => (name, args) =>
    cluster.all((client) => client.sendCommand(name, args)),
  "a dedicated client": async (cluster) => {
    let client = await cluster.connect(0);
    return async (name, args) => {
      if (!client.isConnected) client = await cluster.connect(0);
      return await client.sendCommand(name, args as string[]);
    };
  },
};

/** Writes that show how often they ran. */
const WRITES: [name: string, args: string[], ran: string[]][] = [
  ["INCR", ["n"], ["GET", "n"]],
  ["RPUSH", ["list", "a"], ["LLEN", "list"]],
  ["APPEND", ["text", "x"], ["STRLEN", "text"]],
  ["EVAL", ["return redis.call('INCR', KEYS[1])", "1", "e"], ["GET", "e"]],
];

for (const [kind, open] of Object.entries(CLIENTS)) {
  Deno.test(`fault 9: a lost reply is not sent again by ${kind}`, async () => {
    await using host = await Proxied.start(1);
    const { proxy } = host;
    for (const [name, args, ran] of WRITES) {
      await using cluster = new Cluster({ hosts: [{ port: proxy.port }] });
      const send = await open(cluster);
      for (let times = 1; times <= 3; times++) {
        // The first time, it is the first command of its connection.
        if (times > 1) await send("EXISTS", ["other"]);
        const { cut } = proxy.stats;
        proxy.cut();
        const error = await reasonOf(send(name, args));
        proxy.pass();
        assertEquals(told(error), {
          name: "ConnectionError",
          hostId: 0,
          command: name,
          outcome: "unknown",
        });
        assertInstanceOf((error as Error).cause, ConnectionError);
        await sleep(80);
        assertEquals(String(await host.oracle.command(...ran)), String(times));
        assertEquals(proxy.stats.cut, cut + 1);
      }
      await assertQuiet(cluster);
    }
  });

  Deno.test(`fault 9: a SET whose reply is lost does not come back by ${kind}`, async () => {
    await using host = await Proxied.start(1);
    const send = await open(host.cluster);
    for (let round = 0; round < 3; round++) {
      if (round > 0) await send("EXISTS", ["other"]);
      host.proxy.cut();
      const error = await reasonOf(send("SET", ["s", "after"]));
      host.proxy.pass();
      assertEquals(told(error).outcome, "unknown");
      assertEquals(await host.oracle.command("GETSET", "s", "other"), "after");
      await sleep(80);
      assertEquals(await host.oracle.command("GETDEL", "s"), "other");
    }
  });
}

Deno.test("fault 9: a reply cut in half is not sent again", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  for (let round = 1; round <= 5; round++) {
    await client.get("other");
    host.proxy.cut({ bytes: 2 });
    const error = await reasonOf(client.incr("n"));
    host.proxy.pass();
    assertInstanceOf(error, TransportError);
    assertEquals(error.outcome, "unknown");
    await sleep(60);
    assertEquals(await host.oracle.command("GET", "n"), String(round));
  }
});

Deno.test("fault 9: of a pipeline, what was answered counts once and the rest once at most", async () => {
  await using host = await Proxied.start(1);
  for (let round = 1; round <= 5; round++) {
    const keys = host.keys(0, 50, `round${round}`);
    await host.cluster.map((client) => client.get("other"));
    host.proxy.cut({ replies: round * 7 });
    let promises: RbPromise<number>[] = [];
    const error = await reasonOf(
      host.cluster.map((client) => {
        promises = keys.map((key) => client.incr(key));
      }),
    );
    host.proxy.pass();
    assertInstanceOf(error, AggregateError);
    await sleep(60);
    const counts = await host.oracle.command("MGET", ...keys);
    assert(Array.isArray(counts));
    promises.forEach((promise, index) => {
      assertEquals(promise.isResolved, index < round * 7);
      if (promise.isResolved) assertEquals(counts[index], "1");
      else {
        assertEquals(told(promise.reason), {
          name: "ConnectionError",
          hostId: 0,
          command: "INCR",
          outcome: "unknown",
        });
        assert(counts[index] === "1" || counts[index] === null);
      }
    });
    await assertQuiet(host.cluster);
  }
});

for (const [kind, open] of Object.entries(CLIENTS)) {
  if (kind === "a dedicated client") continue;
  Deno.test(`fault 10: ${kind} says of a refused connection that nothing was sent`, async () => {
    await using host = await Proxied.start(1);
    const send = await open(host.cluster);
    await host.proxy.refuse();
    const error = await reasonOf(send("INCR", ["n"]));
    assertInstanceOf(error, ConnectionError);
    const { hostId, command, outcome, message } = error;
    assertEquals([hostId, command, outcome], [0, "INCR", "not-sent"]);
    assert(message.includes("host 0"));
    let root: unknown = error;
    while (root instanceof TransportError) root = root.cause;
    assertInstanceOf(root, Deno.errors.ConnectionRefused);
    assertEquals(await host.oracle.command("EXISTS", "n"), 0);
    await assertQuiet(host.cluster);
  });

  Deno.test(`fault 10: ${kind} tries again what was not sent`, async () => {
    await using host = await Proxied.start(1);
    const send = await open(host.cluster);
    await host.proxy.refuse();
    const sent = send("INCR", ["n"]);
    await sleep(20);
    host.proxy.pass();
    await sent;
    assertEquals(await host.oracle.command("GET", "n"), "1");
    await assertQuiet(host.cluster);
  });
}

Deno.test("fault 10: connect() to a host that refuses", async () => {
  await using host = await Proxied.start(1);
  await host.proxy.refuse();
  const error = await reasonOf(host.cluster.connect(0));
  assertEquals(told(error), {
    name: "ConnectionError",
    hostId: 0,
    command: undefined,
    outcome: "not-sent",
  });
  host.proxy.pass();
  using client = await host.cluster.connect(0);
  assertEquals(await client.incr("n"), 1);
});

for (const maxRetries of [0, 3]) {
  Deno.test(`fault 10: what is queued behind a lost write, with ${maxRetries} retries`, async () => {
    await using host = await Proxied.start(1, { poolOptions: { maxRetries } });
    const client = host.cluster.getRoutingClient();
    await client.get("other");
    host.proxy.hold();
    const big = reasonOf(client.set("big", new Uint8Array(3e7)));
    await sleep(50);
    // None of it can leave as long as the first one has not.
    const queued = client.incr("n").catch((error) => error);
    await sleep(20);
    const { accepted } = host.proxy.stats;
    host.proxy.reset();
    host.proxy.pass();
    assertEquals(told(await big).outcome, "unknown");
    if (maxRetries === 0) {
      assertEquals(told(await queued), {
        name: "ConnectionError",
        hostId: 0,
        command: "INCR",
        outcome: "not-sent",
      });
      assertEquals(await host.oracle.command("EXISTS", "n"), 0);
    } else {
      assertEquals(await queued, 1);
      assertEquals(await host.oracle.command("GET", "n"), "1");
      assertEquals(host.proxy.stats.accepted, accepted + 1);
    }
    assertEquals(await host.oracle.command("EXISTS", "big"), 0);
    await assertQuiet(host.cluster);
  });
}

const TOTAL = 200_000;

for (const restartsAtOnce of [true, false]) {
  const when = restartsAtOnce ? "and back at once" : "and back later";
  Deno.test(`fault 11: a server killed during 200,000 INCRs ${when}`, async () => {
    await using server = await RedisServer.start({
      config: { appendonly: "yes", appendfsync: "always" },
    });
    await using direct = oracle(server);
    await using cluster = new Cluster({ hosts: [{ path: server.path }] });
    const client = cluster.getRoutingClient();
    let acknowledged = 0;
    const note = () => void acknowledged++;
    const unknown: TransportError[] = [];
    const unsent: TransportError[] = [];
    const fail = (error: unknown) => {
      assertInstanceOf(error, TransportError);
      (error.outcome === "unknown" ? unknown : unsent).push(error);
    };
    const all: Promise<void>[] = [];
    for (let i = 0; i < TOTAL; i++) all.push(client.incr("n").then(note, fail));
    await eventually(() => acknowledged > 20_000);
    const before = acknowledged;
    await server.kill();
    if (restartsAtOnce) await server.restart();
    await Promise.all(all);
    if (!restartsAtOnce) await server.restart();
    const count = Number(await direct.command("GET", "n"));
    assertGreaterOrEqual(count, acknowledged);
    assertLessOrEqual(count, acknowledged + unknown.length);
    assertEquals(acknowledged + unknown.length + unsent.length, TOTAL);
    // It was in the middle of it, and most of it had not left.
    assert(before < TOTAL);
    assertNotEquals(unknown.length, 0);
    if (restartsAtOnce) assertLess(before, acknowledged);
    else assertNotEquals(unsent.length, 0);
    await assertQuiet(cluster);
  });
}

Deno.test("fault 12: a read is tried again, within a bound and with growing pauses", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxRetries: 2, breaker: { threshold: 100 } },
  });
  const client = host.cluster.getRoutingClient();
  await client.get("a");
  host.proxy.cut();
  const { accepted } = host.proxy.stats;
  const started = performance.now();
  const error = await reasonOf(client.get("a"));
  const time = performance.now() - started;
  assertInstanceOf(error, ConnectionError);
  assertEquals([error.hostId, error.command], [0, "GET"]);
  // Two pauses: of 25 to 50 ms, and of 50 to 100 ms.
  assertGreaterOrEqual(time, 75);
  assertLess(time, 250);
  assertEquals(host.proxy.stats.accepted, accepted + 2);
  host.proxy.pass();
  await assertQuiet(host.cluster);
});

for (const [kind, open] of Object.entries(CLIENTS)) {
  if (kind === "a dedicated client") continue;
  Deno.test(`fault 12: ${kind} gets what it reads although a reply was lost`, async () => {
    await using host = await Proxied.start(1);
    const send = await open(host.cluster);
    await host.oracle.command("RPUSH", "list", "a", "b");
    await send("EXISTS", ["other"]);
    for (let round = 1; round <= 3; round++) {
      host.proxy.cut();
      const read = send("LLEN", ["list"]);
      await eventually(() => host.proxy.stats.cut === round);
      host.proxy.pass();
      const value = await read;
      assertEquals(value instanceof Map ? value.get(0) : value, 2);
    }
    await assertQuiet(host.cluster);
  });
}

Deno.test("fault 12: retries end with the caller's deadline", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxRetries: 1_000, breaker: { threshold: 10_000 } },
  });
  const client = host.cluster.getRoutingClient({ timeout: 300 });
  for (const fault of ["refuse", "cut"] as const) {
    host.proxy.pass();
    await client.get("a");
    await host.proxy[fault]();
    host.proxy.reset();
    for (
      const read of [
        () => client.get("a"),
        () => client.map((client) => client.get("a"), { timeout: 300 }),
        () => client.sendCommand("GET", ["a"], { timeout: 300 }),
      ]
    ) {
      const started = performance.now();
      assertInstanceOf(await reasonOf(read()), TransportError);
      assertLess(performance.now() - started, 350);
    }
  }
  host.proxy.pass();
  assertEquals(await client.get("a"), null);
});

Deno.test("fault 12: many who retry do not come back in step", async () => {
  await using server = new ScriptedServer(async (link) => {
    for (;;) {
      const text = await link.read();
      if (text === undefined || text.includes("lost")) return;
      await link.write(text.includes("PING") ? "+PONG\r\n" : "$-1\r\n");
    }
  });
  const { port } = server;
  const poolOptions = { maxRetries: 1 };
  const pauses = await Promise.all(
    Array.from({ length: 12 }, async () => {
      await using cluster = new Cluster({ hosts: [{ port }], poolOptions });
      const client = cluster.getRoutingClient();
      await client.get("first");
      const started = performance.now();
      assertEquals(told(await reasonOf(client.get("lost"))).outcome, "unknown");
      return performance.now() - started;
    }),
  );
  assertGreaterOrEqual(Math.min(...pauses), 24);
  const spread = Math.max(...pauses) - Math.min(...pauses);
  assertGreaterOrEqual(spread, 5);
});

Deno.test("fault 12: a write is tried again when its caller says so", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  const calls = [
    () => client.sendCommand("INCR", ["n"], { idempotent: true }),
    () =>
      client.map((client) =>
        client.sendCommand("INCR", ["n"], { idempotent: true })
      ),
  ];
  let count = 0;
  for (const call of calls) {
    await client.get("other");
    host.proxy.cut();
    const sent = call();
    await eventually(() => host.proxy.stats.cut === count / 2 + 1);
    host.proxy.pass();
    count += 2;
    assertEquals(await sent, count);
    assertEquals(await host.oracle.command("GET", "n"), String(count));
  }
});

Deno.test("fault 12: what was sent once stays unknown, whatever follows", async () => {
  await using host = await Proxied.start(1);
  for (const timeout of [5_000, 20]) {
    const client = host.cluster.getRoutingClient({ timeout });
    host.proxy.pass();
    await client.get("other").catch(() => {});
    await host.oracle.command("DEL", "n");
    host.proxy.cut();
    const sent = client.sendCommand("INCR", ["n"], { idempotent: true });
    const error = reasonOf(sent);
    await eventually(async () => await host.oracle.command("GET", "n") === "1");
    await host.proxy.refuse();
    assertEquals(told(await error).outcome, "unknown");
    assertEquals(await host.oracle.command("GET", "n"), "1");
    host.proxy.pass();
    await eventually(() => client.get("other").then(() => true, () => false));
  }
});

Deno.test("fault 13: a merged MSET whose reply is lost is unknown for each", async () => {
  await using host = await Proxied.start(1);
  const keys = host.keys(0, 100);
  for (const isFirst of [true, false]) {
    await host.oracle.command("FLUSHALL");
    if (!isFirst) await host.cluster.map((client) => client.get("other"));
    host.proxy.cut();
    let promises: RbPromise<unknown>[] = [];
    const error = await reasonOf(
      host.cluster.map((client) => {
        promises = keys.map((key) => client.set(key, "after"));
      }),
    );
    host.proxy.pass();
    assertInstanceOf(error, AggregateError);
    assertEquals(error.errors.length, keys.length);
    for (const { reason } of promises) {
      assertEquals(told(reason), {
        name: "ConnectionError",
        hostId: 0,
        command: "SET",
        outcome: "unknown",
      });
    }
    assertEquals(
      await host.oracle.command("MGET", ...keys),
      keys.map(() => "after"),
    );
    await host.oracle.command("SET", keys[50], "other");
    const { bytesToServer } = host.proxy.stats;
    await sleep(300);
    assertEquals(host.proxy.stats.bytesToServer, bytesToServer);
    assertEquals(await host.oracle.command("GET", keys[50]), "other");
    await assertQuiet(host.cluster);
  }
});

Deno.test("fault 13: beside a lost MSET, what only reads is read again", async () => {
  await using host = await Proxied.start(1);
  const keys = host.keys(0, 20);
  await host.cluster.map((client) => client.get("other"));
  host.proxy.cut();
  const writes: RbPromise<unknown>[] = [];
  const reads: RbPromise<Reply>[] = [];
  const mapped = reasonOf(
    host.cluster.map((client) => {
      for (const key of keys) {
        writes.push(client.set(key, "after"));
        reads.push(client.get(key));
      }
      writes.push(...keys.map((key) => client.set(key, "last")));
    }),
  );
  await eventually(() => host.proxy.stats.cut === 1);
  await host.oracle.command("MSET", ...keys.flatMap((key) => [key, "other"]));
  host.proxy.pass();
  const error = await mapped;
  assertInstanceOf(error, AggregateError);
  assertEquals(error.errors.length, writes.length);
  for (const { reason } of writes) {
    assertEquals(told(reason).outcome, "unknown");
  }
  // Had a write run again, they would not see what the oracle wrote.
  assertEquals(reads.map(({ value }) => value), keys.map(() => "other"));
  await assertQuiet(host.cluster);
});

Deno.test("fault 13: an MSET over two hosts says for each key what is known", async () => {
  await using hosts = await Proxied.start(2);
  const keys = [...hosts.keys(0, 3), ...hosts.keys(1, 3)];
  const client = hosts.cluster.getRoutingClient();
  await Promise.all(keys.map((key) => client.get(key)));
  hosts.proxies[1].cut();
  const error = await reasonOf(
    client.mset(Object.fromEntries(keys.map((key) => [key, "after"]))),
  );
  hosts.proxies[1].pass();
  assertInstanceOf(error, PartialError);
  assertEquals(error.succeeded, keys.slice(0, 3));
  assertEquals(error.failed, keys.slice(3));
  assertEquals(error.errors.map(told), [{
    name: "ConnectionError",
    hostId: 1,
    command: "MSET",
    outcome: "unknown",
  }]);
  await sleep(80);
  assertEquals(hosts.proxies[1].stats.cut, 1);
  await assertQuiet(hosts.cluster);
});

/** Ways to lose the link of a dedicated client while nothing is sent. */
const DROPS: Record<string, (host: Proxied) => Promise<unknown>> = {
  "the network drops": async (host) => {
    host.proxy.reset();
    await sleep(20);
  },
  "the network drops at the same moment": (host) =>
    Promise.resolve(host.proxy.reset()),
  "the server kills": async (host) => {
    await host.oracle.command("CLIENT", "KILL", "TYPE", "normal");
    await sleep(20);
  },
  "a restart of the server ends": async (host) => {
    await host.server.restart();
    await sleep(20);
  },
};

for (const [how, drop] of Object.entries(DROPS)) {
  Deno.test(`fault 14: between WATCH and EXEC, a link that ${how} is an error`, async () => {
    await using host = await Proxied.start(1);
    using client = await host.cluster.connect(0);
    await client.watch("watched");
    const tx = client.tx();
    tx.incr("n");
    await drop(host);
    const error = await reasonOf(tx.flush());
    assertInstanceOf(error, ConnectionError);
    assertEquals(error.hostId, 0);
    await sleep(100);
    assertEquals(await host.oracle.command("EXISTS", "n"), 0);
    for (const command of ["INCR", "UNWATCH", "PING"]) {
      const args = command === "INCR" ? ["n"] : [];
      assertEquals(told(await reasonOf(client.sendCommand(command, args))), {
        name: "ConnectionError",
        hostId: 0,
        command,
        outcome: "not-sent",
      });
    }
    assert(!client.isConnected);
    await assertRejects(() => client.connect(), ConnectionError);
    assertEquals(await host.oracle.command("EXISTS", "n"), 0);
    assertEquals(host.proxy.stats.accepted, 1);
  });

  Deno.test(`fault 14: after SELECT, a link that ${how} is an error`, async () => {
    await using host = await Proxied.start(1);
    using client = await host.cluster.connect(0);
    await client.select(3);
    assertEquals(await client.incr("n"), 1);
    await drop(host);
    assertInstanceOf(await reasonOf(client.incr("n")), ConnectionError);
    assertInstanceOf(await reasonOf(client.incr("n")), ConnectionError);
    await sleep(60);
    assertEquals(await host.oracle.command("EXISTS", "n"), 0);
    assertEquals(host.proxy.stats.accepted, 1);
    // Another one starts with the state of a new connection.
    using other = await host.cluster.connect(0);
    assertEquals(await other.incr("n"), 1);
  });
}

Deno.test("fault 14: an EXEC whose reply is lost ran once, and is unknown", async () => {
  await using host = await Proxied.start(1);
  for (const replies of [0, 1, 2]) {
    await host.oracle.command("DEL", "n");
    using client = await host.cluster.connect(0);
    await client.watch("watched");
    host.proxy.cut({ replies });
    const tx = client.tx();
    tx.incr("n");
    const error = await reasonOf(tx.flush());
    host.proxy.pass();
    assertEquals(told(error).outcome, "unknown");
    await sleep(80);
    assertEquals(await host.oracle.command("GET", "n"), "1");
  }
});

Deno.test("fault 14: a read on a dedicated connection is not tried again", async () => {
  await using host = await Proxied.start(1);
  using client = await host.cluster.connect(0);
  await client.select(3);
  host.proxy.cut();
  const error = await reasonOf(client.get("a"));
  host.proxy.pass();
  assertEquals(told(error), {
    name: "ConnectionError",
    hostId: 0,
    command: "GET",
    outcome: "unknown",
  });
  await sleep(80);
  assertEquals(host.proxy.stats.accepted, 1);
});

Deno.test("fault 14: a transaction with an argument that cannot be sent is not sent", async () => {
  await using host = await Proxied.start(1);
  using client = await host.cluster.connect(0);
  for (const pipeline of [client.tx(), client.pipeline()]) {
    pipeline.incr("n");
    pipeline.set("a", undefined as unknown as string);
    pipeline.incr("n");
    assertInstanceOf(await reasonOf(pipeline.flush()), TypeError);
  }
  assertEquals(await client.ping(), "PONG");
  assertEquals(await host.oracle.command("EXISTS", "n"), 0);
});

Deno.test("fault 14: a subscription ends with an error when its link is lost", async () => {
  await using host = await Proxied.start(1);
  using client = await host.cluster.connect(0);
  const subscription = await client.subscribe("news");
  const messages = subscription.receive();
  const next = messages.next();
  await host.oracle.command("PUBLISH", "news", "one");
  assertEquals((await next).value?.message, "one");
  const lost = reasonOf(messages.next());
  host.proxy.reset();
  assertInstanceOf(await lost, Error);
  assertEquals(host.proxy.stats.accepted, 1);
});
