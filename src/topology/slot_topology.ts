/**
 * The topology of a Redis Cluster, which the servers themselves decide on.
 *
 * @module
 */

import { NotReadyError } from "../errors.ts";
import type { Argument, Key } from "../values.ts";
import {
  addressOf,
  type ClusterView,
  type Endpoint,
  mergeViews,
  readView,
  type ShardView,
  VIEW_QUESTIONS,
} from "./cluster_view.ts";
import { firstAnswers } from "./first_answers.ts";
import type { RouterHost } from "./router.ts";
import { SlotRouter } from "./slot_router.ts";
import { SLOT_COUNT, slotOf } from "./slots.ts";
import type {
  ClusterTopology,
  Failover,
  HostTopology,
  Question,
  Redirect,
  Topology,
  TopologyWatcher,
} from "./topology.ts";

/** How many nodes are asked, so that one that slept is not believed alone. */
const NODES_ASKED = 2;

/** What a {@linkcode SlotTopology} is made of. */
export interface SlotTopologyOptions<H> {
  /** Where to ask first, and last. */
  readonly seeds: readonly (readonly [place: Endpoint, host: H])[];
  /** Makes what is known of the server at an endpoint that nodes announce. */
  readonly makeHost: (hostId: number, endpoint: Endpoint) => H;
}

/** A host: a primary and its replicas. */
interface Shard {
  readonly hostId: number;
  readonly view: ShardView;
  /** Where the primary is, as nodes announce it. */
  readonly endpoint: Endpoint;
  readonly replicas: readonly (readonly [id: string, endpoint: Endpoint])[];
}

/** Whom to ask: what nodes announce of it, and how it is reached. */
type Candidate<H> = readonly [announced: Endpoint, host: H];

/** The slots of a Redis Cluster, and the shards that have them. */
export class SlotTopology<H extends RouterHost> implements Topology<H> {
  readonly hosts = new Map<number, H>();
  readonly goesByKeys = true;
  readonly groupsMove = true;
  readonly #options: SlotTopologyOptions<H>;
  /** The id of the host of each slot. */
  readonly #owners = new Int16Array(SLOT_COUNT).fill(-1);
  /** The config epoch of the primary that has it, as was last heard. */
  readonly #epochs = new Float64Array(SLOT_COUNT);
  /** What `moves` was when each slot went to where it is. */
  readonly #movedAt = new Float64Array(SLOT_COUNT);
  #moves = 0;
  #shards = new Map<number, Shard>();
  /** Where a server said that there is a node that is not known. */
  readonly #hints = new Map<string, Endpoint>();
  #nextId = 0;
  /** Who is asked first changes each time. */
  #turn = 0;
  #router: SlotRouter | undefined = undefined;
  #watcher: TopologyWatcher | undefined = undefined;

  /** @param options Where to ask first, and what to make of an answer. */
  constructor(options: SlotTopologyOptions<H>) {
    this.#options = options;
  }

  get isKnown(): boolean {
    return this.hosts.size > 0;
  }

