/**
 * What a cluster and its servers hold.
 *
 * @module
 */

import type { Cluster } from "../src/cluster.ts";
import type { TestCluster } from "../src/testing.ts";
import { ask, type RawAddress } from "../support/raw_client.ts";

/** How many keys a host holds. */
export async function countKeys(host: RawAddress): Promise<number> {
  return Number(await ask(host, "DBSIZE"));
}

/** How many keys all hosts of a cluster hold together. */
export async function totalKeys({ setup }: TestCluster): Promise<number> {
  const counts = await Promise.all(setup.hosts.map(countKeys));
  return counts.reduce((sum, count) => sum + count);
}

/** How many connections a cluster has, and how many of them are leased. */
export function connections(cluster: Cluster): [open: number, leased: number] {
  let [open, leased] = [0, 0];
  for (const id of cluster.hosts.keys()) {
    const pool = cluster.getPoolForHost(id);
    open += pool.size;
    leased += pool.leased;
  }
  return [open, leased];
}
