/**
 * The methods for streams.
 *
 * @module
 */

import type {
  StartEndCount,
  XAddFieldValues,
  XClaimOpts,
  XClaimReply,
  XId,
  XIdAdd,
  XIdInput,
  XIdNeg,
  XIdPos,
  XInfoConsumersReply,
  XInfoGroupsReply,
  XInfoStreamFullReply,
  XInfoStreamReply,
  XKeyId,
  XKeyIdGroup,
  XKeyIdGroupLike,
  XKeyIdLike,
  XMaxlen,
  XMessage,
  XPendingCount,
  XPendingReply,
  XReadGroupOpts,
  XReadOpts,
  XReadReply,
} from "@db/redis";
import type { Argument, Key } from "../../values.ts";

/**
 * What is kept of a stream: so many messages (`elements`), or those from an id on
 * (`minId`).
 */
export interface XTrimming {
  /** How many messages to keep, the latest ones. */
  elements?: number;
  /** The lowest id to keep (Redis 6.2.0). */
  minId?: XIdInput;
  /**
   * Whether some more may stay, which is faster.
   *
   * @default {false}
   */
  approx?: boolean;
  /** How many to delete at most; only with `approx` (Redis 6.2.0). */
  limit?: number;
}

/** How `xadd` appends a message, and what it deletes then. */
export interface XAddOptions extends XTrimming {
  /**
   * Whether to append nothing where there is no stream (Redis 6.2.0).
   *
   * @default {false}
   */
  noMkStream?: boolean;
}

/** How `xautoclaim` looks for messages, and what it gives of them. */
export interface XAutoClaimOptions {
  /** About how many to look at; 100 without it. */
  count?: number;
  /**
   * Whether the ids alone are wanted.
   *
   * @default {false}
   */
  justXId?: boolean;
}

/** What `xautoclaim` found. */
export interface XAutoClaimReply {
  /** Where to go on; `0-0` at the end. */
  next: XId;
  /** The messages that were claimed; without those with `justXId`. */
  messages: XMessage[];
  /** Their ids. */
  xids: XId[];
  /** The ids of messages that are gone from the stream (Redis 7.0.0). */
  deleted: XId[];
}

/** What else `xsetid` sets of a stream. */
export interface XSetIdOptions {
  /** How many messages were ever added to it. */
  entriesAdded?: number;
  /** The highest id of a message that was deleted from it. */
  maxDeletedId?: XIdInput;
}

