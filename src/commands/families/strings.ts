/**
 * Commands on strings.
 *
 * @module
 */

import type { Argument } from "../../values.ts";
import { allKeys, countedPairs, everySecond, firstTwo } from "../key_rules.ts";
import { listed, made, type MethodRows, paired, plain } from "../methods.ts";
import { EXPIRIES, OptionNames, type Options, pushValue } from "../options.ts";
import type { StringMethods } from "../signatures/strings.ts";
import type { CommandRows } from "../spec.ts";
import { wordOf } from "../words.ts";
import { READ, WRITE } from "./shared.ts";

/** Commands on strings. */
export const STRING_COMMANDS: CommandRows = {
  APPEND: WRITE,
  DECR: WRITE,
  DECRBY: WRITE,
  DELEX: WRITE,
  DIGEST: READ,
  GET: {
    ...READ,
    nullIfAbsent: true,
    merges: { as: "MGET", argCount: 1, reply: "each" },
  },
  GETDEL: WRITE,
  GETEX: WRITE,
  GETRANGE: READ,
  GETSET: WRITE,
  INCR: WRITE,
  INCRBY: WRITE,
  INCRBYFLOAT: WRITE,
  LCS: { keys: firstTwo, reads: true },
  MGET: { keys: allKeys, reads: true, splits: { step: 1, merge: "list" } },
  MSET: { keys: everySecond, splits: { step: 2, merge: "status" } },
  MSETEX: { keys: countedPairs },
  MSETNX: { keys: everySecond },
  PSETEX: WRITE,
  SET: { ...WRITE, merges: { as: "MSET", argCount: 2, reply: "same" } },
  SETEX: WRITE,
  SETNX: WRITE,
  SETRANGE: WRITE,
  STRALGO: { keys: stralgoKeys, reads: true },
  STRLEN: READ,
  SUBSTR: READ,
};

/** Texts are no keys. */
function stralgoKeys(args: readonly Argument[]): number[] {
  return wordOf(args[1]) === "KEYS" ? [2, 3] : [];
}

const SET_OPTIONS = new OptionNames(
  "set",
  "ex px exat pxat keepttl nx xx mode get",
);
const GETEX_OPTIONS = new OptionNames("getex", "ex px exat pxat persist");
const LCS_OPTIONS = new OptionNames("lcs", "len idx minmatchlen withmatchlen");
const STRALGO_OPTIONS = new OptionNames(
  "stralgo",
  "len idx minmatchlen withmatchlen",
);

const SET_EXPIRIES = [...EXPIRIES, ["keepttl", "KEEPTTL", true]] as const;
const GETEX_EXPIRIES = [...EXPIRIES, ["persist", "PERSIST", true]] as const;

const SET_CONDITIONS = [
  ["nx", "NX", true],
  ["xx", "XX", true],
  ["mode", "", false],
] as const;

/** When a value expires: a word, with a time unless it is only on or off. */
function pushExpiry(
  args: Argument[],
  names: OptionNames,
  options: Options,
  expiries: typeof SET_EXPIRIES | typeof GETEX_EXPIRIES,
): void {
  const expiry = names.oneOf(options, expiries);
  if (expiry === undefined) return;
  args.push(...expiry);
}

function set(key: Argument, value: Argument, options?: unknown): Argument[] {
  const given = SET_OPTIONS.check(options);
  if (given === undefined) return [key, value];
  const lone = SET_OPTIONS.lone(given, EXPIRIES);
  if (lone !== undefined) {
    return [key, value, lone[1], given[lone[0]] as Argument];
  }
  const args = [key, value];
  pushExpiry(args, SET_OPTIONS, given, SET_EXPIRIES);
  const condition = SET_OPTIONS.oneOf(given, SET_CONDITIONS);
  if (condition !== undefined) {
    args.push(SET_OPTIONS.word(given, "mode", "NX XX") ?? condition[0]);
  }
  if (SET_OPTIONS.isOn(given, "get")) args.push("GET");
  return args;
}

function getex(key: Argument, options?: unknown): Argument[] {
  const given = GETEX_OPTIONS.check(options);
  if (given === undefined) return [key];
  const lone = GETEX_OPTIONS.lone(given, EXPIRIES);
  if (lone !== undefined) return [key, lone[1], given[lone[0]] as Argument];
  const args = [key];
  pushExpiry(args, GETEX_OPTIONS, given, GETEX_EXPIRIES);
  return args;
}

function pushMatches(
  args: Argument[],
  names: OptionNames,
  options: unknown,
): Argument[] {
  const given = names.check(options);
  if (given === undefined) return args;
  if (names.isOn(given, "idx")) args.push("IDX");
  if (names.isOn(given, "len")) args.push("LEN");
  if (names.isOn(given, "withmatchlen")) args.push("WITHMATCHLEN");
  // 0 is what it is without a word.
  if (given.minmatchlen !== 0) {
    pushValue(args, "MINMATCHLEN", given.minmatchlen);
  }
  return args;
}

function lcs(a: Argument, b: Argument, options?: unknown): Argument[] {
  return pushMatches([a, b], LCS_OPTIONS, options);
}

function stralgo(
  algorithm: Argument,
  target: Argument,
  a: Argument,
  b: Argument,
  options?: unknown,
): Argument[] {
  return pushMatches([algorithm, target, a, b], STRALGO_OPTIONS, options);
}

/** The methods for strings. */
export const STRING_METHODS: MethodRows<StringMethods> = {
  append: plain("APPEND", 2),
  decr: plain("DECR", 1),
  decrby: plain("DECRBY", 2),
  get: plain("GET", 1),
  getdel: plain("GETDEL", 1),
  getex: made("GETEX", 1, getex, { plain: 1 }),
  getrange: plain("GETRANGE", 3),
  getset: plain("GETSET", 2),
  incr: plain("INCR", 1),
  incrby: plain("INCRBY", 2),
  incrbyfloat: plain("INCRBYFLOAT", 2),
  lcs: made("LCS", 2, lcs, { plain: 2 }),
  mget: listed("MGET", 0),
  mset: paired("MSET", 0),
  msetnx: paired("MSETNX", 0),
  psetex: plain("PSETEX", 3),
  set: made("SET", 2, set, { plain: 2 }),
  setex: plain("SETEX", 3),
  setnx: plain("SETNX", 2),
  setrange: plain("SETRANGE", 3),
  stralgo: made("STRALGO", 4, stralgo, { plain: 4 }),
  strlen: plain("STRLEN", 1),
  substr: plain("SUBSTR", 3),
};
