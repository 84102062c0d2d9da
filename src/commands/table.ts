/**
 * The table of commands: one row for each. Whoever decides by what a command is
 * asks here.
 *
 * @module
 */

import { getKeyIndexes, hasFlag, list } from "@ioredis/commands";
import type { Argument } from "../values.ts";
import { FAMILIES } from "./families/mod.ts";
import { moduleRule } from "./module_keys.ts";
import { type CommandRow, CommandSpec } from "./spec.ts";
import { wordOf } from "./words.ts";

/** Shows the keys of any command that has them in fixed places. */
const PROBE: string[] = new Array(9).fill("");

/** How many unknown commands are kept in mind: their names may be a user's. */
const MAX_UNKNOWN = 256;

const SPECS = new Map<string, CommandSpec>();
const unknown = new Map<string, CommandSpec>();

for (const rows of FAMILIES) {
  for (const [name, row] of Object.entries(rows)) {
    SPECS.set(name, new CommandSpec(name, row));
  }
}
for (const name of list) {
  const command = name.toUpperCase();
  // A movable command without a rule is better unknown than misrouted.
  if (!SPECS.has(command) && !hasFlag(name, "movablekeys")) {
    SPECS.set(command, new CommandSpec(command, rowOf(name)));
  }
}

/**
 * What a command is.
 *
 * @param name Its name in capitals.
 * @returns Its row, or one of an unknown command: it has no rule for its keys,
 * is taken to write, and its errors prove nothing.
 */
export function specOf(name: string): CommandSpec {
  return SPECS.get(name) ?? unknown.get(name) ?? unknownSpec(name);
}

/**
 * What a command of the table is, in one look.
 *
 * @param name Its name, which is found in capitals only.
 */
export function knownSpec(name: string): CommandSpec | undefined {
  return SPECS.get(name);
}

/** The names of all commands in the table. */
export function commandNames(): string[] {
  return [...SPECS.keys()];
}

/** The names of the commands that may be split, for people. */
export function splittable(): string {
  return [...SPECS.values()].filter(({ row }) => row.splits !== undefined)
    .map(({ name }) => name).sort().join(", ");
}

function unknownSpec(name: string): CommandSpec {
  if (unknown.size >= MAX_UNKNOWN) unknown.clear();
  const keys = moduleRule(name);
  const spec = new CommandSpec(name, keys === undefined ? {} : { keys }, false);
  unknown.set(name, spec);
  return spec;
}

/** Of a command without a row of its own: what the package knows of it. */
function rowOf(name: string): CommandRow {
  const reads = hasFlag(name, "readonly");
  const positions = getKeyIndexes(name, PROBE);
  return positions.length === 1
    ? { reads, keys: positions[0] }
    : { reads, keys: byPackage };
}

/** The rule for keys in fixed places, also those of subcommands. */
function byPackage(args: readonly Argument[], command: string): number[] {
  const words = new Array<string>(args.length).fill("");
  // No command has subcommands of subcommands of subcommands.
  for (let at = 0; at < Math.min(2, args.length); at++) {
    words[at] = wordOf(args[at]);
  }
  return getKeyIndexes(command.toLowerCase(), words);
}
