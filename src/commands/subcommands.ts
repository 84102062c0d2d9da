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
 */
export function subcommands(harmless: string, stateful = ""): Subcommands {
  return {
    harmless: new Set(`HELP ${harmless}`.split(" ")),
    stateful: new Set(stateful.split(" ")),
  };
}

/** What a subcommand does to its connection. */
export type SubcommandEffect = "none" | "state" | "unknown";

/**
 * What a subcommand does to its connection. One that is not listed may do
 * anything.
 *
 * @param subcommands Those of its container.
 * @param subcommand The first argument as a word, in capitals.
 */
export function subcommandEffect(
  { harmless, stateful }: Subcommands,
  subcommand: string,
): SubcommandEffect {
  if (harmless.has(subcommand)) return "none";
  return stateful.has(subcommand) ? "state" : "unknown";
}
