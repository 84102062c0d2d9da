/**
 * The replicas of a cluster as its clients read from them: found by the topology,
 * connected to when first needed, and left alone while they are not fit.
 *
 * @module
 */

import type { Host } from "./delivery/host.ts";
import type { Link, Passenger } from "./delivery/link.ts";
import type { ReplicaChoice } from "./delivery/replica_choice.ts";
import { HostCounters } from "./delivery/stats.ts";
import type {
  HostStats,
  ReplicaStats,
  ServerStats,
} from "./delivery/stats_types.ts";
import { ConnectionError } from "./errors.ts";
import type { HostInfo } from "./host_info.ts";
import type { Topology } from "./topology/mod.ts";
import { CommandExchange } from "./wire/command_exchange.ts";
import { countdown } from "./wire/countdown.ts";
import { isInTouch } from "./wire/dial.ts";
import type { HostPoolStatus, PoolStatus } from "./wire/pool_types.ts";

/** Milliseconds after which a replica is asked again whether it is in touch. */
const CHECK_AFTER = 1_000;

/** Milliseconds that its answer may take. */
const ANSWER_TIME = 1_000;

/** Milliseconds before replicas are looked for again, at first, */
const FIRST_SEARCH = 1_000;
/** and at the most. */
const LONGEST_SEARCH = 60_000;

/** What {@linkcode ClusterReplicas} need of their cluster. */
export interface ReplicaOwner {
  /** Which replicas there are. */
  readonly topology: Topology<HostInfo>;
  /** Makes what carries commands to a replica. */
  make(info: HostInfo, counters: HostCounters): Host;
  /** Whether the primary of a host is worth asking. */
  isUp(hostId: number): boolean;
  /** Lets a host come to its end. */
  retire(host: Host, patience?: number): Promise<void>;
  /** Asks where everything is, because of a host. */
  seek(hostId: number): void;
}

/** The replicas of all hosts of a cluster. */
export class ClusterReplicas {
  readonly #owner: ReplicaOwner;
  readonly #sets = new Map<number, ReplicaSet>();

  /** @param owner The cluster. */
  constructor(owner: ReplicaOwner) {
    this.#owner = owner;
  }

  /** Those of one host. */
  of(hostId: number): ReplicaSet {
    let set = this.#sets.get(hostId);
    if (set === undefined) {
      this.#sets.set(hostId, set = new ReplicaSet(hostId, this.#owner));
    }
    return set;
  }

  /** Those of one host, if any of them was wanted so far. */
  known(hostId: number): ReplicaSet | undefined {
    return this.#sets.get(hostId);
  }

