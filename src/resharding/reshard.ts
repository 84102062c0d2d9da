/**
 * Moving the keys of a cluster to other hosts while programs write.
 *
 * @module
 */

import type { Cluster } from "../cluster.ts";
import { ClusterHosts } from "../cluster_hosts.ts";
import { Dispatcher } from "../delivery/dispatcher.ts";
import { Lanes } from "../delivery/lane.ts";
import { DispatchedHost } from "../delivery/moving_host.ts";
import { CommandError, ReshardingError } from "../errors.ts";
import type { HostInfo } from "../host_info.ts";
import {
  type Ending,
  isReserved,
  KeyMover,
  type RingPhase,
  type RingRecord,
} from "../moving/mod.ts";
import {
  isPositive,
  isSignal,
  isWhole,
  oneOf,
  readOptions,
} from "../options.ts";
import {
  assertSameIds,
  type BaseRouter,
  FixedTopology,
  ringFingerprint,
} from "../topology/mod.ts";
import type { Key } from "../values.ts";
import { Barrier, overtaken, pause, type RingHost } from "./barrier.ts";
import { MOVER_NAME } from "./connections.ts";
import { Records, textOf } from "./records.ts";

/** How keys are moved. */
export interface ReshardOptions {
  /**
   * The most keys a second.
   *
   * @default {20_000}
   */
  rate?: number;
  /**
   * How many keys travel together.
   *
   * @default {100}
   */
  pageSize?: number;
  /**
   * The most bytes that a value may take in the memory of its server. Where a
   * larger one is found, the move stops before it: reading it would keep its server
   * from all else.
   *
   * @default {Infinity}
   */
  maxValueBytes?: number;
  /**
   * What becomes of connections of programs that do not follow the ring: with
   * `"refuse"` no key moves while there are some, with `"kill"` they are closed.
   *
   * @default {"refuse"}
   */
  strangers?: "refuse" | "kill";
  /**
   * Milliseconds before connections are closed whose programs do not hear that
   * keys are about to move.
   *
   * @default {2_000}
   */
  grace?: number;
  /** Stops when aborted; calling `reshard` again goes on. */
  signal?: AbortSignal;
}

/** How far a move is. */
export interface ReshardProgress {
  /** What is done now. */
  readonly phase: RingPhase;
  /** How many keys have been looked at, */
  readonly scanned: number;
  /** of about how many. */
  readonly total: number;
  /** How many keys have moved. */
  readonly moved: number;
  /** How many keys a second do. */
  readonly keysPerSecond: number;
  /** Seconds until all of them have, about; nothing while that is not known. */
  readonly timeLeft: number | undefined;
  /**
   * Keys that were on both hosts, with different values: that of the former host has
   * the name `__rb__:conflict:<epoch>:<key>` there now.
   */
  readonly conflicts: readonly string[];
}

const CHECKS = {
  rate: isPositive,
  pageSize: isWhole(1, 10_000),
  maxValueBytes: isPositive,
  strangers: oneOf("refuse", "kill"),
  grace: isWhole(0, 2_500),
  signal: isSignal,
};

/** Milliseconds between two looks for strangers while keys move. */
const WATCH = 5_000;
/** How many keys SCAN looks at for each key of a page. */
const SCAN_PAGE = 1_000;
/** How many pages are under way from each host. */
const MOST_PAGES = 4;

/**
 * Moves keys to other hosts while programs read and write them. All programs have
 * to have both sets of hosts by then, as `hosts` and `next` of a `Cluster` with
 * `follow`. No key is lost, and no write that was acknowledged.
 *
 * It may be stopped, or die, at any time: calling it again goes on. Calling it with
 * the clusters in the other order moves everything back, also from halfway.
 *
 * @param before The cluster as it is, as for `plan`: opened or not.
 * @param after The cluster as it shall be.
 * @param options How fast, and what becomes of those who do not follow.
 * @returns How far it is, again and again; it goes on as long as that is read.
 * @throws {ReshardingError} If programs are connected that do not follow, if a host
 * that is new has keys already, if a host refuses keys, or if somebody else moves
 * keys.
 *
 * @example A third host
 * ```ts
 * import { Cluster, ConsistentHashingRouter, reshard } from "@rb/rb";
 *
 * const a = { port: 6379, label: "a" };
 * const b = { port: 6380, label: "b" };
 * const router = ConsistentHashingRouter;
 * const before = new Cluster({ hosts: [a], router });
 * const after = new Cluster({ hosts: [a, b], router });
 * for await (const { phase, moved } of reshard(before, after)) {
 *   console.log(phase, moved);
 * }
 * ```
 */
