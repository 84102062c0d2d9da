/**
 * The methods for sets.
 *
 * @module
 */

import type { SScanOpts } from "@db/redis";
import type { Argument, Key } from "../../values.ts";

/** How far `sintercard` counts. */
export interface SInterCardOptions {
  /** The most to count; without it, or with 0, all. */
  limit?: number;
}

/** Commands on sets. */
export interface SetMethods {
  /**
   * Adds members.
   *
   * Redis 1.0.0, O(1) for each member.
   *
   * @returns How many are new.
   */
  sadd(key: Key, ...members: Argument[]): number;
  /**
   * Adds the members of a list, however long.
   */
  sadd(key: Key, members: readonly Argument[]): number;
  /**
   * Counts the members.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns How many there are; 0 if there is no set.
   */
  scard(key: Key): number;
  /**
   * Finds the members of the first set that none of the others has; all keys are
   * of one host.
   *
   * Redis 1.0.0, O(N) in the number of members.
   *
   * @returns The members.
   */
  sdiff(...keys: Key[]): string[];
  /**
   * The same for a list of keys.
   */
  sdiff(keys: readonly Key[]): string[];
  /**
   * Stores the members of the first set that none of the others has.
   *
   * Redis 1.0.0, O(N) in the number of members.
   *
   * @returns How many were stored.
   */
  sdiffstore(destination: Key, ...keys: Key[]): number;
  /**
   * The same for a list of keys.
   */
  sdiffstore(destination: Key, keys: readonly Key[]): number;
  /**
   * Finds the members that all of several sets have; all keys are of one host.
   *
   * Redis 1.0.0, O(N × M) for M sets, the smallest of N members.
   *
   * @returns The members.
   */
  sinter(...keys: Key[]): string[];
  /**
   * The same for a list of keys.
   */
  sinter(keys: readonly Key[]): string[];
  /**
   * Counts the members that all of several sets have.
   *
   * Redis 7.0.0, O(N × M) for M sets, the smallest of N members.
   */
  sintercard(keys: readonly Key[], options?: SInterCardOptions): number;
  /**
   * Stores the members that all of several sets have.
   *
   * Redis 1.0.0, O(N × M) for M sets, the smallest of N members.
   *
   * @returns How many were stored.
   */
  sinterstore(destination: Key, ...keys: Key[]): number;
  /**
   * The same for a list of keys.
   */
  sinterstore(destination: Key, keys: readonly Key[]): number;
  /**
   * Asks whether a set has a member.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns 1 if it has, 0 if not.
   */
  sismember(key: Key, member: Argument): number;
  /**
   * Lists the members.
   *
   * Redis 1.0.0, O(N) in the number of members.
   *
   * @returns The members; none if there is no set.
   */
  smembers(key: Key): string[];
  /**
   * Asks which members a set has.
   *
   * Redis 6.2.0, O(N) in the number of members.
   *
   * @returns For each 1 if it has, 0 if not.
   */
  smismember(key: Key, ...members: Argument[]): number[];
  /**
   * Asks it for the members of a list.
   */
  smismember(key: Key, members: readonly Argument[]): number[];
  /**
   * Moves a member to another set of the same host.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns 1 if it was moved, 0 if there is none.
   */
  smove(source: Key, destination: Key, member: Argument): number;
  /**
   * Takes a member by chance.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The member; null if there is none.
   */
  spop(key: Key): string | null;
  /**
   * Takes several members by chance (Redis 3.2.0).
   */
  spop(key: Key, count: number): string[];
  /**
   * Picks a member by chance.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The member; null if there is none.
   */
  srandmember(key: Key): string | null;
  /**
   * Picks several members by chance; below 0, that many, some maybe several
   * times.
   */
  srandmember(key: Key, count: number): string[];
  /**
   * Removes members.
   *
   * Redis 1.0.0, O(N) in the number of members.
   *
   * @returns How many there were.
   */
  srem(key: Key, ...members: Argument[]): number;
  /**
   * Removes the members of a list, however long.
   */
  srem(key: Key, members: readonly Argument[]): number;
  /**
   * Goes through the members of a set, a page at a time.
   *
   * Redis 2.8.0, O(1) for a page.
   *
   * @param cursor 0 to begin, then what the page before gave.
   * @returns The next cursor, `"0"` at the end, and members.
   */
  sscan(
    key: Key,
    cursor: number | string,
    options?: SScanOpts,
  ): [string, string[]];
  /**
   * Finds the members that any of several sets has; all keys are of one host.
   *
   * Redis 1.0.0, O(N) in the number of members.
   *
   * @returns The members.
   */
  sunion(...keys: Key[]): string[];
  /**
   * The same for a list of keys.
   */
  sunion(keys: readonly Key[]): string[];
  /**
   * Stores the members that any of several sets has.
   *
   * Redis 1.0.0, O(N) in the number of members.
   *
   * @returns How many were stored.
   */
  sunionstore(destination: Key, ...keys: Key[]): number;
  /**
   * The same for a list of keys.
   */
  sunionstore(destination: Key, keys: readonly Key[]): number;
}
