/**
 * The options of a cluster and of its calls.
 *
 * @module
 */

import {
  keysMove,
  READ_CHECKS,
  replicasUnknown,
  REPLICATION_CHECKS,
} from "./clients/client_options.ts";
import type { ReadFrom } from "./delivery/replica_choice.ts";
import { type HostOptions, readHostOptions, speaksTls } from "./host_info.ts";
import { isUrl, parseHostUrl } from "./host_url.ts";
import { assertNamed, type SentinelOptions } from "./sentinel_options.ts";
import {
  type Checks,
  isAnything,
  isFunction,
  isObject,
  isPositive,
  isSignal,
  isWhole,
  oneOf,
  optionNames,
  readOptions,
} from "./options.ts";
import {
  type BaseRouter,
  ConsistentHashingRouter,
  PartitionRouter,
  type RouterCluster,
  type RouterOptions,
} from "./topology/mod.ts";
import type { BreakerOptions } from "./wire/breaker.ts";

/** A router class: built anew for every set of hosts. */
export type RouterClass = new (
  cluster: RouterCluster,
  options?: RouterOptions,
) => BaseRouter;

/** Bounds and manners of the connections to each host. */
export interface PoolOptions {
  /**
   * The most connections that are open or being opened at a time. Commands that
   * block may take all but one of them; where there is only one, there is a
   * second one beside a command that blocks.
   *
   * @default {16}
   */
  maxConnections?: number;
  /**
   * Milliseconds after which a connection that nobody used is closed; 0 keeps
   * it for ever.
   *
   * @default {0}
   */
  idleTimeout?: number;
  /**
   * The most commands that are queued or under way. Each connection of
   * `connect(hostId)` has a queue of its own, with the same bounds.
   *
   * @default {Infinity}
   */
  maxQueueCommands?: number;
  /**
   * The most bytes of commands that are queued or under way, by an estimate that
   * counts 64 bytes for each command beside its arguments.
   *
   * @default {268435456}
   */
  maxQueueBytes?: number;
  /**
   * How many times a command is tried again that was not sent, or that only
   * reads. A pause of 50 ms, doubled each time up to half a second and shortened
   * at random by up to a half, lies before each. What a server refused to run
   * because it is the wrong one (READONLY, LOADING, …) is tried for as long as
   * there is time, or not at all with 0; and so is what cannot be sent as a
   * primary of a Redis Cluster is gone, since another one may take over.
   *
   * @default {3}
   */
  maxRetries?: number;
  /**
   * Milliseconds for opening a connection, its handshake included. By default no
   * more than the `timeout` of the cluster.
   *
   * @default {5000}
   */
  dialTimeout?: number;
  /**
   * The version of the protocol. The replies have the same shape in both, but
   * for what the server nests inside EXEC or a script.
   *
   * @default {2}
   */
  protocol?: 2 | 3;
  /**
   * When a host counts as down, and how it is probed.
   *
   * @default {{ threshold: 3, minDelay: 1000, maxDelay: 2000 }}
   */
  breaker?: BreakerOptions;
  /**
   * How deep arrays in a reply may be nested.
   *
   * @default {1024}
   */
  maxDepth?: number | undefined;
  /**
   * How many bytes one value in a reply may have; Redis itself allows 512 MiB.
   *
   * @default {536870912}
   */
  maxBulkBytes?: number | undefined;
  /**
   * How many elements one array in a reply may have.
   *
   * @default {4294967295}
   */
  maxElements?: number | undefined;
}

/** One of the forms in which hosts may be given: by id, in a list, as URLs. */
export type HostsOption =
  | Readonly<Record<number, HostOptions | string | Pick<URL, "href">>>
  | ReadonlyMap<number, HostOptions | string | Pick<URL, "href">>
  | readonly (IdentifiedHost | string | Pick<URL, "href">)[];

