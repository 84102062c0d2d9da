/**
 * What commands give with `replies: "records"`, by `targetKey` of a fanout.
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
import type {
  FunctionLibrary,
  FunctionListOptions,
  FunctionStats,
} from "../../commands/signatures/scripting.ts";
import type {
  CommandDoc,
  LatencyHistogram,
} from "../../commands/signatures/server.ts";
import type { Reply } from "../../values.ts";
import type { ACLLogMode } from "@db/redis";
import type { RbPromise } from "../../promise.ts";
import type { MappingRecords } from "./mapping_records.ts";

/**
 * What commands give with `replies: "records"`, by `targetKey` of a fanout.
 */
export interface TargetedRecords extends MappingRecords {
  /**
   * Describes a user.
   *
   * Redis 6.0.0, O(N) in the number of its rules.
   *
   * @returns The user; null if there is none.
   */
  aclGetUser(username: string): RbPromise<AclUser | null>;
  /**
   * Lists what users tried to do and may not, the last one first.
   *
   * Redis 6.0.0, O(N) in the number of entries.
   *
   * @param count The most entries; 10 by default.
   */
  aclLog(count?: number): RbPromise<Record<string, Reply>[]>;
  /**
   * Forgets it.
   *
   * @returns `"OK"`.
   */
  aclLog(mode: ACLLogMode): RbPromise<string>;
  /**
   * Lists the links of a node to the others.
   *
   * Redis 7.0.0, O(N) in the number of nodes.
   */
  clusterLinks(): RbPromise<Record<string, string | number>[]>;
  /**
   * Lists the shards with their slots and nodes.
   *
   * Redis 7.0.0, O(N) in the number of nodes.
   */
  clusterShards(): RbPromise<ClusterShard[]>;
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
  ): RbPromise<[slot: number, counts: Record<string, number>][]>;
  /**
   * Tells what this connection has the server remember of what it reads.
   *
   * Redis 6.2.0, O(1).
   */
  clientTrackingInfo(): RbPromise<TrackingInfo>;
  /**
   * Counts who listens to channels by their names.
   *
   * Redis 2.8.0, O(N) in the number of channels.
   *
   * @returns The counts by their channels.
   */
  pubsubNumsub(...channels: string[]): RbPromise<Record<string, number>>;
  /** Counts who listens to the channels of a list. */
  pubsubNumsub(channels: readonly string[]): RbPromise<Record<string, number>>;
  /**
   * Counts who listens to channels of shards.
   *
   * Redis 7.0.0, O(N) in the number of channels.
   *
   * @returns The counts by their channels.
   */
  pubsubShardNumsub(...channels: string[]): RbPromise<Record<string, number>>;
  /** Counts who listens to the channels of a list. */
  pubsubShardNumsub(
    channels: readonly string[],
  ): RbPromise<Record<string, number>>;
  /**
   * Lists libraries and their functions.
   *
   * Redis 7.0.0, O(N) in the number of functions.
   */
  functionList(options?: FunctionListOptions): RbPromise<FunctionLibrary[]>;
  /**
   * Tells what function runs, and which engines there are.
   *
   * Redis 7.0.0, O(1).
   */
  functionStats(): RbPromise<FunctionStats>;
  /**
   * Reads the documentation of commands.
   *
   * Redis 7.0.0, O(N) in their number.
   *
   * @param commands Which; all by default.
   * @returns What is said of them, by their names.
   */
  commandDocs(...commands: string[]): RbPromise<Record<string, CommandDoc>>;
  /** Reads the documentation of the commands of a list. */
  commandDocs(
    commands: readonly string[],
  ): RbPromise<Record<string, CommandDoc>>;
  /**
   * Reads settings of a server.
   *
   * Redis 2.0.0, O(N) in the number of settings; several patterns need 7.0.0.
   *
   * @param patterns Their names, or patterns of them.
   * @returns The values by their names.
   */
  configGet(...patterns: string[]): RbPromise<Record<string, string>>;
  /** Reads the settings of a list of patterns. */
  configGet(patterns: readonly string[]): RbPromise<Record<string, string>>;
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
  ): RbPromise<Record<string, LatencyHistogram>>;
  /** Tells how long the commands of a list took. */
  latencyHistogram(
    commands: readonly string[],
  ): RbPromise<Record<string, LatencyHistogram>>;
  /**
   * Tells what the memory of a server is used for.
   *
   * Redis 4.0.0, O(1).
   *
   * @returns Numbers by their names; those of a database are a record.
   */
  memoryStats(): RbPromise<Record<string, number | Record<string, number>>>;
  /**
   * Lists the modules of a server.
   *
   * Redis 4.0.0, O(N) in their number.
   */
  moduleList(): RbPromise<Record<string, Reply>[]>;
}
