/**
 * How keys spread over hosts; nothing is connected for it.
 *
 * @module
 */

import type { Key } from "../values.ts";
import { routerOf, type Routing } from "./plan.ts";

/** The widest line of the plot. */
const MAX_COLUMNS = 80;

/** The longest bar. */
const MAX_BAR = 40;

/**
 * How many keys live on each host. `console.log` shows it as a plot:
 *
 * ```text
 * 10000 keys on 3 hosts
 * host 0  ######################################   3263  32.6 %
 * host 1  ######################################   3302  33.0 %
 * host 2  ########################################  3435  34.4 %
 * ```
 */
export class Distribution {
  /** The number of keys by the id of their host, those with none included. */
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
   * The share of all keys that live on a host.
   *
   * @param hostId The id of the host.
   * @returns A number from 0 to 1; 0 when there are no keys at all.
   * @throws {RangeError} If there is no such host.
   */
  share(hostId: number): number {
    const count = this.counts.get(hostId);
    if (count === undefined) throw new RangeError(`There is no host ${hostId}`);
    return this.total === 0 ? 0 : count / this.total;
  }

  /** The plot. */
  [Symbol.for("Deno.customInspect")](): string {
    const rows = [...this.counts].sort(([a], [b]) => a - b).map((
      [hostId, count],
    ) => ({
      name: `host ${hostId}`,
      count,
      numbers: [`${count}`, `${(100 * this.share(hostId)).toFixed(1)} %`],
    }));
    const nameWidth = longest(rows.map(({ name }) => name));
    const widths = [0, 1].map((column) =>
      longest(rows.map(({ numbers }) => numbers[column]))
    );
    const rest = nameWidth + widths[0] + widths[1] + 6;
    const barWidth = Math.min(MAX_BAR, MAX_COLUMNS - rest);
    const most = Math.max(...this.counts.values());
    const lines = rows.map(({ name, count, numbers }) =>
      [
        name.padEnd(nameWidth),
        bar(count, most, barWidth).padEnd(barWidth),
        ...numbers.map((number, column) => number.padStart(widths[column])),
      ].join("  ")
    );
    const title = `${count(this.total, "key")} on ${
      count(this.counts.size, "host")
    }`;
    return [title, ...lines].join("\n");
  }
}

/**
 * Counts the keys of each host.
 *
 * @param routing A cluster or a router.
 * @param keys The keys; one that is given twice counts twice.
 * @returns The counts; printed, they are a plot.
 * @throws {BadHostSetupError} If the hosts do not fit the router.
 * @throws {TypeError} If one of `keys` is no key.
 *
 * @example Look at a router before using it
 * ```ts
 * import { Cluster, distribution } from "@rb/rb";
 *
 * const cluster = new Cluster({ hosts: [{}, {}, {}] });
 * const keys = Array.from({ length: 10_000 }, (_, i) => `user:${i}`);
 * const spread = distribution(cluster, keys);
 * console.log(spread.total, spread.counts.size); // 10000 3
 * console.log(spread);
 * ```
 */
export function distribution(
  routing: Routing,
  keys: Iterable<Key>,
): Distribution {
  const router = routerOf(routing);
  const counts = new Map<number, number>();
  for (const id of router.cluster.hosts.keys()) counts.set(id, 0);
  for (const key of keys) {
    const id = router.getHostForKey(key);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return new Distribution(counts);
}

/** A bar; a host with any key at all has one to see. */
function bar(count: number, most: number, width: number): string {
  const length = most === 0 ? 0 : Math.round(count / most * width);
  return "#".repeat(count === 0 ? 0 : Math.max(1, length));
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function longest(texts: string[]): number {
  return texts.reduce((most, text) => Math.max(most, text.length), 0);
}
