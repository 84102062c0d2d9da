/**
 * Commands on sorted sets.
 *
 * @module
 */

import {
  allButLast,
  countedFrom,
  firstTwo,
  storedAndCounted,
} from "../key_rules.ts";
import { firstArgument, lastArgument } from "../block_times.ts";
import { listed, type MethodRow, plain } from "../methods.ts";
import type { CommandRows } from "../spec.ts";
import { READ, WRITE } from "./shared.ts";

/** Commands on sorted sets. */
export const SORTED_SET_COMMANDS: CommandRows = {
  BZMPOP: { keys: countedFrom(1), blocks: firstArgument },
  BZPOPMAX: { keys: allButLast, blocks: lastArgument(1_000) },
  BZPOPMIN: { keys: allButLast, blocks: lastArgument(1_000) },
  ZADD: WRITE,
  ZCARD: READ,
  ZCOUNT: READ,
  ZDIFF: { keys: countedFrom(0), reads: true, resp3: "pairs" },
  ZDIFFSTORE: { keys: storedAndCounted },
  ZINCRBY: WRITE,
  ZINTER: { keys: countedFrom(0), reads: true, resp3: "pairs" },
  ZINTERCARD: { keys: countedFrom(0), reads: true },
  ZINTERSTORE: { keys: storedAndCounted },
  ZLEXCOUNT: READ,
  ZMPOP: { keys: countedFrom(0) },
  ZMSCORE: READ,
  ZPOPMAX: { ...WRITE, resp3: "pairs" },
  ZPOPMIN: { ...WRITE, resp3: "pairs" },
  ZRANDMEMBER: { ...READ, resp3: "pairs" },
  ZRANGE: { ...READ, resp3: "pairs" },
  ZRANGEBYLEX: READ,
  ZRANGEBYSCORE: { ...READ, resp3: "pairs" },
  ZRANGESTORE: { keys: firstTwo },
  ZRANK: READ,
  ZREM: WRITE,
  ZREMRANGEBYLEX: WRITE,
  ZREMRANGEBYRANK: WRITE,
  ZREMRANGEBYSCORE: WRITE,
  ZREVRANGE: { ...READ, resp3: "pairs" },
  ZREVRANGEBYLEX: READ,
  ZREVRANGEBYSCORE: { ...READ, resp3: "pairs" },
  ZREVRANK: READ,
  ZSCAN: READ,
  ZSCORE: READ,
  ZUNION: { keys: countedFrom(0), reads: true, resp3: "pairs" },
  ZUNIONSTORE: { keys: storedAndCounted },
};

/** The methods for them. */
export const SORTED_SET_METHODS: Readonly<Record<string, MethodRow>> = {
  zcard: plain("ZCARD", 1),
  zcount: plain("ZCOUNT", 3),
  zincrby: plain("ZINCRBY", 3),
  zrank: plain("ZRANK", 2),
  zrem: listed("ZREM", 1, 2),
  zremrangebyrank: plain("ZREMRANGEBYRANK", 3),
  zrevrank: plain("ZREVRANK", 2),
  zscore: plain("ZSCORE", 2),
};
