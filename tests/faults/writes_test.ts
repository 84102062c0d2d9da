// No write runs twice.

import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLess,
  assertLessOrEqual,
  assertNotEquals,
} from "@std/assert";
import {
  Cluster,
  CommandError,
  ConnectionError,
  PartialError,
  type RbPromise,
  type Reply,
  TransportError,
} from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { Proxied } from "../../support/proxied.ts";
import { CLIENTS } from "./client_kinds.ts";
import { oracle } from "../../support/raw_client.ts";
import { FakeTime } from "../fake_time.ts";
import { bounded, eventually, sleep, turn } from "./outcome.ts";
import { assertQuiet, reasonOf, told } from "./proxied.ts";

/** Writes that show how often they ran. */
const WRITES: [name: string, args: string[], ran: string[]][] = [
  ["INCR", ["n"], ["GET", "n"]],
  ["RPUSH", ["list", "a"], ["LLEN", "list"]],
  ["APPEND", ["text", "x"], ["STRLEN", "text"]],
  ["EVAL", ["return redis.call('INCR', KEYS[1])", "1", "e"], ["GET", "e"]],
];

/** Lets pass the time in which something could be sent again. */
async function afterAnyPause(time: FakeTime): Promise<void> {
  await time.advance(10_000);
  await sleep(10);
}

for (const [kind, open] of Object.entries(CLIENTS)) {
  Deno.test(`fault 9: a lost reply is not sent again by ${kind}`, async () => {
    await using host = await Proxied.start(1);
    const { proxy } = host;
    using time = new FakeTime();
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
        await afterAnyPause(time);
        assertEquals(String(await host.oracle.command(...ran)), String(times));
        assertEquals(proxy.stats.cut, cut + 1);
      }
      await assertQuiet(cluster);
    }
  });

  Deno.test(`fault 9: a SET whose reply is lost does not come back by ${kind}`, async () => {
    await using host = await Proxied.start(1);
    const send = await open(host.cluster);
    using time = new FakeTime();
    for (let round = 0; round < 3; round++) {
      if (round > 0) await send("EXISTS", ["other"]);
      host.proxy.cut();
      const error = await reasonOf(send("SET", ["s", "after"]));
      host.proxy.pass();
      assertEquals(told(error).outcome, "unknown");
      assertEquals(await host.oracle.command("GETSET", "s", "other"), "after");
      await afterAnyPause(time);
      assertEquals(await host.oracle.command("GETDEL", "s"), "other");
    }
  });
}

Deno.test("fault 9: a reply cut in half is not sent again", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  using time = new FakeTime();
  for (let round = 1; round <= 5; round++) {
    await client.get("other");
    host.proxy.cut({ bytes: 2 });
    const error = await reasonOf(client.incr("n"));
    host.proxy.pass();
    assertInstanceOf(error, TransportError);
    assertEquals(error.outcome, "unknown");
    await afterAnyPause(time);
    assertEquals(await host.oracle.command("GET", "n"), String(round));
  }
});

Deno.test("fault 9: of a pipeline, what was answered counts once and the rest once at most", async () => {
  await using host = await Proxied.start(1);
  using time = new FakeTime();
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
    await afterAnyPause(time);
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
    using time = new FakeTime();
    const sent = send("INCR", ["n"]);
    await eventually(() => host.cluster.getPoolForHost(0).failures === 1);
    host.proxy.pass();
    await time.settled(sent);
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
    using time = new FakeTime();
    await client.get("other");
    host.proxy.hold();
    const bytesSent = () => host.cluster.stats().get(0)!.bytes.sent;
    const before = bytesSent();
    const big = reasonOf(client.set("big", new Uint8Array(3e7)));
    await eventually(() => bytesSent() > before + 100_000);
    // None of it can leave as long as the first one has not.
    const queued = client.incr("n").catch((error) => error);
    await turn();
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
      assertEquals(await time.settled(queued), 1);
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
    await using cluster = new Cluster({
      hosts: [{ path: server.path }],
      timeout: 60_000,
      // However long it takes to start it again, there is one more attempt.
      poolOptions: restartsAtOnce
        ? { maxRetries: 9, breaker: { threshold: 100 } }
        : {},
    });
    const client = cluster.getRoutingClient();
    let acknowledged = 0;
    const some = Promise.withResolvers<void>();
    const note = () => {
      if (++acknowledged === 20_000) some.resolve();
    };
    const unknown: TransportError[] = [];
    const unsent: TransportError[] = [];
    let loading = 0;
    const fail = (error: unknown) => {
      if (error instanceof CommandError) {
        // The server is back and reads its log: what it refuses has not run.
        assertEquals(error.code, "LOADING");
        loading++;
        return;
      }
      assertInstanceOf(error, TransportError);
      (error.outcome === "unknown" ? unknown : unsent).push(error);
    };
    const all: Promise<void>[] = [];
    for (let i = 0; i < TOTAL; i++) all.push(client.incr("n").then(note, fail));
    await bounded(some.promise);
    const before = acknowledged;
    await server.kill();
    if (restartsAtOnce) await server.restart();
    await Promise.all(all);
    if (!restartsAtOnce) await server.restart();
    const count = Number(await direct.command("GET", "n"));
    assertGreaterOrEqual(count, acknowledged);
    assertLessOrEqual(count, acknowledged + unknown.length);
    const failed = unknown.length + unsent.length + loading;
    assertEquals(acknowledged + failed, TOTAL);
    // It was in the middle of it, and most of it had not left.
    assert(before < TOTAL);
    assertNotEquals(unknown.length, 0);
    if (restartsAtOnce) assertLess(before, acknowledged);
    else assertNotEquals(unsent.length, 0);
    await assertQuiet(cluster);
  });
}

