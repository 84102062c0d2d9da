/**
 * One run of the suite on one runtime.
 *
 * @module
 */

import { openStage } from "./stage.ts";

/** A runtime and how it runs the suite. */
export interface Program {
  /** What it is. */
  readonly name: string;
  /** Its program, and what comes before all other arguments. */
  readonly command: readonly string[];
  /** The further arguments. */
  readonly args: readonly string[];
}

/** Milliseconds that a run may take. */
const TIMEOUT = 60_000;

/** Milliseconds in which a program with nothing left to do has to end. */
const GRACE = 10_000;

/** The last line of a suite. */
const IDLE = "idle";

/**
 * Runs the suite against servers of its own and prints what it prints.
 *
 * @returns Whether every check passed and the program then ended by itself.
 */
export async function runSuite(program: Program): Promise<boolean> {
  console.log(`${program.name} ${await versionOf(program)}`);
  await using opened = await openStage();
  const [path, ...first] = program.command;
  const child = new Deno.Command(path, {
    args: [...first, ...program.args],
    env: {
      RB_STAGE: JSON.stringify(opened.stage),
      NO_COLOR: "1",
      // Bun would keep what it made of files that are soon gone.
      BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const problems: string[] = [];
  const give = (problem: string) => {
    problems.push(problem);
    child.kill("SIGKILL");
  };
  let limit = setTimeout(
    () => give(`It took more than ${TIMEOUT / 1_000} seconds`),
    TIMEOUT,
  );
  let last = "";
  const printing = Promise.all([
    eachLine(child.stdout, (line) => {
      console.log(`  ${line}`);
      last = line;
      if (line !== IDLE) return;
      clearTimeout(limit);
      limit = setTimeout(
        () => give("It had nothing left to do and did not end"),
        GRACE,
      );
    }),
    eachLine(child.stderr, (line) => console.log(`  ${line}`)),
  ]);
  const { code } = await child.status;
  clearTimeout(limit);
  await printing;
  if (last !== IDLE) problems.push("It did not come to its end");
  else if (code !== 0) problems.push(`It ended with ${code}`);
  for (const problem of problems) console.log(`  ${problem}`);
  return problems.length === 0;
}

async function versionOf({ command: [path] }: Program): Promise<string> {
  const { stdout } = await new Deno.Command(path, { args: ["--version"] })
    .output();
  return /\d+\.\d+\.\d+/.exec(new TextDecoder().decode(stdout))?.[0] ?? "?";
}

async function eachLine(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onLine: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(onLine);
  }
  if (rest !== "") onLine(rest);
}
