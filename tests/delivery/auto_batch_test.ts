import { assertEquals } from "@std/assert";
import { specOf } from "../../src/commands/table.ts";
import {
  MAX_MERGED_GETS,
  MAX_MERGED_SETS,
  mergingOf,
} from "../../src/delivery/run.ts";
import { Batch } from "../../src/delivery/batch.ts";
import { type CommandFlags, flagBits } from "../../src/delivery/command.ts";
import type { Argument } from "../../src/values.ts";
import { Encoder } from "../../src/wire/resp/encoder.ts";

interface Issued {
  readonly name: string;
  readonly args: readonly Argument[];
  readonly flags?: CommandFlags;
}

function command(name: string, ...args: Argument[]): Issued {
  return { name, args };
}

const GET = command("GET", "key");
const SET = command("SET", "key", "value");
const BYTES = { returnUint8Arrays: true };
const NOBODY = { resolve() {}, reject() {} };

/** The names of the commands that leave, and how many arguments each has. */
function frames(commands: readonly Issued[], autoBatch = true): string[] {
  const batch = new Batch({
    hostId: 0,
    autoBatch,
    deadline: Infinity,
    onSettled: () => {},
  });
  for (const { name, args, flags } of commands) {
    batch.add(specOf(name).form(), args, NOBODY, flagBits(flags), 0);
  }
  batch.seal();
  const encoder = new Encoder();
  batch.encode(encoder, Infinity);
  const text = new TextDecoder().decode(encoder.bytes());
  const heads = text.matchAll(/\*(\d+)\r\n\$\d+\r\n(\w+)\r\n/g);
  return [...heads].map(([, words, name]) => `${name} ${Number(words) - 1}`);
}

Deno.test("Batch merges neighbours of the same kind", () => {
  assertEquals(frames([GET, GET, GET]), ["MGET 3"]);
  assertEquals(frames([SET, SET]), ["MSET 4"]);
  assertEquals(frames([GET, GET, SET, SET, SET, GET]), [
    "MGET 2",
    "MSET 6",
    "MGET 1",
  ]);
});

Deno.test("Batch makes an MGET of a lone GET, and leaves a lone SET a SET", () => {
  assertEquals(frames([GET]), ["MGET 1"]);
  assertEquals(frames([SET]), ["SET 2"]);
});

Deno.test("Batch never changes the order of commands", () => {
  assertEquals(frames([GET, SET, GET, SET]), [
    "MGET 1",
    "SET 2",
    "MGET 1",
    "SET 2",
  ]);
  assertEquals(frames([GET, command("INCR", "key"), GET]), [
    "MGET 1",
    "INCR 1",
    "MGET 1",
  ]);
});

Deno.test("Batch merges nothing where merging is off", () => {
  assertEquals(frames([GET, GET, SET, SET], false), [
    "GET 1",
    "GET 1",
    "SET 2",
    "SET 2",
  ]);
});

Deno.test("Batch sends what cannot be merged as it is", () => {
  const commands = [
    command("INCR", "key"),
    command("GET"),
    command("GET", "a", "b"),
    command("SET", "key"),
    command("MGET", "a"),
  ];
  assertEquals(frames(commands), [
    "INCR 1",
    "GET 0",
    "GET 2",
    "SET 1",
    "MGET 1",
  ]);
});

Deno.test("Batch leaves a SET with options alone", () => {
  const withOptions = command("SET", "key", "value", "EX", 100);
  assertEquals(frames([SET, withOptions, SET, SET]), [
    "SET 2",
    "SET 4",
    "MSET 4",
  ]);
});

Deno.test("Batch keeps commands of text and of bytes apart", () => {
  const get = { ...GET, flags: BYTES };
  assertEquals(frames([GET, GET, get, get, get, GET]), [
    "MGET 2",
    "MGET 3",
    "MGET 1",
  ]);
  const set = { ...SET, flags: BYTES };
  assertEquals(frames([SET, SET, set, set, set]), ["MSET 4", "MSET 6"]);
});

Deno.test("Batch bounds how many commands become one", () => {
  const gets = Array(2 * MAX_MERGED_GETS + 5).fill(GET);
  assertEquals(frames(gets), [
    `MGET ${MAX_MERGED_GETS}`,
    `MGET ${MAX_MERGED_GETS}`,
    "MGET 5",
  ]);
  const sets = Array(2 * MAX_MERGED_SETS + 5).fill(SET);
  assertEquals(frames(sets), [
    `MSET ${2 * MAX_MERGED_SETS}`,
    `MSET ${2 * MAX_MERGED_SETS}`,
    "MSET 10",
  ]);
});

Deno.test("Batch bounds how many bytes one MSET has", () => {
  const large = command("SET", "key", new Uint8Array(140_000));
  assertEquals(frames([large, large, large, large]), ["MSET 4", "MSET 4"]);
  const text = command("SET", "key", "x".repeat(270_000));
  assertEquals(frames([text, text]), ["SET 2", "SET 2"]);
  const longKey = command("SET", "k".repeat(140_000), "value");
  assertEquals(frames(Array(4).fill(longKey)), ["MSET 4", "MSET 4"]);
});

Deno.test("mergingOf() names what neighbours become", () => {
  assertEquals(mergingOf(specOf("GET"), 1)?.as, "MGET");
  assertEquals(mergingOf(specOf("SET"), 2)?.as, "MSET");
  for (
    const [name, argCount] of [["GET", 2], ["SET", 4], ["INCR", 1]] as const
  ) {
    assertEquals(mergingOf(specOf(name), argCount), undefined);
  }
});
