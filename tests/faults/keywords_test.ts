/*
 * Data is not a keyword. Covered here: groups, consumers, streams and keys that
 * are called like options, as text and as bytes, and with options of their own
 * before and behind them; whether a command blocks, for how long, and on which
 * hosts its keys are.
 */

import { assertEquals } from "@std/assert";
import { type Argument, Cluster, type Key } from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { oracle } from "../../support/raw_client.ts";
import { eventually } from "./outcome.ts";

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Names that are words of XREADGROUP, wherever they stand. */
const NAMES = ["streams", "STREAMS", "block", "count", "group", "noack"];

for (const name of NAMES) {
  Deno.test(`fault 38: a group and a consumer called "${name}" delay nobody`, async () => {
    await using server = await RedisServer.start();
    await using direct = oracle(server);
    await direct.command("XGROUP", "CREATE", "s", name, "$", "MKSTREAM");
    await using cluster = new Cluster({ hosts: [server.host] });
    const client = cluster.getRoutingClient({ timeout: 30_000 });
    for (const form of [name, bytes(name)]) {
      const args: Argument[] = ["GROUP", form, form];
      args.push("COUNT", 1, "BLOCK", 0, "STREAMS", "s", ">");
      const waiting = client.sendCommand("XREADGROUP", args);
      await eventually(async () => await blocked(direct) === 1);
      // On the connection that blocks there would be no reply to this.
      assertEquals(await client.set("other", "value"), "OK");
      await direct.command("XADD", "s", "*", "field", "value");
      const [[stream, [[, fields]]]] = await waiting as [
        [string, [[string, string[]]]],
      ];
      assertEquals([stream, fields], ["s", ["field", "value"]]);
    }
  });
}

/** How many clients of the server are blocked. */
async function blocked(
  direct: ReturnType<typeof oracle>,
): Promise<number> {
  const info = String(await direct.command("INFO", "clients"));
  return Number(/blocked_clients:(\d+)/.exec(info)?.[1]);
}

Deno.test("fault 38: a time to block is added to the time of the command, whatever the consumer is called", async () => {
  await using server = await RedisServer.start();
  await using direct = oracle(server);
  await direct.command("XGROUP", "CREATE", "s", "g", "$", "MKSTREAM");
  await using cluster = new Cluster({ hosts: [server.host] });
  const client = cluster.getRoutingClient({ timeout: 200 });
  for (const consumer of ["block", "streams"]) {
    for (const time of [400, "400", bytes("400")]) {
      const args: Argument[] = ["GROUP", "g", consumer];
      args.push("BLOCK", time, "STREAMS", "s", ">");
      // It blocks for longer than the time of the client alone.
      assertEquals(await client.sendCommand("XREADGROUP", args), null);
    }
  }
  assertEquals(await client.sendCommand("BLPOP", ["l", bytes("0.4")]), null);
});

Deno.test("fault 38: keys that are called like options are keys", () => {
  const cluster = new Cluster({ hosts: [{ port: 1 }] });
  const router = cluster.getRouter();
  const tries: [string, Argument[], Key[]][] = [
    ["XREAD", ["STREAMS", "BLOCK", "0"], ["BLOCK"]],
    ["XREAD", ["COUNT", "1", "STREAMS", "STREAMS", "0"], ["STREAMS"]],
    ["XREADGROUP", ["GROUP", "streams", "c", "STREAMS", "k", ">"], ["k"]],
    ["SORT", ["LIMIT", "LIMIT", 0, 1], ["LIMIT"]],
    ["SORT", ["BY", "BY", "STORE", "STORE", "to"], ["BY", "to"]],
    ["SORT", ["k", "GET", "STORE", "STORE", "STORE"], ["k", "STORE"]],
    ["EVAL", ["return 1", 1, "STORE"], ["STORE"]],
    ["ZUNIONSTORE", ["WEIGHTS", 1, "AGGREGATE"], ["WEIGHTS", "AGGREGATE"]],
    ["OBJECT", ["ENCODING", "ENCODING"], ["ENCODING"]],
  ];
  for (const [name, args, keys] of tries) {
    assertEquals(router.getKeys(name, args), keys, `${name} ${args}`);
    const encoded = args.map((arg) =>
      typeof arg === "string" ? bytes(arg) : arg
    );
    assertEquals(
      router.getKeys(name, encoded).map(text),
      keys,
      `${name} ${args} as bytes`,
    );
  }
});

function text(key: Key): string {
  return key instanceof Uint8Array
    ? new TextDecoder().decode(key)
    : String(key);
}
