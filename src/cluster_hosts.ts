/**
 * The hosts of a cluster as its clients see them: made when first needed, and
 * led to where the topology says that they are.
 *
 * @module
 */

import { Script, scriptCall } from "./commands/script.ts";
import { Dispatcher } from "./delivery/dispatcher.ts";
import type { ClusterView, KnownOptions } from "./delivery/cluster_view.ts";
import { issue } from "./delivery/issue.ts";
import { Lanes } from "./delivery/lane.ts";
import type { Command } from "./delivery/command.ts";
import type { Holder } from "./delivery/holder.ts";
import type { ReadFrom, ReplicaChoice } from "./delivery/replica_choice.ts";
import { Failures } from "./delivery/failures.ts";
import { ClusterMoves } from "./delivery/key_moves.ts";
import { Host, type HostPlace } from "./delivery/host.ts";
import { HostCounters } from "./delivery/stats.ts";
import type { HostStats } from "./delivery/stats_types.ts";
import { ClusterReplicas } from "./cluster_replicas.ts";
import type { ClusterOptions, PoolOptions } from "./cluster_options.ts";
import {
  type CommandError,
  ConnectionError,
  NotReadyError,
  ReshardingError,
  TimeoutError,
} from "./errors.ts";
import { assertKnownHost } from "./host_ids.ts";
import type { HostInfo } from "./host_info.ts";
import {
  type Failover,
  type Redirect,
  type RingState,
  RingTopology,
  type Topology,
} from "./topology/mod.ts";
import { RingFollower } from "./ring_follower.ts";
import { SentinelEvents } from "./sentinel_events.ts";
import type { Key } from "./values.ts";
import type { HostPoolStatus } from "./wire/pool.ts";
import { HeldByClients } from "./held_by_clients.ts";
import { HostFinder } from "./host_finder.ts";
import { type HostListener, HostPools } from "./host_pools.ts";

/** Milliseconds that a server has to say where the others are. */
const LONGEST_ANSWER = 2_000;

/**
 * Milliseconds of silence after which commands that are overdue tell that a host
 * hangs.
 */
const LONGEST_PATIENCE = 1_000;

/** How the hosts of a cluster are used, and who is told about them. */
export interface ClusterHostsOptions extends
  Pick<
    ClusterOptions,
    | "callSites"
    | "poolOptions"
    | "readFrom"
    | "replicated"
    | "signal"
    | "timeout"
  > {
  /** Told what happens to a host. */
  listener: HostListener;
  /** Told that another server has taken over a host. */
  onFailover?: ((hostId: number, failover: Failover) => void) | undefined;
  /** Told that something else is known of the hosts. */
  onTopology?: (() => void) | undefined;
  /** Told that the record of the rings says something else. */
  onRing?: ((state: RingState) => void) | undefined;
  /** Sentinels, who tell when it is worth asking where hosts are. */
  sentinels?: readonly HostInfo[] | undefined;
}

/** Where a host is now: asked at each dial, and whenever its address is told. */
class MovablePlace implements HostPlace {
  info: HostInfo;
  /** Those that are there: one in use, and others that come to their end. */
  readonly hosts = new Set<Host>();

  constructor(info: HostInfo) {
    this.info = info;
  }

  move(info: HostInfo, isOther: boolean, grace?: number): void {
    this.info = info;
    for (const host of this.hosts) host.move(isOther, grace);
  }

  get address(): string {
    return this.info.address;
  }
}

/** Owns the pools of a cluster, and keeps them in step with its topology. */
export class ClusterHosts implements ClusterView {
  readonly timeout: number;
  readonly callSites: boolean;
  readonly signal: AbortSignal | undefined;
  readonly readFrom: ReadFrom;
  readonly replicated: number;
  readonly topology: Topology<HostInfo>;
  readonly #replicas: ClusterReplicas;
  readonly #poolOptions: PoolOptions;
  readonly #hosts = new Map<number, Host>();
  /** Where they are, those too whose pools were disconnected. */
  readonly #places = new Map<number, MovablePlace>();
  readonly #counters = new Map<number, HostCounters>();
  /** Pools of hosts that were removed, until they are closed. */
  readonly #closing = new Set<Promise<void>>();
  readonly #pools: HostPools;
  /** Finds out where the hosts are. */
  readonly #finder: HostFinder;
  /** What clients hold until that is known, or while groups move. */
  readonly #held: HeldByClients;
  /** Listens to sentinels, if there are any. */
  readonly #events: SentinelEvents | undefined;
  readonly #options: ClusterHostsOptions;
  readonly moves: ClusterMoves | undefined;
  /** Reads what the hosts say of their rings, if that is to be followed. */
  readonly #follower: RingFollower | undefined;
  #epoch = 0;
  #closed = false;

