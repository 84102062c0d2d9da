/**
 * Options that are named by a word and may stand anywhere among others, so that
 * data which looks like one has to be told from it.
 *
 * @module
 */

import type { Argument } from "../values.ts";
import { wordOf } from "./words.ts";

/** How many arguments follow each word of a command. */
export type OptionWords = ReadonlyMap<string, number>;

/** The options of XREAD and XREADGROUP; streams follow the last one. */
const XREAD_WORDS: OptionWords = new Map([
  ["COUNT", 1],
  ["BLOCK", 1],
  ["CLAIM", 1],
  ["GROUP", 2],
]);

/**
 * Where a word stands among options, some of which have arguments of their own:
 * these are data, whatever they say.
 *
 * @param args The arguments of the command.
 * @param wanted The word.
 * @param from Where the options begin.
 * @param options The words that arguments follow.
 * @returns Its position among the arguments; -1 when it is not there.
 */
export function findWord(
  args: readonly Argument[],
  wanted: string,
  from: number,
  options: OptionWords,
): number {
  for (let at = from; at < args.length; at++) {
    const word = wordOf(args[at]);
    if (word === wanted) return at;
    at += options.get(word) ?? 0;
  }
  return -1;
}

/** Where `STREAMS` stands in an XREAD or XREADGROUP; -1 when it does not. */
export function streamsWord(args: readonly Argument[]): number {
  return findWord(args, "STREAMS", 0, XREAD_WORDS);
}

/**
 * The time that an XREAD or XREADGROUP blocks for, as its caller wrote it; of
 * several the server takes the last.
 *
 * @returns The argument; nothing where it does not block.
 */
export function blockOption(args: readonly Argument[]): Argument | undefined {
  let time: Argument | undefined = undefined;
  for (let at = 0; at < args.length; at++) {
    const word = wordOf(args[at]);
    if (word === "STREAMS") return time;
    if (word === "BLOCK") time = args[at + 1];
    at += XREAD_WORDS.get(word) ?? 0;
  }
  return undefined;
}

/** The same command with another time to block for. */
export function replaceBlockOption(
  args: readonly Argument[],
  time: Argument,
): Argument[] {
  const replaced = [...args];
  for (const at of blockWords(args)) replaced[at + 1] = time;
  return replaced;
}

/** Where `BLOCK` stands in an XREAD or XREADGROUP. */
function blockWords(args: readonly Argument[]): number[] {
  const options = args.slice(0, Math.max(0, streamsWord(args)));
  const places: number[] = [];
  let at = findWord(options, "BLOCK", 0, XREAD_WORDS);
  while (at >= 0) {
    places.push(at);
    at = findWord(options, "BLOCK", at + 2, XREAD_WORDS);
  }
  return places;
}
