/**
 * All commands that name a key, as a mapping client has them: each returns an
 * `RbPromise`, which shows its value when the map has ended.
 *
 * Written by `sh tools/dev methods` from src/commands/signatures/.
 *
 * @module
 */

import type { Script } from "../../commands/script.ts";
import type { BitUnit } from "../../commands/signatures/bitmaps.ts";
import type {
  GeoFound,
  GeoSearchBy,
  GeoSearchFrom,
  GeoSearchOptions,
  GeoSearchStoreOptions,
} from "../../commands/signatures/geo.ts";
import type {
  FieldExpiryOptions,
  HRandFieldOptions,
  HSetExOptions,
} from "../../commands/signatures/hashes.ts";
import type {
  CopyOptions,
  ExpireOptions,
} from "../../commands/signatures/keys.ts";
import type { ListEnd, LMPopOptions } from "../../commands/signatures/lists.ts";
import type { SInterCardOptions } from "../../commands/signatures/sets.ts";
import type {
  Score,
  ScoreBound,
  WeightedKeys,
  ZDiffOptions,
  ZInterCardOptions,
  ZMPopOptions,
  ZRandMemberOptions,
  ZRangeOptions,
  ZRangeStoreOptions,
} from "../../commands/signatures/sorted_sets.ts";
import type {
  XAddOptions,
  XAutoClaimOptions,
  XAutoClaimReply,
  XSetIdOptions,
  XTrimming,
} from "../../commands/signatures/streams.ts";
import type {
  GetExOptions,
  LcsOptions,
} from "../../commands/signatures/strings.ts";
import type { CommandFlags } from "../../delivery/command.ts";
import type { Argument, Key, Reply } from "../../values.ts";
import type {
  BitfieldOpts,
  BitfieldWithOverflowOpts,
  GeoRadiusOpts,
  GeoUnit,
  HScanOpts,
  LInsertLocation,
  LPosOpts,
  LPosWithCountOpts,
  MemoryUsageOpts,
  MigrateOpts,
  RestoreOpts,
  SetOpts,
  SetReply,
  SetWithModeOpts,
  SortOpts,
  SortWithDestinationOpts,
  SScanOpts,
  StartEndCount,
  XAddFieldValues,
  XClaimOpts,
  XClaimReply,
  XId,
  XIdAdd,
  XIdInput,
  XIdNeg,
  XIdPos,
  XInfoConsumersReply,
  XInfoGroupsReply,
  XInfoStreamFullReply,
  XInfoStreamReply,
  XKeyId,
  XKeyIdGroup,
  XKeyIdGroupLike,
  XKeyIdLike,
  XMaxlen,
  XMessage,
  XPendingCount,
  XPendingReply,
  XReadGroupOpts,
  XReadOpts,
  XReadReply,
  ZAddOpts,
  ZAddReply,
  ZInterOpts,
  ZInterstoreOpts,
  ZRangeByLexOpts,
  ZRangeByScoreOpts,
  ZScanOpts,
  ZUnionstoreOpts,
} from "@db/redis";
import type { RbPromise } from "../../promise.ts";

/**
 * All commands that name a key, as a mapping client has them: each returns an
 * `RbPromise`, which shows its value when the map has ended.
 */
