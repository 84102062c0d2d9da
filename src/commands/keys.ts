/**
 * Which arguments of a command are its keys.
 *
 * @module
 */

import { getKeyIndexes, hasFlag, list } from "@ioredis/commands";
import { upperCase, wordOf } from "./words.ts";
import { UnroutableCommandError } from "../errors.ts";
import type { Argument } from "../values.ts";
import { moduleRule } from "./module_keys.ts";
import { type KeyRule, MOVABLE_KEYS } from "./movable_keys.ts";

/** The commands that have exactly one key, always in the same place. */
const SOLE_KEYS = new Map<string, number>();
/** All the others that are known. */
const RULES = new Map<string, KeyRule>(MOVABLE_KEYS);

/** Shows the keys of any command that has them in fixed places. */
const PROBE: string[] = new Array(9).fill("");

for (const name of list) {
  const command = name.toUpperCase();
  // A movable command that has no rule is better unknown than misrouted.
  if (RULES.has(command) || hasFlag(name, "movablekeys")) continue;
  const positions = getKeyIndexes(name, PROBE);
  if (positions.length === 1) SOLE_KEYS.set(command, positions[0]);
  else RULES.set(command, byTable);
}
RULES.set("DEBUG", debug);

/**
 * The position of the only key of a command, the common case: one look into a
 * table and nothing allocated.
 *
 * @param command The name of the command, best in upper case.
 * @returns The position of its key among its arguments; -1 when the command has
 * no key, several, or one whose place depends on the arguments.
 */
export function soleKeyPosition(command: string): number {
  return SOLE_KEYS.get(command) ?? SOLE_KEYS.get(upperCase(command)) ?? -1;
}

/**
 * The positions of all keys of a command, as the server itself counts them.
 *
 * A subcommand may stand in the name (`"OBJECT ENCODING"`) or be the first
 * argument. Upper and lower case are the same.
 *
 * @param command The name of the command.
 * @param args Its arguments.
 * @returns Indexes into the arguments, none for a command without a key.
 * @throws {UnroutableCommandError} If the command is unknown, or its arguments
 * do not say which of them are keys.
 */
export function keyPositions(
  command: string,
  args: readonly Argument[],
): number[] {
  const sole = soleKeyPosition(command);
  if (sole >= 0) return sole < args.length ? [sole] : [];
  const [name, ...subcommands] = upperCase(command).trim().split(/ +/);
  if (subcommands.length > 0) {
    return keyPositions(name, [...subcommands, ...args])
      .map((position) => position - subcommands.length)
      .filter((position) => position >= 0);
  }
  const rule = RULES.get(name) ?? moduleRule(name);
  if (rule === undefined) throw unknown(command);
  return rule(args, name).filter((position) => position < args.length);
}

/** The rule for keys in fixed places, also those of subcommands. */
function byTable(args: readonly Argument[], command: string): number[] {
  const words = new Array<string>(args.length).fill("");
  // No command has subcommands of subcommands of subcommands.
  for (let at = 0; at < Math.min(2, args.length); at++) {
    words[at] = wordOf(args[at]);
  }
  return getKeyIndexes(command.toLowerCase(), words);
}

/** What the table leaves out, since DEBUG is not meant for programs. */
function debug(args: readonly Argument[]): number[] {
  switch (wordOf(args[0])) {
    case "OBJECT":
    case "SDSLEN":
    case "LISTPACK":
    case "ZIPLIST":
    case "HTSTATS-KEY":
      return [1];
    case "DIGEST-VALUE":
      return [...args.keys()].slice(1);
    default:
      return [];
  }
}

function unknown(command: string): UnroutableCommandError {
  return new UnroutableCommandError(
    `Cannot route "${command}": the command is unknown; name its key with "getLocalClientForKey(key)", or with "targetKey(key)" in a fanout`,
    { command },
  );
}
