/**
 * What commands give with `replies: "records"`, on a fanout client.
 *
 * Written by `sh tools/dev methods` from src/commands/signatures/.
 *
 * @module
 */

import type { HRandFieldOptions } from "../../commands/signatures/hashes.ts";
import type {
  ScoreBound,
  Scored,
  WeightedKeys,
  ZDiffOptions,
  ZMPopOptions,
  ZRandMemberOptions,
  ZRangeOptions,
} from "../../commands/signatures/sorted_sets.ts";
import type { Key } from "../../values.ts";
import type {
  HScanOpts,
  ZInterOpts,
  ZRangeByScoreOpts,
  ZScanOpts,
} from "@db/redis";
import type { RbPromise } from "../../promise.ts";
import type { PerHost } from "../per_host.ts";

/**
 * What commands give with `replies: "records"`, on a fanout client.
 */
export interface FanoutRecords<K extends "fanout" | "settled" = "fanout"> {
  /**
   * Reads all fields and their values.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns The values by their fields; an empty record if there is no hash.
   */
  hgetall(key: Key): RbPromise<PerHost<Record<string, string>, K>>;
  /**
   * Picks a field by chance.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns The field; null if there is no hash.
   */
  hrandfield(key: Key): RbPromise<PerHost<string | null, K>>;
  /** Picks several fields by chance, each with its value. */
  hrandfield(
    key: Key,
    count: number,
    options: HRandFieldOptions & { withValues: true },
  ): RbPromise<PerHost<[field: string, value: string][], K>>;
  /**
   * Picks several fields by chance.
   *
   * @param count How many different ones; below 0, that many, some maybe several
   * times.
   */
  hrandfield(
    key: Key,
    count: number,
    options?: HRandFieldOptions,
  ): RbPromise<PerHost<string[], K>>;
  /**
   * Goes through the fields of a hash, a page at a time.
   *
   * Redis 2.8.0, O(1) for a page.
   *
   * @param cursor 0 to begin, then what the page before gave.
   * @param options Which fields, and about how many a page.
   * @returns The next cursor, `"0"` at the end, and pairs of field and value.
   */
  hscan(
    key: Key,
    cursor: number | string,
    options?: HScanOpts,
  ): RbPromise<PerHost<[string, [field: string, value: string][]], K>>;
  /** Waits for the member with the highest score of any of several sets. */
  bzpopmax(
    timeout: number,
    ...keys: Key[]
  ): RbPromise<PerHost<[key: string, member: string, score: number] | null, K>>;
  /** Waits for the member with the lowest score of any of several sets. */
  bzpopmin(
    timeout: number,
    ...keys: Key[]
  ): RbPromise<PerHost<[key: string, member: string, score: number] | null, K>>;
  /** Waits for members of the first of several sets that has any. */
  bzmpop(
    timeout: number,
    where: "MIN" | "MAX",
    keys: readonly Key[],
    options?: ZMPopOptions,
  ): RbPromise<PerHost<[key: string, Scored[]] | null, K>>;
  /** Finds what the first set has and no other, with scores. */
  zdiff(
    keys: readonly Key[],
    options: ZDiffOptions & { withScore: true },
  ): RbPromise<PerHost<Scored[], K>>;
  /** Finds the members of the first set that none of the others has. */
  zdiff(
    keys: readonly Key[],
    options?: ZDiffOptions,
  ): RbPromise<PerHost<string[], K>>;
  /** Finds what all sets have, with scores. */
  zinter(
    keys: WeightedKeys,
    options: ZInterOpts & { withScore: true },
  ): RbPromise<PerHost<Scored[], K>>;
  /** Finds the members that all of several sets have. */
  zinter(
    keys: WeightedKeys,
    options?: ZInterOpts,
  ): RbPromise<PerHost<string[], K>>;
  /** Takes members of the first of several sets that has any. */
  zmpop(
    where: "MIN" | "MAX",
    keys: readonly Key[],
    options?: ZMPopOptions,
  ): RbPromise<PerHost<[key: string, Scored[]] | null, K>>;
  /** Takes members with the highest scores. */
  zpopmax(key: Key, count?: number): RbPromise<PerHost<Scored[], K>>;
  /** Takes members with the lowest scores. */
  zpopmin(key: Key, count?: number): RbPromise<PerHost<Scored[], K>>;
  /** Picks a member by chance. */
  zrandmember(key: Key): RbPromise<PerHost<string | null, K>>;
  /** Picks several members by chance, with their scores. */
  zrandmember(
    key: Key,
    count: number,
    options: ZRandMemberOptions & { withScore: true },
  ): RbPromise<PerHost<Scored[], K>>;
  /** Picks several members by chance. */
  zrandmember(
    key: Key,
    count: number,
    options?: ZRandMemberOptions,
  ): RbPromise<PerHost<string[], K>>;
  /** Reads the members of a range, with their scores. */
  zrange(
    key: Key,
    start: ScoreBound,
    stop: ScoreBound,
    options: ZRangeOptions & { withScore: true },
  ): RbPromise<PerHost<Scored[], K>>;
  /** Reads the members of a range: by rank, score or text. */
  zrange(
    key: Key,
    start: ScoreBound,
    stop: ScoreBound,
    options?: ZRangeOptions,
  ): RbPromise<PerHost<string[], K>>;
  /** Reads the members with scores in a range, with their scores. */
  zrangebyscore(
    key: Key,
    min: ScoreBound,
    max: ScoreBound,
    options: ZRangeByScoreOpts & { withScore: true },
  ): RbPromise<PerHost<Scored[], K>>;
  /** Reads the members with scores in a range. */
  zrangebyscore(
    key: Key,
    min: ScoreBound,
    max: ScoreBound,
    options?: ZRangeByScoreOpts,
  ): RbPromise<PerHost<string[], K>>;
  /** Reads the members of a range from the highest score on, with scores. */
  zrevrange(
    key: Key,
    start: number,
    stop: number,
    options: ZRandMemberOptions & { withScore: true },
  ): RbPromise<PerHost<Scored[], K>>;
  /** Reads the members of a range of ranks from the highest score on. */
  zrevrange(
    key: Key,
    start: number,
    stop: number,
    options?: ZRandMemberOptions,
  ): RbPromise<PerHost<string[], K>>;
  /** Reads the members with scores in a range from the highest on, with scores. */
  zrevrangebyscore(
    key: Key,
    max: ScoreBound,
    min: ScoreBound,
    options: ZRangeByScoreOpts & { withScore: true },
  ): RbPromise<PerHost<Scored[], K>>;
  /** Reads the members with scores in a range, from the highest on. */
  zrevrangebyscore(
    key: Key,
    max: ScoreBound,
    min: ScoreBound,
    options?: ZRangeByScoreOpts,
  ): RbPromise<PerHost<string[], K>>;
  /** Goes through the members of a set with their scores, a page at a time. */
  zscan(
    key: Key,
    cursor: number | string,
    options?: ZScanOpts,
  ): RbPromise<PerHost<[string, Scored[]], K>>;
  /** Finds what any set has, with scores. */
  zunion(
    keys: WeightedKeys,
    options: ZInterOpts & { withScore: true },
  ): RbPromise<PerHost<Scored[], K>>;
  /** Finds the members that any of several sets has. */
  zunion(
    keys: WeightedKeys,
    options?: ZInterOpts,
  ): RbPromise<PerHost<string[], K>>;
}
