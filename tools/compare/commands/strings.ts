/**
 * Strings, and what all keys have.
 *
 * @module
 */

import type { CommandRow, Words } from "./row.ts";

/** In seconds: nothing expires while it is measured. */
const LIFETIME = 3_600;

const IS_COUNT = /^\d+$/;

/** Gives the key its value. */
const text = (key: string, value: string): Words[] => [["SET", key, value]];

export const STRINGS: readonly CommandRow[] = [
  {
    name: "plain get",
    title: "GET",
    words: (key) => ["GET", key],
    merged: (key) => ["MGET", key],
    reply: (_key, value) => [value],
    prepare: text,
    rb: (client, key) => client.get(key),
    ioredis: (client, key) => client.get(key),
    nodeRedis: (client, key) => client.get(key),
  },
  {
    name: "plain set",
    title: "SET",
    words: (key, value) => ["SET", key, value],
    merged: (key, value) => ["MSET", key, value],
    reply: () => ["OK"],
    prepare: text,
    rb: (client, key, value) => client.set(key, value),
    ioredis: (client, key, value) => client.set(key, value),
    nodeRedis: (client, key, value) => client.set(key, value),
  },
  {
    name: "set ex",
    title: "SET with EX",
    words: (key, value) => ["SET", key, value, "EX", `${LIFETIME}`],
    reply: () => ["OK"],
    prepare: text,
    rb: (client, key, value) => client.set(key, value, { ex: LIFETIME }),
    ioredis: (client, key, value) => client.set(key, value, "EX", LIFETIME),
    nodeRedis: (client, key, value) =>
      client.set(key, value, { expiration: { type: "EX", value: LIFETIME } }),
  },
  {
    name: "setex",
    title: "SETEX",
    words: (key, value) => ["SETEX", key, `${LIFETIME}`, value],
    reply: () => ["OK"],
    prepare: text,
    rb: (client, key, value) => client.setex(key, LIFETIME, value),
    ioredis: (client, key, value) => client.setex(key, LIFETIME, value),
    nodeRedis: (client, key, value) => client.setEx(key, LIFETIME, value),
  },
  {
    name: "getex",
    title: "GETEX with EX",
    words: (key) => ["GETEX", key, "EX", `${LIFETIME}`],
    reply: (_key, value) => [value],
    prepare: text,
    rb: (client, key) => client.getex(key, { ex: LIFETIME }),
    ioredis: (client, key) => client.getex(key, "EX", LIFETIME),
    nodeRedis: (client, key) =>
      client.getEx(key, { type: "EX", value: LIFETIME }),
  },
  {
    name: "incr",
    title: "INCR",
    words: (key) => ["INCR", key],
    reply: () => [IS_COUNT],
    prepare: (key) => [["SET", key, "0"]],
    rb: (client, key) => client.incr(key),
    ioredis: (client, key) => client.incr(key),
    nodeRedis: (client, key) => client.incr(key),
  },
  {
    name: "expire",
    title: "EXPIRE",
    words: (key) => ["EXPIRE", key, `${LIFETIME}`],
    reply: () => ["1"],
    prepare: text,
    rb: (client, key) => client.expire(key, LIFETIME),
    ioredis: (client, key) => client.expire(key, LIFETIME),
    nodeRedis: (client, key) => client.expire(key, LIFETIME),
  },
  {
    name: "del",
    title: "DEL",
    words: (key) => ["DEL", key],
    reply: () => ["1"],
    prepare: text,
    restore: { before: "lap", words: text },
    // So few that four of five commands still find their key.
    perKey: 0.5,
    rb: (client, key) => client.del(key),
    ioredis: (client, key) => client.del(key),
    nodeRedis: (client, key) => client.del(key),
  },
];
