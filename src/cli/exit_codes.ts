/**
 * How a command line ends, and what it says then.
 *
 * @module
 */

import { Interruption } from "./shell.ts";

/** The exit codes; those of signals are 128 and their number. */
export const EXIT = {
  /** All is well. */
  ok: 0,
  /** The answer is no: a host does not answer, a key is in the wrong place. */
  no: 1,
  /** The arguments, or the file with the options, cannot be understood. */
  usage: 2,
  /** A server failed, or refused a command. */
  failure: 3,
} as const;

/** What they mean, for the help. */
export const EXIT_HELP: readonly [codes: string, meaning: string][] = [
  ["0", "all is well"],
  ["1", "the answer is no: of ping, check and reshard"],
  ["2", "the arguments, or the file with the options, are wrong"],
  ["3", "a server failed, or refused a command"],
  ["129…143", "ended by a signal: 130 by Ctrl-C, 141 as nobody reads on"],
];

/** Something is wrong with the arguments, or with a file that they name. */
export class UsageError extends Error {
  /** The name of the class. */
  override name = "UsageError";
}

/** The exit code for what went wrong. */
export function exitCodeOf(reason: unknown): number {
  if (reason instanceof Interruption) return reason.exitCode;
  return reason instanceof UsageError ? EXIT.usage : EXIT.failure;
}

/**
 * What went wrong, a line for each reason; those that several hosts share stand
 * once.
 */
export function describeFailure(reason: unknown): string[] {
  if (reason instanceof Interruption) return [];
  if (reason instanceof AggregateError) {
    const lines = reason.errors.flatMap(describeFailure);
    return [messageOf(reason), ...new Set(lines.map((line) => `  ${line}`))];
  }
  return [messageOf(reason)];
}

/** The text of an error, in one line. */
export function messageOf(reason: unknown): string {
  const text = reason instanceof Error ? reason.message : String(reason);
  return text.replace(/\s*\n\s*/g, " ");
}
