/**
 * The methods for hashes.
 *
 * @module
 */

import type { HScanOpts } from "@db/redis";
import type { Argument, Key } from "../../values.ts";
import type { GetExOptions } from "./strings.ts";

/** When fields of a hash expire only under a condition. */
export interface FieldExpiryOptions {
  /**
   * Only fields that do not expire yet.
   *
   * @default {false}
   */
  nx?: boolean;
  /**
   * Only fields that expire already.
   *
   * @default {false}
   */
  xx?: boolean;
  /**
   * Only if they expire later than before.
   *
   * @default {false}
   */
  gt?: boolean;
  /**
   * Only if they expire earlier than before.
   *
   * @default {false}
   */
  lt?: boolean;
}

/** When fields that are written expire, and whether they are written at all. */
export interface HSetExOptions {
  /** Seconds from now. */
  ex?: number;
  /** Milliseconds from now. */
  px?: number;
  /** A moment in seconds since 1970. */
  exat?: number;
  /** A moment in milliseconds since 1970. */
  pxat?: number;
  /**
   * As they did before.
   *
   * @default {false}
   */
  keepttl?: boolean;
  /**
   * Only if none of the fields is there.
   *
   * @default {false}
   */
  fnx?: boolean;
  /**
   * Only if all of the fields are there.
   *
   * @default {false}
   */
  fxx?: boolean;
}

/** What `hrandfield` gives. */
export interface HRandFieldOptions {
  /**
   * Whether each field comes with its value.
   *
   * @default {false}
   */
  withValues?: boolean;
}

