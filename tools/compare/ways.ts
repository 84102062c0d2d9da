/**
 * The ways that clients of one server each have in common.
 *
 * @module
 */

import type { Way } from "./contender.ts";
import { gather } from "./workload.ts";

/** Issues something for each key at once, on the server of the key. */
export function together<C>(
  clients: readonly C[],
  issue: (client: C, key: string, value: string) => PromiseLike<unknown>,
): Way {
  return async ({ keys, hosts, values }) => {
    const replies = await Promise.all(
      keys.map((key, at) => issue(clients[hosts[at]], key, values[at])),
    );
    return { values: () => replies };
  };
}

/** Reads one key after the other. */
export function oneByOne<C>(
  clients: readonly C[],
  get: (client: C, key: string) => PromiseLike<unknown>,
): Way {
  return async ({ keys, hosts }) => {
    const values: unknown[] = [];
    for (let at = 0; at < keys.length; at++) {
      values.push(await get(clients[hosts[at]], keys[at]));
    }
    return { values: () => values };
  };
}

/** One MGET for each server. */
export function mgetPerShard<C>(
  clients: readonly C[],
  mget: (client: C, keys: string[]) => PromiseLike<readonly unknown[]>,
): Way {
  return async (workload) => {
    const replies = await Promise.all(
      workload.shards.map(({ keys }, shard) =>
        mget(clients[shard], keys as string[])
      ),
    );
    return { values: () => gather(workload, replies) };
  };
}

/** One MSET for each server. */
export function msetPerShard<C>(
  clients: readonly C[],
  mset: (client: C, pairs: string[]) => PromiseLike<unknown>,
): Way {
  return async ({ shards, values }) => {
    await Promise.all(shards.map(({ keys, places }, shard) => {
      const pairs: string[] = [];
      keys.forEach((key, at) => pairs.push(key, values[places[at]]));
      return mset(clients[shard], pairs);
    }));
    return {};
  };
}
