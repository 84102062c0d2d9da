/**
 * The topologies of clusters, made from their options.
 *
 * @module
 */

import { mapped } from "./address_map.ts";
import {
  type ClusterOptions,
  type HostsOption,
  readHosts,
  readSeeds,
  type RouterClass,
} from "./cluster_options.ts";
import { HostInfo, type HostOptions } from "./host_info.ts";
import { runtime } from "./runtime/mod.ts";
import { readSentinels, type SentinelOptions } from "./sentinel_options.ts";
import { parseRecord, RECORD_KEY } from "./moving/mod.ts";
import {
  assertSameIds,
  type BaseRouter,
  FixedTopology,
  type NamedHost,
  PartitionRouter,
  RingTopology,
  type RouterCluster,
  type RouterOptions,
  SentinelTopology,
  SlotTopology,
  type Topology,
} from "./topology/mod.ts";

/** A topology whose hosts are added and removed by their owner. */
export interface OwnHosts {
  /** The topology. */
  readonly topology: Topology<HostInfo> & {
    readonly router: BaseRouter;
    remove(hostId: number): boolean;
  };
  /** The sentinels through which hosts are found, if they are. */
  readonly sentinels?: readonly HostInfo[];
  /**
   * Adds a host.
   *
   * @throws {TypeError} If its id is taken, or this runtime cannot connect to it.
   */
  add(hostId: number, options: HostOptions): void;
}

/** What hosts of their owner have in common. */
export interface OwnHostsOptions extends Pick<ClusterOptions, "addressMap"> {
  /** The class that decides where keys live. */
  readonly router?: RouterClass;
  /** What it is built with. */
  readonly routerOptions?: RouterOptions;
  /** The sentinels through which hosts are found, if they are. */
  readonly sentinels?: SentinelOptions;
}

/**
 * Makes the topology of hosts that their owner names: by their addresses, or by
 * what sentinels call their primaries.
 *
 * @throws {TypeError} If the sentinels cannot be what they are said to be.
 */
export function ownHosts(options: OwnHostsOptions): OwnHosts {
  const { router: Router = PartitionRouter, routerOptions, sentinels } =
    options;
  const makeRouter = (cluster: RouterCluster) =>
    new Router(cluster, routerOptions);
  if (sentinels !== undefined) {
    return namedHosts(sentinels, makeRouter, options);
  }
  const topology = new FixedTopology<HostInfo>(makeRouter);
  return {
    topology,
    add: (hostId, own) => topology.add(reachable(hostId, own)),
  };
}

/**
 * Makes the topology of hosts whose ring is followed.
 *
 * @throws {TypeError} If a host does not keep its id.
 * @throws {BadHostSetupError} If hosts do not fit their router.
 */
export function ringTopology(options: ClusterOptions): RingTopology<HostInfo> {
  const { hosts = [], hostDefaults, router, routerOptions, next } = options;
  const before = hostsOf(hosts, hostDefaults);
  const ring = routerOver(before, { router, routerOptions });
  if (next === undefined) {
    return new RingTopology({ hosts: before, ring, ...RECORD });
  }
  const own = { hostDefaults, router, routerOptions, ...next };
  const after = hostsOf(own.hosts, own.hostDefaults);
  assertSameIds(before, after);
  return new RingTopology({
    hosts: new Map([...after, ...before]),
    ring,
    next: routerOver(after, own),
    ...RECORD,
  });
}

const RECORD = { readState: parseRecord, recordKey: RECORD_KEY };

function hostsOf(
  hosts: HostsOption,
  defaults: HostOptions | undefined,
): Map<number, HostInfo> {
  const infos = new Map<number, HostInfo>();
  for (const [id, own] of readHosts(hosts, defaults)) {
    if (infos.has(id)) throw new TypeError(`Two hosts share the id ${id}`);
    infos.set(id, reachable(id, own));
  }
  return infos;
}

function routerOver(
  hosts: ReadonlyMap<number, HostInfo>,
  { router: Router = PartitionRouter, routerOptions }: Pick<
    ClusterOptions,
    "router" | "routerOptions"
  >,
): BaseRouter {
  return new Router({ hosts: new Map(hosts) }, routerOptions);
}

/** A host that is found through sentinels, and how to reach its servers. */
interface Named extends NamedHost {
  readonly options: HostOptions;
}

function namedHosts(
  given: SentinelOptions,
  makeRouter: (cluster: RouterCluster) => BaseRouter,
  { addressMap }: OwnHostsOptions,
): OwnHosts {
  const sentinels = readSentinels(given).map((one, id) => reachable(id, one));
  const topology = new SentinelTopology<Named, HostInfo>({
    sentinels,
    makeRouter,
    makeHost: ({ hostId, options }, announced) =>
      mapped(
        addressMap,
        announced,
        (address) => new HostInfo(hostId, { ...options, ...address }),
      ),
  });
  return {
    topology,
    sentinels,
    add: (hostId, options) => {
      // Wherever it will be, all else has to be right.
      const { primaryName = "", weight, label } = reachable(hostId, options);
      const ringLabel = label ?? primaryName;
      topology.add({ hostId, primaryName, weight, label, ringLabel, options });
    },
  };
}

/**
 * Makes the topology of a Redis Cluster that is found by some of its nodes.
 *
 * @param given The seeds.
 * @param options What holds for all nodes.
 */
export function slotTopology(
  given: readonly (HostOptions | string | URL)[],
  { hostDefaults, addressMap }: ClusterOptions,
): SlotTopology<HostInfo> {
  const { seeds, defaults } = readSeeds(given, hostDefaults);
  return new SlotTopology({
    seeds: seeds.map((seed) => {
      const host = reachable(0, seed);
      return [{ hostname: host.hostname, port: host.port }, host];
    }),
    makeHost: (hostId, announced) =>
      mapped(
        addressMap,
        announced,
        (address) => new HostInfo(hostId, { ...defaults, ...address }),
      ),
  });
}

/** @throws {TypeError} If this runtime cannot connect to such a host. */
function reachable(hostId: number, options: HostOptions): HostInfo {
  const info = new HostInfo(hostId, options);
  const objection = runtime.objectionTo(info);
  if (objection === undefined) return info;
  throw new TypeError(
    `Cannot connect to host ${hostId} at ${info.address}: ${objection}`,
  );
}
