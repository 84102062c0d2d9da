import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { specOf } from "../../src/commands/table.ts";
import * as traits from "../../src/commands/traits.ts";
import type { Argument } from "../../src/values.ts";

function reasonNotToShare(name: string, args: readonly Argument[]) {
  return traits.reasonNotToShare(specOf(name), args);
}

function endsMatching(name: string, args: readonly Argument[]) {
  return traits.endsMatching(specOf(name), args);
}

function goesAhead(name: string, args: readonly Argument[]) {
  return traits.goesAhead(specOf(name), args);
}

function isOrdinary(name: string): boolean {
  return specOf(name).isOrdinary;
}

function blockTimeOf(name: string, args: readonly Argument[]) {
  return specOf(name).row.blocks?.(args);
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("reasonNotToShare() knows what changes a connection", () => {
  const names =
    "ASKING AUTH DISCARD EXEC HELLO MONITOR PSUBSCRIBE PSYNC PUNSUBSCRIBE " +
    "QUIT READONLY READWRITE REPLCONF RESET SELECT SSUBSCRIBE SUBSCRIBE " +
    "SUNSUBSCRIBE SYNC UNSUBSCRIBE UNWATCH WATCH";
  for (const name of names.split(" ")) {
    assertEquals(reasonNotToShare(name, []), "it changes its connection", name);
    assertFalse(isOrdinary(name), name);
  }
  for (const name of ["GET", "SET", "EVAL", "BLPOP", "PUBLISH", "INFO"]) {
    assertEquals(reasonNotToShare(name, ["key"]), undefined, name);
  }
});

Deno.test("reasonNotToShare() reads a subcommand as text and as bytes, in any case", () => {
  const stateful = {
    CLIENT:
      "CACHING CAPA IMPORT-SOURCE NO-EVICT NO-TOUCH REPLY SETINFO SETNAME TRACKING",
    SCRIPT: "DEBUG",
    DEBUG: "PROTOCOL",
    CLUSTER: "SYNCSLOTS",
  };
  for (const [name, subcommands] of Object.entries(stateful)) {
    for (const word of subcommands.split(" ")) {
      const lower = word.toLowerCase();
      for (const form of [word, lower, bytes(word), bytes(lower)]) {
        assertEquals(
          reasonNotToShare(name, [form, "x"]),
          "this subcommand changes its connection",
          `${name} ${word}`,
        );
      }
    }
    assertFalse(isOrdinary(name), name);
  }
  const harmless: [string, Argument[]][] = [
    ["CLIENT", ["LIST"]],
    ["CLIENT", [bytes("kill"), "ID", 1]],
    ["CLIENT", []],
    ["SCRIPT", ["LOAD", "return 1"]],
    ["DEBUG", ["sleep", 0]],
    ["OBJECT", ["FREQ", "key"]],
    ["XGROUP", ["CREATE", "key", "group", "$"]],
    ["COMMAND", []],
  ];
  for (const [name, args] of harmless) {
    assertEquals(reasonNotToShare(name, args), undefined, `${name} ${args}`);
  }
});

Deno.test("reasonNotToShare() lets no unknown subcommand pass", () => {
  const unknown: Argument[] = [
    "NEWS",
    "REPLY OFF",
    "REPLY\0",
    "",
    1,
    bytes("\u00dfREPLY"),
    "x".repeat(99),
  ];
  for (const word of unknown) {
    assertMatch(reasonNotToShare("CLIENT", [word, "x"])!, /not known/);
  }
  for (const name of ["SCRIPT", "XINFO", "CONFIG", "FUNCTION", "DEBUG"]) {
    assertMatch(reasonNotToShare(name, ["NEWS"])!, /not known/, name);
  }
});

Deno.test("reasonNotToShare() says of WAIT whose writes it counts", () => {
  for (const name of ["WAIT", "WAITAOF"]) {
    assertMatch(reasonNotToShare(name, [1, 0])!, /its own connection/, name);
  }
});

Deno.test("reasonNotToShare() says of MULTI what sends a whole transaction", () => {
  assertMatch(
    reasonNotToShare("MULTI", [])!,
    /executeCommands\(\).*"atomic: true"/,
  );
  assertFalse(isOrdinary("MULTI"));
});

Deno.test("endsMatching() knows what no pipeline survives", () => {
  for (const name of ["MONITOR", "SUBSCRIBE", "PSYNC", "SUNSUBSCRIBE"]) {
    assert(endsMatching(name, []), name);
  }
  assert(endsMatching("CLIENT", [bytes("reply"), "SKIP"]));
  assertFalse(endsMatching("CLIENT", ["SETNAME", "reply"]));
  assertFalse(endsMatching("MULTI", []));
  // A container without a subcommand is for the server to refuse.
  for (const args of [[], [""], [bytes("")]]) {
    for (const name of ["CLIENT", "SCRIPT", "OBJECT"]) {
      assertFalse(endsMatching(name, args), name);
    }
  }
});

Deno.test("blockTimeOf() reads the time in the unit of the command", () => {
  const times: [string, Argument[], number | undefined][] = [
    ["BLPOP", ["a", "b", 2], 2_000],
    ["BLPOP", ["a", bytes("2")], 2_000],
    ["BRPOP", ["a", "0.5"], 500],
    ["BRPOPLPUSH", ["a", "b", 1], 1_000],
    ["BLMOVE", ["a", "b", "LEFT", "RIGHT", 3], 3_000],
    ["BZPOPMIN", ["a", 1], 1_000],
    ["BZPOPMAX", ["a", 1n], 1_000],
    ["BLMPOP", [4, 1, "a", "LEFT"], 4_000],
    ["BZMPOP", ["5", 1, "a", "MIN"], 5_000],
    ["WAIT", [1, 250], 250],
    ["WAITAOF", [1, 0, 250], 250],
    ["XREAD", ["COUNT", 2, "BLOCK", 100, "STREAMS", "a", 0], 100],
    ["XREADGROUP", ["GROUP", "g", "c", "block", "7", "STREAMS", "a", ">"], 7],
    ["XREADGROUP", ["GROUP", "streams", "c", "BLOCK", 7, "STREAMS", "a", 0], 7],
  ];
  for (const [name, args, time] of times) {
    assertEquals(blockTimeOf(name, args), time, name);
    assertFalse(isOrdinary(name), name);
  }
});

Deno.test("goesAhead() knows the orders that others may be waiting for", () => {
  const ahead: [string, Argument[]][] = [
    ["SCRIPT", ["KILL"]],
    ["SCRIPT", [bytes("kill")]],
    ["FUNCTION", ["kill"]],
    ["FUNCTION", ["STATS"]],
    ["CLIENT", ["KILL", "ID", 1]],
    ["CLIENT", ["Unblock", 1]],
    ["CLIENT", ["UNPAUSE"]],
    ["SHUTDOWN", ["NOSAVE"]],
  ];
  for (const [name, args] of ahead) {
    assert(goesAhead(name, args), `${name} ${args}`);
    assertFalse(isOrdinary(name), name);
  }
  const others: [string, Argument[]][] = [
    ["SCRIPT", []],
    ["SCRIPT", ["LOAD", "KILL"]],
    ["CLIENT", ["LIST"]],
    ["SHUTDOWN", []],
    ["SHUTDOWN", ["SAVE"]],
    ["KILL", ["KILL"]],
    ["GET", ["KILL"]],
  ];
  for (const [name, args] of others) assertFalse(goesAhead(name, args), name);
});

Deno.test("blockTimeOf() takes 0 for ever, and nonsense for no time", () => {
  assertEquals(blockTimeOf("BLPOP", ["a", 0]), Infinity);
  assertEquals(blockTimeOf("BLPOP", ["a", bytes("0")]), Infinity);
  assertEquals(blockTimeOf("XREAD", ["BLOCK", 0, "STREAMS", "a", 0]), Infinity);
  for (const nonsense of ["soon", "", " ", -1]) {
    assertEquals(blockTimeOf("BLPOP", ["a", nonsense]), 0);
  }
  assertEquals(blockTimeOf("BLPOP", []), 0);
});

Deno.test("blockTimeOf() is undefined for what does not block", () => {
  assertEquals(blockTimeOf("GET", ["a"]), undefined);
  assertEquals(blockTimeOf("LPOP", ["a"]), undefined);
  assertEquals(blockTimeOf("XREAD", ["STREAMS", "a", 0]), undefined);
  // A stream may be called as the option is.
  assertEquals(blockTimeOf("XREAD", ["STREAMS", "BLOCK", 100]), undefined);
});

Deno.test("specOf() calls forgeable where callers word the errors", () => {
  const names =
    "EVAL EVALSHA EVAL_RO EVALSHA_RO FCALL FCALL_RO DEBUG JSON.GET NOSUCHCOMMAND";
  for (const name of names.split(" ")) assert(specOf(name).forgeable, name);
  for (const name of ["GET", "INCR", "MGET", "MSET", "SUBSCRIBE", "EXEC"]) {
    assertFalse(specOf(name).forgeable, name);
  }
});

Deno.test("specOf() calls a read only what may run twice unseen", () => {
  for (const name of ["GET", "MGET", "HGETALL", "LRANGE", "ZRANGE", "EXISTS"]) {
    assert(specOf(name).reads, name);
  }
  for (
    const name of ["SET", "INCR", "DEL", "EVAL", "GETSET", "GETDEL", "LPOP"]
  ) {
    assertFalse(specOf(name).reads, name);
  }
  assertFalse(specOf("NOSUCHCOMMAND").reads);
  assertFalse(specOf("JSON.GET").reads, "of a module, so nothing is known");
  assertFalse(specOf("CONSTRUCTOR").reads);
});
