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
import type { Argument } from "../../values.ts";
import { OptionNames, score } from "../options.ts";
import { listed, made, type MethodRow, plain } from "../methods.ts";
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

const ZADD_OPTIONS = new OptionNames("zadd", "mode nx xx ch");

function zadd(key: Argument, ...given: unknown[]): Argument[] {
  const isOne = typeof given[0] !== "object";
  const options = ZADD_OPTIONS.check(given[isOne ? 2 : 1]);
  const args: Argument[] = [key];
  if (options !== undefined) {
    const condition = ZADD_OPTIONS.oneOf(options, [
      ["nx", "NX", true],
      ["xx", "XX", true],
      ["mode", ZADD_OPTIONS.word(options, "mode", "NX XX") ?? "", false],
    ]);
    if (condition !== undefined) args.push(condition[0]);
    if (ZADD_OPTIONS.isOn(options, "ch")) args.push("CH");
  }
  if (isOne) {
    args.push(score(given[0]), given[1] as Argument);
  } else if (Array.isArray(given[0])) {
    for (const [points, member] of given[0]) args.push(score(points), member);
  } else {
    const scores = given[0] as Record<string, Argument>;
    for (const member of Object.keys(scores)) {
      args.push(score(scores[member]), member);
    }
  }
  return args;
}

/** The methods for them. */
export const SORTED_SET_METHODS: Readonly<Record<string, MethodRow>> = {
  zadd: made("ZADD", 2, zadd, { max: 4 }),
  zcard: plain("ZCARD", 1),
  zcount: plain("ZCOUNT", 3),
  zincrby: plain("ZINCRBY", 3),
  zrank: plain("ZRANK", 2),
  zrem: listed("ZREM", 1, 2),
  zremrangebyrank: plain("ZREMRANGEBYRANK", 3),
  zrevrank: plain("ZREVRANK", 2),
  zscore: plain("ZSCORE", 2),
};
