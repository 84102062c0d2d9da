/**
 * Hosts whose owner may give them another ring, while keys move from the one to the
 * other.
 *
 * @module
 */

import { positionsOf } from "../commands/keys.ts";
import type { CommandSpec } from "../commands/spec.ts";
import { specOf } from "../commands/table.ts";
import { ConnectionError, ReshardingError } from "../errors.ts";
import type { Argument, Key, Reply } from "../values.ts";
import { hashAgain } from "./md5.ts";
import { ringFingerprint } from "./ring_fingerprint.ts";
import { BaseRouter, type RouterHost } from "./router.ts";
import type {
  ClusterTopology,
  Failover,
  Question,
  Topology,
  TopologyWatcher,
} from "./topology.ts";

const { getHostForCommand } = BaseRouter.prototype;

/** What a record says of rings, as far as a topology needs it. */
export interface RingState {
  /** Counts changes: the highest one counts. */
  readonly epoch: number;
  readonly phase: "stable" | "announced" | "holding" | "moving";
  /** The fingerprint of the ring that keys leave, or of the only one, */
  readonly from: string;
  /** and of the one that they go to. */
  readonly to: string;
  /** Whether keys are on both sides already. */
  readonly isMixed: boolean;
  /** Whether programs were kept from writing. */
  readonly isStopped?: boolean;
  /** How many replicas have to have what moves keys. */
  readonly replicated?: number;
  /** What its rings are, for people, by their fingerprints. */
  readonly rings?: Readonly<Record<string, string>>;
}

/** The hosts of a key that moves. */
export interface KeyRoute {
  /** Where it was. */
  readonly from: number;
  /** Where it will be. */
  readonly to: number;
}

/** Where hosts are, whatever keys they have. */
export type HostPlaces<H extends RouterHost> = Pick<
  Topology<H>,
  "hosts" | "watch" | "describe" | "refresh"
>;

/** What a {@linkcode RingTopology} is made of. */
export interface RingTopologyOptions<H extends RouterHost> {
  /** Where the hosts of both rings are. */
  readonly places: HostPlaces<H>;
  /** The ring in use, */
  readonly ring: BaseRouter;
  /** and the one that comes next, if one does. */
  readonly next?: BaseRouter | undefined;
  /** Reads what a host keeps; throws where that is no record. */
  readonly readState: (text: string | null) => RingState | undefined;
  /** What hosts keep it in. */
  readonly recordKey: string;
  /** What is said to a host, so that its replicas have a record, */
  readonly confirmation: (state: RingState) => [string, ...Argument[]][];
  /** and whether they have, by the replies. */
  readonly isConfirmed: (state: RingState, replies: Reply[]) => boolean;
}

/** Groups from here on are those of keys that move. */
export const MOVING_GROUPS = 2 ** 40;
/** Each has a number of its own, so that no two of them are taken for one. */
const NUMBERS = 2 ** 24;
/** Ids of hosts up to here, or else groups would be no exact numbers. */
const MOST_HOSTS = 2 ** 20;

/**
 * Two rings over the same hosts, of which the hosts themselves say, by the record
 * that they keep, which one counts. A key that is on one and the same host in both
 * has that as its group. Others have groups of their own while they move.
 */
export class RingTopology<H extends RouterHost> implements Topology<H> {
  readonly hosts = new Map<number, H>();
  readonly groupsMove = true;
  readonly #options: RingTopologyOptions<H>;
  readonly #rings: ReadonlyMap<string, BaseRouter>;
  readonly #own: string;
  /** Whether the record was read, and whether the hosts that count are found. */
  #isRead = false;
  #areFound = false;
  #state: RingState;
  #ring: BaseRouter;
  /** The ring that was in use before the last change. */
  #former: BaseRouter;
  /** The ring that keys move to now. */
  #target: BaseRouter | undefined = undefined;
  /** What keeps it from routing anything. */
  #problem: string | undefined = undefined;
  #count = 0;
  /** The key that was asked about last while keys move, and its two hosts. */
  #lastKey: Key | undefined = undefined;
  #lastFrom = -1;
  #lastTo = -1;
  #watcher: TopologyWatcher | undefined = undefined;

