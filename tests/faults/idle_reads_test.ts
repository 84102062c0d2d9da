/**
 * Fault 8, where what is sent over an idle connection only reads: it leaves
 * together with the question whether the connection is still good, and counts as
 * not sent where the answer is not what it has to be.
 *
 * Covered: strays of all kinds ahead of the answer; connections that vanished,
 * were closed, or are slow; a loss between the answer and the replies; reads
 * alone, in maps and in numbers; writes behind reads and beside them, which wait
 * for the answer; callers who give up; without any attempt to spare.
 *
 * @module
 */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { Cluster, ConnectionError, TimeoutError } from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { FakeTime } from "../fake_time.ts";
import { bounded, eventually, isPending } from "./outcome.ts";
import { assertQuiet, Proxied, reasonOf, told } from "./proxied.ts";
import { type ScriptedLink, ScriptedServer } from "./scripted_server.ts";
import { clusterAt } from "./single_host.ts";

const COMMAND = /\*\d+\r\n\$\d+\r\n(\w+)\r\n(?:\$\d+\r\n(\S+)\r\n)?/g;

/** What a server says of itself to each command, one that keeps step. */
function answers(text: string): string[] {
  return [...text.matchAll(COMMAND)].map(([, name, argument]) => {
    if (name === "MGET") return `*1\r\n+value of ${argument}\r\n`;
    return name === "PING" ? `+${argument}\r\n` : `+value of ${argument}\r\n`;
  });
}

/** The names of the commands in a text, in their order. */
function names(text: string): string[] {
  return [...text.matchAll(COMMAND)].map(([, name]) => name);
}

/** Answers whatever comes from now on. */
async function serve(link: ScriptedLink): Promise<void> {
  for (;;) {
    const text = await link.read();
    if (text === undefined) return;
    await link.write(answers(text).join(""));
  }
}

/** One cluster, whose first connection is idle for so long that it is checked. */
class Idle implements AsyncDisposable {
  readonly server: ScriptedServer;
  readonly cluster: Cluster;
  readonly time = new FakeTime();
  /** What came over the idle connection, from the question on. */
  text = "";
  readonly #asked = Promise.withResolvers<ScriptedLink>();

  private constructor(maxRetries: number) {
    this.server = new ScriptedServer(async (link, index) => {
      if (index > 0) return await serve(link);
      await link.write(answers(await link.read() ?? "").join(""));
      this.text = await link.read() ?? "";
      this.#asked.resolve(link);
      for (;;) {
        const text = await link.read();
        if (text === undefined) return;
        this.text += text;
      }
    });
    this.cluster = clusterAt(this.server.port, {
      timeout: 60_000,
      poolOptions: { maxRetries },
    });
  }

  static async start({ maxRetries = 0 } = {}): Promise<Idle> {
    const idle = new Idle(maxRetries);
    await bounded(idle.cluster.getRoutingClient().get("first"));
    await assertQuiet(idle.cluster);
    await idle.time.advance(1_000);
    return idle;
  }

