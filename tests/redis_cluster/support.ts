/**
 * What the tests over a Redis Cluster have in common.
 *
 * @module
 */

import type { Cluster } from "../../mod.ts";
import { slotOf } from "../../src/topology/slots.ts";
import type { RedisClusterSetup } from "../../src/testing.ts";
import { eventually } from "../../support/waiting.ts";

let made = 0;

/** So many keys that nobody had before. */
export function keysOf(count: number): string[] {
  return Array.from({ length: count }, () => `key:${made++}`);
}

/** The same, in slots that a shard has now, each in another one. */
export async function inSlotsOf(
  setup: RedisClusterSetup,
  shard: number,
  count: number,
): Promise<string[]> {
  const node = await setup.primary(shard);
  const ranges = (await setup.ask(node, "CLUSTER", "NODES") as string)
    .split("\n").find((line) => line.includes("myself"))!
    .split(" ").slice(8).filter((range) => !range.startsWith("["))
    .map((range) => range.split("-").map(Number));
  const isHere = (slot: number) =>
    ranges.some(([first, last = first]) => first <= slot && slot <= last);
  const found = new Map<number, string>();
  while (found.size < count) {
    const [key] = keysOf(1);
    const slot = slotOf(key);
    if (isHere(slot) && !found.has(slot)) found.set(slot, key);
  }
  return [...found.values()];
}

/** How many commands hosts have sent elsewhere. */
export function redirectsOf(cluster: Cluster): number {
  return [...cluster.stats().values()]
    .reduce((sum, { redirects }) => sum + redirects, 0);
}

/** Writes numbers one after the other, ten at a time, until it is told to end. */
export function writers(
  write: (n: number) => Promise<unknown>,
): { more: (count: number) => Promise<void>; end: () => Promise<number> } {
  let next = 0;
  let isOver = false;
  const writing = (async () => {
    while (!isOver) {
      const begun = Array.from({ length: 10 }, () => write(next++));
      await Promise.all(begun);
    }
  })();
  // Whoever waits for more of them hears of an error as well.
  writing.catch(() => {});
  let failed = false;
  writing.catch(() => failed = true);
  return {
    more: async (count) => {
      const wanted = next + count;
      await eventually(() => failed || next >= wanted);
      if (failed) await writing;
    },
    end: async () => {
      isOver = true;
      await writing;
      return next;
    },
  };
}
