/**
 * The command line: where a key lives, what moves when hosts change, who
 * answers, what each host has to do, which keys are large, and which are not
 * where they belong.
 *
 *     deno run --allow-net jsr:@rb/rb/cli top --hosts redis://10.0.0.1,redis://10.0.0.2
 *     deno run --allow-net jsr:@rb/rb/cli top --seeds redis://10.0.0.1:7000
 *
 * `--help` tells the commands, and behind a command its options and the least
 * permissions that it needs.
 *
 * @example The same from a program, with a router of its own
 * ```ts
 * import { PartitionRouter } from "@rb/rb";
 * import { runCommandLine } from "@rb/rb/cli";
 *
 * class TenantRouter extends PartitionRouter {}
 *
 * const args = ["where", "user:1", "--router", "TenantRouter"];
 * const hosts = ["--hosts", "redis://127.0.0.1:6379,redis://127.0.0.1:6380"];
 * const exitCode = await runCommandLine([...args, ...hosts], {
 *   routers: { TenantRouter },
 * });
 * console.log(exitCode); // 0
 * ```
 *
 * @module
 */

import process from "node:process";
import type { RouterClass } from "../mod.ts";
import { ROUTERS } from "./cli/cluster_source.ts";
import { COMMANDS } from "./cli/commands/mod.ts";
import { openProcessShell } from "./cli/process_shell.ts";
import { runProgram } from "./cli/program.ts";

export type { RouterClass };

/** The options of {@linkcode runCommandLine}. */
export interface CommandLineOptions {
  /**
   * Router classes of your own, by the names that `--router` and the file of
   * `--config` call them.
   *
   * @default {{}}
   */
  routers?: Readonly<Record<string, RouterClass>>;
}

/**
 * Runs a command line in this process: it prints to its outputs, and listens to
 * its signals for that long.
 *
 * @param args The arguments, the name of the command first.
 * @param options Routers of your own.
 * @returns The exit code: 0 if all is well, 1 if the answer is no (`ping`,
 * `check`), 2 if the arguments are wrong, 3 if a server failed, and from 128 on
 * that of a signal. It never rejects: what went wrong is printed.
 *
 * @example Ask who answers
 * ```ts
 * import { runCommandLine } from "@rb/rb/cli";
 *
 * const hosts = "redis://127.0.0.1:6379,redis://127.0.0.1:6380";
 * const exitCode = await runCommandLine(["ping", "--hosts", hosts]);
 * console.log(exitCode); // 0
 * ```
 */
export async function runCommandLine(
  args: readonly string[],
  options: CommandLineOptions = {},
): Promise<number> {
  const shell = openProcessShell();
  try {
    return await runProgram(args, {
      shell,
      commands: COMMANDS,
      routers: { ...ROUTERS, ...options.routers },
    });
  } finally {
    shell.close();
  }
}

if (import.meta.main) {
  // All is written by then. A read of standard input may be under way still,
  // which would keep the process until somebody types.
  process.exit(await runCommandLine(process.argv.slice(2)));
}
