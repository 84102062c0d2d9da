/**
 * Hosts that are one and the same database.
 *
 * @module
 */

import type { Cluster } from "../../mod.ts";

/** Hosts with one address. */
export interface SharedHosts {
  /** Where they are. */
  readonly address: string;
  readonly hostIds: readonly number[];
}

/**
 * Hosts that have their address, with the number of the database, in common with
 * others. A server that is reached at two addresses is not noticed.
 */
export function sharedHosts(cluster: Pick<Cluster, "hosts">): SharedHosts[] {
  const ids = new Map<string, number[]>();
  for (const { hostId, address } of cluster.hosts.values()) {
    const own = ids.get(address);
    if (own === undefined) ids.set(address, [hostId]);
    else own.push(hostId);
  }
  return [...ids].filter(([, hostIds]) => hostIds.length > 1)
    .map(([address, hostIds]) => ({ address, hostIds }));
}

/** What is wrong with them, for people. */
export function sharedText({ address, hostIds }: SharedHosts): string {
  const last = hostIds.at(-1);
  const ids = `${hostIds.slice(0, -1).join(", ")} and ${last}`;
  return `Hosts ${ids} are one and the same database, ${address}: its keys count ` +
    "for each of them; give each host a server or a database of its own";
}
