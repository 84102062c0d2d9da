/**
 * The commands that modules bring: those of one family share a prefix, and with
 * few exceptions their key comes first.
 *
 * @module
 */

import type { Argument } from "../values.ts";
import { wordOf } from "./words.ts";
import { type KeyRule, storedAndCounted } from "./movable_keys.ts";

/** The families whose commands name their key first. */
const FAMILIES: ReadonlySet<string> = new Set([
  "AI", // RedisAI
  "BF", // Bloom filters
  "CF", // cuckoo filters
  "CL", // redis-cell
  "CMS", // count-min sketches
  "FT", // search, see below
  "GRAPH",
  "JSON",
  "TDIGEST",
  "TOPK",
  "TS", // time series
]);

/** What does not follow the rule, by command in upper case. */
const EXCEPTIONS: ReadonlyMap<string, KeyRule> = new Map([
  ["JSON.MGET", allButLast],
  ["JSON.MSET", everyThird],
  ["JSON.DEBUG", afterWord("MEMORY")],
  ["TS.MADD", everyThird],
  ["TS.CREATERULE", firstTwo],
  ["TS.DELETERULE", firstTwo],
  ["TS.MGET", none],
  ["TS.MRANGE", none],
  ["TS.MREVRANGE", none],
  ["TS.QUERYINDEX", none],
  ["CMS.MERGE", storedAndCounted],
  ["TDIGEST.MERGE", storedAndCounted],
  ["GRAPH.LIST", none],
  ["GRAPH.CONFIG", none],
  ["GRAPH.INFO", none],
  ["GRAPH.COPY", firstTwo],
  ["GRAPH.MEMORY", afterWord("USAGE")],
  ["GRAPH.CONSTRAINT", second],
  ["AI.CONFIG", none],
  ["AI.INFO", none],
]);

/**
 * The rule for a command of a module.
 *
 * An index of the search module (`FT.SEARCH`, `FT.CREATE`, …) is no key: every
 * host has its own index over its own keys, so these commands are for a fanout.
 * Only its suggestion dictionaries (`FT.SUGADD`, …) are keys.
 *
 * @param command The name of the command, in upper case.
 * @returns Its rule; `undefined` when no known family has the command.
 */
export function moduleRule(command: string): KeyRule | undefined {
  const dot = command.indexOf(".");
  if (dot < 0 || !FAMILIES.has(command.slice(0, dot))) return undefined;
  const exception = EXCEPTIONS.get(command);
  if (exception !== undefined) return exception;
  return command.startsWith("FT.") && !command.startsWith("FT.SUG")
    ? none
    : first;
}

function none(): number[] {
  return [];
}

function first(): number[] {
  return [0];
}

function second(): number[] {
  return [1];
}

function firstTwo(): number[] {
  return [0, 1];
}

function allButLast(args: readonly Argument[]): number[] {
  return [...args.keys()].slice(0, -1);
}

function everyThird(args: readonly Argument[]): number[] {
  return [...args.keys()].filter((position) => position % 3 === 0);
}

/** The second argument, where the first is a certain subcommand. */
function afterWord(word: string): KeyRule {
  return function key(args) {
    return wordOf(args[0]) === word ? [1] : [];
  };
}
