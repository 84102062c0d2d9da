/**
 * The commands that modules bring: those of one family share a prefix, and with
 * few exceptions their key comes first.
 *
 * @module
 */

import {
  afterWord,
  allButLast,
  everyThird,
  firstTwo,
  noKey,
  storedAndCounted,
} from "./key_rules.ts";
import type { KeyRule } from "./spec.ts";

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
const EXCEPTIONS: ReadonlyMap<string, number | KeyRule> = new Map<
  string,
  number | KeyRule
>([
  ["JSON.MGET", allButLast],
  ["JSON.MSET", everyThird],
  ["JSON.DEBUG", afterWord("MEMORY")],
  ["TS.MADD", everyThird],
  ["TS.CREATERULE", firstTwo],
  ["TS.DELETERULE", firstTwo],
  ["TS.MGET", noKey],
  ["TS.MRANGE", noKey],
  ["TS.MREVRANGE", noKey],
  ["TS.QUERYINDEX", noKey],
  ["CMS.MERGE", storedAndCounted],
  ["TDIGEST.MERGE", storedAndCounted],
  ["GRAPH.LIST", noKey],
  ["GRAPH.CONFIG", noKey],
  ["GRAPH.INFO", noKey],
  ["GRAPH.COPY", firstTwo],
  ["GRAPH.MEMORY", afterWord("USAGE")],
  ["GRAPH.CONSTRAINT", 1],
  ["AI.CONFIG", noKey],
  ["AI.INFO", noKey],
]);

/**
 * The rule for a command of a module.
 *
 * An index of the search module (`FT.SEARCH`, `FT.CREATE`, …) is no key: every
 * host has its own index over its own keys, so these commands are for a fanout.
 * Only its suggestion dictionaries (`FT.SUGADD`, …) are keys.
 *
 * @param command The name of the command, in upper case.
 * @returns Its rule, or the position of its only key; `undefined` when no known family has the command.
 */
export function moduleRule(
  command: string,
): number | KeyRule | undefined {
  const dot = command.indexOf(".");
  if (dot < 0 || !FAMILIES.has(command.slice(0, dot))) return undefined;
  const exception = EXCEPTIONS.get(command);
  if (exception !== undefined) return exception;
  return command.startsWith("FT.") && !command.startsWith("FT.SUG") ? noKey : 0;
}
