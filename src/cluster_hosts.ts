/**
 * The hosts of a cluster as its clients see them: made when first needed, and
 * led to where the topology says that they are.
 *
 * @module
 */

import { within } from "./clients/within.ts";
import { Script, scriptCall } from "./commands/script.ts";
import { Dispatcher } from "./delivery/dispatcher.ts";
import type { ClusterView, KnownOptions } from "./delivery/cluster_view.ts";
import { issue } from "./delivery/issue.ts";
import { Lanes } from "./delivery/lane.ts";
import {
  connectionChannel,
  type ConnectionMessage,
} from "./delivery/diagnostics.ts";
import type { Command } from "./delivery/command.ts";
import type { Holder } from "./delivery/holder.ts";
import type { ReadFrom, ReplicaChoice } from "./delivery/replica_choice.ts";
import { Failures } from "./delivery/failures.ts";
import { ClusterMoves } from "./delivery/key_moves.ts";
import { Host, type HostPlace, Room } from "./delivery/host.ts";
import { isWorthRetrying } from "./delivery/policy.ts";
import { HostCounters } from "./delivery/stats.ts";
import type { HostStats } from "./delivery/stats_types.ts";
import { ClusterReplicas } from "./cluster_replicas.ts";
import type { ClusterOptions, PoolOptions } from "./cluster_options.ts";
import {
  BadHostSetupError,
  type CommandError,
  ConnectionError,
  HostDownError,
  NotReadyError,
  QueueFullError,
  ReshardingError,
  TimeoutError,
} from "./errors.ts";
import { assertKnownHost } from "./host_ids.ts";
import type { HostInfo } from "./host_info.ts";
import {
  type Failover,
  type Question,
  type Redirect,
  Refresher,
  type RingState,
  RingTopology,
  type Topology,
} from "./topology/mod.ts";
import { RingFollower } from "./ring_follower.ts";
import { SentinelEvents } from "./sentinel_events.ts";
import type { Key } from "./values.ts";
import type { Connection } from "./wire/connection.ts";
import { dial, type DialOptions, type ServerRole } from "./wire/dial.ts";
import { inquire } from "./wire/inquire.ts";
import {
  type Dialer,
  type HostPoolStatus,
  Pool,
  type PoolEvents,
  type Refusal,
} from "./wire/pool.ts";

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
  readonly #listener: HostListener;
  readonly #hosts = new Map<number, Host>();
  /** Where they are, those too whose pools were disconnected. */
  readonly #places = new Map<number, MovablePlace>();
  readonly #counters = new Map<number, HostCounters>();
  /** Pools of hosts that were removed, until they are closed. */
  readonly #closing = new Set<Promise<void>>();
  /** Asks the topology where the hosts are, if it finds out by itself. */
  readonly #refresher: Refresher | undefined;
  /** Listens to sentinels, if there are any. */
  readonly #events: SentinelEvents | undefined;
  readonly #options: ClusterHostsOptions;
  readonly moves: ClusterMoves | undefined;
  /** Reads what the hosts say of their rings, if that is to be followed. */
  readonly #follower: RingFollower | undefined;
  #epoch = 0;
  /** Those that hold commands, */
  readonly #holding = new Set<Holder>();
  /** the room that these take, */
  readonly #room: Room;
  /** and what is told when there are none any more. */
  #whenNoneHeld: PromiseWithResolvers<void> | undefined = undefined;
  /** Those that wait for the hosts to be known. */
  readonly #awaiting = new Set<PromiseWithResolvers<void>>();
  #isSearching = false;
  /** Why the hosts were not found so far. */
  #notFound: unknown = undefined;
  /** The hosts that asked for the refresh that is to come. */
  readonly #asking = new Set<number>();
  /** Questions to servers about where others are, */
  readonly #questions = new Set<Promise<unknown>>();
  /** and what gives them up. */
  readonly #stopping = new AbortController();
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
    this.#listener = options.listener;
    this.#options = options;
    const { maxQueueCommands = Infinity, maxQueueBytes = 256 * 1024 * 1024 } =
      this.#poolOptions;
    this.#room = new Room({
      maxCommands: maxQueueCommands,
      maxBytes: maxQueueBytes,
    });
    this.#replicas = new ClusterReplicas({
      topology,
      make: (info, counters) => this.#makeReplica(info, counters),
      isUp: (hostId) => this.#hosts.get(hostId)?.pool.down !== true,
      retire: (host) => this.#retire(host),
      seek: (hostId) => this.#request(hostId),
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
    if (topology.refresh !== undefined) {
      this.#refresher = new Refresher(() => this.#refresh());
    }
    if (options.sentinels !== undefined) {
      this.#events = new SentinelEvents({
        sentinels: options.sentinels,
        timeout: this.#answerTime,
        onNews: () => this.#refresher?.request(),
      });
    }
  }

  get hostIds(): readonly number[] {
    if (!this.topology.isKnown) throw new NotReadyError();
    return [...this.topology.hosts.keys()];
  }

  host(id: number): Host {
    const host = this.#hosts.get(id);
    if (host !== undefined && !this.#closed) return host;
    return this.#make(id);
  }

  hostOfHeld(id: number): Host {
    const host = this.#hosts.get(id) ?? this.#make(id, true);
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
    if (!redirect.asking) this.#request(hostId);
    return redirect;
  }

  async known(
    { timeout = this.timeout, signal = this.signal }: KnownOptions = {},
  ): Promise<void> {
    if (this.topology.isKnown) return;
    signal?.throwIfAborted();
    const waiting = Promise.withResolvers<void>();
    this.#awaiting.add(waiting);
    const onAbort = () => waiting.reject(signal?.reason);
    signal?.addEventListener("abort", onAbort);
    const timer = setTimeout(
      () => waiting.reject(this.#unfound(TimeoutError)),
      Math.min(timeout, 2 ** 31 - 1),
    );
    this.#search();
    try {
      await waiting.promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      this.#awaiting.delete(waiting);
    }
  }

  async refreshed(
    { timeout = this.timeout, signal = this.signal }: KnownOptions = {},
  ): Promise<void> {
    const end = performance.now() + timeout;
    await this.known({ timeout, signal });
    if (this.#refresher === undefined) return;
    await within(this.#refresher.refreshed(), {
      due: () => end,
      signal,
      late: () =>
        new TimeoutError("Cannot find out in time where the hosts are", {
          outcome: "not-sent",
        }),
    });
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

  holding(detours: Holder): void {
    if (detours.isHolding) this.#holding.add(detours);
    else this.#holding.delete(detours);
    if (this.#holding.size === 0) this.#whenNoneHeld?.resolve();
    else if (!this.topology.isKnown) this.#search();
  }

  admit(name: string, size: number): void {
    if (this.#closed) {
      throw new ConnectionError(
        `Cannot send "${name}": the cluster is closed`,
        {
          command: name,
          outcome: "not-sent",
        },
      );
    }
    if (size === 0 || this.#room.admit(size)) return;
    throw new QueueFullError(
      `Cannot queue "${name}": too much waits to know its host; await replies ` +
        'before issuing more, or raise "maxQueueBytes" or "maxQueueCommands"',
      { command: name, outcome: "not-sent" },
    );
  }

  release(size: number): void {
    this.#room.release(size, 1);
  }

  stranded(command: Command, group: number, cause?: CommandError): Error {
    const hostId = this.topology.hostOf(group);
    if (hostId < 0) return this.#unfound(TimeoutError, command.name);
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
    // From now on, what was held is the only thing that they still take.
    for (const host of this.#hosts.values()) host.closing = true;
    const start = performance.now();
    const left = () => Math.max(0, this.timeout - (performance.now() - start));
    // What is under way may come back, and what was held is under way then.
    while (this.#isBusy && left() > 0) {
      if (this.#holding.size > 0) await this.#heldOr(left());
      const hosts = [...this.#hosts.values()];
      await Promise.all(hosts.map((host) => host.drained(left())));
    }
    for (const detours of [...this.#holding]) {
      detours.refuse(({ command }) =>
        new ConnectionError(
          `Cannot send "${command.name}": the cluster is closed`,
          {
            command: command.name,
            outcome: command.mayHaveRun ? "unknown" : "not-sent",
          },
        )
      );
    }
    for (const waiting of this.#awaiting) {
      waiting.reject(this.#unfound(ConnectionError));
    }
    this.#refresher?.stop();
    this.#follower?.stop();
    this.#stopping.abort(new ConnectionError("The cluster is closed"));
    await Promise.allSettled(this.#questions);
    await this.disconnect(left());
  }

  /** Whether anything is held, queued or under way. */
  get #isBusy(): boolean {
    return this.#holding.size > 0 ||
      this.#hosts.values().some(({ queue }) => queue.commands > 0);
  }

  /** Waits until nothing is held any more, at most for so long. */
  async #heldOr(timeout: number): Promise<void> {
    this.#whenNoneHeld = Promise.withResolvers<void>();
    const timer = setTimeout(
      this.#whenNoneHeld.resolve,
      Math.min(timeout, 2 ** 31 - 1),
    );
    await this.#whenNoneHeld.promise;
    clearTimeout(timer);
    this.#whenNoneHeld = undefined;
  }

  /** Looks for the hosts for as long as anybody waits for them. */
  async #search(): Promise<void> {
    if (this.#isSearching || this.#refresher === undefined) return;
    this.#isSearching = true;
    const isWanted = () => this.#holding.size > 0 || this.#awaiting.size > 0;
    while (!this.topology.isKnown && isWanted()) {
      try {
        await this.#refresher.refreshed();
      } catch (error) {
        this.#notFound = error;
        if (this.#closed || !mayBeFound(error)) this.#giveUp();
      }
    }
    this.#isSearching = false;
  }

  /** Nobody will find the hosts: whoever waits for that is told so. */
  #giveUp(): void {
    for (const waiting of this.#awaiting) {
      waiting.reject(this.#unfound(ConnectionError));
    }
    this.#awaiting.clear();
    for (const detours of [...this.#holding]) {
      detours.refuse(({ command }) =>
        this.#unfound(ConnectionError, command.name)
      );
    }
  }

  #unfound(type: typeof ConnectionError, command?: string): ConnectionError {
    const cause = this.#notFound;
    const what = command === undefined ? "" : ` for "${command}"`;
    const why = cause instanceof Error ? `: ${cause.message}` : "";
    return new type(`Cannot find the servers of the cluster${what}${why}`, {
      outcome: "not-sent",
      ...(command === undefined ? {} : { command }),
      ...(cause === undefined ? {} : { cause }),
    });
  }

  /** Asks for a refresh because of a host. */
  #request(hostId: number): void {
    if (this.#refresher === undefined) return;
    this.#asking.add(hostId);
    this.#refresher.request();
  }

  async #refresh(): Promise<void> {
    for (const hostId of this.#asking) this.#countersOf(hostId).refreshes++;
    this.#asking.clear();
    if (!this.#closed) this.#events?.start();
    const timeout = this.#answerTime;
    const { signal } = this.#stopping;
    const question: Question<HostInfo> = (host, commands) => {
      const asking = inquire(host, commands, { timeout, signal })
        .catch((error) => {
          throw located(error, host.address);
        });
      this.#questions.add(asking);
      const forget = () => void this.#questions.delete(asking);
      asking.then(forget, forget);
      return asking;
    };
    await this.topology.refresh?.(question);
  }

  /** Milliseconds that a server has to say where others are. */
  get #answerTime(): number {
    const { dialTimeout = Infinity } = this.#poolOptions;
    return Math.min(LONGEST_ANSWER, dialTimeout, this.timeout);
  }

  #viewChanged(): void {
    this.#replicas.changed();
    if (this.topology instanceof RingTopology) this.#ringChanged(this.topology);
    for (const waiting of this.#awaiting) waiting.resolve();
    for (const detours of [...this.#holding]) detours.release();
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

  #make(id: number, isHeld = false): Host {
    if (!this.topology.isKnown) throw new NotReadyError();
    assertKnownHost(id, this.topology.hosts);
    const info = this.topology.hosts.get(id)!;
    const isOver = isHeld ? this.#stopping.signal.aborted : this.#closed;
    if (isOver) {
      throw new ConnectionError(
        `Cannot use host ${id} at ${info.address}: the cluster is closed`,
        { hostId: id, outcome: "not-sent" },
      );
    }
    this.#events?.start();
    const place = this.#places.get(id) ?? new MovablePlace(info);
    const counters = this.#countersOf(id);
    const pool = this.#makePool(place, counters, "primary");
    const host = new Host({
      id,
      place,
      pool,
      counters,
      patience: Math.min(LONGEST_PATIENCE, this.timeout),
      mayMove: this.#refresher !== undefined && this.#follower === undefined,
      onMisled: () => this.#request(id),
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
      pool: this.#makePool(place, counters, "replica"),
      counters,
      patience: 0,
      onMisled: () => this.#request(info.hostId),
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

  /**
   * The connections to a server. A replica that fails once is left alone until it
   * is fit again, and that is no event of its host.
   */
  #makePool(
    place: Pick<MovablePlace, "info" | "address">,
    counters: HostCounters,
    role: ServerRole,
  ): Pool {
    const { hostId } = place.info;
    const { traffic } = counters;
    const isPrimary = role === "primary";
    const tell = (message: Omit<ConnectionMessage, "hostId">) => {
      if (!connectionChannel.hasSubscribers) return;
      connectionChannel.publish({ error: undefined, ...message, hostId });
    };
    const events: PoolEvents = {
      onHealth: (refusal) => {
        if (isPrimary) this.#healthChanged(place, refusal);
      },
      onConnect: ({ address }, again) => {
        counters.opened++;
        tell({ address, type: "open" });
        if (again && isPrimary) this.#listener("reconnect", hostId, undefined);
      },
      onClose: ({ address, failed }) => {
        counters.lost++;
        tell({ address, type: "close" });
        // A server that becomes a replica ends all connections.
        if (failed && this.#events !== undefined) this.#request(hostId);
      },
      onFail: (error) => {
        tell({ address: place.address, type: "fail", error });
        this.#request(hostId);
      },
    };
    const options = {
      ...dialOptions(this.#poolOptions, this.timeout),
      traffic,
    };
    const dialer: Dialer = (manner, signal) => {
      const { info, address } = place;
      const greeting = this.#follower?.greeting(hostId, info.name);
      const own = { ...options, address, manner, signal, greeting };
      if (isPrimary) {
        const isNamed = info.primaryName !== undefined;
        return dial(info, { ...own, role: isNamed ? role : undefined });
      }
      const readOnly = this.topology.groupsMove;
      return dialReplica(info, { ...own, role, readOnly });
    };
    const { breaker } = this.#poolOptions;
    const settings = isPrimary ? this.#poolOptions : {
      ...this.#poolOptions,
      breaker: { ...breaker, threshold: 1 },
    };
    return new Pool(dialer, settings, events);
  }

  /** Tells that the primary of a host counts as down, or is back. */
  #healthChanged(
    { info: { hostId }, address }: Pick<MovablePlace, "info" | "address">,
    refusal: Refusal | undefined,
  ): void {
    if (refusal === undefined) return this.#listener("up", hostId, undefined);
    const { cause: error, retryIn } = refusal;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `Host ${hostId} at ${address} is down: ${reason}`;
    const details = { hostId, outcome: "not-sent", cause: error } as const;
    this.#listener(
      "down",
      hostId,
      new HostDownError(message, { ...details, retryIn }),
    );
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

/** Opens a connection to a replica: one that lets nobody in is as good as none. */
async function dialReplica(
  info: HostInfo,
  options: DialOptions,
): Promise<Connection> {
  try {
    return await dial(info, options);
  } catch (cause) {
    throw cause instanceof ConnectionError
      ? new ConnectionError(cause.message, { cause, outcome: "not-sent" })
      : cause;
  }
}

/** Does nothing, which cannot be known: so its key is moved first. */
const NOTHING = new Script("return 0");

/** Why connections of `connect(hostId)` end as keys begin to move. */
function leaving({ address }: HostInfo): ReshardingError {
  return new ReshardingError(
    `Cannot keep the connection to "${address}": keys move to other hosts; await ` +
      "cluster.settle(keys) of the keys it is for, and connect again",
  );
}

/** Milliseconds that a server has to say where the others are. */
const LONGEST_ANSWER = 2_000;

/** The same error of a question, which says who was asked. */
function located(error: unknown, address: string): unknown {
  const isTimeout = error instanceof TimeoutError;
  if (!isTimeout && !(error instanceof ConnectionError)) return error;
  const { message, cause, outcome } = error;
  return new (isTimeout ? TimeoutError : ConnectionError)(
    `Cannot ask ${address}: ${message}`,
    { outcome, ...cause === undefined ? {} : { cause } },
  );
}

/** Whether another attempt to find the hosts could end differently. */
function mayBeFound(error: unknown): boolean {
  return !(error instanceof BadHostSetupError) && isWorthRetrying(error);
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