  /** @param options The rings, and how to read the record. */
  constructor(options: RingTopologyOptions<H>) {
    const { ring, next } = options;
    this.#options = options;
    this.#own = ringFingerprint(ring);
    const rings = new Map([[this.#own, ring]]);
    if (next !== undefined) rings.set(ringFingerprint(next), next);
    this.#rings = rings;
    this.#ring = this.#former = ring;
    this.#state = stateWithoutRecord(this.#own);
    options.places.watch({
      hostChanged: (hostId, failover) => this.#moved(hostId, failover),
      changed: () => this.#placed(),
    });
    this.#takeHosts();
  }

  get isKnown(): boolean {
    return this.#isRead && this.#areFound;
  }

  /** Whether any host has said what its record is. */
  get isRead(): boolean {
    return this.#isRead;
  }

  /** Where the hosts of both rings are. */
  get places(): HostPlaces<H> {
    return this.#options.places;
  }

  /** What the hosts say. */
  get state(): RingState {
    return this.#state;
  }

  /** Why nothing can be routed, if nothing can. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Whether some keys have two hosts now. */
  get isMoving(): boolean {
    return this.#target !== undefined;
  }

  /** Whether a key may have another host than before the last change. */
  get haveChanged(): boolean {
    return this.#target !== undefined || this.#former !== this.#ring;
  }

  /** The router of the ring in use. */
  get router(): BaseRouter {
    return this.#ring;
  }

  get goesByKeys(): boolean {
    return this.#ring.getHostForCommand === getHostForCommand &&
      (this.#target === undefined ||
        this.#target.getHostForCommand === getHostForCommand);
  }

  watch(watcher: TopologyWatcher): void {
    this.#watcher = watcher;
  }

  /**
   * Takes what hosts say for what is so, unless more is known already.
   *
   * @returns Whether it is news.
   */
  apply(said: RingState | undefined): boolean {
    const state = said ?? stateWithoutRecord(this.#own);
    const isNews = !this.#isRead || state.epoch > this.#state.epoch;
    if (!isNews) return false;
    this.#isRead = true;
    this.#state = state;
    this.#route();
    const left = this.#takeHosts();
    this.#watcher?.changed?.();
    // What was not sent to them has been routed anew by now.
    for (const hostId of left) {
      this.hosts.delete(hostId);
      this.#watcher?.hostChanged(hostId);
    }
    return true;
  }

  async refresh(ask: Question<H>): Promise<void> {
    const { places, readState, recordKey } = this.#options;
    try {
      await places.refresh?.(ask);
    } catch (error) {
      // It may be about a host that does not count yet.
      if (!this.#areFound) throw error;
    }
    let failure: unknown;
    // The first one has the last word; the others keep copies.
    for (const hostId of this.anchors) {
      try {
        const [reply] = await ask(this.hosts.get(hostId)!, [[
          "GET",
          recordKey,
        ]]);
        if (reply instanceof Error) throw reply;
        const state = readState(reply as string | null);
        const host = this.hosts.get(hostId)!;
        if (this.isDoubtful(state) && !await this.#confirm(host, state, ask)) {
          if (this.makesDoWith(state)) return;
          throw unconfirmed(host);
        }
        this.apply(state);
        return;
      } catch (error) {
        failure ??= error;
      }
    }
    throw failure;
  }

  /**
   * Whether what a host says counts only once replicas have it: otherwise a failover
   * may take back what others have been told by it.
   */
  isDoubtful(said: RingState | undefined): said is RingState {
    if (said === undefined || (said.replicated ?? 0) === 0) return false;
    return !this.#isRead || said.epoch > this.#state.epoch;
  }

  /**
   * Goes by a ring that a host says is in use, although its replicas may not have
   * heard of it: where nothing else is known, or the same one is. Its epoch does not
   * count.
   *
   * @returns Whether it does.
   */
  makesDoWith(said: RingState): boolean {
    if (said.phase !== "stable") return false;
    if (!this.#isRead) return this.apply({ ...said, epoch: 0 });
    return this.#state.phase === "stable" && this.#state.from === said.from;
  }

  /** Has the replicas of a host get its record; says whether they have it then. */
  async #confirm(
    host: H,
    state: RingState,
    ask: Question<H>,
  ): Promise<boolean> {
    const { confirmation, isConfirmed } = this.#options;
    return isConfirmed(state, await ask(host, confirmation(state)));
  }

  /** The hosts that keep the record, those first whose word counts the most. */
  get anchors(): number[] {
    return [...this.hosts.keys()].sort((a, b) => a - b);
  }

  groupOf(key: Key): number {
    if (this.#problem !== undefined) throw this.refusal();
    if (this.#target === undefined) return this.#ring.getHostForKey(key);
    return this.#moves(key) ? this.#groupTo(this.#lastTo) : this.#lastFrom;
  }

  hostOf(group: number): number {
    return group < MOVING_GROUPS
      ? group
      : Math.floor((group - MOVING_GROUPS) / NUMBERS);
  }

  groupOfCommand(name: string, args: readonly Argument[]): number {
    if (this.#problem !== undefined) throw this.refusal(name);
    if (this.#target === undefined) {
      return this.#ring.getHostForCommand(name, args);
    }
    // It runs where all of its keys will be.
    const to = this.#target.getHostForCommand(name, args);
    const isMoving = positionsOf(specOf(name), args)
      .some((position) => this.routeOf(args[position]) !== undefined);
    return isMoving ? this.#groupTo(to) : to;
  }

  /** The group of some keys that go together; nothing where they do not. */
  groupOfKeys(keys: readonly Key[]): number | undefined {
    if (this.#problem !== undefined) throw this.refusal();
    const ring = this.#target ?? this.#ring;
    const [first, ...others] = keys.map((key) => ring.getHostForKey(key));
    if (others.some((hostId) => hostId !== first)) return undefined;
    const isMoving = keys.some((key) => this.routeOf(key) !== undefined);
    return isMoving ? this.#groupTo(first) : first;
  }

  /** The two hosts of a key, while it has two. */
  routeOf(key: Key): KeyRoute | undefined {
    if (this.#target === undefined || !this.#moves(key)) return undefined;
    return { from: this.#lastFrom, to: this.#lastTo };
  }

  /** The two hosts of a key, or twice the one that it has. */
  hostsOf(key: Key): KeyRoute {
    const target = this.#target;
    if (target === undefined) {
      const hostId = this.#ring.getHostForKey(key);
      return { from: hostId, to: hostId };
    }
    this.#moves(key);
    return { from: this.#lastFrom, to: this.#lastTo };
  }

  /** Whether a key has two hosts now; leaves both in `#lastFrom` and `#lastTo`. */
  #moves(key: Key): boolean {
    // It is asked for its group first, and then for the rest. Bytes may be others
    // when they are asked about again.
    if (key !== this.#lastKey || typeof key === "object") {
      this.#lastKey = undefined;
      this.#lastFrom = this.#ring.getHostForKey(key);
      this.#lastTo = hostAgain(this.#target!, key);
      this.#lastKey = key;
    }
    return this.#lastFrom !== this.#lastTo;
  }

  /** Where a key was that has two hosts now. */
  formerHostOf(key: Key): number | undefined {
    if (this.#target === undefined || !this.#moves(key)) return undefined;
    return this.#lastFrom;
  }

  /**
   * Why a command may not be sent to a host that was named: it has a key that
   * moves.
   *
   * @param hostId The host, if the command was meant for it before the last change:
   * then a key that was at home there has to be so still.
   */
  objectionTo(
    command: CommandSpec,
    args: readonly Argument[],
    hostId?: number,
  ): ReshardingError | undefined {
    const { name } = command;
    let hasLeft: boolean;
    try {
      hasLeft = positionsOf(command, args).some((position) => {
        const key = args[position];
        const { from, to } = this.hostsOf(key);
        return from !== to || hostId !== undefined && to !== hostId &&
            this.#former.getHostForKey(key) === hostId;
      });
    } catch {
      // It is unknown, or has no such arguments: that is for the server to say.
      return undefined;
    }
    if (!hasLeft) return undefined;
    return new ReshardingError(
      `Cannot send "${name}" to a host that was named: its key moves to another ` +
        "one; issue it by a routing client, or a map, which has the key moved",
      { command: name, outcome: "not-sent" },
    );
  }

  /** The error of a command that cannot be routed. */
  refusal(command?: string): ReshardingError {
    const what = command === undefined ? "the command" : `"${command}"`;
    return new ReshardingError(`Cannot route ${what}: ${this.#problem}`, {
      command,
      outcome: "not-sent",
    });
  }

  describe(): ClusterTopology {
    const { hosts } = this.#options.places.describe();
    return {
      epoch: this.#state.epoch,
      hosts: new Map([...hosts].filter(([hostId]) => this.hosts.has(hostId))),
    };
  }

  /** Adds the hosts that count now; says which ones do not any more. */
  #takeHosts(): number[] {
    const { hosts } = this.#options.places;
    const ids = new Set(this.#ring.cluster.hosts.keys());
    for (const id of this.#target?.cluster.hosts.keys() ?? []) ids.add(id);
    const sorted = [...ids].sort((a, b) => a - b);
    for (const id of sorted) {
      const host = hosts.get(id);
      if (host !== undefined && !this.hosts.has(id)) this.hosts.set(id, host);
    }
    this.#areFound = sorted.every((id) => this.hosts.has(id));
    return [...this.hosts.keys()].filter((id) => !ids.has(id));
  }

  /** It is known where hosts are that were not found before. */
  #placed(): void {
    this.#takeHosts();
    if (this.isKnown) this.#watcher?.changed?.();
  }

  /** A host is another server now. */
  #moved(hostId: number, failover: Failover | undefined): void {
    const host = this.#options.places.hosts.get(hostId);
    if (host === undefined || !this.hosts.has(hostId)) return;
    this.hosts.set(hostId, host);
    this.#watcher?.hostChanged(hostId, failover);
  }

  /** Chooses the rings that count. */
  #route(): void {
    const { phase, from, to, rings = {} } = this.#state;
    this.#former = this.#ring;
    const ring = this.#rings.get(from);
    const target = this.#rings.get(to);
    const needsBoth = phase === "holding" || phase === "moving";
    this.#target = undefined;
    this.#problem = undefined;
    this.#lastKey = undefined;
    if (ring === undefined || needsBoth && target === undefined) {
      this.#problem = needsBoth
        ? "keys move between two sets of hosts, and this program does not know " +
          'both; give the cluster the other one as "next"'
        : "the hosts are in use with another router or other hosts than this " +
          `program has${
            rings[from] === undefined ? "" : `, ${rings[from]}`
          }; ` +
          'give the cluster the same ones, or those as "next"';
      return;
    }
    this.#ring = ring;
    if (needsBoth) this.#target = target;
  }

  #groupTo(hostId: number): number {
    this.#count = (this.#count + 1) % NUMBERS;
    return MOVING_GROUPS + hostId * NUMBERS + this.#count;
  }
}

/** The host of a key that another ring has been asked about just now. */
function hostAgain(ring: BaseRouter, key: Key): number {
  hashAgain(true);
  try {
    return ring.getHostForKey(key);
  } finally {
    hashAgain(false);
  }
}

/** What a host says of the rings does not count. */
function unconfirmed({ address }: RouterHost): ConnectionError {
  return new ConnectionError(
    `The replicas of the server at "${address}" do not have what it says of the ring`,
    { outcome: "not-sent" },
  );
}

/** What holds where hosts keep no record. */
function stateWithoutRecord(ring: string): RingState {
  return { epoch: 0, phase: "stable", from: ring, to: ring, isMixed: false };
}

/**
 * Refuses two sets of hosts in which an id does not mean the same server.
 *
 * @param before The hosts before, and after.
 * @throws {TypeError} If there is such an id.
 */
export function assertSameIds(
  before: ReadonlyMap<number, RouterHost>,
  after: ReadonlyMap<number, RouterHost>,
): void {
  const ids = new Map<string, number>();
  for (const [hostId, host] of before) {
    const place = placeOf(host);
    if (place !== undefined) ids.set(place, hostId);
    const other = after.get(hostId);
    if (other === undefined || placeOf(other) === place) continue;
    throw new TypeError(
      `Cannot move keys: host ${hostId} is ${place} before and ` +
        `${
          placeOf(other)
        } after; a host keeps its id, and other hosts take other ` +
        "ids, which a ring takes whose hosts all have labels",
    );
  }
  for (const [hostId, host] of after) {
    const place = placeOf(host);
    const other = place === undefined ? undefined : ids.get(place);
    if (other !== undefined && other !== hostId) {
      throw new TypeError(
        `Cannot move keys: the server ${place} is host ${other} before ` +
          `and host ${hostId} after; a host keeps its id, which a ring allows ` +
          "whose hosts all have labels",
      );
    }
    if (hostId >= MOST_HOSTS) {
      throw new RangeError(`Cannot move keys: the id ${hostId} is too large`);
    }
  }
}

/** What a host is known by, wherever its primary is; for people as well. */
function placeOf({ address, primaryName }: RouterHost): string | undefined {
  if (primaryName !== undefined) return `the primary "${primaryName}"`;
  return address === undefined ? undefined : `at "${address}"`;
}
