/**
 * The methods for sorted sets.
 *
 * @module
 */

import type {
  ZAddOpts,
  ZAddReply,
  ZInterOpts,
  ZInterstoreOpts,
  ZRangeByLexOpts,
  ZRangeByScoreOpts,
  ZScanOpts,
  ZUnionstoreOpts,
} from "@db/redis";
import type { Argument, Key } from "../../values.ts";

/** A score; `Infinity` and `-Infinity` are scores too. */
export type Score = number | bigint;

/**
 * The end of a range of scores: a score, or text such as `"(5"` (without 5),
 * `"-inf"` and `"+inf"`.
 */
export type ScoreBound = number | bigint | string;

/** Several sorted sets: keys, or each with a weight for its scores. */
export type WeightedKeys =
  | readonly Key[]
  | readonly [key: Key, weight: number][]
  | Record<string, number>
  | ReadonlyMap<Key, number>;

/** Which members `zrange` gives, and how. */
export interface ZRangeOptions {
  /**
   * Whether each member comes with its score.
   *
   * @default {false}
   */
  withScore?: boolean;
  /** What the ends of the range are: ranks unless it is said (Redis 6.2.0). */
  by?: "SCORE" | "LEX";
  /**
   * Whether it goes from the highest to the lowest (Redis 6.2.0).
   *
   * @default {false}
   */
  rev?: boolean;
  /** How many to leave out, and the most to give, with `by` (Redis 6.2.0). */
  limit?: { offset: number; count: number };
}

/** Which members `zrangestore` stores. */
export type ZRangeStoreOptions = Omit<ZRangeOptions, "withScore">;

/** What `zrandmember` gives. */
export interface ZRandMemberOptions {
  /**
   * Whether each member comes with its score.
   *
   * @default {false}
   */
  withScore?: boolean;
}

/** What `zdiff` gives. */
export interface ZDiffOptions {
  /**
   * Whether each member comes with its score.
   *
   * @default {false}
   */
  withScore?: boolean;
}

/** How far `zintercard` counts. */
export interface ZInterCardOptions {
  /** The most to count; without it, or with 0, all. */
  limit?: number;
}

/** How many members are taken. */
export interface ZMPopOptions {
  /**
   * The most.
   *
   * @default {1}
   */
  count?: number;
}

