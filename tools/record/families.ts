/**
 * All calls that are recorded, by their families.
 *
 * @module
 */

import type { Case } from "./cases.ts";
import { BITMAPS } from "./families/bitmaps.ts";
import { CLUSTER } from "./families/cluster.ts";
import { CONNECTION } from "./families/connection.ts";
import { GEO } from "./families/geo.ts";
import { HASHES } from "./families/hashes.ts";
import { HYPERLOGLOG } from "./families/hyperloglog.ts";
import { KEYS } from "./families/keys.ts";
import { LISTS } from "./families/lists.ts";
import { PUBSUB } from "./families/pubsub.ts";
import { RAW } from "./families/raw.ts";
import { SCRIPTING } from "./families/scripts.ts";
import { SERVER } from "./families/server.ts";
import { SETS } from "./families/sets.ts";
import { SORTED_SETS } from "./families/sorted_sets.ts";
import { STREAMS } from "./families/streams.ts";
import { STRINGS } from "./families/strings.ts";
import { TRANSACTIONS } from "./families/transactions.ts";

/** The calls by the name of their file. */
export const FAMILIES: Readonly<Record<string, readonly Case[]>> = {
  bitmaps: BITMAPS,
  cluster: CLUSTER,
  connection: CONNECTION,
  geo: GEO,
  hashes: HASHES,
  hyperloglog: HYPERLOGLOG,
  keys: KEYS,
  lists: LISTS,
  pubsub: PUBSUB,
  raw: RAW,
  scripts: SCRIPTING,
  server: SERVER,
  sets: SETS,
  sorted_sets: SORTED_SETS,
  streams: STREAMS,
  strings: STRINGS,
  transactions: TRANSACTIONS,
};
