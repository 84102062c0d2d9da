/**
 * Hashes, sets, sorted sets and lists.
 *
 * @module
 */

import type { CommandRow, Words } from "./row.ts";

/** Four fields, as of somebody's account. */
const account = (value: string): Record<string, string> => ({
  name: value,
  mail: "somebody@example.com",
  plan: "basic",
  visits: "42",
});

/** Eight fields, as of a measuring device. */
const readings = (value: string): [field: string, value: string][] => [
  ["device", value],
  ["place", "north"],
  ["unit", "celsius"],
  ["min", "-12.5"],
  ["max", "38.25"],
  ["mean", "11.75"],
  ["count", "1440"],
  ["state", "ok"],
];

const hash = (key: string, fields: readonly Words[]): Words[] => [
  ["DEL", key],
  ["HSET", key, ...fields.flat()],
];

const accountHash = (key: string, value: string): Words[] =>
  hash(key, Object.entries(account(value)));

const SORTED = ["1", "a", "2", "b", "3", "c", "4", "d"];

const sortedSet = (key: string): Words[] => [
  ["DEL", key],
  ["ZADD", key, ...SORTED],
];

/** What is added has higher scores than what is there. */
const restoreSortedSet: CommandRow["restore"] = {
  before: "lap",
  words: (key) => [["ZREMRANGEBYSCORE", key, "5", "+inf"]],
};

const fourMembers = (value: string): [score: number, member: string][] => [
  [5, value],
  [6, `${value}-b`],
  [7, `${value}-c`],
  [8, `${value}-d`],
];

/**
 * Four scores, the members the same for each key: an object with names that are
 * new is made in ten times the time of all the rest, whoever gets it then.
 */
const COUNTS: readonly [score: number, member: string][] = [
  [5, "visits"],
  [6, "orders"],
  [7, "returns"],
  [8, "reviews"],
];

const zaddFour = {
  words: (key: string, value: string) => [
    "ZADD",
    key,
    ...fourMembers(value).flat().map(String),
  ],
  reply: () => ["4"],
  prepare: sortedSet,
  restore: restoreSortedSet,
};

const set = (key: string): Words[] => [
  ["DEL", key],
  ["SADD", key, "a", "b", "c", "d"],
];

export const COLLECTIONS: readonly CommandRow[] = [
  {
    name: "hset",
    title: "HSET of an object, 4 fields",
    words: (key, value) => [
      "HSET",
      key,
      ...Object.entries(account(value)).flat(),
    ],
    reply: () => ["0"],
    prepare: accountHash,
    rb: (client, key, value) => client.hset(key, account(value)),
    ioredis: (client, key, value) => client.hset(key, account(value)),
    nodeRedis: (client, key, value) => client.hSet(key, account(value)),
  },
  {
    name: "hset many",
    title: "HSET of pairs, 8 fields",
    words: (key, value) => ["HSET", key, ...readings(value).flat()],
    reply: () => ["0"],
    prepare: (key, value) => hash(key, readings(value)),
    rb: (client, key, value) => client.hset(key, ...readings(value)),
    ioredis: (client, key, value) =>
      client.hset(key, ...readings(value).flat()),
    nodeRedis: (client, key, value) => client.hSet(key, readings(value)),
  },
  {
    name: "hgetall",
    title: "HGETALL of 4 fields",
    words: (key) => ["HGETALL", key],
    reply: (_key, value) => Object.entries(account(value)).flat(),
    prepare: accountHash,
    rb: (client, key) => client.hgetall(key),
    ioredis: (client, key) => client.hgetall(key),
    nodeRedis: (client, key) => client.hGetAll(key),
  },
  {
    name: "hmget",
    title: "HMGET of 2 of 4 fields",
    words: (key) => ["HMGET", key, "name", "visits"],
    reply: (_key, value) => [value, account(value).visits],
    prepare: accountHash,
    rb: (client, key) => client.hmget(key, "name", "visits"),
    ioredis: (client, key) => client.hmget(key, "name", "visits"),
    nodeRedis: (client, key) => client.hmGet(key, ["name", "visits"]),
  },
  {
    name: "zadd",
    title: "ZADD of one member to 4",
    words: (key, value) => ["ZADD", key, "5", value],
    reply: () => ["1"],
    prepare: sortedSet,
    restore: restoreSortedSet,
    rb: (client, key, value) => client.zadd(key, 5, value),
    ioredis: (client, key, value) => client.zadd(key, 5, value),
    nodeRedis: (client, key, value) => client.zAdd(key, { score: 5, value }),
  },
  {
    ...zaddFour,
    name: "zadd many",
    title: "ZADD of 4 pairs to 4 members",
    rb: (client, key, value) => client.zadd(key, fourMembers(value)),
    ioredis: (client, key, value) =>
      client.zadd(key, ...fourMembers(value).flat()),
    nodeRedis: (client, key, value) =>
      client.zAdd(
        key,
        fourMembers(value).map(([score, value]) => ({ score, value })),
      ),
  },
  {
    ...zaddFour,
    name: "zadd record",
    title: "ZADD of a record of 4 to 4 members",
    words: (key) => ["ZADD", key, ...COUNTS.flat().map(String)],
    rb: (client, key) =>
      client.zadd(key, { visits: 5, orders: 6, returns: 7, reviews: 8 }),
    // The others know no records, and get what they do know.
    ioredis: (client, key) => client.zadd(key, ...COUNTS.flat()),
    nodeRedis: (client, key) =>
      client.zAdd(key, COUNTS.map(([score, value]) => ({ score, value }))),
  },
  {
    name: "zrange",
    title: "ZRANGE with scores, 4 members",
    words: (key) => ["ZRANGE", key, "0", "-1", "WITHSCORES"],
    reply: () => SORTED.map((_, at) => SORTED[at ^ 1]),
    prepare: sortedSet,
    rb: (client, key) => client.zrange(key, 0, -1, { withScore: true }),
    ioredis: (client, key) => client.zrange(key, 0, "-1", "WITHSCORES"),
    nodeRedis: (client, key) => client.zRangeWithScores(key, 0, -1),
    shape: {
      nodeRedis: (reply: { value: string; score: number }[]) =>
        reply.map(({ value, score }) => [value, score]),
    },
  },
  {
    name: "sadd",
    title: "SADD of one member to 4",
    words: (key, value) => ["SADD", key, value],
    reply: () => ["1"],
    prepare: set,
    restore: { before: "lap", words: set },
    rb: (client, key, value) => client.sadd(key, value),
    ioredis: (client, key, value) => client.sadd(key, value),
    nodeRedis: (client, key, value) => client.sAdd(key, value),
  },
  {
    name: "lpush",
    title: "LPUSH of one element",
    words: (key, value) => ["LPUSH", key, value],
    reply: () => [/^\d+$/],
    prepare: (key, value) => [["DEL", key], ["LPUSH", key, value]],
    restore: { before: "run", words: (key) => [["LTRIM", key, "0", "0"]] },
    rb: (client, key, value) => client.lpush(key, value),
    ioredis: (client, key, value) => client.lpush(key, value),
    nodeRedis: (client, key, value) => client.lPush(key, value),
  },
];
