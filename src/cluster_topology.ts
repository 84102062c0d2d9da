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
import {
  confirmation,
  isConfirmed,
  parseRecord,
  RECORD_KEY,
} from "./moving/mod.ts";
import {
  assertSameIds,
  type BaseRouter,
  FixedTopology,
  type NamedHost,
  PartitionRouter,
  RingTopology,
  type RouterCluster,
  type RouterHost,
  type RouterOptions,
  SentinelTopology,
  SlotTopology,
  type Topology,
} from "./topology/mod.ts";

/** A topology whose hosts are added and removed by their owner. */
export interface OwnHosts {
  /** The topology. */
  readonly topology: OwnTopology;
  /** The sentinels through which hosts are found, if they are. */
  readonly sentinels?: readonly HostInfo[] | undefined;
  /**
   * Adds a host.
   *
   * @throws {TypeError} If its id is taken, or this runtime cannot connect to it.
   */
  add(hostId: number, options: HostOptions): void;
}

type OwnTopology = Topology<HostInfo> & {
  readonly router: BaseRouter;
  remove(hostId: number): boolean;
};

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
  return options.sentinels === undefined
    ? ownOf(fixedPlaces(options))
    : ownOf(namedPlaces(options.sentinels, options));
}

function ownOf<S>({ topology, sentinels, make, add }: Places<S>): OwnHosts {
  return {
    topology,
    sentinels,
    add: (hostId, options) => add(make(hostId, options)),
  };
}

/** The hosts of a ring that is followed, and whom to ask where they are. */
export interface FollowedHosts {
  readonly topology: RingTopology<HostInfo>;
  /** The sentinels through which hosts are found, if they are. */
  readonly sentinels?: readonly HostInfo[] | undefined;
}

/**
 * Makes the topology of hosts whose ring is followed.
 *
 * @throws {TypeError} If a host does not keep its id, or the sentinels cannot be
 * what they are said to be.
 * @throws {BadHostSetupError} If hosts do not fit their router.
 */
export function followedHosts(options: ClusterOptions): FollowedHosts {
  return options.sentinels === undefined
    ? followedAt(fixedPlaces(options), options)
    : followedAt(namedPlaces(options.sentinels, options), options);
}

function followedAt<S extends RouterHost>(
  { topology: places, sentinels, make, add }: Places<S>,
  { hosts = [], hostDefaults, router, routerOptions, next }: ClusterOptions,
): FollowedHosts {
  const isNamed = sentinels !== undefined;
  const read = (given: HostsOption, defaults: HostOptions | undefined) => {
    const all = new Map<number, S>();
    for (const [hostId, own] of readHosts(given, defaults, isNamed)) {
      if (all.has(hostId)) {
        throw new TypeError(`Two hosts share the id ${hostId}`);
      }
      all.set(hostId, make(hostId, own));
    }
    return all;
  };
  const own = { hostDefaults, router, routerOptions, ...next };
  const before = read(hosts, hostDefaults);
  const after = next === undefined
    ? undefined
    : read(next.hosts, own.hostDefaults);
  if (after !== undefined) assertSameIds(before, after);
  for (const host of new Map([...after ?? [], ...before]).values()) add(host);
  const topology = new RingTopology<HostInfo>({
    places,
    ring: routerMaker({ router, routerOptions })({ hosts: before }),
    next: after && routerMaker(own)({ hosts: after }),
    readState: parseRecord,
    recordKey: RECORD_KEY,
    confirmation,
    isConfirmed,
  });
  return { topology, sentinels };
}

/** Hosts in one of the ways in which they are found. */
interface Places<S> {
  readonly topology: OwnTopology;
  readonly sentinels?: readonly HostInfo[] | undefined;
  /** @throws {TypeError} If this runtime cannot connect to such a host. */
  readonly make: (hostId: number, options: HostOptions) => S;
  /** @throws {TypeError} If its id is taken. */
  readonly add: (host: S) => void;
}

/** Those whose addresses are given. */
function fixedPlaces(options: OwnHostsOptions): Places<HostInfo> {
  const topology = new FixedTopology<HostInfo>(routerMaker(options));
  return { topology, make: reachable, add: (host) => topology.add(host) };
}

/** A host that is found through sentinels, and how to reach its servers. */
interface Named extends NamedHost {
  readonly options: HostOptions;
}

/** Those that sentinels know. */
function namedPlaces(
  given: SentinelOptions,
  options: OwnHostsOptions,
): Places<Named> {
  const sentinels = readSentinels(given).map((one, id) => reachable(id, one));
  const topology = new SentinelTopology<Named, HostInfo>({
    sentinels,
    makeRouter: routerMaker(options),
    makeHost: ({ hostId, options: own }, announced) =>
      mapped(
        options.addressMap,
        announced,
        (address) => new HostInfo(hostId, { ...own, ...address }),
      ),
  });
  return {
    topology,
    sentinels,
    make: (hostId, options) => {
      // Wherever it will be, all else has to be right.
      const { primaryName = "", weight, label } = reachable(hostId, options);
      const ringLabel = label ?? primaryName;
      return { hostId, primaryName, weight, label, ringLabel, options };
    },
    add: (host) => topology.add(host),
  };
}

function routerMaker(
  { router: Router = PartitionRouter, routerOptions }: OwnHostsOptions,
): (cluster: RouterCluster) => BaseRouter {
  return (cluster) => new Router(cluster, routerOptions);
}

/**
 * Makes the topology of a Redis Cluster that is found by some of its nodes.
 *
 * @param given The seeds.
 * @param options What holds for all nodes.
 */
export function slotTopology(
  given: readonly (HostOptions | string | Pick<URL, "href">)[],
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
