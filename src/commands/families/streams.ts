/**
 * Commands on streams.
 *
 * @module
 */

import type { Argument } from "../../values.ts";
import { streamsBlock } from "../block_times.ts";
import { afterWord, streamKeys } from "../key_rules.ts";
import {
  type Call,
  made,
  type MethodRow,
  type MethodRows,
  plain,
  pushPairs,
} from "../methods.ts";
import { OptionNames, pushValue } from "../options.ts";
import type { StreamMethods } from "../signatures/streams.ts";
import type { CommandRows, ReplyReader } from "../spec.ts";
import {
  toAutoClaimed,
  toAutoClaimedIds,
  toClaimed,
  toClaimedIds,
  toConsumers,
  toFullStreamInfo,
  toGroups,
  toMessages,
  toPending,
  toPendingCounts,
  toStreamInfo,
  toStreams,
  toXIdIfAny,
} from "../stream_readers.ts";
import { subcommands } from "../subcommands.ts";
import { READ, WRITE } from "./shared.ts";

/** Commands on streams. */
export const STREAM_COMMANDS: CommandRows = {
  XACK: WRITE,
  XACKDEL: WRITE,
  XADD: WRITE,
  XAUTOCLAIM: WRITE,
  XCLAIM: WRITE,
  XDEL: WRITE,
  XDELEX: WRITE,
  XGROUP: {
    keys: afterWord(
      "CREATE",
      "CREATECONSUMER",
      "DELCONSUMER",
      "DESTROY",
      "SETID",
    ),
    subcommands: subcommands(
      "CREATE CREATECONSUMER DELCONSUMER DESTROY SETID",
    ),
  },
  XINFO: {
    keys: afterWord("CONSUMERS", "GROUPS", "STREAM"),
    reads: true,
    subcommands: subcommands("CONSUMERS GROUPS STREAM"),
  },
  XLEN: READ,
  XPENDING: READ,
  XRANGE: READ,
  XREAD: {
    keys: streamKeys,
    reads: true,
    blocks: streamsBlock,
    resp3: "streams",
  },
  XREADGROUP: { keys: streamKeys, blocks: streamsBlock, resp3: "streams" },
  XREVRANGE: READ,
  XSETID: WRITE,
  XTRIM: WRITE,
};

const XADD_OPTIONS = new OptionNames(
  "xadd",
  "approx elements limit minId noMkStream",
);
const TRIM_OPTIONS = new OptionNames("xtrim", "approx elements limit minId");
const XREAD_OPTIONS = new OptionNames("xread", "count block");
const XREADGROUP_OPTIONS = new OptionNames(
  "xreadgroup",
  "group consumer count block",
);
const XCLAIM_OPTIONS = new OptionNames(
  "xclaim",
  "group consumer minIdleTime idle time retryCount force justXId",
);
const XAUTOCLAIM_OPTIONS = new OptionNames("xautoclaim", "count justXId");
const XSETID_OPTIONS = new OptionNames("xsetid", "entriesAdded maxDeletedId");
const XPENDING_OPTIONS = new OptionNames("xpendingCount", "start end count");

/** The id of a message, in any of the ways in which it may be written. */
function xid(id: unknown): Argument {
  if (typeof id === "string" || id instanceof Uint8Array) return id;
  if (typeof id === "number" || typeof id === "bigint") return `${id}-0`;
  if (Array.isArray(id) && id.length === 2) return `${id[0]}-${id[1]}`;
  if (typeof id === "object" && id !== null && "unixMs" in id) {
    return `${id.unixMs}-${Reflect.get(id, "seqNo")}`;
  }
  throw new TypeError(
    'The id of a message is none: expected text such as "1-0", a number, a pair ' +
      "of numbers or { unixMs, seqNo }",
  );
}

/** Arguments, then ids. */
function withIds(fixed: number) {
  return (...given: unknown[]): Argument[] => {
    const args = given.slice(0, fixed) as Argument[];
    for (let i = fixed; i < given.length; i++) args.push(xid(given[i]));
    return args;
  };
}