  /** The connection, once something has come over it. */
  get link(): Promise<ScriptedLink> {
    return bounded(this.#asked.promise);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.time[Symbol.dispose]();
    await this.server[Symbol.asyncDispose]();
    await this.cluster.close();
  }
}

/** Reads of several kinds, each with what has to come of it. */
const READS: Record<string, (cluster: Cluster) => PromiseLike<unknown>> = {
  "a read": (cluster) => cluster.getRoutingClient().get("k"),
  "a read in a map": async (cluster) =>
    (await cluster.map((client) => [client.get("k")]))[0].value,
  "a read of a local client": (cluster) => cluster.getLocalClient(0).get("k"),
};

for (const [name, read] of Object.entries(READS)) {
  Deno.test(`fault 8: ${name} leaves with the question that goes ahead of it`, async () => {
    await using idle = await Idle.start();
    const reading = read(idle.cluster);
    const link = await idle.link;
    assertEquals(names(idle.text).length, 2);
    assertEquals(names(idle.text)[0], "PING");
    await link.write(answers(idle.text).join(""));
    assertEquals(await bounded(reading), "value of k");
    await assertQuiet(idle.cluster);
    assertEquals(idle.server.accepted.length, 1);
    await idle.time.advance(250);
    assertEquals(idle.time.delays.filter((delay) => delay < 5_000), []);
  });
}

const STRAYS = {
  "a reply": "+stray\r\n",
  "an error": "-ERR stray\r\n",
  "a null": "$-1\r\n",
  "an answer to a check from before": "+0\r\n",
  "what is true": "#t\r\n",
  "half a reply": "$10\r\nstray",
  "one byte": "+",
  "a push message": ">2\r\n+invalidate\r\n*1\r\n+k\r\n",
  "what a full server says": "-ERR max number of clients reached\r\n",
};

for (const [name, stray] of Object.entries(STRAYS)) {
  for (const [kind, read] of Object.entries(READS)) {
    Deno.test(`fault 8: ${name} ahead of the answer reaches no caller of ${kind}`, async () => {
      await using idle = await Idle.start();
      const reading = read(idle.cluster);
      const link = await idle.link;
      await link.write(stray + answers(idle.text).join(""));
      // What the error may be an answer to is asked once more, in vain.
      assertEquals(await bounded(reading), "value of k");
      await assertQuiet(idle.cluster);
      assertEquals(idle.server.accepted.length, 2);
      assertEquals(idle.cluster.getPoolForHost(0).size, 1);
      assertEquals(idle.cluster.getPoolForHost(0).down, false);
    });
  }
}

Deno.test("fault 8: strays ahead of the answer shift nothing of many reads", async () => {
  await using idle = await Idle.start();
  const keys = Array.from({ length: 500 }, (_, i) => `k${i}`);
  const client = idle.cluster.getRoutingClient();
  const reading = Promise.all(keys.map((key) => client.get(key)));
  const link = await idle.link;
  await eventually(() => names(idle.text).length === 501);
  await link.write("-ERR stray\r\n" + answers(idle.text).join(""));
  assertEquals(await bounded(reading), keys.map((key) => `value of ${key}`));
});

Deno.test("fault 8: a write behind a read waits for the answer, and follows it", async () => {
  await using idle = await Idle.start();
  const client = idle.cluster.getRoutingClient();
  const other = idle.cluster.getRoutingClient();
  const reading = client.get("k");
  const link = await idle.link;
  const writes = [client.append("k", "x"), other.append("o", "x")];
  const alsoReading = idle.cluster.getRoutingClient().get("p");
  await eventually(() => names(idle.text).length === 3);
  assert(await isPending(Promise.race(writes)));
  assertEquals(names(idle.text), ["PING", "GET", "GET"]);
  const replies = answers(idle.text);
  await link.write(replies[0]);
  // The replies to the reads have not come.
  await eventually(() => names(idle.text).length === 5);
  assertEquals(names(idle.text).slice(3), ["APPEND", "APPEND"]);
  assert(await isPending(reading));
  await link.write(answers(idle.text).slice(1).join(""));
  const all = [reading, ...writes, alsoReading] as Promise<unknown>[];
  assertEquals(
    await bounded(Promise.all(all)),
    ["k", "k", "o", "p"].map((key) => `value of ${key}`),
  );
  assertEquals(idle.server.accepted.length, 1);
});

Deno.test("fault 8: writes that wait for the answer run once where it is wrong", async () => {
  await using idle = await Idle.start();
  const client = idle.cluster.getRoutingClient();
  const reading = client.get("k");
  const link = await idle.link;
  const writes = [
    client.append("k", "x"),
    idle.cluster.getRoutingClient().append("o", "x"),
  ];
  assert(await isPending(Promise.race(writes)));
  await link.write("+stray\r\n" + answers(idle.text).join(""));
  assertEquals(await bounded(reading), "value of k");
  await bounded(Promise.all<unknown>(writes));
  const sent = idle.server.accepted.map(({ text }) => names(text));
  assertEquals(sent.flat().filter((name) => name === "APPEND").length, 2);
  assertEquals(sent[0].includes("APPEND"), false);
});

Deno.test("fault 8: a batch that writes as well waits for the answer as a whole", async () => {
  await using idle = await Idle.start();
  const client = idle.cluster.getRoutingClient();
  const all = Promise.all<unknown>([client.get("k"), client.append("k", "x")]);
  const link = await idle.link;
  assert(await isPending(all));
  assertEquals(names(idle.text), ["PING"]);
  await link.write(answers(idle.text).join(""));
  await eventually(() => names(idle.text).length === 3);
  await link.write(answers(idle.text).slice(1).join(""));
  await bounded(all);
});

Deno.test("fault 8: a read goes elsewhere while the answer is overdue, and what is late reaches nobody", async () => {
  await using idle = await Idle.start();
  const { cluster, time } = idle;
  const client = cluster.getRoutingClient();
  const reading = client.get("k");
  const link = await idle.link;
  const writing = client.append("k", "x");
  await time.advance(249);
  assert(await isPending(reading));
  assertEquals(idle.server.accepted.length, 1);
  await time.advance(1);
  assertEquals(await bounded(reading), "value of k");
  assertEquals(await bounded<unknown>(writing), "value of k");
  const pool = cluster.getPoolForHost(0);
  assertEquals([pool.size, idle.server.accepted.length], [2, 2]);
  // It answers after all, and is asked once more.
  await link.write(answers(idle.text).join("").replace("of k", "too late"));
  await eventually(() => names(idle.text).length === 3);
  assertEquals(pool.leased, 1);
  await link.write(answers(idle.text)[2]);
  await assertQuiet(cluster);
  assertEquals([pool.size, pool.idle], [2, 2]);
});

Deno.test("fault 8: callers who give up a read do not end the check ahead of it", async () => {
  await using host = await Proxied.start(1, { poolOptions: { maxRetries: 0 } });
  const { cluster, proxy } = host;
  await Promise.all(
    Array.from({ length: 8 }, () => cluster.map((map) => map.get("k"))),
  );
  await assertQuiet(cluster);
  using time = new FakeTime();
  await time.advance(1_000);
  proxy.forget();
  const hasty = cluster.getRoutingClient({ timeout: 100 });
  const first = reasonOf(hasty.get("k"));
  await time.advance(100);
  assertInstanceOf(await bounded(first), TimeoutError);
  const pool = cluster.getPoolForHost(0);
  assertEquals(pool.size, 8);
  // The next one waits for the same check, and for no other connection.
  const second = reasonOf(hasty.get("k"));
  await time.advance(100);
  assertInstanceOf(await bounded(second), TimeoutError);
  const third = hasty.get("k");
  await time.advance(50);
  assertEquals(await bounded(third), null);
  await time.advance(1_000);
  await eventually(() => pool.size === 1 && pool.leased === 0);
});

Deno.test("fault 8: reads and writes of one client keep their order where all connections have vanished", async () => {
  await using host = await Proxied.start(1, { poolOptions: { maxRetries: 0 } });
  const { cluster, proxy, oracle } = host;
  await Promise.all(
    Array.from({ length: 8 }, () => cluster.map((map) => map.get("n"))),
  );
  await assertQuiet(cluster);
  using time = new FakeTime();
  await time.advance(1_000);
  proxy.forget();
  const client = cluster.getRoutingClient();
  const before = client.get("n");
  const counting = Promise.resolve().then(() => client.incr("n"));
  const behind = counting.then(() => client.get("n"));
  await time.advance(250);
  assertEquals(await bounded(Promise.all([before, counting, behind])), [
    null,
    1,
    "1",
  ]);
  assertEquals(await oracle.command("GET", "n"), "1");
  await time.advance(1_000);
  await assertQuiet(cluster);
});

Deno.test("fault 8: a read meets a connection killed behind a busy program's back", async () => {
  // Without a proxy, which would be as busy.
  await using server = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: [{ path: server.path }],
    poolOptions: { maxRetries: 0 },
  });
  const client = cluster.getRoutingClient();
  await client.set("k", "v");
  for (let round = 0; round < 3; round++) {
    await Promise.all(
      Array.from({ length: 4 }, () => cluster.map((map) => map.get("k"))),
    );
    await assertQuiet(cluster);
    using time = new FakeTime();
    await time.advance(1_000);
    const { success } = new Deno.Command("redis-cli", {
      args: ["-s", server.path, "CLIENT", "KILL", "TYPE", "normal"],
    }).outputSync();
    assert(success);
    // Nobody has been told yet that the connections are gone.
    assertEquals(await bounded(client.get("k")), "v");
    const [only] = await cluster.map((map) => [map.get("k")]);
    assertEquals(only.value, "v");
  }
});

