/**
 * The methods for bits.
 *
 * @module
 */

import type { BitfieldOpts, BitfieldWithOverflowOpts } from "@db/redis";
import type { Key } from "../../values.ts";

/** What the ends of a range of `bitcount` and `bitpos` are (Redis 7.0.0). */
export type BitUnit = "BYTE" | "BIT";

/** Commands on bits. */
export interface BitmapMethods {
  /**
   * Counts the bits that are set.
   *
   * Redis 2.6.0, O(N) in the length.
   *
   * @returns How many are set; 0 if there is no value.
   */
  bitcount(key: Key): number;
  /**
   * Counts them in a range; below 0, from the end.
   */
  bitcount(key: Key, start: number, end: number, unit?: BitUnit): number;
  /**
   * Reads and writes integers of any width.
   *
   * Redis 3.2.0, O(1) for each of them.
   *
   * @returns A value for each of `get`, `set` and `incrby`, in that order.
   */
  bitfield(key: Key, options?: BitfieldOpts): number[];
  /**
   * The same where a value may be out of range: with `FAIL` it is null.
   */
  bitfield(key: Key, options?: BitfieldWithOverflowOpts): (number | null)[];
  /**
   * Reads an integer of any width.
   *
   * Redis 6.0.0, O(1).
   *
   * @returns Its value, in a list.
   */
  bitfieldRo(key: Key, options?: Pick<BitfieldOpts, "get">): number[];
  /**
   * Combines the bits of values of one host, and stores what comes of it.
   *
   * Redis 2.6.0, O(N) in the length.
   *
   * @returns The length of what was stored, in bytes.
   */
  bitop(
    operation: "AND" | "OR" | "XOR" | "NOT",
    destination: Key,
    ...keys: Key[]
  ): number;
  /**
   * Finds the first bit that is 0 or 1.
   *
   * Redis 2.8.7, O(N) in the length.
   *
   * @returns Its place, from 0; -1 if there is none.
   */
  bitpos(
    key: Key,
    bit: number,
    start?: number,
    end?: number,
    unit?: BitUnit,
  ): number;
  /**
   * Reads a bit.
   *
   * Redis 2.2.0, O(1).
   *
   * @returns 0 or 1; 0 if there is none.
   */
  getbit(key: Key, offset: number): number;
  /**
   * Writes a bit.
   *
   * Redis 2.2.0, O(1).
   *
   * @returns The bit before.
   */
  setbit(key: Key, offset: number, value: number | string): number;
}
