/**
 * All commands that name a key, as a routing client has them: each returns
 * a native promise.
 *
 * Written by `sh tools/dev methods` from src/commands/signatures/.
 *
 * @module
 */

import type {
  FieldExpiryOptions,
  HRandFieldOptions,
  HSetExOptions,
} from "../../commands/signatures/hashes.ts";
import type {
  Score,
  ScoreBound,
  WeightedKeys,
  ZDiffOptions,
  ZInterCardOptions,
  ZMPopOptions,
  ZRandMemberOptions,
  ZRangeOptions,
  ZRangeStoreOptions,
} from "../../commands/signatures/sorted_sets.ts";
import type {
  XAutoClaimOptions,
  XAutoClaimReply,
} from "../../commands/signatures/streams.ts";
import type {
  GetExOptions,
  LcsOptions,
} from "../../commands/signatures/strings.ts";
import type { Argument, Key } from "../../values.ts";
import type {
  HScanOpts,
  SetOpts,
  SetReply,
  SetWithModeOpts,
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
  ZAddOpts,
  ZAddReply,
  ZInterOpts,
  ZInterstoreOpts,
  ZRangeByLexOpts,
  ZRangeByScoreOpts,
  ZScanOpts,
  ZUnionstoreOpts,
} from "@db/redis";

/**
 * All commands that name a key, as a routing client has them: each returns
 * a native promise.
 */
