/**
 * Finding hosts again after a cluster was configured anew.
 *
 * @module
 */

import type { RouterHost } from "./router.ts";

type Hosts = ReadonlyMap<number, RouterHost>;

/** What a host may be known by, the surest first. */
const MARKS: readonly ((host: RouterHost) => string | undefined)[] = [
  (host) => host.ringLabel,
  (host) => host.address,
  (host) => `${host.hostId}`,
];

/**
 * Finds the hosts of one set in another one. A host is known by its ring label,
 * else by its address, else by its id. What several hosts of a set share says
 * nothing, and no host is found twice.
 *
 * Ids alone will not do: they have no gaps, so that the removal of one host
 * gives others a new one.
 *
 * @param before The hosts to find.
 * @param after The hosts among which to find them.
 * @returns The id after by the id before; those that are gone are absent.
 */
export function findSameHosts(
  before: Hosts,
  after: Hosts,
): Map<number, number> {
  const found = new Map<number, number>();
  const taken = new Set<number>();
  for (const mark of MARKS) {
    const candidates = byMark(after, mark);
    for (const [text, id] of byMark(before, mark)) {
      const candidate = candidates.get(text);
      if (id === undefined || candidate === undefined) continue;
      if (found.has(id) || taken.has(candidate)) continue;
      found.set(id, candidate);
      taken.add(candidate);
    }
  }
  return found;
}

/** Ids by a mark; without an id where several hosts share the mark. */
function byMark(
  hosts: Hosts,
  mark: (host: RouterHost) => string | undefined,
): Map<string, number | undefined> {
  const ids = new Map<string, number | undefined>();
  for (const [id, host] of hosts) {
    const text = mark(host);
    if (text !== undefined) ids.set(text, ids.has(text) ? undefined : id);
  }
  return ids;
}
