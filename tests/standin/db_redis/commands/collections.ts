import type {
  GeoCommands,
  HashCommands,
  ListCommands,
  SetCommands,
} from "../types/collections.ts";
import type {
  GeoRadiusOpts,
  HScanOpts,
  LPosWithCountOpts,
  SScanOpts,
} from "../types/options.ts";
import type { RedisValue } from "../values.ts";
import { scanOptions } from "./keys.ts";
import { flag, pairs, type Table } from "./table.ts";

export const HASH_COMMANDS: Table<HashCommands> = {
  hdel: "HDEL key ...fields",
  hexists: "HEXISTS key field",
  hget: "HGET key field",
  hgetall: "HGETALL key",
  hincrby: "HINCRBY key field increment",
  hincrbyfloat: "HINCRBYFLOAT key field increment",
  hkeys: "HKEYS key",
  hlen: "HLEN key",
  hmget: "HMGET key ...fields",
  hmset: (key: string, ...params: unknown[]) => [
    "HMSET",
    key,
    ...pairs(params),
  ],
  hscan: (key: string, cursor: number, opts?: HScanOpts) => [
    "HSCAN",
    key,
    cursor,
    ...scanOptions(opts),
  ],
  hset: (key: string, ...params: unknown[]) => ["HSET", key, ...pairs(params)],
  hsetnx: "HSETNX key field value",
  hstrlen: "HSTRLEN key field",
  hvals: "HVALS key",
};

export const LIST_COMMANDS: Table<ListCommands> = {
  blpop: (timeout: number, ...keys: string[]) => ["BLPOP", ...keys, timeout],
  brpop: (timeout: number, ...keys: string[]) => ["BRPOP", ...keys, timeout],
  brpoplpush: "BRPOPLPUSH source destination timeout",
  lindex: "LINDEX key index",
  linsert: "LINSERT key location pivot value",
  llen: "LLEN key",
  lpop: (key: string, count?: number | null) =>
    count === undefined || count === null ? ["LPOP", key] : [
      "LPOP",
      key,
      count,
    ],
  lpos: (key: string, element: RedisValue, opts?: LPosWithCountOpts) => [
    "LPOS",
    key,
    element,
    ...textOption("RANK", opts?.rank),
    ...textOption("COUNT", opts?.count),
    ...textOption("MAXLEN", opts?.maxlen),
  ],
  lpush: "LPUSH key ...elements",
  lpushx: "LPUSHX key ...elements",
  lrange: "LRANGE key start stop",
  lrem: "LREM key count element",
  lset: "LSET key index element",
  ltrim: "LTRIM key start stop",
  rpop: "RPOP key",
  rpoplpush: "RPOPLPUSH source destination",
  rpush: "RPUSH key ...elements",
  rpushx: "RPUSHX key ...elements",
};

export const SET_COMMANDS: Table<SetCommands> = {
  sadd: "SADD key ...members",
  scard: "SCARD key",
  sdiff: "SDIFF ...keys",
  sdiffstore: "SDIFFSTORE destination ...keys",
  sinter: "SINTER ...keys",
  sinterstore: "SINTERSTORE destination ...keys",
  sismember: "SISMEMBER key member",
  smembers: "SMEMBERS key",
  smove: "SMOVE source destination member",
  spop: "SPOP key [count]",
  srandmember: "SRANDMEMBER key [count]",
  srem: "SREM key ...members",
  sscan: (key: string, cursor: number, opts?: SScanOpts) => [
    "SSCAN",
    key,
    cursor,
    ...scanOptions(opts),
  ],
  sunion: "SUNION ...keys",
  sunionstore: "SUNIONSTORE destination ...keys",
};

export const GEO_COMMANDS: Table<GeoCommands> = {
  geoadd: (key: string, ...params: unknown[]) => [
    "GEOADD",
    key,
    ...pairs(params, (member, place) => [...place as number[], member]),
  ],
  geodist: "GEODIST key member1 member2 [unit?]",
  geohash: "GEOHASH key ...members",
  geopos: "GEOPOS key ...members",
  georadius: (
    key: string,
    longitude: number,
    latitude: number,
    radius: number,
    unit: string,
    opts?: GeoRadiusOpts,
  ) => [
    "GEORADIUS",
    key,
    longitude,
    latitude,
    radius,
    unit,
    ...radiusOptions(opts),
  ],
  georadiusbymember: (
    key: string,
    member: string,
    radius: number,
    unit: string,
    opts?: GeoRadiusOpts,
  ) => ["GEORADIUSBYMEMBER", key, member, radius, unit, ...radiusOptions(opts)],
};

function textOption(word: string, value: number | undefined): unknown[] {
  return value === undefined || value === null ? [] : [word, String(value)];
}

/**
 * `count`, `store` and `storeDist` go without their words, which a server
 * refuses: the original sends them so.
 */
function radiusOptions(opts: GeoRadiusOpts = {}): unknown[] {
  const bare = [opts.count, opts.sort || undefined, opts.store, opts.storeDist];
  return [
    ...flag("WITHCOORD", opts.withCoord),
    ...flag("WITHDIST", opts.withDist),
    ...flag("WITHHASH", opts.withHash),
    ...bare.filter((value) => value !== undefined),
  ];
}
