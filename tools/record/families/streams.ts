import {
  answered,
  bytes,
  call,
  type Case,
  changing,
  given,
  TEXT,
  threeWays,
} from "../cases.ts";

/** A stream with two entries and a group. */
const STREAM = "XADD k 1-1 a 1 b 2; XADD k 2-0 c 3; XGROUP CREATE k g 0";

/** The same, whose first entry was delivered. */
const PENDING = `${STREAM}; XREADGROUP GROUP g one COUNT 1 STREAMS k >`;

/** The same, with entries that were delivered to two consumers. */
const BOTH = `${PENDING}; XREADGROUP GROUP g two STREAMS k >`;

/** Delivered, and then gone from the stream. */
const TRIMMED = `${BOTH}; XTRIM k MAXLEN 1`;

/** A stream that has lost all of its entries. */
const EMPTIED = "XADD k 1-1 a 1; XGROUP CREATE k g 0; XDEL k 1-1";

/** An id in each form that a caller may write. */
const IDS: readonly unknown[] = [
  { unixMs: 1, seqNo: 1 },
  [1, 1],
  1,
  0,
  "1-1",
  "1",
  "$",
  "*",
];

/** What is no id. */
const NO_IDS: readonly unknown[] = [[1], {}, null, undefined];

const FIELDS: readonly unknown[] = [
  { a: "v" },
  { a: 1, b: "zwölf", c: bytes("ff00"), 7: 5n },
  new Map<unknown, unknown>([["a", "v"], [7, bytes("ff00")], ["c", 1.5]]),
  { ["__proto__"]: "p", constructor: "c" },
  {},
  new Map(),
];

const CLAIM = { group: "g", consumer: "two", minIdleTime: 0 };

const CLAIMS: readonly unknown[] = [
  CLAIM,
  { ...CLAIM, idle: 5 },
  { ...CLAIM, idle: 0 },
  { ...CLAIM, time: 1_700_000_000_000 },
  { ...CLAIM, retryCount: 7 },
  { ...CLAIM, retryCount: 0 },
  { ...CLAIM, force: true },
  { ...CLAIM, justXId: true },
  { ...CLAIM, force: false, justXId: false },
  { ...CLAIM, idle: 5, retryCount: 7, force: true, justXId: true },
  { ...CLAIM, minIdleTime: 3_600_000 },
];

const GROUP = { group: "g", consumer: "one" };

