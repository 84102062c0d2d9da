/**
 * Values that are too large to be moved.
 *
 * @module
 */

import { ReshardingError } from "../errors.ts";
import type { Key } from "../values.ts";
import type { RingHost } from "./two_rings.ts";

/** The bytes that keys of a host take there; 0 for those that it does not have. */
export async function sizesOf(
  host: RingHost,
  keys: readonly Key[],
): Promise<number[]> {
  const sizes = await Promise.all(
    keys.map((key) => host.command("MEMORY", "USAGE", key)),
  );
  return sizes.map(Number);
}

/**
 * Refuses keys that take too much.
 *
 * @param max The most bytes that one may take; `Infinity` asks nobody.
 * @throws {ReshardingError} If one of them takes more.
 */
export async function refuseLarge(
  host: RingHost,
  keys: readonly Key[],
  max: number,
): Promise<void> {
  if (max === Infinity) return;
  const size = (await sizesOf(host, keys)).find((size) => size > max);
  if (size === undefined) return;
  throw new ReshardingError(
    `Cannot move a key of host ${host.hostId} at "${host.address}": it takes ` +
      `${size} bytes, and "maxValueBytes" is ${max}`,
    { hostId: host.hostId, outcome: "not-sent" },
  );
}
