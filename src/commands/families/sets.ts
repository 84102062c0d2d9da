/**
 * Commands on sets.
 *
 * @module
 */

import { allKeys, countedFrom, firstTwo } from "../key_rules.ts";
import { listed, type MethodRow, plain } from "../methods.ts";
import type { CommandRows } from "../spec.ts";
import { READ, WRITE } from "./shared.ts";

/** Commands on sets. */
export const SET_COMMANDS: CommandRows = {
  SADD: WRITE,
  SCARD: READ,
  SDIFF: { keys: allKeys, reads: true },
  SDIFFCARD: { keys: countedFrom(0), reads: true },
  SDIFFSTORE: { keys: allKeys },
  SINTER: { keys: allKeys, reads: true },
  SINTERCARD: { keys: countedFrom(0), reads: true },
  SINTERSTORE: { keys: allKeys },
  SISMEMBER: READ,
  SMEMBERS: READ,
  SMISMEMBER: READ,
  SMOVE: { keys: firstTwo },
  SPOP: WRITE,
  SRANDMEMBER: READ,
  SREM: WRITE,
  SSCAN: READ,
  SUNION: { keys: allKeys, reads: true },
  SUNIONCARD: { keys: countedFrom(0), reads: true },
  SUNIONSTORE: { keys: allKeys },
};

/** The methods for them. */
export const SET_METHODS: Readonly<Record<string, MethodRow>> = {
  sadd: listed("SADD", 1, 2),
  scard: plain("SCARD", 1),
  sismember: plain("SISMEMBER", 2),
  smembers: plain("SMEMBERS", 1),
  smove: plain("SMOVE", 3),
  spop: plain("SPOP", 1, 2),
  srandmember: plain("SRANDMEMBER", 1, 2),
  srem: listed("SREM", 1, 2),
};
