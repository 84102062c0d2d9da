/**
 * What moves when the hosts of a cluster change; nothing is connected for it.
 *
 * @module
 */

import type { Key } from "../values.ts";
import { ConsistentHashingRouter } from "./consistent_hashing_router.ts";
import type { BaseRouter } from "./router.ts";
import { findSameHosts } from "./same_hosts.ts";

/** A router, or what has one: a cluster, which opens nothing for being asked. */
export type Routing = BaseRouter | { getRouter(): BaseRouter };

/** From where to where a key moves. */
export interface KeyMove {
  /** The id of its host before. */
  readonly from: number;
  /** The id of its host after; where ids changed, one of the new ones. */
  readonly to: number;
}

/** How many keys move from one host to another one. */
export interface Move extends KeyMove {
  /** Their share of all keys, from 0 to 1. */
  readonly share: number;
}

/** What moves between two sets of hosts. */
export interface Plan {
  /** The share of all keys that move, from 0 to 1. */
  readonly share: number;
  /** Whether the shares were computed; otherwise a sample estimates them. */
  readonly exact: boolean;
  /** The moves between each two hosts, the largest first. */
  readonly moves: readonly Move[];
  /** Those of the given keys that move; always exact. */
  readonly keys: ReadonlyMap<Key, KeyMove>;
}

/** How many keys estimate a share: the standard error is below 0.2 per cent. */
const SAMPLE_SIZE = 65_536;

/** How many hashes a ring has room for. */
const RING_SIZE = 2 ** 32;

/** Takes a part of all keys, whose host is known before and after. */
type Take = (from: number, to: number, size: number) => void;

/**
 * Says what moves when one set of hosts takes the place of another, before
 * anything is touched: no connection is opened.
 *
 * The shares of two rings (of `ConsistentHashingRouter` itself) are computed
 * from their arcs. Those of other routers, and of rings that do not agree on
 * `hashTags`, are estimated by 65,536 random texts, which are the same in every
 * run.
 *
 * A host counts as the same before and after when it has the same label, or
 * else the same address, or else the same id: a new address under an old id is
 * taken for the same server, and only its label says otherwise. So a host that
 * merely gets another id, because one below it was removed, moves no key of its
 * own.
 *
 * @param before The cluster or the router of today.
 * @param after The cluster or the router to come.
 * @param keys Keys to look at one by one.
 * @returns The shares, and which of `keys` move.
 * @throws {BadHostSetupError} If the hosts do not fit their router.
 * @throws {TypeError} If one of `keys` is no key.
 *
 * @example What a third host takes over
 * ```ts
 * import { Cluster, ConsistentHashingRouter, plan } from "@rb/rb";
 *
 * const router = ConsistentHashingRouter;
 * const before = new Cluster({
 *   hosts: [{ label: "a" }, { label: "b" }],
 *   router,
 * });
 * const after = new Cluster({
 *   hosts: [{ label: "a" }, { label: "b" }, { label: "c" }],
 *   router,
 * });
 *
 * const { share, keys } = plan(before, after, ["user:1", "user:3"]);
 * console.log(`${(100 * share).toFixed(1)} % of all keys move`); // TODO
 * console.log(keys); // TODO
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
  const exact = isRing(old) && isRing(next) && old.hashTags === next.hashTags;
  const total = exact ? RING_SIZE : SAMPLE_SIZE;
  const moves = new Moves(same);
  if (exact) compare(old, next, moves.take);
  else sample(old, next, moves.take);
  return { ...moves.result(total), exact, keys: moving };
}

/** The router of a cluster, or the router itself. */
export function routerOf(routing: Routing): BaseRouter {
  return "getRouter" in routing ? routing.getRouter() : routing;
}

/** A subclass may route as it likes, so its ring says nothing. */
function isRing(router: BaseRouter): router is ConsistentHashingRouter {
  return router.constructor === ConsistentHashingRouter;
}

/** Lays two rings upon each other: each arc that is left has one pair of hosts. */
function compare(
  before: ConsistentHashingRouter,
  after: ConsistentHashingRouter,
  take: Take,
): void {
  const olds = [...before.arcs()];
  const news = [...after.arcs()];
  let start = 0;
  for (let i = 0, j = 0; i < olds.length && j < news.length;) {
    const [oldEnd, from] = olds[i];
    const [newEnd, to] = news[j];
    const end = Math.min(oldEnd, newEnd);
    take(from, to, end - start);
    start = end;
    if (oldEnd === end) i++;
    if (newEnd === end) j++;
  }
}

function sample(before: BaseRouter, after: BaseRouter, take: Take): void {
  for (const key of sampleKeys()) {
    take(before.getHostForKey(key), after.getHostForKey(key), 1);
  }
}

/**
 * Random texts of 16 digits. A counter would not do: the CRC-32 of texts that
 * follow each other are not independent.
 */
function* sampleKeys(): Iterable<string> {
  let state = 0;
  // T. Ettinger, "mulberry32", 2017: a generator with 32 bits of state.
  function word(): string {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0).toString(16).padStart(8, "0");
  }
  for (let i = 0; i < SAMPLE_SIZE; i++) yield word() + word();
}

/** Adds up what moves between each two hosts. */
class Moves {
  readonly #same: ReadonlyMap<number, number>;
  readonly #sizes = new Map<number, Map<number, number>>();

  constructor(same: ReadonlyMap<number, number>) {
    this.#same = same;
  }

  readonly take: Take = (from, to, size) => {
    if (this.#same.get(from) === to || size === 0) return;
    let sizes = this.#sizes.get(from);
    if (sizes === undefined) this.#sizes.set(from, sizes = new Map());
    sizes.set(to, (sizes.get(to) ?? 0) + size);
  };

  /** The shares of a whole of that size. */
  result(total: number): { share: number; moves: Move[] } {
    let moved = 0;
    const moves: Move[] = [];
    for (const [from, sizes] of this.#sizes) {
      for (const [to, size] of sizes) {
        moved += size;
        moves.push({ from, to, share: size / total });
      }
    }
    moves.sort((a, b) => b.share - a.share || a.from - b.from || a.to - b.to);
    return { share: moved / total, moves };
  }
}
