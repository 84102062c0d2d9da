/**
 * The methods that estimate how many different things were counted.
 *
 * @module
 */

import type { Argument, Key } from "../../values.ts";

/** Commands that estimate how many different things were counted. */
export interface HyperLogLogMethods {
  /**
   * Counts elements.
   *
   * Redis 2.8.9, O(1) for each element.
   *
   * @returns 1 if the estimate changed, 0 if not.
   */
  pfadd(key: Key, ...elements: Argument[]): number;
  /**
   * Counts the elements of a list, however long.
   */
  pfadd(key: Key, elements: readonly Argument[]): number;
  /**
   * Estimates how many different elements were counted; all keys are of one
   * host.
   *
   * Redis 2.8.9, O(N) in the number of keys.
   *
   * @returns The estimate, right to 0.81 %.
   */
  pfcount(...keys: Key[]): number;
  /**
   * The same for a list of keys.
   */
  pfcount(keys: readonly Key[]): number;
  /**
   * Merges counts of one host into one.
   *
   * Redis 2.8.9, O(N) in the number of keys.
   *
   * @returns `"OK"`.
   */
  pfmerge(destination: Key, ...keys: Key[]): string;
  /**
   * The same for a list of keys.
   */
  pfmerge(destination: Key, keys: readonly Key[]): string;
}
