/**
 * Whether keys are where they are to be moved from, or already where they are to go.
 *
 * @module
 */

import { scan, type TwoRings } from "./two_rings.ts";

/** Below so many keys it may be chance. */
const FEWEST = 10;
/** How many keys SCAN looks at for a sample of a host. */
const SAMPLE = 1_000;

/** Of keys that have another host before and after: how many are where. */
export interface KeySides {
  /** How many are at the former one, */
  readonly before: number;
  /** and at the one they are to go to. */
  readonly after: number;
}

/** Looks at some keys of each host. */
export async function sampleSides(rings: TwoRings): Promise<KeySides> {
  let before = 0;
  let after = 0;
  await Promise.all(
    rings.hosts.values().map(async (host) => {
      const [, keys] = await scan(host, "0", SAMPLE);
      for (const key of keys) {
        if (rings.destination(key, host.hostId) !== undefined) before++;
        else if (rings.origin(key, host.hostId) !== undefined) after++;
      }
    }),
  );
  return { before, after };
}

/**
 * What is wrong with the two sets of hosts, for people, where most keys are already
 * where they are to go.
 */
export function wrongSide({ before, after }: KeySides): string | undefined {
  if (after <= FEWEST || after <= before) return undefined;
  const share = (100 * after / (before + after)).toFixed(1);
  return `Keys are already where they are to go: ${share} % of those that have ` +
    "another host before and after (--from and --to) are at the one after, " +
    `${after} of ${before + after}; either they have moved, or the hosts ` +
    "before and after are the wrong way round";
}
