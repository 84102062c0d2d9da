// Errors lead to the code of the caller. Covered: with `callSites`, given to the
// cluster, a client or a call, the stack of every error of delivery is that of the
// call that asked for the command, by each kind of client and command (direct,
// raw, translated, merged, several keys, scripts, transactions, dedicated); for
// error replies, lost connections, time that is up and hosts that are down. Errors
// of maps and batches name the index of their command, and the position of its key;
// and a great many of them print as a summary, without arguments or passwords.

import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertLess,
} from "@std/assert";
import { inspect } from "node:util";
import {
  Cluster,
  type ClusterOptions,
  CommandError,
  ConnectionError,
  type MappingClient,
  PartialError,
  Script,
  TransportError,
} from "../../mod.ts";
import { makeTestCluster, RedisServer } from "../../src/testing.ts";
import { FakeTime } from "../fake_time.ts";
import { bounded } from "./outcome.ts";
import { connected, Proxied, reasonOf } from "./proxied.ts";

const SECRET = "s3cret-argument";

/** How to fail in a function whose name is in the stack: a key holds text. */
const CALLS: Record<string, (cluster: Cluster) => unknown> = {
  "a direct command": (cluster) => cluster.getRoutingClient().incr("text"),
  "a raw command": (cluster) =>
    cluster.getRoutingClient().sendCommand("LPOP", ["text"]),
  "a translated command": (cluster) =>
    cluster.getRoutingClient().hset("text", { a: SECRET }),
  "a command of a local client": (cluster) =>
    cluster.getLocalClient(0).incr("text"),
  "a script": (cluster) =>
    cluster.getRoutingClient().run(
      new Script("return redis.call('LPOP', KEYS[1])"),
      ["text"],
      [SECRET],
    ),
  "a map": (cluster) => cluster.map((map) => map.incr("text")),
  "a map that awaits": (cluster) =>
    cluster.map(async function asked(map) {
      await map.set("key", "value");
      await map.incr("text");
    }),
  "a raw command in a map": (cluster) =>
    cluster.map((map) => map.sendCommand("LPOP", ["text"])),
  "a translated command in a map": (cluster) =>
    cluster.map((map) => map.hset("text", { a: SECRET })),
  "a whole command in a map": (cluster) =>
    cluster.map((map) => map.rpush("text", "a", "b")),
  "a fanout": (cluster) => cluster.all((all) => all.incr("text")),
  "a fanout to a key": (cluster) =>
    cluster.fanout((all) => all.targetKey("text").incr("text")),
  "executeCommands()": (cluster) =>
    cluster.executeCommands({ text: [["INCR", "text"]] }),
  "a transaction": (cluster) =>
    cluster.executeCommands({ text: [["INCR", "text"]] }, { atomic: true }),
  "mapBatches()": async (cluster) => {
    const entries = cluster.mapBatches(
      ["text"],
      (map, key) => map.incr(key),
    );
    for await (const _ of entries);
  },
  "connect()": async (cluster) => {
    using client = await cluster.connect(0);
    await client.incr("text");
  },
  "a pipeline of connect()": async (cluster) => {
    using client = await cluster.connect(0);
    const pipeline = client.pipeline();
    pipeline.set("key", SECRET);
    pipeline.incr("text");
    const [, reply] = await pipeline.flush();
    throw reply;
  },
};

/** The frames of a stack that are neither of a runtime nor of the test itself. */
function framesOf(error: unknown): string[] {
  assertInstanceOf(error, Error);
  return error.stack?.split("\n").filter((line) => /^\s+at /.test(line)) ?? [];
}

