import { bytes, call, type Case, given, LIST, threeWays } from "../cases.ts";

/** Values as callers write them. */
const VALUES: readonly unknown[] = [
  "",
  "text",
  "zwölf €",
  "a\r\nb\0c",
  0,
  12,
  -3.5,
  -0,
  1e21,
  1e-7,
  Number.MAX_SAFE_INTEGER,
  9007199254740993n,
  -9223372036854775808n,
  bytes(""),
  bytes("00ff0d0a80"),
];

/** What no command can carry. */
const NO_VALUES: readonly unknown[] = [
  undefined,
  null,
  NaN,
  Infinity,
  -Infinity,
  true,
  ["a", "b"],
  { a: 1 },
  "\ud800",
];

const TIMES = [
  {},
  { ex: 60 },
  { px: 60_000 },
  { exat: 33177117420 },
  { pxat: 33177117420000 },
  { keepttl: true },
];

const MODES = [{}, { nx: true }, { xx: true }, { mode: "NX" }, { mode: "XX" }];

/** Every option of SET with every other one. */
function setOptions(): Record<string, unknown>[] {
  return TIMES.flatMap((time) =>
    MODES.flatMap((mode) =>
      [{}, { get: true }].map((get) => ({ ...time, ...mode, ...get }))
    )
  );
}

/** Options that are odd, or that contradict each other. */
const ODD_OPTIONS: readonly unknown[] = [
  undefined,
  null,
  { ex: 0 },
  { ex: -1 },
  { ex: 1.5 },
  { ex: "60" },
  { ex: 60n },
  { ex: null, px: 5_000 },
  { ex: undefined, px: 5_000 },
  { ex: 60, px: 5_000 },
  { px: 5_000, exat: 33177117420 },
  { exat: 33177117420, pxat: 33177117420000 },
  { ex: 60, keepttl: true },
  { nx: true, xx: true },
  { nx: true, mode: "XX" },
  { nx: false, xx: false, get: false, keepttl: false },
  { ex: 5, NX: true },
  { ttl: 60 },
];

/** The three ways to give several keys with their values. */
const PAIRS: readonly unknown[][] = [
  ["k", "v"],
  ["k", 1],
  ["k", 1, "l", 2],
  [["k", "v"]],
  [["k", "v"], ["l", 2], ["m", bytes("ff00")]],
  [{ k: "v" }],
  [{ k: "v", l: 2, m: bytes("ff00") }],
  [{ 1: "a", ["__proto__"]: "p", constructor: "b" }],
  [new Map([["k", "v"]])],
  [{}],
  [[]],
  [],
];

/** Strings, and numbers in them. */
export const STRINGS: Case[] = [
  ...threeWays(
    { right: "SET k 5", wrong: LIST },
    call("get", "k"),
    call("strlen", "k"),
    call("append", "k", "v"),
    call("decr", "k"),
    call("decrby", "k", 3),
    call("decrby", "k", "3"),
    call("getrange", "k", 0, -1),
    call("getrange", "k", 0, 0),
    call("getset", "k", "new"),
    call("incr", "k"),
    call("incrby", "k", 3),
    call("incrby", "k", -3),
    call("incrby", "k", "7"),
    call("incrby", "k", 9007199254740993n),
    call("incrbyfloat", "k", 1.5),
    call("incrbyfloat", "k", "0.25"),
    call("incrbyfloat", "k", -1e-7),
    call("mget", "k"),
    call("mget", "k", "l", "k"),
    call("mset", "k", "v"),
    call("msetnx", "k", "v"),
    call("psetex", "k", 60_000, "v"),
    call("set", "k", "v"),
    call("setex", "k", 60, "v"),
    call("setnx", "k", "v"),
    call("setrange", "k", 2, "v"),
  ),
  ...given(
    "SET k text",
    call("incr", "k"),
    call("incrbyfloat", "k", 1),
    call("getrange", "k", 1, 2),
    call("getrange", "k", "1", "2"),
    call("getrange", "k", 9, 12),
  ),
  ...given("SET k 9007199254740992", call("incr", "k"), call("decr", "k")),
  ...given(
    "SET k -9223372036854775807",
    call("decr", "k"),
    call("decrby", "k", 2),
    call("get", "k"),
  ),
  ...given(
    [["SET", "k", bytes("c3bc206674")], ["SET", "l", bytes("ff00fe")]],
    call("get", "k"),
    call("get", "l"),
    call("mget", "k", "l"),
    call("getrange", "k", 0, 0),
    call("getset", "l", "v"),
  ),
  ...given(
    [["SET", bytes("ff00"), "v"], ["SET", "7", "seven"], ["SET", "", "empty"]],
    call("get", bytes("ff00")),
    call("get", 7),
    call("get", 7n),
    call("get", ""),
    call("mget", bytes("ff00"), 7, "7"),
  ),
  call("get"),
  call("get", "k", "l"),
  call("mget"),
  ...NO_VALUES.flatMap((
    value,
  ) => [call("get", value), call("set", "k", value)]),
  ...VALUES.flatMap((value) => [
    call("set", "k", value),
    ...given("SET k old", call("getset", "k", value)),
    call("append", "k", value),
  ]),
  ...VALUES.flatMap((value) => [
    call("setnx", "k", value),
    call("setex", "k", 60, value),
    call("psetex", "k", 60_000, value),
    call("setrange", "k", 0, value),
  ]),
  call("setex", "k", 0, "v"),
  call("setex", "k", "60", "v"),
  call("psetex", "k", -1, "v"),
  call("setrange", "k", -1, "v"),
  ...setOptions().flatMap((options) => [
    call("set", "k", "new", options),
    ...given("SET k old", call("set", "k", "new", options)),
  ]),
  ...given("RPUSH k a", call("set", "k", "new", { get: true })),
  ...ODD_OPTIONS.map((options) => call("set", "k", "new", options)),
  call("set", "k", bytes("ff00"), { ex: 60, nx: true }),
  call("set", "k", 5n, { px: 5_000n }),
  ...PAIRS.flatMap((pairs) => [
    call("mset", ...pairs),
    call("msetnx", ...pairs),
    ...given("SET k old", call("msetnx", ...pairs)),
  ]),
  ...answeredStralgo(),
];

/** STRALGO is gone since Redis 7: its words, and what a server says today. */
function answeredStralgo(): Case[] {
  const options = [
    undefined,
    {},
    { len: true },
    { idx: true },
    { idx: true, len: true },
    { idx: true, withmatchlen: true },
    { idx: true, minmatchlen: 4 },
    { minmatchlen: 0 },
    { len: false, idx: false },
    { idx: true, len: true, minmatchlen: 2, withmatchlen: true },
  ];
  const texts = ["LCS", "STRINGS", "ohmytext", "mynewtext"];
  const matches = "*4\r\n$7\r\nmatches\r\n*1\r\n*3\r\n*2\r\n:4\r\n:7\r\n" +
    "*2\r\n:5\r\n:8\r\n:4\r\n$3\r\nlen\r\n:6\r\n";
  return [
    call("stralgo", ...texts),
    call("stralgo", "LCS", "KEYS", "a", "b"),
    ...options.map((one) => ({
      ...call("stralgo", ...texts, one),
      answer: (one?.len && !one.idx)
        ? ":6\r\n"
        : one?.idx
        ? matches
        : "$6\r\nmytext\r\n",
    })),
    { ...call("stralgo", "LCS", "KEYS", "a", "b"), answer: "$0\r\n\r\n" },
  ];
}
