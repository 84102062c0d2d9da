import { assertEquals } from "@std/assert";
import { Interruption } from "../../src/cli/shell.ts";

Deno.test("Interruption has the exit code by which shells know a signal", () => {
  const signals = [
    "SIGHUP",
    "SIGINT",
    "SIGPIPE",
    "SIGTERM",
    "SIGTSTP",
  ] as const;
  assertEquals(
    signals.map((signal) => new Interruption(signal).exitCode),
    [129, 130, 141, 143, 148],
  );
});
