/**
 * Commands on bits.
 *
 * @module
 */

import { allButFirst } from "../key_rules.ts";
import { type MethodRow, plain } from "../methods.ts";
import type { CommandRows } from "../spec.ts";
import { READ, WRITE } from "./shared.ts";

/** Commands on bits. */
export const BITMAP_COMMANDS: CommandRows = {
  BITCOUNT: READ,
  BITFIELD: WRITE,
  BITFIELD_RO: READ,
  BITOP: { keys: allButFirst },
  BITPOS: READ,
  GETBIT: READ,
  SETBIT: WRITE,
};

/** The methods for them. */
export const BITMAP_METHODS: Readonly<Record<string, MethodRow>> = {
  getbit: plain("GETBIT", 2),
  setbit: plain("SETBIT", 3),
};
