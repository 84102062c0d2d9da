import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  blockTimeOf,
  isReadOnly,
  isStateful,
} from "../../src/clients/command_traits.ts";

Deno.test("isStateful() knows what changes a connection", () => {
  for (
    const name of [
      "MULTI",
      "EXEC",
      "DISCARD",
      "WATCH",
      "UNWATCH",
      "SELECT",
      "AUTH",
      "HELLO",
      "RESET",
      "QUIT",
      "MONITOR",
      "SUBSCRIBE",
      "PSUBSCRIBE",
      "SSUBSCRIBE",
      "UNSUBSCRIBE",
      "READONLY",
      "SYNC",
    ]
  ) {
    assert(isStateful(name, []), name);
  }
  for (const name of ["GET", "SET", "EVAL", "BLPOP", "PUBLISH", "INFO"]) {
    assertFalse(isStateful(name, ["key"]), name);
  }
});

Deno.test("isStateful() looks at the subcommand", () => {
  assert(isStateful("CLIENT", ["REPLY", "OFF"]));
  assert(isStateful("CLIENT", ["setname", "web"]));
  assert(isStateful("CLIENT", ["TRACKING", "ON"]));
  assert(isStateful("SCRIPT", ["DEBUG", "YES"]));
  assertFalse(isStateful("CLIENT", ["LIST"]));
  assertFalse(isStateful("CLIENT", []));
  assertFalse(isStateful("SCRIPT", ["LOAD", "return 1"]));
});

Deno.test("blockTimeOf() reads the time in the unit of the command", () => {
  const times: [string, (string | number)[], number | undefined][] = [
    ["BLPOP", ["a", "b", 2], 2_000],
    ["BRPOP", ["a", "0.5"], 500],
    ["BRPOPLPUSH", ["a", "b", 1], 1_000],
    ["BLMOVE", ["a", "b", "LEFT", "RIGHT", 3], 3_000],
    ["BZPOPMIN", ["a", 1], 1_000],
    ["BLMPOP", [4, 1, "a", "LEFT"], 4_000],
    ["BZMPOP", ["5", 1, "a", "MIN"], 5_000],
    ["WAIT", [1, 250], 250],
    ["XREAD", ["COUNT", 2, "BLOCK", 100, "STREAMS", "a", 0], 100],
    ["XREADGROUP", ["GROUP", "g", "c", "block", "7", "STREAMS", "a", ">"], 7],
  ];
  for (const [name, args, time] of times) {
    assertEquals(blockTimeOf(name, args), time, name);
  }
});

Deno.test("blockTimeOf() takes 0 for ever, and nonsense for no time", () => {
  assertEquals(blockTimeOf("BLPOP", ["a", 0]), Infinity);
  assertEquals(blockTimeOf("XREAD", ["BLOCK", 0, "STREAMS", "a", 0]), Infinity);
  assertEquals(blockTimeOf("BLPOP", ["a", "soon"]), 0);
  assertEquals(blockTimeOf("BLPOP", ["a", -1]), 0);
  assertEquals(blockTimeOf("BLPOP", []), 0);
});

Deno.test("blockTimeOf() is undefined for what does not block", () => {
  assertEquals(blockTimeOf("GET", ["a"]), undefined);
  assertEquals(blockTimeOf("LPOP", ["a"]), undefined);
  assertEquals(blockTimeOf("XREAD", ["STREAMS", "a", 0]), undefined);
  // A stream may be called as the option is.
  assertEquals(blockTimeOf("XREAD", ["STREAMS", "BLOCK", 100]), undefined);
});

Deno.test("isReadOnly() is true only for what may run twice unseen", () => {
  for (const name of ["GET", "MGET", "HGETALL", "LRANGE", "ZRANGE", "EXISTS"]) {
    assert(isReadOnly(name), name);
  }
  for (
    const name of ["SET", "INCR", "DEL", "EVAL", "GETSET", "GETDEL", "LPOP"]
  ) {
    assertFalse(isReadOnly(name), name);
  }
  assertFalse(isReadOnly("NOSUCHCOMMAND"));
  assertFalse(isReadOnly("JSON.GET"), "of a module, so nothing is known");
  assertFalse(isReadOnly("CONSTRUCTOR"));
});