/** Commands on hashes. */
export interface HashMethods {
  /**
   * Deletes fields; a hash without fields is gone.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns How many fields there were.
   */
  hdel(key: Key, ...fields: Argument[]): number;
  /** Deletes the fields of a list, however long. */
  hdel(key: Key, fields: readonly Argument[]): number;
  /**
   * Asks whether a hash has a field.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns 1 if it has, 0 if not.
   */
  hexists(key: Key, field: Argument): number;
  /**
   * Has fields expire.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @param seconds From now.
   * @returns For each field 1 if that was done, 0 if a condition kept it from it,
   * 2 if it was deleted at once, -2 if there is none
   * (https://redis.io/docs/latest/commands/hexpire/).
   */
  hexpire(
    key: Key,
    seconds: number,
    fields: readonly Argument[],
    options?: FieldExpiryOptions,
  ): number[];
  /**
   * Has fields expire at a moment.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @param timestamp Seconds since 1970.
   * @returns As `hexpire` does
   * (https://redis.io/docs/latest/commands/hexpireat/).
   */
  hexpireat(
    key: Key,
    timestamp: number,
    fields: readonly Argument[],
    options?: FieldExpiryOptions,
  ): number[];
  /**
   * Asks when fields expire.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field seconds since 1970, -1 if it does not expire, -2 if
   * there is none (https://redis.io/docs/latest/commands/hexpiretime/).
   */
  hexpiretime(key: Key, ...fields: Argument[]): number[];
  /**
   * Reads a field.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns Its value; null if there is none.
   */
  hget(key: Key, field: Argument): string | null;
  /**
   * Reads all fields and their values.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns Fields and values in turn; nothing if there is no hash. With
   * `replies: "records"` a record.
   */
  hgetall(key: Key): string[];
  /**
   * Reads fields and deletes them.
   *
   * Redis 8.0.0, O(N) in the number of fields.
   *
   * @returns A value for each field; null where there is none
   * (https://redis.io/docs/latest/commands/hgetdel/).
   */
  hgetdel(key: Key, ...fields: Argument[]): (string | null)[];
  /**
   * Reads fields and sets when they expire.
   *
   * Redis 8.0.0, O(N) in the number of fields.
   *
   * @param options When; without it nothing changes.
   * @returns A value for each field; null where there is none
   * (https://redis.io/docs/latest/commands/hgetex/).
   */
  hgetex(
    key: Key,
    fields: readonly Argument[],
    options?: GetExOptions,
  ): (string | null)[];
  /**
   * Adds to the integer in a field; a missing one counts as 0.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  hincrby(key: Key, field: Argument, increment: number | bigint): number;
  /**
   * Adds to the number in a field; a missing one counts as 0.
   *
   * Redis 2.6.0, O(1).
   *
   * @returns The value afterwards, as text.
   */
  hincrbyfloat(key: Key, field: Argument, increment: number): string;
  /**
   * Lists the fields of a hash.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns The fields; none if there is no hash.
   */
  hkeys(key: Key): string[];
  /**
   * Counts the fields of a hash.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns How many there are; 0 if there is no hash.
   */
  hlen(key: Key): number;
  /**
   * Reads fields.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns A value for each field; null where there is none.
   */
  hmget(key: Key, ...fields: Argument[]): (string | null)[];
  /** Reads the fields of a list, however long. */
  hmget(key: Key, fields: readonly Argument[]): (string | null)[];
  /**
   * Writes fields; `hset` does it too.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns `"OK"`.
   */
  hmset(key: Key, field: Argument, value: Argument): string;
  /** Writes pairs of field and value. */
  hmset(key: Key, ...pairs: [field: Argument, value: Argument][]): string;
  /** Writes the fields of a record or a Map. */
  hmset(
    key: Key,
    values: Record<string, Argument> | ReadonlyMap<Argument, Argument>,
  ): string;
  /**
   * Has fields no longer expire.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field 1 if that was done, -1 if it did not expire, -2 if
   * there is none (https://redis.io/docs/latest/commands/hpersist/).
   */
  hpersist(key: Key, ...fields: Argument[]): number[];
  /**
   * Has fields expire.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @param milliseconds From now.
   * @returns As `hexpire` does
   * (https://redis.io/docs/latest/commands/hpexpire/).
   */
  hpexpire(
    key: Key,
    milliseconds: number,
    fields: readonly Argument[],
    options?: FieldExpiryOptions,
  ): number[];
  /**
   * Has fields expire at a moment.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @param timestamp Milliseconds since 1970.
   * @returns As `hexpire` does
   * (https://redis.io/docs/latest/commands/hpexpireat/).
   */
  hpexpireat(
    key: Key,
    timestamp: number,
    fields: readonly Argument[],
    options?: FieldExpiryOptions,
  ): number[];
  /**
   * Asks when fields expire.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field milliseconds since 1970, -1 if it does not expire, -2
   * if there is none (https://redis.io/docs/latest/commands/hpexpiretime/).
   */
  hpexpiretime(key: Key, ...fields: Argument[]): number[];
  /**
   * Asks how long fields have to live.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field milliseconds, -1 if it does not expire, -2 if there is
   * none (https://redis.io/docs/latest/commands/hpttl/).
   */
  hpttl(key: Key, ...fields: Argument[]): number[];
  /**
   * Picks a field by chance.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns The field; null if there is no hash.
   */
  hrandfield(key: Key): string | null;
  /**
   * Picks several fields by chance.
   *
   * Redis 6.2.0, O(N) in the number of fields.
   *
   * @param count How many different ones; below 0, that many, some maybe several
   * times.
   * @returns The fields; with `withValues` fields and values in turn.
   */
  hrandfield(key: Key, count: number, options?: HRandFieldOptions): string[];
  /**
   * Goes through the fields of a hash, a page at a time.
   *
   * Redis 2.8.0, O(1) for a page.
   *
   * @param cursor 0 to begin, then what the page before gave.
   * @param options Which fields, and about how many a page.
   * @returns The next cursor, `"0"` at the end, and fields and values in turn.
   */
  hscan(
    key: Key,
    cursor: number | string,
    options?: HScanOpts,
  ): [string, string[]];
  /**
   * Writes a field.
   *
   * Redis 2.0.0, O(1) for each field.
   *
   * @returns How many fields are new.
   */
  hset(key: Key, field: Argument, value: Argument): number;
  /** Writes pairs of field and value. */
  hset(key: Key, ...pairs: [field: Argument, value: Argument][]): number;
  /** Writes the fields of a record or a Map. */
  hset(
    key: Key,
    values: Record<string, Argument> | ReadonlyMap<Argument, Argument>,
  ): number;
  /**
   * Writes fields that expire.
   *
   * Redis 8.0.0, O(N) in the number of fields.
   *
   * @param options When, and under which condition.
   * @returns 1 if they were written, 0 if a condition kept them from it
   * (https://redis.io/docs/latest/commands/hsetex/).
   */
  hsetex(
    key: Key,
    values: Record<string, Argument> | ReadonlyMap<Argument, Argument>,
    options?: HSetExOptions,
  ): number;
  /**
   * Writes a field unless there is one.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns 1 if it was written, 0 if not.
   */
  hsetnx(key: Key, field: Argument, value: Argument): number;
  /**
   * Measures the value of a field.
   *
   * Redis 3.2.0, O(1).
   *
   * @returns The length in bytes; 0 if there is none.
   */
  hstrlen(key: Key, field: Argument): number;
  /**
   * Asks how long fields have to live.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field seconds, -1 if it does not expire, -2 if there is none
   * (https://redis.io/docs/latest/commands/httl/).
   */
  httl(key: Key, ...fields: Argument[]): number[];
  /**
   * Lists the values of a hash.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns The values; none if there is no hash.
   */
  hvals(key: Key): string[];
}

/** What is a record or a list of pairs on clients that give records. */
export interface HashRecords {
  /**
   * Reads all fields and their values.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns The values by their fields; an empty record if there is no hash.
   */
  hgetall(key: Key): Record<string, string>;
  /**
   * Picks a field by chance.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns The field; null if there is no hash.
   */
  hrandfield(key: Key): string | null;
  /** Picks several fields by chance, each with its value. */
  hrandfield(
    key: Key,
    count: number,
    options: HRandFieldOptions & { withValues: true },
  ): [field: string, value: string][];
  /**
   * Picks several fields by chance.
   *
   * @param count How many different ones; below 0, that many, some maybe several
   * times.
   */
  hrandfield(key: Key, count: number, options?: HRandFieldOptions): string[];
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
  ): [string, [field: string, value: string][]];
}