Deno.test("fault 8: a server that was restarted while all was idle is read", async () => {
  await using host = await Proxied.start(1, { poolOptions: { maxRetries: 0 } });
  const { cluster, server, proxy } = host;
  const client = cluster.getRoutingClient();
  await Promise.all([
    client.get("k"),
    cluster.map((map) => map.get("k")),
  ]);
  await assertQuiet(cluster);
  // The proxy keeps its side of the connections, and tells of no end.
  proxy.forget();
  await server.kill();
  await server.restart();
  await host.oracle.command("SET", "k", "v");
  using time = new FakeTime();
  await time.advance(1_000);
  const reading = client.get("k");
  await time.advance(250);
  assertEquals(await bounded(reading), "v");
  await time.advance(1_000);
  await assertQuiet(cluster);
});

Deno.test("fault 8: replies that are lost behind the answer are those of commands that were sent", async () => {
  for (const maxRetries of [0, 3]) {
    await using host = await Proxied.start(1, { poolOptions: { maxRetries } });
    const { cluster, proxy, oracle } = host;
    await oracle.command("SET", "k", "v");
    const client = cluster.getRoutingClient();
    await client.get("k");
    await assertQuiet(cluster);
    {
      using time = new FakeTime();
      await time.advance(1_000);
      proxy.cut({ replies: 1 });
      const reading = client.get("k").catch((error) => error);
      await eventually(() => proxy.stats.cut > 0);
      proxy.pass();
      await time.advance(1_000);
      const outcome = await bounded(reading);
      if (maxRetries > 0) {
        assertEquals(outcome, "v");
      } else {
        assertInstanceOf(outcome, ConnectionError);
        assertEquals(told(outcome).outcome, "unknown");
      }
      await client.get("k");
      await assertQuiet(cluster);
      // A write is sent once the answer is there, and not again.
      await time.advance(1_000);
      const { cut } = proxy.stats;
      proxy.cut({ replies: 1 });
      const counting = reasonOf(client.incr("n"));
      await eventually(() => proxy.stats.cut > cut);
      proxy.pass();
      const reason = await bounded(counting);
      assertEquals(told(reason).outcome, "unknown");
    }
    assertEquals(await oracle.command("GET", "n"), "1");
  }
});
