/**
 * What the servers have that tests start: the library is for old ones too, which
 * lack commands that newer ones have.
 *
 * @module
 */

import { findExecutable } from "../src/testing/executable.ts";

const { major } = await findExecutable();

/**
 * Whether the servers are of a major version, or of a later one. Those of Valkey
 * count on from Redis 7.2; a server that does not say what it is counts as new.
 */
export function isSince(wanted: number): boolean {
  return major === undefined || major >= wanted;
}

/**
 * The options of a test of what came with a major version: it is ignored where
 * the servers are older. Its name says so ("…, since Redis 7"), for whoever
 * wonders why.
 */
export function since(wanted: number): { ignore: boolean } {
  return { ignore: !isSince(wanted) };
}
