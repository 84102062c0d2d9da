/**
 * Commands on lists.
 *
 * @module
 */

import type { Argument } from "../../values.ts";
import { listed, made, type MethodRows, plain } from "../methods.ts";
import { OptionNames, pushValue } from "../options.ts";
import type { ListMethods } from "../signatures/lists.ts";
import { allButLast, countedFrom, firstTwo } from "../key_rules.ts";
import { firstArgument, lastArgument } from "../block_times.ts";
import type { CommandRows } from "../spec.ts";
import { READ, WRITE } from "./shared.ts";

/** Commands on lists. */
export const LIST_COMMANDS: CommandRows = {
  BLMOVE: { keys: firstTwo, blocks: lastArgument(1_000) },
  BLMPOP: { keys: countedFrom(1), blocks: firstArgument },
  BLPOP: { keys: allButLast, blocks: lastArgument(1_000) },
  BRPOP: { keys: allButLast, blocks: lastArgument(1_000) },
  BRPOPLPUSH: { keys: firstTwo, blocks: lastArgument(1_000) },
  LINDEX: READ,
  LINSERT: WRITE,
  LLEN: READ,
  LMOVE: { keys: firstTwo },
  LMPOP: { keys: countedFrom(0) },
  LPOP: WRITE,
  LPOS: READ,
  LPUSH: WRITE,
  LPUSHX: WRITE,
  LRANGE: READ,
  LREM: WRITE,
  LSET: WRITE,
  LTRIM: WRITE,
  RPOP: WRITE,
  RPOPLPUSH: { keys: firstTwo },
  RPUSH: WRITE,
  RPUSHX: WRITE,
};

const LPOS_OPTIONS = new OptionNames("lpos", "rank count maxlen");
const LMPOP_OPTIONS = new OptionNames("lmpop", "count");
const BLMPOP_OPTIONS = new OptionNames("blmpop", "count");

function lpos(key: Argument, element: Argument, options?: unknown): Argument[] {
  const args = [key, element];
  const given = LPOS_OPTIONS.check(options);
  if (given === undefined) return args;
  pushValue(args, "RANK", given.rank);
  pushValue(args, "COUNT", given.count);
  pushValue(args, "MAXLEN", given.maxlen);
  return args;
}

/** Keys, then the time to wait. */
function lastTimeout(timeout: Argument, ...keys: Argument[]): Argument[] {
  return [...keys, timeout];
}

/** Keys behind their count, an end, and how many to take. */
function pushPop(
  args: Argument[],
  from: Argument,
  keys: unknown,
  options: unknown,
  names: OptionNames,
): Argument[] {
  if (!Array.isArray(keys)) throw new TypeError("The keys are no list");
  args.push(keys.length);
  for (const key of keys) args.push(key);
  args.push(from);
  pushValue(args, "COUNT", names.check(options)?.count);
  return args;
}

function lmpop(from: Argument, keys: unknown, options?: unknown): Argument[] {
  return pushPop([], from, keys, options, LMPOP_OPTIONS);
}

function blmpop(
  timeout: Argument,
  from: Argument,
  keys: unknown,
  options?: unknown,
): Argument[] {
  return pushPop([timeout], from, keys, options, BLMPOP_OPTIONS);
}

/** The methods of the family. */
export const LIST_METHODS: MethodRows<ListMethods> = {
  blmove: plain("BLMOVE", 5),
  blmpop: made("BLMPOP", 3, blmpop),
  blpop: made("BLPOP", 2, lastTimeout, { max: Infinity }),
  brpop: made("BRPOP", 2, lastTimeout, { max: Infinity }),
  brpoplpush: plain("BRPOPLPUSH", 3),
  lindex: plain("LINDEX", 2),
  linsert: plain("LINSERT", 4),
  llen: plain("LLEN", 1),
  lmove: plain("LMOVE", 4),
  lmpop: made("LMPOP", 2, lmpop),
  lpop: plain("LPOP", 1, 2),
  lpos: made("LPOS", 2, lpos, { plain: 2 }),
  lpush: listed("LPUSH", 1, 2),
  lpushx: listed("LPUSHX", 1, 2),
  lrange: plain("LRANGE", 3),
  lrem: plain("LREM", 3),
  lset: plain("LSET", 3),
  ltrim: plain("LTRIM", 3),
  rpop: plain("RPOP", 1, 2),
  rpoplpush: plain("RPOPLPUSH", 2),
  rpush: listed("RPUSH", 1, 2),
  rpushx: listed("RPUSHX", 1, 2),
};
