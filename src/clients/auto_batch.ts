/**
 * Merging of neighbours: several GETs become one MGET, several SETs one MSET.
 *
 * @module
 */

import type { Argument } from "../values.ts";

/** What merging looks at in a list of commands. */
export interface Mergeables {
  /** How many commands there are. */
  readonly length: number;
  /** The name of a command in capitals. */
  name(index: number): string;
  /** How many arguments a command has. */
  argCount(index: number): number;
  /** One argument of a command. */
  arg(index: number, position: number): Argument;
  /** Whether the reply to a command is wanted as bytes. */
  bytes(index: number): boolean;
}

/**
 * The most commands that one merged command stands for. A server runs a command
 * to its end before it looks at the next client, so this bounds how long others
 * wait (MGET of 512 small values takes it about 0.1 ms).
 */
export const MAX_MERGED = 512;

/** The most bytes of values in one MSET, for the same reason. */
const MAX_MERGED_BYTES = 64 * 1024;

/** The command that a run of commands is merged into, by their name. */
export const MERGED_NAME: Readonly<Record<string, string>> = {
  GET: "MGET",
  SET: "MSET",
};

/**
 * How many commands from `start` on may travel as one merged command.
 *
 * Only plain GETs and SETs of two arguments are merged, with neighbours of the
 * same kind. A SET with options stays alone, since MSET has none. A GET counts 1
 * even when it has no neighbour: it then travels as an MGET of one key, so that
 * a key of another type reads as null whatever its neighbours are.
 *
 * @param commands The commands of one host in the order of issue.
 * @param start The index of the first one.
 * @returns The length of the run, or 0 where that command is not mergeable.
 */
export function mergeableRun(commands: Mergeables, start: number): number {
  const name = commands.name(start);
  const argCount = commands.argCount(start);
  if (name === "GET") return argCount === 1 ? runOfGets(commands, start) : 0;
  if (name === "SET") return argCount === 2 ? runOfSets(commands, start) : 0;
  return 0;
}

function runOfGets(commands: Mergeables, start: number): number {
  const end = Math.min(commands.length, start + MAX_MERGED);
  const bytes = commands.bytes(start);
  let index = start + 1;
  while (
    index < end && commands.name(index) === "GET" &&
    commands.argCount(index) === 1 && commands.bytes(index) === bytes
  ) index++;
  return index - start;
}

function runOfSets(commands: Mergeables, start: number): number {
  const end = Math.min(commands.length, start + MAX_MERGED);
  const bytes = commands.bytes(start);
  let size = 0;
  let index = start;
  while (
    index < end && size < MAX_MERGED_BYTES && commands.name(index) === "SET" &&
    commands.argCount(index) === 2 && commands.bytes(index) === bytes
  ) size += sizeOf(commands.arg(index++, 1));
  return index - start;
}

function sizeOf(value: Argument): number {
  return typeof value === "string" || value instanceof Uint8Array
    ? value.length
    : 20;
}