export interface RoutingCommands {
  /**
   * Deletes fields; a hash without fields is gone.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns How many fields there were.
   */
  hdel(key: Key, ...fields: Argument[]): Promise<number>;
  /** Deletes the fields of a list, however long. */
  hdel(key: Key, fields: readonly Argument[]): Promise<number>;
  /**
   * Asks whether a hash has a field.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns 1 if it has, 0 if not.
   */
  hexists(key: Key, field: Argument): Promise<number>;
  /**
   * Has fields expire.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @param seconds From now.
   * @returns For each field 1 if that was done, 0 if a condition kept it from it,
   * 2 if it was deleted at once, -2 if there is none
   * (https://redis.io/docs/latest/commands/hexpire/).
   */
  hexpire(
    key: Key,
    seconds: number,
    fields: readonly Argument[],
    options?: FieldExpiryOptions,
  ): Promise<number[]>;
  /**
   * Has fields expire at a moment.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @param timestamp Seconds since 1970.
   * @returns As `hexpire` does
   * (https://redis.io/docs/latest/commands/hexpireat/).
   */
  hexpireat(
    key: Key,
    timestamp: number,
    fields: readonly Argument[],
    options?: FieldExpiryOptions,
  ): Promise<number[]>;
  /**
   * Asks when fields expire.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field seconds since 1970, -1 if it does not expire, -2 if
   * there is none (https://redis.io/docs/latest/commands/hexpiretime/).
   */
  hexpiretime(key: Key, ...fields: Argument[]): Promise<number[]>;
  /**
   * Reads a field.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns Its value; null if there is none.
   */
  hget(key: Key, field: Argument): Promise<string | null>;
  /**
   * Reads all fields and their values.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns Fields and values in turn; nothing if there is no hash. With
   * `replies: "records"` a record.
   */
  hgetall(key: Key): Promise<string[]>;
  /**
   * Reads fields and deletes them.
   *
   * Redis 8.0.0, O(N) in the number of fields.
   *
   * @returns A value for each field; null where there is none
   * (https://redis.io/docs/latest/commands/hgetdel/).
   */
  hgetdel(key: Key, ...fields: Argument[]): Promise<(string | null)[]>;
  /**
   * Reads fields and sets when they expire.
   *
   * Redis 8.0.0, O(N) in the number of fields.
   *
   * @param options When; without it nothing changes.
   * @returns A value for each field; null where there is none
   * (https://redis.io/docs/latest/commands/hgetex/).
   */
  hgetex(
    key: Key,
    fields: readonly Argument[],
    options?: GetExOptions,
  ): Promise<(string | null)[]>;
  /**
   * Adds to the integer in a field; a missing one counts as 0.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  hincrby(
    key: Key,
    field: Argument,
    increment: number | bigint,
  ): Promise<number>;
  /**
   * Adds to the number in a field; a missing one counts as 0.
   *
   * Redis 2.6.0, O(1).
   *
   * @returns The value afterwards, as text.
   */
  hincrbyfloat(key: Key, field: Argument, increment: number): Promise<string>;
  /**
   * Lists the fields of a hash.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns The fields; none if there is no hash.
   */
  hkeys(key: Key): Promise<string[]>;
  /**
   * Counts the fields of a hash.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns How many there are; 0 if there is no hash.
   */
  hlen(key: Key): Promise<number>;
  /**
   * Reads fields.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns A value for each field; null where there is none.
   */
  hmget(key: Key, ...fields: Argument[]): Promise<(string | null)[]>;
  /** Reads the fields of a list, however long. */
  hmget(key: Key, fields: readonly Argument[]): Promise<(string | null)[]>;
  /**
   * Writes fields; `hset` does it too.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns `"OK"`.
   */
  hmset(key: Key, field: Argument, value: Argument): Promise<string>;
  /** Writes pairs of field and value. */
  hmset(
    key: Key,
    ...pairs: [field: Argument, value: Argument][]
  ): Promise<string>;
  /** Writes the fields of a record or a Map. */
  hmset(
    key: Key,
    values: Record<string, Argument> | ReadonlyMap<Argument, Argument>,
  ): Promise<string>;
  /**
   * Has fields no longer expire.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field 1 if that was done, -1 if it did not expire, -2 if
   * there is none (https://redis.io/docs/latest/commands/hpersist/).
   */
  hpersist(key: Key, ...fields: Argument[]): Promise<number[]>;
  /**
   * Has fields expire.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @param milliseconds From now.
   * @returns As `hexpire` does
   * (https://redis.io/docs/latest/commands/hpexpire/).
   */
  hpexpire(
    key: Key,
    milliseconds: number,
    fields: readonly Argument[],
    options?: FieldExpiryOptions,
  ): Promise<number[]>;
  /**
   * Has fields expire at a moment.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @param timestamp Milliseconds since 1970.
   * @returns As `hexpire` does
   * (https://redis.io/docs/latest/commands/hpexpireat/).
   */
  hpexpireat(
    key: Key,
    timestamp: number,
    fields: readonly Argument[],
    options?: FieldExpiryOptions,
  ): Promise<number[]>;
  /**
   * Asks when fields expire.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field milliseconds since 1970, -1 if it does not expire, -2
   * if there is none (https://redis.io/docs/latest/commands/hpexpiretime/).
   */
  hpexpiretime(key: Key, ...fields: Argument[]): Promise<number[]>;
  /**
   * Asks how long fields have to live.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field milliseconds, -1 if it does not expire, -2 if there is
   * none (https://redis.io/docs/latest/commands/hpttl/).
   */
  hpttl(key: Key, ...fields: Argument[]): Promise<number[]>;
  /**
   * Picks a field by chance.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns The field; null if there is no hash.
   */
  hrandfield(key: Key): Promise<string | null>;
  /**
   * Picks several fields by chance.
   *
   * Redis 6.2.0, O(N) in the number of fields.
   *
   * @param count How many different ones; below 0, that many, some maybe several
   * times.
   * @returns The fields; with `withValues` fields and values in turn.
   */
  hrandfield(
    key: Key,
    count: number,
    options?: HRandFieldOptions,
  ): Promise<string[]>;
  /**
   * Goes through the fields of a hash, a page at a time.
   *
   * Redis 2.8.0, O(1) for a page.
   *
   * @param cursor 0 to begin, then what the page before gave.
   * @param options Which fields, and about how many a page.
   * @returns The next cursor, `"0"` at the end, and fields and values in turn.
   */
  hscan(
    key: Key,
    cursor: number | string,
    options?: HScanOpts,
  ): Promise<[string, string[]]>;
  /**
   * Writes a field.
   *
   * Redis 2.0.0, O(1) for each field.
   *
   * @returns How many fields are new.
   */
  hset(key: Key, field: Argument, value: Argument): Promise<number>;
  /** Writes pairs of field and value. */
  hset(
    key: Key,
    ...pairs: [field: Argument, value: Argument][]
  ): Promise<number>;
  /** Writes the fields of a record or a Map. */
  hset(
    key: Key,
    values: Record<string, Argument> | ReadonlyMap<Argument, Argument>,
  ): Promise<number>;
  /**
   * Writes fields that expire.
   *
   * Redis 8.0.0, O(N) in the number of fields.
   *
   * @param options When, and under which condition.
   * @returns 1 if they were written, 0 if a condition kept them from it
   * (https://redis.io/docs/latest/commands/hsetex/).
   */
  hsetex(
    key: Key,
    values: Record<string, Argument> | ReadonlyMap<Argument, Argument>,
    options?: HSetExOptions,
  ): Promise<number>;
  /**
   * Writes a field unless there is one.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns 1 if it was written, 0 if not.
   */
  hsetnx(key: Key, field: Argument, value: Argument): Promise<number>;
  /**
   * Measures the value of a field.
   *
   * Redis 3.2.0, O(1).
   *
   * @returns The length in bytes; 0 if there is none.
   */
  hstrlen(key: Key, field: Argument): Promise<number>;
  /**
   * Asks how long fields have to live.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field seconds, -1 if it does not expire, -2 if there is none
   * (https://redis.io/docs/latest/commands/httl/).
   */
  httl(key: Key, ...fields: Argument[]): Promise<number[]>;
  /**
   * Lists the values of a hash.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns The values; none if there is no hash.
   */
  hvals(key: Key): Promise<string[]>;
  /**
   * Waits for a member with the highest score of any of several sets, and takes
   * it.
   *
   * Redis 5.0.0, O(log N).
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The key, the member and its score; null when the time was up.
   */
  bzpopmax(
    timeout: number,
    ...keys: Key[]
  ): Promise<[key: string, member: string, score: string] | null>;
  /**
   * Waits for a member with the lowest score of any of several sets, and takes it.
   *
   * Redis 5.0.0, O(log N).
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The key, the member and its score; null when the time was up.
   */
  bzpopmin(
    timeout: number,
    ...keys: Key[]
  ): Promise<[key: string, member: string, score: string] | null>;
  /**
   * Waits for members of the first of several sets that has any, and takes them.
   *
   * Redis 7.0.0, O(K) + O(M × log N) for K keys and M members.
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The key, and pairs of member and score; null when the time was up.
   */
  bzmpop(
    timeout: number,
    where: "MIN" | "MAX",
    keys: readonly Key[],
    options?: ZMPopOptions,
  ): Promise<[key: string, [member: string, score: string][]] | null>;
  /**
   * Adds a member, or changes its score.
   *
   * Redis 1.2.0, O(log N); `nx`, `xx` and `ch` need 3.0.2.
   *
   * @param options `nx` or `xx` to only add, or only change; `ch` to count what
   * was changed too.
   * @returns How many were added.
   */
  zadd<T extends ZAddOpts = ZAddOpts>(
    key: Key,
    score: Score,
    member: Argument,
    options?: T,
  ): Promise<ZAddReply<T>>;
  /** Adds pairs of score and member, or changes their scores. */
  zadd<T extends ZAddOpts = ZAddOpts>(
    key: Key,
    scoreMembers: [score: Score, member: Argument][],
    options?: T,
  ): Promise<ZAddReply<T>>;
  /** Adds the members of a record or a Map, whose values are their scores. */
  zadd<T extends ZAddOpts = ZAddOpts>(
    key: Key,
    memberScores: Record<string | number, Score> | ReadonlyMap<Argument, Score>,
    options?: T,
  ): Promise<ZAddReply<T>>;
  /**
   * Adds to the score of a member, under a condition; see also `zincrby`.
   *
   * Redis 3.0.2, O(log N).
   *
   * @returns The score afterwards, as text; null if the condition kept it as it
   * was.
   */
  zaddIncr(
    key: Key,
    score: Score,
    member: Argument,
    options?: ZAddOpts,
  ): Promise<string | null>;
  /**
   * Counts the members.
   *
   * Redis 1.2.0, O(1).
   *
   * @returns How many there are; 0 if there is no set.
   */
  zcard(key: Key): Promise<number>;
  /**
   * Counts the members with scores in a range.
   *
   * Redis 2.0.0, O(log N).
   */
  zcount(key: Key, min: ScoreBound, max: ScoreBound): Promise<number>;
  /**
   * Finds the members of the first set that none of the others has; all keys are
   * of one host.
   *
   * Redis 6.2.0, O(L + (N-K)log(N)).
   *
   * @returns The members, with `withScore` and scores in turn.
   */
  zdiff(keys: readonly Key[], options?: ZDiffOptions): Promise<string[]>;
  /**
   * Stores the members of the first set that none of the others has.
   *
   * Redis 6.2.0, O(L + (N-K)log(N)).
   *
   * @returns How many were stored.
   */
  zdiffstore(destination: Key, keys: readonly Key[]): Promise<number>;
  /**
   * Adds to the score of a member; a missing one counts as 0.
   *
   * Redis 1.2.0, O(log N).
   *
   * @returns The score afterwards, as text.
   */
  zincrby(key: Key, increment: Score, member: Argument): Promise<string>;
  /**
   * Finds the members that all of several sets have; all keys are of one host.
   *
   * Redis 6.2.0, O(N × K) + O(M × log M).
   *
   * @returns The members, with `withScore` and scores in turn.
   */
  zinter(keys: WeightedKeys, options?: ZInterOpts): Promise<string[]>;
  /**
   * Counts the members that all of several sets have.
   *
   * Redis 7.0.0, O(N × K).
   */
  zintercard(
    keys: readonly Key[],
    options?: ZInterCardOptions,
  ): Promise<number>;
  /**
   * Stores the members that all of several sets have.
   *
   * Redis 2.0.0, O(N × K) + O(M × log M).
   *
   * @returns How many were stored.
   */
  zinterstore(
    destination: Key,
    keys: WeightedKeys,
    options?: ZInterstoreOpts,
  ): Promise<number>;
  /**
   * Counts the members in a range by their text, where all scores are the same.
   *
   * Redis 2.8.9, O(log N).
   *
   * @param min `"[a"` with a, `"(a"` without it, or `"-"`.
   * @param max The same, or `"+"`.
   */
  zlexcount(key: Key, min: Argument, max: Argument): Promise<number>;
  /**
   * Takes members of the first of several sets that has any.
   *
   * Redis 7.0.0, O(K) + O(M × log N) for K keys and M members.
   *
   * @returns The key, and pairs of member and score; null if all are empty.
   */
  zmpop(
    where: "MIN" | "MAX",
    keys: readonly Key[],
    options?: ZMPopOptions,
  ): Promise<[key: string, [member: string, score: string][]] | null>;
  /**
   * Reads the scores of members.
   *
   * Redis 6.2.0, O(N) in the number of members.
   *
   * @returns A score for each, as text; null where there is none.
   */
  zmscore(key: Key, ...members: Argument[]): Promise<(string | null)[]>;
  /** Reads the scores of a list of members, however long. */
  zmscore(key: Key, members: readonly Argument[]): Promise<(string | null)[]>;
  /**
   * Takes members with the highest scores.
   *
   * Redis 5.0.0, O(M × log N).
   *
   * @param count The most; 1 without it.
   * @returns Members and scores in turn.
   */
  zpopmax(key: Key, count?: number): Promise<string[]>;
  /**
   * Takes members with the lowest scores.
   *
   * Redis 5.0.0, O(M × log N).
   *
   * @param count The most; 1 without it.
   * @returns Members and scores in turn.
   */
  zpopmin(key: Key, count?: number): Promise<string[]>;
  /**
   * Picks a member by chance.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns The member; null if there is no set.
   */
  zrandmember(key: Key): Promise<string | null>;
  /**
   * Picks several members by chance.
   *
   * Redis 6.2.0, O(N) in the number of members.
   *
   * @param count How many different ones; below 0, that many, some maybe several
   * times.
   * @returns The members, with `withScore` and scores in turn.
   */
  zrandmember(
    key: Key,
    count: number,
    options?: ZRandMemberOptions,
  ): Promise<string[]>;
  /**
   * Reads the members of a range.
   *
   * Redis 1.2.0, O(log N + M); `by`, `rev` and `limit` need 6.2.0.
   *
   * @param start The first rank, from 0; below 0, from the end. With `by`, the
   * end of a range of scores or texts.
   * @param stop The last one.
   * @returns The members from the lowest score on, with `withScore` and scores in
   * turn.
   */
  zrange(
    key: Key,
    start: ScoreBound,
    stop: ScoreBound,
    options?: ZRangeOptions,
  ): Promise<string[]>;
  /**
   * Reads the members of a range by their text, where all scores are the same;
   * `zrange` with `by: "LEX"` does it too.
   *
   * Redis 2.8.9, O(log N + M).
   *
   * @param min `"[a"` with a, `"(a"` without it, or `"-"`.
   * @param max The same, or `"+"`.
   */
  zrangebylex(
    key: Key,
    min: Argument,
    max: Argument,
    options?: ZRangeByLexOpts,
  ): Promise<string[]>;
  /**
   * Reads the members with scores in a range; `zrange` with `by: "SCORE"` does it
   * too.
   *
   * Redis 1.0.5, O(log N + M).
   *
   * @returns The members from the lowest score on, with `withScore` and scores in
   * turn.
   */
  zrangebyscore(
    key: Key,
    min: ScoreBound,
    max: ScoreBound,
    options?: ZRangeByScoreOpts,
  ): Promise<string[]>;
  /**
   * Stores the members of a range.
   *
   * Redis 6.2.0, O(log N + M).
   *
   * @returns How many were stored.
   */
  zrangestore(
    destination: Key,
    source: Key,
    start: ScoreBound,
    stop: ScoreBound,
    options?: ZRangeStoreOptions,
  ): Promise<number>;
  /**
   * Finds how many members have lower scores than one.
   *
   * Redis 2.0.0, O(log N).
   *
   * @returns Its rank, from 0; null if it is no member.
   */
  zrank(key: Key, member: Argument): Promise<number | null>;
  /**
   * Removes members.
   *
   * Redis 1.2.0, O(M × log N).
   *
   * @returns How many there were.
   */
  zrem(key: Key, ...members: Argument[]): Promise<number>;
  /** Removes the members of a list, however long. */
  zrem(key: Key, members: readonly Argument[]): Promise<number>;
  /**
   * Removes the members of a range by their text, where all scores are the same.
   *
   * Redis 2.8.9, O(log N + M).
   *
   * @returns How many there were.
   */
  zremrangebylex(key: Key, min: Argument, max: Argument): Promise<number>;
  /**
   * Removes the members of a range of ranks.
   *
   * Redis 2.0.0, O(log N + M).
   *
   * @returns How many there were.
   */
  zremrangebyrank(key: Key, start: number, stop: number): Promise<number>;
  /**
   * Removes the members with scores in a range.
   *
   * Redis 1.2.0, O(log N + M).
   *
   * @returns How many there were.
   */
  zremrangebyscore(key: Key, min: ScoreBound, max: ScoreBound): Promise<number>;
  /**
   * Reads the members of a range of ranks from the highest score on.
   *
   * Redis 1.2.0, O(log N + M).
   *
   * @returns The members, with `withScore` and scores in turn.
   */
  zrevrange(
    key: Key,
    start: number,
    stop: number,
    options?: ZRandMemberOptions,
  ): Promise<string[]>;
  /**
   * Reads the members of a range by their text, from the end on.
   *
   * Redis 2.8.9, O(log N + M).
   */
  zrevrangebylex(
    key: Key,
    max: Argument,
    min: Argument,
    options?: ZRangeByLexOpts,
  ): Promise<string[]>;
  /**
   * Reads the members with scores in a range, from the highest on.
   *
   * Redis 2.2.0, O(log N + M).
   *
   * @returns The members, with `withScore` and scores in turn.
   */
  zrevrangebyscore(
    key: Key,
    max: ScoreBound,
    min: ScoreBound,
    options?: ZRangeByScoreOpts,
  ): Promise<string[]>;
  /**
   * Finds how many members have higher scores than one.
   *
   * Redis 2.0.0, O(log N).
   *
   * @returns Its rank from the end, from 0; null if it is no member.
   */
  zrevrank(key: Key, member: Argument): Promise<number | null>;
  /**
   * Goes through the members of a set, a page at a time.
   *
   * Redis 2.8.0, O(1) for a page.
   *
   * @param cursor 0 to begin, then what the page before gave.
   * @param options Which members, and about how many a page.
   * @returns The next cursor, `"0"` at the end, and members and scores in turn.
   */
  zscan(
    key: Key,
    cursor: number | string,
    options?: ZScanOpts,
  ): Promise<[string, string[]]>;
  /**
   * Reads the score of a member.
   *
   * Redis 1.2.0, O(1).
   *
   * @returns The score, as text; null if it is no member.
   */
  zscore(key: Key, member: Argument): Promise<string | null>;
  /**
   * Finds the members that any of several sets has; all keys are of one host.
   *
   * Redis 6.2.0, O(N) + O(M × log M).
   *
   * @returns The members, with `withScore` and scores in turn.
   */
  zunion(keys: WeightedKeys, options?: ZInterOpts): Promise<string[]>;
  /**
   * Stores the members that any of several sets has.
   *
   * Redis 2.0.0, O(N) + O(M × log M).
   *
   * @returns How many were stored.
   */
  zunionstore(
    destination: Key,
    keys: WeightedKeys,
    options?: ZUnionstoreOpts,
  ): Promise<number>;
  /**
   * Says that messages were dealt with.
   *
   * Redis 5.0.0, O(1) for each message.
   *
   * @returns How many were pending.
   */
  xack(key: Key, group: Argument, ...xids: XIdInput[]): Promise<number>;
  /**
   * Appends a message.
   *
   * Redis 5.0.0, O(1).
   *
   * @param xid Its id; `"*"` for a new one.
   * @param fieldValues Its fields.
   * @param maxlen How many messages to keep, exactly or about.
   * @returns Its id.
   */
  xadd(
    key: Key,
    xid: XIdAdd,
    fieldValues: XAddFieldValues,
    maxlen?: XMaxlen,
  ): Promise<XId>;
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
  ): Promise<XAutoClaimReply>;
  /**
   * Takes over pending messages.
   *
   * Redis 5.0.0, O(log N) for each message.
   *
   * @param options The group, the consumer who gets them, and how many
   * milliseconds they have been pending at least.
   * @returns The messages, or with `justXId` their ids.
   */
  xclaim(
    key: Key,
    options: XClaimOpts,
    ...xids: XIdInput[]
  ): Promise<XClaimReply>;
  /**
   * Deletes messages.
   *
   * Redis 5.0.0, O(1) for each message.
   *
   * @returns How many there were.
   */
  xdel(key: Key, ...xids: XIdInput[]): Promise<number>;
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
  ): Promise<string>;
  /**
   * Makes a consumer; reading makes one too.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns 1 if it was made, 0 if there is one.
   */
  xgroupCreateConsumer(
    key: Key,
    group: Argument,
    consumer: Argument,
  ): Promise<number>;
  /**
   * Deletes a consumer.
   *
   * Redis 5.0.0, O(1).
   *
   * @returns How many messages it had pending.
   */
  xgroupDelConsumer(
    key: Key,
    group: Argument,
    consumer: Argument,
  ): Promise<number>;
  /**
   * Deletes a group.
   *
   * Redis 5.0.0, O(N) in the number of its pending messages.
   *
   * @returns 1 if there was one, 0 if not.
   */
  xgroupDestroy(key: Key, group: Argument): Promise<number>;
  /**
   * Sets which message a group has seen last.
   *
   * Redis 5.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  xgroupSetID(key: Key, group: Argument, xid: XIdInput | "$"): Promise<string>;
  /**
   * Lists the consumers of a group.
   *
   * Redis 5.0.0, O(1).
   */
  xinfoConsumers(key: Key, group: Argument): Promise<XInfoConsumersReply>;
  /**
   * Lists the groups of a stream.
   *
   * Redis 5.0.0, O(1).
   */
  xinfoGroups(key: Key): Promise<XInfoGroupsReply>;
  /**
   * Tells about a stream.
   *
   * Redis 5.0.0, O(1).
   *
   * @returns Its length and more; the first and the last entry are null if there
   * is none.
   */
  xinfoStream(key: Key): Promise<
    & Omit<XInfoStreamReply, "firstEntry" | "lastEntry">
    & { firstEntry: XMessage | null; lastEntry: XMessage | null }
  >;
  /**
   * Tells about a stream, its entries, groups and consumers.
   *
   * Redis 6.0.0, O(N) in the number of entries given.
   *
   * @param count The most entries; 10 without it, 0 for all.
   */
  xinfoStreamFull(key: Key, count?: number): Promise<XInfoStreamFullReply>;
  /**
   * Counts the messages of a stream.
   *
   * Redis 5.0.0, O(1).
   *
   * @returns How many there are; 0 if there is no stream.
   */
  xlen(key: Key): Promise<number>;
  /**
   * Tells how many messages of a group are pending.
   *
   * Redis 5.0.0, O(N) in the number of consumers.
   *
   * @returns The count, the ids of the first and the last one (null if there is
   * none), and the consumers.
   */
  xpending(key: Key, group: Argument): Promise<
    & Omit<XPendingReply, "startId" | "endId">
    & { startId: XId | null; endId: XId | null }
  >;
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
  ): Promise<XPendingCount[]>;
  /**
   * Reads the messages in a range of ids.
   *
   * Redis 5.0.0, O(N) in the number of messages given.
   *
   * @param start The first id; `"-"` for the lowest.
   * @param end The last id; `"+"` for the highest.
   * @param count The most messages.
   */
  xrange(
    key: Key,
    start: XIdNeg,
    end: XIdPos,
    count?: number,
  ): Promise<XMessage[]>;
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
  xread(
    streams: (XKeyId | XKeyIdLike)[],
    options?: XReadOpts,
  ): Promise<XReadReply>;
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
  ): Promise<XReadReply>;
  /**
   * Reads the messages in a range of ids, the newest first.
   *
   * Redis 5.0.0, O(N) in the number of messages given.
   *
   * @param start The last id; `"+"` for the highest.
   * @param end The first id; `"-"` for the lowest.
   * @param count The most messages.
   */
  xrevrange(
    key: Key,
    start: XIdPos,
    end: XIdNeg,
    count?: number,
  ): Promise<XMessage[]>;
  /**
   * Deletes the oldest messages.
   *
   * Redis 5.0.0, O(N) in the number of messages deleted.
   *
   * @param maxlen How many to keep, exactly or about.
   * @returns How many were deleted.
   */
  xtrim(key: Key, maxlen: XMaxlen): Promise<number>;
  /**
   * Appends to a value; a missing one counts as empty.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns The length afterwards, in bytes.
   */
  append(key: Key, value: Argument): Promise<number>;
  /**
   * Subtracts 1 from the integer at a key; a missing one counts as 0.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  decr(key: Key): Promise<number>;
  /**
   * Subtracts from the integer at a key; a missing one counts as 0.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  decrby(key: Key, decrement: number | bigint): Promise<number>;
  /**
   * Reads a value.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value; null if there is none.
   */
  get(key: Key): Promise<string | null>;
  /**
   * Reads a value and deletes its key.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns The value; null if there was none.
   */
  getdel(key: Key): Promise<string | null>;
  /**
   * Reads a value and sets when it expires.
   *
   * Redis 6.2.0, O(1).
   *
   * @param options When; without it nothing changes.
   * @returns The value; null if there is none.
   */
  getex(key: Key, options?: GetExOptions): Promise<string | null>;
  /**
   * Reads a part of a value.
   *
   * Redis 2.4.0, O(N) in the length of the part.
   *
   * @param start The first byte; below 0, from the end.
   * @param end The last byte; below 0, from the end.
   * @returns The part; it is empty if there is none.
   */
  getrange(key: Key, start: number, end: number): Promise<string>;
  /**
   * Writes a value and reads the one before; `set` with `get` does it too.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value before; null if there was none.
   */
  getset(key: Key, value: Argument): Promise<string | null>;
  /**
   * Adds 1 to the integer at a key; a missing one counts as 0.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  incr(key: Key): Promise<number>;
  /**
   * Adds to the integer at a key; a missing one counts as 0.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  incrby(key: Key, increment: number | bigint): Promise<number>;
  /**
   * Adds to the number at a key; a missing one counts as 0.
   *
   * Redis 2.6.0, O(1).
   *
   * @returns The value afterwards, as text.
   */
  incrbyfloat(key: Key, increment: number): Promise<string>;
  /**
   * Finds the longest subsequence that two values have in common.
   *
   * Redis 7.0.0, O(N × M) in their lengths.
   *
   * @returns The subsequence.
   */
  lcs(key1: Key, key2: Key): Promise<string>;
  /** Finds its length. */
  lcs(
    key1: Key,
    key2: Key,
    options: LcsOptions & { len: true },
  ): Promise<number>;
  /**
   * Finds where the matches are.
   *
   * @returns A list of `"matches"`, the ranges in both values (and their lengths
   * with `withmatchlen`), `"len"` and the length of the whole.
   */
  lcs(
    key1: Key,
    key2: Key,
    options: LcsOptions & { idx: true },
  ): Promise<[string, (number | [number, number])[][], string, number]>;
  /**
   * Reads the values of several keys, which may live on several hosts.
   *
   * Redis 1.0.0, O(N) in the number of keys.
   *
   * @returns A value for each key in its order; null where there is none, or
   * where the key holds no string.
   */
  mget(...keys: Key[]): Promise<(string | null)[]>;
  /** Reads the values of a list of keys, however long. */
  mget(keys: readonly Key[]): Promise<(string | null)[]>;
  /**
   * Writes the values of several keys, which may live on several hosts.
   *
   * Redis 1.0.1, O(N) in the number of keys.
   *
   * @returns `"OK"`.
   */
  mset(key: Key, value: Argument): Promise<string>;
  /** Writes the values of pairs of key and value. */
  mset(...pairs: [key: Key, value: Argument][]): Promise<string>;
  /** Writes the values of a record or a Map. */
  mset(
    values: Record<string, Argument> | ReadonlyMap<Key, Argument>,
  ): Promise<string>;
  /**
   * Writes the values of several keys of one host, unless any of them exists.
   *
   * Redis 1.0.1, O(N) in the number of keys.
   *
   * @returns 1 if they were written, 0 if not.
   */
  msetnx(key: Key, value: Argument): Promise<number>;
  /** Writes the values of pairs of key and value, unless any key exists. */
  msetnx(...pairs: [key: Key, value: Argument][]): Promise<number>;
  /** Writes the values of a record or a Map, unless any key exists. */
  msetnx(
    values: Record<string, Argument> | ReadonlyMap<Key, Argument>,
  ): Promise<number>;
  /**
   * Writes a value that expires.
   *
   * Redis 2.6.0, O(1).
   *
   * @param milliseconds From now.
   * @returns `"OK"`.
   */
  psetex(key: Key, milliseconds: number, value: Argument): Promise<string>;
  /**
   * Writes a value, whatever was there before.
   *
   * Redis 1.0.0, O(1); `exat`, `pxat` and `get` need 6.2.0, `get` with `nx` 7.0.0.
   *
   * @param options When it expires: `ex` or `px` from now, `exat` or `pxat` (a
   * moment since 1970), in seconds or milliseconds, or `keepttl`; `nx` or `xx`
   * if it shall only be written where there is none, or one; `get` for the value
   * before.
   * @returns `"OK"`; null if `nx` or `xx` kept it from being written. With `get`
   * the value before, or null.
   */
  set<T extends SetOpts | SetWithModeOpts = SetOpts>(
    key: Key,
    value: Argument,
    options?: T,
  ): Promise<SetReply<T>>;
  /**
   * Writes a value that expires; `set` with `ex` does it too.
   *
   * Redis 2.0.0, O(1).
   *
   * @param seconds From now.
   * @returns `"OK"`.
   */
  setex(key: Key, seconds: number, value: Argument): Promise<string>;
  /**
   * Writes a value unless there is one; `set` with `nx` does it too.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns 1 if it was written, 0 if not.
   */
  setnx(key: Key, value: Argument): Promise<number>;
  /**
   * Writes over a part of a value; what lies before it is filled with zeros.
   *
   * Redis 2.2.0, O(N) in the length of the part.
   *
   * @param offset The first byte.
   * @returns The length afterwards, in bytes.
   */
  setrange(key: Key, offset: number, value: Argument): Promise<number>;
  /**
   * Measures a value.
   *
   * Redis 2.2.0, O(1).
   *
   * @returns The length in bytes; 0 if there is none.
   */
  strlen(key: Key): Promise<number>;
}
