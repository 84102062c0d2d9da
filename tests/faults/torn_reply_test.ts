// A healthy server is used: the end of the stream inside a reply is a lost
// connection like any other. Covered: the ends of each kind of reply, through
// every door; reads, writes and writes that may run twice; RESP2 and RESP3, TCP
// and unix sockets, text and bytes, merged replies; and the handshake.

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { type Argument, ConnectionError, ProtocolError } from "../../mod.ts";
import { Proxied } from "../../support/proxied.ts";
import { FakeTime } from "../fake_time.ts";
import { CLIENTS } from "./client_kinds.ts";
import { eventually } from "./outcome.ts";
import { assertQuiet, reasonOf, told } from "./proxied.ts";
import { ScriptedServer } from "./scripted_server.ts";
import { clusterAt } from "./single_host.ts";

/** What is torn in each kind of reply, after so many bytes. */
const REPLIES: Record<string, [torn: number, name: string, args: Argument[]]> =
  {
    "a bulk": [6, "GET", ["text"]],
    "the size of a bulk": [1, "GET", ["text"]],
    "the end of a bulk": [9, "GETRANGE", ["text", 0, 3]],
    "an integer": [2, "STRLEN", ["text"]],
    "a list": [9, "LRANGE", ["list", 0, -1]],
    "a hash": [7, "HGETALL", ["hash"]],
    "a merged list": [8, "MGET", ["text", "other", "text"]],
  };

for (const [kind, open] of Object.entries(CLIENTS)) {
  if (kind === "a dedicated client") continue;
  for (const protocol of [2, 3] as const) {
    const transport = protocol === 2 ? "tcp" : "unix";
    Deno.test(`fault 50: ${kind} reads again what was torn (RESP${protocol}, ${transport})`, async () => {
      await using host = await Proxied.start(1, {
        transport,
        poolOptions: { protocol },
      });
      await host.oracle.command("SET", "text", "value of it");
      await host.oracle.command("RPUSH", "list", "a", "b", "c");
      await host.oracle.command("HSET", "hash", "field", "value");
      const send = await open(host.cluster);
      using time = new FakeTime();
      let cuts = 0;
      for (const [what, [bytes, name, args]] of Object.entries(REPLIES)) {
        const whole = await time.settled(send(name, args));
        host.proxy.cut({ bytes });
        const read = send(name, args);
        await eventually(() => host.proxy.stats.cut > cuts);
        cuts = host.proxy.stats.cut;
        host.proxy.pass();
        assertEquals(await time.settled(read), whole, what);
      }
      await assertQuiet(host.cluster);
    });
  }

  Deno.test(`fault 50: what ${kind} writes is not sent again because its reply was torn`, async () => {
    await using host = await Proxied.start(1);
    const send = await open(host.cluster);
    await send("GET", ["n"]);
    host.proxy.cut({ bytes: 2 });
    const error = await reasonOf(send("INCR", ["n"]));
    assertEquals(told(error), {
      name: "ConnectionError",
      hostId: 0,
      command: "INCR",
      outcome: "unknown",
    });
    assertEquals(await host.oracle.command("GET", "n"), "1");
  });
}

Deno.test("fault 50: merged reads are read again, as bytes as well", async () => {
  await using host = await Proxied.start(1);
  const keys = host.keys(0, 20);
  for (const key of keys) await host.oracle.command("SET", key, key);
  const { cluster } = host;
  const client = cluster.getRoutingClient();
  using time = new FakeTime();
  const text = await cluster.map((map) => keys.map((key) => map.get(key)));
  assertEquals(text.map(({ value }) => value), keys);
  for (const bytes of [3, 40]) {
    const { cut } = host.proxy.stats;
    host.proxy.cut({ bytes });
    const reads = [
      client.map((map) => keys.map((key) => map.get(key))),
      client.sendCommand("GET", [keys[0]], { returnUint8Arrays: true }),
    ] as const;
    await eventually(() => host.proxy.stats.cut > cut);
    host.proxy.pass();
    const [mapped, alone] = await time.settled(Promise.all(reads));
    assertEquals(mapped.map(({ value }) => value), keys);
    assertEquals(alone, new TextEncoder().encode(keys[0]));
  }
});

Deno.test("fault 50: a write that its caller lets run twice is sent again", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient({ idempotent: true });
  using time = new FakeTime();
  await client.set("key", "before");
  host.proxy.cut({ bytes: 2 });
  const written = client.set("key", "after");
  await eventually(() => host.proxy.stats.cut === 1);
  host.proxy.pass();
  assertEquals(await time.settled(written), "OK");
  assertEquals(await host.oracle.command("GET", "key"), "after");
});

Deno.test("fault 50: a dedicated connection that ends inside a reply is lost, and nothing is sent again", async () => {
  await using host = await Proxied.start(1);
  using client = await host.cluster.connect(0);
  await client.set("text", "value");
  host.proxy.cut({ bytes: 3 });
  const error = await reasonOf(client.get("text"));
  assertInstanceOf(error, ConnectionError);
  assertEquals([error.command, error.outcome], ["GET", "unknown"]);
  assert(!client.isConnected);
});

Deno.test("fault 50: an end inside the handshake is tried again", async () => {
  let accepted = 0;
  await using server = new ScriptedServer(async (link) => {
    const isFirst = accepted++ === 0;
    for (;;) {
      const text = await link.read();
      if (text === undefined) return;
      if (isFirst) return await link.write("+O");
      await link.write(text.includes("SELECT") ? "+OK\r\n" : "$-1\r\n");
    }
  });
  await using cluster = clusterAt(server.port, { hostDefaults: { db: 1 } });
  using time = new FakeTime();
  const read = cluster.getRoutingClient().incr("key").catch((error) => error);
  const value = await time.settled(read);
  assert(!(value instanceof ProtocolError), String(value));
  assert(accepted > 1);
});
