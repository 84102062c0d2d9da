import { bytes, call, type Case, given, TEXT, threeWays } from "../cases.ts";

const THREE = "ZADD k 1 a 2.5 b 3 c";

const ADD_OPTIONS: readonly unknown[] = [
  undefined,
  {},
  { ch: true },
  { nx: true },
  { xx: true },
  { mode: "NX" },
  { mode: "XX" },
  { nx: true, ch: true },
  { xx: true, ch: true },
  { mode: "XX", ch: true },
  { nx: true, xx: true },
  { nx: true, mode: "XX" },
  { nx: false, xx: false, ch: false },
];

const SCORES: readonly unknown[] = [
  0,
  -0,
  0.1,
  -1e-7,
  1e21,
  1.7976931348623157e308,
  Infinity,
  -Infinity,
  NaN,
  "5",
  "+inf",
  "-inf",
  "(5",
  9007199254740993n,
];

const LIMIT = { limit: { offset: 1, count: 1 } };

const RANGES: readonly unknown[] = [
  undefined,
  {},
  { withScore: true },
  { withScore: false },
  LIMIT,
  { withScore: true, ...LIMIT },
];

const SOURCES: readonly unknown[] = [
  ["k", "l"],
  ["k"],
  [["k", 2], ["l", 0.5]],
  { k: 2, l: 0.5 },
  { k: 1 },
  [],
  {},
];

const AGGREGATES: readonly unknown[] = [
  undefined,
  {},
  { aggregate: "SUM" },
  { aggregate: "MIN" },
  { aggregate: "MAX" },
];

/** What ZADD is given in each of its three forms. */
function members(options: unknown): Case[] {
  return [
    call("zadd", "k", 2, "a", options),
    call("zadd", "k", [[2, "a"], [5, "z"]], options),
    call("zadd", "k", { a: 2, z: 5 }, options),
  ];
}

