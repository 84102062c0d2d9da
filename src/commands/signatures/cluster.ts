/**
 * The methods for the nodes of a Redis Cluster.
 *
 * @module
 */

import type {
  ClusterFailoverMode,
  ClusterResetMode,
  ClusterSetSlotSubcommand,
  ConditionalArray,
} from "@db/redis";
import type { Key, Reply } from "../../values.ts";

/** Which slots `clusterSlotStats` tells of: a range, or the first by a measure. */
export interface ClusterSlotStatsOptions {
  /** The first slot and the last one. */
  slots?: [first: number, last: number];
  /** The measure by which the slots stand, such as `"KEY-COUNT"`. */
  orderBy?: string;
  /** The most slots, with `orderBy`. */
  limit?: number;
  /**
   * Whether the lowest or the highest comes first, with `orderBy`.
   *
   * @default {"DESC"}
   */
  order?: "ASC" | "DESC";
}

/** A shard of a Redis Cluster. */
export interface ClusterShard {
  /** Its ranges of slots. */
  slots: [first: number, last: number][];
  /** Its primary and its replicas: `id`, `endpoint`, `role`, `health` and others. */
  nodes: Record<string, string | number>[];
}

/** Commands of Redis Cluster. */
export interface ClusterMethods {
  /**
   * Gives a node slots that no other has.
   *
   * Redis 3.0.0, O(N) in the number of slots.
   *
   * @returns `"OK"`.
   */
  clusterAddSlots(...slots: number[]): string;
  /** Gives a node the slots of a list. */
  clusterAddSlots(slots: readonly number[]): string;
  /**
   * Gives a node ranges of slots that no other has.
   *
   * Redis 7.0.0, O(N) in the number of slots.
   *
   * @returns `"OK"`.
   */
  clusterAddSlotsRange(...ranges: [first: number, last: number][]): string;
  /**
   * Has a node take a new epoch for its configuration.
   *
   * Redis 3.0.0, O(1).
   *
   * @returns `"BUMPED"` or `"STILL"`, and the epoch.
   */
  clusterBumpEpoch(): string;
  /**
   * Counts the nodes that report another one as down.
   *
   * Redis 3.0.0, O(N) in the number of reports.
   */
  clusterCountFailureReports(nodeId: string): number;
  /**
   * Counts the keys of a node in a slot.
   *
   * Redis 3.0.0, O(1).
   */
  clusterCountKeysInSlot(slot: number): number;
  /**
   * Has a node forget who has slots.
   *
   * Redis 3.0.0, O(N) in the number of slots.
   *
   * @returns `"OK"`.
   */
  clusterDelSlots(...slots: number[]): string;
  /** Has a node forget who has the slots of a list. */
  clusterDelSlots(slots: readonly number[]): string;
  /**
   * Has a node forget who has ranges of slots.
   *
   * Redis 7.0.0, O(N) in the number of slots.
   *
   * @returns `"OK"`.
   */
  clusterDelSlotsRange(...ranges: [first: number, last: number][]): string;
  /**
   * Makes a replica the primary of its shard.
   *
   * Redis 3.0.0, O(1).
   *
   * @param mode `"FORCE"` if its primary is down, `"TAKEOVER"` if most others are.
   * @returns `"OK"`; it comes before that is done.
   */
  clusterFailover(mode?: ClusterFailoverMode): string;
  /**
   * Has an empty node give up all its slots.
   *
   * Redis 3.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  clusterFlushSlots(): string;
  /**
   * Has a node forget another one.
   *
   * Redis 3.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  clusterForget(nodeId: string): string;
  /**
   * Lists keys of a node in a slot.
   *
   * Redis 3.0.0, O(N) in their number.
   *
   * @param count The most keys.
   */
  clusterGetKeysInSlot(slot: number, count: number): string[];
  /**
   * Describes the state of the cluster as a node sees it.
   *
   * Redis 3.0.0, O(1).
   *
   * @returns Lines of `name:value`.
   */
  clusterInfo(): string;
  /**
   * Computes the slot of a key.
   *
   * Redis 3.0.0, O(N) in the length of the key.
   */
  clusterKeySlot(key: Key): number;
  /**
   * Lists the links of a node to the others.
   *
   * Redis 7.0.0, O(N) in the number of nodes.
   *
   * @returns A list of names and values in turn for each.
   */
  clusterLinks(): Reply[];
  /**
   * Has a node get to know another one, and all that it knows.
   *
   * Redis 3.0.0, O(1).
   *
   * @param busPort Where nodes talk to it; 10000 above its port by default.
   * @returns `"OK"`; it comes before that is done.
   */
  clusterMeet(ip: string, port: number, busPort?: number): string;
  /**
   * Reads the id of a node.
   *
   * Redis 3.0.0, O(1).
   */
  clusterMyID(): string;
  /**
   * Reads the id of the shard of a node.
   *
   * Redis 7.2.0, O(1).
   *
   * @returns The id (https://redis.io/docs/latest/commands/cluster-myshardid/).
   */
  clusterMyShardID(): string;
  /**
   * Lists all nodes that a node knows.
   *
   * Redis 3.0.0, O(N) in the number of nodes.
   *
   * @returns One line for each.
   */
  clusterNodes(): string;
  /**
   * Lists the replicas of a primary.
   *
   * Redis 5.0.0, O(N) in their number.
   *
   * @returns One line for each.
   */
  clusterReplicas(nodeId: string): string[];
  /**
   * Makes a node a replica of a primary.
   *
   * Redis 3.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  clusterReplicate(nodeId: string): string;
  /**
   * Has a node leave its cluster; a primary has to be empty.
   *
   * Redis 3.0.0, O(N) in the number of nodes that it knows.
   *
   * @param mode `"HARD"` if it shall also take a new id.
   * @returns `"OK"`.
   */
  clusterReset(mode?: ClusterResetMode): string;
  /**
   * Has a node write down what it knows of the cluster.
   *
   * Redis 3.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  clusterSaveConfig(): string;
  /**
   * Gives a node that knows no other its epoch.
   *
   * Redis 3.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  clusterSetConfigEpoch(epoch: number): string;
  /**
   * Lists the shards with their slots and nodes.
   *
   * Redis 7.0.0, O(N) in the number of nodes.
   *
   * @returns For each a list of names and values in turn.
   */
  clusterShards(): Reply[];
  /**
   * Says who has a slot, or that it moves.
   *
   * Redis 3.0.0, O(1).
   *
   * @param nodeId The node that it belongs to or moves from or to.
   * @returns `"OK"`.
   */
  clusterSetSlot(
    slot: number,
    subcommand: ClusterSetSlotSubcommand,
    nodeId?: string,
  ): string;
  /**
   * Lists the replicas of a primary; `clusterReplicas` replaces it.
   *
   * Redis 3.0.0, O(N) in their number.
   *
   * @returns One line for each.
   */
  clusterSlaves(nodeId: string): string[];
  /**
   * Tells how slots of a node are used.
   *
   * Redis 8.2.0, O(N) in the number of slots, O(N log N) with `orderBy`.
   *
   * @returns Each slot with a list of names and values in turn
   * (https://redis.io/docs/latest/commands/cluster-slot-stats/).
   */
  clusterSlotStats(options: ClusterSlotStatsOptions): Reply[];
  /**
   * Lists ranges of slots with the nodes that have them, the primary first.
   *
   * Redis 3.0.0, O(N) in the number of nodes.
   *
   * @returns For each the first slot, the last one, and the nodes.
   */
  clusterSlots(): ConditionalArray;
}

/** What are records on clients that give records. */
export interface ClusterRecords {
  /**
   * Lists the links of a node to the others.
   *
   * Redis 7.0.0, O(N) in the number of nodes.
   */
  clusterLinks(): Record<string, string | number>[];
  /**
   * Lists the shards with their slots and nodes.
   *
   * Redis 7.0.0, O(N) in the number of nodes.
   */
  clusterShards(): ClusterShard[];
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
  ): [slot: number, counts: Record<string, number>][];
}
