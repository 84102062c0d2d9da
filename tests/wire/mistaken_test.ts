import { assertEquals, assertStringIncludes } from "@std/assert";
import { CommandError } from "../../src/errors.ts";
import { asNode, asSentinel } from "../../src/wire/mistaken.ts";

Deno.test("asNode() and asSentinel() name the option that is right, and keep the rest", () => {
  const moved = new CommandError("MOVED 1 10.0.0.1:7000");
  moved.outcome = "not-sent";
  moved.cause = "why";
  const unknown = new CommandError("ERR unknown command 'GET', with args: ");
  for (
    const [error, explained, option] of [
      [moved, asNode(moved), "option seeds"],
      [unknown, asSentinel(unknown), "option sentinels"],
    ] as const
  ) {
    assertStringIncludes(explained.message, error.message.slice(0, 20));
    assertStringIncludes(explained.message, option);
    assertEquals(
      [explained.code, explained.outcome, explained.cause],
      [error.code, error.outcome, error.cause],
    );
  }
});

Deno.test("asSentinel() leaves all other errors as they are", () => {
  const other = new CommandError("ERR value is not an integer");
  assertEquals(asSentinel(other), other);
});
