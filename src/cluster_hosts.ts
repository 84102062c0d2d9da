/**
 * The hosts of a cluster as its clients see them: made when first needed.
 *
 * @module
 */

import type { ClusterView } from "./delivery/dispatcher.ts";
import {
  connectionChannel,
  type ConnectionMessage,
} from "./delivery/diagnostics.ts";
import { Host } from "./delivery/host.ts";
import { HostCounters, type HostStats } from "./delivery/stats.ts";
import type { ClusterOptions, PoolOptions } from "./cluster_options.ts";
import { ConnectionError, HostDownError } from "./errors.ts";
import { assertHostId, type HostInfo } from "./host_info.ts";
import { runtime } from "./runtime/mod.ts";
import { FixedTopology, PartitionRouter } from "./topology/mod.ts";
import { dial } from "./wire/dial.ts";
import { type Dialer, Pool, type PoolEvents } from "./wire/pool.ts";

/** Told what happens to a host. */
export type HostListener = (
  type: "down" | "up" | "reconnect",
  hostId: number,
  error: unknown,
) => void;

/** Owns the pools and the topology of a cluster, and keeps them in step. */
export class ClusterHosts implements ClusterView {
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  readonly topology: FixedTopology<HostInfo>;
  readonly #options: ClusterOptions;
  readonly #listener: HostListener;
  readonly #hosts = new Map<number, Host>();
  readonly #counters = new Map<number, HostCounters>();
  /** Pools of hosts that were removed, until they are closed. */
  readonly #closing = new Set<Promise<void>>();
  #closed = false;

  /**
   * @param options Those of the cluster.
   * @param listener Told what happens to a host.
   */
  constructor(options: ClusterOptions, listener: HostListener) {
    this.#options = options;
    this.#listener = listener;
    this.timeout = options.timeout ?? 5_000;
    this.signal = options.signal;
    const { router: Router = PartitionRouter, routerOptions } = options;
    this.topology = new FixedTopology((hosts) =>
      new Router(hosts, routerOptions)
    );
  }

  get hostIds(): readonly number[] {
    return [...this.topology.hosts.keys()];
  }

  host(id: number): Host {
    const host = this.#hosts.get(id);
    if (host !== undefined && !this.#closed) return host;
    return this.#make(id);
  }

  /** What has been counted for each host so far. */
  stats(): Map<number, HostStats> {
    return new Map(
      this.hostIds.map((id) => {
        const queue = { commands: 0, bytes: 0 };
        const stats = this.#hosts.get(id)?.stats() ??
          this.#countersOf(id).summary({ queue, open: 0, idle: 0 });
        return [id, stats];
      }),
    );
  }

  /** Adds a host; the router is built anew when it is next asked. */
  add(info: HostInfo): void {
    if (this.topology.hosts.has(info.hostId)) {
      throw new TypeError(`Two hosts share the id ${info.hostId}`);
    }
    const objection = runtime.objectionTo(info);
    if (objection !== undefined) {
      throw new TypeError(
        `Cannot connect to host ${info.hostId} at ${info.address}: ${objection}`,
      );
    }
    this.topology.add(info);
  }

  /**
   * Removes a host; what is under way to it is finished first, except on
   * connections of `connect(id)`.
   */
  remove(id: number): boolean {
    if (!this.topology.remove(id)) return false;
    // A new host with the same id starts from zero.
    this.#counters.delete(id);
    const host = this.#hosts.get(id);
    this.#hosts.delete(id);
    if (host !== undefined) this.#retire(host);
    return true;
  }

  /**
   * Closes all connections once what is under way has ended, at the latest after
   * the time limit of the cluster; new ones are opened when they are needed.
   */
  async disconnect(): Promise<void> {
    for (const host of this.#hosts.values()) this.#retire(host);
    this.#hosts.clear();
    await Promise.all(this.#closing);
  }

  /**
   * Waits for what is under way, at most as long as the time limit of the
   * cluster, then closes for good. Connections of `connect(id)` are closed
   * without waiting for what is under way on them.
   */
  async close(): Promise<void> {
    this.#closed = true;
    await this.disconnect();
  }

  #make(id: number): Host {
    assertHostId(id);
    const info = this.topology.hosts.get(id);
    if (info === undefined) {
      const ids = this.hostIds.join(", ");
      throw new RangeError(`There is no host ${id}: the cluster has ${ids}`);
    }
    if (this.#closed) {
      throw new ConnectionError(
        `Cannot use host ${id} at ${info.address}: the cluster is closed`,
        { hostId: id, outcome: "not-sent" },
      );
    }
    const { address } = info;
    const { poolOptions = {} } = this.#options;
    const counters = this.#countersOf(id);
    const pool = this.#makePool(info, counters);
    const blockingPool = pool.sibling();
    const parts = { id, address, pool, blockingPool, counters };
    const host = new Host(parts, poolOptions);
    this.#hosts.set(id, host);
    return host;
  }

  /** Counters outlive a pool that was disconnected. */
  #countersOf(id: number): HostCounters {
    let counters = this.#counters.get(id);
    if (counters === undefined) {
      this.#counters.set(id, counters = new HostCounters());
    }
    return counters;
  }

  #makePool(info: HostInfo, counters: HostCounters): Pool {
    const { poolOptions = {} } = this.#options;
    const { hostId, address } = info;
    const { traffic } = counters;
    const tell = (type: ConnectionMessage["type"], error?: unknown) => {
      if (!connectionChannel.hasSubscribers) return;
      connectionChannel.publish({ hostId, address, type, error });
    };
    const events: PoolEvents = {
      onHealth: (down, error) => {
        if (!down) return this.#listener("up", hostId, undefined);
        const reason = error instanceof Error ? error.message : String(error);
        const message = `Host ${hostId} at ${address} is down: ${reason}`;
        const details = { hostId, outcome: "not-sent", cause: error } as const;
        this.#listener("down", hostId, new HostDownError(message, details));
      },
      onConnect: (again) => {
        counters.opened++;
        tell("open");
        if (again) this.#listener("reconnect", hostId, undefined);
      },
      onClose: () => {
        counters.lost++;
        tell("close");
      },
      onFail: (error) => tell("fail", error),
    };
    const dialer: Dialer = (prove, signal) =>
      dial(info, { ...dialOptions(poolOptions), traffic, prove, signal });
    return new Pool(dialer, poolOptions, events);
  }

  #retire(host: Host): void {
    const closing = host.close(this.timeout);
    this.#closing.add(closing);
    closing.finally(() => this.#closing.delete(closing));
  }
}

function dialOptions(options: PoolOptions) {
  const { dialTimeout = 5_000, protocol = 2 } = options;
  const { maxDepth, maxBulkBytes, maxElements } = options;
  return {
    timeout: dialTimeout,
    protocol,
    maxDepth,
    maxBulkBytes,
    maxElements,
  };
}
