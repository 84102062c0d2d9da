import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import { specOf } from "../../src/commands/table.ts";
import { Merger, type Split, split } from "../../src/delivery/multi_key.ts";
import { Cluster } from "../../src/cluster.ts";
import { PartialError } from "../../src/partial_error.ts";
import {
  BaseRouter,
  FixedTopology,
  PartitionRouter,
} from "../../src/topology/mod.ts";
import { makeTestCluster } from "../../src/testing.ts";
import type { Argument, Key, Reply } from "../../src/values.ts";

/** Routes a key by the digit that it ends with. */
class DigitRouter extends BaseRouter {
  override getHostForKey(key: Key): number {
    return Number(String(key).at(-1));
  }
}

const TOPOLOGY = new FixedTopology((hosts) => new DigitRouter(hosts));

function splitCommand(command: string, ...args: Argument[]): Split {
  const parts = split(TOPOLOGY, specOf(command), args);
  assert(parts !== undefined, `${command} is not split`);
  return parts;
}

/** Merges replies of parts, in order; an Error fails its part. */
function merge(command: string, parts: Split, replies: (Reply | Error)[]) {
  const settled: { value?: Reply; reason?: unknown }[] = [];
  const merger = new Merger({ command, split: parts }, {
    resolve: (value) => settled.push({ value }),
    reject: (reason) => settled.push({ reason }),
  });
  replies.forEach((reply, index) => {
    assertEquals(settled.length, 0, "settled before the last part");
    if (reply instanceof Error) merger.settler(index).reject(reply);
    else merger.settler(index).resolve(reply);
  });
  assertEquals(settled.length, 1);
  return settled[0];
}

Deno.test("split() makes one part for each group", () => {
  const { parts, keys } = splitCommand("MGET", "a1", "b0", "c1", "a1", "d2");
  assertEquals(parts, [
    { group: 1, args: ["a1", "c1", "a1"], positions: [0, 2, 3] },
    { group: 0, args: ["b0"], positions: [1] },
    { group: 2, args: ["d2"], positions: [4] },
  ]);
  assertEquals(keys, ["a1", "b0", "c1", "a1", "d2"]);
});

Deno.test("keys are looked at once, whether a command is split or not", async () => {
  let looks = 0;
  class Counting extends PartitionRouter {
    override getHostForKey(key: Key): number {
      looks++;
      return super.getHostForKey(key);
    }
  }
  await using test = await makeTestCluster({ servers: 2, databasesEach: 1 });
  await using cluster = new Cluster({
    hosts: [...test.setup.hosts],
    router: Counting,
  });
  const client = cluster.getRoutingClient();
  const keys = ["a", "b", "c", "d"];
  const hosts = new Set(
    keys.map((key) => cluster.getRouter().getHostForKey(key)),
  );
  assertEquals(hosts.size, 2);
  const commands: [() => PromiseLike<unknown>, number][] = [
    [() => client.mget(...keys), 4],
    [() => client.mget("a", "a", "a", "a"), 4],
    [() => client.mset({ a: "1", b: "2", c: "3" }), 3],
    [() => client.del(...keys), 4],
    [() => client.sendCommand("MGET", keys, { settled: true }), 4],
    [() => client.get("a"), 1],
    [() => client.set("a", "1"), 1],
    [() => client.set("a", "1", { ex: 9 }), 1],
    [() => cluster.map((map) => map.get("a")), 1],
  ];
  for (const [run, expected] of commands) {
    looks = 0;
    await run();
    assertEquals(looks, expected, `${run}`);
  }
});

Deno.test("split() keeps values with their keys", () => {
  const { parts, keys } = splitCommand("MSET", "a1", 1, "b0", 2, "c1", 3);
  assertEquals(parts, [
    { group: 1, args: ["a1", 1, "c1", 3], positions: [0, 2] },
    { group: 0, args: ["b0", 2], positions: [1] },
  ]);
  assertEquals(keys, ["a1", "b0", "c1"]);
});

