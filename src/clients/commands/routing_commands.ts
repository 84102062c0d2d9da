/**
 * All commands that name a key, as a routing client has them: each returns
 * a native promise.
 *
 * Written by `sh tools/dev methods` from src/commands/signatures/.
 *
 * @module
 */

import type {
  FieldExpiryOptions,
  HRandFieldOptions,
  HSetExOptions,
} from "../../commands/signatures/hashes.ts";
import type {
  GetExOptions,
  LcsOptions,
} from "../../commands/signatures/strings.ts";
import type { Argument, Key } from "../../values.ts";
import type { HScanOpts, SetOpts, SetReply, SetWithModeOpts } from "@db/redis";

/**
 * All commands that name a key, as a routing client has them: each returns
 * a native promise.
 */
export interface RoutingCommands {
  /**
   * Deletes fields; a hash without fields is gone.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns How many fields there were.
   */
  hdel(key: Key, ...fields: Argument[]): Promise<number>;
  /** Deletes the fields of a list, however long. */
  hdel(key: Key, fields: readonly Argument[]): Promise<number>;
  /**
   * Asks whether a hash has a field.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns 1 if it has, 0 if not.
   */
  hexists(key: Key, field: Argument): Promise<number>;
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
  ): Promise<number[]>;
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
  ): Promise<number[]>;
  /**
   * Asks when fields expire.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field seconds since 1970, -1 if it does not expire, -2 if
   * there is none (https://redis.io/docs/latest/commands/hexpiretime/).
   */
  hexpiretime(key: Key, ...fields: Argument[]): Promise<number[]>;
  /**
   * Reads a field.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns Its value; null if there is none.
   */
  hget(key: Key, field: Argument): Promise<string | null>;
  /**
   * Reads all fields and their values.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns Fields and values in turn; nothing if there is no hash. With
   * `replies: "records"` a record.
   */
  hgetall(key: Key): Promise<string[]>;
  /**
   * Reads fields and deletes them.
   *
   * Redis 8.0.0, O(N) in the number of fields.
   *
   * @returns A value for each field; null where there is none
   * (https://redis.io/docs/latest/commands/hgetdel/).
   */
  hgetdel(key: Key, ...fields: Argument[]): Promise<(string | null)[]>;
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
  ): Promise<(string | null)[]>;
  /**
   * Adds to the integer in a field; a missing one counts as 0.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  hincrby(
    key: Key,
    field: Argument,
    increment: number | bigint,
  ): Promise<number>;
  /**
   * Adds to the number in a field; a missing one counts as 0.
   *
   * Redis 2.6.0, O(1).
   *
   * @returns The value afterwards, as text.
   */
  hincrbyfloat(key: Key, field: Argument, increment: number): Promise<string>;
  /**
   * Lists the fields of a hash.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns The fields; none if there is no hash.
   */
  hkeys(key: Key): Promise<string[]>;
  /**
   * Counts the fields of a hash.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns How many there are; 0 if there is no hash.
   */
  hlen(key: Key): Promise<number>;
  /**
   * Reads fields.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns A value for each field; null where there is none.
   */
  hmget(key: Key, ...fields: Argument[]): Promise<(string | null)[]>;
  /** Reads the fields of a list, however long. */
  hmget(key: Key, fields: readonly Argument[]): Promise<(string | null)[]>;
  /**
   * Writes fields; `hset` does it too.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns `"OK"`.
   */
  hmset(key: Key, field: Argument, value: Argument): Promise<string>;
  /** Writes pairs of field and value. */
  hmset(
    key: Key,
    ...pairs: [field: Argument, value: Argument][]
  ): Promise<string>;
  /** Writes the fields of a record or a Map. */
  hmset(
    key: Key,
    values: Record<string, Argument> | ReadonlyMap<Argument, Argument>,
  ): Promise<string>;
  /**
   * Has fields no longer expire.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field 1 if that was done, -1 if it did not expire, -2 if
   * there is none (https://redis.io/docs/latest/commands/hpersist/).
   */
  hpersist(key: Key, ...fields: Argument[]): Promise<number[]>;
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
  ): Promise<number[]>;
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
  ): Promise<number[]>;
  /**
   * Asks when fields expire.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field milliseconds since 1970, -1 if it does not expire, -2
   * if there is none (https://redis.io/docs/latest/commands/hpexpiretime/).
   */
  hpexpiretime(key: Key, ...fields: Argument[]): Promise<number[]>;
  /**
   * Asks how long fields have to live.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field milliseconds, -1 if it does not expire, -2 if there is
   * none (https://redis.io/docs/latest/commands/hpttl/).
   */
  hpttl(key: Key, ...fields: Argument[]): Promise<number[]>;
  /**
   * Picks a field by chance.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns The field; null if there is no hash.
   */
  hrandfield(key: Key): Promise<string | null>;
  /**
   * Picks several fields by chance.
   *
   * Redis 6.2.0, O(N) in the number of fields.
   *
   * @param count How many different ones; below 0, that many, some maybe several
   * times.
   * @returns The fields; with `withValues` fields and values in turn.
   */
  hrandfield(
    key: Key,
    count: number,
    options?: HRandFieldOptions,
  ): Promise<string[]>;
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
  ): Promise<[string, string[]]>;
  /**
   * Writes a field.
   *
   * Redis 2.0.0, O(1) for each field.
   *
   * @returns How many fields are new.
   */
  hset(key: Key, field: Argument, value: Argument): Promise<number>;
  /** Writes pairs of field and value. */
  hset(
    key: Key,
    ...pairs: [field: Argument, value: Argument][]
  ): Promise<number>;
  /** Writes the fields of a record or a Map. */
  hset(
    key: Key,
    values: Record<string, Argument> | ReadonlyMap<Argument, Argument>,
  ): Promise<number>;
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
  ): Promise<number>;
  /**
   * Writes a field unless there is one.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns 1 if it was written, 0 if not.
   */
  hsetnx(key: Key, field: Argument, value: Argument): Promise<number>;
  /**
   * Measures the value of a field.
   *
   * Redis 3.2.0, O(1).
   *
   * @returns The length in bytes; 0 if there is none.
   */
  hstrlen(key: Key, field: Argument): Promise<number>;
  /**
   * Asks how long fields have to live.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field seconds, -1 if it does not expire, -2 if there is none
   * (https://redis.io/docs/latest/commands/httl/).
   */
  httl(key: Key, ...fields: Argument[]): Promise<number[]>;
  /**
   * Lists the values of a hash.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns The values; none if there is no hash.
   */
  hvals(key: Key): Promise<string[]>;
  /**
   * Appends to a value; a missing one counts as empty.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns The length afterwards, in bytes.
   */
  append(key: Key, value: Argument): Promise<number>;
  /**
   * Subtracts 1 from the integer at a key; a missing one counts as 0.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  decr(key: Key): Promise<number>;
  /**
   * Subtracts from the integer at a key; a missing one counts as 0.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  decrby(key: Key, decrement: number | bigint): Promise<number>;
  /**
   * Reads a value.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value; null if there is none.
   */
  get(key: Key): Promise<string | null>;
  /**
   * Reads a value and deletes its key.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns The value; null if there was none.
   */
  getdel(key: Key): Promise<string | null>;
  /**
   * Reads a value and sets when it expires.
   *
   * Redis 6.2.0, O(1).
   *
   * @param options When; without it nothing changes.
   * @returns The value; null if there is none.
   */
  getex(key: Key, options?: GetExOptions): Promise<string | null>;
  /**
   * Reads a part of a value.
   *
   * Redis 2.4.0, O(N) in the length of the part.
   *
   * @param start The first byte; below 0, from the end.
   * @param end The last byte; below 0, from the end.
   * @returns The part; it is empty if there is none.
   */
  getrange(key: Key, start: number, end: number): Promise<string>;
  /**
   * Writes a value and reads the one before; `set` with `get` does it too.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value before; null if there was none.
   */
  getset(key: Key, value: Argument): Promise<string | null>;
  /**
   * Adds 1 to the integer at a key; a missing one counts as 0.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  incr(key: Key): Promise<number>;
  /**
   * Adds to the integer at a key; a missing one counts as 0.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  incrby(key: Key, increment: number | bigint): Promise<number>;
  /**
   * Adds to the number at a key; a missing one counts as 0.
   *
   * Redis 2.6.0, O(1).
   *
   * @returns The value afterwards, as text.
   */
  incrbyfloat(key: Key, increment: number): Promise<string>;
  /**
   * Finds the longest subsequence that two values have in common.
   *
   * Redis 7.0.0, O(N × M) in their lengths.
   *
   * @returns The subsequence.
   */
  lcs(key1: Key, key2: Key): Promise<string>;
  /** Finds its length. */
  lcs(
    key1: Key,
    key2: Key,
    options: LcsOptions & { len: true },
  ): Promise<number>;
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
  ): Promise<[string, (number | [number, number])[][], string, number]>;
  /**
   * Reads the values of several keys, which may live on several hosts.
   *
   * Redis 1.0.0, O(N) in the number of keys.
   *
   * @returns A value for each key in its order; null where there is none, or
   * where the key holds no string.
   */
  mget(...keys: Key[]): Promise<(string | null)[]>;
  /** Reads the values of a list of keys, however long. */
  mget(keys: readonly Key[]): Promise<(string | null)[]>;
  /**
   * Writes the values of several keys, which may live on several hosts.
   *
   * Redis 1.0.1, O(N) in the number of keys.
   *
   * @returns `"OK"`.
   */
  mset(key: Key, value: Argument): Promise<string>;
  /** Writes the values of pairs of key and value. */
  mset(...pairs: [key: Key, value: Argument][]): Promise<string>;
  /** Writes the values of a record or a Map. */
  mset(
    values: Record<string, Argument> | ReadonlyMap<Key, Argument>,
  ): Promise<string>;
  /**
   * Writes the values of several keys of one host, unless any of them exists.
   *
   * Redis 1.0.1, O(N) in the number of keys.
   *
   * @returns 1 if they were written, 0 if not.
   */
  msetnx(key: Key, value: Argument): Promise<number>;
  /** Writes the values of pairs of key and value, unless any key exists. */
  msetnx(...pairs: [key: Key, value: Argument][]): Promise<number>;
  /** Writes the values of a record or a Map, unless any key exists. */
  msetnx(
    values: Record<string, Argument> | ReadonlyMap<Key, Argument>,
  ): Promise<number>;
  /**
   * Writes a value that expires.
   *
   * Redis 2.6.0, O(1).
   *
   * @param milliseconds From now.
   * @returns `"OK"`.
   */
  psetex(key: Key, milliseconds: number, value: Argument): Promise<string>;
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
  ): Promise<SetReply<T>>;
  /**
   * Writes a value that expires; `set` with `ex` does it too.
   *
   * Redis 2.0.0, O(1).
   *
   * @param seconds From now.
   * @returns `"OK"`.
   */
  setex(key: Key, seconds: number, value: Argument): Promise<string>;
  /**
   * Writes a value unless there is one; `set` with `nx` does it too.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns 1 if it was written, 0 if not.
   */
  setnx(key: Key, value: Argument): Promise<number>;
  /**
   * Writes over a part of a value; what lies before it is filled with zeros.
   *
   * Redis 2.2.0, O(N) in the length of the part.
   *
   * @param offset The first byte.
   * @returns The length afterwards, in bytes.
   */
  setrange(key: Key, offset: number, value: Argument): Promise<number>;
  /**
   * Measures a value.
   *
   * Redis 2.2.0, O(1).
   *
   * @returns The length in bytes; 0 if there is none.
   */
  strlen(key: Key): Promise<number>;
}
