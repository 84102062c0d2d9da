import { assertEquals } from "@std/assert";
import { specOf } from "../../src/commands/table.ts";
import {
  MAX_MERGED_GETS,
  MAX_MERGED_SETS,
  Run,
} from "../../src/delivery/run.ts";

/** How many commands with so many arguments a run takes. */
function lengthOfFull(name: string, argCount: number): number {
  const run = new Run({ form: specOf(name).form(), argCount, flags: 0 }, false);
  const args = Array(argCount).fill("a");
  while (!run.full) run.push(undefined, args);
  return run.length;
}

Deno.test("Run is full before its list of arguments is long", () => {
  assertEquals(lengthOfFull("HGET", 2), MAX_MERGED_GETS);
  assertEquals(lengthOfFull("SETEX", 8), MAX_MERGED_GETS);
  // Twice as many as have room beside each other.
  assertEquals(lengthOfFull("HSET", 17) * 17 < 2 * MAX_MERGED_SETS + 17, true);
  assertEquals(lengthOfFull("HSET", 20_001), 1);
});