Deno.test("split() splits six commands and no other", () => {
  const names = ["MGET", "DEL", "UNLINK", "EXISTS", "TOUCH"];
  for (const name of names) splitCommand(name, "a1", "b2");
  splitCommand("MSET", "a1", 1, "b2", 2);
  for (const name of ["MSETNX", "SINTER", "RENAME", "PFCOUNT", "WATCH"]) {
    assertEquals(split(TOPOLOGY, specOf(name), ["a1", "b2"]), undefined, name);
  }
});

Deno.test("split() leaves alone what is one host's, or malformed", () => {
  assertEquals(split(TOPOLOGY, specOf("MGET"), ["a1", "b1"])?.parts.length, 1);
  assertEquals(split(TOPOLOGY, specOf("MGET"), ["a1"]), undefined);
  assertEquals(split(TOPOLOGY, specOf("MSET"), ["a1", 1, "b2"]), undefined);
  assertEquals(split(TOPOLOGY, specOf("DEL"), []), undefined);
});

Deno.test("Merger puts values into the caller's order", () => {
  const parts = splitCommand("MGET", "a1", "b0", "c1", "a1", "d2");
  const { value } = merge("MGET", parts, [
    ["A", null, "A"],
    ["B"],
    [new Uint8Array([1])],
  ]);
  assertEquals(value, ["A", "B", null, "A", new Uint8Array([1])]);
});

Deno.test("Merger adds up counts", () => {
  const parts = splitCommand("DEL", "a1", "b0", "c1", "d2");
  assertEquals(merge("DEL", parts, [2, 0, 1]).value, 3);
});

Deno.test("Merger makes one status of several", () => {
  const parts = splitCommand("MSET", "a1", 1, "b0", 2);
  assertEquals(merge("MSET", parts, ["OK", "OK"]).value, "OK");
});

Deno.test("Merger says which keys succeeded", () => {
  const parts = splitCommand("MGET", "a1", "b0", "c1", "d2");
  const failure = new Error("Host 0 is gone");
  const { reason } = merge("MGET", parts, [["A", "C"], failure, [null]]);
  assertInstanceOf(reason, PartialError);
  assertEquals(reason.message, '"MGET" failed for 1 of its 4 keys');
  assertEquals(reason.command, "MGET");
  assertEquals(reason.errors, [failure]);
  assertEquals(reason.keys, ["a1", "b0", "c1", "d2"]);
  assertEquals(reason.succeeded, ["a1", "c1", "d2"]);
  assertEquals(reason.failed, ["b0"]);
  assertEquals(reason.results, [
    { status: "fulfilled", value: "A" },
    { status: "rejected", reason: failure },
    { status: "fulfilled", value: "C" },
    { status: "fulfilled", value: null },
  ]);
});

Deno.test("Merger says which keys of a count succeeded", () => {
  const parts = splitCommand("DEL", "a1", "b0", "c1");
  const { reason } = merge("DEL", parts, [new Error("Lost"), 1]);
  assertInstanceOf(reason, PartialError);
  assertEquals([reason.succeeded, reason.failed], [["b0"], ["a1", "c1"]]);
});

Deno.test("Merger gathers the errors of all hosts that failed", () => {
  const parts = splitCommand("MSET", "a1", "hidden-1", "b0", "hidden-0");
  const failures = [new Error("One"), new Error("Other")];
  const { reason } = merge("MSET", parts, failures);
  assertInstanceOf(reason, PartialError);
  assertEquals(reason.errors.length, 2);
  assertStrictEquals(reason.errors[0], failures[0]);
  assertEquals(reason.succeeded, []);
});

Deno.test("PartialError shows neither keys nor values", () => {
  const parts = splitCommand("MSET", "key-1", "hidden-1", "key-0", "hidden-0");
  const { reason } = merge("MSET", parts, ["OK", new Error("Lost")]);
  const shown = Deno.inspect(reason, { depth: 9 }) + JSON.stringify(reason);
  assertFalse(/key-|hidden-/.test(shown), shown);
});
