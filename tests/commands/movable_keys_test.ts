import { assertEquals, assertThrows } from "@std/assert";
import { UnroutableCommandError } from "../../src/errors.ts";
import { keyPositions } from "../../src/topology/mod.ts";

/** The keys of a command that is written on one line; `""` is an empty text. */
function keysOf(line: string): string[] {
  const [command, ...args] = line.split(" ")
    .map((word) => word === '""' ? "" : word);
  return keyPositions(command, args).map((position) => args[position]);
}

function assertKeys(vectors: Record<string, string[]>): void {
  for (const [line, keys] of Object.entries(vectors)) {
    assertEquals(keysOf(line), keys, line);
  }
}

Deno.test("keyPositions() takes no argument of an option for a word", () => {
  assertKeys({
    "SORT a LIMIT 0 STORE STORE b": ["a", "b"],
    "SORT a BY STORE STORE b": ["a", "b"],
    "SORT a GET STORE STORE b": ["a", "b"],
    "SORT a GET # GET STORE ALPHA DESC STORE b": ["a", "b"],
    "SORT a BY STORE": ["a"],
    "XREADGROUP GROUP g STREAMS STREAMS a >": ["a"],
    "XREADGROUP GROUP STREAMS c STREAMS a b > >": ["a", "b"],
    "XREADGROUP GROUP g c CLAIM STREAMS STREAMS a >": ["a"],
    "XREAD COUNT STREAMS BLOCK STREAMS STREAMS a 0": ["a"],
    'MIGRATE h 1 "" 0 9 AUTH KEYS KEYS a b': ["a", "b"],
    'MIGRATE h 1 "" 0 9 AUTH2 KEYS KEYS KEYS a': ["a"],
    'MIGRATE h 1 "" 0 9 COPY AUTH2 u KEYS KEYS a b': ["a", "b"],
    "MIGRATE h 1 a 0 9 AUTH KEYS": ["a"],
  });
});

Deno.test("keyPositions() takes the last of several destinations of SORT", () => {
  assertKeys({
    "SORT a STORE b": ["a", "b"],
    "SORT a STORE b STORE c": ["a", "c"],
    "SORT a STORE STORE STORE c": ["a", "c"],
    "SORT a store b limit 0 1 store c": ["a", "c"],
    "SORT STORE BY x": ["STORE"],
    "SORT STORE STORE b": ["STORE", "b"],
    "SORT a STORE": ["a"],
    "SORT_RO a BY b GET c": ["a"],
  });
});

Deno.test("keyPositions() finds every destination of GEORADIUS", () => {
  assertKeys({
    "GEORADIUS a 1 2 3 km": ["a"],
    "GEORADIUS a 1 2 3 km STORE b": ["a", "b"],
    "GEORADIUS a 1 2 3 km COUNT 5 STOREDIST b": ["a", "b"],
    "GEORADIUS a 1 2 3 km STORE STORE STOREDIST b": ["a", "STORE", "b"],
    "GEORADIUSBYMEMBER a m 3 km STORE b": ["a", "b"],
    "GEORADIUSBYMEMBER a STORE 3 km": ["a"],
    "GEORADIUSBYMEMBER a m 3 km STORE": ["a"],
  });
});

Deno.test("keyPositions() counts a value for each key of MSETEX", () => {
  assertKeys({
    "MSETEX 1 a 1": ["a"],
    "MSETEX 2 a b c d EX 5": ["a", "c"],
    "MSETEX 0": [],
  });
  for (const line of ["MSETEX 2 a 1 b", "MSETEX 1 a", "MSETEX 3 a 1 b 2 EX"]) {
    assertThrows(
      () => keysOf(line),
      UnroutableCommandError,
      "it announces more keys than it has arguments",
    );
  }
});

Deno.test("keyPositions() names no key that is missing", () => {
  for (
    const command of [
      "GET",
      "MGET",
      "SORT",
      "SORT_RO",
      "GEORADIUS",
      "MIGRATE",
      "JSON.GET",
      "TS.CREATERULE",
      "GRAPH.CONSTRAINT",
      "DEBUG OBJECT",
      "OBJECT ENCODING",
    ]
  ) assertEquals(keyPositions(command, []), [], command);
  assertEquals(keysOf("TS.CREATERULE a"), ["a"]);
  assertEquals(keysOf("JSON.DEBUG MEMORY"), []);
});

Deno.test("keyPositions() knows the subcommands of modules and of DEBUG", () => {
  assertKeys({
    "TS.DELETERULE a b": ["a", "b"],
    "TS.MGET FILTER x=y": [],
    "TS.MREVRANGE - + FILTER x=y": [],
    "TS.QUERYINDEX x=y": [],
    "GRAPH.CONSTRAINT CREATE a UNIQUE NODE x PROPERTIES 1 y": ["a"],
    "GRAPH.COPY a b": ["a", "b"],
    "GRAPH.MEMORY USAGE a": ["a"],
    "GRAPH.MEMORY HELP a": [],
    "GRAPH.CONFIG GET x": [],
    "GRAPH.INFO x": [],
    "JSON.DEBUG HELP": [],
    "JSON.DEBUG memory a": ["a"],
    "AI.CONFIG x": [],
    "AI.INFO x": [],
    "AI.TENSORGET a": ["a"],
    "CL.THROTTLE a 1 2 3": ["a"],
    "FT.SUGGET a text": ["a"],
    "FT.CREATE index": [],
    "DEBUG OBJECT a": ["a"],
    "DEBUG SDSLEN a": ["a"],
    "DEBUG LISTPACK a": ["a"],
    "DEBUG ZIPLIST a": ["a"],
    "DEBUG HTSTATS-KEY a": ["a"],
    "DEBUG DIGEST-VALUE a b c": ["a", "b", "c"],
    "DEBUG DIGEST": [],
    "DEBUG JMAP": [],
  });
});
