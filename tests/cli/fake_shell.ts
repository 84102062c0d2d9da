/**
 * A shell that a test looks into.
 *
 * @module
 */

import { ROUTERS } from "../../src/cli/cluster_source.ts";
import { COMMANDS } from "../../src/cli/commands/mod.ts";
import { runProgram } from "../../src/cli/program.ts";
import type { Output, Shell } from "../../src/cli/shell.ts";

/** An output that keeps what was written. */
export class FakeOutput implements Output {
  text = "";
  readonly isTerminal: boolean;
  readonly hasColor: boolean;
  readonly columns: number;
  readonly rows: number;

  constructor(
    { isTerminal = false, hasColor = isTerminal, columns = 80, rows = 24 }:
      Partial<Omit<Output, "write" | "drained">> = {},
  ) {
    this.isTerminal = isTerminal;
    this.hasColor = hasColor;
    this.columns = columns;
    this.rows = rows;
  }

  write(text: string): void {
    this.text += text;
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }
}

/** The same text with a letter that can be seen where an escape code begins. */
export function visible(text: string): string {
  return text.replaceAll("\x1b", "␛");
}

/** What a fake shell is made of. */
export interface FakeShellOptions {
  readonly out?: FakeOutput;
  readonly err?: FakeOutput;
  readonly signal?: AbortSignal;
  /** The text of standard input, in pieces. */
  readonly input?: readonly string[];
  /** Texts by their paths. */
  readonly files?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
}

/** A shell with outputs to look into. */
export interface FakeShell extends Shell {
  readonly out: FakeOutput;
  readonly err: FakeOutput;
}

export function fakeShell(
  {
    out = new FakeOutput(),
    err = new FakeOutput(),
    signal = new AbortController().signal,
    input = [],
    files = {},
    variables = {},
  }: FakeShellOptions = {},
): FakeShell {
  return {
    out,
    err,
    signal,
    async *input() {
      yield* input;
    },
    readFile: (path) =>
      path in files
        ? Promise.resolve(files[path])
        : Promise.reject(new Error("No such file")),
    variable: (name) => variables[name],
  };
}

/** What a command line has come to. */
export interface Ended {
  readonly code: number;
  /** What it printed, as it was. */
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process, with all its commands. */
export async function runLine(
  args: readonly string[],
  options: FakeShellOptions = {},
): Promise<Ended> {
  const shell = fakeShell(options);
  const code = await runProgram(args, {
    shell,
    commands: COMMANDS,
    routers: ROUTERS,
  });
  return { code, out: shell.out.text, err: shell.err.text };
}