/** A host with its id. */
export interface IdentifiedHost extends HostOptions {
  /** The id of the host, an integer from 0; in a list, its index by default. */
  hostId?: number;
}

/** A server as it is announced: its host name or address, and its port. */
export interface NodeAddress {
  /** A host name or an address. */
  hostname: string;
  /** A TCP port. */
  port: number;
}

/** The hosts that come next; what they do not say is as it is for those in use. */
export interface NextHosts {
  /** The hosts, in one of the forms that hosts may be given in. */
  hosts: HostsOption;
  /**
   * What holds for each of them that does not say otherwise.
   *
   * @default {"that of the hosts in use"}
   */
  hostDefaults?: HostOptions;
  /**
   * The class that decides where keys live.
   *
   * @default {"that in use"}
   */
  router?: RouterClass;
  /**
   * What the router is built with.
   *
   * @default {"what that in use is built with"}
   */
  routerOptions?: RouterOptions;
}

/** The options of a {@linkcode Cluster}. */
export interface ClusterOptions {
  /**
   * The hosts: a record or `Map` from id to options or URL, or a list of them,
   * in which an entry without `hostId` has its index as its id. It takes either
   * these or `seeds`. Together with `sentinels` each has a `primaryName` in the
   * place of an address.
   */
  hosts?: HostsOption;
  /**
   * Some nodes of a Redis Cluster, as options or URLs: the others are found
   * through them, and all that happens to the cluster is followed. Keys live
   * where their slots are, so that there is no `router`, and hash tags (`{…}`)
   * count always. Each shard, a primary with its replicas, is a host.
   *
   * What the first one says of user, password and TLS holds for all nodes, unless
   * `hostDefaults` says otherwise.
   */
  seeds?: readonly (HostOptions | string | Pick<URL, "href">)[];
  /**
   * Sentinels that watch over the primaries of all hosts. A host is a shard, a
   * primary with its replicas, which its `primaryName` tells; the sentinels are
   * asked where that primary is, and failovers are followed. Keys stay with their
   * hosts, wherever these are.
   */
  sentinels?: SentinelOptions;
  /**
   * Where a node is reached that announces an address, where that is another one
   * from here: behind NAT, or through a tunnel. It is asked with `seeds`, and with
   * `sentinels` for what those announce, at any time.
   *
   * @default {(address) => address}
   */
  addressMap?: (address: NodeAddress) => NodeAddress;
  /**
   * Which servers of a host answer commands that only read, unless a client or a
   * map says otherwise; with `seeds` or `sentinels`, and not together with
   * `follow`. See {@linkcode ClientOptions.readFrom}.
   *
   * @default {"primary"}
   */
  readFrom?: ReadFrom;
  /**
   * How many replicas of its host have to have a write before it counts, unless a
   * client or a map says otherwise. See {@linkcode ClientOptions.replicated}.
   *
   * @default {0}
   */
  replicated?: number;
  /**
   * Whether to follow what the hosts say of the ring, so that keys can be moved to
   * other hosts by `reshard` while programs write. All programs that use the hosts
   * have to do so then.
   *
   * @default {false}
   */
  follow?: boolean;
  /**
   * The hosts that come next, together with `follow`: keys may be moved to them at
   * any time. A host that stays keeps its id.
   */
  next?: NextHosts;
  /**
   * What holds for every host that does not say otherwise.
   *
   * @default {{}}
   */
  hostDefaults?: HostOptions;
  /**
   * The class that decides where keys live.
   *
   * @default {PartitionRouter}
   */
  router?: RouterClass;
  /**
   * What the router is built with.
   *
   * @default {{}}
   */
  routerOptions?: RouterOptions;
  /**
   * Bounds and manners of the connections to each host.
   *
   * @default {{}}
   */
  poolOptions?: PoolOptions;
  /**
   * Milliseconds that a command has for queue, connection and reply together.
   *
   * @default {5000}
   */
  timeout?: number;
  /** Gives up every command of the cluster when aborted. */
  signal?: AbortSignal;
  /**
   * Whether errors have the stack of the call that asked for their command, and
   * not of whatever noticed the failure. It takes some microseconds and a kilobyte
   * for each command under way.
   *
   * @default {false}
   */
  callSites?: boolean;
}

