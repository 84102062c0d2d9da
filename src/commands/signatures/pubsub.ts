/**
 * The methods for messages on channels.
 *
 * @module
 */

import type { Argument, Key } from "../../values.ts";

/** Commands of publish and subscribe. */
export interface PubsubMethods {
  /**
   * Sends a message to all that listen to a channel, by its name or a pattern.
   *
   * Redis 2.0.0, O(N + M) in the listeners to the channel and in all patterns.
   *
   * @returns How many got it.
   */
  publish(channel: Key, message: Argument): number;
  /**
   * Lists the channels that somebody listens to by their names.
   *
   * Redis 2.8.0, O(N) in the number of channels.
   *
   * @param pattern Which of them; all by default.
   */
  pubsubChannels(pattern?: string): string[];
  /**
   * Counts the different patterns that somebody listens to.
   *
   * Redis 2.8.0, O(1).
   */
  pubsubNumpat(): number;
  /**
   * Counts who listens to channels by their names.
   *
   * Redis 2.8.0, O(N) in the number of channels.
   *
   * @returns Channels and counts in turn.
   */
  pubsubNumsub(...channels: string[]): (string | number)[];
  /** Counts who listens to the channels of a list. */
  pubsubNumsub(channels: readonly string[]): (string | number)[];
  /**
   * Lists the channels of shards that somebody listens to.
   *
   * Redis 7.0.0, O(N) in the number of channels.
   *
   * @param pattern Which of them; all by default.
   */
  pubsubShardChannels(pattern?: string): string[];
  /**
   * Counts who listens to channels of shards.
   *
   * Redis 7.0.0, O(N) in the number of channels.
   *
   * @returns Channels and counts in turn.
   */
  pubsubShardNumsub(...channels: string[]): (string | number)[];
  /** Counts who listens to the channels of a list. */
  pubsubShardNumsub(channels: readonly string[]): (string | number)[];
  /**
   * Sends a message to all that listen to a channel of a shard, whose name
   * decides on the host as a key does.
   *
   * Redis 7.0.0, O(N) in the number of listeners.
   *
   * @returns How many got it.
   */
  spublish(channel: Key, message: Argument): number;
}

/** What is a record on clients that give records. */
export interface PubsubRecords {
  /**
   * Counts who listens to channels by their names.
   *
   * Redis 2.8.0, O(N) in the number of channels.
   *
   * @returns The counts by their channels.
   */
  pubsubNumsub(...channels: string[]): Record<string, number>;
  /** Counts who listens to the channels of a list. */
  pubsubNumsub(channels: readonly string[]): Record<string, number>;
  /**
   * Counts who listens to channels of shards.
   *
   * Redis 7.0.0, O(N) in the number of channels.
   *
   * @returns The counts by their channels.
   */
  pubsubShardNumsub(...channels: string[]): Record<string, number>;
  /** Counts who listens to the channels of a list. */
  pubsubShardNumsub(channels: readonly string[]): Record<string, number>;
}
