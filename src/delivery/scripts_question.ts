/**
 * Asking a server which scripts it has.
 *
 * @module
 */

import type { Reply } from "../values.ts";
import { CommandExchange } from "../wire/command_exchange.ts";

/**
 * Asks a server which of some scripts it lacks: what an error reply says may be
 * the word of a script.
 *
 * @param hashes The hashes of the scripts.
 * @param onAnswer Told which of them it says it does not have; none if it does
 * not say.
 */
export function scriptsQuestion(
  hashes: readonly string[],
  onAnswer: (lacking: ReadonlySet<string>) => void,
): CommandExchange {
  return new CommandExchange([["SCRIPT", "EXISTS", ...hashes]], (reply) => {
    onAnswer(new Set(hashes.filter((_, index) => isMissing(reply, index))));
  });
}

function isMissing(reply: Reply, index: number): boolean {
  return Array.isArray(reply) && reply[index] === 0;
}
