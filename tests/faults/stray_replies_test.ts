// No reply reaches the wrong caller: replies that nobody asked for, replies in
// pieces, and connections that went bad while nobody used them.

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { Cluster, ProtocolError } from "../../mod.ts";
import { CORPUS, type CorpusEntry, plain } from "../wire/resp/reply_corpus.ts";
import { Proxied } from "../../support/proxied.ts";
import { FakeTime } from "../fake_time.ts";
import { eventually, sleep } from "./outcome.ts";
import { assertQuiet, reasonOf, told } from "./proxied.ts";
import { ScriptedServer } from "./scripted_server.ts";

/** Answers each command by its key; what belongs to a key may be nonsense. */
function answering(replies: Record<string, string>): ScriptedServer {
  return new ScriptedServer(async (link) => {
    for (;;) {
      const text = await link.read();
      if (text === undefined) return;
      for (const [, key] of text.matchAll(/\$\d+\r\nkey:(\w+)\r\n/g)) {
        await link.write(replies[key] ?? `$${key.length}\r\n${key}\r\n`);
      }
    }
  });
}

function clusterOf(server: ScriptedServer): Cluster {
  const { hostname, port } = server;
  return new Cluster({ hosts: [{ hostname, port }], timeout: 60_000 });
}

const STRAYS = {
  "a reply": "+stray\r\n",
  "an error": "-ERR stray\r\n",
  "a null": "$-1\r\n",
  "half a reply": "$10\r\nstray",
  "one byte": "+",
  "a push message": ">2\r\n+invalidate\r\n*1\r\n+k\r\n",
};

for (const [name, stray] of Object.entries(STRAYS)) {
  Deno.test(`fault 6: ${name} too many ends the connection`, async () => {
    await using server = answering({ a: `+a\r\n${stray}` });
    await using cluster = clusterOf(server);
    // No connection becomes stale, so that none is asked whether it is alive.
    using _ = new FakeTime();
    const client = cluster.getRoutingClient();
    for (let round = 1; round <= 5; round++) {
      assertEquals(await client.get("key:a"), "a");
      // In the same turn in which the reply came, and later.
      if (round % 2 === 0) await sleep(5);
      assertEquals(await client.get("key:b"), "b");
      assertEquals(
        await Promise.all(["c", "d"].map((key) => client.get(`key:${key}`))),
        ["c", "d"],
      );
      assertEquals(server.accepted.length, round + 1);
    }
    assertEquals(cluster.getPoolForHost(0).down, false);
  });

  Deno.test(`fault 6: ${name} out of the blue ends an idle connection`, async () => {
    const speak = Promise.withResolvers<void>();
    await using server = new ScriptedServer(async (link, index) => {
      await link.read();
      await link.write("+first\r\n");
      if (index === 0) {
        await speak.promise;
        await link.write(stray);
      }
      while (await link.read() !== undefined) await link.write("+next\r\n");
    });
    await using cluster = clusterOf(server);
    using _ = new FakeTime();
    const client = cluster.getRoutingClient();
    assertEquals(await client.get("key:a"), "first");
    await sleep(5);
    speak.resolve();
    await eventually(() => cluster.getPoolForHost(0).size === 0);
    assertEquals(await client.get("key:b"), "first");
    assertEquals(await client.get("key:c"), "next");
  });
}

Deno.test("fault 6: a reply too many behind a pipeline reaches nobody", async () => {
  await using server = answering({ b: "+b\r\n+stray\r\n" });
  await using cluster = clusterOf(server);
  using _ = new FakeTime();
  const client = cluster.getRoutingClient();
  const replies = [client.append("key:a", "x"), client.append("key:b", "x")];
  assertEquals(await Promise.all<unknown>(replies), ["a", "b"]);
  const mapped = await cluster.map((client) => [client.strlen("key:c")]);
  assertEquals(mapped[0].value as unknown, "c");
  assertEquals(await client.get("key:d"), "d");
});

Deno.test("fault 6: a merged reply of the wrong length reaches nobody", async () => {
  await using server = answering({ a: "*1\r\n+a\r\n", b: "" });
  await using cluster = clusterOf(server);
  const error = await reasonOf(
    cluster.map((client) => [client.get("key:a"), client.get("key:b")]),
  );
  assertInstanceOf(error, AggregateError);
  for (const one of error.errors) {
    assertInstanceOf(one, ProtocolError);
    assertEquals(told(one), {
      name: "ProtocolError",
      hostId: 0,
      command: "GET",
      outcome: "unknown",
    });
  }
  await assertQuiet(cluster);
});

Deno.test("fault 6: a stray reply does not end a subscription's neighbours", async () => {
  await using host = await Proxied.start(1);
  using subscriber = await host.cluster.connect(0);
  const client = host.cluster.getLocalClient(0);
  const subscription = await subscriber.subscribe("news");
  const messages = subscription.receive();
  for (let i = 0; i < 20; i++) {
    const [receivers, value] = await Promise.all([
      client.publish("news", `message ${i}`),
      client.incr("n"),
    ]);
    assertEquals([receivers, value], [1, i + 1]);
    assertEquals((await messages.next()).value?.message, `message ${i}`);
  }
  subscription.close();
  await messages.return?.();
});

