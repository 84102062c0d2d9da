/**
 * How keys spread over hosts; nothing is opened for it.
 *
 * @module
 */

import { assertKnownHost } from "../host_ids.ts";
import type { Key } from "../values.ts";
import { routerOf, type Routing } from "./routing.ts";

/** The longest line of the plot. */
const MAX_COLUMNS = 80;

/** The longest bar. */
const MAX_BAR = 40;

/** How many keys each host has. `console.log` shows it as a bar plot. */
export class Distribution {
  /** The number of keys by the id of their host, hosts without keys included. */
  readonly counts: ReadonlyMap<number, number>;
  /** The number of all keys. */
  readonly total: number;

  /**
   * Keeps what was counted.
   *
   * @param counts The number of keys by the id of their host.
   */
  constructor(counts: ReadonlyMap<number, number>) {
    this.counts = counts;
    this.total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /**
   * The share of all keys that a host has.
   *
   * @param hostId The id of the host.
   * @returns A number from 0 to 1; 0 if there are no keys at all.
   * @throws {RangeError} If there is no such host.
   */
  share(hostId: number): number {
    assertKnownHost(hostId, this.counts);
    return this.total === 0 ? 0 : this.counts.get(hostId)! / this.total;
  }

  /** A bar for each host, by id: plain text of no more than 80 columns. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.#plot();
  }

  /** The same, in Node.js and Bun. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.#plot();
  }

  #plot(): string {
    const rows = [...this.counts].sort(([a], [b]) => a - b)
      .map(([hostId, count]) => ({
        name: `host ${hostId}`,
        count: `${count}`,
        percentage: `${(100 * this.share(hostId)).toFixed(1)} %`,
        height: count,
      }));
    const name = longest(rows.map((row) => row.name));
    const count = longest(rows.map((row) => row.count));
    const percentage = longest(rows.map((row) => row.percentage));
    const bar = Math.min(MAX_BAR, MAX_COLUMNS - name - count - percentage - 6);
    const highest = rows.reduce((most, row) => Math.max(most, row.height), 0);
    const lines = rows.map((row) =>
      [
        row.name.padEnd(name),
        barOf(row.height / highest, bar).padEnd(bar),
        row.count.padStart(count),
        row.percentage.padStart(percentage),
      ].join("  ")
    );
    const hosts = amount(this.counts.size, "host");
    return [`${amount(this.total, "key")} on ${hosts}`, ...lines].join("\n");
  }
}

/**
 * Counts the keys of each host. No connection is opened.
 *
 * @param routing A cluster or a router.
 * @param keys The keys; each counts as often as it is given.
 * @returns The counts; printed, they are a bar plot.
 * @throws {BadHostSetupError} If the hosts of a cluster do not fit its router.
 * @throws {TypeError} If one of `keys` is no key.
 *
 * @example See whether keys spread evenly
 * ```ts
 * import { Cluster, distribution } from "@rb/rb";
 *
 * const cluster = new Cluster({ hosts: [{}, {}, {}] });
 * const keys = Array.from({ length: 1_000 }, (_, i) => `user:${i}`);
 * const { total, counts } = distribution(cluster, keys);
 * console.log(total, counts); // 1000 Map(3) { 0 => 330, 1 => 326, 2 => 344 }
 * ```
 */
export function distribution(
  routing: Routing,
  keys: Iterable<Key>,
): Distribution {
  const router = routerOf(routing);
  const counts = new Map<number, number>();
  for (const hostId of router.cluster.hosts.keys()) counts.set(hostId, 0);
  for (const key of keys) {
    const hostId = router.getHostForKey(key);
    counts.set(hostId, (counts.get(hostId) ?? 0) + 1);
  }
  return new Distribution(counts);
}

/** A bar of a part of a width; whatever is more than nothing can be seen. */
function barOf(part: number, width: number): string {
  const length = part > 0 ? Math.max(1, Math.round(part * width)) : 0;
  return "#".repeat(length);
}

function amount(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function longest(texts: string[]): number {
  return texts.reduce((most, text) => Math.max(most, text.length), 0);
}
