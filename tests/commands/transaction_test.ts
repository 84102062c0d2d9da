import { assertEquals, assertThrows } from "@std/assert";
import { positionsOf } from "../../src/commands/keys.ts";
import type { Step } from "../../src/commands/spec.ts";
import { specOf } from "../../src/commands/table.ts";
import { seenKeys, transactionCall } from "../../src/commands/transaction.ts";
import { UnroutableCommandError } from "../../src/errors.ts";
import type { Argument } from "../../src/values.ts";

const step = (name: string, ...args: Argument[]): Step => ({
  form: specOf(name).form(),
  args,
});

/** The keys of a transaction. */
function keysOf(...steps: Step[]): Argument[] {
  const { form, args } = transactionCall(steps);
  return positionsOf(form.command, args).map((position) => args[position]);
}

Deno.test("transactionCall() has the arguments and the keys of all its commands", () => {
  const steps = [
    step("SET", "a", 1),
    step("MGET", "b", "c"),
    step("EVAL", "", 1, "d", "x"),
  ];
  const { form, args } = transactionCall(steps);
  assertEquals(args, ["a", 1, "b", "c", "", 1, "d", "x"]);
  assertEquals(keysOf(...steps), ["a", "b", "c", "d"]);
  assertEquals([form.name, form.steps, form.frames], ["EXEC", steps, 5]);
  assertEquals(steps[0].form.frames, 1);
});

Deno.test("transactionCall() is about any key if one of its commands may be", () => {
  assertEquals(keysOf(step("SET", "a", 1), step("FLUSHDB")), []);
  assertThrows(
    () => keysOf(step("SET", "a", 1), step("NOSUCH", "b")),
    UnroutableCommandError,
  );
});

Deno.test("transactionCall() only reads if all of its commands do", () => {
  const reads = (...steps: Step[]) => transactionCall(steps).form.command.reads;
  assertEquals(reads(step("GET", "a"), step("TTL", "a")), true);
  assertEquals(reads(step("GET", "a"), step("INCR", "a")), false);
});

Deno.test("seenKeys() has the keys that can be seen, and says whether these are all", () => {
  const seen = (name: string, ...args: Argument[]) =>
    seenKeys(specOf(name).form(), args);
  assertEquals(seen("SET", "a", 1), { keys: ["a"], areAll: true });
  assertEquals(seen("PUBLISH", "a", "b"), { keys: [], areAll: true });
  assertEquals(seen("EVAL", "script", 0, "a"), { keys: [], areAll: false });
  assertEquals(seen("EVAL", "script", 1, "a"), { keys: ["a"], areAll: true });
  assertEquals(seen("FOO.BAR", "a"), { keys: [], areAll: false });
  assertEquals(seen("SINTERCARD", "x", "a"), { keys: [], areAll: false });
  const steps = [step("GET", "a"), step("PING"), step("MGET", "b", "c")];
  const { form, args } = transactionCall(steps);
  assertEquals(seenKeys(form, args), { keys: ["a", "b", "c"], areAll: true });
  const other = transactionCall([step("FOO.BAR", "a"), step("GET", "b")]);
  assertEquals(seenKeys(other.form, other.args), {
    keys: ["b"],
    areAll: false,
  });
});
