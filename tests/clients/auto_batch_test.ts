import { assertEquals } from "@std/assert";
import {
  MAX_MERGED,
  mergeableRun as mergeableRunOf,
  MERGED_NAME,
} from "../../src/clients/auto_batch.ts";
import { Command } from "../../src/clients/command.ts";
import { CommandTable } from "../../src/clients/command_table.ts";
import type { Argument } from "../../src/values.ts";

/** What merging looks at in a command. */
interface Mergeable {
  name: string;
  args: Argument[];
  bytes: boolean;
}

function command(name: string, ...args: Argument[]): Mergeable {
  return { name, args, bytes: false };
}

const NOBODY = { resolve() {}, reject() {} };

function mergeableRun(commands: Mergeable[], start: number): number {
  const table = new CommandTable();
  for (const { name, args, bytes } of commands) {
    const flags = { returnUint8Arrays: bytes };
    table.push(new Command(name, args, NOBODY, flags));
  }
  return mergeableRunOf(table, start);
}

const GET = command("GET", "key");
const SET = command("SET", "key", "value");

/** The lengths of all runs of a sequence; 1 for what travels as it is. */
function runs(commands: Mergeable[]): number[] {
  const lengths: number[] = [];
  for (let at = 0; at < commands.length;) {
    const length = Math.max(1, mergeableRun(commands, at));
    lengths.push(length);
    at += length;
  }
  return lengths;
}

Deno.test("mergeableRun() merges neighbours of the same kind", () => {
  assertEquals(runs([GET, GET, GET]), [3]);
  assertEquals(runs([SET, SET]), [2]);
  assertEquals(runs([GET, GET, SET, SET, SET, GET]), [2, 3, 1]);
});

Deno.test("mergeableRun() never changes the order of commands", () => {
  assertEquals(runs([GET, SET, GET, SET]), [1, 1, 1, 1]);
  assertEquals(runs([GET, command("INCR", "key"), GET]), [1, 1, 1]);
});

Deno.test("mergeableRun() counts a lone GET, so that it becomes an MGET", () => {
  assertEquals(mergeableRun([GET], 0), 1);
  assertEquals(mergeableRun([SET, GET], 1), 1);
});

Deno.test("mergeableRun() is 0 for what cannot be merged", () => {
  assertEquals(mergeableRun([command("INCR", "key")], 0), 0);
  assertEquals(mergeableRun([command("GET")], 0), 0);
  assertEquals(mergeableRun([command("GET", "a", "b")], 0), 0);
  assertEquals(mergeableRun([command("SET", "key")], 0), 0);
  assertEquals(mergeableRun([command("MGET", "a"), GET], 0), 0);
});

Deno.test("mergeableRun() leaves a SET with options alone", () => {
  const withOptions = command("SET", "key", "value", "EX", 100);
  assertEquals(mergeableRun([withOptions], 0), 0);
  assertEquals(runs([SET, withOptions, SET, SET]), [1, 1, 2]);
});

Deno.test("mergeableRun() keeps GETs of text and of bytes apart", () => {
  const bytes = { ...GET, bytes: true };
  assertEquals(runs([GET, GET, bytes, bytes, bytes, GET]), [2, 3, 1]);
});

Deno.test("mergeableRun() keeps SETs of text and of bytes apart", () => {
  const bytes = { ...SET, bytes: true };
  assertEquals(runs([SET, bytes, bytes, SET]), [1, 2, 1]);
});

Deno.test("mergeableRun() is bounded in commands", () => {
  const count = 2 * MAX_MERGED + 5;
  assertEquals(runs(Array(count).fill(GET)), [MAX_MERGED, MAX_MERGED, 5]);
  assertEquals(runs(Array(count).fill(SET)), [MAX_MERGED, MAX_MERGED, 5]);
});

Deno.test("mergeableRun() is bounded in bytes of values", () => {
  const large = command("SET", "key", new Uint8Array(40_000));
  assertEquals(runs([large, large, large, large]), [2, 2]);
  const text = command("SET", "key", "x".repeat(70_000));
  assertEquals(runs([text, text]), [1, 1]);
});

Deno.test("MERGED_NAME names what a run becomes", () => {
  assertEquals(MERGED_NAME, { GET: "MGET", SET: "MSET" });
});
