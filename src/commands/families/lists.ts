/**
 * Commands on lists.
 *
 * @module
 */

import { allButLast, countedFrom, firstTwo } from "../key_rules.ts";
import { firstArgument, lastArgument } from "../block_times.ts";
import { listed, type MethodRow, plain } from "../methods.ts";
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

/** The methods for them. */
export const LIST_METHODS: Readonly<Record<string, MethodRow>> = {
  lindex: plain("LINDEX", 2),
  llen: plain("LLEN", 1),
  lpop: plain("LPOP", 1, 2),
  lpush: listed("LPUSH", 1, 2),
  lpushx: listed("LPUSHX", 1, 2),
  lrange: plain("LRANGE", 3),
  lrem: plain("LREM", 3),
  lset: plain("LSET", 3),
  ltrim: plain("LTRIM", 3),
  rpop: plain("RPOP", 1),
  rpoplpush: plain("RPOPLPUSH", 2),
  rpush: listed("RPUSH", 1, 2),
  rpushx: listed("RPUSHX", 1, 2),
};
