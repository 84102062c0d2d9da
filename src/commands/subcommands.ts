/**
 * Container commands: what their subcommands do to the connection they run on.
 *
 * @module
 */

import type { Subcommands } from "./spec.ts";

/**
 * The subcommands of one container, as Redis 6.2 to 8 and Valkey have them.
 *
 * @param harmless Those that leave the connection as it is; `HELP` is one.
 * @param stateful Those that change what it means for the commands behind them.
 * @param unmatched Those after which replies no longer follow commands.
 */
export function subcommands(
  harmless: string,
  stateful = "",
  unmatched = "",
): Subcommands {
  return {
    harmless: new Set(`HELP ${harmless}`.split(" ")),
    stateful: wordsOf(stateful),
    unmatched: wordsOf(unmatched),
  };
}

/** Words apart from each other; what has none stands for none, not for "". */
function wordsOf(text: string): Set<string> {
  return new Set(text.split(" ").filter((word) => word !== ""));
}

/** What a subcommand does to its connection. */
export type SubcommandEffect = "none" | "state" | "unmatched" | "unknown";

/**
 * What a subcommand does to its connection. One that is not listed may do
 * anything.
 *
 * @param subcommands Those of its container.
 * @param subcommand The first argument as a word, in capitals.
 */
export function subcommandEffect(
  { harmless, stateful, unmatched }: Subcommands,
  subcommand: string,
): SubcommandEffect {
  if (harmless.has(subcommand)) return "none";
  if (stateful.has(subcommand)) return "state";
  return unmatched.has(subcommand) ? "unmatched" : "unknown";
}