/** Sorted sets. */
export const SORTED_SETS: Case[] = [
  ...ADD_OPTIONS.flatMap((options) =>
    given(
      THREE,
      ...members(options),
      call("zaddIncr", "k", 2, "a", options),
      call("zaddIncr", "k", 2, "z", options),
    )
  ),
  ...[undefined, { xx: true }, { nx: true }].flatMap((options) => [
    ...members(options),
    call("zaddIncr", "k", 2, "a", options),
    ...given(
      TEXT,
      ...members(options),
      call("zaddIncr", "k", 2, "a", options),
    ),
  ]),
  ...SCORES.flatMap((score) =>
    given(
      THREE,
      call("zadd", "k", score, "m"),
      call("zadd", "k", [[score, "m"]]),
      call("zadd", "k", { m: score }),
      call("zincrby", "k", score, "a"),
      call("zcount", "k", score, 10),
      call("zrangebyscore", "k", score, "+inf"),
      call("zrevrangebyscore", "k", score, "-inf"),
      call("zremrangebyscore", "k", "-inf", score),
    )
  ),
  call("zadd", "k", 1, bytes("ff00")),
  call("zadd", "k", 1, 7),
  call("zadd", "k", []),
  call("zadd", "k", {}),
  call("zadd", "k", [[1, bytes("ff")], [2, 5]]),
  call("zadd", "k", { 7: 1, ["__proto__"]: 2 }),
  call("zadd", "k", 1),
  ...threeWays(
    { right: `${THREE}; ZADD l 2 b 4 d`, wrong: TEXT },
    call("bzpopmin", 0.01, "k"),
    call("bzpopmin", 0.01, "z", "k"),
    call("bzpopmax", 0.01, "k"),
    call("bzpopmax", 0.01, "z", "k"),
    call("zcard", "k"),
    call("zcount", "k", 1, 2),
    call("zcount", "k", "(1", "+inf"),
    call("zincrby", "k", 1.5, "a"),
    call("zincrby", "k", "-2", "z"),
    call("zincrby", "k", 1, 7),
    call("zlexcount", "k", "-", "+"),
    call("zpopmax", "k"),
    call("zpopmax", "k", 2),
    call("zpopmax", "k", 0),
    call("zpopmin", "k"),
    call("zpopmin", "k", 2),
    call("zpopmin", "k", "1"),
    call("zpopmin", "k", undefined),
    call("zrank", "k", "b"),
    call("zrank", "k", "z"),
    call("zrank", "k", 7),
    call("zrem", "k", "a"),
    call("zrem", "k", "a", "z", 7),
    call("zremrangebyrank", "k", 0, 1),
    call("zremrangebyrank", "k", "-1", "-1"),
    call("zremrangebyscore", "k", 1, 2),
    call("zremrangebyscore", "k", "(1", "+inf"),
    call("zrevrank", "k", "b"),
    call("zrevrank", "k", "z"),
    call("zscore", "k", "b"),
    call("zscore", "k", "z"),
    call("zscore", "k", bytes("61")),
    call("zscan", "k", 0),
    call("zscan", "k", "0"),
    call("zscan", "k", 0, {}),
    call("zscan", "k", 0, { pattern: "a*" }),
    call("zscan", "k", 0, { count: 10 }),
    call("zscan", "k", 0, { pattern: "[ab]", count: 10 }),
    ...RANGES.flatMap((range) => [
      call("zrangebyscore", "k", 1, 3, range),
      call("zrangebyscore", "k", "(1", "+inf", range),
      call("zrevrangebyscore", "k", 3, 1, range),
      call("zrevrangebyscore", "k", "+inf", "-inf", range),
    ]),
    ...RANGES.slice(0, 4).flatMap((range) => [
      call("zrange", "k", 0, -1, range),
      call("zrevrange", "k", 0, -1, range),
    ]),
    call("zrange", "k", 1, 1),
    call("zrange", "k", "0", "1"),
    call("zrange", "k", 5, 9, { withScore: true }),
    call("zrevrange", "k", "0", "1"),
    ...SOURCES.flatMap((source) => [
      call("zinter", source),
      call("zinterstore", "dest", source),
      call("zunionstore", "dest", source),
    ]),
  ),
  ...given(
    `${THREE}; ZADD l 2 b 4 c`,
    ...SOURCES.slice(0, 4).flatMap((source) =>
      AGGREGATES.slice(1).flatMap((aggregate) => [
        call("zinter", source, aggregate),
        call("zinter", source, { ...aggregate as object, withScore: true }),
        call("zinterstore", "dest", source, aggregate),
        call("zunionstore", "dest", source, aggregate),
      ])
    ),
  ),
  ...given(
    "ZADD k 0 a 0 b 0 c 0 d",
    ...[undefined, {}, LIMIT].flatMap((range) => [
      call("zrangebylex", "k", "-", "+", range),
      call("zrangebylex", "k", "[b", "(d", range),
      call("zrevrangebylex", "k", "-", "+", range),
      call("zrevrangebylex", "k", "+", "-", range),
      call("zrevrangebylex", "k", "[b", "(d", range),
      call("zrevrangebylex", "k", "(d", "[b", range),
    ]),
    call("zlexcount", "k", "[b", "(d"),
    call("zlexcount", "k", "b", "d"),
    call("zremrangebylex", "k", "[b", "(d"),
    call("zremrangebylex", "k", "-", "+"),
  ),
  call("zrangebylex", "k", "-", "+"),
  call("zrevrangebylex", "k", "+", "-"),
  call("zremrangebylex", "k", "-", "+"),
  ...given(
    TEXT,
    call("zrangebylex", "k", "-", "+"),
    call("zrevrangebylex", "k", "+", "-"),
    call("zremrangebylex", "k", "-", "+"),
  ),
  ...given(
    "ZADD k 3.3 a +inf b -inf c 9007199254740993 d 1e300 e 0.1 f",
    call("zrange", "k", 0, -1, { withScore: true }),
    call("zscore", "k", "a"),
    call("zscore", "k", "b"),
    call("zscore", "k", "d"),
    call("zscore", "k", "e"),
    call("zincrby", "k", 0.2, "f"),
    call("zaddIncr", "k", 0.2, "f"),
    call("zpopmax", "k"),
    call("zpopmin", "k", 2),
    call("bzpopmin", 0, "k"),
    call("bzpopmax", 0, "k"),
    call("zscan", "k", 0),
  ),
  ...given(
    [["ZADD", "k", 1, bytes("ff00"), 2, "ü", 3, "__proto__"]],
    call("zrange", "k", 0, -1),
    call("zrange", "k", 1, -1, { withScore: true }),
    call("zscore", "k", bytes("ff00")),
    call("zpopmax", "k"),
  ),
  call("zrem", "k"),
  call("zinter", ["k"], { withScore: true }),
];
