/**
 * All families of commands.
 *
 * @module
 */

import type { CommandRows } from "../spec.ts";
import { ACL_COMMANDS } from "./acl.ts";
import { BITMAP_COMMANDS } from "./bitmaps.ts";
import { CLUSTER_COMMANDS } from "./cluster.ts";
import { CONNECTION_COMMANDS } from "./connection.ts";
import { GEO_COMMANDS } from "./geo.ts";
import { HASH_COMMANDS } from "./hashes.ts";
import { HYPERLOGLOG_COMMANDS } from "./hyperloglog.ts";
import { KEY_COMMANDS } from "./keys.ts";
import { LIST_COMMANDS } from "./lists.ts";
import { PUBSUB_COMMANDS } from "./pubsub.ts";
import { SCRIPTING_COMMANDS } from "./scripting.ts";
import { SERVER_COMMANDS } from "./server.ts";
import { SET_COMMANDS } from "./sets.ts";
import { SORTED_SET_COMMANDS } from "./sorted_sets.ts";
import { STREAM_COMMANDS } from "./streams.ts";
import { STRING_COMMANDS } from "./strings.ts";
import { TRANSACTION_COMMANDS } from "./transactions.ts";

/** The rows of all families. */
export const FAMILIES: readonly CommandRows[] = [
  STRING_COMMANDS,
  KEY_COMMANDS,
  HASH_COMMANDS,
  LIST_COMMANDS,
  SET_COMMANDS,
  SORTED_SET_COMMANDS,
  STREAM_COMMANDS,
  GEO_COMMANDS,
  BITMAP_COMMANDS,
  HYPERLOGLOG_COMMANDS,
  SCRIPTING_COMMANDS,
  PUBSUB_COMMANDS,
  TRANSACTION_COMMANDS,
  CONNECTION_COMMANDS,
  ACL_COMMANDS,
  SERVER_COMMANDS,
  CLUSTER_COMMANDS,
];
