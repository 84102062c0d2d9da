/**
 * Commands of transactions.
 *
 * @module
 */

import { allKeys } from "../key_rules.ts";
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
