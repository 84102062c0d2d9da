/**
 * The commands that people use, all of them compared in the same way.
 *
 * @module
 */

import { COLLECTIONS } from "./collections.ts";
import type { CommandRow } from "./row.ts";
import { SCRIPTS } from "./scripts.ts";
import { STREAMS } from "./streams.ts";
import { STRINGS } from "./strings.ts";

/** All rows, in the order in which they are measured. */
export const COMMANDS: readonly CommandRow[] = [
  ...STRINGS,
  ...COLLECTIONS,
  ...STREAMS,
  ...SCRIPTS,
];
