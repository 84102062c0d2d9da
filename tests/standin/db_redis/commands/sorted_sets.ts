import type {
  ZAddOpts,
  ZInterOpts,
  ZInterstoreOpts,
  ZRangeByScoreOpts,
  ZScanOpts,
} from "../types/options.ts";
import type { SortedSetCommands } from "../types/sorted_sets.ts";
import type { RedisValue } from "../values.ts";
import { scanOptions } from "./keys.ts";
import { condition } from "./strings.ts";
import { type Build, flag, type Table, truthyOption } from "./table.ts";

type Weights = string[] | [string, number][] | Record<string, number>;

export const SORTED_SET_COMMANDS: Table<SortedSetCommands> = {
  bzpopmax: (timeout: number, ...keys: string[]) => [
    "BZPOPMAX",
    ...keys,
    timeout,
  ],
  bzpopmin: (timeout: number, ...keys: string[]) => [
    "BZPOPMIN",
    ...keys,
    timeout,
  ],
  zadd: (key: string, first: unknown, second: unknown, opts?: ZAddOpts) => {
    if (typeof first !== "object") {
      return ["ZADD", key, ...addOptions(opts), first, second];
    }
    const scored = Array.isArray(first)
      ? first.flat()
      : Object.entries(first as Record<string, number>)
        .flatMap(([member, score]) => [score, member]);
    return ["ZADD", key, ...addOptions(second as ZAddOpts), ...scored];
  },
  zaddIncr: (
    key: string,
    score: number,
    member: RedisValue,
    opts?: ZAddOpts,
  ) => ["ZADD", key, ...addOptions(opts), "INCR", score, member],
  zcard: "ZCARD key",
  zcount: "ZCOUNT key min max",
  zincrby: "ZINCRBY key increment member",
  zinter: (keys: Weights, opts?: ZInterOpts) => [
    "ZINTER",
    ...weights(keys, opts),
    ...flag("WITHSCORES", opts?.withScore),
  ],
  zinterstore: (destination: string, keys: Weights, opts?: ZInterstoreOpts) => [
    "ZINTERSTORE",
    destination,
    ...weights(keys, opts),
  ],
  zlexcount: "ZLEXCOUNT key min max",
  zpopmax: "ZPOPMAX key [count]",
  zpopmin: "ZPOPMIN key [count]",
  zrange: range("ZRANGE"),
  zrangebylex: range("ZRANGEBYLEX"),
  zrangebyscore: range("ZRANGEBYSCORE"),
  zrank: "ZRANK key member",
  zrem: "ZREM key ...members",
  zremrangebylex: "ZREMRANGEBYLEX key min max",
  zremrangebyrank: "ZREMRANGEBYRANK key start stop",
  zremrangebyscore: "ZREMRANGEBYSCORE key min max",
  zrevrange: range("ZREVRANGE"),
  // Minimum first, which finds nothing: the original sends it so.
  zrevrangebylex: (
    key: string,
    max: string,
    min: string,
    opts?: ZRangeByScoreOpts,
  ) => range("ZREVRANGEBYLEX")(key, min, max, opts),
  zrevrangebyscore: range("ZREVRANGEBYSCORE"),
  zrevrank: "ZREVRANK key member",
  zscan: (key: string, cursor: number, opts?: ZScanOpts) => [
    "ZSCAN",
    key,
    cursor,
    ...scanOptions(opts),
  ],
  zscore: "ZSCORE key member",
  zunionstore: (destination: string, keys: Weights, opts?: ZInterstoreOpts) => [
    "ZUNIONSTORE",
    destination,
    ...weights(keys, opts),
  ],
};

function addOptions(opts: ZAddOpts | undefined): unknown[] {
  return [...condition(opts), ...flag("CH", opts?.ch)];
}

function range(command: string): Build {
  return (
    key: string,
    from: number | string,
    to: number | string,
    opts?: ZRangeByScoreOpts,
  ) => [
    command,
    key,
    from,
    to,
    ...flag("WITHSCORES", opts?.withScore),
    ...(opts?.limit ? ["LIMIT", opts.limit.offset, opts.limit.count] : []),
  ];
}

/** The number of keys, the keys, and their weights if there are any. */
function weights(keys: Weights, opts: ZInterstoreOpts | undefined): unknown[] {
  const names = Array.isArray(keys) && !Array.isArray(keys[0])
    ? [keys.length, ...keys]
    : weighted(
      Array.isArray(keys) ? keys as [string, number][] : Object.entries(keys),
    );
  return [...names, ...truthyOption("AGGREGATE", opts?.aggregate)];
}

function weighted(entries: [string, number][]): unknown[] {
  return [
    entries.length,
    ...entries.map((entry) => entry[0]),
    "WEIGHTS",
    ...entries.map((entry) => entry[1]),
  ];
}
