import type {
  BitfieldWithOverflowOpts,
  SetOpts,
  SetWithModeOpts,
  StralgoOpts,
} from "../types/options.ts";
import type {
  BitCommands,
  HyperLogLogCommands,
  StringCommands,
} from "../types/strings.ts";
import type { RedisValue } from "../values.ts";
import { flag, pairs, type Table, truthyOption } from "./table.ts";

export const STRING_COMMANDS: Table<StringCommands> = {
  append: "APPEND key value",
  decr: "DECR key",
  decrby: "DECRBY key decrement",
  get: "GET key",
  getrange: "GETRANGE key start end",
  getset: "GETSET key value",
  incr: "INCR key",
  incrby: "INCRBY key increment",
  incrbyfloat: "INCRBYFLOAT key increment",
  mget: "MGET ...keys",
  mset: (...params: unknown[]) => ["MSET", ...pairs(params)],
  msetnx: (...params: unknown[]) => ["MSETNX", ...pairs(params)],
  psetex: "PSETEX key milliseconds value",
  set: (
    key: string,
    value: RedisValue,
    opts?: SetOpts & Partial<SetWithModeOpts>,
  ) => [
    "SET",
    key,
    value,
    ...expiry(opts),
    ...flag("KEEPTTL", opts?.keepttl),
    ...condition(opts),
    ...flag("GET", opts?.get),
  ],
  setex: "SETEX key seconds value",
  setnx: "SETNX key value",
  setrange: "SETRANGE key offset value",
  stralgo: (
    algorithm: string,
    target: string,
    a: string,
    b: string,
    opts?: StralgoOpts,
  ) => [
    "STRALGO",
    algorithm,
    target,
    a,
    b,
    ...flag("IDX", opts?.idx),
    ...flag("LEN", opts?.len),
    ...flag("WITHMATCHLEN", opts?.withmatchlen),
    ...truthyOption("MINMATCHLEN", opts?.minmatchlen),
  ],
  strlen: "STRLEN key",
};

export const BIT_COMMANDS: Table<BitCommands> = {
  bitcount: (key: string, start?: number, end?: number) =>
    start !== undefined && end !== undefined
      ? ["BITCOUNT", key, start, end]
      : ["BITCOUNT", key],
  bitfield: (key: string, opts?: Partial<BitfieldWithOverflowOpts>) => {
    const { get, set, incrby, overflow } = opts ?? {};
    return [
      "BITFIELD",
      key,
      ...(get ? ["GET", get.type, get.offset] : []),
      ...(set ? ["SET", set.type, set.offset, set.value] : []),
      ...(incrby
        ? ["INCRBY", incrby.type, incrby.offset, incrby.increment]
        : []),
      ...truthyOption("OVERFLOW", overflow),
    ];
  },
  bitop: "BITOP operation destination ...keys",
  bitpos: (key: string, bit: number, start?: number, end?: number) => {
    if (start === undefined) return ["BITPOS", key, bit];
    return end === undefined
      ? ["BITPOS", key, bit, start]
      : ["BITPOS", key, bit, start, end];
  },
  getbit: "GETBIT key offset",
  setbit: "SETBIT key offset value",
};

export const HYPERLOGLOG_COMMANDS: Table<HyperLogLogCommands> = {
  pfadd: "PFADD key ...elements",
  pfcount: "PFCOUNT ...keys",
  pfmerge: "PFMERGE destination ...sources",
};

/** The first of the four ways to expire, whichever the caller gave more of. */
function expiry(opts: SetOpts | undefined): unknown[] {
  for (const name of ["ex", "px", "exat", "pxat"] as const) {
    const time = opts?.[name];
    if (time !== undefined && time !== null) return [name.toUpperCase(), time];
  }
  return [];
}

/** NX or XX; an option of its own goes before the old `mode`. */
export function condition(
  opts: { nx?: boolean; xx?: boolean; mode?: string } | undefined,
): unknown[] {
  if (opts?.nx) return ["NX"];
  if (opts?.xx) return ["XX"];
  return opts?.mode ? [opts.mode] : [];
}
