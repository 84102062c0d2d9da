/**
 * What commands that name a key give with `replies: "records"`, on a routing
 * client.
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

/**
 * What commands that name a key give with `replies: "records"`, on a routing
 * client.
 */
export interface RoutingRecords {
  /**
   * Reads all fields and their values.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns The values by their fields; an empty record if there is no hash.
   */
  hgetall(key: Key): Promise<Record<string, string>>;
  /**
   * Picks a field by chance.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns The field; null if there is no hash.
   */
  hrandfield(key: Key): Promise<string | null>;
  /** Picks several fields by chance, each with its value. */
  hrandfield(
    key: Key,
    count: number,
    options: HRandFieldOptions & { withValues: true },
  ): Promise<[field: string, value: string][]>;
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
  ): Promise<string[]>;
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
  ): Promise<[string, [field: string, value: string][]]>;
  /** Waits for the member with the highest score of any of several sets. */
  bzpopmax(
    timeout: number,
    ...keys: Key[]
  ): Promise<[key: string, member: string, score: number] | null>;
  /** Waits for the member with the lowest score of any of several sets. */
  bzpopmin(
    timeout: number,
    ...keys: Key[]
  ): Promise<[key: string, member: string, score: number] | null>;
  /** Waits for members of the first of several sets that has any. */
  bzmpop(
    timeout: number,
    where: "MIN" | "MAX",
    keys: readonly Key[],
    options?: ZMPopOptions,
  ): Promise<[key: string, Scored[]] | null>;
  /** Finds what the first set has and no other, with scores. */
  zdiff(
    keys: readonly Key[],
    options: ZDiffOptions & { withScore: true },
  ): Promise<Scored[]>;
  /** Finds the members of the first set that none of the others has. */
  zdiff(keys: readonly Key[], options?: ZDiffOptions): Promise<string[]>;
  /** Finds what all sets have, with scores. */
  zinter(
    keys: WeightedKeys,
    options: ZInterOpts & { withScore: true },
  ): Promise<Scored[]>;
  /** Finds the members that all of several sets have. */
  zinter(keys: WeightedKeys, options?: ZInterOpts): Promise<string[]>;
  /** Takes members of the first of several sets that has any. */
  zmpop(
    where: "MIN" | "MAX",
    keys: readonly Key[],
    options?: ZMPopOptions,
  ): Promise<[key: string, Scored[]] | null>;
  /** Takes members with the highest scores. */
  zpopmax(key: Key, count?: number): Promise<Scored[]>;
  /** Takes members with the lowest scores. */
  zpopmin(key: Key, count?: number): Promise<Scored[]>;
  /** Picks a member by chance. */
  zrandmember(key: Key): Promise<string | null>;
  /** Picks several members by chance, with their scores. */
  zrandmember(
    key: Key,
    count: number,
    options: ZRandMemberOptions & { withScore: true },
  ): Promise<Scored[]>;
  /** Picks several members by chance. */
  zrandmember(
    key: Key,
    count: number,
    options?: ZRandMemberOptions,
  ): Promise<string[]>;
  /** Reads the members of a range, with their scores. */
  zrange(
    key: Key,
    start: ScoreBound,
    stop: ScoreBound,
    options: ZRangeOptions & { withScore: true },
  ): Promise<Scored[]>;
  /** Reads the members of a range: by rank, score or text. */
  zrange(
    key: Key,
    start: ScoreBound,
    stop: ScoreBound,
    options?: ZRangeOptions,
  ): Promise<string[]>;
  /** Reads the members with scores in a range, with their scores. */
  zrangebyscore(
    key: Key,
    min: ScoreBound,
    max: ScoreBound,
    options: ZRangeByScoreOpts & { withScore: true },
  ): Promise<Scored[]>;
  /** Reads the members with scores in a range. */
  zrangebyscore(
    key: Key,
    min: ScoreBound,
    max: ScoreBound,
    options?: ZRangeByScoreOpts,
  ): Promise<string[]>;
  /** Reads the members of a range from the highest score on, with scores. */
  zrevrange(
    key: Key,
    start: number,
    stop: number,
    options: ZRandMemberOptions & { withScore: true },
  ): Promise<Scored[]>;
  /** Reads the members of a range of ranks from the highest score on. */
  zrevrange(
    key: Key,
    start: number,
    stop: number,
    options?: ZRandMemberOptions,
  ): Promise<string[]>;
  /** Reads the members with scores in a range from the highest on, with scores. */
  zrevrangebyscore(
    key: Key,
    max: ScoreBound,
    min: ScoreBound,
    options: ZRangeByScoreOpts & { withScore: true },
  ): Promise<Scored[]>;
  /** Reads the members with scores in a range, from the highest on. */
  zrevrangebyscore(
    key: Key,
    max: ScoreBound,
    min: ScoreBound,
    options?: ZRangeByScoreOpts,
  ): Promise<string[]>;
  /** Goes through the members of a set with their scores, a page at a time. */
  zscan(
    key: Key,
    cursor: number | string,
    options?: ZScanOpts,
  ): Promise<[string, Scored[]]>;
  /** Finds what any set has, with scores. */
  zunion(
    keys: WeightedKeys,
    options: ZInterOpts & { withScore: true },
  ): Promise<Scored[]>;
  /** Finds the members that any of several sets has. */
  zunion(keys: WeightedKeys, options?: ZInterOpts): Promise<string[]>;
}
