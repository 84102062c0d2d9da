/**
 * What is left of moves the other way, when keys are about to move back.
 *
 * @module
 */

import { CommandError } from "../errors.ts";
import { CLAIMS_KEY, offsetBetween } from "../moving/mod.ts";
import type { Reply } from "../values.ts";
import { differing } from "./same_values.ts";
import type { RingHost, ScannedKey, TwoRings } from "./two_rings.ts";

/** How many keys are compared, or deleted, at a time. */
const PAGE = 100;

/**
 * Ends what parties have begun that are gone, or have been told to stop: each claim
 * is given back, and where a claimed key has a copy already on the host that it was
 * to go to, that is deleted, since nobody has changed either of them. A copy that is
 * another one stays: it is found as a conflict when keys move.
 *
 * Nobody may move or write keys meanwhile.
 *
 * @param rings The rings, in the direction of the move that begins.
 */
export async function undoHalfMoved(rings: TwoRings): Promise<void> {
  await Promise.all(
    rings.hosts.values().map((host) => undoAt(host, rings)),
  );
}

async function undoAt(host: RingHost, rings: TwoRings): Promise<void> {
  const claimed = keysOf(await host.command("HKEYS", CLAIMS_KEY));
  const copies = new Map<number, ScannedKey[]>();
  for (const key of claimed) {
    const other = rings.origin(key, host.hostId);
    if (other === undefined) continue;
    const keys = copies.get(other);
    if (keys === undefined) copies.set(other, [key]);
    else keys.push(key);
  }
  for (const [hostId, keys] of copies) {
    await deleteCopies(host, rings.hosts.get(hostId)!, keys);
  }
  // Should this end before, it begins anew with all of them.
  for (let at = 0; at < claimed.length; at += PAGE) {
    const page = claimed.slice(at, at + PAGE);
    await host.command("HDEL", CLAIMS_KEY, ...page);
  }
}

async function deleteCopies(
  host: RingHost,
  other: RingHost,
  keys: readonly ScannedKey[],
): Promise<void> {
  const offset = await offsetBetween(host, other);
  for (let at = 0; at < keys.length; at += PAGE) {
    const page = keys.slice(at, at + PAGE);
    const unlike = new Set(await unlikeOf([host, other], page, offset));
    const copies = page.filter((key) => !unlike.has(key));
    if (copies.length > 0) await other.command("UNLINK", ...copies);
  }
}

/** The keys that are not the same on both hosts, or not known to be. */
async function unlikeOf(
  hosts: readonly [RingHost, RingHost],
  keys: readonly ScannedKey[],
  offset: number,
): Promise<readonly ScannedKey[]> {
  try {
    return await differing(hosts, keys, offset) as ScannedKey[];
  } catch (error) {
    // Whoever moves keys need not have the right to read what they hold.
    if (error instanceof CommandError) return keys;
    throw error;
  }
}

/** Keys as they come, in bytes. */
function keysOf(reply: Reply): ScannedKey[] {
  if (!Array.isArray(reply)) {
    throw new TypeError("HKEYS replied something else");
  }
  return reply as unknown as ScannedKey[];
}
