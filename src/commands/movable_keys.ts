/**
 * The commands whose keys stand where other arguments put them: behind a count,
 * after a word, in half of the rest.
 *
 * @module
 */

import { findWord, streamsWord } from "./option_words.ts";
import { wordOf } from "./words.ts";
import { UnroutableCommandError } from "../errors.ts";
import type { Argument } from "../values.ts";

/** Finds the keys of one command: their positions among its arguments. */
export type KeyRule = (args: readonly Argument[], command: string) => number[];

/** How many arguments follow these words, so that none is taken for another. */
const SORT_WORDS = new Map([["LIMIT", 2], ["BY", 1], ["GET", 1]]);
const MIGRATE_WORDS = new Map([["AUTH", 1], ["AUTH2", 2]]);

/** The rules by command, in upper case. */
export const MOVABLE_KEYS: ReadonlyMap<string, KeyRule> = new Map([
  ...["EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO", "FCALL", "FCALL_RO"]
    .map((name) => [name, countedFrom(1)] as const),
  ...["ZUNION", "ZINTER", "ZDIFF", "ZINTERCARD", "ZMPOP"]
    .map((name) => [name, countedFrom(0)] as const),
  ...["SINTERCARD", "SUNIONCARD", "SDIFFCARD", "LMPOP"]
    .map((name) => [name, countedFrom(0)] as const),
  ...["ZUNIONSTORE", "ZINTERSTORE", "ZDIFFSTORE"]
    .map((name) => [name, storedAndCounted] as const),
  ["BLMPOP", countedFrom(1)],
  ["BZMPOP", countedFrom(1)],
  ["MSETEX", countedPairs],
  ["XREAD", streams],
  ["XREADGROUP", streams],
  ["SORT", sort],
  ["SORT_RO", firstOnly],
  ["GEORADIUS", geoRadius],
  ["GEORADIUSBYMEMBER", geoRadius],
  ["MIGRATE", migrate],
]);

/** Keys behind their count, which stands at a position. */
function countedFrom(position: number): KeyRule {
  return function counted(args, command) {
    return range(position + 1, keyCount(args, position, command));
  };
}

/** A destination, then keys behind their count. */
export function storedAndCounted(
  args: readonly Argument[],
  command: string,
): number[] {
  return [0, ...range(2, keyCount(args, 1, command))];
}

/** A count, then so many keys, each with a value. */
function countedPairs(args: readonly Argument[], command: string): number[] {
  return range(1, keyCount(args, 0, command, 2), 2);
}

/** `STREAMS key … id …`: the first half of what follows the word. */
function streams(args: readonly Argument[], command: string): number[] {
  const word = streamsWord(args);
  const rest = args.length - word - 1;
  if (word < 0 || rest === 0 || rest % 2 !== 0) {
    throw malformed(command, 'expected "STREAMS", keys and as many ids');
  }
  return range(word + 1, rest / 2);
}

/**
 * Only the key and the destination, as the server counts them: the patterns
 * after BY and GET name no key before the server has read the list.
 */
function sort(args: readonly Argument[]): number[] {
  let keys = [0];
  let store = findWord(args, "STORE", 1, SORT_WORDS);
  // Of several destinations the server takes the last.
  while (store > 0 && store + 1 < args.length) {
    keys = [0, store + 1];
    store = findWord(args, "STORE", store + 2, SORT_WORDS);
  }
  return keys;
}

function geoRadius(args: readonly Argument[]): number[] {
  const keys = [0];
  for (let at = 4; at + 1 < args.length; at++) {
    const word = wordOf(args[at]);
    if (word === "STORE" || word === "STOREDIST") keys.push(++at);
  }
  return keys;
}

/** One key in third place, or an empty one there and many after `KEYS`. */
function migrate(args: readonly Argument[]): number[] {
  const key = args[2];
  const empty = key === "" || key instanceof Uint8Array && key.length === 0;
  const word = empty ? findWord(args, "KEYS", 5, MIGRATE_WORDS) : -1;
  return word < 0 ? [2] : range(word + 1, args.length - word - 1);
}

function firstOnly(): number[] {
  return [0];
}

/**
 * The count of keys that stands at a position, checked against what follows.
 *
 * @param args The arguments of the command.
 * @param position Where the count stands.
 * @param command The name of the command.
 * @param width How many arguments each key takes with what belongs to it.
 * @returns The number of keys.
 * @throws {UnroutableCommandError} If it is no count, or larger than the rest.
 */
function keyCount(
  args: readonly Argument[],
  position: number,
  command: string,
  width = 1,
): number {
  const value = args[position];
  const text = typeof value === "number" || typeof value === "bigint"
    ? String(value)
    : wordOf(value);
  if (!/^(0|[1-9][0-9]*)$/.test(text)) {
    throw malformed(
      command,
      `expected the number of its keys as argument ${position}`,
    );
  }
  const count = Number(text);
  if (count * width > args.length - position - 1) {
    throw malformed(command, "it announces more keys than it has arguments");
  }
  return count;
}

function malformed(command: string, problem: string): UnroutableCommandError {
  return new UnroutableCommandError(`Cannot route "${command}": ${problem}`, {
    command,
  });
}

function range(from: number, count: number, step = 1): number[] {
  return Array.from({ length: count }, (_, i) => from + i * step);
}