Deno.test("fault 13: a merged MSET whose reply is lost is unknown for each", async () => {
  await using host = await Proxied.start(1);
  const keys = host.keys(0, 100);
  using time = new FakeTime();
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
    await afterAnyPause(time);
    assertEquals(host.proxy.stats.bytesToServer, bytesToServer);
    assertEquals(await host.oracle.command("GET", keys[50]), "other");
    await assertQuiet(host.cluster);
  }
});

Deno.test("fault 13: beside a lost MSET, what only reads is read again", async () => {
  await using host = await Proxied.start(1);
  const keys = host.keys(0, 20);
  const late = keys.slice(0, 5);
  using time = new FakeTime();
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
      writes.push(...late.map((key) => client.set(key, "last")));
    }),
  );
  await eventually(() => host.proxy.stats.cut === 1);
  await host.oracle.command("MSET", ...keys.flatMap((key) => [key, "other"]));
  host.proxy.pass();
  const error = await time.settled(mapped);
  assertInstanceOf(error, AggregateError);
  // What was read before a write of the same key would come after it now.
  assertEquals(error.errors.length, writes.length + late.length);
  for (const { reason } of writes) {
    assertEquals(told(reason).outcome, "unknown");
  }
  // Had a write run again, they would not see what the oracle wrote.
  assertEquals(
    reads.slice(late.length).map(({ value }) => value),
    keys.slice(late.length).map(() => "other"),
  );
  for (const { reason } of reads.slice(0, late.length)) {
    assertEquals(told(reason).outcome, "unknown");
  }
  await assertQuiet(host.cluster);
});

Deno.test("fault 13: an MSET over two hosts says for each key what is known", async () => {
  await using hosts = await Proxied.start(2);
  const keys = [...hosts.keys(0, 3), ...hosts.keys(1, 3)];
  const client = hosts.cluster.getRoutingClient();
  using time = new FakeTime();
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
  await afterAnyPause(time);
  assertEquals(hosts.proxies[1].stats.cut, 1);
  await assertQuiet(hosts.cluster);
});

Deno.test("fault 9: what a script answers is no farewell of its server", async () => {
  const answer = (error: string) =>
    `redis.call('INCR', KEYS[1]) return redis.error_reply('${error}')`;
  for (const error of ["ERR max number of clients reached", "DENIED no"]) {
    await using server = await RedisServer.start();
    await using direct = oracle(server);
    await using cluster = new Cluster({ hosts: [server.host] });
    const client = cluster.getRoutingClient();
    // The script is the first that the connection carries, the others follow.
    const [reason, ...counts] = await Promise.all([
      client.eval(answer(error), ["n"], []).catch((error) => error),
      client.incr("n"),
      client.incr("n"),
    ]);
    assertInstanceOf(reason, CommandError);
    assertEquals(counts, [2, 3]);
    assertEquals(await direct.command("GET", "n"), "3");

    await using other = new Cluster({ hosts: [server.host] });
    const alone = await other.getRoutingClient()
      .eval(answer(error), ["n"], []).catch((error) => error);
    assertInstanceOf(alone, CommandError);
    assertEquals(await direct.command("GET", "n"), "4");
  }
});
