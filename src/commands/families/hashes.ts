/**
 * Commands on hashes.
 *
 * @module
 */

import type { Argument } from "../../values.ts";
import {
  type Call,
  listed,
  made,
  type MethodRow,
  type MethodRows,
  paired,
  plain,
  pushPairs,
} from "../methods.ts";
import { EXPIRIES, OptionNames, pushScan } from "../options.ts";
import { toPageOfPairs, toPairs, toRecord } from "../readers.ts";
import type { HashMethods } from "../signatures/hashes.ts";
import type { CommandRows } from "../spec.ts";
import { READ, WRITE } from "./shared.ts";

/** Commands on hashes. */
export const HASH_COMMANDS: CommandRows = {
  HDEL: WRITE,
  HEXISTS: READ,
  HEXPIRE: WRITE,
  HEXPIREAT: WRITE,
  HEXPIRETIME: READ,
  HGET: { ...READ, nullIfAbsent: true },
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
  HSCAN: { ...READ, cursor: true },
  HSET: WRITE,
  HSETEX: WRITE,
  HSETNX: WRITE,
  HSTRLEN: READ,
  HTTL: READ,
  HVALS: READ,
};

const EXPIRY_CONDITIONS = [
  ["nx", "NX", true],
  ["xx", "XX", true],
  ["gt", "GT", true],
  ["lt", "LT", true],
] as const;
const HSETEX_OPTIONS = new OptionNames(
  "hsetex",
  "ex px exat pxat keepttl fnx fxx",
);
const HSETEX_EXPIRIES = [...EXPIRIES, ["keepttl", "KEEPTTL", true]] as const;
const HGETEX_OPTIONS = new OptionNames("hgetex", "ex px exat pxat persist");
const HGETEX_EXPIRIES = [...EXPIRIES, ["persist", "PERSIST", true]] as const;
const HRANDFIELD_OPTIONS = new OptionNames("hrandfield", "withValues");
const HSCAN_OPTIONS = new OptionNames("hscan", "pattern count");

/** `FIELDS`, how many, and the fields. */
function pushFields(
  args: Argument[],
  method: string,
  fields: unknown,
): Argument[] {
  if (!Array.isArray(fields)) {
    throw new TypeError(`The fields of "${method}" are no list`);
  }
  args.push("FIELDS", fields.length);
  for (const field of fields) args.push(field);
  return args;
}

/** A method whose last arguments are fields behind their count. */
function fielded(command: string): MethodRow {
  const method = command.toLowerCase();
  const make = (key: Argument, ...fields: unknown[]) =>
    pushFields([key], method, Array.isArray(fields[0]) ? fields[0] : fields);
  return made(command, 2, make, { max: Infinity });
}

/** A method that says when fields expire. */
function expiring(command: string): MethodRow {
  const method = command.toLowerCase();
  const names = new OptionNames(method, "nx xx gt lt");
  const make = (
    key: Argument,
    time: Argument,
    fields: unknown,
    options?: unknown,
  ) => {
    const args = [key, time];
    const given = names.check(options);
    if (given !== undefined) {
      args.push(...names.oneOf(given, EXPIRY_CONDITIONS) ?? []);
    }
    return pushFields(args, method, fields);
  };
  return made(command, 3, make);
}

function hgetex(
  key: Argument,
  fields: unknown,
  options?: unknown,
): Argument[] {
  const args = [key];
  const given = HGETEX_OPTIONS.check(options);
  if (given !== undefined) {
    args.push(...HGETEX_OPTIONS.oneOf(given, HGETEX_EXPIRIES) ?? []);
  }
  return pushFields(args, "hgetex", fields);
}

function hsetex(
  key: Argument,
  values: unknown,
  options?: unknown,
): Argument[] {
  const args = [key];
  const given = HSETEX_OPTIONS.check(options);
  if (given !== undefined) {
    args.push(
      ...HSETEX_OPTIONS.oneOf(given, [
        ["fnx", "FNX", true],
        ["fxx", "FXX", true],
      ]) ?? [],
      ...HSETEX_OPTIONS.oneOf(given, HSETEX_EXPIRIES) ?? [],
    );
  }
  const pairs: Argument[] = [];
  pushPairs(pairs, values);
  args.push("FIELDS", pairs.length / 2);
  for (const one of pairs) args.push(one);
  return args;
}

function hrandfield(
  key: Argument,
  count: Argument,
  options?: unknown,
): Argument[] | Call {
  const given = HRANDFIELD_OPTIONS.check(options);
  const args = [key, count];
  if (given === undefined || !HRANDFIELD_OPTIONS.isOn(given, "withValues")) {
    return args;
  }
  args.push("WITHVALUES");
  return { args, records: toPairs };
}

function hscan(
  key: Argument,
  cursor: Argument,
  options?: unknown,
): Argument[] {
  return pushScan([key, cursor], HSCAN_OPTIONS, options);
}

/** The methods for hashes. */
export const HASH_METHODS: MethodRows<HashMethods> = {
  hdel: listed("HDEL", 1, 2),
  hexists: plain("HEXISTS", 2),
  hexpire: expiring("HEXPIRE"),
  hexpireat: expiring("HEXPIREAT"),
  hexpiretime: fielded("HEXPIRETIME"),
  hget: plain("HGET", 2),
  hgetall: plain("HGETALL", 1, 1, { records: toRecord }),
  hgetdel: fielded("HGETDEL"),
  hgetex: made("HGETEX", 2, hgetex),
  hincrby: plain("HINCRBY", 3),
  hincrbyfloat: plain("HINCRBYFLOAT", 3),
  hkeys: plain("HKEYS", 1),
  hlen: plain("HLEN", 1),
  hmget: listed("HMGET", 1, 2),
  hmset: paired("HMSET", 1),
  hpersist: fielded("HPERSIST"),
  hpexpire: expiring("HPEXPIRE"),
  hpexpireat: expiring("HPEXPIREAT"),
  hpexpiretime: fielded("HPEXPIRETIME"),
  hpttl: fielded("HPTTL"),
  hrandfield: made("HRANDFIELD", 1, hrandfield, { plain: 2 }),
  hscan: made("HSCAN", 2, hscan, { plain: 2, records: toPageOfPairs }),
  hset: paired("HSET", 1),
  hsetex: made("HSETEX", 2, hsetex),
  hsetnx: plain("HSETNX", 3),
  hstrlen: plain("HSTRLEN", 2),
  httl: fielded("HTTL"),
  hvals: plain("HVALS", 1),
};
