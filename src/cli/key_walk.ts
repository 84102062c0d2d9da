/**
 * Going through all keys of a cluster, many at a time.
 *
 * @module
 */

import type { Cluster } from "../../mod.ts";
import type { Output } from "./shell.ts";
import { Progress } from "./progress.ts";

/** Which keys to go through. */
export interface WalkOptions {
  /** A pattern that they have to match; all by default. */
  readonly match?: string | undefined;
  /** The type that their values have to be of; any by default. */
  readonly type?: string | undefined;
  /** Where it is shown how far it has come. */
  readonly progress: Output;
}

/**
 * What a user may be allowed beside SCAN in a Redis Cluster: to go through the
 * slots that move meanwhile.
 */
export const SCAN_ACL: readonly string[] = [
  "+cluster|countkeysinslot",
  "+cluster|getkeysinslot",
];

/** What servers keep of moves between hosts (docs/resharding.md): no keys of programs. */
const RESERVED = new TextEncoder().encode("__rb__:");

/** How many keys of a host are handed out together. */
const BATCH_SIZE = 1_000;

/**
 * Goes through all keys, and hands them out in batches, each of one host. Up to
 * two batches of each host are worked on while the next ones are looked for, so
 * it takes the memory of some batches, however many keys there are.
 *
 * @param cluster The cluster.
 * @param work What to do with the keys of a host.
 * @returns How many keys there were. As of SCAN, a key may count twice.
 */
export async function walkKeys(
  cluster: Cluster,
  work: (hostId: number, keys: readonly Uint8Array[]) => Promise<void> | void,
  { match, type, progress: output }: WalkOptions,
): Promise<number> {
  const isAll = match === undefined && type === undefined;
  const total = isAll && output.isTerminal
    ? await countKeys(cluster)
    : undefined;
  const progress = new Progress(output, { noun: "key", total });
  const batches = new Map<number, Uint8Array[]>();
  const working = new Map<number, Promise<void>[]>();
  let count = 0;
  const begin = async (hostId: number, keys: Uint8Array[]) => {
    const mine = working.get(hostId) ?? [];
    working.set(hostId, mine);
    if (mine.length > 1) await mine.shift();
    const ended = Promise.resolve(work(hostId, keys));
    // It is awaited later, and must not be unhandled until then.
    ended.catch(() => {});
    mine.push(ended);
  };
  try {
    const options = {
      returnUint8Arrays: true,
      count: BATCH_SIZE,
      ...match === undefined ? {} : { match },
      ...type === undefined ? {} : { type },
    } as const;
    for await (const [hostId, key] of cluster.scan(options)) {
      if (RESERVED.every((byte, index) => key[index] === byte)) continue;
      count++;
      const batch = batches.get(hostId);
      if (batch === undefined) batches.set(hostId, [key]);
      else if (batch.push(key) >= BATCH_SIZE) {
        batches.delete(hostId);
        await begin(hostId, batch);
        progress.show(count);
      }
    }
    for (const [hostId, batch] of batches) await begin(hostId, batch);
    await Promise.all([...working.values()].flat());
  } finally {
    progress.clear();
  }
  return count;
}

/** How many keys there are, where the hosts say so. */
async function countKeys(cluster: Cluster): Promise<number | undefined> {
  try {
    const sizes = await cluster.dbsize();
    return sizes.values().reduce((sum, size) => sum + size, 0);
  } catch {
    // A user may go through the keys and yet not be allowed to count them. What
    // else is wrong is found out on the way.
    return undefined;
  }
}
