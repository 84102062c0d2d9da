/**
 * Commands on sets.
 *
 * @module
 */

import type { Argument } from "../../values.ts";
import { listed, made, type MethodRows, plain } from "../methods.ts";
import { OptionNames, pushScan, pushValue } from "../options.ts";
import type { SetMethods } from "../signatures/sets.ts";
import { allKeys, countedFrom, firstTwo } from "../key_rules.ts";
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
  SSCAN: { ...READ, cursor: true },
  SUNION: { keys: allKeys, reads: true },
  SUNIONCARD: { keys: countedFrom(0), reads: true },
  SUNIONSTORE: { keys: allKeys },
};

const SSCAN_OPTIONS = new OptionNames("sscan", "pattern count");
const SINTERCARD_OPTIONS = new OptionNames("sintercard", "limit");

function sscan(key: Argument, cursor: Argument, options?: unknown): Argument[] {
  return pushScan([key, cursor], SSCAN_OPTIONS, options);
}

function sintercard(keys: unknown, options?: unknown): Argument[] {
  if (!Array.isArray(keys)) {
    throw new TypeError('The keys of "sintercard" are no list');
  }
  const args: Argument[] = [keys.length];
  for (const key of keys) args.push(key);
  pushValue(args, "LIMIT", SINTERCARD_OPTIONS.check(options)?.limit);
  return args;
}

/** The methods of the family. */
export const SET_METHODS: MethodRows<SetMethods> = {
  sadd: listed("SADD", 1, 2),
  scard: plain("SCARD", 1),
  sdiff: listed("SDIFF", 0, 1),
  sdiffstore: listed("SDIFFSTORE", 1, 2),
  sinter: listed("SINTER", 0, 1),
  sintercard: made("SINTERCARD", 1, sintercard),
  sinterstore: listed("SINTERSTORE", 1, 2),
  sismember: plain("SISMEMBER", 2),
  smembers: plain("SMEMBERS", 1),
  smismember: listed("SMISMEMBER", 1, 2),
  smove: plain("SMOVE", 3),
  spop: plain("SPOP", 1, 2),
  srandmember: plain("SRANDMEMBER", 1, 2),
  srem: listed("SREM", 1, 2),
  sscan: made("SSCAN", 2, sscan, { plain: 2 }),
  sunion: listed("SUNION", 0, 1),
  sunionstore: listed("SUNIONSTORE", 1, 2),
};