/** Streams, without the times that a server notes. */
const STILL: Case[] = [
  ...threeWays(
    { right: STREAM, wrong: TEXT },
    call("xlen", "k"),
    ...FIELDS.map((fields) => call("xadd", "k", "5-1", fields)),
    call("xadd", "k", [5, 1], { a: 1 }),
    call("xadd", "k", { unixMs: 5, seqNo: 1 }, { a: 1 }),
    call("xadd", "k", 5, { a: 1 }),
    call("xadd", "k", "5-*", { a: 1 }),
    call("xadd", "k", "5-1", { a: 1 }, undefined),
    call("xadd", "k", "5-1", { a: 1 }, { elements: 2 }),
    call("xadd", "k", "5-1", { a: 1 }, { elements: 0 }),
    call("xadd", "k", "5-1", { a: 1 }, { approx: true, elements: 10 }),
    call("xadd", "k", "5-1", { a: 1 }, { approx: false, elements: 10 }),
    call("xdel", "k", "1-1"),
    call("xdel", "k", [1, 1], { unixMs: 2, seqNo: 0 }, 9),
    call("xtrim", "k", { elements: 1 }),
    call("xtrim", "k", { elements: 0 }),
    call("xtrim", "k", { approx: true, elements: 1 }),
    call("xrange", "k", "-", "+"),
    call("xrange", "k", "-", "+", 1),
    call("xrange", "k", 1, 1),
    call("xrange", "k", [1, 1], { unixMs: 2, seqNo: 0 }, 10),
    call("xrange", "k", "(1-1", "+"),
    call("xrevrange", "k", "+", "-"),
    call("xrevrange", "k", "+", "-", 1),
    call("xrevrange", "k", { unixMs: 2, seqNo: 0 }, [1, 1]),
    call("xread", [["k", 0]]),
    call("xread", [["k", "0-0"]], { count: 1 }),
    call("xread", [{ key: "k", xid: 1 }], {}),
    call("xread", [["k", 0]], { count: 1, block: 1 }),
    call("xread", [["k", "$"]], { block: 1 }),
    call("xread", [["k", 0], ["l", 0]]),
    call("xread", [{ key: "l", xid: [0, 0] }, ["k", { unixMs: 0, seqNo: 1 }]]),
    call("xreadgroup", [["k", ">"]], GROUP),
    call("xreadgroup", [["k", ">"]], { ...GROUP, count: 1 }),
    call("xreadgroup", [["k", ">"]], { ...GROUP, count: 1, block: 1 }),
    call("xreadgroup", [{ key: "k", xid: ">" }], { ...GROUP, block: 1 }),
    call("xreadgroup", [["k", 0]], GROUP),
    call("xreadgroup", [{ key: "k", xid: [0, 0] }], GROUP),
    call("xgroupCreate", "k", "h", "$"),
    call("xgroupCreate", "k", "h", 0, true),
    call("xgroupCreate", "k", "h", [1, 1], false),
    call("xgroupCreate", "k", "g", { unixMs: 1, seqNo: 1 }),
    call("xgroupDelConsumer", "k", "g", "one"),
    call("xgroupDestroy", "k", "g"),
    call("xgroupDestroy", "k", "z"),
    call("xgroupSetID", "k", "g", { unixMs: 1, seqNo: 1 }),
    call("xgroupSetID", "k", "g", 0),
    call("xgroupSetID", "k", "g", "$"),
    call("xinfoConsumers", "k", "g"),
    call("xinfoConsumers", "k", "z"),
    call("xinfoGroups", "k"),
    call("xinfoStream", "k"),
    call("xinfoStreamFull", "k"),
    call("xinfoStreamFull", "k", 1),
    call("xack", "k", "g", "1-1"),
    call("xpending", "k", "g"),
    call("xpending", "k", "z"),
    call("xpendingCount", "k", "g", { start: "-", end: "+", count: 10 }),
    ...CLAIMS.map((options) => call("xclaim", "k", options, "1-1")),
  ),
  ...IDS.flatMap((id) =>
    given(
      STREAM,
      call("xack", "k", "g", id),
      call("xdel", "k", id),
      call("xrange", "k", id, "+"),
      call("xread", [["k", id]], { block: 1 }),
      call("xgroupCreate", "k", "h", id),
    )
  ),
  ...NO_IDS.flatMap((id) => [
    call("xack", "k", "g", id),
    call("xadd", "k", id, { a: 1 }),
    call("xrange", "k", id, "+"),
    call("xread", [["k", id]]),
    call("xreadgroup", [["k", id]], GROUP),
  ]),
  ...given(
    PENDING,
    call("xack", "k", "g", "1-1"),
    call("xack", "k", "g", [1, 1], { unixMs: 2, seqNo: 0 }, 9),
    call("xgroupDelConsumer", "k", "g", "one"),
    call("xpending", "k", "g"),
    call("xreadgroup", [["k", 0]], GROUP),
    call("xreadgroup", [["k", 0]], { ...GROUP, consumer: "two" }),
    call("xreadgroup", [["k", ">"]], { ...GROUP, consumer: "two" }),
    ...CLAIMS.map((options) => call("xclaim", "k", options, "1-1")),
    call("xclaim", "k", CLAIM, [1, 1], { unixMs: 2, seqNo: 0 }, 9),
    call("xclaim", "k", { ...CLAIM, justXId: true }, 9),
    call("xclaim", "k", { ...CLAIM, force: true }, "2-0"),
    call("xclaim", "k", CLAIM),
  ),
  ...given(
    BOTH,
    call("xpending", "k", "g"),
    call("xinfoGroups", "k"),
    call("xreadgroup", [["k", 0]], { ...GROUP, consumer: "two" }),
  ),
  ...given(
    TRIMMED,
    call("xreadgroup", [["k", 0]], GROUP),
    call("xreadgroup", [["k", 0], ["k", ">"]], GROUP),
    call("xclaim", "k", CLAIM, "1-1"),
    call("xclaim", "k", { ...CLAIM, justXId: true }, "1-1"),
    call("xpending", "k", "g"),
  ),
  ...given(
    EMPTIED,
    call("xinfoStream", "k"),
    call("xinfoStreamFull", "k"),
    call("xinfoStreamFull", "k", 1),
    call("xinfoGroups", "k"),
    call("xinfoConsumers", "k", "g"),
    call("xpending", "k", "g"),
    call("xpendingCount", "k", "g", { start: "-", end: "+", count: 1 }),
    call("xlen", "k"),
    call("xrange", "k", "-", "+"),
    call("xread", [["k", 0]]),
    call("xreadgroup", [["k", ">"]], GROUP),
  ),
  ...given(
    "XGROUP CREATE k g $ MKSTREAM",
    call("xinfoStream", "k"),
    call("xinfoStreamFull", "k"),
    call("xread", [["k", "$"]], { block: 1 }),
    call("xreadgroup", [["k", ">"]], GROUP),
    call("xreadgroup", [["k", 0]], GROUP),
  ),
  ...given(
    `${STREAM}; XADD l 1-1 x y; XGROUP CREATE l g 0`,
    call("xread", [["k", 0], ["l", 0]], { count: 1 }),
    call("xread", [["l", "$"], ["k", "1-1"]], { count: 5, block: 1 }),
    call("xreadgroup", [["k", ">"], ["l", ">"]], GROUP),
    call("xreadgroup", [["l", 0], { key: "k", xid: ">" }], GROUP),
    call("xread", []),
    call("xreadgroup", [], GROUP),
  ),
  ...given(
    [
      ["XADD", "k", "9007199254740993-7", "__proto__", "p", "constructor", "c"],
      ["XADD", "k", "9007199254740993-8", "a", "1", "a", "2"],
      ["XGROUP", "CREATE", "k", "g", "0"],
      ["XREADGROUP", "GROUP", "g", "one", "STREAMS", "k", ">"],
    ],
    call("xrange", "k", "-", "+"),
    call("xread", [["k", 0]]),
    call("xpending", "k", "g"),
    call("xadd", "k", "9007199254740993-9", { a: 1 }),
    call("xclaim", "k", { ...CLAIM, justXId: true }, "9007199254740993-7"),
  ),
  ...given(
    [["XADD", "k", "1-1", "a", bytes("ff00"), "ü", "ö"]],
    call("xrange", "k", "-", "+"),
    call("xread", [["k", 0]]),
  ),
  call("xgroupHelp"),
  call("xack", "k", "g"),
  call("xdel", "k"),
  call("xread", [["k", 0]], { block: 0, count: "1" }),
].filter(({ args: [, options] }) =>
  // It would wait for ever.
  (options as { block?: unknown } | undefined)?.block !== 0
);

