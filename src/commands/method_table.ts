/**
 * All methods of the clients.
 *
 * @module
 */

import { ACL_METHODS } from "./families/acl.ts";
import { BITMAP_METHODS } from "./families/bitmaps.ts";
import { CLUSTER_ALONE, CLUSTER_METHODS } from "./families/cluster.ts";
import { CONNECTION_ALONE, CONNECTION_METHODS } from "./families/connection.ts";
import { GEO_METHODS } from "./families/geo.ts";
import { HASH_METHODS } from "./families/hashes.ts";
import { HYPERLOGLOG_METHODS } from "./families/hyperloglog.ts";
import { KEY_METHODS } from "./families/keys.ts";
import { LIST_METHODS } from "./families/lists.ts";
import { PUBSUB_ALONE, PUBSUB_METHODS } from "./families/pubsub.ts";
import { SCRIPTING_ALONE, SCRIPTING_METHODS } from "./families/scripting.ts";
import { SERVER_ALONE, SERVER_METHODS } from "./families/server.ts";
import { SET_METHODS } from "./families/sets.ts";
import { SORTED_SET_METHODS } from "./families/sorted_sets.ts";
import { STREAM_METHODS } from "./families/streams.ts";
import { STRING_METHODS } from "./families/strings.ts";
import { TRANSACTION_ALONE } from "./families/transactions.ts";
import type { MethodRow } from "./methods.ts";

/** The methods by their names. */
export const METHODS: ReadonlyMap<string, MethodRow> = new Map(
  [
    ACL_METHODS,
    BITMAP_METHODS,
    CLUSTER_ALONE,
    CLUSTER_METHODS,
    CONNECTION_ALONE,
    CONNECTION_METHODS,
    GEO_METHODS,
    HASH_METHODS,
    HYPERLOGLOG_METHODS,
    KEY_METHODS,
    LIST_METHODS,
    PUBSUB_ALONE,
    PUBSUB_METHODS,
    SCRIPTING_ALONE,
    SCRIPTING_METHODS,
    SERVER_ALONE,
    SERVER_METHODS,
    SET_METHODS,
    SORTED_SET_METHODS,
    STREAM_METHODS,
    STRING_METHODS,
    TRANSACTION_ALONE,
  ].flatMap((rows) => Object.entries<MethodRow>(rows)),
);
