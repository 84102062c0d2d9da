/**
 * The ring of consistent hashing.
 *
 * @module
 */

import type { Key } from "../values.ts";
import { md5, md5Word } from "./md5.ts";

/** How many digests a node of average weight gets; each gives four points. */
const DIGESTS_PER_NODE = 40;

/** More than the nodes of any ring; times 2^32 it is still an exact number. */
const OWNERS = 2 ** 20;

/**
 * A ring of points, each owned by a node: a key belongs to the owner of the
 * first point after its own, so that a node that comes or goes moves only the
 * keys next to its points. It has the points of the ring of Python rb, which
 * differs from Ketama as libmemcached has it.
 *
 * R. Jones, "libketama: a consistent hashing algo for memcache clients", 2007.
 *
 * @example Find the node of a key
 * ```ts ignore
 * const ring = new Ketama(["10.0.0.1:6379", "10.0.0.2:6379"]);
 * console.log(ring.getNode("user:1"));
 * ```
 */
export class Ketama {
  /** Labels and weights, in the order in which the nodes came. */
  readonly #nodes: Map<string, number>;
  #labels: string[] = [];
  /** Sorted; a Uint32Array compares and searches faster than objects. */
  #points: Uint32Array = new Uint32Array(0);
  /** The index of the node that owns each point. */
  #owners: Int32Array = new Int32Array(0);
  /** For each value of the upper bits of a hash, the first point from there. */
  #starts: Uint32Array = new Uint32Array(1);
  #shift = 31;

  /**
   * Builds the ring.
   *
   * @param nodes The labels of the nodes. Where two own the same point, the
   * later one gets it.
   * @param weights The weights of nodes that do not have the weight 1.
   * @throws {RangeError} If a weight is negative or not finite.
   */
  constructor(
    nodes: Iterable<string> = [],
    weights: ReadonlyMap<string, number> = new Map(),
  ) {
    this.#nodes = new Map();
    for (const node of nodes) {
      const weight = weights.get(node) ?? 1;
      assertWeight(weight);
      this.#nodes.set(node, weight);
    }
    this.#build();
  }

  /**
   * Adds a node, or changes the weight of one, and builds the ring again.
   *
   * @param node The label of the node.
   * @param weight Its share compared to the other nodes.
   * @throws {RangeError} If the weight is negative or not finite.
   */
  addNode(node: string, weight = 1): void {
    assertWeight(weight);
    this.#nodes.set(node, weight);
    this.#build();
  }

  /**
   * Removes a node, if it is there, and builds the ring again.
   *
   * @param node The label of the node.
   */
  removeNode(node: string): void {
    if (this.#nodes.delete(node)) this.#build();
  }

  /**
   * The node a key belongs to.
   *
   * @param key The key.
   * @returns The label of the node; `undefined` when no node has a point.
   * @throws {TypeError} If the value is no key, or a text with a lone surrogate.
   */
  getNode(key: Key): string | undefined {
    return this.#labels[this.getIndex(key)];
  }

  /**
   * The node a key belongs to, as its place in the order of the nodes.
   *
   * @param key The key.
   * @returns A number from 0; -1 when no node has a point.
   * @throws {TypeError} If the value is no key, or a text with a lone surrogate.
   */
  getIndex(key: Key): number {
    const hash = md5Word(key);
    const points = this.#points;
    const end = points.length;
    if (end === 0) return -1;
    let at = this.#starts[hash >>> this.#shift];
    while (at < end && points[at] <= hash) at++;
    return this.#owners[at === end ? 0 : at];
  }

  /**
   * The arcs between the points, in the order of the hashes.
   *
   * @returns For each arc the first hash behind it, and its node as its place in
   * the order of the nodes; nothing when no node has a point.
   */
  *arcs(): IterableIterator<[end: number, index: number]> {
    const points = this.#points;
    if (points.length === 0) return;
    for (let at = 0; at < points.length; at++) {
      yield [points[at], this.#owners[at]];
    }
    yield [2 ** 32, this.#owners[0]];
  }

  #build(): void {
    this.#labels = [...this.#nodes.keys()];
    const places = Float64Array.from(this.#places()).sort();
    const points = new Uint32Array(places.length);
    const owners = new Int32Array(places.length);
    let count = 0;
    for (const place of places) {
      const point = Math.floor(place / OWNERS);
      if (count > 0 && points[count - 1] === point) count--;
      points[count] = point;
      owners[count] = place % OWNERS;
      count++;
    }
    this.#points = points.slice(0, count);
    this.#owners = owners.slice(0, count);
    this.#index();
  }

  /**
   * Point and owner of every place on the ring as one number each, so that
   * sorting keeps them together and puts a later owner of a point last.
   */
  #places(): number[] {
    const places: number[] = [];
    let total = 0;
    for (const weight of this.#nodes.values()) total += weight;
    let owner = 0;
    for (const [label, weight] of this.#nodes) {
      const share = DIGESTS_PER_NODE * this.#nodes.size * weight / total;
      for (let i = 0; i < Math.floor(share); i++) {
        const digest = new DataView(md5(`${label}-${i}-salt`).buffer);
        for (let at = 0; at < 16; at += 4) {
          places.push(digest.getUint32(at, true) * OWNERS + owner);
        }
      }
      owner++;
    }
    return places;
  }

  /** About one entry a point, so that a search takes a step or two. */
  #index(): void {
    const points = this.#points;
    const bits = Math.max(1, Math.ceil(Math.log2(points.length + 1)));
    this.#shift = 32 - bits;
    this.#starts = new Uint32Array(2 ** bits);
    let at = 0;
    for (let upper = 0; upper < this.#starts.length; upper++) {
      const from = upper * 2 ** this.#shift;
      while (at < points.length && points[at] < from) at++;
      this.#starts[upper] = at;
    }
  }
}

function assertWeight(weight: number): void {
  if (weight >= 0 && weight < Infinity) return;
  throw new RangeError(
    `Cannot use "${weight}" as a weight: it must be finite and not negative`,
  );
}
