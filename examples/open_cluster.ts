/**
 * The cluster of an example: over the servers that `REDIS_HOSTS` names, or over
 * servers of its own.
 *
 * @module
 */

import { Cluster, type ClusterOptions } from "@rb/rb";

/**
 * Opens a cluster. `REDIS_HOSTS` holds URLs with commas between them, such as
 * `redis://10.0.0.1:6379,redis://10.0.0.2:6379`; without it four real servers
 * are started, which end when the cluster is closed.
 *
 * @param options Everything but the hosts.
 */
export async function openCluster(
  options: Omit<ClusterOptions, "hosts"> = {},
): Promise<Cluster> {
  const hosts = Deno.env.get("REDIS_HOSTS")?.split(",");
  if (hosts !== undefined) return new Cluster({ ...options, hosts });
  // Imported here, so that it is not loaded where the servers are elsewhere.
  const { makeTestCluster } = await import("@rb/rb/testing");
  return makeTestCluster({
    servers: 4,
    databasesEach: 1,
    transport: "tcp",
    cluster: options,
  });
}
