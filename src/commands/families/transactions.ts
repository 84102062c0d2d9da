/**
 * Commands of transactions.
 *
 * @module
 */

import { allKeys } from "../key_rules.ts";
import { alone, type AloneRows } from "../methods.ts";
import type { CommandRows } from "../spec.ts";
import { STATEFUL } from "./shared.ts";

/** Commands of transactions. */
export const TRANSACTION_COMMANDS: CommandRows = {
  DISCARD: { ...STATEFUL, queueing: "ends" },
  EXEC: { ...STATEFUL, queueing: "ends" },
  MULTI: { ...STATEFUL, queueing: "begins" },
  UNWATCH: STATEFUL,
  WATCH: { ...STATEFUL, keys: allKeys },
};

/** What they do, they do to their connection. */
export const TRANSACTION_ALONE: AloneRows = {
  discard: alone("DISCARD"),
  exec: alone("EXEC"),
  multi: alone("MULTI"),
  pipeline: alone(""),
  tx: alone("MULTI"),
  unwatch: alone("UNWATCH"),
  watch: alone("WATCH"),
};
