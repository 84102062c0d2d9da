/**
 * Asking a server whether it has the keys of scripts.
 *
 * @module
 */

import { positionsOf } from "../commands/keys.ts";
import { type Argument, type Key, keyText, type Reply } from "../values.ts";
import { CommandExchange } from "../wire/command_exchange.ts";
import type { Command } from "./command.ts";

/** A command whose server may not have its keys. */
export interface Astray {
  /** The command. */
  readonly command: Command;
  /**
   * Whether it came behind an ASKING, without which its server takes none.
   *
   * @default {false}
   */
  readonly isAsking?: boolean;
}

/**
 * Asks a server for the keys of some commands: where it does not have them, it
 * answers with an error that no script can have worded.
 *
 * @param asked The commands, and whom they belong to.
 * @param onAnswer Told what it answered for those that have keys.
 */
export function placesQuestion<T extends Astray>(
  asked: readonly T[],
  onAnswer: (answers: ReadonlyMap<T, Reply>) => void,
): CommandExchange | undefined {
  // Many scripts may have the same keys.
  const byKeys = new Map<string, { words: Argument[]; ones: T[] }>();
  for (const one of asked) {
    const { spec, args } = one.command;
    const keys = positionsOf(spec, args).map((position) => args[position]);
    if (keys.length === 0) continue;
    const { isAsking = false } = one;
    const text = JSON.stringify([isAsking, ...keys.map(textOf)]);
    const known = byKeys.get(text);
    if (known !== undefined) {
      known.ones.push(one);
      continue;
    }
    // The reply to ASKING goes to nobody.
    if (isAsking) byKeys.set(`ASKING ${text}`, { words: ["ASKING"], ones: [] });
    byKeys.set(text, { words: ["EXISTS", ...keys], ones: [one] });
  }
  if (byKeys.size === 0) return undefined;
  const questions = [...byKeys.values()];
  const answers = new Map<T, Reply>();
  let count = 0;
  return new CommandExchange(
    questions.map(({ words }) => words),
    (reply) => {
      for (const one of questions[count++].ones) answers.set(one, reply);
      if (count === questions.length) onAnswer(answers);
    },
  );
}

function textOf(key: Argument): string {
  return keyText(key as Key);
}
