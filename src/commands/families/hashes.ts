/**
 * Commands on hashes.
 *
 * @module
 */

import { listed, type MethodRow, paired, plain } from "../methods.ts";
import type { CommandRows } from "../spec.ts";
import { READ, WRITE } from "./shared.ts";

/** Commands on hashes. */
export const HASH_COMMANDS: CommandRows = {
  HDEL: WRITE,
  HEXISTS: READ,
  HEXPIRE: WRITE,
  HEXPIREAT: WRITE,
  HEXPIRETIME: READ,
  HGET: READ,
  HGETALL: READ,
  HGETDEL: WRITE,
  HGETEX: WRITE,
  HINCRBY: WRITE,
  HINCRBYFLOAT: WRITE,
  HKEYS: READ,
  HLEN: READ,
  HMGET: READ,
  HMSET: WRITE,
  HPERSIST: WRITE,
  HPEXPIRE: WRITE,
  HPEXPIREAT: WRITE,
  HPEXPIRETIME: READ,
  HPTTL: READ,
  HRANDFIELD: { ...READ, resp3: "pairs" },
  HSCAN: READ,
  HSET: WRITE,
  HSETEX: WRITE,
  HSETNX: WRITE,
  HSTRLEN: READ,
  HTTL: READ,
  HVALS: READ,
};

/** The methods for them. */
export const HASH_METHODS: Readonly<Record<string, MethodRow>> = {
  hdel: listed("HDEL", 1, 2),
  hexists: plain("HEXISTS", 2),
  hget: plain("HGET", 2),
  hgetall: plain("HGETALL", 1),
  hincrby: plain("HINCRBY", 3),
  hincrbyfloat: plain("HINCRBYFLOAT", 3),
  hkeys: plain("HKEYS", 1),
  hlen: plain("HLEN", 1),
  hmget: listed("HMGET", 1, 2),
  hmset: paired("HMSET", 1),
  hset: paired("HSET", 1),
  hsetnx: plain("HSETNX", 3),
  hstrlen: plain("HSTRLEN", 2),
  hvals: plain("HVALS", 1),
};
