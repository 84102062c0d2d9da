/**
 * What commands give with `replies: "records"`, on a fanout client.
 *
 * Written by `sh tools/dev methods` from src/commands/signatures/.
 *
 * @module
 */

import type { HRandFieldOptions } from "../../commands/signatures/hashes.ts";
import type { Key } from "../../values.ts";
import type { HScanOpts } from "@db/redis";
import type { RbPromise } from "../../promise.ts";
import type { PerHost } from "../per_host.ts";

/**
 * What commands give with `replies: "records"`, on a fanout client.
 */
export interface FanoutRecords<K extends "fanout" | "settled" = "fanout"> {
  /**
   * Reads all fields and their values.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns The values by their fields; an empty record if there is no hash.
   */
  hgetall(key: Key): RbPromise<PerHost<Record<string, string>, K>>;
  /**
   * Picks a field by chance.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns The field; null if there is no hash.
   */
  hrandfield(key: Key): RbPromise<PerHost<string | null, K>>;
  /** Picks several fields by chance, each with its value. */
  hrandfield(
    key: Key,
    count: number,
    options: HRandFieldOptions & { withValues: true },
  ): RbPromise<PerHost<[field: string, value: string][], K>>;
  /**
   * Picks several fields by chance.
   *
   * @param count How many different ones; below 0, that many, some maybe several
   * times.
   */
  hrandfield(
    key: Key,
    count: number,
    options?: HRandFieldOptions,
  ): RbPromise<PerHost<string[], K>>;
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
  ): RbPromise<PerHost<[string, [field: string, value: string][]], K>>;
}