export async function* reshard(
  before: Cluster,
  after: Cluster,
  options: ReshardOptions = {},
): AsyncGenerator<ReshardProgress, void, undefined> {
  const read = readOptions(options, CHECKS, "reshard()");
  const mover = new Resharding(before, after, read);
  try {
    yield* mover.run();
  } catch (error) {
    throw error instanceof CommandError ? refusedBy(error) : error;
  } finally {
    await mover.close();
  }
}

/** How things are between two sets of hosts. */
export interface ReshardStatus {
  /** Counts the steps of all moves there were. */
  readonly epoch: number;
  /** How far a move is. */
  readonly phase: RingPhase;
  /**
   * Which hosts are in use, or are being left: those `"before"`, those `"after"`,
   * or `"others"`.
   */
  readonly from: "before" | "after" | "others";
  /** Which hosts keys go to; the same ones where none move. */
  readonly to: "before" | "after" | "others";
  /** What keeps keys from being moved now, for people. */
  readonly problems: readonly string[];
}

/**
 * Tells how far a move is, and what keeps keys from being moved now. Nothing is
 * changed.
 *
 * @param before The cluster as it is.
 * @param after The cluster as it shall be.
 * @param options What gives it up.
 * @throws {TransportError} If a host cannot be asked.
 *
 * @example Is all well?
 * ```ts
 * import { Cluster, ConsistentHashingRouter, reshardStatus } from "@rb/rb";
 *
 * const a = { port: 6379, label: "a" };
 * const b = { port: 6380, label: "b" };
 * const router = ConsistentHashingRouter;
 * const before = new Cluster({ hosts: [a], router });
 * const after = new Cluster({ hosts: [a, b], router });
 * const { phase, problems } = await reshardStatus(before, after);
 * console.log(phase, problems);
 * ```
 */
export async function reshardStatus(
  before: Cluster,
  after: Cluster,
  options: Pick<ReshardOptions, "signal"> = {},
): Promise<ReshardStatus> {
  const read = readOptions(options, { signal: isSignal }, "reshardStatus()");
  const mover = new Resharding(before, after, read);
  try {
    return await mover.status();
  } finally {
    await mover.close();
  }
}

class Resharding {
  readonly #old: BaseRouter;
  readonly #next: BaseRouter;
  readonly #cluster: ClusterHosts;
  readonly #hosts = new Map<number, RingHost>();
  readonly #sources: readonly RingHost[];
  readonly #options: ReshardOptions;
  readonly #records: Records;
  readonly #barrier: Barrier;
  readonly #from: string;
  readonly #to: string;
  #phase: RingPhase = "stable";
  #scanned = 0;
  #total = 0;
  #moved = 0;
  #started = 0;
  readonly #conflicts: string[] = [];

