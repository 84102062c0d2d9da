/**
 * What people know a ring by.
 *
 * @module
 */

import { shownLabel } from "./python_label.ts";
import type { BaseRouter, RouterHost } from "./router.ts";

/** How many hosts are named one by one: hosts keep the text, and are asked for it. */
const MOST_NAMED = 16;

/**
 * A ring in a line: its router and its hosts, with what decides where keys live, but
 * for passwords.
 *
 * @param router The router of the ring.
 */
export function ringDescription(router: BaseRouter): string {
  const hosts = [...router.cluster.hosts.values()];
  const named = hosts.slice(0, MOST_NAMED).map(nameOf);
  const left = hosts.length - named.length;
  if (left > 0) named.push(`and ${left} more`);
  const tags = router.hashTags ? " with hash tags" : "";
  const count = `${hosts.length} host${hosts.length === 1 ? "" : "s"}`;
  return `${router.constructor.name}${tags} over ${count}: ${named.join(", ")}`;
}

function nameOf(
  { hostId, label, weight, address, primaryName }: RouterHost,
): string {
  return [
    hostId,
    // Behind Sentinel that is the label, unless there is another one.
    ...primaryName === undefined || primaryName === label ? [] : [primaryName],
    ...label === undefined ? [] : [JSON.stringify(shownLabel(label))],
    ...address === undefined ? [] : [`at ${address}`],
    ...weight === 1 ? [] : [`of weight ${weight}`],
  ].join(" ");
}
