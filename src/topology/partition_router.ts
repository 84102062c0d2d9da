/**
 * The router for a fixed number of hosts.
 *
 * @module
 */

import type { Key } from "../values.ts";
import { crc32 } from "./crc32.ts";
import { assertGaplessHosts } from "../host_ids.ts";
import {
  BaseRouter,
  type RouterCluster,
  type RouterOptions,
} from "./router.ts";

/**
 * Routes a key by its CRC-32 modulo the number of hosts, like the router of the
 * same name of Python rb. A further host moves nearly every key.
 *
 * The ids of the hosts have to run from 0 to N-1.
 *
 * @example Ask for the host of a key
 * ```ts
 * import { PartitionRouter } from "@rb/rb";
 *
 * const hosts = new Map([0, 1, 2].map((hostId) => [
 *   hostId,
 *   { hostId, weight: 1, ringLabel: `${hostId}` },
 * ]));
 * const router = new PartitionRouter({ hosts });
 * console.log(router.getHostForKey("foo")); // 1
 * ```
 */
export class PartitionRouter extends BaseRouter {
  readonly #count: number;
  readonly #hashTags: boolean;

  /**
   * Counts the hosts.
   *
   * @param cluster The cluster to route for, as its hosts are now.
   * @param options How to look at keys.
   * @throws {BadHostSetupError} If there is no host, or an id is missing.
   */
  constructor(cluster: RouterCluster, options?: RouterOptions) {
    super(cluster, options);
    assertGaplessHosts(cluster.hosts);
    this.#count = cluster.hosts.size;
    this.#hashTags = this.hashTags;
  }

  /**
   * The host whose id is the CRC-32 of a key modulo the number of hosts.
   *
   * @param key The key.
   * @returns The id of the host.
   * @throws {TypeError} If the value is no key, or a text with a lone surrogate.
   */
  override getHostForKey(key: Key): number {
    const count = this.#count;
    const crc = crc32(this.#hashTags ? this.decidingPart(key) : key);
    // Python's remainder takes the sign of the divisor. A negative dividend would
    // also make the engine divide floating point numbers, which takes 20 ns.
    return crc >= 0 ? crc % count : count - 1 - ~crc % count;
  }
}
