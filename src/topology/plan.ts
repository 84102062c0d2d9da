/**
 * What moves when the hosts of a cluster change; nothing is opened for it.
 *
 * @module
 */

import type { Key } from "../values.ts";
import { ConsistentHashingRouter } from "./consistent_hashing_router.ts";
import type { BaseRouter } from "./router.ts";
import { routerOf, type Routing } from "./routing.ts";
import { findSameHosts } from "./same_hosts.ts";

/** From which host to which host a key moves. */
export interface KeyMove {
  /** The id of its host before. */
  readonly from: number;
  /** The id of its host after. */
  readonly to: number;
}

/** How much moves from one host to another. */
export interface Move extends KeyMove {
  /** The share of all keys that move this way, from 0 to 1. */
  readonly share: number;
}

/** What moves between two sets of hosts. */
export interface Plan {
  /** The share of all keys that move, from 0 to 1. */
  readonly share: number;
  /** Whether the shares were computed; if not, they are estimates. */
  readonly exact: boolean;
  /** What moves from each host to each other one, the largest share first. */
  readonly moves: readonly Move[];
  /** Those of the given keys that move, always exact. */
  readonly keys: ReadonlyMap<Key, KeyMove>;
}

/** How many keys make an estimate: its standard error is below 0.002. */
const SAMPLE_SIZE = 65_536;

/** How many different hashes a ring has room for. */
const RING_SIZE = 2 ** 32;

/**
 * Tells what moves when one set of hosts takes the place of another. No
 * connection is opened, so the hosts to come need not exist yet.
 *
 * Between two clusters with the ConsistentHashingRouter itself the shares are
 * computed from the arcs of their rings. With any other router, or where only
 * one of the two has `hashTags`, they are estimated by 65,536 random texts
 * without a hash tag, the same in every run.
 *
 * A host is the same before and after if it has the same label, else the same
 * address, else the same id where neither label nor address contradicts. So a
 * host keeps its keys when only its id changes, as it must when one below it is
 * removed; and a server that takes over the id of another takes over its keys,
 * unless a label says that it is the same host. In both cases the two ids of a
 * move may be equal: `from` is one of before, `to` one of after.
 *
 * @param before The cluster, or its router, as it is.
 * @param after The cluster, or its router, as it shall be.
 * @param keys Keys to look at one by one.
 * @returns The shares that move, and which of `keys` do.
 * @throws {BadHostSetupError} If the hosts of a cluster do not fit its router.
 * @throws {TypeError} If one of `keys` is no key.
 *
 * @example What a third host takes over
 * ```ts
 * import { Cluster, ConsistentHashingRouter, plan } from "@rb/rb";
 *
 * const a = { hostname: "10.0.0.1", label: "a" };
 * const b = { hostname: "10.0.0.2", label: "b" };
 * const c = { hostname: "10.0.0.3", label: "c" };
 * const router = ConsistentHashingRouter;
 * const before = new Cluster({ hosts: [a, b], router });
 * const after = new Cluster({ hosts: [a, b, c], router });
 *
 * const { share, keys } = plan(before, after, ["user:1", "user:2"]);
 * console.log(`${(100 * share).toFixed(1)} % of all keys move`); // 32.6 % of all keys move
 * console.log(keys); // Map(1) { "user:2" => { from: 1, to: 2 } }
 * ```
 */
export function plan(
  before: Routing,
  after: Routing,
  keys: Iterable<Key> = [],
): Plan {
  const old = routerOf(before);
  const next = routerOf(after);
  const same = findSameHosts(old.cluster.hosts, next.cluster.hosts);
  const moving = new Map<Key, KeyMove>();
  for (const key of keys) {
    const from = old.getHostForKey(key);
    const to = next.getHostForKey(key);
    if (same.get(from) !== to) moving.set(key, { from, to });
  }
  const flows = new Flows(same);
  const exact = isRing(old) && isRing(next) && old.hashTags === next.hashTags;
  if (exact) compareRings(old, next, flows);
  else compareSample(old, next, flows);
  return { ...flows.shares(), exact, keys: moving };
}

/** A subclass may route as it likes, so its ring proves nothing. */
function isRing(router: BaseRouter): router is ConsistentHashingRouter {
  return router.constructor === ConsistentHashingRouter;
}

/** Lays the rings on top of each other; each piece has one pair of hosts. */
function compareRings(
  before: ConsistentHashingRouter,
  after: ConsistentHashingRouter,
  flows: Flows,
): void {
  const olds = [...before.arcs()];
  const news = [...after.arcs()];
  let start = 0;
  for (let i = 0, j = 0; start < RING_SIZE;) {
    const [oldEnd, from] = olds[i];
    const [newEnd, to] = news[j];
    const end = Math.min(oldEnd, newEnd);
    flows.add(from, to, end - start);
    start = end;
    if (oldEnd === end) i++;
    if (newEnd === end) j++;
  }
}

function compareSample(
  before: BaseRouter,
  after: BaseRouter,
  flows: Flows,
): void {
  for (const key of sampleKeys()) {
    flows.add(before.getHostForKey(key), after.getHostForKey(key), 1);
  }
}

/**
 * Texts of 16 random digits. Texts that count up would not do: their checksums
 * depend on each other.
 *
 * T. Ettinger, "mulberry32", 2017, makes the digits.
 */
function* sampleKeys(): Iterable<string> {
  let state = 0;
  function digits(): string {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0).toString(16).padStart(8, "0");
  }
  for (let i = 0; i < SAMPLE_SIZE; i++) yield digits() + digits();
}

/** Adds up how much goes from each host to each host. */
class Flows {
  readonly #same: ReadonlyMap<number, number>;
  /** By the id before, then by the id after. */
  readonly #sizes = new Map<number, Map<number, number>>();
  #total = 0;

  /** @param same The id after by the id before, for hosts that are the same. */
  constructor(same: ReadonlyMap<number, number>) {
    this.#same = same;
  }

  add(from: number, to: number, size: number): void {
    this.#total += size;
    if (size === 0 || this.#same.get(from) === to) return;
    let sizes = this.#sizes.get(from);
    if (sizes === undefined) this.#sizes.set(from, sizes = new Map());
    sizes.set(to, (sizes.get(to) ?? 0) + size);
  }

  shares(): { share: number; moves: Move[] } {
    let moved = 0;
    const moves: Move[] = [];
    for (const [from, sizes] of this.#sizes) {
      for (const [to, size] of sizes) {
        moved += size;
        moves.push({ from, to, share: size / this.#total });
      }
    }
    moves.sort((a, b) => b.share - a.share || a.from - b.from || a.to - b.to);
    return { share: moved / this.#total, moves };
  }
}
