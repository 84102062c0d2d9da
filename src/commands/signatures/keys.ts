/**
 * The methods for keys of any type.
 *
 * @module
 */

import type {
  MigrateOpts,
  RestoreOpts,
  ScanOpts,
  SortOpts,
  SortWithDestinationOpts,
} from "@db/redis";
import type { Argument, Key } from "../../values.ts";

/** When a time to live is set, compared to the one before (Redis 7.0.0). */
export interface ExpireOptions {
  /**
   * Only if the key does not expire yet.
   *
   * @default {false}
   */
  nx?: boolean;
  /**
   * Only if the key expires already.
   *
   * @default {false}
   */
  xx?: boolean;
  /**
   * Only if it expires later than before.
   *
   * @default {false}
   */
  gt?: boolean;
  /**
   * Only if it expires earlier than before.
   *
   * @default {false}
   */
  lt?: boolean;
}

/** How a key is copied. */
export interface CopyOptions {
  /** The database of the copy; that of the connection without it. */
  db?: number;
  /**
   * Whether a key that is there is written over.
   *
   * @default {false}
   */
  replace?: boolean;
}

/** Commands on keys of any type. */
export interface KeyMethods {
  /**
   * Copies a value to another key of the same host.
   *
   * Redis 6.2.0, O(N) in the size of a collection.
   *
   * @returns 1 if it was copied, 0 if not.
   */
  copy(source: Key, destination: Key, options?: CopyOptions): number;
  /**
   * Deletes keys, which may live on several hosts.
   *
   * Redis 1.0.0, O(N) in the number of keys and the size of collections.
   *
   * @returns How many there were.
   */
  del(...keys: Key[]): number;
  /**
   * The same for a list of keys, however long.
   */
  del(keys: readonly Key[]): number;
  /**
   * Reads a value in the format of RESTORE.
   *
   * Redis 2.6.0, O(N) in its size.
   *
   * @returns Bytes; null if there is none.
   */
  dump(key: Key): Uint8Array | null;
  /**
   * Counts which keys exist, on any hosts; one that is named twice counts twice.
   *
   * Redis 1.0.0, O(N) in the number of keys.
   *
   * @returns How many there are.
   */
  exists(...keys: Key[]): number;
  /**
   * The same for a list of keys, however long.
   */
  exists(keys: readonly Key[]): number;
  /**
   * Has a key expire in some seconds.
   *
   * Redis 1.0.0, O(1).
   *
   * @param options Only if it does not expire yet (`nx`), expires already
   * (`xx`), or would expire later (`gt`) or earlier (`lt`) than before (Redis
   * 7.0.0).
   * @returns 1 if that was done, 0 if not.
   */
  expire(key: Key, seconds: number, options?: ExpireOptions): number;
  /**
   * Has a key expire at a moment, in seconds since 1970.
   *
   * Redis 1.2.0, O(1).
   *
   * @param options Only if it does not expire yet (`nx`), expires already
   * (`xx`), or would expire later (`gt`) or earlier (`lt`) than before (Redis
   * 7.0.0).
   * @returns 1 if that was done, 0 if not.
   */
  expireat(
    key: Key,
    timestamp: number | string,
    options?: ExpireOptions,
  ): number;
  /**
   * Asks when a key expires.
   *
   * Redis 7.0.0, O(1).
   *
   * @returns Seconds since 1970; -1 if it does not, -2 if there is none.
   */
  expiretime(key: Key): number;
  /**
   * Lists the keys of a node that match a pattern; use `scan` where there may be
   * many.
   *
   * Redis 1.0.0, O(N) in the number of keys.
   */
  keys(pattern: Argument): string[];
  /**
   * Moves keys to another server.
   *
   * Redis 2.6.0, O(N) in the number of keys.
   *
   * @param timeout Milliseconds.
   * @returns `"OK"`; `"NOKEY"` if there was none.
   */
  migrate(
    host: string,
    port: number | string,
    key: Key,
    destinationDb: number | string,
    timeout: number,
    options?: MigrateOpts,
  ): string;
  /**
   * Moves a key to another database.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns 1 if it was moved, 0 if not.
   */
  move(key: Key, db: number | string): number;
  /**
   * Tells how a value is kept.
   *
   * Redis 2.2.3, O(1).
   *
   * @returns Such as `"listpack"`; null if there is none.
   */
  objectEncoding(key: Key): string | null;
  /**
   * Tells how often a key is used, by a logarithmic counter.
   *
   * Redis 4.0.0, O(1).
   *
   * @returns The count; null if there is none.
   */
  objectFreq(key: Key): number | null;
  /**
   * Lists the subcommands of OBJECT.
   *
   * Redis 6.2.0, O(1).
   */
  objectHelp(): string[];
  /**
   * Tells for how long a key was not used.
   *
   * Redis 2.2.3, O(1).
   *
   * @returns Seconds; null if there is none.
   */
  objectIdletime(key: Key): number | null;
  /**
   * Tells how many references a value has.
   *
   * Redis 2.2.3, O(1).
   *
   * @returns The count; null if there is none.
   */
  objectRefCount(key: Key): number | null;
  /**
   * Has a key no longer expire.
   *
   * Redis 2.2.0, O(1).
   *
   * @returns 1 if that was done, 0 if it did not expire or there is none.
   */
  persist(key: Key): number;
  /**
   * Has a key expire in some milliseconds.
   *
   * Redis 2.6.0, O(1).
   *
   * @param options Only if it does not expire yet (`nx`), expires already
   * (`xx`), or would expire later (`gt`) or earlier (`lt`) than before (Redis
   * 7.0.0).
   * @returns 1 if that was done, 0 if not.
   */
  pexpire(key: Key, milliseconds: number, options?: ExpireOptions): number;
  /**
   * Has a key expire at a moment, in milliseconds since 1970.
   *
   * Redis 2.6.0, O(1).
   *
   * @param options Only if it does not expire yet (`nx`), expires already
   * (`xx`), or would expire later (`gt`) or earlier (`lt`) than before (Redis
   * 7.0.0).
   * @returns 1 if that was done, 0 if not.
   */
  pexpireat(key: Key, timestamp: number, options?: ExpireOptions): number;
  /**
   * Asks when a key expires.
   *
   * Redis 7.0.0, O(1).
   *
   * @returns Milliseconds since 1970; -1 if it does not, -2 if there is none.
   */
  pexpiretime(key: Key): number;
  /**
   * Asks how long a key has to live.
   *
   * Redis 2.6.0, O(1).
   *
   * @returns Milliseconds; -1 if it does not expire, -2 if there is none.
   */
  pttl(key: Key): number;
  /**
   * Picks a key of a node by chance.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The key; null if there is none.
   */
  randomkey(): string | null;
  /**
   * Renames a key, to another of the same host.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  rename(key: Key, newKey: Key): string;
  /**
   * Renames a key unless the other one exists.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns 1 if it was renamed, 0 if not.
   */
  renamenx(key: Key, newKey: Key): number;
  /**
   * Writes a value that `dump` has read.
   *
   * Redis 2.6.0, O(1) and O(N) in the size of a collection.
   *
   * @param ttl Milliseconds to live, or with `absttl` a moment since 1970; 0 for
   * ever.
   * @returns `"OK"`.
   */
  restore(
    key: Key,
    ttl: number,
    value: Uint8Array,
    options?: RestoreOpts,
  ): string;
  /**
   * Goes through the keys of a node, a page at a time; see also `scan` of the
   * cluster.
   *
   * Redis 2.8.0, O(1) for a page.
   *
   * @param cursor 0 to begin, then what the page before gave.
   * @returns The next cursor, `"0"` at the end, and keys.
   */
  scan(cursor: number | string, options?: ScanOpts): [string, string[]];
  /**
   * Sorts the elements of a list, a set or a sorted set.
   *
   * Redis 1.0.0, O(N + M × log M) for N elements of which M are given.
   *
   * @param options `by` and `patterns` read other keys of the same host.
   * @returns The elements, or what the patterns found.
   */
  sort(key: Key, options?: SortOpts): string[];
  /**
   * Sorts and stores what comes of it; gives how many were stored.
   */
  sort(key: Key, options?: SortWithDestinationOpts): number;
  /**
   * Sorts without writing anything.
   *
   * Redis 7.0.0, O(N + M × log M) for N elements of which M are given.
   *
   * @returns The elements, or what the patterns found.
   */
  sortRo(key: Key, options?: SortOpts): string[];
  /**
   * Notes that keys were used, on any hosts.
   *
   * Redis 3.2.1, O(N) in the number of keys.
   *
   * @returns How many there are.
   */
  touch(...keys: Key[]): number;
  /**
   * The same for a list of keys, however long.
   */
  touch(keys: readonly Key[]): number;
  /**
   * Asks how long a key has to live.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns Seconds; -1 if it does not expire, -2 if there is none.
   */
  ttl(key: Key): number;
  /**
   * Tells of which type a value is.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns Such as `"string"`; `"none"` if there is none.
   */
  type(key: Key): string;
  /**
   * Deletes keys, which may live on several hosts, and frees their memory later.
   *
   * Redis 4.0.0, O(1) for each key.
   *
   * @returns How many there were.
   */
  unlink(...keys: Key[]): number;
  /**
   * The same for a list of keys, however long.
   */
  unlink(keys: readonly Key[]): number;
}