/** Commands on sorted sets. */
export interface SortedSetMethods {
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
  ): [key: string, member: string, score: string] | null;
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
  ): [key: string, member: string, score: string] | null;
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
  ): [key: string, [member: string, score: string][]] | null;
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
  ): ZAddReply<T>;
  /** Adds pairs of score and member, or changes their scores. */
  zadd<T extends ZAddOpts = ZAddOpts>(
    key: Key,
    scoreMembers: [score: Score, member: Argument][],
    options?: T,
  ): ZAddReply<T>;
  /** Adds the members of a record or a Map, whose values are their scores. */
  zadd<T extends ZAddOpts = ZAddOpts>(
    key: Key,
    memberScores: Record<string | number, Score> | ReadonlyMap<Argument, Score>,
    options?: T,
  ): ZAddReply<T>;
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
  ): string | null;
  /**
   * Counts the members.
   *
   * Redis 1.2.0, O(1).
   *
   * @returns How many there are; 0 if there is no set.
   */
  zcard(key: Key): number;
  /**
   * Counts the members with scores in a range.
   *
   * Redis 2.0.0, O(log N).
   */
  zcount(key: Key, min: ScoreBound, max: ScoreBound): number;
  /**
   * Finds the members of the first set that none of the others has; all keys are
   * of one host.
   *
   * Redis 6.2.0, O(L + (N-K)log(N)).
   *
   * @returns The members, with `withScore` and scores in turn.
   */
  zdiff(keys: readonly Key[], options?: ZDiffOptions): string[];
  /**
   * Stores the members of the first set that none of the others has.
   *
   * Redis 6.2.0, O(L + (N-K)log(N)).
   *
   * @returns How many were stored.
   */
  zdiffstore(destination: Key, keys: readonly Key[]): number;
  /**
   * Adds to the score of a member; a missing one counts as 0.
   *
   * Redis 1.2.0, O(log N).
   *
   * @returns The score afterwards, as text.
   */
  zincrby(key: Key, increment: Score, member: Argument): string;
  /**
   * Finds the members that all of several sets have; all keys are of one host.
   *
   * Redis 6.2.0, O(N × K) + O(M × log M).
   *
   * @returns The members, with `withScore` and scores in turn.
   */
  zinter(keys: WeightedKeys, options?: ZInterOpts): string[];
  /**
   * Counts the members that all of several sets have.
   *
   * Redis 7.0.0, O(N × K).
   */
  zintercard(keys: readonly Key[], options?: ZInterCardOptions): number;
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
  ): number;
  /**
   * Counts the members in a range by their text, where all scores are the same.
   *
   * Redis 2.8.9, O(log N).
   *
   * @param min `"[a"` with a, `"(a"` without it, or `"-"`.
   * @param max The same, or `"+"`.
   */
  zlexcount(key: Key, min: Argument, max: Argument): number;
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
  ): [key: string, [member: string, score: string][]] | null;
  /**
   * Reads the scores of members.
   *
   * Redis 6.2.0, O(N) in the number of members.
   *
   * @returns A score for each, as text; null where there is none.
   */
  zmscore(key: Key, ...members: Argument[]): (string | null)[];
  /** Reads the scores of a list of members, however long. */
  zmscore(key: Key, members: readonly Argument[]): (string | null)[];
  /**
   * Takes members with the highest scores.
   *
   * Redis 5.0.0, O(M × log N).
   *
   * @param count The most; 1 without it.
   * @returns Members and scores in turn.
   */
  zpopmax(key: Key, count?: number): string[];
  /**
   * Takes members with the lowest scores.
   *
   * Redis 5.0.0, O(M × log N).
   *
   * @param count The most; 1 without it.
   * @returns Members and scores in turn.
   */
  zpopmin(key: Key, count?: number): string[];
  /**
   * Picks a member by chance.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns The member; null if there is no set.
   */
  zrandmember(key: Key): string | null;
  /**
   * Picks several members by chance.
   *
   * Redis 6.2.0, O(N) in the number of members.
   *
   * @param count How many different ones; below 0, that many, some maybe several
   * times.
   * @returns The members, with `withScore` and scores in turn.
   */
  zrandmember(key: Key, count: number, options?: ZRandMemberOptions): string[];
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
  ): string[];
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
  ): string[];
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
  ): string[];
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
  ): number;
  /**
   * Finds how many members have lower scores than one.
   *
   * Redis 2.0.0, O(log N).
   *
   * @returns Its rank, from 0; null if it is no member.
   */
  zrank(key: Key, member: Argument): number | null;
  /**
   * Removes members.
   *
   * Redis 1.2.0, O(M × log N).
   *
   * @returns How many there were.
   */
  zrem(key: Key, ...members: Argument[]): number;
  /** Removes the members of a list, however long. */
  zrem(key: Key, members: readonly Argument[]): number;
  /**
   * Removes the members of a range by their text, where all scores are the same.
   *
   * Redis 2.8.9, O(log N + M).
   *
   * @returns How many there were.
   */
  zremrangebylex(key: Key, min: Argument, max: Argument): number;
  /**
   * Removes the members of a range of ranks.
   *
   * Redis 2.0.0, O(log N + M).
   *
   * @returns How many there were.
   */
  zremrangebyrank(key: Key, start: number, stop: number): number;
  /**
   * Removes the members with scores in a range.
   *
   * Redis 1.2.0, O(log N + M).
   *
   * @returns How many there were.
   */
  zremrangebyscore(key: Key, min: ScoreBound, max: ScoreBound): number;
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
  ): string[];
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
  ): string[];
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
  ): string[];
  /**
   * Finds how many members have higher scores than one.
   *
   * Redis 2.0.0, O(log N).
   *
   * @returns Its rank from the end, from 0; null if it is no member.
   */
  zrevrank(key: Key, member: Argument): number | null;
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
  ): [string, string[]];
  /**
   * Reads the score of a member.
   *
   * Redis 1.2.0, O(1).
   *
   * @returns The score, as text; null if it is no member.
   */
  zscore(key: Key, member: Argument): string | null;
  /**
   * Finds the members that any of several sets has; all keys are of one host.
   *
   * Redis 6.2.0, O(N) + O(M × log M).
   *
   * @returns The members, with `withScore` and scores in turn.
   */
  zunion(keys: WeightedKeys, options?: ZInterOpts): string[];
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
  ): number;
}