async function withText(options: Partial<ClusterOptions> = {}) {
  const stack = new AsyncDisposableStack();
  const { host } = stack.use(await RedisServer.start());
  const cluster = stack.use(new Cluster({ ...options, hosts: [host] }));
  await cluster.getRoutingClient().set("text", "value");
  return { cluster, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

for (const [what, call] of Object.entries(CALLS)) {
  Deno.test(`fault 70: with callSites the error of ${what} has the stack of its call`, async () => {
    await using one = await withText({ callSites: true });
    const error = await reasonOf(
      (async function askForIt() {
        await call(one.cluster);
      })(),
    );
    assertInstanceOf(error, CommandError);
    const frames = framesOf(error);
    assert(frames[0].includes("error_origins_test.ts"), frames.join("\n"));
    assertFalse(frames.some((frame) => /\/src\/(?!testing)/.test(frame)));
    assert(error.stack?.startsWith(`CommandError: ${error.message}\n`));
    const shown = Deno.inspect(error) + inspect(error);
    assert(shown.includes("error_origins_test.ts"));
    assertFalse(shown.includes(SECRET));
  });
}

Deno.test("fault 70: callSites is for the cluster, the client or the call to say", async () => {
  await using one = await withText();
  const { cluster } = one;
  const isSited = (error: unknown) =>
    framesOf(error)[0].includes("error_origins_test.ts");
  const plain = await reasonOf(cluster.getRoutingClient().incr("text"));
  assertFalse(isSited(plain));
  const on = { callSites: true };
  const off = { callSites: false };
  const sited = cluster.getRoutingClient(on);
  assert(isSited(await reasonOf(sited.incr("text"))));
  assert(isSited(await reasonOf(sited.map((map) => map.incr("text")))));
  assertFalse(
    isSited(await reasonOf(sited.map((map) => map.incr("text"), off))),
  );
  assert(isSited(await reasonOf(cluster.map((map) => map.incr("text"), on))));
  const local = cluster.getLocalClient(0, on);
  assert(isSited(await reasonOf(local.incr("text"))));
  const all = await cluster.all((all) => all.incr("text"), {
    ...on,
    settled: true,
  });
  const outcome = all.get(0);
  assert(outcome?.status === "rejected" && isSited(outcome.reason));
});

Deno.test("fault 70: without callSites the stack of an error reply names command and host", async () => {
  await using hosts = await withText();
  for (const call of Object.values(CALLS)) {
    const error = await reasonOf(Promise.resolve(call(hosts.cluster)));
    if (!(error instanceof CommandError)) continue;
    const [first, second, ...others] = error.stack?.split("\n") ?? [];
    assertEquals(first, `CommandError: ${error.message}`);
    assertEquals(
      second,
      `    at ${error.command} on host 0 (the option "callSites" shows the call)`,
    );
    assertEquals(others, []);
  }
});

Deno.test("fault 70: each of many commands that fail alike has the stack of its own call", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: [server.host],
    callSites: true,
  });
  // Merged into one MSET, they share its error.
  await cluster.getLocalClient(0).sendCommand("CONFIG", [
    "SET",
    "maxmemory",
    "1",
  ]);
  const ask = [
    function first(map: { set(key: string, value: string): unknown }) {
      map.set("a", "1");
    },
    function second(map: { set(key: string, value: string): unknown }) {
      map.set("b", "2");
    },
  ];
  const error = await reasonOf(cluster.map((map) => {
    for (const one of ask) one(map);
  }));
  assertInstanceOf(error, AggregateError);
  assertEquals(error.errors.length, 2);
  const tops = error.errors.map((one) => framesOf(one)[0]);
  assert(tops[0].includes("first") && tops[1].includes("second"), `${tops}`);
  assertEquals(error.errors.map(({ code }) => code), ["OOM", "OOM"]);
});

Deno.test("fault 70: errors of connections, of time and of hosts that are down lead to the call too", async () => {
  await using host = await Proxied.start(1, {
    callSites: true,
    poolOptions: { maxRetries: 0, breaker: { threshold: 1 } },
  });
  const { cluster, proxy } = host;
  const client = await connected(cluster);
  const reasons: unknown[] = [];
  proxy.hold();
  {
    using time = new FakeTime();
    const late = reasonOf(client.sendCommand("INCR", ["n"], { timeout: 50 }));
    reasons.push(await time.settled(late));
  }
  proxy.pass();
  await connected(cluster);
  proxy.cut();
  reasons.push(await bounded(reasonOf(client.incr("n"))));
  proxy.reset();
  await proxy.close();
  for (let i = 0; i < 3; i++) {
    reasons.push(await bounded(reasonOf(client.incr("n"))));
  }
  reasons.push(await bounded(reasonOf(cluster.map((map) => map.get("n")))));
  for (const reason of reasons) {
    assertInstanceOf(reason, TransportError);
    const frames = framesOf(reason);
    assert(frames[0]?.includes("error_origins_test.ts"), `${reason.stack}`);
  }
});

Deno.test("fault 70: a command over several hosts leads to its call", async () => {
  await using cluster = await makeTestCluster({ servers: 2, databasesEach: 1 });
  await using sited = new Cluster({
    hosts: cluster.setup.hosts,
    callSites: true,
    poolOptions: { maxRetries: 0 },
  });
  await sited.getRoutingClient().mget("a", "b", "c", "d", "e", "f");
  await cluster.setup.servers[1].stop();
  const keys = ["a", "b", "c", "d", "e", "f"];
  const error = await reasonOf(sited.getRoutingClient().mget(...keys));
  assertInstanceOf(error, PartialError);
  assert(framesOf(error)[0].includes("error_origins_test.ts"));
});