  constructor(before: Cluster, after: Cluster, options: ReshardOptions) {
    const { signal, strangers = "refuse", grace = 2_000 } = options;
    assertSameIds(before.hosts, after.hosts);
    this.#options = options;
    this.#old = before.getRouter();
    this.#next = after.getRouter();
    this.#from = ringFingerprint(this.#old);
    this.#to = ringFingerprint(this.#next);
    const topology = new FixedTopology<HostInfo>(() => this.#old);
    const infos = new Map([...after.hosts, ...before.hosts]);
    for (const info of infos.values()) topology.add(info.named(MOVER_NAME));
    this.#cluster = new ClusterHosts(topology, {
      signal,
      timeout: 30_000,
      listener: () => {},
    });
    const dispatcher = new Dispatcher(this.#cluster, {
      timeout: 30_000,
      signal,
      autoBatch: false,
      idempotent: false,
      lanes: new Lanes(),
      movesKeys: true,
    });
    const ids = [...infos.keys()].sort((a, b) => a - b);
    for (const hostId of ids) {
      const { address, db } = infos.get(hostId)!;
      const host = new DispatchedHost(dispatcher, hostId);
      this.#hosts.set(hostId, Object.assign(host, { hostId, address, db }));
    }
    this.#sources = [...before.hosts.keys()]
      .map((hostId) => this.#hosts.get(hostId)!);
    const all = [...this.#hosts.values()];
    this.#records = new Records(all);
    const settings = { strangers, grace, signal };
    this.#barrier = new Barrier(all, this.#records, settings);
  }

  async close(): Promise<void> {
    await this.#cluster.close();
  }

  async *run(): AsyncGenerator<ReshardProgress> {
    const record = await this.#records.read();
    const begun = this.#state(record);
    if (begun === "done") {
      await this.#records.copy(record!);
      yield this.#progress();
      return;
    }
    if (begun === "cancel") {
      yield* this.#finish(record!);
      return;
    }
    let now = record;
    if (begun === "moving") {
      await this.#records.copy(record!);
      this.#phase = "moving";
    } else {
      if (begun === "start") await this.#refuseForeign();
      const rings = {
        from: this.#from,
        to: this.#to,
        isMixed: begun === "back",
      };
      const phases: RingRecord[] = [];
      const passing = this.#barrier.pass(
        record,
        rings,
        (record) => phases.push(record),
      );
      now = await passing;
      for (const { phase } of phases) {
        this.#phase = phase;
        yield this.#progress();
      }
    }
    yield* this.#moveAll(now!);
    yield* this.#finish(now!);
  }

  async status(): Promise<ReshardStatus> {
    const record = await this.#records.read();
    const { epoch, phase, from, to } = record ??
      { epoch: 0, phase: "stable", from: this.#from, to: this.#from };
    const which = (ring: string) =>
      ring === this.#from ? "before" : ring === this.#to ? "after" : "others";
    const problems = [
      ...(await this.#barrier.strangers())
        .map((one) => `A program does not follow the ring: ${one}`),
      ...await this.#versionProblems(),
    ];
    if (phase === "stable" && from === this.#from) {
      for (const host of await this.#foreign()) {
        problems.push(
          `Host ${host.hostId} at "${host.address}" has keys already`,
        );
      }
    }
    return { epoch, phase, from: which(from), to: which(to), problems };
  }

  /** Values of a newer server cannot be read by an older one. */
  async #versionProblems(): Promise<string[]> {
    const versions = await Promise.all(
      [...this.#hosts.values()].map(async (host) => {
        const info = textOf(await host.command("INFO", "server")) ?? "";
        const [, version = ""] = /^redis_version:(\d+\.\d+)/m.exec(info) ?? [];
        return { host, version };
      }),
    );
    const [first, ...others] = versions;
    return others.filter(({ version }) => version !== first.version)
      .map(({ host, version }) =>
        `Host ${host.hostId} at "${host.address}" has version ${version}, and ` +
        `host ${first.host.hostId} has ${first.version}: what one of them wrote ` +
        "may be too new for the other"
      );
  }

  /** What there is to do, by what hosts say. */
  #state(
    record: RingRecord | undefined,
  ): "start" | "again" | "back" | "moving" | "cancel" | "done" {
    if (record === undefined) return "start";
    const { from, to, phase, isMixed } = record;
    const isOurs = from === this.#from && to === this.#to;
    const isReverse = from === this.#to && to === this.#from;
    if (phase === "stable") {
      if (from === this.#to) return "done";
      if (from === this.#from) return "start";
    } else if (isOurs) {
      if (phase === "moving") return "moving";
      return isMixed ? "back" : "again";
    } else if (isReverse) {
      return phase === "moving" || isMixed ? "back" : "cancel";
    }
    throw new ReshardingError(
      "Cannot move keys: the hosts are in use with other hosts or another router " +
        "than those before and after, or keys move between other ones; the move " +
        "that was begun has to be ended first",
      { outcome: "not-sent" },
    );
  }

  /** There is one ring from here on. */
  async *#finish(now: RingRecord): AsyncGenerator<ReshardProgress> {
    const ring = this.#to;
    const stable = {
      phase: "stable",
      from: ring,
      to: ring,
      isMixed: false,
    } as const;
    const record = await this.#records.advance(now, stable);
    if (record === undefined) throw overtaken();
    this.#phase = "stable";
    yield this.#progress();
  }

  /** A host that only comes now has to be empty. */
  async #refuseForeign(): Promise<void> {
    const [host] = await this.#foreign();
    if (host === undefined) return;
    throw new ReshardingError(
      `Cannot move keys to host ${host.hostId} at "${host.address}": it has keys ` +
        "already, which would be in the way; delete them, or take another " +
        "database",
      { hostId: host.hostId, outcome: "not-sent" },
    );
  }

  /** Hosts that only come now and have keys. */
  async #foreign(): Promise<RingHost[]> {
    const old = new Set(this.#sources.map(({ hostId }) => hostId));
    const found: RingHost[] = [];
    for (const host of this.#hosts.values()) {
      if (old.has(host.hostId)) continue;
      let cursor = "0";
      do {
        const [next, keys] = await scan(host, cursor, SCAN_PAGE);
        const isForeign = keys.some((key) => !isReserved(key));
        if (isForeign) found.push(host);
        cursor = isForeign ? "0" : next;
      } while (cursor !== "0");
    }
    return found;
  }

  async *#moveAll({ epoch }: RingRecord): AsyncGenerator<ReshardProgress> {
    const sizes = await Promise.all(
      this.#sources.map((host) => host.command("DBSIZE")),
    );
    this.#total = sizes.reduce<number>((sum, size) => sum + Number(size), 0);
    this.#started = performance.now();
    let watched = this.#started;
    const walks = this.#sources.map((host) => this.#walk(host, epoch));
    const stepping = new Map(
      walks.map((walk, index) => [index, step(walk, index)]),
    );
    try {
      while (stepping.size > 0) {
        const { index, done } = await Promise.race(stepping.values());
        if (done) stepping.delete(index);
        else stepping.set(index, step(walks[index], index));
        if (performance.now() - watched > WATCH) {
          watched = performance.now();
          await this.#barrier.refuseStrangers();
        }
        yield this.#progress();
      }
    } finally {
      await Promise.allSettled(stepping.values());
      await Promise.allSettled(walks.map((walk) => walk.return(undefined)));
    }
  }

  /** Moves all keys of one host, page by page. */
  async *#walk(source: RingHost, epoch: number): AsyncGenerator<void> {
    const movers = new Map<number, KeyMover>();
    const pages = new Map<number, Key[]>();
    const { pageSize = 100 } = this.#options;
    const under = new Set<Promise<void>>();
    let failure: { readonly reason: unknown } | undefined;
    const send = (to: number, keys: Key[]) => {
      let mover = movers.get(to);
      if (mover === undefined) {
        mover = new KeyMover(source, this.#hosts.get(to)!, { epoch });
        movers.set(to, mover);
      }
      const moving = this.#movePage(mover, { source, keys })
        .catch((reason) => void (failure ??= { reason }))
        .finally(() => under.delete(moving));
      under.add(moving);
    };
    let cursor = "0";
    try {
      do {
        const [next, keys] = await scan(source, cursor, SCAN_PAGE);
        cursor = next;
        this.#scanned += keys.length;
        for (const key of keys) {
          const to = this.#next.getHostForKey(key);
          // Most keys stay, and looking at rings is what takes the time here.
          if (to === source.hostId || isReserved(key)) continue;
          if (this.#old.getHostForKey(key) !== source.hostId) continue;
          const page = pages.get(to);
          if (page === undefined) pages.set(to, [key]);
          else page.push(key);
        }
        for (const [to, keys] of pages) {
          while (keys.length >= pageSize || cursor === "0" && keys.length > 0) {
            while (under.size >= MOST_PAGES) await Promise.race(under);
            if (failure !== undefined) throw failure.reason;
            await this.#slowDown();
            send(to, [...new Set(keys.splice(0, pageSize))]);
          }
        }
        yield;
      } while (cursor !== "0");
    } finally {
      await Promise.all(under);
    }
    if (failure !== undefined) throw failure.reason;
  }

  async #movePage(
    mover: KeyMover,
    { source, keys }: { source: RingHost; keys: readonly Key[] },
  ): Promise<void> {
    const { signal } = this.#options;
    await this.#refuseLarge(source, keys);
    const endings = await mover.move(keys, { signal });
    endings.forEach((ending, index) => {
      if (ending === "moved") this.#moved++;
      else if (ending === "conflict") {
        this.#conflicts.push(String(textOf(keys[index])));
      } else if (typeof ending === "object") throw refused(source, ending);
    });
  }

  async #refuseLarge(source: RingHost, keys: readonly Key[]): Promise<void> {
    const { maxValueBytes = Infinity } = this.#options;
    if (maxValueBytes === Infinity) return;
    const sizes = await Promise.all(
      keys.map((key) => source.command("MEMORY", "USAGE", key)),
    );
    const index = sizes.findIndex((size) => Number(size) > maxValueBytes);
    if (index < 0) return;
    throw new ReshardingError(
      `Cannot move a key of host ${source.hostId} at "${source.address}": it takes ` +
        `${sizes[index]} bytes, and "maxValueBytes" is ${maxValueBytes}`,
      { hostId: source.hostId, outcome: "not-sent" },
    );
  }

  /** Keeps to the rate. */
  async #slowDown(): Promise<void> {
    const { rate = 20_000, signal } = this.#options;
    signal?.throwIfAborted();
    const due = this.#started + this.#moved / rate * 1_000;
    const early = due - performance.now();
    if (early > 0) await pause(early, signal);
  }

  #progress(): ReshardProgress {
    const seconds = (performance.now() - this.#started) / 1_000;
    const isMoving = this.#started > 0 && seconds > 0;
    const scannedPerSecond = isMoving ? this.#scanned / seconds : 0;
    const left = Math.max(0, this.#total - this.#scanned);
    return {
      phase: this.#phase,
      scanned: this.#scanned,
      total: this.#total,
      moved: this.#moved,
      keysPerSecond: isMoving ? this.#moved / seconds : 0,
      timeLeft: scannedPerSecond > 0 ? left / scannedPerSecond : undefined,
      conflicts: [...this.#conflicts],
    };
  }
}

function refusedBy(cause: CommandError): ReshardingError {
  const { hostId, command, message } = cause;
  return new ReshardingError(
    `Cannot move keys: host ${hostId} refused "${command}": ${message}`,
    { hostId, command, outcome: "not-sent", cause },
  );
}

async function step(
  walk: AsyncGenerator<void>,
  index: number,
): Promise<{ index: number; done: boolean }> {
  const { done = false } = await walk.next();
  return { index, done };
}

async function scan(
  host: RingHost,
  cursor: string,
  count: number,
): Promise<[cursor: string, keys: Uint8Array[]]> {
  const reply = await host.command("SCAN", cursor, "COUNT", count);
  if (!Array.isArray(reply)) throw new TypeError("SCAN replied something else");
  return [String(textOf(reply[0])), reply[1] as unknown as Uint8Array[]];
}

function refused(
  { hostId, address }: RingHost,
  ending: Exclude<Ending, string>,
): ReshardingError {
  const { problem } = ending;
  const why = problem === "same"
    ? "the host it moves to is the same database"
    : `the host it moves to refused it: ${problem.reply}`;
  return new ReshardingError(
    `Cannot move a key of host ${hostId} at "${address}": ${why}`,
    { hostId, outcome: "not-sent" },
  );
}