const CLUSTER_CHECKS: Checks = {
  hosts: (value) =>
    isObject(value) === undefined ? undefined : "a record, a list or a Map",
  seeds: (value) =>
    Array.isArray(value) && value.length > 0
      ? undefined
      : "a list of one node or more",
  sentinels: isObject,
  addressMap: isFunction,
  ...READ_CHECKS,
  ...REPLICATION_CHECKS,
  follow: oneOf(true, false),
  next: isObject,
  hostDefaults: isObject,
  router: isFunction,
  routerOptions: isObject,
  poolOptions: isObject,
  timeout: isPositive,
  signal: isSignal,
  callSites: oneOf(true, false),
};

const NEXT_CHECKS: Checks = {
  hosts: CLUSTER_CHECKS.hosts,
  hostDefaults: isObject,
  router: isFunction,
  routerOptions: isObject,
};

const POOL_CHECKS: Checks = {
  maxConnections: isWhole(1, 65_535),
  idleTimeout: isWhole(0, 2 ** 31 - 1),
  dialTimeout: isPositive,
  protocol: oneOf(2, 3),
  breaker: isObject,
  maxQueueCommands: isPositive,
  maxQueueBytes: isPositive,
  maxRetries: isWhole(0, 1_000),
  maxDepth: isWhole(1, 2 ** 20),
  maxBulkBytes: isWhole(1, 2 ** 40),
  maxElements: isWhole(1, 2 ** 40),
};

const ROUTER_CHECKS: Checks = { hashTags: oneOf(true, false) };

const BREAKER_CHECKS: Checks = {
  threshold: isWhole(1, 2 ** 31),
  minDelay: isPositive,
  maxDelay: isPositive,
};

/** Whatever it is, the host says what is wrong with it. */
const ID_CHECK: Checks = { hostId: isAnything };

/**
 * Reads and checks the options of a cluster, of its pools and of a router of
 * rb. Hosts are read by {@linkcode readHosts}.
 *
 * @throws {TypeError} If one is unknown or not as expected.
 */
export function readClusterOptions(options: ClusterOptions): ClusterOptions {
  const read = readOptions(options, CLUSTER_CHECKS, "the cluster");
  if (read.hosts === undefined && read.seeds === undefined) {
    throw new TypeError(
      'The option "hosts" of the cluster is missing, or "seeds" of a Redis ' +
        "Cluster",
    );
  }
  assertOneWay(read);
  assertFollows(read);
  if (read.next !== undefined) {
    read.next = readOptions(read.next, NEXT_CHECKS, '"next"');
  }
  const { router = PartitionRouter } = read;
  // One of the caller's own may have options of its own.
  if (
    read.routerOptions !== undefined &&
    (router === PartitionRouter || router === ConsistentHashingRouter)
  ) {
    read.routerOptions = readOptions(
      read.routerOptions,
      ROUTER_CHECKS,
      "the router",
    );
  }
  if (read.hostDefaults !== undefined) {
    read.hostDefaults = readOneHost(read.hostDefaults, "hostDefaults");
  }
  if (read.poolOptions !== undefined) {
    read.poolOptions = readPoolOptions(read.poolOptions);
  }
  return read;
}

