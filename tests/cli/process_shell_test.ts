import { assert, assertEquals } from "@std/assert";
import process from "node:process";
import { openProcessShell } from "../../src/cli/process_shell.ts";
import { Interruption } from "../../src/cli/shell.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGTSTP"] as const;

function listeners(): number {
  return SIGNALS.reduce((sum, name) => sum + process.listenerCount(name), 0);
}

Deno.test("openProcessShell() ends the work at the first signal, and leaves the second one alone", () => {
  const before = listeners();
  for (const name of SIGNALS) {
    const shell = openProcessShell();
    assertEquals(listeners(), before + SIGNALS.length);
    assertEquals(shell.signal.aborted, false);
    process.emit(name);
    assert(shell.signal.reason instanceof Interruption);
    assertEquals(shell.signal.reason.signal, name);
    assertEquals(listeners(), before);
    shell.close();
  }
});

Deno.test("openProcessShell() listens no longer than it is open", () => {
  const before = listeners();
  const shell = openProcessShell();
  shell.close();
  shell.close();
  assertEquals(listeners(), before);
});

Deno.test("openProcessShell() reads files and variables of the process", async () => {
  const shell = openProcessShell();
  shell.close();
  const path = new URL(import.meta.url).pathname;
  assertEquals(await shell.readFile(path), await Deno.readTextFile(path));
  assertEquals(shell.variable("PATH"), Deno.env.get("PATH"));
  assertEquals(shell.variable("RB_NOT_SET"), undefined);
  assertEquals([shell.out.columns > 0, shell.out.rows > 0], [true, true]);
  await shell.out.drained();
});
