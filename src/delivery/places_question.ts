/**
 * Asking a server whether it has the keys of scripts.
 *
 * @module
 */

import { positionsOf } from "../commands/keys.ts";
import type { Argument, Reply } from "../values.ts";
import { CommandExchange } from "../wire/command_exchange.ts";
import type { Command } from "./command.ts";

/**
 * Asks a server for the keys of some commands: where it does not have them, it
 * answers with an error that no script can have worded.
 *
 * @param asked The commands, and whom they belong to.
 * @param onAnswer Told what it answered for those that have keys.
 */
export function placesQuestion<T extends { readonly command: Command }>(
  asked: readonly T[],
  onAnswer: (answers: ReadonlyMap<T, Reply>) => void,
): CommandExchange | undefined {
  // Many scripts may have the same keys.
  const byKeys = new Map<string, { keys: Argument[]; ones: T[] }>();
  for (const one of asked) {
    const { spec, args } = one.command;
    const keys = positionsOf(spec, args).map((position) => args[position]);
    if (keys.length === 0) continue;
    const text = JSON.stringify(keys.map(String));
    const known = byKeys.get(text);
    if (known === undefined) byKeys.set(text, { keys, ones: [one] });
    else known.ones.push(one);
  }
  if (byKeys.size === 0) return undefined;
  const questions = [...byKeys.values()];
  const answers = new Map<T, Reply>();
  let count = 0;
  return new CommandExchange(
    questions.map(({ keys }) => ["EXISTS", ...keys]),
    (reply) => {
      for (const one of questions[count++].ones) answers.set(one, reply);
      if (count === questions.length) onAnswer(answers);
    },
  );
}
