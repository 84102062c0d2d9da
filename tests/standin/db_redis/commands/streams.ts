import type {
  StartEndCount,
  XAddFieldValues,
  XClaimOpts,
  XId,
  XIdAdd,
  XIdGroupRead,
  XIdInput,
  XIdPos,
  XKeyIdGroup,
  XKeyIdGroupLike,
  XMaxlen,
  XReadGroupOpts,
  XReadOpts,
} from "../types/stream_values.ts";
import type { StreamCommands } from "../types/streams.ts";
import {
  toClaimed,
  toConsumers,
  toFullStream,
  toGroups,
  toId,
  toMessages,
  toPending,
  toPendingCounts,
  toStream,
  toStreams,
} from "./stream_replies.ts";
import {
  flag,
  type Method,
  option,
  parsed,
  type Table,
  truthyOption,
} from "./table.ts";

export const STREAM_COMMANDS: Table<StreamCommands> = {
  xack: (key: string, group: string, ...xids: XIdInput[]) => [
    "XACK",
    key,
    group,
    ...xids.map(idText),
  ],
  xadd: {
    build: (
      key: string,
      xid: XIdAdd,
      fields: XAddFieldValues,
      maxlen?: XMaxlen,
    ) => [
      "XADD",
      key,
      ...(maxlen
        ? [
          "MAXLEN",
          ...flag("~", maxlen.approx),
          maxlen.elements.toString(),
        ]
        : []),
      idText(xid),
      ...(fields instanceof Map ? [...fields] : Object.entries(fields)).flat(),
    ],
    parse: toId,
  },
  xclaim: {
    build: (key: string, opts: XClaimOpts, ...xids: XIdInput[]) => [
      "XCLAIM",
      key,
      opts.group,
      opts.consumer,
      opts.minIdleTime,
      ...xids.map(idText),
      ...truthyOption("IDLE", opts.idle),
      ...truthyOption("TIME", opts.time),
      ...truthyOption("RETRYCOUNT", opts.retryCount),
      ...flag("FORCE", opts.force),
      ...flag("JUSTID", opts.justXId),
    ],
    parse: (reply, _key: string, opts: XClaimOpts) =>
      toClaimed(reply, Boolean(opts.justXId)),
  },
  xdel: (key: string, ...xids: XIdInput[]) => [
    "XDEL",
    key,
    ...xids.map(idText),
  ],
  xgroupCreate: (
    key: string,
    group: string,
    xid: XIdInput | "$",
    mkstream?: boolean,
  ) => [
    "XGROUP",
    "CREATE",
    key,
    group,
    idText(xid),
    ...flag("MKSTREAM", mkstream),
  ],
  xgroupDelConsumer: "XGROUP DELCONSUMER key group consumer",
  xgroupDestroy: "XGROUP DESTROY key group",
  xgroupHelp: "XGROUP HELP",
  xgroupSetID: (key: string, group: string, xid: XIdInput) => [
    "XGROUP",
    "SETID",
    key,
    group,
    idText(xid),
  ],
  xinfoConsumers: parsed("XINFO CONSUMERS key group", toConsumers),
  xinfoGroups: parsed("XINFO GROUPS key", toGroups),
  xinfoStream: parsed("XINFO STREAM key", toStream),
  xinfoStreamFull: {
    build: (key: string, count?: number) => [
      "XINFO",
      "STREAM",
      key,
      "FULL",
      ...option("COUNT", count),
    ],
    parse: toFullStream,
  },
  xlen: "XLEN key",
  xpending: parsed("XPENDING key group", toPending),
  xpendingCount: {
    build: (
      key: string,
      group: string,
      range: StartEndCount,
      consumer?: string,
    ) => [
      "XPENDING",
      key,
      group,
      idText(range.start),
      idText(range.end),
      range.count,
      ...(consumer ? [consumer] : []),
    ],
    parse: toPendingCounts,
  },
  xrange: range("XRANGE"),
  xread: {
    build: (keys: KeyId[], opts?: XReadOpts) => [
      "XREAD",
      ...readOptions(opts ?? {}),
      ...streams(keys),
    ],
    parse: toStreams,
  },
  xreadgroup: {
    build: (keys: KeyId[], opts: XReadGroupOpts) => [
      "XREADGROUP",
      "GROUP",
      opts.group,
      opts.consumer,
      ...readOptions(opts),
      ...streams(keys),
    ],
    parse: toStreams,
  },
  xrevrange: range("XREVRANGE"),
  xtrim: (key: string, maxlen: XMaxlen) => [
    "XTRIM",
    key,
    "MAXLEN",
    ...flag("~", maxlen.approx),
    maxlen.elements,
  ],
};

type KeyId = XKeyIdGroup | XKeyIdGroupLike;

function range(command: string): Method {
  return {
    build: (key: string, from: XIdPos, to: XIdPos, count?: number) => [
      command,
      key,
      idText(from),
      idText(to),
      ...option("COUNT", count),
    ],
    parse: toMessages,
  };
}

function readOptions(opts: XReadOpts): unknown[] {
  return [...option("COUNT", opts.count), ...option("BLOCK", opts.block)];
}

/** All keys first, then their ids in the same order. */
function streams(keys: KeyId[]): unknown[] {
  const entries = [...keys].map((entry) =>
    Array.isArray(entry) ? entry : [entry.key, entry.xid] as const
  );
  return [
    "STREAMS",
    ...entries.map(([key]) => key),
    ...entries.map(([, xid]) => idText(xid)),
  ];
}

/** `milliseconds-sequence`, or the text that the caller gave. */
function idText(xid: XIdAdd | XIdGroupRead | XIdPos): string {
  if (typeof xid === "string") return xid;
  if (typeof xid === "number") return `${xid}-0`;
  if (Array.isArray(xid) && xid.length > 1) return `${xid[0]}-${xid[1]}`;
  const { unixMs, seqNo } = xid as XId;
  // The original throws this very text, not an error.
  if (unixMs === undefined) throw "fail";
  return `${unixMs}-${seqNo}`;
}
