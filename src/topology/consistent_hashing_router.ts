/**
 * The router for hosts that come and go.
 *
 * @module
 */

import { BadHostSetupError } from "../errors.ts";
import type { Key } from "../values.ts";
import { assertGaplessHosts } from "../host_ids.ts";
import { Ketama } from "./ketama.ts";
import {
  BaseRouter,
  type RouterCluster,
  type RouterHost,
  type RouterOptions,
} from "./router.ts";

/**
 * Routes a key over a ring of hosts, so that a further host takes over its
 * share of the keys and moves no others. With all weights at 1 and without
 * labels of their own, the hosts get the keys that Python rb gives them.
 *
 * The ids of the hosts have to run from 0 to N-1, unless all hosts have labels: any
 * of those can leave, and the others keep their ids and their keys.
 *
 * @example Give one host twice as many keys
 * ```ts
 * import { ConsistentHashingRouter } from "@rb/rb";
 *
 * const hosts = new Map([
 *   [0, { hostId: 0, weight: 1, ringLabel: "small" }],
 *   [1, { hostId: 1, weight: 2, ringLabel: "large" }],
 * ]);
 * const router = new ConsistentHashingRouter({ hosts });
 * console.log(hosts.get(router.getHostForKey("key"))?.ringLabel);
 * ```
 */
export class ConsistentHashingRouter extends BaseRouter {
  readonly #ring: Ketama;
  /** The ids of the nodes in their order, where these are not the same. */
  readonly #ids: readonly number[] | undefined;

  /**
   * Builds the ring.
   *
   * @param cluster The cluster to route for, as its hosts are now.
   * @param options How to look at keys.
   * @throws {BadHostSetupError} If there is no host, an id is missing while a host
   * has no label, two hosts have the same ring label, or the weights leave every
   * host without keys.
   * @throws {RangeError} If a weight is negative or not finite.
   */
  constructor(cluster: RouterCluster, options?: RouterOptions) {
    super(cluster, options);
    const { hosts } = cluster;
    const hasLabels = hosts.size > 0 &&
      hosts.values().every(({ label }) => label !== undefined);
    const ids = [...hosts.keys()].sort((a, b) => a - b);
    if (!hasLabels) assertGaplessHosts(hosts);
    this.#ids = ids.every((id, index) => id === index) ? undefined : ids;
    const weights = weightsOf(hosts, ids);
    this.#ring = new Ketama(weights.keys(), weights);
    if (this.#ring.getIndex("") < 0) {
      throw new BadHostSetupError("The weights leave no host with a key");
    }
  }

  /**
   * The host that owns the next point of the ring after the MD5 of a key.
   *
   * @param key The key.
   * @returns The id of the host.
   * @throws {TypeError} If the value is no key, or a text with a lone surrogate.
   */
  override getHostForKey(key: Key): number {
    // The nodes of the ring stand in the order of the ids.
    const index = this.#ring.getIndex(this.decidingPart(key));
    return this.#ids === undefined ? index : this.#ids[index];
  }

  /**
   * The arcs of the ring in their order: together they hold every hash from 0 to
   * 2^32 - 1. The length of an arc is its share of the keys.
   *
   * @returns For each arc the first hash behind it, and the host that owns it.
   */
  *arcs(): IterableIterator<[end: number, hostId: number]> {
    for (const [end, index] of this.#ring.arcs()) {
      yield [end, this.#ids?.[index] ?? index];
    }
  }
}

/** The weights by ring label, in the order of the ids. */
function weightsOf(
  hosts: ReadonlyMap<number, RouterHost>,
  sorted: readonly number[],
): Map<string, number> {
  const ids = new Map<string, number>();
  const weights = new Map<string, number>();
  for (const id of sorted) {
    const { ringLabel, weight } = hosts.get(id)!;
    const other = ids.get(ringLabel);
    if (other !== undefined) {
      // The label stays out of the message: it may hold a password.
      throw new BadHostSetupError(
        `Hosts ${other} and ${id} have the same ring label`,
      );
    }
    ids.set(ringLabel, id);
    weights.set(ringLabel, weight);
  }
  return weights;
}
