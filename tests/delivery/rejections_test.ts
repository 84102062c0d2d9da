import { assertEquals } from "@std/assert";
import { specOf } from "../../src/commands/table.ts";
import { Command, type Settler } from "../../src/delivery/command.ts";
import {
  departures,
  type Rejecter,
  rejections,
} from "../../src/delivery/rejections.ts";
import { Run } from "../../src/delivery/run.ts";
import { CommandError } from "../../src/errors.ts";

const INCR = specOf("INCR").form();

/** What is told, in order. */
class Log implements Rejecter {
  readonly lines: string[] = [];

  settler(key: string): Settler {
    return {
      resolve: () => {},
      reject: (reason) => void this.lines.push(`${key}: ${reason}`),
    };
  }

  command(key: string): Command {
    return new Command(INCR, [key], this.settler(key));
  }

  reject({ args: [key] }: Command, reason: unknown): void {
    this.lines.push(`reject ${key}: ${reason}`);
  }

  refuse({ args: [key] }: Command, { message }: CommandError): void {
    this.lines.push(`refuse ${key}: ${message}`);
  }

  failed(reason: unknown): void {
    this.lines.push(`failed: ${reason}`);
  }

  told(): void {
    this.lines.push("told");
  }
}

/** Takes all steps. */
function all(steps: Iterator<void>): number {
  let count = 0;
  while (!steps.next().done) count++;
  return count;
}

Deno.test("rejections() tells each command by itself whether it was sent, and whether it may have run", () => {
  const log = new Log();
  const run = new Run({ form: INCR, argCount: 1, flags: 0 }, false);
  for (const key of ["a", "b", "c", "d"]) run.push(log.settler(key), key);
  const rest = [{ run, from: 1, sent: 3, doubted: 2 }];
  const steps = rejections(
    log,
    { refused: [], rest },
    ({ name, mayHaveRun, count }, sent) =>
      `${name} ${count} ${sent} ${mayHaveRun}`,
  );
  assertEquals(all(steps), 3);
  assertEquals(log.lines, [
    ...["failed: INCR 1 true true", "b: INCR 1 true true", "told"],
    ...["failed: INCR 1 true false", "c: INCR 1 true false", "told"],
    ...["failed: INCR 1 false false", "d: INCR 1 false false", "told"],
  ]);
});

Deno.test("rejections() gives those their own error that were refused, unless they were merged", () => {
  const log = new Log();
  const error = new CommandError("LOADING");
  const refused = [
    { command: log.command("a"), progress: "refused", error },
    { command: log.command("b"), progress: "refused", error, wayOut: "apart" },
  ] as const;
  const steps = rejections(
    log,
    { refused, rest: [] },
    (_, __, own) => own ?? "too late",
  );
  assertEquals(all(steps), 2);
  assertEquals(log.lines, ["refuse a: LOADING", "reject b: too late"]);
});

Deno.test("departures() asks others first", () => {
  const log = new Log();
  const leaving = [
    { command: log.command("a"), progress: "sent" },
    { command: log.command("b"), progress: "unsent" },
  ] as const;
  const refuge = {
    groupOf: undefined,
    take: ({ args: [key] }: Command) => key === "a",
  };
  all(departures(log, { leaving, refuge }, (_, sent) => `sent: ${sent}`));
  assertEquals(log.lines, [
    "told",
    "failed: sent: false",
    "b: sent: false",
    "told",
  ]);
});
