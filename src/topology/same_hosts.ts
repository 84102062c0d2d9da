/**
 * Finding hosts again after a cluster was configured anew.
 *
 * @module
 */

import { BadHostSetupError } from "../errors.ts";
import type { RouterHost } from "./router.ts";

type Hosts = ReadonlyMap<number, RouterHost>;
type Mark = (host: RouterHost) => string | undefined;

/** What tells hosts apart, the surest first. */
const MARKS: readonly Mark[] = [
  ringLabelOf,
  ({ address }) => address,
];

/** The label on a ring, of a host that may have none as it is on none. */
function ringLabelOf(host: RouterHost): string | undefined {
  try {
    return host.ringLabel;
  } catch (error) {
    if (error instanceof BadHostSetupError) return undefined;
    throw error;
  }
}

/**
 * Finds the hosts of one set in another one: by ring label, else by address,
 * else by id where neither label nor address contradicts. What several hosts of
 * a set have in common tells nothing. No host is found twice.
 *
 * Ids alone would not do: they have no gaps, so that the removal of one host
 * gives others a new one.
 *
 * @param before The hosts to find.
 * @param after The hosts among which to find them.
 * @returns The id after by the id before; hosts that are gone are absent.
 */
export function findSameHosts(
  before: Hosts,
  after: Hosts,
): Map<number, number> {
  const found = new Map<number, number>();
  const taken = new Set<number>();
  function match(from: number, to: number | undefined): void {
    if (to === undefined || found.has(from) || taken.has(to)) return;
    found.set(from, to);
    taken.add(to);
  }
  for (const mark of MARKS) {
    const candidates = idsByMark(after, mark);
    for (const [text, id] of idsByMark(before, mark)) {
      if (id !== undefined) match(id, candidates.get(text));
    }
  }
  for (const [id, host] of before) {
    const other = after.get(id);
    if (other !== undefined && !contradict(host, other)) match(id, id);
  }
  return found;
}

/** Ids by a mark; no id where several hosts have the same one. */
function idsByMark(hosts: Hosts, mark: Mark): Map<string, number | undefined> {
  const ids = new Map<string, number | undefined>();
  for (const [id, host] of hosts) {
    const text = mark(host);
    if (text !== undefined) ids.set(text, ids.has(text) ? undefined : id);
  }
  return ids;
}

function contradict(one: RouterHost, other: RouterHost): boolean {
  return differ(one.label, other.label) || differ(one.address, other.address);
}

function differ(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}
