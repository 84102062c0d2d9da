/**
 * The same servers by another client, ioredis, which knows one server each: its
 * keys are sharded by hand. The demo compares with it.
 *
 * @module
 */

import type { Cluster } from "@rb/rb";
import { Redis } from "ioredis";

/** Reads keys, and gives their values in the same order. */
export type Read = (keys: string[]) => Promise<(string | null)[]>;

/** Ways to read with ioredis, by their names. */
export interface ByHand extends Disposable {
  readonly ways: Readonly<Record<string, Read>>;
}

/**
 * Opens connections to the hosts of a cluster.
 *
 * @param cluster It tells where the servers are, and which one has a key.
 */
export function openByHand(cluster: Cluster): ByHand {
  const connect = (enableAutoPipelining: boolean) =>
    [...cluster.hosts.values()].map(({ hostname: host, port }) =>
      new Redis({ host, port, enableAutoPipelining })
    );
  const clients = connect(false);
  const automatic = connect(true);
  const router = cluster.getRouter();
  return {
    ways: {
      "ioredis, auto-pipelining": (keys) =>
        Promise.all(
          keys.map((key) => automatic[router.getHostForKey(key)].get(key)),
        ),
      "ioredis, pipelines by hand": async (keys) => {
        const pipelines = clients.map((client) => client.pipeline());
        const places = clients.map((): number[] => []);
        keys.forEach((key, place) => {
          const hostId = router.getHostForKey(key);
          pipelines[hostId].get(key);
          places[hostId].push(place);
        });
        const values: (string | null)[] = [];
        await Promise.all(pipelines.map(async (pipeline, hostId) => {
          const replies = await pipeline.exec() ?? [];
          replies.forEach(([error, value], at) => {
            if (error !== null) throw error;
            values[places[hostId][at]] = value as string | null;
          });
        }));
        return values;
      },
    },
    [Symbol.dispose]: () => {
      for (const client of [...clients, ...automatic]) client.disconnect();
    },
  };
}
