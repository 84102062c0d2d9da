/**
 * What commands give with `replies: "records"`, on a fanout client.
 *
 * Written by `sh tools/dev methods` from src/commands/signatures/.
 *
 * @module
 */

import type { AclUser } from "../../commands/signatures/acl.ts";
import type {
  ClusterShard,
  ClusterSlotStatsOptions,
} from "../../commands/signatures/cluster.ts";
import type { TrackingInfo } from "../../commands/signatures/connection.ts";
import type { HRandFieldOptions } from "../../commands/signatures/hashes.ts";
import type {
  FunctionLibrary,
  FunctionListOptions,
  FunctionStats,
} from "../../commands/signatures/scripting.ts";
import type {
  CommandDoc,
  LatencyHistogram,
} from "../../commands/signatures/server.ts";
import type {
  ScoreBound,
  Scored,
  WeightedKeys,
  ZDiffOptions,
  ZMPopOptions,
  ZRandMemberOptions,
  ZRangeOptions,
} from "../../commands/signatures/sorted_sets.ts";
import type { Key, Reply } from "../../values.ts";
import type {
  ACLLogMode,
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
   * Describes a user.
   *
   * Redis 6.0.0, O(N) in the number of its rules.
   *
   * @returns The user; null if there is none.
   */
  aclGetUser(username: string): RbPromise<PerHost<AclUser | null, K>>;
  /**
   * Lists what users tried to do and may not, the last one first.
   *
   * Redis 6.0.0, O(N) in the number of entries.
   *
   * @param count The most entries; 10 by default.
   */
  aclLog(count?: number): RbPromise<PerHost<Record<string, Reply>[], K>>;
  /**
   * Forgets it.
   *
   * @returns `"OK"`.
   */
  aclLog(mode: ACLLogMode): RbPromise<PerHost<string, K>>;
  /**
   * Lists the links of a node to the others.
   *
   * Redis 7.0.0, O(N) in the number of nodes.
   */
  clusterLinks(): RbPromise<PerHost<Record<string, string | number>[], K>>;
  /**
   * Lists the shards with their slots and nodes.
   *
   * Redis 7.0.0, O(N) in the number of nodes.
   */
  clusterShards(): RbPromise<PerHost<ClusterShard[], K>>;
  /**
   * Tells how slots of a node are used.
   *
   * Redis 8.2.0, O(N) in the number of slots, O(N log N) with `orderBy`.
   *
   * @returns Each slot with what is counted of it
   * (https://redis.io/docs/latest/commands/cluster-slot-stats/).
   */
  clusterSlotStats(
    options: ClusterSlotStatsOptions,
  ): RbPromise<PerHost<[slot: number, counts: Record<string, number>][], K>>;
  /**
   * Tells what this connection has the server remember of what it reads.
   *
   * Redis 6.2.0, O(1).
   */
  clientTrackingInfo(): RbPromise<PerHost<TrackingInfo, K>>;
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
  /**
   * Counts who listens to channels by their names.
   *
   * Redis 2.8.0, O(N) in the number of channels.
   *
   * @returns The counts by their channels.
   */
  pubsubNumsub(
    ...channels: string[]
  ): RbPromise<PerHost<Record<string, number>, K>>;
  /** Counts who listens to the channels of a list. */
  pubsubNumsub(
    channels: readonly string[],
  ): RbPromise<PerHost<Record<string, number>, K>>;
  /**
   * Counts who listens to channels of shards.
   *
   * Redis 7.0.0, O(N) in the number of channels.
   *
   * @returns The counts by their channels.
   */
  pubsubShardNumsub(
    ...channels: string[]
  ): RbPromise<PerHost<Record<string, number>, K>>;
  /** Counts who listens to the channels of a list. */
  pubsubShardNumsub(
    channels: readonly string[],
  ): RbPromise<PerHost<Record<string, number>, K>>;
  /**
   * Lists libraries and their functions.
   *
   * Redis 7.0.0, O(N) in the number of functions.
   */
  functionList(
    options?: FunctionListOptions,
  ): RbPromise<PerHost<FunctionLibrary[], K>>;
  /**
   * Tells what function runs, and which engines there are.
   *
   * Redis 7.0.0, O(1).
   */
  functionStats(): RbPromise<PerHost<FunctionStats, K>>;
  /**
   * Reads the documentation of commands.
   *
   * Redis 7.0.0, O(N) in their number.
   *
   * @param commands Which; all by default.
   * @returns What is said of them, by their names.
   */
  commandDocs(
    ...commands: string[]
  ): RbPromise<PerHost<Record<string, CommandDoc>, K>>;
  /** Reads the documentation of the commands of a list. */
  commandDocs(
    commands: readonly string[],
  ): RbPromise<PerHost<Record<string, CommandDoc>, K>>;
  /**
   * Reads settings of a server.
   *
   * Redis 2.0.0, O(N) in the number of settings; several patterns need 7.0.0.
   *
   * @param patterns Their names, or patterns of them.
   * @returns The values by their names.
   */
  configGet(
    ...patterns: string[]
  ): RbPromise<PerHost<Record<string, string>, K>>;
  /** Reads the settings of a list of patterns. */
  configGet(
    patterns: readonly string[],
  ): RbPromise<PerHost<Record<string, string>, K>>;
  /**
   * Tells how long commands took.
   *
   * Redis 7.0.0, O(N) in the number of commands.
   *
   * @param commands Which; all that were called by default.
   * @returns How many calls took how long, by the names of the commands.
   */
  latencyHistogram(
    ...commands: string[]
  ): RbPromise<PerHost<Record<string, LatencyHistogram>, K>>;
  /** Tells how long the commands of a list took. */
  latencyHistogram(
    commands: readonly string[],
  ): RbPromise<PerHost<Record<string, LatencyHistogram>, K>>;
  /**
   * Tells what the memory of a server is used for.
   *
   * Redis 4.0.0, O(1).
   *
   * @returns Numbers by their names; those of a database are a record.
   */
  memoryStats(): RbPromise<
    PerHost<Record<string, number | Record<string, number>>, K>
  >;
  /**
   * Lists the modules of a server.
   *
   * Redis 4.0.0, O(N) in their number.
   */
  moduleList(): RbPromise<PerHost<Record<string, Reply>[], K>>;
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