/** Streams: what tells a time is new each time. */
export const STREAMS: Case[] = [
  ...STILL.filter(({ method }) => !/xinfo|xpendingCount/.test(method)),
  ...changing(
    ...STILL.filter(({ method }) => /xinfo|xpendingCount/.test(method)),
    call("xadd", "k", "*", { a: 1 }),
    call("xadd", "k", "*", { a: 1 }, { approx: true, elements: 1_000 }),
    ...given(
      BOTH,
      call("xinfoConsumers", "k", "g"),
      call("xinfoStream", "k"),
      call("xinfoStreamFull", "k"),
      call("xinfoStreamFull", "k", 0),
      call("xinfoStreamFull", "k", "1"),
      ...[undefined, "one", "two", "z", ""].map((consumer) =>
        call(
          "xpendingCount",
          "k",
          "g",
          { start: "-", end: "+", count: 10 },
          consumer,
        )
      ),
      call("xpendingCount", "k", "g", { start: 1, end: [2, 0], count: 1 }),
      call("xpendingCount", "k", "g", {
        start: { unixMs: 1, seqNo: 0 },
        end: "(2-0",
        count: "5",
      }, "one"),
    ),
    ...given(
      TRIMMED,
      call("xinfoStream", "k"),
      call("xinfoStreamFull", "k"),
      call("xpendingCount", "k", "g", { start: "-", end: "+", count: 10 }),
    ),
  ),
  ...answered(
    "*1\r\n*2\r\n$1\r\nk\r\n*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n",
    call("xread", [["k", "$"]], { block: 0 }),
    call("xread", [["k", "$"]], { count: 5, block: 0 }),
    call("xreadgroup", [["k", ">"]], { ...GROUP, block: 0 }),
  ),
];