/** What is kept: so many messages, or those from an id on. */
function pushTrimming(
  args: Argument[],
  names: OptionNames,
  given: Record<string, unknown>,
): void {
  const { elements, minId, limit } = given;
  if ((elements === undefined) === (minId === undefined)) {
    throw new TypeError(
      'Cannot trim a stream: expected either "elements" or "minId"',
    );
  }
  args.push(minId === undefined ? "MAXLEN" : "MINID");
  if (names.isOn(given, "approx")) args.push("~");
  args.push(minId === undefined ? elements as Argument : xid(minId));
  pushValue(args, "LIMIT", limit);
}

function xadd(
  key: Argument,
  id: unknown,
  fields: unknown,
  options?: unknown,
): Argument[] {
  const args = [key];
  const given = XADD_OPTIONS.check(options);
  if (given !== undefined) {
    const { noMkStream, ...trimming } = given;
    if (XADD_OPTIONS.isOn(given, "noMkStream")) args.push("NOMKSTREAM");
    // Nothing but that may be asked for.
    if (noMkStream === undefined || Object.keys(trimming).length > 0) {
      pushTrimming(args, XADD_OPTIONS, trimming);
    }
  }
  args.push(xid(id));
  if (Array.isArray(fields) || typeof fields !== "object") {
    throw new TypeError('The fields of "xadd" are no record or Map');
  }
  pushPairs(args, fields);
  return args;
}

function xsetid(key: Argument, id: unknown, options?: unknown): Argument[] {
  const args = [key, xid(id)];
  const given = XSETID_OPTIONS.check(options);
  if (given === undefined) return args;
  const { maxDeletedId } = given;
  pushValue(args, "ENTRIESADDED", given.entriesAdded);
  if (maxDeletedId !== undefined && maxDeletedId !== null) {
    args.push("MAXDELETEDID", xid(maxDeletedId));
  }
  return args;
}

function xtrim(key: Argument, trimming: unknown): Argument[] {
  const args = [key];
  pushTrimming(args, TRIM_OPTIONS, TRIM_OPTIONS.check(trimming) ?? {});
  return args;
}

function xautoclaim(
  key: Argument,
  group: Argument,
  consumer: Argument,
  minIdleTime: Argument,
  start: unknown,
  options?: unknown,
): Call {
  const args = [key, group, consumer, minIdleTime, xid(start)];
  const given = XAUTOCLAIM_OPTIONS.check(options) ?? {};
  pushValue(args, "COUNT", given.count);
  if (!XAUTOCLAIM_OPTIONS.isOn(given, "justXId")) {
    return { args, reader: toAutoClaimed };
  }
  args.push("JUSTID");
  return { args, reader: toAutoClaimedIds };
}

function xclaim(key: Argument, options: unknown, ...ids: unknown[]): Call {
  const given = XCLAIM_OPTIONS.check(options) ?? {};
  const { group, consumer, minIdleTime } = given;
  const args = [key, group, consumer, minIdleTime] as Argument[];
  for (const id of ids) args.push(xid(id));
  pushValue(args, "IDLE", given.idle);
  pushValue(args, "TIME", given.time);
  pushValue(args, "RETRYCOUNT", given.retryCount);
  if (XCLAIM_OPTIONS.isOn(given, "force")) args.push("FORCE");
  if (!XCLAIM_OPTIONS.isOn(given, "justXId")) {
    return { args, reader: toClaimed };
  }
  args.push("JUSTID");
  return { args, reader: toClaimedIds };
}

function xgroupCreate(
  key: Argument,
  group: Argument,
  id: unknown,
  mkstream?: unknown,
): Argument[] {
  const args = [key, group, xid(id)];
  if (mkstream === true) args.push("MKSTREAM");
  return args;
}

function xinfoStreamFull(key: Argument, count?: unknown): Argument[] {
  const args = [key, "FULL"];
  pushValue(args, "COUNT", count);
  return args;
}

function xpendingCount(
  key: Argument,
  group: Argument,
  range: unknown,
  consumer?: Argument,
): Argument[] {
  const given = XPENDING_OPTIONS.check(range) ?? {};
  const { start, end, count } = given;
  const args = [key, group, xid(start), xid(end), count as Argument];
  if (consumer !== undefined && consumer !== "") args.push(consumer);
  return args;
}

