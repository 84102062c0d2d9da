import { bytes, call, type Case, given, TEXT, threeWays } from "../cases.ts";

const HASH = "HSET k a 1 b 2";

const FIELDS: readonly unknown[][] = [
  ["a", "v"],
  ["c", 3],
  ["c", bytes("ff00")],
  ["a", 1, "c", 2],
  [["a", "v"]],
  [["a", "v"], ["c", 3]],
  [{ a: "v" }],
  [{ a: "v", c: 3, d: bytes("ff00"), e: 5n }],
  [{ 1: "one" }],
  [{}],
  [[]],
  [new Map([["a", "v"]])],
  [],
];

/** Hashes. */
export const HASHES: Case[] = [
  ...threeWays(
    { right: HASH, wrong: TEXT },
    call("hdel", "k", "a"),
    call("hdel", "k", "a", "b", "z"),
    call("hexists", "k", "a"),
    call("hexists", "k", "z"),
    call("hget", "k", "a"),
    call("hget", "k", "z"),
    call("hgetall", "k"),
    call("hincrby", "k", "a", 2),
    call("hincrby", "k", "a", "-2"),
    call("hincrbyfloat", "k", "a", 0.5),
    call("hincrbyfloat", "k", "a", "1e3"),
    call("hkeys", "k"),
    call("hlen", "k"),
    call("hmget", "k", "a"),
    call("hmget", "k", "a", "z", "b"),
    call("hsetnx", "k", "a", "v"),
    call("hsetnx", "k", "z", 5),
    call("hstrlen", "k", "a"),
    call("hstrlen", "k", "z"),
    call("hvals", "k"),
    call("hscan", "k", 0),
    call("hscan", "k", "0"),
    call("hscan", "k", 0, {}),
    call("hscan", "k", 0, { pattern: "a*" }),
    call("hscan", "k", 0, { count: 10 }),
    call("hscan", "k", 0, { pattern: "a*", count: 10 }),
    ...FIELDS.slice(0, 8).flatMap((fields) => [
      call("hset", "k", ...fields),
      call("hmset", "k", ...fields),
    ]),
  ),
  ...FIELDS.slice(8).flatMap((fields) => [
    call("hset", "k", ...fields),
    call("hmset", "k", ...fields),
  ]),
  call("hdel", "k"),
  call("hmget", "k"),
  call("hget", bytes("ff"), bytes("fe")),
  call("hsetnx", "k", bytes("fe"), bytes("00")),
  call("hscan", "k", "x"),
  ...given(
    "HSET k a 9007199254740993 b text c 1e2",
    call("hincrby", "k", "a", 1),
    call("hincrby", "k", "b", 1),
    call("hincrbyfloat", "k", "c", 1.25),
    call("hgetall", "k"),
  ),
  ...given(
    [["HSET", "k", "__proto__", "p", "constructor", "c", "ü", "ö"]],
    call("hgetall", "k"),
    call("hget", "k", "__proto__"),
    call("hget", "k", "ü"),
  ),
  ...given(
    [["HSET", "k", "a", bytes("ff00")]],
    call("hget", "k", "a"),
    call("hgetall", "k"),
    call("hstrlen", "k", "a"),
  ),
];
