import { bytes, call, type Case, given, threeWays } from "../cases.ts";

const AS_BYTES = { returnUint8Arrays: true };

/** Every type of reply, also those of RESP3 alone. */
const PROTOCOL_TYPES = [
  "string",
  "integer",
  "double",
  "null",
  "array",
  "set",
  "map",
  "attrib",
  "verbatim",
  "bignum",
  "true",
  "false",
];

/** Any command by its name. */
export const RAW: Case[] = [
  ...threeWays(
    { right: "SET k v", wrong: "RPUSH k a" },
    call("sendCommand", "GET", ["k"]),
    call("sendCommand", "GET", ["k"], AS_BYTES),
    call("sendCommand", "MGET", ["k", "l"], AS_BYTES),
    call("sendCommand", "TYPE", ["k"], AS_BYTES),
    call("sendCommand", "EXISTS", ["k"], AS_BYTES),
  ),
  call("sendCommand", "PING"),
  call("sendCommand", "PING", []),
  call("sendCommand", "ECHO", [7]),
  call("sendCommand", "SET", ["k", bytes("ff00")]),
  call("sendCommand", "COPY", ["k", "l"]),
  ...given(
    [["SET", "k", bytes("ff00")]],
    call("sendCommand", "GET", ["k"], AS_BYTES),
    call("sendCommand", "GET", ["k"]),
  ),
  ...given(
    "HSET h a 1 b 2",
    call("sendCommand", "HGETALL", ["h"]),
    call("sendCommand", "HGETALL", ["h"], AS_BYTES),
    call("sendCommand", "HRANDFIELD", ["h", 2, "WITHVALUES"]),
  ),
  ...given(
    "ZADD z 1.5 m; GEOADD g 13.361389 38.115556 p",
    call("sendCommand", "ZSCORE", ["z", "m"]),
    call("sendCommand", "ZMSCORE", ["z", "m", "none"]),
    call("sendCommand", "ZRANDMEMBER", ["z", 1, "WITHSCORES"]),
    call("sendCommand", "ZDIFF", [1, "z", "WITHSCORES"]),
    call("sendCommand", "ZMPOP", [1, "z", "MIN"]),
    call("sendCommand", "GEOSEARCH", [
      "g",
      "FROMMEMBER",
      "p",
      "BYRADIUS",
      1,
      "m",
    ]),
  ),
  ...given(
    "RPUSH l a b; SADD s 1",
    call("sendCommand", "LMOVE", ["l", "m", "LEFT", "RIGHT"]),
    call("sendCommand", "LMPOP", [1, "l", "LEFT"]),
    call("sendCommand", "SMISMEMBER", ["s", 1, 2]),
    call("sendCommand", "SINTERCARD", [1, "s"]),
  ),
  ...given(
    "SET k ohmytext; SET l mynewtext",
    call("sendCommand", "LCS", ["k", "l"]),
    call("sendCommand", "LCS", ["k", "l", "IDX"]),
    call("sendCommand", "GETDEL", ["k"]),
    call("sendCommand", "GETEX", ["k", "EX", 60]),
    call("sendCommand", "EXPIRETIME", ["k"]),
  ),
  ...given(
    "XADD x 1-1 a 1; XGROUP CREATE x g 0; XREADGROUP GROUP g one STREAMS x >",
    call("sendCommand", "XAUTOCLAIM", ["x", "g", "two", 0, "0-0"]),
  ),
  call("sendCommand", "NOSUCH", ["k"]),
  ...PROTOCOL_TYPES.map((type) =>
    call("sendCommand", "DEBUG", ["PROTOCOL", type])
  ),
  call("sendCommand", "DEBUG", ["PROTOCOL", "verbatim"], AS_BYTES),
  call("sendCommand", "DEBUG", ["PROTOCOL", "double"], AS_BYTES),
];
