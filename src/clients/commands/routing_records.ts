/**
 * What commands that name a key give with `replies: "records"`, on a routing
 * client.
 *
 * Written by `sh tools/dev methods` from src/commands/signatures/.
 *
 * @module
 */

import type { HRandFieldOptions } from "../../commands/signatures/hashes.ts";
import type { Key } from "../../values.ts";
import type { HScanOpts } from "@db/redis";

/**
 * What commands that name a key give with `replies: "records"`, on a routing
 * client.
 */
export interface RoutingRecords {
  /**
   * Reads all fields and their values.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns The values by their fields; an empty record if there is no hash.
   */
  hgetall(key: Key): Promise<Record<string, string>>;
  /**
   * Picks a field by chance.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns The field; null if there is no hash.
   */
  hrandfield(key: Key): Promise<string | null>;
  /** Picks several fields by chance, each with its value. */
  hrandfield(
    key: Key,
    count: number,
    options: HRandFieldOptions & { withValues: true },
  ): Promise<[field: string, value: string][]>;
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
  ): Promise<string[]>;
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
  ): Promise<[string, [field: string, value: string][]]>;
}
