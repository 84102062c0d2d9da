/**
 * Commands that estimate how many different things were counted.
 *
 * @module
 */

import { listed, type MethodRows } from "../methods.ts";
import type { HyperLogLogMethods } from "../signatures/hyperloglog.ts";
import { allKeys } from "../key_rules.ts";
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

/** The methods of the family. */
export const HYPERLOGLOG_METHODS: MethodRows<HyperLogLogMethods> = {
  pfadd: listed("PFADD", 1),
  pfcount: listed("PFCOUNT", 0, 1),
  pfmerge: listed("PFMERGE", 1),
};