  /**
   * The router for the slots as they are now; a new one after they changed.
   *
   * @throws {NotReadyError} If nothing is known yet.
   */
  get router(): SlotRouter {
    if (!this.isKnown) throw new NotReadyError();
    return this.#router ??= new SlotRouter(
      { hosts: new Map(this.hosts) },
      this.#owners.slice(),
    );
  }

  get moves(): number {
    return this.#moves;
  }

  groupsMovedSince(moves: number): number[] {
    const slots: number[] = [];
    this.#movedAt.forEach((at, slot) => {
      if (at > moves) slots.push(slot);
    });
    return slots;
  }

  watch(watcher: TopologyWatcher): void {
    this.#watcher = watcher;
  }

  groupOf(key: Key): number {
    return slotOf(key);
  }

  hostOf(slot: number): number {
    return this.#owners[slot];
  }

  groupOfCommand(name: string, args: readonly Argument[]): number {
    return SLOT_FINDER.slotOfCommand(name, args);
  }

  replicasOf(hostId: number): H[] {
    const { makeHost } = this.#options;
    const replicas = this.#shards.get(hostId)?.replicas ?? [];
    return replicas.map(([, endpoint]) => makeHost(hostId, endpoint));
  }

  describe(): ClusterTopology {
    const ranges = new Map<number, (readonly [number, number])[]>();
    for (let first = 0, slot = 1; slot <= SLOT_COUNT; slot++) {
      const owner = this.#owners[first];
      if (slot < SLOT_COUNT && this.#owners[slot] === owner) continue;
      const own = ranges.get(owner);
      if (own === undefined) ranges.set(owner, [[first, slot - 1]]);
      else own.push([first, slot - 1]);
      first = slot;
    }
    const hosts = new Map<number, HostTopology>();
    let epoch = 0;
    for (const [hostId, { view, endpoint, replicas }] of this.#shards) {
      epoch = Math.max(epoch, view.epoch);
      hosts.set(hostId, {
        primary: this.#describe(view.primary, endpoint),
        replicas: replicas.map(([id, place]) => this.#describe(id, place)),
        slots: ranges.get(hostId) ?? [],
      });
    }
    return { epoch, hosts };
  }

  async refresh(ask: Question<H>): Promise<void> {
    const views = await firstAnswers(
      this.#candidates(),
      NODES_ASKED,
      async ([announced, host]) =>
        readView(await ask(host, VIEW_QUESTIONS), announced),
    );
    this.#apply(mergeViews(views), views.length > 1);
  }

  redirect(hostId: number, { message }: Error): Redirect | undefined {
    const [, code, number, hostname, port] =
      /^(MOVED|ASK) (\d+) (.*):(\d+)$/.exec(message) ?? [];
    const group = Number(number);
    if (code === undefined || group >= SLOT_COUNT) return undefined;
    const asking = code === "ASK";
    const endpoint = this.#endpointOf(hostId, hostname, Number(port));
    const found = this.#find(endpoint);
    if (found === undefined) {
      this.#hints.set(addressOf(endpoint), endpoint);
      return { group, to: undefined, asking: false };
    }
    const [to, isPrimary] = found;
    // One of its replicas may be the primary by now: that is for it to find out.
    if (!isPrimary || asking) {
      const isThere = isPrimary || to === hostId;
      return { group, to: isThere ? to : undefined, asking: asking && isThere };
    }
    // What was learnt since the command was sent is newer.
    if (this.#owners[group] === hostId && to !== hostId) this.#move(group, to);
    return { group, to: this.#owners[group], asking: false };
  }

  #describe(nodeId: string, endpoint: Endpoint) {
    return { nodeId, address: addressOf(endpoint) };
  }

  /** What nodes are to be asked, in their order. */
  #candidates(): Candidate<H>[] {
    const { seeds, makeHost } = this.#options;
    const known = new Map<string, Endpoint>();
    const shards = [...this.#shards.values()];
    const first = this.#turn++ % Math.max(1, shards.length);
    const inTurn = [...shards.slice(first), ...shards.slice(0, first)];
    for (const [address, hint] of this.#hints) known.set(address, hint);
    for (const { endpoint } of inTurn) known.set(addressOf(endpoint), endpoint);
    for (const { replicas } of inTurn) {
      for (const [, endpoint] of replicas) {
        known.set(addressOf(endpoint), endpoint);
      }
    }
    this.#hints.clear();
    const candidates = [...known.values()].map((endpoint): Candidate<H> => [
      endpoint,
      makeHost(0, endpoint),
    ]);
    return [...candidates, ...seeds];
  }

  /** The endpoint in the error of a host. */
  #endpointOf(hostId: number, hostname: string, port: number): Endpoint {
    if (hostname !== "" && hostname !== "?") return { hostname, port };
    const shards = [...this.#shards.values()];
    // Of a node whose name is not known there is its port.
    const nodes = shards.flatMap(({ endpoint, replicas }) => [
      endpoint,
      ...replicas.map(([, place]) => place),
    ]).filter((place) => place.port === port);
    const own = this.#shards.get(hostId)?.endpoint.hostname ?? "";
    const isSure = hostname === "?" && nodes.length === 1;
    return { hostname: isSure ? nodes[0].hostname : own, port };
  }

  /** The host that a node belongs to, and whether it is its primary. */
  #find(endpoint: Endpoint): [hostId: number, isPrimary: boolean] | undefined {
    const address = addressOf(endpoint);
    for (const [hostId, shard] of this.#shards) {
      if (addressOf(shard.endpoint) === address) return [hostId, true];
    }
    for (const [hostId, { replicas }] of this.#shards) {
      if (replicas.some(([, place]) => addressOf(place) === address)) {
        return [hostId, false];
      }
    }
    return undefined;
  }

  /** A slot is on another host, by the word of the one that had it. */
  #move(slot: number, to: number): void {
    const from = this.#owners[slot];
    this.#owners[slot] = to;
    this.#movedAt[slot] = ++this.#moves;
    this.#router = undefined;
    this.#watcher?.groupsLeft?.(from, new Set([slot]));
    this.#watcher?.changed?.();
  }

  /**
   * Takes a new view for what is so.
   *
   * @param isShared Whether several nodes agree to it; one alone may have slept.
   */
  #apply(view: ClusterView, isShared: boolean): void {
    const before = this.#shards;
    const ids = this.#identify(view);
    const endpoints = this.#endpointsBy(view);
    const shards = new Map<number, Shard>();
    view.shards.forEach((shard, index) => {
      shards.set(ids[index], {
        hostId: ids[index],
        view: shard,
        endpoint: view.endpoints.get(shard.primary)!,
        // One that is not fit for now is where it was before.
        replicas: [...shard.replicas, ...shard.unfit].flatMap((id) => {
          const endpoint = endpoints.get(id);
          return endpoint === undefined ? [] : [[id, endpoint] as const];
        }),
      });
    });
    // One that has lost its last slot is there for as long as its primary is.
    for (const [hostId, shard] of before) {
      if (shards.has(hostId) || !view.primaries.has(shard.view.primary)) {
        continue;
      }
      shards.set(hostId, shard);
    }
    // Whoever makes them may object: then all is as it was.
    const made = this.#makeHosts(shards);
    this.#nextId = Math.max(this.#nextId, ...ids.map((id) => id + 1));
    this.#shards = new Map([...shards].sort(([a], [b]) => a - b));
    const left = this.#takeSlots(view, ids, isShared);
    this.#tell(before, { made, left });
  }

  /** Where nodes are, by their ids: those of a view, and replicas of before. */
  #endpointsBy({ endpoints }: ClusterView): Map<string, Endpoint> {
    const known = [...this.#shards.values()].flatMap((one) => one.replicas);
    return new Map([...known, ...endpoints]);
  }

  /** What is known of those that are new, or somewhere else. */
  #makeHosts(shards: ReadonlyMap<number, Shard>): Map<number, H> {
    const made = new Map<number, H>();
    for (const [hostId, { endpoint }] of shards) {
      const old = this.#shards.get(hostId);
      const to = addressOf(endpoint);
      if (old !== undefined && addressOf(old.endpoint) === to) continue;
      made.set(hostId, this.#options.makeHost(hostId, endpoint));
    }
    return made;
  }

  /** The ids of shards: those that they had, or new ones by their first slot. */
  #identify({ shards, owners }: ClusterView): number[] {
    const ids = new Map<ShardView, number>();
    const taken = new Set<number>();
    const match = (isSame: (old: Shard, shard: ShardView) => boolean) => {
      for (const shard of shards) {
        if (ids.has(shard)) continue;
        for (const [hostId, old] of this.#shards) {
          if (taken.has(hostId) || !isSame(old, shard)) continue;
          ids.set(shard, hostId);
          taken.add(hostId);
          break;
        }
      }
    };
    match(({ view }, { primary }) => view.primary === primary);
    // A replica has taken over from its primary,
    match(({ replicas }, { primary }) =>
      replicas.some(([id]) => id === primary)
    );
    // which may itself have been heard of as the replica of this one only.
    match(({ view }, { replicas }) => replicas.includes(view.primary));
    // Who has taken over from whom may have been missed altogether.
    match(({ hostId }, shard) => {
      const index = shards.indexOf(shard);
      const taken = owners.filter((owner, slot) =>
        owner === index && this.#owners[slot] === hostId
      );
      return taken.length * 2 > this.#slotsOf(hostId);
    });
    let next = this.#nextId;
    return shards.map((shard) => ids.get(shard) ?? next++);
  }

  #slotsOf(hostId: number): number {
    return this.#owners.filter((owner) => owner === hostId).length;
  }

  /** Notes who has each slot; says which have left which host. */
  #takeSlots(
    view: ClusterView,
    ids: readonly number[],
    isShared: boolean,
  ): Map<number, Set<number>> {
    const left = new Map<number, Set<number>>();
    const [lowest] = this.#shards.keys();
    for (let slot = 0; slot < SLOT_COUNT; slot++) {
      const index = view.owners[slot];
      const before = this.#owners[slot];
      if (index < 0) {
        // Nobody has it: whoever is asked will say so.
        if (!this.#shards.has(before)) this.#owners[slot] = lowest;
        continue;
      }
      const owner = ids[index];
      const { epoch } = view.shards[index];
      const isOld = !isShared && owner !== before &&
        this.#shards.has(before) && epoch < this.#epochs[slot];
      if (isOld) continue;
      this.#epochs[slot] = epoch;
      if (owner === before) continue;
      this.#owners[slot] = owner;
      if (before < 0) continue;
      this.#movedAt[slot] = ++this.#moves;
      const slots = left.get(before);
      if (slots === undefined) left.set(before, new Set([slot]));
      else slots.add(slot);
    }
    return left;
  }

  /** Brings the hosts in step with the shards, and tells what is new. */
  #tell(
    before: ReadonlyMap<number, Shard>,
    { made, left }: {
      made: ReadonlyMap<number, H>;
      left: ReadonlyMap<number, ReadonlySet<number>>;
    },
  ): void {
    const changed: [hostId: number, failover: Failover | undefined][] = [];
    let isNew = left.size > 0;
    for (const [hostId, shard] of this.#shards) {
      const old = before.get(hostId);
      isNew ||= old === undefined || !isSame(old, shard);
      const host = made.get(hostId);
      if (host === undefined) continue;
      this.hosts.set(hostId, host);
      if (old === undefined) continue;
      const isOther = old.view.primary !== shard.view.primary;
      const from = addressOf(old.endpoint);
      const to = addressOf(shard.endpoint);
      changed.push([hostId, isOther ? { from, to } : undefined]);
    }
    for (const hostId of before.keys()) {
      if (this.#shards.has(hostId)) continue;
      this.hosts.delete(hostId);
      changed.push([hostId, undefined]);
    }
    if (!isNew && changed.length === 0) return;
    this.#router = undefined;
    const watcher = this.#watcher;
    for (const [hostId, slots] of left) watcher?.groupsLeft?.(hostId, slots);
    for (const [hostId, failover] of changed) {
      watcher?.hostChanged(hostId, failover);
    }
    watcher?.changed?.();
  }
}

/** Finds the slots of commands, whichever hosts have them. */
const SLOT_FINDER = new SlotRouter({ hosts: new Map() }, new Int16Array(0));

function isSame(one: Shard, other: Shard): boolean {
  return one.view.epoch === other.view.epoch &&
    one.view.primary === other.view.primary &&
    one.replicas.map(([id, place]) => id + addressOf(place)).sort().join() ===
      other.replicas.map(([id, place]) => id + addressOf(place)).sort().join();
}