Deno.test("fault 70: errors of a map name the index of their command", async () => {
  await using one = await withText();
  const { cluster } = one;
  const several = await reasonOf(cluster.map((map) => {
    for (let i = 0; i < 3_000; i++) {
      if (i % 1_000 === 7) map.incr("text");
      else map.get(`key:${i}`);
    }
    map.sendCommand("PING");
  }));
  assertInstanceOf(several, AggregateError);
  assertEquals(several.errors.map(({ index }) => index), [
    7,
    1_007,
    2_007,
    3_000,
  ]);
  const single = await reasonOf(cluster.map((map) => {
    map.get("a");
    map.incr("text");
    map.get("b");
  }));
  assertInstanceOf(single, CommandError);
  assertEquals([single.index, single.keyIndex], [1, undefined]);
  const sequence = await reasonOf(cluster.executeCommands({
    text: [["GET", "text"], ["INCR", "text"]],
  }));
  assertInstanceOf(sequence, CommandError);
  assertEquals(sequence.index, 1);
});

for (const batchSize of [1, 2, 5, 1_000]) {
  Deno.test(`fault 70: errors of batches of ${batchSize} name the position of their key`, async () => {
    await using one = await withText();
    const { cluster } = one;
    const keys = ["a", "b", "c", "d", "text", "e", "text"];
    const callback = (
      map: MappingClient,
      key: string,
    ) => {
      map.exists(key);
      return map.incr(key);
    };
    const failed = await reasonOf((async () => {
      const entries = cluster.mapBatches(keys, callback, { batchSize });
      for await (const _ of entries);
    })());
    const errors = failed instanceof AggregateError ? failed.errors : [failed];
    assertEquals(errors[0].keyIndex, 4);
    assertEquals(errors[0].index, 2 * (4 % batchSize) + 1);
    if (batchSize > 5) assertEquals(errors[1].keyIndex, 6);
    const positions: unknown[] = [];
    const entries = cluster.mapBatches(keys, callback, {
      batchSize,
      settled: true,
    });
    for await (const [, outcome] of entries) {
      if (outcome.status === "rejected") {
        positions.push(outcome.reason.keyIndex);
      }
    }
    assertEquals(positions, [4, 6]);
  });
}

Deno.test("fault 70: errors of batches name the position of their key, however many commands each has", async () => {
  await using one = await withText();
  const keys = ["a", "text", "b", "text", "text"];
  for (const counts of [[1, 1, 1, 1, 1], [1, 1, 3, 0, 2], [2, 1, 0, 1, 2]]) {
    const failed = await reasonOf((async () => {
      let at = 0;
      const entries = one.cluster.mapBatches(keys, (map, key) => {
        for (let i = counts[at++]; i > 1; i--) map.exists(key);
        return counts[at - 1] === 0 ? null : map.incr(key);
      });
      for await (const _ of entries);
    })());
    assertInstanceOf(failed, AggregateError);
    assertEquals(
      failed.errors.map(({ keyIndex }) => keyIndex),
      [1, 3, 4].filter((index) => counts[index] > 0),
    );
  }
});

Deno.test("fault 70: ten thousand failures print as a summary, without arguments", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: {
      0: server.host,
      1: { hostname: "127.0.0.1", port: 1, password: SECRET },
    },
    poolOptions: { maxRetries: 0 },
  });
  const router = cluster.getRouter();
  const keys = Array.from({ length: 20_000 }, (_, i) => `${SECRET}:${i}`);
  const mine = keys.filter((key) => router.getHostForKey(key) === 0);
  await cluster.map((map) => mine.map((key) => map.set(key, "text")));
  const error = await reasonOf(
    cluster.map((map) => keys.map((key) => map.lpush(key, SECRET))),
  );
  assertInstanceOf(error, AggregateError);
  assertEquals(error.errors.length, 20_000);
  for (const text of [Deno.inspect(error), inspect(error)]) {
    assertLess(text.split("\n").length, 25);
    assert(text.includes("20000 of 20000 commands failed"), text);
    assert(text.includes(`host 0 ${mine.length} times`), text);
    assert(text.includes(`host 1 ${20_000 - mine.length} times`), text);
    assert(text.includes(`WRONGTYPE ${mine.length} times`), text);
    assert(/ConnectionError|HostDownError/.test(text), text);
    assertFalse(text.includes(SECRET), text);
  }
  assertInstanceOf(
    error.errors.find(({ hostId }) => hostId === 1),
    ConnectionError,
  );
});

Deno.test("fault 70: a summary shows where its examples were asked for", async () => {
  await using one = await withText({ callSites: true });
  const error = await reasonOf(one.cluster.map((map) => {
    map.incr("text");
    map.incr("text");
  }));
  assertInstanceOf(error, AggregateError);
  const [, example] = Deno.inspect(error).split("For example:");
  assert(example.includes("error_origins_test.ts"), example);
});
