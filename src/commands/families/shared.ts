/**
 * Rows that most commands have.
 *
 * @module
 */

import type { CommandRow } from "../spec.ts";

/** Reads one key, its first argument. */
export const READ: CommandRow = { keys: 0, reads: true };

/** Writes one key, its first argument. */
export const WRITE: CommandRow = { keys: 0 };

/** Neither has a key nor changes anything. */
export const KEYLESS_READ: CommandRow = { reads: true };

/** Has no key. */
export const KEYLESS: CommandRow = {};

/** Changes what its connection means for the commands behind it. */
export const STATEFUL: CommandRow = { connection: "changes" };

/** Ends the matching of replies and commands on its connection. */
export const UNMATCHED: CommandRow = { connection: "unmatched" };