  /**
   * @param topology Which hosts there are, and where.
   * @param options Those of the cluster.
   */
  constructor(topology: Topology<HostInfo>, options: ClusterHostsOptions) {
    this.topology = topology;
    this.timeout = options.timeout ?? 5_000;
    this.callSites = options.callSites ?? false;
    this.signal = options.signal;
    this.readFrom = options.readFrom ?? "primary";
    this.replicated = options.replicated ?? 0;
    this.#poolOptions = options.poolOptions ?? {};
    this.#options = options;
    const { maxQueueCommands = Infinity, maxQueueBytes = 256 * 1024 * 1024 } =
      this.#poolOptions;
    this.#held = new HeldByClients({
      maxCommands: maxQueueCommands,
      maxBytes: maxQueueBytes,
    });
    const { dialTimeout = Infinity } = this.#poolOptions;
    const answerTime = Math.min(LONGEST_ANSWER, dialTimeout, this.timeout);
    this.#finder = new HostFinder({
      topology,
      timeout: this.timeout,
      signal: this.signal,
      answerTime,
      onRefresh: (hostIds) => {
        for (const hostId of hostIds) this.#countersOf(hostId).refreshes++;
        if (!this.#closed) this.#events?.start();
      },
      isWanted: () => !this.#held.isEmpty,
      onVain: (makeReason) =>
        this.#held.refuseAll(({ command }) => makeReason(command.name)),
    });
    this.#pools = new HostPools({
      pool: this.#poolOptions,
      timeout: this.timeout,
      listener: options.listener,
      readOnly: topology.redirect !== undefined,
      greetingOf: ({ hostId, name }) => this.#follower?.greeting(hostId, name),
      seek: (hostId) => this.#finder.request(hostId),
      seeksLost: options.sentinels !== undefined,
    });
    this.#replicas = new ClusterReplicas({
      topology,
      make: (info, counters) => this.#makeReplica(info, counters),
      isUp: (hostId) => this.#hosts.get(hostId)?.pool.down !== true,
      retire: (host) => this.#retire(host),
      seek: (hostId) => this.#finder.request(hostId),
    });
    topology.watch({
      hostChanged: (hostId, failover) => this.#changed(hostId, failover),
      groupsLeft: (hostId, groups) => {
        // Those too that come to their end: what is under way may come back.
        const { hosts = [] } = this.#places.get(hostId) ?? {};
        for (const host of hosts) host.groupsLeft(groups);
      },
      changed: () => this.#viewChanged(),
    });
    if (topology instanceof RingTopology) {
      this.moves = new ClusterMoves(this, topology);
      this.#follower = new RingFollower(this, topology);
    }
    if (options.sentinels !== undefined) {
      this.#events = new SentinelEvents({
        sentinels: options.sentinels,
        timeout: answerTime,
        onNews: () => this.#finder.request(),
      });
    }
  }

  get hostIds(): readonly number[] {
    if (!this.topology.isKnown) throw new NotReadyError();
    return [...this.topology.hosts.keys()];
  }

  host(id: number, command?: string): Host {
    const host = this.#hosts.get(id);
    if (host !== undefined && !this.#closed) return host;
    return this.#make(id, { command });
  }

  hostOfHeld(id: number): Host {
    const host = this.#hosts.get(id) ?? this.#make(id, { isHeld: true });
    host.closing ||= this.#closed;
    return host;
  }

  replicas(hostId: number): ReplicaChoice {
    return this.#closed ? NO_REPLICAS : this.#replicas.of(hostId);
  }

  /** The connections of a host. */
  poolOf(hostId: number): HostPoolStatus {
    const { pool } = this.host(hostId);
    return this.#replicas.known(hostId)?.pool(pool) ?? pool;
  }

  countError(hostId: number, kind: string): void {
    this.#countersOf(hostId).error(kind);
  }

  redirect(hostId: number, error: CommandError): Redirect | undefined {
    const redirect = this.topology.redirect?.(hostId, error);
    if (redirect === undefined) return undefined;
    this.#countersOf(hostId).redirects++;
    // It tells of one slot, and there may be more.
    if (!redirect.asking) this.#finder.request(hostId);
    return redirect;
  }

  known(options?: KnownOptions): Promise<void> {
    return this.#finder.known(options);
  }

  refreshed(options?: KnownOptions): Promise<void> {
    return this.#finder.refreshed(options);
  }

  /**
   * Moves keys now that are on their way.
   *
   * @returns The host of each.
   */
  async settle(
    keys: readonly Key[],
    options: KnownOptions = {},
  ): Promise<number[]> {
    await this.known(options);
    const dispatcher = new Dispatcher(this, {
      timeout: options.timeout ?? this.timeout,
      signal: options.signal ?? this.signal,
      autoBatch: false,
      idempotent: true,
      lanes: new Lanes(),
    });
    const { topology } = this;
    return await Promise.all(keys.map(async (key) => {
      const group = topology.groupOf(key);
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      // It changes nothing, and yet goes only to where the key will be.
      if (this.moves?.topology.isMoving === true) {
        const { form, args } = scriptCall(NOTHING, [key]);
        issue(dispatcher, undefined, form, args, { resolve, reject });
        await promise;
      }
      return topology.hostOf(group);
    }));
  }

  holding(holder: Holder): void {
    this.#held.note(holder);
    if (!this.#held.isEmpty && !this.topology.isKnown) this.#finder.search();
  }

  admit(name: string, size: number): void {
    this.#held.admit(name, size);
  }

  release(size: number): void {
    this.#held.release(size);
  }

  stranded(command: Command, group: number, cause?: CommandError): Error {
    const hostId = this.topology.hostOf(group);
    if (hostId < 0) return this.#finder.unfound(TimeoutError, command.name);
    const info = this.topology.hosts.get(hostId);
    const place = this.#places.get(hostId) ??
      { address: info?.address ?? "an unknown address" };
    const counters = this.#countersOf(hostId);
    return new Failures(hostId, place, (kind) => counters.error(kind))
      .stranded(command, cause);
  }

  /** What has been counted for each host so far. */
  stats(): Map<number, HostStats> {
    return new Map(
      this.hostIds.map((id) => {
        const queue = { commands: 0, bytes: 0 };
        const counters = this.#countersOf(id);
        const stats = this.#hosts.get(id)?.stats() ??
          counters.summary({ queue, open: 0, idle: 0 });
        const replicas = this.#replicas.known(id);
        return [id, replicas?.stats(counters, stats) ?? stats];
      }),
    );
  }

  /**
   * Closes all connections once what is under way has ended, at the latest after
   * the time limit of the cluster; new ones are opened when they are needed.
   */
  async disconnect(patience: number = this.timeout): Promise<void> {
    for (const host of this.#hosts.values()) this.#retire(host, patience);
    this.#hosts.clear();
    this.#replicas.disconnect(patience);
    await Promise.all([this.#events?.stop(), ...this.#closing]);
  }

  /**
   * Waits for what is under way, at most as long as the time limit of the
   * cluster, then closes for good. Connections of `connect(id)` are closed
   * without waiting for what is under way on them.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#held.close();
    this.#finder.close();
    // From now on, what was held is the only thing that they still take.
    for (const host of this.#hosts.values()) host.closing = true;
    const start = performance.now();
    const left = () => Math.max(0, this.timeout - (performance.now() - start));
    // What is under way may come back, and what was held is under way then.
    while (this.#isBusy && left() > 0) {
      await this.#held.emptied(left());
      const hosts = [...this.#hosts.values()];
      await Promise.all(hosts.map((host) => host.drained(left())));
    }
    this.#held.end();
    this.#follower?.stop();
    await this.#finder.stop();
    await this.disconnect(left());
  }

  /** Whether anything is held, queued or under way. */
  get #isBusy(): boolean {
    return !this.#held.isEmpty ||
      this.#hosts.values().some(({ queue }) => queue.commands > 0);
  }

  #viewChanged(): void {
    if (this.topology instanceof RingTopology) this.#ringChanged(this.topology);
    if (!this.topology.isKnown) return;
    this.#replicas.changed();
    this.#finder.found();
    this.#held.releaseAll();
    this.#options.onTopology?.();
  }

  /**
   * The rings are others, or what is done about them is. Connections tell by their
   * names what their owner knows, so that all of them are left; and what was not
   * sent is routed anew.
   */
  #ringChanged({ state }: RingTopology<HostInfo>): void {
    this.#follower?.hurry();
    if (state.epoch === this.#epoch) return;
    this.#epoch = state.epoch;
    this.moves?.ringChanged();
    for (const { info, hosts } of this.#places.values()) {
      for (const host of hosts) {
        host.move();
        for (const one of host.reroute()) this.moves?.unblock(host.id, one);
        if (state.phase === "holding") host.pool.closeOwned(leaving(info));
      }
    }
    this.#options.onRing?.(state);
  }

  /**
   * A host is gone or somewhere else. What is under way to one that is gone is
   * finished first, except on connections of `connect(id)`.
   */
  #changed(id: number, failover: Failover | undefined): void {
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
      // A primary that sentinels demote does not know it yet: what it acknowledges
      // is lost.
      const grace = this.#events === undefined ? undefined : 0;
      place.move(info, failover !== undefined, grace);
    }
    if (failover === undefined) return;
    this.#countersOf(id).failovers++;
    this.#options.onFailover?.(id, failover);
  }

  #make(
    id: number,
    { command, isHeld = false }: {
      command?: string | undefined;
      isHeld?: boolean;
    },
  ): Host {
    if (!this.topology.isKnown) throw new NotReadyError();
    assertKnownHost(id, this.topology.hosts);
    const info = this.topology.hosts.get(id)!;
    const isOver = isHeld ? this.#finder.isStopped : this.#closed;
    if (isOver) {
      throw new ConnectionError(
        `Cannot use host ${id} at ${info.address}: the cluster is closed; ` +
          '"await using" at the top of a module closes it when that has run',
        { hostId: id, command, outcome: "not-sent" },
      );
    }
    this.#events?.start();
    const place = this.#places.get(id) ?? new MovablePlace(info);
    const counters = this.#countersOf(id);
    const pool = this.#pools.make(place, counters, "primary");
    const host = new Host({
      id,
      place,
      pool,
      counters,
      patience: Math.min(LONGEST_PATIENCE, this.timeout),
      // A record tells of rings, and not of addresses.
      mayMove: this.#finder.canFind &&
        (this.#follower === undefined || this.#events !== undefined),
      onMisled: () => this.#finder.request(id),
    }, this.#poolOptions);
    this.#hosts.set(id, host);
    this.#places.set(id, place);
    place.hosts.add(host);
    return host;
  }

  /** What carries reads to a replica: whatever fails there, others answer. */
  #makeReplica(info: HostInfo, counters: HostCounters): Host {
    const place = { info, address: info.address };
    return new Host({
      id: info.hostId,
      place,
      pool: this.#pools.make(place, counters, "replica"),
      counters,
      patience: 0,
      onMisled: () => this.#finder.request(info.hostId),
      countsErrors: false,
    }, { ...this.#poolOptions, maxRetries: 0 });
  }

  /** Counters outlive a pool that was disconnected. */
  #countersOf(id: number): HostCounters {
    let counters = this.#counters.get(id);
    if (counters === undefined) {
      this.#counters.set(id, counters = new HostCounters());
    }
    return counters;
  }

  #retire(host: Host, patience: number = this.timeout): Promise<void> {
    const closing = host.close(patience);
    this.#closing.add(closing);
    closing.finally(() => {
      this.#closing.delete(closing);
      this.#places.get(host.id)?.hosts.delete(host);
    });
    return closing;
  }
}

/** There are none to be had. */
const NO_REPLICAS: ReplicaChoice = { next: () => undefined };

/** Does nothing, which cannot be known: so its key is moved first. */
const NOTHING = new Script("return 0");

/** Why connections of `connect(hostId)` end as keys begin to move. */
function leaving({ address }: HostInfo): ReshardingError {
  return new ReshardingError(
    `Cannot keep the connection to "${address}": keys move to other hosts; await ` +
      "cluster.settle(keys) of the keys it is for, and connect again",
  );
}
