/**
 * The methods for strings.
 *
 * @module
 */

import type { SetOpts, SetReply, SetWithModeOpts } from "@db/redis";
import type { Argument, Key } from "../../values.ts";

/** When a value shall expire that is read by `getex`. */
export interface GetExOptions {
  /** Seconds from now. */
  ex?: number;
  /** Milliseconds from now. */
  px?: number;
  /** A moment in seconds since 1970. */
  exat?: number;
  /** A moment in milliseconds since 1970. */
  pxat?: number;
  /**
   * Never.
   *
   * @default {false}
   */
  persist?: boolean;
}

/** What `lcs` tells of two values. */
export interface LcsOptions {
  /**
   * Whether the length alone is wanted.
   *
   * @default {false}
   */
  len?: boolean;
  /**
   * Whether the places of all matches are wanted.
   *
   * @default {false}
   */
  idx?: boolean;
  /** The shortest match, with `idx`; all by default. */
  minmatchlen?: number;
  /**
   * Whether each match comes with its length, with `idx`.
   *
   * @default {false}
   */
  withmatchlen?: boolean;
}

/** Commands on strings. */
export interface StringMethods {
  /**
   * Appends to a value; a missing one counts as empty.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns The length afterwards, in bytes.
   */
  append(key: Key, value: Argument): number;
  /**
   * Subtracts 1 from the integer at a key; a missing one counts as 0.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  decr(key: Key): number;
  /**
   * Subtracts from the integer at a key; a missing one counts as 0.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  decrby(key: Key, decrement: number | bigint): number;
  /**
   * Reads a value.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value; null if there is none.
   */
  get(key: Key): string | null;
  /**
   * Reads a value and deletes its key.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns The value; null if there was none.
   */
  getdel(key: Key): string | null;
  /**
   * Reads a value and sets when it expires.
   *
   * Redis 6.2.0, O(1).
   *
   * @param options When; without it nothing changes.
   * @returns The value; null if there is none.
   */
  getex(key: Key, options?: GetExOptions): string | null;
  /**
   * Reads a part of a value.
   *
   * Redis 2.4.0, O(N) in the length of the part.
   *
   * @param start The first byte; below 0, from the end.
   * @param end The last byte; below 0, from the end.
   * @returns The part; it is empty if there is none.
   */
  getrange(key: Key, start: number, end: number): string;
  /**
   * Writes a value and reads the one before; `set` with `get` does it too.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value before; null if there was none.
   */
  getset(key: Key, value: Argument): string | null;
  /**
   * Adds 1 to the integer at a key; a missing one counts as 0.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  incr(key: Key): number;
  /**
   * Adds to the integer at a key; a missing one counts as 0.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  incrby(key: Key, increment: number | bigint): number;
  /**
   * Adds to the number at a key; a missing one counts as 0.
   *
   * Redis 2.6.0, O(1).
   *
   * @returns The value afterwards, as text.
   */
  incrbyfloat(key: Key, increment: number): string;
  /**
   * Finds the longest subsequence that two values have in common.
   *
   * Redis 7.0.0, O(N × M) in their lengths.
   *
   * @returns The subsequence.
   */
  lcs(key1: Key, key2: Key): string;
  /** Finds its length. */
  lcs(key1: Key, key2: Key, options: LcsOptions & { len: true }): number;
  /**
   * Finds where the matches are.
   *
   * @returns A list of `"matches"`, the ranges in both values (and their lengths
   * with `withmatchlen`), `"len"` and the length of the whole.
   */
  lcs(
    key1: Key,
    key2: Key,
    options: LcsOptions & { idx: true },
  ): [string, (number | [number, number])[][], string, number];
  /**
   * Reads the values of several keys, which may live on several hosts.
   *
   * Redis 1.0.0, O(N) in the number of keys.
   *
   * @returns A value for each key in its order; null where there is none, or
   * where the key holds no string.
   */
  mget(...keys: Key[]): (string | null)[];
  /** Reads the values of a list of keys, however long. */
  mget(keys: readonly Key[]): (string | null)[];
  /**
   * Writes the values of several keys, which may live on several hosts.
   *
   * Redis 1.0.1, O(N) in the number of keys.
   *
   * @returns `"OK"`.
   */
  mset(key: Key, value: Argument): string;
  /** Writes the values of pairs of key and value. */
  mset(...pairs: [key: Key, value: Argument][]): string;
  /** Writes the values of a record or a Map. */
  mset(
    values: Record<string, Argument> | ReadonlyMap<Key, Argument>,
  ): string;
  /**
   * Writes the values of several keys of one host, unless any of them exists.
   *
   * Redis 1.0.1, O(N) in the number of keys.
   *
   * @returns 1 if they were written, 0 if not.
   */
  msetnx(key: Key, value: Argument): number;
  /** Writes the values of pairs of key and value, unless any key exists. */
  msetnx(...pairs: [key: Key, value: Argument][]): number;
  /** Writes the values of a record or a Map, unless any key exists. */
  msetnx(
    values: Record<string, Argument> | ReadonlyMap<Key, Argument>,
  ): number;
  /**
   * Writes a value that expires.
   *
   * Redis 2.6.0, O(1).
   *
   * @param milliseconds From now.
   * @returns `"OK"`.
   */
  psetex(key: Key, milliseconds: number, value: Argument): string;
  /**
   * Writes a value, whatever was there before.
   *
   * Redis 1.0.0, O(1); `exat`, `pxat` and `get` need 6.2.0, `get` with `nx` 7.0.0.
   *
   * @param options When it expires: `ex` or `px` from now, `exat` or `pxat` (a
   * moment since 1970), in seconds or milliseconds, or `keepttl`; `nx` or `xx`
   * if it shall only be written where there is none, or one; `get` for the value
   * before.
   * @returns `"OK"`; null if `nx` or `xx` kept it from being written. With `get`
   * the value before, or null.
   */
  set<T extends SetOpts | SetWithModeOpts = SetOpts>(
    key: Key,
    value: Argument,
    options?: T,
  ): SetReply<T>;
  /**
   * Writes a value that expires; `set` with `ex` does it too.
   *
   * Redis 2.0.0, O(1).
   *
   * @param seconds From now.
   * @returns `"OK"`.
   */
  setex(key: Key, seconds: number, value: Argument): string;
  /**
   * Writes a value unless there is one; `set` with `nx` does it too.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns 1 if it was written, 0 if not.
   */
  setnx(key: Key, value: Argument): number;
  /**
   * Writes over a part of a value; what lies before it is filled with zeros.
   *
   * Redis 2.2.0, O(N) in the length of the part.
   *
   * @param offset The first byte.
   * @returns The length afterwards, in bytes.
   */
  setrange(key: Key, offset: number, value: Argument): number;
  /**
   * Finds the longest subsequence that two texts, or the values of two keys, have
   * in common; `lcs` replaces it.
   *
   * Redis 6.0.0 to 6.2; 7.0.0 no longer has it.
   *
   * @returns The subsequence.
   */
  stralgo(
    algorithm: "LCS",
    target: "KEYS" | "STRINGS",
    a: Argument,
    b: Argument,
  ): string | null;
  /** Finds its length. */
  stralgo(
    algorithm: "LCS",
    target: "KEYS" | "STRINGS",
    a: Argument,
    b: Argument,
    options?: { len: true },
  ): number;
  /** Finds where the matches are. */
  stralgo(
    algorithm: "LCS",
    target: "KEYS" | "STRINGS",
    a: Argument,
    b: Argument,
    options?: { idx: true },
  ): [string, [[number, number], [number, number]][], string, number];
  /** Finds where the matches are, and their lengths. */
  stralgo(
    algorithm: "LCS",
    target: "KEYS" | "STRINGS",
    a: Argument,
    b: Argument,
    options?: { idx: true; withmatchlen: true },
  ): [
    string,
    [[number, number], [number, number], number][],
    string,
    number,
  ];
  /** Finds any of this. */
  stralgo(
    algorithm: "LCS",
    target: "KEYS" | "STRINGS",
    a: Argument,
    b: Argument,
    options?: LcsOptions,
  ):
    | string
    | number
    | null
    | [
      string,
      [[number, number], [number, number], number | undefined][],
      string,
      number,
    ];
  /**
   * Measures a value.
   *
   * Redis 2.2.0, O(1).
   *
   * @returns The length in bytes; 0 if there is none.
   */
  strlen(key: Key): number;
  /**
   * Reads a part of a value; `getrange` replaces it.
   *
   * Redis 1.0.0, O(N) in the length of the part.
   *
   * @param start The first byte; below 0, from the end.
   * @param end The last byte; below 0, from the end.
   * @returns The part; it is empty if there is none.
   */
  substr(key: Key, start: number, end: number): string;
}
