/**
 * The hosts of two clusters, for one that moves keys between them.
 *
 * @module
 */

import { type Cluster, placesOf } from "../cluster.ts";
import type { HostInfo } from "../host_info.ts";
import {
  assertSameIds,
  FixedTopology,
  type NamedHost,
  RingTopology,
  type RouterHost,
  SentinelTopology,
  type Topology,
} from "../topology/mod.ts";
import { MOVER_NAME } from "./connections.ts";

/** The hosts of two clusters together. */
export interface JoinedHosts {
  /** Where they are; its connections have the name of whoever moves keys. */
  readonly topology: Topology<HostInfo>;
  /** The sentinels through which they are found, if they are. */
  readonly sentinels: readonly HostInfo[] | undefined;
  /** Their ids: of those before, and of all. */
  readonly ids: {
    readonly before: ReadonlySet<number>;
    readonly both: ReadonlySet<number>;
  };
}

/**
 * Joins the hosts of two clusters, which need not be open.
 *
 * @throws {TypeError} If an id does not mean the same server in both, or hosts of
 * one are found through sentinels and those of the other are not.
 */
export function joined(before: Cluster, after: Cluster): JoinedHosts {
  const [one, other] = [before, after].map(hostsOf);
  if (one.named !== undefined && other.named !== undefined) {
    const topology = one.named.alike((host) => host.named(MOVER_NAME));
    return {
      topology,
      sentinels: one.sentinels,
      ids: addAll(
        topology,
        ofRing(one.named.named, before),
        ofRing(other.named.named, after),
      ),
    };
  }
  if (one.named !== undefined || other.named !== undefined) {
    throw new TypeError(
      'Cannot move keys: the hosts of one cluster are found through "sentinels", ' +
        "and those of the other one are not",
    );
  }
  const topology = new FixedTopology<HostInfo>(() => before.getRouter());
  const withName = (hosts: ReadonlyMap<number, HostInfo>) =>
    new Map([...hosts].map(([id, host]) => [id, host.named(MOVER_NAME)]));
  return {
    topology,
    sentinels: undefined,
    ids: addAll(topology, withName(before.hosts), withName(after.hosts)),
  };
}

/** Where the hosts of a cluster are, and whether that is for sentinels to say. */
function hostsOf(cluster: Cluster) {
  const { topology, sentinels } = placesOf(cluster);
  const places = topology instanceof RingTopology ? topology.places : topology;
  const named = places instanceof SentinelTopology
    ? places as SentinelTopology<NamedHost, HostInfo>
    : undefined;
  return { named, sentinels };
}

/** Those hosts that the ring of a cluster has. */
function ofRing<S>(
  hosts: ReadonlyMap<number, S>,
  cluster: Cluster,
): Map<number, S> {
  const ring = cluster.getRouter().cluster.hosts;
  return new Map([...hosts].filter(([hostId]) => ring.has(hostId)));
}

function addAll<S extends RouterHost>(
  topology: { add(host: S): void },
  before: ReadonlyMap<number, S>,
  after: ReadonlyMap<number, S>,
): JoinedHosts["ids"] {
  assertSameIds(before, after);
  const both = new Map([...after, ...before]);
  for (const host of both.values()) topology.add(host);
  return { before: new Set(before.keys()), both: new Set(both.keys()) };
}
