/**
 * The hosts of a cluster as its clients see them: made when first needed, and
 * led to where the topology says that they are.
 *
 * @module
 */

import { specOf } from "./commands/table.ts";
import { type ClusterView, Dispatcher } from "./delivery/dispatcher.ts";
import {
  connectionChannel,
  type ConnectionMessage,
} from "./delivery/diagnostics.ts";
import { Host, type HostPlace } from "./delivery/host.ts";
import { Lanes } from "./delivery/lane.ts";
import { HostCounters } from "./delivery/stats.ts";
import type { HostStats } from "./delivery/stats_types.ts";
import type { ClusterOptions, PoolOptions } from "./cluster_options.ts";
import { ConnectionError, HostDownError } from "./errors.ts";
import { assertKnownHost } from "./host_ids.ts";
import type { HostInfo } from "./host_info.ts";
import { type Question, Refresher, type Topology } from "./topology/mod.ts";
import type { Reply } from "./values.ts";
import { dial } from "./wire/dial.ts";
import { type Dialer, Pool, type PoolEvents } from "./wire/pool.ts";

/**
 * Milliseconds of silence after which commands that are overdue tell that a host
 * hangs.
 */
const LONGEST_PATIENCE = 1_000;

/** Told what happens to a host. */
export type HostListener = (
  type: "down" | "up" | "reconnect",
  hostId: number,
  error: unknown,
) => void;

/** How the hosts of a cluster are used, and who is told about them. */
export interface ClusterHostsOptions
  extends Pick<ClusterOptions, "poolOptions" | "signal" | "timeout"> {
  /** Told what happens to a host. */
  listener: HostListener;
}

/** Where a host is now: asked at each dial, and whenever its address is told. */
class MovablePlace implements HostPlace {
  info: HostInfo;
  /** Those that are there: one in use, and others that come to their end. */
  readonly hosts = new Set<Host>();

  constructor(info: HostInfo) {
    this.info = info;
  }

  move(info: HostInfo): void {
    this.info = info;
    for (const host of this.hosts) host.move();
  }

  get address(): string {
    return this.info.address;
  }
}

/** Owns the pools of a cluster, and keeps them in step with its topology. */
export class ClusterHosts implements ClusterView {
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  readonly topology: Topology<HostInfo>;
  readonly #poolOptions: PoolOptions;
  readonly #listener: HostListener;
  readonly #hosts = new Map<number, Host>();
  /** Where they are, those too whose pools were disconnected. */
  readonly #places = new Map<number, MovablePlace>();
  readonly #counters = new Map<number, HostCounters>();
  /** Pools of hosts that were removed, until they are closed. */
  readonly #closing = new Set<Promise<void>>();
  /** Asks the topology where the hosts are, if it finds out by itself. */
  readonly #refresher: Refresher | undefined;
  #closed = false;

  /**
   * @param topology Which hosts there are, and where.
   * @param options Those of the cluster.
   */
  constructor(topology: Topology<HostInfo>, options: ClusterHostsOptions) {
    this.topology = topology;
    this.timeout = options.timeout ?? 5_000;
    this.signal = options.signal;
    this.#poolOptions = options.poolOptions ?? {};
    this.#listener = options.listener;
    topology.watch((hostId) => this.#changed(hostId));
    if (topology.refresh !== undefined) {
      this.#refresher = new Refresher(async () =>
        await topology.refresh?.(this.#question())
      );
    }
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
    this.#refresher?.stop();
  }

  /**
   * A host is gone or somewhere else. What is under way to one that is gone is
   * finished first, except on connections of `connect(id)`.
   */
  #changed(id: number): void {
    const info = this.topology.hosts.get(id);
    const host = this.#hosts.get(id);
    const place = this.#places.get(id);
    if (info === undefined) {
      // A new host with the same id starts from zero.
      this.#counters.delete(id);
      this.#hosts.delete(id);
      this.#places.delete(id);
      if (host !== undefined) this.#retire(host);
    } else if (place !== undefined && place.info !== info) {
      place.move(info);
    }
  }

  /** Asks hosts on behalf of the topology, behind nobody's commands. */
  #question(): Question {
    const dispatcher = new Dispatcher(this, {
      timeout: this.timeout,
      signal: this.signal,
      autoBatch: false,
      idempotent: false,
      lanes: new Lanes(),
      exclusive: true,
    });
    return (hostId, [name, ...args]) => {
      const { promise, resolve, reject } = Promise.withResolvers<Reply>();
      dispatcher.send(hostId, specOf(name).form(), args, { resolve, reject });
      return promise;
    };
  }

  #make(id: number): Host {
    assertKnownHost(id, this.topology.hosts);
    const info = this.topology.hosts.get(id)!;
    if (this.#closed) {
      throw new ConnectionError(
        `Cannot use host ${id} at ${info.address}: the cluster is closed`,
        { hostId: id, outcome: "not-sent" },
      );
    }
    const place = this.#places.get(id) ?? new MovablePlace(info);
    const counters = this.#countersOf(id);
    const pool = this.#makePool(place, counters);
    const host = new Host({
      id,
      place,
      pool,
      counters,
      patience: Math.min(LONGEST_PATIENCE, this.timeout),
      onMisled: () => this.#refresher?.request(),
    }, this.#poolOptions);
    this.#hosts.set(id, host);
    this.#places.set(id, place);
    place.hosts.add(host);
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

  #makePool(place: MovablePlace, counters: HostCounters): Pool {
    const { hostId } = place.info;
    const { traffic } = counters;
    const tell = (message: Omit<ConnectionMessage, "hostId">) => {
      if (!connectionChannel.hasSubscribers) return;
      connectionChannel.publish({ error: undefined, ...message, hostId });
    };
    const events: PoolEvents = {
      onHealth: (refusal) => {
        if (refusal === undefined) {
          return this.#listener("up", hostId, undefined);
        }
        const { cause: error, retryIn } = refusal;
        const reason = error instanceof Error ? error.message : String(error);
        const message = `Host ${hostId} at ${place.address} is down: ${reason}`;
        const details = { hostId, outcome: "not-sent", cause: error } as const;
        const down = new HostDownError(message, { ...details, retryIn });
        this.#listener("down", hostId, down);
      },
      onConnect: ({ address }, again) => {
        counters.opened++;
        tell({ address, type: "open" });
        if (again) this.#listener("reconnect", hostId, undefined);
      },
      onClose: ({ address }) => {
        counters.lost++;
        tell({ address, type: "close" });
      },
      onFail: (error) => {
        tell({ address: place.address, type: "fail", error });
        this.#refresher?.request();
      },
    };
    const options = {
      ...dialOptions(this.#poolOptions, this.timeout),
      traffic,
    };
    const dialer: Dialer = (manner, signal) => {
      const { info, address } = place;
      return dial(info, { ...options, address, manner, signal });
    };
    return new Pool(dialer, this.#poolOptions, events);
  }

  #retire(host: Host): void {
    const closing = host.close(this.timeout);
    this.#closing.add(closing);
    closing.finally(() => {
      this.#closing.delete(closing);
      this.#places.get(host.id)?.hosts.delete(host);
    });
  }
}

function dialOptions(options: PoolOptions, longest: number) {
  const { dialTimeout = Math.min(5_000, longest), protocol = 2 } = options;
  const { maxDepth, maxBulkBytes, maxElements } = options;
  return {
    timeout: dialTimeout,
    protocol,
    maxDepth,
    maxBulkBytes,
    maxElements,
  };
}
