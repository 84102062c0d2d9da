/**
 * Merging of neighbours: several GETs become one MGET, several SETs one MSET.
 *
 * @module
 */

/**
 * The most commands that one merged command stands for. A server runs a command
 * to its end before it looks at the next client, so this bounds how long others
 * wait (MGET of 1,000 small values takes it about 0.2 ms). With half as many,
 * servers need a tenth more time for each.
 */
export const MAX_MERGED = 1_000;

/** The most bytes of values in one MSET, for the same reason. */
export const MAX_MERGED_BYTES = 64 * 1024;

/**
 * The command that neighbours of one kind travel as.
 *
 * Only plain GETs and SETs of two arguments are merged. A SET with options stays
 * alone, since MSET has none. A GET without a neighbour is an MGET of one key,
 * so that a key of another type reads as null whatever its neighbours are.
 *
 * @param name The name of the commands in capitals.
 * @param argCount How many arguments each of them has.
 * @returns The name of the merged command; nothing when they travel one by one.
 */
export function mergedName(name: string, argCount: number): string | undefined {
  if (name === "GET") return argCount === 1 ? "MGET" : undefined;
  if (name === "SET") return argCount === 2 ? "MSET" : undefined;
  return undefined;
}
