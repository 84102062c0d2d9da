/**
 * Merging of neighbours: several GETs become one MGET, several SETs one MSET.
 *
 * @module
 */

/*
 * A server runs a command to its end before it looks at the next client, so the
 * size of merged commands bounds how long others wait: about 0.2 ms for an MGET
 * of 1,000 small values, and 1 ms for an MSET of 4,000.
 */

/**
 * The most GETs that travel as one MGET. With half as many, servers need a tenth
 * more time for each; with more they need no less, and nobody knows beforehand
 * how large the reply will be.
 */
export const MAX_MERGED_GETS = 1_000;

/**
 * The most SETs that travel as one MSET. With 1,000, servers need a fifth more
 * time for each: what they free in between lies scattered in their memory, and so
 * does what they allocate there.
 */
export const MAX_MERGED_SETS = 4_000;

/** The most bytes of keys and values in one MSET, give or take the last SET. */
export const MAX_MERGED_BYTES = 256 * 1024;

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
