/** What the stream commands take and give. */
import type { RedisValue } from "../values.ts";

/** The id of an entry. */
export interface XId {
  unixMs: number;
  seqNo: number;
}

/** An entry. */
export interface XMessage {
  xid: XId;
  fieldValues: Record<string, string>;
}

// Ids as arguments: a number alone is the milliseconds.

export type XIdInput = XId | [number, number] | number | string;
export type XIdAdd = XIdInput | "*";
export type XIdGroupRead = XIdInput | ">";
export type XIdPos = XIdInput | "+";
export type XIdNeg = XIdInput | "-";
export type XIdCreateGroup = XIdInput | "$";

export interface XKeyId {
  key: string;
  xid: XIdInput;
}

export type XKeyIdLike = [string, XIdInput];

export interface XKeyIdGroup {
  key: string;
  xid: XIdGroupRead;
}

export type XKeyIdGroupLike = [string, XIdGroupRead];

export type XAddFieldValues =
  | Record<string | number, RedisValue>
  | Map<string | number, RedisValue>;

// Options

export interface XMaxlen {
  approx?: boolean;
  elements: number;
}

export interface XReadOpts {
  count?: number;
  block?: number;
}

export interface XReadGroupOpts {
  group: string;
  consumer: string;
  count?: number;
  block?: number;
}

export interface XClaimOpts {
  group: string;
  consumer: string;
  minIdleTime: number;
  idle?: number;
  time?: number;
  retryCount?: number;
  force?: boolean;
  justXId?: boolean;
}

export interface StartEndCount {
  start: XIdNeg;
  end: XIdPos;
  count: number;
}

// Replies of reading and claiming

export type XReadStream = { key: string; messages: XMessage[] };
export type XReadReply = XReadStream[];
export type XReadIdData = [string, string[]];
export type XReadStreamRaw = [string, XReadIdData[]];
export type XReadReplyRaw = XReadStreamRaw[];

export interface XClaimMessages {
  kind: "messages";
  messages: XMessage[];
}

export interface XClaimJustXId {
  kind: "justxid";
  xids: XId[];
}

export type XClaimReply = XClaimMessages | XClaimJustXId;

// Replies about what is pending

export interface XPendingReply {
  count: number;
  startId: XId;
  endId: XId;
  consumers: XPendingConsumer[];
}

export interface XPendingConsumer {
  name: string;
  pending: number;
}

export interface XPendingCount {
  xid: XId;
  owner: string;
  lastDeliveredMs: number;
  timesDelivered: number;
}

// Replies about streams, groups and consumers

export interface XInfoStreamReply {
  length: number;
  radixTreeKeys: number;
  radixTreeNodes: number;
  groups: number;
  lastGeneratedId: XId;
  firstEntry: XMessage;
  lastEntry: XMessage;
}

export interface XInfoStreamFullReply {
  length: number;
  radixTreeKeys: number;
  radixTreeNodes: number;
  lastGeneratedId: XId;
  entries: XMessage[];
  groups: XGroupDetail[];
}

export interface XGroupDetail {
  name: string;
  lastDeliveredId: XId;
  pelCount: number;
  pending: XPendingCount[];
  consumers: XConsumerDetail[];
}

export interface XConsumerDetail {
  name: string;
  seenTime: number;
  pelCount: number;
  pending: { xid: XId; lastDeliveredMs: number; timesDelivered: number }[];
}

export interface XInfoConsumer {
  name: string;
  pending: number;
  idle: number;
}

export type XInfoConsumersReply = XInfoConsumer[];

export interface XInfoGroup {
  name: string;
  consumers: number;
  pending: number;
  lastDeliveredId: XId;
}

export type XInfoGroupsReply = XInfoGroup[];