export interface MappingCommands {
  /**
   * Runs a script on the host of its keys. A connection that has not seen it
   * carries its source, any other its name alone (EVALSHA).
   *
   * @typeParam T What the script returns: text, integers, null, and lists of
   * these.
   * @param script The script.
   * @param keys Its keys, `KEYS` in Lua; all of one host.
   * @param args Its arguments, `ARGV` in Lua.
   * @returns What it returns.
   * @throws {TypeError} If it is no {@linkcode Script}.
   *
   * @example Count up to a limit
   * ```ts
   * import { Cluster, Script } from "@rb/rb";
   *
   * await using cluster = new Cluster({ hosts: [{ port: 6379 }, { port: 6380 }] });
   * const client = cluster.getRoutingClient();
   * const upTo = new Script(`
   *   if tonumber(redis.call("GET", KEYS[1]) or 0) >= tonumber(ARGV[1]) then
   *     return 0
   *   end
   *   return redis.call("INCR", KEYS[1])
   * `);
   * console.log(await client.run<number>(upTo, ["hits"], [1])); // 1
   * console.log(await client.run<number>(upTo, ["hits"], [1])); // 0
   * ```
   */
  run<T = Reply>(
    script: Script,
    keys?: readonly Key[],
    args?: readonly Argument[],
  ): RbPromise<T>;
  /**
   * Sends a command over several keys (MGET, MSET, DEL, UNLINK, EXISTS or
   * TOUCH), and tells for each key what came of it: its value, `"OK"`, or the
   * count of it alone. A host that fails costs its own keys only.
   *
   * @param command The name.
   * @param args Its arguments.
   * @param options `settled: true`, and what the other form takes.
   * @returns An outcome for each key, in the order of the keys.
   * @throws {TypeError} If it is any other command; nothing is sent then.
   *
   * @example Read what can be read
   * ```ts
   * import { Cluster } from "@rb/rb";
   *
   * await using cluster = new Cluster({ hosts: [{ port: 6379 }, { port: 6380 }] });
   * const client = cluster.getRoutingClient();
   * await client.set("a", "1");
   *
   * const keys = ["a", "b"];
   * const outcomes = await client.sendCommand("MGET", keys, { settled: true });
   * for (const outcome of outcomes) {
   *   if (outcome.status === "fulfilled") console.log(outcome.value);
   *   else console.error(outcome.reason.hostId, outcome.reason.message);
   * }
   * ```
   */
  sendCommand(
    command: string,
    args: readonly Argument[],
    options: CommandFlags & { settled: true },
  ): RbPromise<PromiseSettledResult<Reply>[]>;
  /**
   * Sends any command by its name.
   *
   * @param command The name, such as `"GET"` or `"OBJECT ENCODING"`.
   * @param args Its arguments.
   * @param options `returnUint8Arrays` for bytes instead of text; `idempotent`
   * when it may be sent twice.
   */
  sendCommand(
    command: string,
    args?: readonly Argument[],
    options?: CommandFlags & { settled?: false | undefined },
  ): RbPromise<Reply>;
  /**
   * Counts the bits that are set.
   *
   * Redis 2.6.0, O(N) in the length.
   *
   * @returns How many are set; 0 if there is no value.
   */
  bitcount(key: Key): RbPromise<number>;
  /**
   * Counts them in a range; below 0, from the end.
   */
  bitcount(
    key: Key,
    start: number,
    end: number,
    unit?: BitUnit,
  ): RbPromise<number>;
  /**
   * Reads and writes integers of any width.
   *
   * Redis 3.2.0, O(1) for each of them.
   *
   * @returns A value for each of `get`, `set` and `incrby`, in that order.
   */
  bitfield(key: Key, options?: BitfieldOpts): RbPromise<number[]>;
  /**
   * The same where a value may be out of range: with `FAIL` it is null.
   */
  bitfield(
    key: Key,
    options?: BitfieldWithOverflowOpts,
  ): RbPromise<(number | null)[]>;
  /**
   * Reads an integer of any width.
   *
   * Redis 6.0.0, O(1).
   *
   * @returns Its value, in a list.
   */
  bitfieldRo(
    key: Key,
    options?: Pick<BitfieldOpts, "get">,
  ): RbPromise<number[]>;
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
  ): RbPromise<number>;
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
  ): RbPromise<number>;
  /**
   * Reads a bit.
   *
   * Redis 2.2.0, O(1).
   *
   * @returns 0 or 1; 0 if there is none.
   */
  getbit(key: Key, offset: number): RbPromise<number>;
  /**
   * Writes a bit.
   *
   * Redis 2.2.0, O(1).
   *
   * @returns The bit before.
   */
  setbit(key: Key, offset: number, value: number | string): RbPromise<number>;
  /**
   * Adds members with their places.
   *
   * Redis 3.2.0, O(log N) for each member.
   *
   * @returns How many are new.
   */
  geoadd(
    key: Key,
    longitude: number,
    latitude: number,
    member: Argument,
  ): RbPromise<number>;
  /**
   * Adds triples of longitude, latitude and member.
   */
  geoadd(
    key: Key,
    ...places: [longitude: number, latitude: number, member: Argument][]
  ): RbPromise<number>;
  /**
   * Adds the members of a record.
   */
  geoadd(
    key: Key,
    places: Record<string, [longitude: number, latitude: number]>,
  ): RbPromise<number>;
  /**
   * Measures how far two members are apart.
   *
   * Redis 3.2.0, O(1).
   *
   * @param unit Metres without it.
   * @returns The distance, as text; null if either is none.
   */
  geodist(
    key: Key,
    member1: Argument,
    member2: Argument,
    unit?: GeoUnit,
  ): RbPromise<string | null>;
  /**
   * Reads the geohashes of members.
   *
   * Redis 3.2.0, O(1) for each member.
   *
   * @returns A hash for each; null where there is none.
   */
  geohash(key: Key, ...members: Argument[]): RbPromise<(string | null)[]>;
  /**
   * Reads the places of members.
   *
   * Redis 3.2.0, O(1) for each member.
   *
   * @returns Longitude and latitude for each; null where there is none.
   */
  geopos(
    key: Key,
    ...members: Argument[]
  ): RbPromise<([longitude: string, latitude: string] | null)[]>;
  /**
   * Finds members around a place; `geosearch` does it too.
   *
   * Redis 3.2.0, O(N + log M).
   *
   * @returns The members, or with `store` how many were stored.
   */
  georadius(
    key: Key,
    longitude: number,
    latitude: number,
    radius: number,
    unit: GeoUnit,
    options?: GeoRadiusOpts,
  ): RbPromise<GeoFound[]>;
  /**
   * Finds members around a place and stores none; `geosearch` does it too.
   *
   * Redis 3.2.10, O(N + log M).
   *
   * @returns The members.
   */
  georadiusRo(
    key: Key,
    longitude: number,
    latitude: number,
    radius: number,
    unit: GeoUnit,
    options?: Omit<GeoRadiusOpts, "store" | "storeDist">,
  ): RbPromise<GeoFound[]>;
  /**
   * Finds members around another one; `geosearch` does it too.
   *
   * Redis 3.2.0, O(N + log M).
   *
   * @returns The members, or with `store` how many were stored.
   */
  georadiusbymember(
    key: Key,
    member: Argument,
    radius: number,
    unit: GeoUnit,
    options?: GeoRadiusOpts,
  ): RbPromise<GeoFound[]>;
  /**
   * Finds members around another one and stores none; `geosearch` does it too.
   *
   * Redis 3.2.10, O(N + log M).
   *
   * @returns The members.
   */
  georadiusbymemberRo(
    key: Key,
    member: Argument,
    radius: number,
    unit: GeoUnit,
    options?: Omit<GeoRadiusOpts, "store" | "storeDist">,
  ): RbPromise<GeoFound[]>;
  /**
   * Finds members in a circle or a box.
   *
   * Redis 6.2.0, O(N + log M).
   *
   * @param from Around what.
   * @param by The circle or the box.
   * @returns The members, each with what was asked for of it.
   */
  geosearch(
    key: Key,
    from: GeoSearchFrom,
    by: GeoSearchBy,
    options?: GeoSearchOptions,
  ): RbPromise<GeoFound[]>;
  /**
   * Stores the members in a circle or a box.
   *
   * Redis 6.2.0, O(N + log M).
   *
   * @returns How many were stored.
   */
  geosearchstore(
    destination: Key,
    source: Key,
    from: GeoSearchFrom,
    by: GeoSearchBy,
    options?: GeoSearchStoreOptions,
  ): RbPromise<number>;
  /**
   * Deletes fields; a hash without fields is gone.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns How many fields there were.
   */
  hdel(key: Key, ...fields: Argument[]): RbPromise<number>;
  /** Deletes the fields of a list, however long. */
  hdel(key: Key, fields: readonly Argument[]): RbPromise<number>;
  /**
   * Asks whether a hash has a field.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns 1 if it has, 0 if not.
   */
  hexists(key: Key, field: Argument): RbPromise<number>;
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
  ): RbPromise<number[]>;
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
  ): RbPromise<number[]>;
  /**
   * Asks when fields expire.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field seconds since 1970, -1 if it does not expire, -2 if
   * there is none (https://redis.io/docs/latest/commands/hexpiretime/).
   */
  hexpiretime(key: Key, ...fields: Argument[]): RbPromise<number[]>;
  /**
   * Reads a field.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns Its value; null if there is none.
   */
  hget(key: Key, field: Argument): RbPromise<string | null>;
  /**
   * Reads all fields and their values.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns Fields and values in turn; nothing if there is no hash. With
   * `replies: "records"` a record.
   */
  hgetall(key: Key): RbPromise<string[]>;
  /**
   * Reads fields and deletes them.
   *
   * Redis 8.0.0, O(N) in the number of fields.
   *
   * @returns A value for each field; null where there is none
   * (https://redis.io/docs/latest/commands/hgetdel/).
   */
  hgetdel(key: Key, ...fields: Argument[]): RbPromise<(string | null)[]>;
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
  ): RbPromise<(string | null)[]>;
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
  ): RbPromise<number>;
  /**
   * Adds to the number in a field; a missing one counts as 0.
   *
   * Redis 2.6.0, O(1).
   *
   * @returns The value afterwards, as text.
   */
  hincrbyfloat(key: Key, field: Argument, increment: number): RbPromise<string>;
  /**
   * Lists the fields of a hash.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns The fields; none if there is no hash.
   */
  hkeys(key: Key): RbPromise<string[]>;
  /**
   * Counts the fields of a hash.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns How many there are; 0 if there is no hash.
   */
  hlen(key: Key): RbPromise<number>;
  /**
   * Reads fields.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns A value for each field; null where there is none.
   */
  hmget(key: Key, ...fields: Argument[]): RbPromise<(string | null)[]>;
  /** Reads the fields of a list, however long. */
  hmget(key: Key, fields: readonly Argument[]): RbPromise<(string | null)[]>;
  /**
   * Writes fields; `hset` does it too.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns `"OK"`.
   */
  hmset(key: Key, field: Argument, value: Argument): RbPromise<string>;
  /** Writes pairs of field and value. */
  hmset(
    key: Key,
    ...pairs: [field: Argument, value: Argument][]
  ): RbPromise<string>;
  /** Writes the fields of a record or a Map. */
  hmset(
    key: Key,
    values: Record<string, Argument> | ReadonlyMap<Argument, Argument>,
  ): RbPromise<string>;
  /**
   * Has fields no longer expire.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field 1 if that was done, -1 if it did not expire, -2 if
   * there is none (https://redis.io/docs/latest/commands/hpersist/).
   */
  hpersist(key: Key, ...fields: Argument[]): RbPromise<number[]>;
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
  ): RbPromise<number[]>;
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
  ): RbPromise<number[]>;
  /**
   * Asks when fields expire.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field milliseconds since 1970, -1 if it does not expire, -2
   * if there is none (https://redis.io/docs/latest/commands/hpexpiretime/).
   */
  hpexpiretime(key: Key, ...fields: Argument[]): RbPromise<number[]>;
  /**
   * Asks how long fields have to live.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field milliseconds, -1 if it does not expire, -2 if there is
   * none (https://redis.io/docs/latest/commands/hpttl/).
   */
  hpttl(key: Key, ...fields: Argument[]): RbPromise<number[]>;
  /**
   * Picks a field by chance.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns The field; null if there is no hash.
   */
  hrandfield(key: Key): RbPromise<string | null>;
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
  ): RbPromise<string[]>;
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
  ): RbPromise<[string, string[]]>;
  /**
   * Writes a field.
   *
   * Redis 2.0.0, O(1) for each field.
   *
   * @returns How many fields are new.
   */
  hset(key: Key, field: Argument, value: Argument): RbPromise<number>;
  /** Writes pairs of field and value. */
  hset(
    key: Key,
    ...pairs: [field: Argument, value: Argument][]
  ): RbPromise<number>;
  /** Writes the fields of a record or a Map. */
  hset(
    key: Key,
    values: Record<string, Argument> | ReadonlyMap<Argument, Argument>,
  ): RbPromise<number>;
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
  ): RbPromise<number>;
  /**
   * Writes a field unless there is one.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns 1 if it was written, 0 if not.
   */
  hsetnx(key: Key, field: Argument, value: Argument): RbPromise<number>;
  /**
   * Measures the value of a field.
   *
   * Redis 3.2.0, O(1).
   *
   * @returns The length in bytes; 0 if there is none.
   */
  hstrlen(key: Key, field: Argument): RbPromise<number>;
  /**
   * Asks how long fields have to live.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field seconds, -1 if it does not expire, -2 if there is none
   * (https://redis.io/docs/latest/commands/httl/).
   */
  httl(key: Key, ...fields: Argument[]): RbPromise<number[]>;
  /**
   * Lists the values of a hash.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns The values; none if there is no hash.
   */
  hvals(key: Key): RbPromise<string[]>;
  /**
   * Counts elements.
   *
   * Redis 2.8.9, O(1) for each element.
   *
   * @returns 1 if the estimate changed, 0 if not.
   */
  pfadd(key: Key, ...elements: Argument[]): RbPromise<number>;
  /**
   * Counts the elements of a list, however long.
   */
  pfadd(key: Key, elements: readonly Argument[]): RbPromise<number>;
  /**
   * Estimates how many different elements were counted; all keys are of one
   * host.
   *
   * Redis 2.8.9, O(N) in the number of keys.
   *
   * @returns The estimate, right to 0.81 %.
   */
  pfcount(...keys: Key[]): RbPromise<number>;
  /**
   * The same for a list of keys.
   */
  pfcount(keys: readonly Key[]): RbPromise<number>;
  /**
   * Merges counts of one host into one.
   *
   * Redis 2.8.9, O(N) in the number of keys.
   *
   * @returns `"OK"`.
   */
  pfmerge(destination: Key, ...keys: Key[]): RbPromise<string>;
  /**
   * The same for a list of keys.
   */
  pfmerge(destination: Key, keys: readonly Key[]): RbPromise<string>;
  /**
   * Copies a value to another key of the same host.
   *
   * Redis 6.2.0, O(N) in the size of a collection.
   *
   * @returns 1 if it was copied, 0 if not.
   */
  copy(source: Key, destination: Key, options?: CopyOptions): RbPromise<number>;
  /**
   * Deletes keys, which may live on several hosts.
   *
   * Redis 1.0.0, O(N) in the number of keys and the size of collections.
   *
   * @returns How many there were.
   */
  del(...keys: Key[]): RbPromise<number>;
  /**
   * The same for a list of keys, however long.
   */
  del(keys: readonly Key[]): RbPromise<number>;
  /**
   * Reads a value in the format of RESTORE.
   *
   * Redis 2.6.0, O(N) in its size.
   *
   * @returns Bytes; null if there is none.
   */
  dump(key: Key): RbPromise<Uint8Array | null>;
  /**
   * Counts which keys exist, on any hosts; one that is named twice counts twice.
   *
   * Redis 1.0.0, O(N) in the number of keys.
   *
   * @returns How many there are.
   */
  exists(...keys: Key[]): RbPromise<number>;
  /**
   * The same for a list of keys, however long.
   */
  exists(keys: readonly Key[]): RbPromise<number>;
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
  expire(key: Key, seconds: number, options?: ExpireOptions): RbPromise<number>;
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
  ): RbPromise<number>;
  /**
   * Asks when a key expires.
   *
   * Redis 7.0.0, O(1).
   *
   * @returns Seconds since 1970; -1 if it does not, -2 if there is none.
   */
  expiretime(key: Key): RbPromise<number>;
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
  ): RbPromise<string>;
  /**
   * Moves a key to another database.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns 1 if it was moved, 0 if not.
   */
  move(key: Key, db: number | string): RbPromise<number>;
  /**
   * Tells how a value is kept.
   *
   * Redis 2.2.3, O(1).
   *
   * @returns Such as `"listpack"`; null if there is none.
   */
  objectEncoding(key: Key): RbPromise<string | null>;
  /**
   * Tells how often a key is used, by a logarithmic counter.
   *
   * Redis 4.0.0, O(1).
   *
   * @returns The count; null if there is none.
   */
  objectFreq(key: Key): RbPromise<number | null>;
  /**
   * Tells for how long a key was not used.
   *
   * Redis 2.2.3, O(1).
   *
   * @returns Seconds; null if there is none.
   */
  objectIdletime(key: Key): RbPromise<number | null>;
  /**
   * Tells how many references a value has.
   *
   * Redis 2.2.3, O(1).
   *
   * @returns The count; null if there is none.
   */
  objectRefCount(key: Key): RbPromise<number | null>;
  /**
   * Has a key no longer expire.
   *
   * Redis 2.2.0, O(1).
   *
   * @returns 1 if that was done, 0 if it did not expire or there is none.
   */
  persist(key: Key): RbPromise<number>;
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
  pexpire(
    key: Key,
    milliseconds: number,
    options?: ExpireOptions,
  ): RbPromise<number>;
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
  pexpireat(
    key: Key,
    timestamp: number,
    options?: ExpireOptions,
  ): RbPromise<number>;
  /**
   * Asks when a key expires.
   *
   * Redis 7.0.0, O(1).
   *
   * @returns Milliseconds since 1970; -1 if it does not, -2 if there is none.
   */
  pexpiretime(key: Key): RbPromise<number>;
  /**
   * Asks how long a key has to live.
   *
   * Redis 2.6.0, O(1).
   *
   * @returns Milliseconds; -1 if it does not expire, -2 if there is none.
   */
  pttl(key: Key): RbPromise<number>;
  /**
   * Renames a key, to another of the same host.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  rename(key: Key, newKey: Key): RbPromise<string>;
  /**
   * Renames a key unless the other one exists.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns 1 if it was renamed, 0 if not.
   */
  renamenx(key: Key, newKey: Key): RbPromise<number>;
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
  ): RbPromise<string>;
  /**
   * Sorts the elements of a list, a set or a sorted set.
   *
   * Redis 1.0.0, O(N + M × log M) for N elements of which M are given.
   *
   * @param options `by` and `patterns` read other keys of the same host.
   * @returns The elements, or what the patterns found.
   */
  sort(key: Key, options?: SortOpts): RbPromise<string[]>;
  /**
   * Sorts and stores what comes of it; gives how many were stored.
   */
  sort(key: Key, options?: SortWithDestinationOpts): RbPromise<number>;
  /**
   * Sorts without writing anything.
   *
   * Redis 7.0.0, O(N + M × log M) for N elements of which M are given.
   *
   * @returns The elements, or what the patterns found.
   */
  sortRo(key: Key, options?: SortOpts): RbPromise<string[]>;
  /**
   * Notes that keys were used, on any hosts.
   *
   * Redis 3.2.1, O(N) in the number of keys.
   *
   * @returns How many there are.
   */
  touch(...keys: Key[]): RbPromise<number>;
  /**
   * The same for a list of keys, however long.
   */
  touch(keys: readonly Key[]): RbPromise<number>;
  /**
   * Asks how long a key has to live.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns Seconds; -1 if it does not expire, -2 if there is none.
   */
  ttl(key: Key): RbPromise<number>;
  /**
   * Tells of which type a value is.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns Such as `"string"`; `"none"` if there is none.
   */
  type(key: Key): RbPromise<string>;
  /**
   * Deletes keys, which may live on several hosts, and frees their memory later.
   *
   * Redis 4.0.0, O(1) for each key.
   *
   * @returns How many there were.
   */
  unlink(...keys: Key[]): RbPromise<number>;
  /**
   * The same for a list of keys, however long.
   */
  unlink(keys: readonly Key[]): RbPromise<number>;
  /**
   * Waits for an element at an end of a list, and moves it to an end of another
   * of the same host.
   *
   * Redis 6.2.0, O(1).
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The element; null when the time was up.
   */
  blmove(
    source: Key,
    destination: Key,
    from: ListEnd,
    to: ListEnd,
    timeout: number,
  ): RbPromise<string | null>;
  /**
   * Waits for elements of the first of several lists that has any, and takes
   * them.
   *
   * Redis 7.0.0, O(N + M) for N keys and M elements.
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The key and the elements; null when the time was up.
   */
  blmpop(
    timeout: number,
    from: ListEnd,
    keys: readonly Key[],
    options?: LMPopOptions,
  ): RbPromise<[key: string, elements: string[]] | null>;
  /**
   * Waits for the first element of any of several lists, and takes it.
   *
   * Redis 2.0.0, O(N) in the number of keys.
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The key and the element; null when the time was up.
   */
  blpop(
    timeout: number,
    ...keys: Key[]
  ): RbPromise<[key: string, element: string] | null>;
  /**
   * Waits for the last element of any of several lists, and takes it.
   *
   * Redis 2.0.0, O(N) in the number of keys.
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The key and the element; null when the time was up.
   */
  brpop(
    timeout: number,
    ...keys: Key[]
  ): RbPromise<[key: string, element: string] | null>;
  /**
   * Waits for the last element of a list, and moves it to the head of another;
   * `blmove` does it too.
   *
   * Redis 2.2.0, O(1).
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The element; null when the time was up.
   */
  brpoplpush(
    source: Key,
    destination: Key,
    timeout: number,
  ): RbPromise<string | null>;
  /**
   * Reads an element.
   *
   * Redis 1.0.0, O(N) in the elements on the way.
   *
   * @param index Its place, from 0; below 0, from the end.
   * @returns The element; null if there is none.
   */
  lindex(key: Key, index: number): RbPromise<string | null>;
  /**
   * Inserts an element beside another one.
   *
   * Redis 2.2.0, O(N) in the elements on the way.
   *
   * @param pivot The other one.
   * @returns The length afterwards; -1 if there is no such one, 0 if there is no
   * list.
   */
  linsert(
    key: Key,
    location: LInsertLocation,
    pivot: Argument,
    element: Argument,
  ): RbPromise<number>;
  /**
   * Measures a list.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns Its length; 0 if there is no list.
   */
  llen(key: Key): RbPromise<number>;
  /**
   * Moves an element from an end of a list to an end of another of the same
   * host.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns The element; null if there is none.
   */
  lmove(
    source: Key,
    destination: Key,
    from: ListEnd,
    to: ListEnd,
  ): RbPromise<string | null>;
  /**
   * Takes elements of the first of several lists that has any.
   *
   * Redis 7.0.0, O(N + M) for N keys and M elements.
   *
   * @returns The key and the elements; null if all are empty.
   */
  lmpop(
    from: ListEnd,
    keys: readonly Key[],
    options?: LMPopOptions,
  ): RbPromise<[key: string, elements: string[]] | null>;
  /**
   * Takes the first element.
   *
   * Redis 1.0.0, O(N) in the number of elements.
   *
   * @returns The element; null if there is none.
   */
  lpop(key: Key): RbPromise<string | null>;
  /**
   * Takes several elements from the head (Redis 6.2.0).
   */
  lpop(key: Key, count: number): RbPromise<string[]>;
  /**
   * Finds an element.
   *
   * Redis 6.0.6, O(N) in the length of the list.
   *
   * @param options `rank` for which of several, below 0 from the end; `maxlen`
   * for how many to look at.
   * @returns Its place, from 0; null if there is none.
   */
  lpos(
    key: Key,
    element: Argument,
    options?: LPosOpts,
  ): RbPromise<number | null>;
  /**
   * Finds the places of an element; with `count` 0, all of them.
   */
  lpos(
    key: Key,
    element: Argument,
    options: LPosWithCountOpts,
  ): RbPromise<number[]>;
  /**
   * Puts elements at the head, each before the one given before.
   *
   * Redis 1.0.0, O(1) for each element.
   *
   * @returns The length afterwards.
   */
  lpush(key: Key, ...elements: Argument[]): RbPromise<number>;
  /**
   * Puts the elements of a list at the head.
   */
  lpush(key: Key, elements: readonly Argument[]): RbPromise<number>;
  /**
   * Puts elements at the head of a list that is there.
   *
   * Redis 2.2.0, O(1) for each element.
   *
   * @returns The length afterwards; 0 if there is no list.
   */
  lpushx(key: Key, ...elements: Argument[]): RbPromise<number>;
  /**
   * Puts the elements of a list at the head of one that is there.
   */
  lpushx(key: Key, elements: readonly Argument[]): RbPromise<number>;
  /**
   * Reads a range of elements.
   *
   * Redis 1.0.0, O(S + N) for S elements on the way and N in the range.
   *
   * @param start The first place, from 0; below 0, from the end.
   * @param stop The last one.
   */
  lrange(key: Key, start: number, stop: number): RbPromise<string[]>;
  /**
   * Removes elements that are equal to one.
   *
   * Redis 1.0.0, O(N + M) in the length and the number removed.
   *
   * @param count The most from the head; below 0, from the end; 0 for all.
   * @returns How many were removed.
   */
  lrem(key: Key, count: number, element: Argument): RbPromise<number>;
  /**
   * Writes over an element.
   *
   * Redis 1.0.0, O(N) in the elements on the way.
   *
   * @param index Its place, from 0; below 0, from the end.
   * @returns `"OK"`.
   */
  lset(key: Key, index: number, element: Argument): RbPromise<string>;
  /**
   * Keeps a range of elements and removes the others.
   *
   * Redis 1.0.0, O(N) in the number removed.
   *
   * @param start The first place, from 0; below 0, from the end.
   * @param stop The last one.
   * @returns `"OK"`.
   */
  ltrim(key: Key, start: number, stop: number): RbPromise<string>;
  /**
   * Takes the last element.
   *
   * Redis 1.0.0, O(N) in the number of elements.
   *
   * @returns The element; null if there is none.
   */
  rpop(key: Key): RbPromise<string | null>;
  /**
   * Takes several elements from the end (Redis 6.2.0).
   */
  rpop(key: Key, count: number): RbPromise<string[]>;
  /**
   * Moves the last element of a list to the head of another; `lmove` does it
   * too.
   *
   * Redis 1.2.0, O(1).
   *
   * @returns The element; null if there is none.
   */
  rpoplpush(source: Key, destination: Key): RbPromise<string | null>;
  /**
   * Puts elements at the end.
   *
   * Redis 1.0.0, O(1) for each element.
   *
   * @returns The length afterwards.
   */
  rpush(key: Key, ...elements: Argument[]): RbPromise<number>;
  /**
   * Puts the elements of a list at the end.
   */
  rpush(key: Key, elements: readonly Argument[]): RbPromise<number>;
  /**
   * Puts elements at the end of a list that is there.
   *
   * Redis 2.2.0, O(1) for each element.
   *
   * @returns The length afterwards; 0 if there is no list.
   */
  rpushx(key: Key, ...elements: Argument[]): RbPromise<number>;
  /**
   * Puts the elements of a list at the end of one that is there.
   */
  rpushx(key: Key, elements: readonly Argument[]): RbPromise<number>;
  /**
   * Sends a message to all that listen to a channel of a shard, whose name
   * decides on the host as a key does.
   *
   * Redis 7.0.0, O(N) in the number of listeners.
   *
   * @returns How many got it.
   */
  spublish(channel: Key, message: Argument): RbPromise<number>;
  /**
   * Runs a script by its source; `run` sends it once.
   *
   * Redis 2.6.0, as long as the script takes.
   *
   * @param keys Its keys, all of one host.
   * @returns What it returns.
   */
  eval(
    script: string,
    keys: readonly Key[],
    args: readonly Argument[],
  ): RbPromise<Reply>;
  /**
   * Runs a script that may not write.
   *
   * Redis 7.0.0, as long as the script takes.
   *
   * @returns What it returns.
   */
  evalRo(
    script: string,
    keys: readonly Key[],
    args: readonly Argument[],
  ): RbPromise<Reply>;
  /**
   * Runs a script by the SHA-1 of its source.
   *
   * Redis 2.6.0, as long as the script takes.
   *
   * @returns What it returns.
   */
  evalsha(
    sha1: string,
    keys: readonly Key[],
    args: readonly Argument[],
  ): RbPromise<Reply>;
  /**
   * Runs a script that may not write by the SHA-1 of its source.
   *
   * Redis 7.0.0, as long as the script takes.
   *
   * @returns What it returns.
   */
  evalshaRo(
    sha1: string,
    keys: readonly Key[],
    args: readonly Argument[],
  ): RbPromise<Reply>;
  /**
   * Runs a function.
   *
   * Redis 7.0.0, as long as the function takes.
   *
   * @returns What it returns.
   */
  fcall(
    name: string,
    keys: readonly Key[],
    args: readonly Argument[],
  ): RbPromise<Reply>;
  /**
   * Runs a function that does not write.
   *
   * Redis 7.0.0, as long as the function takes.
   *
   * @returns What it returns.
   */
  fcallRo(
    name: string,
    keys: readonly Key[],
    args: readonly Argument[],
  ): RbPromise<Reply>;
  /**
   * Describes how a server holds the value of a key.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns One line of `name:value`.
   */
  debugObject(key: Key): RbPromise<string>;
  /**
   * Measures the memory of a key and its value.
   *
   * Redis 4.0.0, O(N) in the number of samples.
   *
   * @param options `samples`: how many members of it are measured, 0 for all; 5
   * by default.
   * @returns Bytes; null if there is no key.
   */
  memoryUsage(key: Key, options?: MemoryUsageOpts): RbPromise<number | null>;
  /**
   * Adds members.
   *
   * Redis 1.0.0, O(1) for each member.
   *
   * @returns How many are new.
   */
  sadd(key: Key, ...members: Argument[]): RbPromise<number>;
  /**
   * Adds the members of a list, however long.
   */
  sadd(key: Key, members: readonly Argument[]): RbPromise<number>;
  /**
   * Counts the members.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns How many there are; 0 if there is no set.
   */
  scard(key: Key): RbPromise<number>;
  /**
   * Finds the members of the first set that none of the others has; all keys are
   * of one host.
   *
   * Redis 1.0.0, O(N) in the number of members.
   *
   * @returns The members.
   */
  sdiff(...keys: Key[]): RbPromise<string[]>;
  /**
   * The same for a list of keys.
   */
  sdiff(keys: readonly Key[]): RbPromise<string[]>;
  /**
   * Stores the members of the first set that none of the others has.
   *
   * Redis 1.0.0, O(N) in the number of members.
   *
   * @returns How many were stored.
   */
  sdiffstore(destination: Key, ...keys: Key[]): RbPromise<number>;
  /**
   * The same for a list of keys.
   */
  sdiffstore(destination: Key, keys: readonly Key[]): RbPromise<number>;
  /**
   * Finds the members that all of several sets have; all keys are of one host.
   *
   * Redis 1.0.0, O(N × M) for M sets, the smallest of N members.
   *
   * @returns The members.
   */
  sinter(...keys: Key[]): RbPromise<string[]>;
  /**
   * The same for a list of keys.
   */
  sinter(keys: readonly Key[]): RbPromise<string[]>;
  /**
   * Counts the members that all of several sets have.
   *
   * Redis 7.0.0, O(N × M) for M sets, the smallest of N members.
   */
  sintercard(
    keys: readonly Key[],
    options?: SInterCardOptions,
  ): RbPromise<number>;
  /**
   * Stores the members that all of several sets have.
   *
   * Redis 1.0.0, O(N × M) for M sets, the smallest of N members.
   *
   * @returns How many were stored.
   */
  sinterstore(destination: Key, ...keys: Key[]): RbPromise<number>;
  /**
   * The same for a list of keys.
   */
  sinterstore(destination: Key, keys: readonly Key[]): RbPromise<number>;
  /**
   * Asks whether a set has a member.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns 1 if it has, 0 if not.
   */
  sismember(key: Key, member: Argument): RbPromise<number>;
  /**
   * Lists the members.
   *
   * Redis 1.0.0, O(N) in the number of members.
   *
   * @returns The members; none if there is no set.
   */
  smembers(key: Key): RbPromise<string[]>;
  /**
   * Asks which members a set has.
   *
   * Redis 6.2.0, O(N) in the number of members.
   *
   * @returns For each 1 if it has, 0 if not.
   */
  smismember(key: Key, ...members: Argument[]): RbPromise<number[]>;
  /**
   * Asks it for the members of a list.
   */
  smismember(key: Key, members: readonly Argument[]): RbPromise<number[]>;
  /**
   * Moves a member to another set of the same host.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns 1 if it was moved, 0 if there is none.
   */
  smove(source: Key, destination: Key, member: Argument): RbPromise<number>;
  /**
   * Takes a member by chance.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The member; null if there is none.
   */
  spop(key: Key): RbPromise<string | null>;
  /**
   * Takes several members by chance (Redis 3.2.0).
   */
  spop(key: Key, count: number): RbPromise<string[]>;
  /**
   * Picks a member by chance.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The member; null if there is none.
   */
  srandmember(key: Key): RbPromise<string | null>;
  /**
   * Picks several members by chance; below 0, that many, some maybe several
   * times.
   */
  srandmember(key: Key, count: number): RbPromise<string[]>;
  /**
   * Removes members.
   *
   * Redis 1.0.0, O(N) in the number of members.
   *
   * @returns How many there were.
   */
  srem(key: Key, ...members: Argument[]): RbPromise<number>;
  /**
   * Removes the members of a list, however long.
   */
  srem(key: Key, members: readonly Argument[]): RbPromise<number>;
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
  ): RbPromise<[string, string[]]>;
  /**
   * Finds the members that any of several sets has; all keys are of one host.
   *
   * Redis 1.0.0, O(N) in the number of members.
   *
   * @returns The members.
   */
  sunion(...keys: Key[]): RbPromise<string[]>;
  /**
   * The same for a list of keys.
   */
  sunion(keys: readonly Key[]): RbPromise<string[]>;
  /**
   * Stores the members that any of several sets has.
   *
   * Redis 1.0.0, O(N) in the number of members.
   *
   * @returns How many were stored.
   */
  sunionstore(destination: Key, ...keys: Key[]): RbPromise<number>;
  /**
   * The same for a list of keys.
   */
  sunionstore(destination: Key, keys: readonly Key[]): RbPromise<number>;
  /**
   * Waits for a member with the highest score of any of several sets, and takes
   * it.
   *
   * Redis 5.0.0, O(log N).
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The key, the member and its score; null when the time was up.
   */
  bzpopmax(
    timeout: number,
    ...keys: Key[]
  ): RbPromise<[key: string, member: string, score: string] | null>;
  /**
   * Waits for a member with the lowest score of any of several sets, and takes it.
   *
   * Redis 5.0.0, O(log N).
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The key, the member and its score; null when the time was up.
   */
  bzpopmin(
    timeout: number,
    ...keys: Key[]
  ): RbPromise<[key: string, member: string, score: string] | null>;
  /**
   * Waits for members of the first of several sets that has any, and takes them.
   *
   * Redis 7.0.0, O(K) + O(M × log N) for K keys and M members.
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The key, and pairs of member and score; null when the time was up.
   */
  bzmpop(
    timeout: number,
    where: "MIN" | "MAX",
    keys: readonly Key[],
    options?: ZMPopOptions,
  ): RbPromise<[key: string, [member: string, score: string][]] | null>;
  /**
   * Adds a member, or changes its score.
   *
   * Redis 1.2.0, O(log N); `nx`, `xx` and `ch` need 3.0.2.
   *
   * @param options `nx` or `xx` to only add, or only change; `ch` to count what
   * was changed too.
   * @returns How many were added.
   */
  zadd<T extends ZAddOpts = ZAddOpts>(
    key: Key,
    score: Score,
    member: Argument,
    options?: T,
  ): RbPromise<ZAddReply<T>>;
  /** Adds pairs of score and member, or changes their scores. */
  zadd<T extends ZAddOpts = ZAddOpts>(
    key: Key,
    scoreMembers: [score: Score, member: Argument][],
    options?: T,
  ): RbPromise<ZAddReply<T>>;
  /** Adds the members of a record or a Map, whose values are their scores. */
  zadd<T extends ZAddOpts = ZAddOpts>(
    key: Key,
    memberScores: Record<string | number, Score> | ReadonlyMap<Argument, Score>,
    options?: T,
  ): RbPromise<ZAddReply<T>>;
  /**
   * Adds to the score of a member, under a condition; see also `zincrby`.
   *
   * Redis 3.0.2, O(log N).
   *
   * @returns The score afterwards, as text; null if the condition kept it as it
   * was.
   */
  zaddIncr(
    key: Key,
    score: Score,
    member: Argument,
    options?: ZAddOpts,
  ): RbPromise<string | null>;
  /**
   * Counts the members.
   *
   * Redis 1.2.0, O(1).
   *
   * @returns How many there are; 0 if there is no set.
   */
  zcard(key: Key): RbPromise<number>;
  /**
   * Counts the members with scores in a range.
   *
   * Redis 2.0.0, O(log N).
   */
  zcount(key: Key, min: ScoreBound, max: ScoreBound): RbPromise<number>;
  /**
   * Finds the members of the first set that none of the others has; all keys are
   * of one host.
   *
   * Redis 6.2.0, O(L + (N-K)log(N)).
   *
   * @returns The members, with `withScore` and scores in turn.
   */
  zdiff(keys: readonly Key[], options?: ZDiffOptions): RbPromise<string[]>;
  /**
   * Stores the members of the first set that none of the others has.
   *
   * Redis 6.2.0, O(L + (N-K)log(N)).
   *
   * @returns How many were stored.
   */
  zdiffstore(destination: Key, keys: readonly Key[]): RbPromise<number>;
  /**
   * Adds to the score of a member; a missing one counts as 0.
   *
   * Redis 1.2.0, O(log N).
   *
   * @returns The score afterwards, as text.
   */
  zincrby(key: Key, increment: Score, member: Argument): RbPromise<string>;
  /**
   * Finds the members that all of several sets have; all keys are of one host.
   *
   * Redis 6.2.0, O(N × K) + O(M × log M).
   *
   * @returns The members, with `withScore` and scores in turn.
   */
  zinter(keys: WeightedKeys, options?: ZInterOpts): RbPromise<string[]>;
  /**
   * Counts the members that all of several sets have.
   *
   * Redis 7.0.0, O(N × K).
   */
  zintercard(
    keys: readonly Key[],
    options?: ZInterCardOptions,
  ): RbPromise<number>;
  /**
   * Stores the members that all of several sets have.
   *
   * Redis 2.0.0, O(N × K) + O(M × log M).
   *
   * @returns How many were stored.
   */
  zinterstore(
    destination: Key,
    keys: WeightedKeys,
    options?: ZInterstoreOpts,
  ): RbPromise<number>;
  /**
   * Counts the members in a range by their text, where all scores are the same.
   *
   * Redis 2.8.9, O(log N).
   *
   * @param min `"[a"` with a, `"(a"` without it, or `"-"`.
   * @param max The same, or `"+"`.
   */
  zlexcount(key: Key, min: Argument, max: Argument): RbPromise<number>;
  /**
   * Takes members of the first of several sets that has any.
   *
   * Redis 7.0.0, O(K) + O(M × log N) for K keys and M members.
   *
   * @returns The key, and pairs of member and score; null if all are empty.
   */
  zmpop(
    where: "MIN" | "MAX",
    keys: readonly Key[],
    options?: ZMPopOptions,
  ): RbPromise<[key: string, [member: string, score: string][]] | null>;
  /**
   * Reads the scores of members.
   *
   * Redis 6.2.0, O(N) in the number of members.
   *
   * @returns A score for each, as text; null where there is none.
   */
  zmscore(key: Key, ...members: Argument[]): RbPromise<(string | null)[]>;
  /** Reads the scores of a list of members, however long. */
  zmscore(key: Key, members: readonly Argument[]): RbPromise<(string | null)[]>;
  /**
   * Takes members with the highest scores.
   *
   * Redis 5.0.0, O(M × log N).
   *
   * @param count The most; 1 without it.
   * @returns Members and scores in turn.
   */
  zpopmax(key: Key, count?: number): RbPromise<string[]>;
  /**
   * Takes members with the lowest scores.
   *
   * Redis 5.0.0, O(M × log N).
   *
   * @param count The most; 1 without it.
   * @returns Members and scores in turn.
   */
  zpopmin(key: Key, count?: number): RbPromise<string[]>;
  /**
   * Picks a member by chance.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns The member; null if there is no set.
   */
  zrandmember(key: Key): RbPromise<string | null>;
  /**
   * Picks several members by chance.
   *
   * Redis 6.2.0, O(N) in the number of members.
   *
   * @param count How many different ones; below 0, that many, some maybe several
   * times.
   * @returns The members, with `withScore` and scores in turn.
   */
  zrandmember(
    key: Key,
    count: number,
    options?: ZRandMemberOptions,
  ): RbPromise<string[]>;
  /**
   * Reads the members of a range.
   *
   * Redis 1.2.0, O(log N + M); `by`, `rev` and `limit` need 6.2.0.
   *
   * @param start The first rank, from 0; below 0, from the end. With `by`, the
   * end of a range of scores or texts.
   * @param stop The last one.
   * @returns The members from the lowest score on, with `withScore` and scores in
   * turn.
   */
  zrange(
    key: Key,
    start: ScoreBound,
    stop: ScoreBound,
    options?: ZRangeOptions,
  ): RbPromise<string[]>;
  /**
   * Reads the members of a range by their text, where all scores are the same;
   * `zrange` with `by: "LEX"` does it too.
   *
   * Redis 2.8.9, O(log N + M).
   *
   * @param min `"[a"` with a, `"(a"` without it, or `"-"`.
   * @param max The same, or `"+"`.
   */
  zrangebylex(
    key: Key,
    min: Argument,
    max: Argument,
    options?: ZRangeByLexOpts,
  ): RbPromise<string[]>;
  /**
   * Reads the members with scores in a range; `zrange` with `by: "SCORE"` does it
   * too.
   *
   * Redis 1.0.5, O(log N + M).
   *
   * @returns The members from the lowest score on, with `withScore` and scores in
   * turn.
   */
  zrangebyscore(
    key: Key,
    min: ScoreBound,
    max: ScoreBound,
    options?: ZRangeByScoreOpts,
  ): RbPromise<string[]>;
  /**
   * Stores the members of a range.
   *
   * Redis 6.2.0, O(log N + M).
   *
   * @returns How many were stored.
   */
  zrangestore(
    destination: Key,
    source: Key,
    start: ScoreBound,
    stop: ScoreBound,
    options?: ZRangeStoreOptions,
  ): RbPromise<number>;
  /**
   * Finds how many members have lower scores than one.
   *
   * Redis 2.0.0, O(log N).
   *
   * @returns Its rank, from 0; null if it is no member.
   */
  zrank(key: Key, member: Argument): RbPromise<number | null>;
  /**
   * Removes members.
   *
   * Redis 1.2.0, O(M × log N).
   *
   * @returns How many there were.
   */
  zrem(key: Key, ...members: Argument[]): RbPromise<number>;
  /** Removes the members of a list, however long. */
  zrem(key: Key, members: readonly Argument[]): RbPromise<number>;
  /**
   * Removes the members of a range by their text, where all scores are the same.
   *
   * Redis 2.8.9, O(log N + M).
   *
   * @returns How many there were.
   */
  zremrangebylex(key: Key, min: Argument, max: Argument): RbPromise<number>;
  /**
   * Removes the members of a range of ranks.
   *
   * Redis 2.0.0, O(log N + M).
   *
   * @returns How many there were.
   */
  zremrangebyrank(key: Key, start: number, stop: number): RbPromise<number>;
  /**
   * Removes the members with scores in a range.
   *
   * Redis 1.2.0, O(log N + M).
   *
   * @returns How many there were.
   */
  zremrangebyscore(
    key: Key,
    min: ScoreBound,
    max: ScoreBound,
  ): RbPromise<number>;
  /**
   * Reads the members of a range of ranks from the highest score on.
   *
   * Redis 1.2.0, O(log N + M).
   *
   * @returns The members, with `withScore` and scores in turn.
   */
  zrevrange(
    key: Key,
    start: number,
    stop: number,
    options?: ZRandMemberOptions,
  ): RbPromise<string[]>;
  /**
   * Reads the members of a range by their text, from the end on.
   *
   * Redis 2.8.9, O(log N + M).
   */
  zrevrangebylex(
    key: Key,
    max: Argument,
    min: Argument,
    options?: ZRangeByLexOpts,
  ): RbPromise<string[]>;
  /**
   * Reads the members with scores in a range, from the highest on.
   *
   * Redis 2.2.0, O(log N + M).
   *
   * @returns The members, with `withScore` and scores in turn.
   */
  zrevrangebyscore(
    key: Key,
    max: ScoreBound,
    min: ScoreBound,
    options?: ZRangeByScoreOpts,
  ): RbPromise<string[]>;
  /**
   * Finds how many members have higher scores than one.
   *
   * Redis 2.0.0, O(log N).
   *
   * @returns Its rank from the end, from 0; null if it is no member.
   */
  zrevrank(key: Key, member: Argument): RbPromise<number | null>;
  /**
   * Goes through the members of a set, a page at a time.
   *
   * Redis 2.8.0, O(1) for a page.
   *
   * @param cursor 0 to begin, then what the page before gave.
   * @param options Which members, and about how many a page.
   * @returns The next cursor, `"0"` at the end, and members and scores in turn.
   */
  zscan(
    key: Key,
    cursor: number | string,
    options?: ZScanOpts,
  ): RbPromise<[string, string[]]>;
  /**
   * Reads the score of a member.
   *
   * Redis 1.2.0, O(1).
   *
   * @returns The score, as text; null if it is no member.
   */
  zscore(key: Key, member: Argument): RbPromise<string | null>;
  /**
   * Finds the members that any of several sets has; all keys are of one host.
   *
   * Redis 6.2.0, O(N) + O(M × log M).
   *
   * @returns The members, with `withScore` and scores in turn.
   */
  zunion(keys: WeightedKeys, options?: ZInterOpts): RbPromise<string[]>;
  /**
   * Stores the members that any of several sets has.
   *
   * Redis 2.0.0, O(N) + O(M × log M).
   *
   * @returns How many were stored.
   */
  zunionstore(
    destination: Key,
    keys: WeightedKeys,
    options?: ZUnionstoreOpts,
  ): RbPromise<number>;
  /**
   * Says that messages were dealt with.
   *
   * Redis 5.0.0, O(1) for each message.
   *
   * @returns How many were pending.
   */
  xack(key: Key, group: Argument, ...xids: XIdInput[]): RbPromise<number>;
  /**
   * Appends a message.
   *
   * Redis 5.0.0, O(1).
   *
   * @param xid Its id; `"*"` for a new one.
   * @param fieldValues Its fields.
   * @param options What to keep of the stream.
   * @returns Its id.
   */
  xadd(
    key: Key,
    xid: XIdAdd,
    fieldValues: XAddFieldValues,
    options?: XMaxlen | XTrimming,
  ): RbPromise<XId>;
  /** The same; null where there is no stream and none is to be made. */
  xadd(
    key: Key,
    xid: XIdAdd,
    fieldValues: XAddFieldValues,
    options: XAddOptions,
  ): RbPromise<XId | null>;
  /**
   * Takes over messages that have been pending for long, and looks for them.
   *
   * Redis 6.2.0, O(1) for a count.
   *
   * @param minIdleTime Milliseconds that they have been pending.
   * @param start Where to begin; `"0-0"`, then `next` of the reply before.
   */
  xautoclaim(
    key: Key,
    group: Argument,
    consumer: Argument,
    minIdleTime: number,
    start: XIdInput,
    options?: XAutoClaimOptions,
  ): RbPromise<XAutoClaimReply>;
  /**
   * Takes over pending messages.
   *
   * Redis 5.0.0, O(log N) for each message.
   *
   * @param options The group, the consumer who gets them, and how many
   * milliseconds they have been pending at least.
   * @returns The messages, or with `justXId` their ids.
   */
  xclaim(
    key: Key,
    options: XClaimOpts,
    ...xids: XIdInput[]
  ): RbPromise<XClaimReply>;
  /**
   * Deletes messages.
   *
   * Redis 5.0.0, O(1) for each message.
   *
   * @returns How many there were.
   */
  xdel(key: Key, ...xids: XIdInput[]): RbPromise<number>;
  /**
   * Makes a group of consumers.
   *
   * Redis 5.0.0, O(1).
   *
   * @param xid The last message that it has not to see; `"$"` for the newest.
   * @param mkstream Whether the stream is made if there is none.
   * @returns `"OK"`.
   */
  xgroupCreate(
    key: Key,
    group: Argument,
    xid: XIdInput | "$",
    mkstream?: boolean,
  ): RbPromise<string>;
  /**
   * Makes a consumer; reading makes one too.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns 1 if it was made, 0 if there is one.
   */
  xgroupCreateConsumer(
    key: Key,
    group: Argument,
    consumer: Argument,
  ): RbPromise<number>;
  /**
   * Deletes a consumer.
   *
   * Redis 5.0.0, O(1).
   *
   * @returns How many messages it had pending.
   */
  xgroupDelConsumer(
    key: Key,
    group: Argument,
    consumer: Argument,
  ): RbPromise<number>;
  /**
   * Deletes a group.
   *
   * Redis 5.0.0, O(N) in the number of its pending messages.
   *
   * @returns 1 if there was one, 0 if not.
   */
  xgroupDestroy(key: Key, group: Argument): RbPromise<number>;
  /**
   * Sets which message a group has seen last.
   *
   * Redis 5.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  xgroupSetID(
    key: Key,
    group: Argument,
    xid: XIdInput | "$",
  ): RbPromise<string>;
  /**
   * Lists the consumers of a group.
   *
   * Redis 5.0.0, O(1).
   */
  xinfoConsumers(key: Key, group: Argument): RbPromise<XInfoConsumersReply>;
  /**
   * Lists the groups of a stream.
   *
   * Redis 5.0.0, O(1).
   */
  xinfoGroups(key: Key): RbPromise<XInfoGroupsReply>;
  /**
   * Tells about a stream.
   *
   * Redis 5.0.0, O(1).
   *
   * @returns Its length and more; the first and the last entry are null if there
   * is none.
   */
  xinfoStream(key: Key): RbPromise<
    & Omit<XInfoStreamReply, "firstEntry" | "lastEntry">
    & { firstEntry: XMessage | null; lastEntry: XMessage | null }
  >;
  /**
   * Tells about a stream, its entries, groups and consumers.
   *
   * Redis 6.0.0, O(N) in the number of entries given.
   *
   * @param count The most entries; 10 without it, 0 for all.
   */
  xinfoStreamFull(key: Key, count?: number): RbPromise<XInfoStreamFullReply>;
  /**
   * Counts the messages of a stream.
   *
   * Redis 5.0.0, O(1).
   *
   * @returns How many there are; 0 if there is no stream.
   */
  xlen(key: Key): RbPromise<number>;
  /**
   * Tells how many messages of a group are pending.
   *
   * Redis 5.0.0, O(N) in the number of consumers.
   *
   * @returns The count, the ids of the first and the last one (null if there is
   * none), and the consumers.
   */
  xpending(key: Key, group: Argument): RbPromise<
    & Omit<XPendingReply, "startId" | "endId">
    & { startId: XId | null; endId: XId | null }
  >;
  /**
   * Lists pending messages of a group.
   *
   * Redis 5.0.0, O(N) in the number of messages given.
   *
   * @param startEndCount The range of ids, and the most messages.
   * @param consumer Only those of one consumer.
   */
  xpendingCount(
    key: Key,
    group: Argument,
    startEndCount: StartEndCount,
    consumer?: Argument,
  ): RbPromise<XPendingCount[]>;
  /**
   * Reads the messages in a range of ids.
   *
   * Redis 5.0.0, O(N) in the number of messages given.
   *
   * @param start The first id; `"-"` for the lowest.
   * @param end The last id; `"+"` for the highest.
   * @param count The most messages.
   */
  xrange(
    key: Key,
    start: XIdNeg,
    end: XIdPos,
    count?: number,
  ): RbPromise<XMessage[]>;
  /**
   * Reads messages of several streams, which are of one host, behind an id each.
   *
   * Redis 5.0.0, O(N) in the number of messages given.
   *
   * @param streams Keys and ids.
   * @param options The most messages of each; for how many milliseconds to wait
   * for some, 0 for ever.
   * @returns Those streams that have any.
   */
  xread(
    streams: (XKeyId | XKeyIdLike)[],
    options?: XReadOpts,
  ): RbPromise<XReadReply>;
  /**
   * Reads messages of several streams, which are of one host, as a consumer of a
   * group.
   *
   * Redis 5.0.0, O(M) in the number of messages given.
   *
   * @param streams Keys and ids; `">"` for messages that no consumer has seen.
   * @param options The group and the consumer; the most messages of each stream;
   * for how many milliseconds to wait for some, 0 for ever.
   * @returns Those streams that have any. A message that is gone from its stream
   * has no fields.
   */
  xreadgroup(
    streams: (XKeyIdGroup | XKeyIdGroupLike)[],
    options: XReadGroupOpts,
  ): RbPromise<XReadReply>;
  /**
   * Reads the messages in a range of ids, the newest first.
   *
   * Redis 5.0.0, O(N) in the number of messages given.
   *
   * @param start The last id; `"+"` for the highest.
   * @param end The first id; `"-"` for the lowest.
   * @param count The most messages.
   */
  xrevrange(
    key: Key,
    start: XIdPos,
    end: XIdNeg,
    count?: number,
  ): RbPromise<XMessage[]>;
  /**
   * Sets the id of the newest message of a stream.
   *
   * Redis 5.0.0, O(1); options need 7.0.0.
   *
   * @returns `"OK"`.
   */
  xsetid(key: Key, xid: XIdInput, options?: XSetIdOptions): RbPromise<string>;
  /**
   * Deletes the oldest messages.
   *
   * Redis 5.0.0, O(N) in the number of messages deleted.
   *
   * @param trimming What to keep.
   * @returns How many were deleted.
   */
  xtrim(key: Key, trimming: XMaxlen | XTrimming): RbPromise<number>;
  /**
   * Appends to a value; a missing one counts as empty.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns The length afterwards, in bytes.
   */
  append(key: Key, value: Argument): RbPromise<number>;
  /**
   * Subtracts 1 from the integer at a key; a missing one counts as 0.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  decr(key: Key): RbPromise<number>;
  /**
   * Subtracts from the integer at a key; a missing one counts as 0.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  decrby(key: Key, decrement: number | bigint): RbPromise<number>;
  /**
   * Reads a value.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value; null if there is none.
   */
  get(key: Key): RbPromise<string | null>;
  /**
   * Reads a value and deletes its key.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns The value; null if there was none.
   */
  getdel(key: Key): RbPromise<string | null>;
  /**
   * Reads a value and sets when it expires.
   *
   * Redis 6.2.0, O(1).
   *
   * @param options When; without it nothing changes.
   * @returns The value; null if there is none.
   */
  getex(key: Key, options?: GetExOptions): RbPromise<string | null>;
  /**
   * Reads a part of a value.
   *
   * Redis 2.4.0, O(N) in the length of the part.
   *
   * @param start The first byte; below 0, from the end.
   * @param end The last byte; below 0, from the end.
   * @returns The part; it is empty if there is none.
   */
  getrange(key: Key, start: number, end: number): RbPromise<string>;
  /**
   * Writes a value and reads the one before; `set` with `get` does it too.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value before; null if there was none.
   */
  getset(key: Key, value: Argument): RbPromise<string | null>;
  /**
   * Adds 1 to the integer at a key; a missing one counts as 0.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  incr(key: Key): RbPromise<number>;
  /**
   * Adds to the integer at a key; a missing one counts as 0.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  incrby(key: Key, increment: number | bigint): RbPromise<number>;
  /**
   * Adds to the number at a key; a missing one counts as 0.
   *
   * Redis 2.6.0, O(1).
   *
   * @returns The value afterwards, as text.
   */
  incrbyfloat(key: Key, increment: number): RbPromise<string>;
  /**
   * Finds the longest subsequence that two values have in common.
   *
   * Redis 7.0.0, O(N × M) in their lengths.
   *
   * @returns The subsequence.
   */
  lcs(key1: Key, key2: Key): RbPromise<string>;
  /** Finds its length. */
  lcs(
    key1: Key,
    key2: Key,
    options: LcsOptions & { len: true },
  ): RbPromise<number>;
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
  ): RbPromise<[string, (number | [number, number])[][], string, number]>;
  /**
   * Reads the values of several keys, which may live on several hosts.
   *
   * Redis 1.0.0, O(N) in the number of keys.
   *
   * @returns A value for each key in its order; null where there is none, or
   * where the key holds no string.
   */
  mget(...keys: Key[]): RbPromise<(string | null)[]>;
  /** Reads the values of a list of keys, however long. */
  mget(keys: readonly Key[]): RbPromise<(string | null)[]>;
  /**
   * Writes the values of several keys, which may live on several hosts.
   *
   * Redis 1.0.1, O(N) in the number of keys.
   *
   * @returns `"OK"`.
   */
  mset(key: Key, value: Argument): RbPromise<string>;
  /** Writes the values of pairs of key and value. */
  mset(...pairs: [key: Key, value: Argument][]): RbPromise<string>;
  /** Writes the values of a record or a Map. */
  mset(
    values: Record<string, Argument> | ReadonlyMap<Key, Argument>,
  ): RbPromise<string>;
  /**
   * Writes the values of several keys of one host, unless any of them exists.
   *
   * Redis 1.0.1, O(N) in the number of keys.
   *
   * @returns 1 if they were written, 0 if not.
   */
  msetnx(key: Key, value: Argument): RbPromise<number>;
  /** Writes the values of pairs of key and value, unless any key exists. */
  msetnx(...pairs: [key: Key, value: Argument][]): RbPromise<number>;
  /** Writes the values of a record or a Map, unless any key exists. */
  msetnx(
    values: Record<string, Argument> | ReadonlyMap<Key, Argument>,
  ): RbPromise<number>;
  /**
   * Writes a value that expires.
   *
   * Redis 2.6.0, O(1).
   *
   * @param milliseconds From now.
   * @returns `"OK"`.
   */
  psetex(key: Key, milliseconds: number, value: Argument): RbPromise<string>;
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
  ): RbPromise<SetReply<T>>;
  /**
   * Writes a value that expires; `set` with `ex` does it too.
   *
   * Redis 2.0.0, O(1).
   *
   * @param seconds From now.
   * @returns `"OK"`.
   */
  setex(key: Key, seconds: number, value: Argument): RbPromise<string>;
  /**
   * Writes a value unless there is one; `set` with `nx` does it too.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns 1 if it was written, 0 if not.
   */
  setnx(key: Key, value: Argument): RbPromise<number>;
  /**
   * Writes over a part of a value; what lies before it is filled with zeros.
   *
   * Redis 2.2.0, O(N) in the length of the part.
   *
   * @param offset The first byte.
   * @returns The length afterwards, in bytes.
   */
  setrange(key: Key, offset: number, value: Argument): RbPromise<number>;
  /**
   * Measures a value.
   *
   * Redis 2.2.0, O(1).
   *
   * @returns The length in bytes; 0 if there is none.
   */
  strlen(key: Key): RbPromise<number>;
  /**
   * Reads a part of a value; `getrange` replaces it.
   *
   * Redis 1.0.0, O(N) in the length of the part.
   *
   * @param start The first byte; below 0, from the end.
   * @param end The last byte; below 0, from the end.
   * @returns The part; it is empty if there is none.
   */
  substr(key: Key, start: number, end: number): RbPromise<string>;
}
