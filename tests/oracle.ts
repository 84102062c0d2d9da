/**
 * A second, direct connection to the servers of a test: what it says is what
 * happened, whatever the client under test believes.
 *
 * @module
 */

import type { Cluster } from "../src/cluster.ts";
import type { TestCluster } from "../src/testing.ts";
import { RawClient, type RawTarget } from "./testing/raw_client.ts";

/** A server, and one of its databases. */
export interface OracleTarget extends RawTarget {
  readonly db?: number;
}

/**
 * Runs one inline command on a host.
 *
 * @returns The reply as the server wrote it, without the last CR LF.
 */
export async function ask(
  host: OracleTarget,
  command: string,
): Promise<string> {
  using client = await RawClient.connect(host);
  if (host.db) await client.ask(`SELECT ${host.db}`);
  return (await client.ask(command) ?? "").trimEnd();
}

/** How many keys a host holds. */
export async function countKeys(host: OracleTarget): Promise<number> {
  return Number((await ask(host, "DBSIZE")).slice(1));
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
