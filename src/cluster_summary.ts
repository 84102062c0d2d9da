/**
 * What a cluster prints of itself.
 *
 * @module
 */

import type { BaseRouter, RouterHost, Topology } from "./topology/mod.ts";

/** What is shown of a cluster. */
export interface ClusterSummary {
  /** The class that decides where keys live, or why there is none. */
  readonly router: string;
  /** Where the hosts are, by their ids. */
  readonly hosts: ReadonlyMap<number, string>;
}

/**
 * Sums up a cluster for people: nothing is asked, and nothing of it is secret.
 *
 * @param topology Which hosts there are, as far as that is known.
 */
export function summaryOf(
  topology: Pick<Topology<RouterHost>, "hosts"> & {
    readonly router: BaseRouter;
  },
): ClusterSummary {
  let router: string;
  let hosts: ReadonlyMap<number, RouterHost> = topology.hosts;
  try {
    const { constructor, cluster } = topology.router;
    router = constructor.name;
    // It may know hosts that were not found yet.
    hosts = cluster.hosts;
  } catch (error) {
    router = `none: ${error instanceof Error ? error.message : String(error)}`;
  }
  return {
    router,
    hosts: new Map(
      [...hosts.values()].map(({ hostId, label = "" }) => [
        hostId,
        topology.hosts.get(hostId)?.address ?? `${label} (not found yet)`,
      ]),
    ),
  };
}