/** Refuses what has no meaning for the way in which hosts are found. */
function assertOneWay(options: ClusterOptions): void {
  const { seeds, sentinels, addressMap, readFrom = "primary" } = options;
  if (seeds === undefined) {
    if (readFrom !== "primary" && sentinels === undefined) {
      throw replicasUnknown(readFrom);
    }
    if (addressMap === undefined || sentinels !== undefined) return;
    throw new TypeError(
      'Cannot take the option "addressMap" without "seeds" or "sentinels": hosts ' +
        "are reached where they are given",
    );
  }
  const others = ["hosts", "sentinels", "router", "routerOptions"] as const;
  for (const name of others) {
    if (options[name] === undefined) continue;
    throw new TypeError(
      `Cannot take the option "${name}" together with "seeds": a Redis Cluster ` +
        "decides by itself which hosts there are, and where keys live",
    );
  }
}

/** Refuses rings that cannot be followed. */
function assertFollows(
  { follow, next, readFrom = "primary", seeds }: ClusterOptions,
): void {
  if (follow !== true) {
    if (next === undefined) return;
    throw new TypeError(
      'Cannot take the option "next" without "follow": keys move only where all ' +
        "programs follow",
    );
  }
  if (seeds !== undefined) {
    throw new TypeError(
      'Cannot take the option "follow" together with "seeds": a Redis Cluster ' +
        "moves its keys by itself, and is followed in any case",
    );
  }
  if (readFrom === "primary") return;
  throw keysMove(readFrom);
}

/**
 * Reads the seeds of a Redis Cluster.
 *
 * @param seeds As a caller gave them.
 * @param defaults What holds for all nodes.
 * @returns Each seed, and what holds for all nodes.
 * @throws {TypeError} If an option is unknown, not as expected, or has no meaning
 * for a node.
 */
export function readSeeds(
  seeds: readonly (HostOptions | string | Pick<URL, "href">)[],
  defaults: HostOptions = {},
): { seeds: HostOptions[]; defaults: HostOptions } {
  assertNode(defaults, "hostDefaults");
  for (const name of ["hostname", "port"] as const) {
    if (defaults[name] === undefined || name === "port") continue;
    throw new TypeError(
      `Cannot take "${name}" of hostDefaults with "seeds": each node has its own`,
    );
  }
  const { port: _, ...common } = defaults;
  const read = Array.from(seeds, (seed, index) => {
    const what = `seeds[${index}]`;
    const { hostId, ...own } = readHost(seed, what);
    if (hostId !== undefined) {
      throw new TypeError(`Cannot give ${what} a "hostId": a seed is no host`);
    }
    assertNode(own, what);
    return own;
  });
  const { hostname: _name, port: _port, ...first } = read[0];
  const all = { ...first, ...common };
  return {
    seeds: read.map((seed) => ({ ...all, ...defaults, ...seed })),
    defaults: all,
  };
}

/** Refuses what a node of a Redis Cluster cannot have. */
function assertNode(options: HostOptions, what: string): void {
  const { db = 0, path, label, weight } = options;
  if (db !== 0) {
    throw new TypeError(
      `Cannot use database ${db} of ${what}: a Redis Cluster has 0 only`,
    );
  }
  const stray = Object.entries({ path, label, weight })
    .find(([, value]) => value !== undefined);
  if (stray === undefined) return;
  throw new TypeError(
    `Cannot take "${
      stray[0]
    }" of ${what} with "seeds": nodes are reached over ` +
      "TCP, and keys live where their slots are",
  );
}

function readPoolOptions(options: PoolOptions): PoolOptions {
  const pool = readOptions(options, POOL_CHECKS, "the pool");
  if (pool.breaker === undefined) return pool;
  const breaker = readOptions(pool.breaker, BREAKER_CHECKS, "the breaker");
  const { minDelay = 0, maxDelay = Infinity } = breaker;
  if (minDelay > maxDelay) {
    throw new TypeError(
      'The option "minDelay" of the breaker is more than its "maxDelay"',
    );
  }
  return { ...pool, breaker };
}

/**
 * Brings the forms in which hosts may be given into one.
 *
 * @param hosts As a caller gave them.
 * @param defaults What holds for all.
 * @param isNamed Whether they are found through sentinels.
 */
