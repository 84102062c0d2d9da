/*
 * Commands that change their connection are known however they are written.
 * Covered here: name and subcommand in one word or two, as text and as bytes, in
 * any case, and what of a container command is not known; through every door;
 * RESP2 and RESP3.
 */

import { assertEquals, assertInstanceOf } from "@std/assert";
import { type Argument, Cluster, UnroutableCommandError } from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { oracle } from "../../support/raw_client.ts";
import { reasonOf } from "./proxied.ts";

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Every door through which a command reaches a shared connection. */
const DOORS: Record<
  string,
  (cluster: Cluster, name: string, args: Argument[]) => PromiseLike<unknown>
> = {
  "a routing client": (cluster, name, args) =>
    cluster.getRoutingClient().sendCommand(name, args),
  "a local client": (cluster, name, args) =>
    cluster.getLocalClient(0).sendCommand(name, args),
  "a call with a time": (cluster, name, args) =>
    cluster.getLocalClient(0).sendCommand(name, args, { timeout: 10_000 }),
  "a map": (cluster, name, args) =>
    cluster.map((client) => client.sendCommand(name, args)),
  mapBatches: async (cluster, name, args) => {
    const batches = cluster.mapBatches(
      ["key"],
      (client) => client.sendCommand(name, args),
    );
    for await (const _ of batches);
  },
  "a fanout": (cluster, name, args) =>
    cluster.all((client) => client.sendCommand(name, args)),
  "a fanout to the host of a key": (cluster, name, args) =>
    cluster.fanout((client) => client.targetKey("k").sendCommand(name, args)),
  executeCommands: async (cluster, name, args) => {
    await cluster.executeCommands({ key: [[name, ...args]] });
  },
};

/** Ways to write commands that change a connection, or that might. */
const WRITTEN: [name: string, ...args: Argument[]][] = [
  ["CLIENT", "REPLY", "SKIP"],
  ["client", "reply", "skip"],
  ["CLIENT", bytes("REPLY"), bytes("SKIP")],
  ["CLIENT", bytes("rePly"), "OFF"],
  ["client reply", "SKIP"],
  ["CLIENT  REPLY", "OFF"],
  ["CLIENT REPLY OFF"],
  ["CLIENT", "NO-EVICT", "ON"],
  ["CLIENT", bytes("no-touch"), "ON"],
  ["CLIENT", "SETINFO", "LIB-NAME", "other"],
  ["CLIENT", "TRACKING", "ON"],
  ["CLIENT", "NEWS", "ON"],
  ["CLIENT", bytes("news")],
  ["CLIENT", "REPLY OFF"],
  ["SCRIPT", bytes("debug"), "YES"],
  ["SCRIPT", "NEWS"],
  ["DEBUG", "PROTOCOL", "push"],
  ["XINFO", "NEWS", "key"],
  ["multi"],
  ["Select", 1],
  ["hello", 3],
  ["monitor"],
  ["subscribe", "channel"],
  ["reset"],
];

for (const protocol of [2, 3] as const) {
  Deno.test(`fault 37: what changes a connection is refused however it is written, in RESP${protocol}`, async () => {
    await using server = await RedisServer.start();
    await using direct = oracle(server);
    await using cluster = new Cluster({
      hosts: [server.host],
      poolOptions: { protocol },
    });
    const client = cluster.getRoutingClient();
    await client.set("key", "value");
    const before = await direct.command("INFO", "commandstats");
    for (const [name, ...args] of WRITTEN) {
      for (const [door, send] of Object.entries(DOORS)) {
        const error = await reasonOf(send(cluster, name, args));
        assertInstanceOf(error, UnroutableCommandError, `${name} by ${door}`);
      }
    }
    // Nothing has reached the server but the question itself.
    assertEquals(
      kinds(await direct.command("INFO", "commandstats")),
      [...new Set([...kinds(before), "info"])].sort(),
    );
    assertEquals(await client.get("key"), "value");
  });
}

function kinds(stats: unknown): string[] {
  return [...String(stats).matchAll(/^cmdstat_([^:]+)/gm)]
    .map(([, name]) => name).sort();
}

Deno.test("fault 37: the caller's words are in no refusal", async () => {
  await using cluster = new Cluster({ hosts: [{ port: 1 }] });
  const local = cluster.getLocalClient(0);
  for (const args of [["hunter2"], ["REPLY", "hunter2"], [bytes("hunter2")]]) {
    const error = await reasonOf(local.sendCommand("CLIENT", args));
    assertInstanceOf(error, UnroutableCommandError);
    assertEquals(error.message.includes("hunter2"), false);
    assertEquals(error.command, "CLIENT");
  }
});

Deno.test("fault 37: harmless subcommands run, as text and as bytes", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [server.host] });
  const local = cluster.getLocalClient(0);
  for (const form of ["id", "ID", bytes("Id")]) {
    assertEquals(typeof await local.sendCommand("CLIENT", [form]), "number");
  }
  assertEquals(typeof await local.sendCommand("client id"), "number");
  assertEquals(
    await local.sendCommand("script", [bytes("exists"), "f".repeat(40)]),
    [0],
  );
});

Deno.test("fault 37: a connection of one's own refuses what ends the matching of replies", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [server.host] });
  using redis = await cluster.connect(0);
  const written: [string, ...Argument[]][] = [
    ["CLIENT", "REPLY", "SKIP"],
    ["client reply", "off"],
    ["CLIENT", bytes("reply"), "SKIP"],
    ["MONITOR"],
    ["subscribe", "channel"],
    ["SYNC"],
  ];
  for (const [name, ...args] of written) {
    const sent = redis.sendCommand(name, args as string[]);
    assertInstanceOf(await reasonOf(sent), TypeError, name);
    const tx = redis.tx();
    tx.sendCommand(name, args as string[]);
    tx.set("key", "value");
    assertInstanceOf(await reasonOf(tx.flush()), TypeError, name);
  }
  assertEquals(await redis.get("key"), null);
  // What belongs to the connection is at home here.
  assertEquals(await redis.sendCommand("CLIENT", ["SETNAME", "me"]), "OK");
  assertEquals(await redis.sendCommand("SELECT", [1]), "OK");
});

Deno.test("fault 41: WAIT is refused where it would count nobody's writes", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [server.host] });
  for (const name of ["WAIT", "wait", "WAITAOF"]) {
    for (const [door, send] of Object.entries(DOORS)) {
      const error = await reasonOf(send(cluster, name, [1, 0]));
      assertInstanceOf(error, UnroutableCommandError, `${name} by ${door}`);
      assertEquals(error.message.includes("cluster.connect(hostId)"), true);
    }
  }
});

Deno.test("fault 41: WAIT counts the writes of a connection of its own", async () => {
  await using server = await RedisServer.start({
    transport: "tcp",
    config: { "repl-diskless-sync-delay": "0" },
  });
  await using replica = await RedisServer.start({ transport: "tcp" });
  await using direct = oracle(replica);
  await direct.command("REPLICAOF", server.hostname, server.port);
  await using cluster = new Cluster({ hosts: [server.host] });
  using redis = await cluster.connect(0, { timeout: 30_000 });
  await redis.set("key", "value");
  assertEquals(await redis.wait(1, 20_000), 1);
  assertEquals(await direct.command("GET", "key"), "value");
  replica.pause();
  await redis.set("key", "other");
  assertEquals(await redis.wait(1, 50), 0);
  replica.resume();
});
