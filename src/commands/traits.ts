/**
 * What a command does to its connection and to its server.
 *
 * @module
 */

import type { Argument } from "../values.ts";
import type { CommandSpec } from "./spec.ts";
import { subcommandEffect } from "./subcommands.ts";
import { wordOf } from "./words.ts";

/**
 * Why a command may not run on a connection that others use, as the second half
 * of a sentence; nothing when it may.
 */
export function reasonNotToShare(
  { row }: CommandSpec,
  args: readonly Argument[],
): string | undefined {
  if (row.connection === "counts") {
    return "it counts the writes of its own connection alone, so write and wait on the same one";
  }
  if (row.queueing === "begins") {
    return 'it begins a transaction, which executeCommands() sends whole with "atomic: true"';
  }
  if (row.connection !== undefined) return "it changes its connection";
  // Without a subcommand a container does nothing, whatever it answers.
  if (row.subcommands === undefined || args.length === 0) return undefined;
  switch (subcommandEffect(row.subcommands, wordOf(args[0]))) {
    case "none":
      return undefined;
    case "state":
    case "unmatched":
      return "this subcommand changes its connection";
    case "unknown":
      return "it is not known what this subcommand does to its connection";
  }
}

/**
 * Whether replies no longer follow commands one by one after a command, so that
 * not even a connection of its own could carry it and others.
 */
export function endsMatching(
  { row }: CommandSpec,
  args: readonly Argument[],
): boolean {
  return row.connection === "unmatched" ||
    row.subcommands?.unmatched.has(wordOf(args[0])) === true;
}

/**
 * Whether a command waits behind no other, not even of its own client: it goes
 * over a connection of its own, at once.
 */
export function goesAhead(
  { row }: CommandSpec,
  args: readonly Argument[],
): boolean {
  return row.ahead !== undefined && args.length > 0 &&
    row.ahead.has(wordOf(args[0]));
}