export function readHosts(
  hosts: HostsOption,
  defaults: HostOptions = {},
  isNamed = false,
): [id: number, options: HostOptions][] {
  const complete = (own: HostOptions, what: string) =>
    withDefaults(own, defaults, what, isNamed);
  if (isList(hosts)) {
    return Array.from(hosts, (host, index) => {
      const what = `hosts[${index}]`;
      const { hostId = index, ...own } = readHost(host, what);
      return [hostId, complete(own, what)];
    });
  }
  return entriesOf(hosts).map(([id, host]) => {
    const what = `host ${String(id)}`;
    const own = agreeing(readHost(host, what), id, what);
    return [id, complete(own, what)];
  });
}

function entriesOf(
  hosts: Exclude<HostsOption, readonly unknown[]>,
): [id: number, host: HostOptions | string | Pick<URL, "href">][] {
  if (hosts instanceof Map) return [...hosts];
  const record = hosts as Readonly<Record<string, HostOptions>>;
  return optionNames(hosts, '"hosts"').map((id) => {
    if (!/^(?:0|[1-9]\d*)$/.test(id)) {
      throw new RangeError(
        `A host id is an integer from 0, but one is ${JSON.stringify(id)}`,
      );
    }
    return [Number(id), record[id]];
  });
}

/**
 * Reads what a caller says of one host.
 *
 * @param host Options, or a URL.
 * @param what Which host it is, for the error.
 * @throws {TypeError} If an option is unknown or not as expected, or if two of
 * them contradict each other.
 */
export function readHost(
  host: IdentifiedHost | string | Pick<URL, "href">,
  what: string,
): IdentifiedHost {
  if (typeof host === "string") return parseHostUrl(host, what);
  if (isUrl(host)) return parseHostUrl(host.href, what);
  if (typeof host !== "object" || host === null) {
    throw new TypeError(
      `Cannot read ${what}: it is neither an object with options nor a URL`,
    );
  }
  return readOneHost(host, what, ID_CHECK);
}

/** The options of a host whose id stands elsewhere, which must be the same. */
export function agreeing(
  { hostId, ...own }: IdentifiedHost,
  id: number,
  what: string,
): HostOptions {
  if (hostId === undefined || hostId === id) return own;
  throw new TypeError(`Cannot read ${what}: it says another "hostId" itself`);
}

function readOneHost<T extends HostOptions>(
  options: T,
  what: string,
  more: Checks = {},
): T {
  const own = readHostOptions(options, what, more);
  assertOnePlace(own, own, what);
  if (own.tls === false && speaksTls(own)) {
    throw new TypeError(
      `Cannot read ${what}: "tls" is false, but there are options that only ` +
        "TLS has",
    );
  }
  return own;
}

/**
 * Fills in what a host does not say.
 *
 * @param own What it says.
 * @param defaults What holds for all.
 * @param what Which host it is, for the error.
 * @param isNamed Whether hosts are found through sentinels.
 */
export function withDefaults(
  own: HostOptions,
  defaults: HostOptions,
  what: string,
  isNamed = false,
): HostOptions {
  if (own.path === undefined) assertOnePlace(own, defaults, what);
  const all = { ...defaults, ...own };
  assertNamed(all, what, isNamed);
  return isNamed ? { label: all.primaryName, ...all } : all;
}

/** Refuses a path of one that would leave out what the other says. */
function assertOnePlace(
  { hostname, port }: HostOptions,
  { path }: HostOptions,
  what: string,
): void {
  if (path === undefined || (hostname ?? port) === undefined) return;
  throw new TypeError(
    `Cannot tell where ${what} is: there is "path", the path of a unix ` +
      `socket, and also "${hostname === undefined ? "port" : "hostname"}"`,
  );
}

function isList(
  hosts: HostsOption,
): hosts is readonly (IdentifiedHost | string | Pick<URL, "href">)[] {
  return Array.isArray(hosts);
}
