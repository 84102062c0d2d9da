import { assertEquals } from "@std/assert";
import {
  describeFailure,
  exitCodeOf,
  messageOf,
  UsageError,
} from "../../src/cli/exit_codes.ts";
import { Interruption } from "../../src/cli/shell.ts";

Deno.test("exitCodeOf() tells a wrong call, a signal and all others apart", () => {
  assertEquals(
    [
      new UsageError("a"),
      new Interruption("SIGINT"),
      new Error("b"),
      new AggregateError([], "c"),
      "d",
    ].map(exitCodeOf),
    [2, 130, 3, 3, 3],
  );
});

Deno.test("describeFailure() says once what several hosts share", () => {
  const errors = ["down", "full", "down"].map((text) => new Error(text));
  assertEquals(describeFailure(new AggregateError(errors, "3 failed")), [
    "3 failed",
    "  down",
    "  full",
  ]);
  assertEquals(describeFailure(new Interruption("SIGTERM")), []);
});

Deno.test("messageOf() gives one line", () => {
  assertEquals(messageOf(new Error("one\n  two")), "one two");
  assertEquals(messageOf("text"), "text");
});