/** The corpus, except for what only a subscriber may be sent. */
const REPLIES = CORPUS.filter(({ name }) => name !== "push");

async function received(
  cluster: Cluster,
  { bytes, value }: CorpusEntry,
): Promise<void> {
  for (const returnUint8Arrays of [false, true]) {
    const reply = await cluster.getRoutingClient().sendCommand("GET", ["key"], {
      returnUint8Arrays,
    }).catch((error) => error);
    if (!returnUint8Arrays) assertEquals(plain(reply), value);
    else if (bytes !== undefined) assertEquals(plain(reply), bytes);
  }
}

Deno.test("fault 7: every reply is the same wherever it is split", async () => {
  let wire = new Uint8Array(0);
  let cut = 0;
  await using server = new ScriptedServer(async (link) => {
    while (await link.read() !== undefined) {
      await link.write(wire.subarray(0, cut));
      await sleep(0);
      await link.write(wire.subarray(cut));
    }
  });
  await using cluster = clusterOf(server);
  using _ = new FakeTime();
  for (const entry of REPLIES) {
    wire = Uint8Array.from(entry.wire);
    // Of long ones, the ends and some places between them.
    const step = Math.ceil(wire.length / 60);
    for (cut = 1; cut < wire.length; cut += cut < 10 ? 1 : step) {
      await received(cluster, entry);
    }
  }
  assertEquals(server.accepted.length, 1);
});

Deno.test("fault 7: every reply is the same byte by byte, and stays in step", async () => {
  const entries = REPLIES.filter(({ wire }) => wire.length <= 60);
  await using server = new ScriptedServer(async (link) => {
    await link.read();
    for (const { wire } of entries) {
      for (const byte of wire) {
        await link.write(Uint8Array.of(byte));
        await sleep(0);
      }
    }
    await link.hangup();
  });
  await using cluster = clusterOf(server);
  const client = cluster.getRoutingClient();
  const replies = await Promise.all(
    entries.map(() => client.get("key").catch((error) => error)),
  );
  assertEquals(replies.map(plain), entries.map(({ value }) => value));
});

Deno.test("fault 7: a server's replies in pieces of a few bytes", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  const fields = { name: "näme", empty: "", line: "a\r\nb", "": "no name" };
  await client.hset("hash", fields);
  for (const size of [1, 2, 3, 7]) {
    host.proxy.split(size);
    const replies = await Promise.all([
      client.hgetall("hash"),
      client.get("none"),
      client.incr("hash").catch((error) => error.code),
      client.eval("return {1, {'a', redis.error_reply('E x')}}", ["hash"], []),
      client.incrby("big", 2 ** 50),
      client.exists("hash", "none"),
    ]);
    const nested = replies[3] as [number, [string, Error]];
    assertEquals(replies.slice(0, 3), [
      Object.entries(fields).flat(),
      null,
      "WRONGTYPE",
    ]);
    assertEquals([nested[0], nested[1][0]], [1, "a"]);
    assertEquals(nested[1][1].message, "E x");
    assertEquals(replies[5], 1);
  }
  assertEquals(host.proxy.stats.accepted, 1);
});

Deno.test("fault 8: an idle connection that was killed is not used", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  const calls: (() => PromiseLike<unknown>)[] = [
    () => client.incr("n"),
    () => host.cluster.map((client) => client.incr("n")),
    () => host.cluster.all((client) => client.incr("n")),
    () => host.cluster.getLocalClient(0).incr("n"),
  ];
  const isUnconnected = () => host.cluster.getPoolForHost(0).size === 0;
  let count = 0;
  for (const pause of [0, 150]) {
    for (const call of calls) {
      await call();
      await sleep(pause);
      await host.oracle.command("CLIENT", "KILL", "TYPE", "normal");
      await eventually(isUnconnected);
      await call();
      await sleep(pause);
      host.proxy.reset();
      await eventually(isUnconnected);
      await call();
      count += 3;
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

Deno.test("fault 8: a connection that holds bytes behind a busy program's back", async () => {
  const worker = new Worker(import.meta.resolve("./stray_worker.ts"), {
    type: "module",
  });
  const port = await new Promise<number>((resolve) =>
    worker.onmessage = ({ data }) => resolve(data)
  );
  try {
    await using cluster = new Cluster({ hosts: [{ port }] });
    const client = cluster.getRoutingClient();
    const strays = ["+stray\r\n", "-ERR stray\r\n", "+PONG\r\n", "$4\r\nPO"];
    for (const [round, say] of strays.entries()) {
      assertEquals(await client.get("before"), "value of before");
      await sleep(120);
      const done = new Int32Array(new SharedArrayBuffer(4));
      worker.postMessage({ say, done });
      // Blocks this thread until the bytes are in the socket.
      Atomics.wait(done, 0, 0, 30_000);
      assertEquals(Atomics.load(done, 0), 1);
      const keys = [`a${round}`, `b${round}`];
      assertEquals(
        await Promise.all(keys.map((key) => client.get(key))),
        keys.map((key) => `value of ${key}`),
        say,
      );
    }
  } finally {
    worker.terminate();
  }
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
  await eventually(() => host.proxy.connections === 0);
  assertEquals(await client.incr("n"), 2);
});
