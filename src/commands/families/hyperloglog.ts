/**
 * Commands that estimate how many different things were counted.
 *
 * @module
 */

import { allKeys } from "../key_rules.ts";
import { listed, type MethodRow } from "../methods.ts";
import type { CommandRows } from "../spec.ts";
import { KEYLESS, WRITE } from "./shared.ts";

/** Commands that estimate how many different things were counted. */
export const HYPERLOGLOG_COMMANDS: CommandRows = {
  PFADD: WRITE,
  PFCOUNT: { keys: allKeys, reads: true },
  PFDEBUG: { keys: 1 },
  PFMERGE: { keys: allKeys },
  PFSELFTEST: KEYLESS,
};

/** The methods for them. */
export const HYPERLOGLOG_METHODS: Readonly<Record<string, MethodRow>> = {
  pfadd: listed("PFADD", 1, 1),
};
