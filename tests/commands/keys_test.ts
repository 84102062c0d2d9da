import { assert, assertEquals, assertThrows } from "@std/assert";
import { hasFlag, list } from "@ioredis/commands";
import { UnroutableCommandError } from "../../src/errors.ts";
import { keyPositions, soleKeyPosition } from "../../src/topology/mod.ts";
import type { Argument } from "../../src/values.ts";

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The keys of a command that is written on one line. */
function keysOf(line: string): Argument[] {
  const [command, ...args] = line.split(" ");
  return keyPositions(command, args).map((position) => args[position]);
}

Deno.test("soleKeyPosition() knows the commands with one key in one place", () => {
  assertEquals(soleKeyPosition("GET"), 0);
  assertEquals(soleKeyPosition("get"), 0);
  assertEquals(soleKeyPosition("SET"), 0);
  for (const command of ["MGET", "EVAL", "PING", "OBJECT", "SORT", "NOPE"]) {
    assertEquals(soleKeyPosition(command), -1, command);
  }
});

Deno.test("keyPositions() takes a subcommand from the name or the arguments", () => {
  assertEquals(keyPositions("OBJECT ENCODING", ["k"]), [0]);
  assertEquals(keyPositions("object encoding", ["k"]), [0]);
  assertEquals(keyPositions("OBJECT", ["ENCODING", "k"]), [1]);
  assertEquals(keyPositions("OBJECT", [utf8("encoding"), "k"]), [1]);
  assertEquals(keyPositions("XINFO STREAM", ["k", "FULL"]), [0]);
  assertEquals(keyPositions("XGROUP CREATE", ["k", "g", "$"]), [0]);
  assertEquals(keyPositions("MEMORY USAGE", ["k"]), [0]);
  assertEquals(keyPositions("DEBUG OBJECT", ["k"]), [0]);
  assertEquals(keyPositions("DEBUG", ["SLEEP", "0"]), []);
  assertEquals(keyPositions("CLIENT SETNAME", ["k"]), []);
  assertEquals(keyPositions("CONFIG GET", ["k"]), []);
  assertEquals(keyPositions("GET", []), []);
  assertEquals(keyPositions("OBJECT", []), []);
});

Deno.test("keyPositions() reads counts and words of every type", () => {
  for (const count of ["2", 2, 2n, utf8("2")]) {
    assertEquals(keyPositions("EVAL", ["s", count, "a", "b", "c"]), [2, 3]);
  }
  assertEquals(
    keyPositions("XREAD", [utf8("streams"), "a", "b", "0", "0"]),
    [1, 2],
  );
  assertEquals(
    keyPositions("MIGRATE", ["h", 1, new Uint8Array(0), 0, 9, "KEYS", "a"]),
    [6],
  );
});

Deno.test("keyPositions() knows commands newer than most servers", () => {
  assertEquals(keysOf("MSETEX 2 a 1 b 2 EX 10"), ["a", "b"]);
  assertEquals(keysOf("HGETEX a FIELDS 1 f"), ["a"]);
  assertEquals(keysOf("HSETEX a FIELDS 1 f v"), ["a"]);
  assertEquals(keysOf("XREADGROUP GROUP g c CLAIM 10 STREAMS a >"), ["a"]);
});

Deno.test("keyPositions() has a rule for every movable command of its table", () => {
  const movable = list.filter((name) => hasFlag(name, "movablekeys"));
  assert(movable.length > 10);
  for (const name of movable) {
    try {
      keyPositions(name, []);
    } catch (error) {
      assert(!String(error).includes("unknown"), name);
    }
  }
});

Deno.test("keyPositions() knows where the commands of modules have keys", () => {
  const vectors: Record<string, string[]> = {
    "JSON.SET a $ 1": ["a"],
    "json.get a": ["a"],
    "JSON.MGET a b $": ["a", "b"],
    "JSON.MSET a $ 1 b $ 2": ["a", "b"],
    "JSON.DEBUG MEMORY a": ["a"],
    "TS.ADD a 1 2": ["a"],
    "TS.MADD a 1 2 b 1 2": ["a", "b"],
    "TS.CREATERULE a b AGGREGATION avg 1": ["a", "b"],
    "TS.MRANGE - + FILTER x=y": [],
    "BF.ADD a item": ["a"],
    "CF.ADD a item": ["a"],
    "CMS.INCRBY a item 1": ["a"],
    "CMS.MERGE d 2 a b WEIGHTS 1 2": ["d", "a", "b"],
    "TOPK.ADD a item": ["a"],
    "TDIGEST.ADD a 1": ["a"],
    "TDIGEST.MERGE d 2 a b": ["d", "a", "b"],
    "GRAPH.QUERY a text": ["a"],
    "GRAPH.LIST": [],
    "FT.SEARCH index text": [],
    "FT.SUGADD a text 1": ["a"],
  };
  for (const [line, keys] of Object.entries(vectors)) {
    assertEquals(keysOf(line), keys, line);
  }
});

Deno.test("keyPositions() refuses unknown commands and says what to do", () => {
  for (
    const command of [
      "NOPE",
      "",
      " ",
      "CONSTRUCTOR",
      "__proto__",
      "MY.CMD",
      "JSON",
      "JSONX",
      "TSX",
      ".GET",
    ]
  ) {
    const error = assertThrows(
      () => keyPositions(command, ["key"]),
      UnroutableCommandError,
      `Cannot route "${command}": the command is unknown`,
    );
    assert(error.message.includes("getLocalClientForKey(key)"));
    assert(error.message.includes("targetKey(key)"));
    assertEquals(error.command, command);
  }
});

Deno.test("keyPositions() refuses counts that cannot be, at once", () => {
  const counts = ["many", "", "-1", "1.5", "01", "+1", " 1", "0x1", "1e0"];
  const tooMany = ["3", "4294967297", "9".repeat(30), 1e300, Infinity];
  const noArguments = [NaN, undefined, null, {}] as Argument[];
  for (const count of [...counts, ...tooMany, ...noArguments]) {
    for (const command of ["EVAL", "FCALL", "BLMPOP", "ZUNIONSTORE"]) {
      assertThrows(
        () => keyPositions(command, ["first", count, "a", "b"]),
        UnroutableCommandError,
        `Cannot route "${command}"`,
      );
    }
    for (const command of ["ZINTER", "SINTERCARD", "LMPOP", "MSETEX"]) {
      assertThrows(
        () => keyPositions(command, [count, "a", "b"]),
        UnroutableCommandError,
        `Cannot route "${command}"`,
      );
    }
  }
  assertThrows(() => keyPositions("EVAL", []), UnroutableCommandError);
});

Deno.test("keyPositions() refuses streams without as many ids", () => {
  for (
    const line of [
      "XREAD",
      "XREAD STREAMS",
      "XREAD STREAMS a",
      "XREAD STREAMS a b 0",
      "XREAD COUNT 1 a 0",
      "XREADGROUP GROUP g STREAMS",
    ]
  ) {
    const [command, ...args] = line.split(" ");
    assertThrows(
      () => keyPositions(command, args),
      UnroutableCommandError,
      'expected "STREAMS"',
    );
  }
});

Deno.test("keyPositions() shows no argument in an error", () => {
  for (const command of ["EVAL", "XREAD", "SINTERCARD", "NOPE"]) {
    const error = assertThrows(() => keyPositions(command, ["s3cret", "pw"]));
    assert(error instanceof UnroutableCommandError);
    assert(!/s3cret|pw/.test(error.message), error.message);
  }
});