  /** The topology may have others from now on. */
  changed(): void {
    for (const [hostId, set] of this.#sets) {
      set.outdated();
      if (!this.#owner.topology.hosts.has(hostId)) this.#sets.delete(hostId);
    }
  }

  /**
   * Lets all connections come to their end; new ones are opened when needed.
   *
   * @param patience How many milliseconds that may take.
   */
  disconnect(patience: number): void {
    for (const set of this.#sets.values()) set.disconnect(patience);
  }
}

/** A replica, and what has been counted for it. */
interface Replica {
  readonly info: HostInfo;
  readonly counters: HostCounters;
  /** What carries commands to it, once there were any. */
  host: Host | undefined;
  /** When it was last asked whether it is in touch, by `performance.now()`. */
  checkedAt: number;
}

/** The replicas of one host. */
export class ReplicaSet implements ReplicaChoice {
  readonly #hostId: number;
  readonly #owner: ReplicaOwner;
  readonly #replicas = new Map<string, Replica>();
  /** What was counted for those that are no replicas of the host any more, */
  readonly #former = new HostCounters();
  /** and for those among them that come to their end. */
  readonly #leaving = new Set<HostCounters>();
  #isOutdated = true;
  /** Whose turn it is. */
  #turn = 0;
  /** When it is worth looking for replicas again, and the pause after that. */
  #searchAt = 0;
  #pause = FIRST_SEARCH;

  /**
   * @param hostId The id of the host.
   * @param owner The cluster.
   */
  constructor(hostId: number, owner: ReplicaOwner) {
    this.#hostId = hostId;
    this.#owner = owner;
  }

  next(tried: ReadonlySet<Host>, sharing: boolean): Host | undefined {
    if (this.#isOutdated) this.#update();
    this.#search();
    const { size } = this.#replicas;
    const count = sharing && this.#owner.isUp(this.#hostId) ? size + 1 : size;
    const replicas = [...this.#replicas.values()];
    for (let i = 0; i < count; i++) {
      const replica = replicas[this.#turn++ % count];
      if (replica === undefined) return undefined;
      const host = this.#hostOf(replica);
      if (host.pool.down || tried.has(host)) continue;
      this.#check(replica, host);
      return host;
    }
    return undefined;
  }

  /** The topology may say otherwise from now on. */
  outdated(): void {
    this.#isOutdated = true;
    // Where one thing changed, more may follow.
    this.#pause = FIRST_SEARCH;
    const soon = performance.now() + FIRST_SEARCH;
    this.#searchAt = Math.min(this.#searchAt, soon);
    this.#update();
  }

  /** Lets all connections come to their end. */
  disconnect(patience: number): void {
    for (const replica of this.#replicas.values()) {
      if (replica.host !== undefined) {
        this.#owner.retire(replica.host, patience);
      }
      replica.host = undefined;
    }
  }

  /**
   * What was counted for the host as a whole.
   *
   * @param primary What was counted for its primary,
   * @param shown and how that is shown.
   */
  stats(primary: HostCounters, shown: ServerStats): HostStats {
    const together = new HostCounters();
    together.add(primary);
    together.add(this.#former);
    for (const counters of this.#leaving) together.add(counters);
    const queue = { ...shown.queue };
    let { open, idle } = shown.connections;
    const replicas: Record<string, ReplicaStats> = {};
    for (const [address, { counters, host }] of this.#replicas) {
      const now = host?.stats() ??
        counters.summary({
          queue: { commands: 0, bytes: 0 },
          open: 0,
          idle: 0,
        });
      replicas[address] = { ...now, fallbacks: counters.fallbacks };
      together.add(counters);
      queue.commands += now.queue.commands;
      queue.bytes += now.queue.bytes;
      open += now.connections.open;
      idle += now.connections.idle;
    }
    const all = together.summary({ queue, open, idle });
    return { ...all, apart: { primary: shown, replicas } };
  }

  /** How the connections to the host as a whole are used. */
  pool(primary: PoolStatus): HostPoolStatus {
    return new HostPool(primary, () => this.#pools());
  }

  #pools(): Record<string, PoolStatus> {
    const pools: Record<string, PoolStatus> = {};
    for (const [address, { host }] of this.#replicas) {
      if (host !== undefined) pools[address] = host.pool;
    }
    return pools;
  }

  #update(): void {
    this.#isOutdated = false;
    const infos = this.#owner.topology.replicasOf?.(this.#hostId) ?? [];
    const addresses = new Set(infos.map(({ address }) => address));
    for (const [address, { host, counters }] of this.#replicas) {
      if (addresses.has(address)) continue;
      this.#replicas.delete(address);
      this.#leaving.add(counters);
      const end = () => {
        this.#leaving.delete(counters);
        this.#former.add(counters);
      };
      if (host === undefined) end();
      else this.#owner.retire(host).finally(end);
    }
    for (const info of infos) {
      if (this.#replicas.has(info.address)) continue;
      const counters = new HostCounters();
      const replica = { info, counters, host: undefined, checkedAt: 0 };
      this.#replicas.set(info.address, replica);
    }
  }

  #hostOf(replica: Replica): Host {
    if (replica.host === undefined) {
      replica.host = this.#owner.make(replica.info, replica.counters);
      replica.checkedAt = performance.now();
    }
    return replica.host;
  }

  /**
   * Asks a replica that is in use whether it still hears of every change; nobody
   * waits for the answer. When its connections were opened it did.
   */
  #check(replica: Replica, host: Host): void {
    const now = performance.now();
    if (now - replica.checkedAt < CHECK_AFTER) return;
    const link = host.links.take("shared");
    if (link === undefined) return;
    replica.checkedAt = now;
    askWhetherInTouch(link, () => {
      host.leaveServer();
      host.pool.blame(
        new ConnectionError("The replica is not in touch with its primary"),
      );
    });
  }

  /**
   * Looks for replicas now and then: one more fails nothing, so that nobody asks
   * because of it, and servers tell of one only when it has its data.
   */
  #search(): void {
    const now = performance.now();
    if (now < this.#searchAt) return;
    this.#searchAt = now + this.#pause;
    this.#pause = Math.min(LONGEST_SEARCH, this.#pause * 2);
    this.#owner.seek(this.#hostId);
  }
}

/**
 * Asks a replica whether it hears of every change of its primary.
 *
 * @param link A connection to it.
 * @param onDoubt Called if it says no, or nothing in time.
 */
function askWhetherInTouch(link: Link, onDoubt: () => void): void {
  let stop = () => {};
  const passenger: Passenger = {
    granted: () => {},
    refused: () => {},
    lost: () => stop(),
    returned: () => stop(),
    proven: () => {},
  };
  const end = (isGood: boolean) => {
    stop();
    link.leave(passenger);
    if (!isGood) onDoubt();
  };
  const question = new CommandExchange(
    [["ROLE"]],
    (reply) => end(isInTouch(reply)),
    true,
  );
  stop = countdown(ANSWER_TIME, () => {
    end(false);
    link.retire();
  });
  link.board(passenger);
  link.send(question);
}

/** The connections of a host as a whole. */
class HostPool implements HostPoolStatus {
  readonly #primary: PoolStatus;
  readonly #replicas: () => Record<string, PoolStatus>;

  constructor(
    primary: PoolStatus,
    replicas: () => Record<string, PoolStatus>,
  ) {
    this.#primary = primary;
    this.#replicas = replicas;
  }

  get size(): number {
    return this.#sum("size");
  }

  get idle(): number {
    return this.#sum("idle");
  }

  get leased(): number {
    return this.#sum("leased");
  }

  get dialing(): number {
    return this.#sum("dialing");
  }

  get waiting(): number {
    return this.#sum("waiting");
  }

  get maxConnections(): number {
    return this.#sum("maxConnections");
  }

  get exhausted(): boolean {
    return this.#primary.exhausted;
  }

  get down(): boolean {
    return this.#primary.down;
  }

  get failures(): number {
    return this.#primary.failures;
  }

  get apart(): NonNullable<HostPoolStatus["apart"]> {
    return { primary: this.#primary, replicas: this.#replicas() };
  }

  #sum(
    name: "size" | "idle" | "leased" | "dialing" | "waiting" | "maxConnections",
  ): number {
    const replicas = Object.values(this.#replicas());
    return replicas.reduce(
      (sum, pool) => sum + pool[name],
      this.#primary[name],
    );
  }
}