/** A member and its score. */
export type Scored = [member: string, score: number];

/** What is a list of pairs on clients that give records. */
export interface SortedSetRecords {
  /** Waits for the member with the highest score of any of several sets. */
  bzpopmax(
    timeout: number,
    ...keys: Key[]
  ): [key: string, member: string, score: number] | null;
  /** Waits for the member with the lowest score of any of several sets. */
  bzpopmin(
    timeout: number,
    ...keys: Key[]
  ): [key: string, member: string, score: number] | null;
  /** Waits for members of the first of several sets that has any. */
  bzmpop(
    timeout: number,
    where: "MIN" | "MAX",
    keys: readonly Key[],
    options?: ZMPopOptions,
  ): [key: string, Scored[]] | null;
  /** Finds what the first set has and no other, with scores. */
  zdiff(
    keys: readonly Key[],
    options: ZDiffOptions & { withScore: true },
  ): Scored[];
  /** Finds the members of the first set that none of the others has. */
  zdiff(keys: readonly Key[], options?: ZDiffOptions): string[];
  /** Finds what all sets have, with scores. */
  zinter(
    keys: WeightedKeys,
    options: ZInterOpts & { withScore: true },
  ): Scored[];
  /** Finds the members that all of several sets have. */
  zinter(keys: WeightedKeys, options?: ZInterOpts): string[];
  /** Takes members of the first of several sets that has any. */
  zmpop(
    where: "MIN" | "MAX",
    keys: readonly Key[],
    options?: ZMPopOptions,
  ): [key: string, Scored[]] | null;
  /** Takes members with the highest scores. */
  zpopmax(key: Key, count?: number): Scored[];
  /** Takes members with the lowest scores. */
  zpopmin(key: Key, count?: number): Scored[];
  /** Picks a member by chance. */
  zrandmember(key: Key): string | null;
  /** Picks several members by chance, with their scores. */
  zrandmember(
    key: Key,
    count: number,
    options: ZRandMemberOptions & { withScore: true },
  ): Scored[];
  /** Picks several members by chance. */
  zrandmember(key: Key, count: number, options?: ZRandMemberOptions): string[];
  /** Reads the members of a range, with their scores. */
  zrange(
    key: Key,
    start: ScoreBound,
    stop: ScoreBound,
    options: ZRangeOptions & { withScore: true },
  ): Scored[];
  /** Reads the members of a range: by rank, score or text. */
  zrange(
    key: Key,
    start: ScoreBound,
    stop: ScoreBound,
    options?: ZRangeOptions,
  ): string[];
  /** Reads the members with scores in a range, with their scores. */
  zrangebyscore(
    key: Key,
    min: ScoreBound,
    max: ScoreBound,
    options: ZRangeByScoreOpts & { withScore: true },
  ): Scored[];
  /** Reads the members with scores in a range. */
  zrangebyscore(
    key: Key,
    min: ScoreBound,
    max: ScoreBound,
    options?: ZRangeByScoreOpts,
  ): string[];
  /** Reads the members of a range from the highest score on, with scores. */
  zrevrange(
    key: Key,
    start: number,
    stop: number,
    options: ZRandMemberOptions & { withScore: true },
  ): Scored[];
  /** Reads the members of a range of ranks from the highest score on. */
  zrevrange(
    key: Key,
    start: number,
    stop: number,
    options?: ZRandMemberOptions,
  ): string[];
  /** Reads the members with scores in a range from the highest on, with scores. */
  zrevrangebyscore(
    key: Key,
    max: ScoreBound,
    min: ScoreBound,
    options: ZRangeByScoreOpts & { withScore: true },
  ): Scored[];
  /** Reads the members with scores in a range, from the highest on. */
  zrevrangebyscore(
    key: Key,
    max: ScoreBound,
    min: ScoreBound,
    options?: ZRangeByScoreOpts,
  ): string[];
  /** Goes through the members of a set with their scores, a page at a time. */
  zscan(
    key: Key,
    cursor: number | string,
    options?: ZScanOpts,
  ): [string, Scored[]];
  /** Finds what any set has, with scores. */
  zunion(
    keys: WeightedKeys,
    options: ZInterOpts & { withScore: true },
  ): Scored[];
  /** Finds the members that any of several sets has. */
  zunion(keys: WeightedKeys, options?: ZInterOpts): string[];
}
