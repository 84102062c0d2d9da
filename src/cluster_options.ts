/**
 * The options of a cluster and of its calls.
 *
 * @module
 */

import type { HostLimits } from "./delivery/host.ts";
import { type HostOptions, parseHostUrl } from "./host_info.ts";
import {
  assertOptions,
  isFunction,
  isObject,
  isPositive,
  isSignal,
  isWhole,
  oneOf,
} from "./options.ts";
import {
  type BaseRouter,
  ConsistentHashingRouter,
  PartitionRouter,
  type RouterCluster,
  type RouterOptions,
} from "./topology/mod.ts";
import type { BreakerOptions } from "./wire/breaker.ts";
import type { ParserOptions } from "./wire/resp/parser.ts";
import type { PoolSettings } from "./wire/pool.ts";

/** A router class: built anew for every set of hosts. */
export type RouterClass = new (
  cluster: RouterCluster,
  options?: RouterOptions,
) => BaseRouter;

/** Bounds and manners of the connections to each host. */
export interface PoolOptions
  extends Omit<PoolSettings, "breaker">, HostLimits, ParserOptions {
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
}

/** One of the forms in which hosts may be given: by id, in a list, as URLs. */
export type HostsOption =
  | Readonly<Record<number, HostOptions | string>>
  | readonly (IdentifiedHost | string)[];

/** A host with its id. */
export interface IdentifiedHost extends HostOptions {
  /** The id of the host, an integer from 0; in a list, its index by default. */
  hostId?: number;
}

/** The options of a {@linkcode Cluster}. */
export interface ClusterOptions {
  /**
   * The hosts: a record from id to options or URL, or a list of them, in which
   * an entry without `hostId` has its index as its id.
   */
  hosts: HostsOption;
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
}

const CLUSTER_CHECKS = {
  hosts: isObject,
  hostDefaults: isObject,
  router: isFunction,
  routerOptions: isObject,
  poolOptions: isObject,
  timeout: isPositive,
  signal: isSignal,
};

const POOL_CHECKS = {
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

const ROUTER_CHECKS = { hashTags: oneOf(true, false) };

const BREAKER_CHECKS = {
  threshold: isWhole(1, 2 ** 31),
  minDelay: isPositive,
  maxDelay: isPositive,
};

/**
 * Checks the options of a cluster, of its pools and of a router of rb.
 *
 * @throws {TypeError} If one is unknown or not as expected.
 */
export function checkClusterOptions(options: ClusterOptions): void {
  assertOptions(options, CLUSTER_CHECKS, "the cluster");
  if (options.hosts === undefined) {
    throw new TypeError('The option "hosts" of the cluster is missing');
  }
  const { poolOptions = {}, router = PartitionRouter, routerOptions = {} } =
    options;
  // One of the caller's own may have options of its own.
  if (router === PartitionRouter || router === ConsistentHashingRouter) {
    assertOptions(routerOptions, ROUTER_CHECKS, "the router");
  }
  assertOptions(poolOptions, POOL_CHECKS, "the pool");
  assertOptions(poolOptions.breaker ?? {}, BREAKER_CHECKS, "the breaker");
}

/** Brings the forms in which hosts may be given into one. */
export function readHosts(
  hosts: HostsOption,
  defaults: HostOptions = {},
): [id: number, options: HostOptions][] {
  const entries: [number, IdentifiedHost | string][] = isList(hosts)
    ? hosts.map((host, index) => [index, host])
    : Object.entries(hosts).map(([id, host]) => [Number(id), host]);
  return entries.map(([place, host]) => {
    const options = typeof host === "string" ? parseHostUrl(host) : host;
    if (typeof options !== "object" || options === null) {
      throw new TypeError(`Host ${place} is neither an object nor a URL`);
    }
    const { hostId = place, ...own } = options as IdentifiedHost;
    return [hostId, withDefaults(own, defaults)];
  });
}

/** Fills in what a host does not say. */
export function withDefaults(
  options: HostOptions,
  defaults: HostOptions,
): HostOptions {
  const given = Object.entries(options).filter(([, value]) =>
    value !== undefined
  );
  return { ...defaults, ...Object.fromEntries(given) };
}

function isList(
  hosts: HostsOption,
): hosts is readonly (IdentifiedHost | string)[] {
  return Array.isArray(hosts);
}
