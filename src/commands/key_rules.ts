/**
 * The rules by which commands have their keys: everywhere, behind a count, after
 * a word, in half of the rest.
 *
 * @module
 */

import { findWord, streamsWord } from "./option_words.ts";
import { wordOf } from "./words.ts";
import { UnroutableCommandError } from "../errors.ts";
import type { Argument } from "../values.ts";
import type { KeyRule } from "./spec.ts";

/** How many arguments follow these words, so that none is taken for another. */
const SORT_WORDS = new Map([["LIMIT", 2], ["BY", 1], ["GET", 1]]);
const MIGRATE_WORDS = new Map([["AUTH", 1], ["AUTH2", 2]]);

/** No key at all. */
export function noKey(): number[] {
  return [];
}

/** Every argument is a key. */
export function allKeys(args: readonly Argument[]): number[] {
  return range(0, args.length);
}

/** Every argument from the second one on. */
export function allButFirst(args: readonly Argument[]): number[] {
  return range(1, args.length - 1);
}

/** Every argument before the last one. */
export function allButLast(args: readonly Argument[]): number[] {
  return range(0, args.length - 1);
}

/** Keys with a value behind each. */
export function everySecond(args: readonly Argument[]): number[] {
  return range(0, Math.ceil(args.length / 2), 2);
}

/** Keys with two values behind each. */
export function everyThird(args: readonly Argument[]): number[] {
  return range(0, Math.ceil(args.length / 3), 3);
}

/** Two keys. */
export function firstTwo(): number[] {
  return [0, 1];
}

/** The key behind some subcommands; the others have none. */
export function afterWord(...words: string[]): KeyRule {
  return function key(args) {
    return words.includes(wordOf(args[0])) ? [1] : [];
  };
}

/** Keys behind their count, which stands at a position. */
export function countedFrom(position: number): KeyRule {
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
export function countedPairs(
  args: readonly Argument[],
  command: string,
): number[] {
  return range(1, keyCount(args, 0, command, 2), 2);
}

/** `STREAMS key … id …`: the first half of what follows the word. */
export function streamKeys(
  args: readonly Argument[],
  command: string,
): number[] {
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
export function sortKeys(args: readonly Argument[]): number[] {
  let keys = [0];
  let store = findWord(args, "STORE", 1, SORT_WORDS);
  // Of several destinations the server takes the last.
  while (store > 0 && store + 1 < args.length) {
    keys = [0, store + 1];
    store = findWord(args, "STORE", store + 2, SORT_WORDS);
  }
  return keys;
}

export function geoRadiusKeys(args: readonly Argument[]): number[] {
  const keys = [0];
  for (let at = 4; at + 1 < args.length; at++) {
    const word = wordOf(args[at]);
    if (word === "STORE" || word === "STOREDIST") keys.push(++at);
  }
  return keys;
}

/** One key in third place, or an empty one there and many after `KEYS`. */
export function migrateKeys(args: readonly Argument[]): number[] {
  const key = args[2];
  const empty = key === "" || key instanceof Uint8Array && key.length === 0;
  const word = empty ? findWord(args, "KEYS", 5, MIGRATE_WORDS) : -1;
  return word < 0 ? [2] : range(word + 1, args.length - word - 1);
}

/** What no list of keys has, since DEBUG is not meant for programs. */
export function debugKeys(args: readonly Argument[]): number[] {
  switch (wordOf(args[0])) {
    case "OBJECT":
    case "SDSLEN":
    case "LISTPACK":
    case "ZIPLIST":
    case "HTSTATS-KEY":
      return [1];
    case "DIGEST-VALUE":
      return allButFirst(args);
    default:
      return [];
  }
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
  const count = typeof value === "number" ? value : countIn(value);
  if (!Number.isSafeInteger(count) || count < 0) {
    throw malformed(
      command,
      `expected the number of its keys as argument ${position}`,
    );
  }
  if (count * width > args.length - position - 1) {
    throw malformed(command, "it announces more keys than it has arguments");
  }
  return count;
}

/** The number that stands in text, written as servers take it; NaN otherwise. */
function countIn(value: Argument | undefined): number {
  const text = typeof value === "bigint" ? String(value) : wordOf(value);
  return /^(0|[1-9][0-9]*)$/.test(text) ? Number(text) : NaN;
}

function malformed(command: string, problem: string): UnroutableCommandError {
  return new UnroutableCommandError(`Cannot route "${command}": ${problem}`, {
    command,
  });
}

function range(from: number, count: number, step = 1): number[] {
  const positions: number[] = [];
  for (let i = 0; i < count; i++) positions.push(from + i * step);
  return positions;
}
