import { call, type Case, flushed, given } from "../cases.ts";

/** MULTI and what belongs to it, and what is sent together. */
export const TRANSACTIONS: Case[] = [
  call("multi"),
  call("discard"),
  call("exec"),
  call("unwatch"),
  call("watch", "k"),
  call("watch", "k", "l"),
  call("watch"),
  ...given("MULTI", call("multi"), call("watch", "k"), call("get", "k")),
  ...given("MULTI", call("exec"), call("discard")),
  ...given(
    "MULTI; SET k v; GET k; INCR n; RPUSH l a b; LRANGE l 0 -1; GET z",
    call("exec"),
  ),
  ...given(
    "HSET h a 1; MULTI; HGETALL h; SMEMBERS s; ZSCORE z m",
    call("exec"),
  ),
  ...given("SET k text; MULTI; GET k; INCR k; GET k", call("exec")),
  ...given("SET k 9007199254740992; MULTI; INCR k", call("exec")),
  ...given("WATCH k; SET k v; MULTI; GET k", call("exec")),
  ...(["pipeline", "tx"] as const).flatMap((method) => [
    flushed(method),
    flushed(method, call("set", "k", "v"), call("get", "k")),
    flushed(method, call("set", "k", "v", { ex: 60 }), call("incr", "k")),
    flushed(method, call("get", "z"), call("mget", "k", "z"), call("del", "k")),
    flushed(method, call("hset", "h", { a: 1, b: 2 }), call("hgetall", "h")),
    flushed(method, call("dump", "z")),
  ]),
];
