/**
 * Merging of neighbours: several GETs become one MGET, several SETs one MSET.
 *
 * @module
 */

import type { Argument } from "../values.ts";

/** What merging looks at in a command. */
export interface Mergeable {
  /** The name in capitals. */
  readonly name: string;
  /** Its arguments. */
  readonly args: readonly Argument[];
  /** Whether its reply is wanted as bytes. */
  readonly bytes: boolean;
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
export function mergeableRun(
  commands: readonly Mergeable[],
  start: number,
): number {
  const first = commands[start];
  if (first.name === "GET") {
    return first.args.length === 1 ? runOfGets(commands, start, first) : 0;
  }
  if (first.name === "SET") {
    return first.args.length === 2 ? runOfSets(commands, start) : 0;
  }
  return 0;
}

function runOfGets(
  commands: readonly Mergeable[],
  start: number,
  first: Mergeable,
): number {
  const end = Math.min(commands.length, start + MAX_MERGED);
  let index = start + 1;
  for (; index < end; index++) {
    const command = commands[index];
    if (
      command.name !== "GET" || command.args.length !== 1 ||
      command.bytes !== first.bytes
    ) break;
  }
  return index - start;
}

function runOfSets(commands: readonly Mergeable[], start: number): number {
  const end = Math.min(commands.length, start + MAX_MERGED);
  const first = commands[start];
  let size = 0;
  let index = start;
  for (; index < end && size < MAX_MERGED_BYTES; index++) {
    const { name, args, bytes } = commands[index];
    if (name !== "SET" || args.length !== 2 || bytes !== first.bytes) break;
    size += sizeOf(args[1]);
  }
  return index - start;
}

function sizeOf(value: Argument): number {
  return typeof value === "string" || value instanceof Uint8Array
    ? value.length
    : 20;
}
