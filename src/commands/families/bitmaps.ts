/**
 * Commands on bits.
 *
 * @module
 */

import type { Argument } from "../../values.ts";
import { made, type MethodRows, plain } from "../methods.ts";
import { OptionNames, type Options } from "../options.ts";
import type { BitmapMethods } from "../signatures/bitmaps.ts";
import { allButFirst } from "../key_rules.ts";
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

const BITFIELD_RO_OPTIONS = new OptionNames("bitfieldRo", "get");
const BITFIELD_OPTIONS = new OptionNames(
  "bitfield",
  "get set incrby overflow",
);

function bitcount(
  key: Argument,
  start?: Argument,
  end?: Argument,
  unit?: Argument,
): Argument[] {
  // One end alone is none.
  if (start === undefined || end === undefined) return [key];
  return unit === undefined ? [key, start, end] : [key, start, end, unit];
}

function bitpos(
  key: Argument,
  bit: Argument,
  start?: Argument,
  end?: Argument,
  unit?: Argument,
): Argument[] {
  const args = [key, bit];
  if (start === undefined) return args;
  args.push(start);
  if (end === undefined) return args;
  args.push(end);
  if (unit !== undefined) args.push(unit);
  return args;
}

function bitfield(key: Argument, options?: unknown): Argument[] {
  const args = [key];
  const given = BITFIELD_OPTIONS.check(options);
  if (given === undefined) return args;
  // It holds for what stands behind it.
  const overflow = BITFIELD_OPTIONS.word(given, "overflow", "WRAP SAT FAIL");
  if (overflow !== undefined) args.push("OVERFLOW", overflow);
  pushField(args, BITFIELD_OPTIONS, given, ["get", "type offset"]);
  pushField(args, BITFIELD_OPTIONS, given, ["set", "type offset value"]);
  pushField(args, BITFIELD_OPTIONS, given, ["incrby", "type offset increment"]);
  return args;
}

function bitfieldRo(key: Argument, options?: unknown): Argument[] {
  const args = [key];
  const given = BITFIELD_RO_OPTIONS.check(options);
  if (given === undefined) return args;
  pushField(args, BITFIELD_RO_OPTIONS, given, ["get", "type offset"]);
  return args;
}

function pushField(
  args: Argument[],
  names: OptionNames,
  options: Options,
  [name, members]: [name: string, members: string],
): void {
  const field = names.object(options, name, members);
  if (field === undefined) return;
  args.push(name.toUpperCase());
  for (const member of members.split(" ")) args.push(field[member] as Argument);
}

/** The methods of the family. */
export const BITMAP_METHODS: MethodRows<BitmapMethods> = {
  bitcount: made("BITCOUNT", 1, bitcount),
  bitfield: made("BITFIELD", 1, bitfield),
  bitfieldRo: made("BITFIELD_RO", 1, bitfieldRo),
  bitop: plain("BITOP", 3, Infinity),
  bitpos: made("BITPOS", 2, bitpos),
  getbit: plain("GETBIT", 2),
  setbit: plain("SETBIT", 3),
};
