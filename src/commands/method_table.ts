/**
 * All methods of the clients.
 *
 * @module
 */

import { BITMAP_METHODS } from "./families/bitmaps.ts";
import { GEO_METHODS } from "./families/geo.ts";
import { HASH_METHODS } from "./families/hashes.ts";
import { HYPERLOGLOG_METHODS } from "./families/hyperloglog.ts";
import { KEY_METHODS } from "./families/keys.ts";
import { LIST_METHODS } from "./families/lists.ts";
import { SCRIPTING_METHODS } from "./families/scripting.ts";
import { SET_METHODS } from "./families/sets.ts";
import { SORTED_SET_METHODS } from "./families/sorted_sets.ts";
import { STREAM_METHODS } from "./families/streams.ts";
import { STRING_METHODS } from "./families/strings.ts";
import type { MethodRow } from "./methods.ts";

/** The methods by their names. */
export const METHODS: ReadonlyMap<string, MethodRow> = new Map(
  [
    BITMAP_METHODS,
    GEO_METHODS,
    HASH_METHODS,
    HYPERLOGLOG_METHODS,
    KEY_METHODS,
    LIST_METHODS,
    SCRIPTING_METHODS,
    SET_METHODS,
    SORTED_SET_METHODS,
    STREAM_METHODS,
    STRING_METHODS,
  ].flatMap((rows) => Object.entries<MethodRow>(rows)),
);

/**
 * Methods of `@db/redis` that are no single command, or one without a reply:
 * they need a connection of their own.
 */
export const OWN_CONNECTION: ReadonlySet<string> = new Set([
  "monitor",
  "pipeline",
  "psubscribe",
  "subscribe",
  "sync",
  "tx",
]);
