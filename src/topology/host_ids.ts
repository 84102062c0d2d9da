/**
 * What the routers say and ask about ids of hosts.
 *
 * @module
 */

import { BadHostSetupError } from "../errors.ts";

/** Longer lists of ids are cut in messages. */
const MOST_LISTED = 10;

/**
 * Checks that there are hosts and that their ids run from 0 to N-1.
 *
 * @param hosts The hosts by id.
 * @throws {BadHostSetupError} If there is none, or an id is missing.
 *
 * @example Check the hosts of a router of one's own
 * ```ts
 * assertGaplessHosts(new Map([[0, "a"], [1, "b"]]));
 * ```
 */
export function assertGaplessHosts(hosts: ReadonlyMap<number, unknown>): void {
  if (hosts.size === 0) throw new BadHostSetupError("No hosts are configured");
  for (let id = 0; id < hosts.size; id++) {
    if (hosts.has(id)) continue;
    const found = hosts.size === 1 ? "the only host is" : "the hosts are";
    throw new BadHostSetupError(
      `Expected a host with id "${id}", but ${found} ${listIds(hosts.keys())}`,
    );
  }
}

/**
 * Ids as a sentence lists them.
 *
 * @param ids The ids, in any order.
 * @returns For example `0, 1 and 3`; long lists end in `and 990 more`.
 */
export function listIds(ids: Iterable<number>): string {
  const sorted = [...ids].sort((a, b) => a - b);
  const shown = sorted.length > MOST_LISTED
    ? [...sorted.slice(0, MOST_LISTED), `${sorted.length - MOST_LISTED} more`]
    : sorted;
  const last = shown.pop();
  return shown.length === 0 ? `${last}` : `${shown.join(", ")} and ${last}`;
}
