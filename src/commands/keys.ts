/**
 * Which arguments of a command are its keys.
 *
 * @module
 */

import { UnroutableCommandError } from "../errors.ts";
import type { Argument } from "../values.ts";
import type { CommandSpec } from "./spec.ts";
import { knownSpec, specOf } from "./table.ts";
import { upperCase } from "./words.ts";

/**
 * The position of the only key of a command, the common case: one look into a
 * table and nothing allocated.
 *
 * @param command The name of the command, best in upper case.
 * @returns The position of its key among its arguments; -1 when the command has
 * no key, several, or one whose place depends on the arguments.
 */
export function soleKeyPosition(command: string): number {
  return (knownSpec(command) ?? specOf(upperCase(command))).soleKey;
}

/**
 * What to do instead of routing a command that names no key, as the end of a
 * sentence.
 */
export function insteadOf(command: string): string {
  const { row } = knownSpec(command) ?? specOf(upperCase(command));
  return row.instead ?? "use a fanout, or a local client of one host";
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
  const known = knownSpec(command);
  if (known !== undefined) return positionsOf(known, args);
  const [name, ...subcommands] = upperCase(command).trim().split(/ +/);
  if (subcommands.length > 0) {
    return keyPositions(name, [...subcommands, ...args])
      .map((position) => position - subcommands.length)
      .filter((position) => position >= 0);
  }
  return positionsOf(specOf(name), args, command);
}

/**
 * The same of a command that has been looked up.
 *
 * @param spec What it is.
 * @param args Its arguments.
 * @param command How it is called in errors.
 * @throws {UnroutableCommandError} If the command is unknown, or its arguments
 * do not say which of them are keys.
 */
export function positionsOf(
  { name, row, isKnown }: CommandSpec,
  args: readonly Argument[],
  command = name,
): number[] {
  const { keys } = row;
  if (typeof keys === "number") return keys < args.length ? [keys] : [];
  if (keys !== undefined) {
    const positions = keys(args, name);
    return positions.every((position) => position < args.length)
      ? positions
      : positions.filter((position) => position < args.length);
  }
  if (isKnown) return [];
  throw new UnroutableCommandError(
    `Cannot route "${command}": the command is unknown; name its key with "getLocalClientForKey(key)", or with "targetKey(key)" in a fanout`,
    { command },
  );
}