/** A method that reads a range of ids. */
function ranging(command: string): MethodRow {
  const make = (
    key: Argument,
    from: unknown,
    to: unknown,
    count?: unknown,
  ) => {
    const args = [key, xid(from), xid(to)];
    pushValue(args, "COUNT", count);
    return args;
  };
  return made(command, 3, make, { reader: toMessages });
}

/** The keys of all streams, then their ids. */
function pushStreams(
  args: Argument[],
  method: string,
  streams: unknown,
): Argument[] {
  if (!Array.isArray(streams) || streams.length === 0) {
    throw new TypeError(
      `The streams of "${method}" are no list of keys and ids, or an empty one`,
    );
  }
  args.push("STREAMS");
  for (const one of streams) args.push(Array.isArray(one) ? one[0] : one?.key);
  for (const one of streams) {
    args.push(xid(Array.isArray(one) ? one[1] : one?.xid));
  }
  return args;
}

function xread(streams: unknown, options?: unknown): Argument[] {
  const args: Argument[] = [];
  const given = XREAD_OPTIONS.check(options);
  if (given !== undefined) {
    pushValue(args, "COUNT", given.count);
    pushValue(args, "BLOCK", given.block);
  }
  return pushStreams(args, "xread", streams);
}

function xreadgroup(streams: unknown, options: unknown): Argument[] {
  const given = XREADGROUP_OPTIONS.check(options) ?? {};
  const { group, consumer, count, block } = given;
  const args = ["GROUP", group, consumer] as Argument[];
  pushValue(args, "COUNT", count);
  pushValue(args, "BLOCK", block);
  return pushStreams(args, "xreadgroup", streams);
}

/** A method whose last arguments are ids. */
function listing(
  command: string,
  fixed: number,
  reader?: ReplyReader,
): MethodRow {
  return made(command, fixed + 1, withIds(fixed), {
    max: Infinity,
    ...(reader === undefined ? {} : { reader }),
  });
}

/** The methods for streams. */
export const STREAM_METHODS: MethodRows<StreamMethods> = {
  xack: listing("XACK", 2),
  xadd: made("XADD", 3, xadd, { reader: toXIdIfAny }),
  xautoclaim: made("XAUTOCLAIM", 5, xautoclaim),
  xclaim: made("XCLAIM", 3, xclaim, { max: Infinity }),
  xdel: listing("XDEL", 1),
  xgroupCreate: made("XGROUP CREATE", 3, xgroupCreate),
  xgroupCreateConsumer: plain("XGROUP CREATECONSUMER", 3),
  xgroupDelConsumer: plain("XGROUP DELCONSUMER", 3),
  xgroupDestroy: plain("XGROUP DESTROY", 2),
  xgroupHelp: plain("XGROUP HELP", 0),
  xgroupSetID: made("XGROUP SETID", 3, withIds(2), { max: 3 }),
  xinfoConsumers: plain("XINFO CONSUMERS", 2, 2, { reader: toConsumers }),
  xinfoGroups: plain("XINFO GROUPS", 1, 1, { reader: toGroups }),
  xinfoStream: plain("XINFO STREAM", 1, 1, { reader: toStreamInfo }),
  xinfoStreamFull: made("XINFO STREAM", 1, xinfoStreamFull, {
    reader: toFullStreamInfo,
  }),
  xlen: plain("XLEN", 1),
  xpending: plain("XPENDING", 2, 2, { reader: toPending }),
  xpendingCount: made("XPENDING", 3, xpendingCount, {
    reader: toPendingCounts,
  }),
  xrange: ranging("XRANGE"),
  xread: made("XREAD", 1, xread, { reader: toStreams }),
  xreadgroup: made("XREADGROUP", 2, xreadgroup, { reader: toStreams }),
  xrevrange: ranging("XREVRANGE"),
  xsetid: made("XSETID", 2, xsetid),
  xtrim: made("XTRIM", 2, xtrim),
};