/** Commands on streams. */
export interface StreamMethods {
  /**
   * Says that messages were dealt with.
   *
   * Redis 5.0.0, O(1) for each message.
   *
   * @returns How many were pending.
   */
  xack(key: Key, group: Argument, ...xids: XIdInput[]): number;
  /**
   * Appends a message.
   *
   * Redis 5.0.0, O(1).
   *
   * @param xid Its id; `"*"` for a new one.
   * @param fieldValues Its fields.
   * @param options What to keep of the stream.
   * @returns Its id.
   */
  xadd(
    key: Key,
    xid: XIdAdd,
    fieldValues: XAddFieldValues,
    options?: XMaxlen | XTrimming,
  ): XId;
  /** The same; null where there is no stream and none is to be made. */
  xadd(
    key: Key,
    xid: XIdAdd,
    fieldValues: XAddFieldValues,
    options: XAddOptions,
  ): XId | null;
  /**
   * Takes over messages that have been pending for long, and looks for them.
   *
   * Redis 6.2.0, O(1) for a count.
   *
   * @param minIdleTime Milliseconds that they have been pending.
   * @param start Where to begin; `"0-0"`, then `next` of the reply before.
   */
  xautoclaim(
    key: Key,
    group: Argument,
    consumer: Argument,
    minIdleTime: number,
    start: XIdInput,
    options?: XAutoClaimOptions,
  ): XAutoClaimReply;
  /**
   * Takes over pending messages.
   *
   * Redis 5.0.0, O(log N) for each message.
   *
   * @param options The group, the consumer who gets them, and how many
   * milliseconds they have been pending at least.
   * @returns The messages, or with `justXId` their ids.
   */
  xclaim(key: Key, options: XClaimOpts, ...xids: XIdInput[]): XClaimReply;
  /**
   * Deletes messages.
   *
   * Redis 5.0.0, O(1) for each message.
   *
   * @returns How many there were.
   */
  xdel(key: Key, ...xids: XIdInput[]): number;
  /**
   * Makes a group of consumers.
   *
   * Redis 5.0.0, O(1).
   *
   * @param xid The last message that it has not to see; `"$"` for the newest.
   * @param mkstream Whether the stream is made if there is none.
   * @returns `"OK"`.
   */
  xgroupCreate(
    key: Key,
    group: Argument,
    xid: XIdInput | "$",
    mkstream?: boolean,
  ): string;
  /**
   * Makes a consumer; reading makes one too.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns 1 if it was made, 0 if there is one.
   */
  xgroupCreateConsumer(key: Key, group: Argument, consumer: Argument): number;
  /**
   * Deletes a consumer.
   *
   * Redis 5.0.0, O(1).
   *
   * @returns How many messages it had pending.
   */
  xgroupDelConsumer(key: Key, group: Argument, consumer: Argument): number;
  /**
   * Deletes a group.
   *
   * Redis 5.0.0, O(N) in the number of its pending messages.
   *
   * @returns 1 if there was one, 0 if not.
   */
  xgroupDestroy(key: Key, group: Argument): number;
  /**
   * Lists the subcommands of XGROUP.
   *
   * Redis 5.0.0, O(1).
   */
  xgroupHelp(): string[];
  /**
   * Sets which message a group has seen last.
   *
   * Redis 5.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  xgroupSetID(key: Key, group: Argument, xid: XIdInput | "$"): string;
  /**
   * Lists the consumers of a group.
   *
   * Redis 5.0.0, O(1).
   */
  xinfoConsumers(key: Key, group: Argument): XInfoConsumersReply;
  /**
   * Lists the groups of a stream.
   *
   * Redis 5.0.0, O(1).
   */
  xinfoGroups(key: Key): XInfoGroupsReply;
  /**
   * Tells about a stream.
   *
   * Redis 5.0.0, O(1).
   *
   * @returns Its length and more; the first and the last entry are null if there
   * is none.
   */
  xinfoStream(key: Key):
    & Omit<XInfoStreamReply, "firstEntry" | "lastEntry">
    & { firstEntry: XMessage | null; lastEntry: XMessage | null };
  /**
   * Tells about a stream, its entries, groups and consumers.
   *
   * Redis 6.0.0, O(N) in the number of entries given.
   *
   * @param count The most entries; 10 without it, 0 for all.
   */
  xinfoStreamFull(key: Key, count?: number): XInfoStreamFullReply;
  /**
   * Counts the messages of a stream.
   *
   * Redis 5.0.0, O(1).
   *
   * @returns How many there are; 0 if there is no stream.
   */
  xlen(key: Key): number;
  /**
   * Tells how many messages of a group are pending.
   *
   * Redis 5.0.0, O(N) in the number of consumers.
   *
   * @returns The count, the ids of the first and the last one (null if there is
   * none), and the consumers.
   */
  xpending(key: Key, group: Argument):
    & Omit<XPendingReply, "startId" | "endId">
    & { startId: XId | null; endId: XId | null };
  /**
   * Lists pending messages of a group.
   *
   * Redis 5.0.0, O(N) in the number of messages given.
   *
   * @param startEndCount The range of ids, and the most messages.
   * @param consumer Only those of one consumer.
   */
  xpendingCount(
    key: Key,
    group: Argument,
    startEndCount: StartEndCount,
    consumer?: Argument,
  ): XPendingCount[];
  /**
   * Reads the messages in a range of ids.
   *
   * Redis 5.0.0, O(N) in the number of messages given.
   *
   * @param start The first id; `"-"` for the lowest.
   * @param end The last id; `"+"` for the highest.
   * @param count The most messages.
   */
  xrange(key: Key, start: XIdNeg, end: XIdPos, count?: number): XMessage[];
  /**
   * Reads messages of several streams, which are of one host, behind an id each.
   *
   * Redis 5.0.0, O(N) in the number of messages given.
   *
   * @param streams Keys and ids.
   * @param options The most messages of each; for how many milliseconds to wait
   * for some, 0 for ever.
   * @returns Those streams that have any.
   */
  xread(streams: (XKeyId | XKeyIdLike)[], options?: XReadOpts): XReadReply;
  /**
   * Reads messages of several streams, which are of one host, as a consumer of a
   * group.
   *
   * Redis 5.0.0, O(M) in the number of messages given.
   *
   * @param streams Keys and ids; `">"` for messages that no consumer has seen.
   * @param options The group and the consumer; the most messages of each stream;
   * for how many milliseconds to wait for some, 0 for ever.
   * @returns Those streams that have any. A message that is gone from its stream
   * has no fields.
   */
  xreadgroup(
    streams: (XKeyIdGroup | XKeyIdGroupLike)[],
    options: XReadGroupOpts,
  ): XReadReply;
  /**
   * Reads the messages in a range of ids, the newest first.
   *
   * Redis 5.0.0, O(N) in the number of messages given.
   *
   * @param start The last id; `"+"` for the highest.
   * @param end The first id; `"-"` for the lowest.
   * @param count The most messages.
   */
  xrevrange(key: Key, start: XIdPos, end: XIdNeg, count?: number): XMessage[];
  /**
   * Sets the id of the newest message of a stream.
   *
   * Redis 5.0.0, O(1); options need 7.0.0.
   *
   * @returns `"OK"`.
   */
  xsetid(key: Key, xid: XIdInput, options?: XSetIdOptions): string;
  /**
   * Deletes the oldest messages.
   *
   * Redis 5.0.0, O(N) in the number of messages deleted.
   *
   * @param trimming What to keep.
   * @returns How many were deleted.
   */
  xtrim(key: Key, trimming: XMaxlen | XTrimming): number;
}
