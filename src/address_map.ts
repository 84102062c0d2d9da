/**
 * Asking an owner's `addressMap` where announced servers are reached.
 *
 * @module
 */

import type { NodeAddress } from "./cluster_options.ts";
import { BadHostSetupError } from "./errors.ts";

/**
 * Makes what is known of a server from where it is reached.
 *
 * @param addressMap Says where that is; without one it is where they announce it.
 * @param announced What servers announce.
 * @param make Makes it of that.
 * @throws {BadHostSetupError} If the answer is none, or cannot be used.
 */
export function mapped<H>(
  addressMap: ((address: NodeAddress) => NodeAddress) | undefined,
  announced: NodeAddress,
  make: (address: NodeAddress) => H,
): H {
  if (addressMap === undefined) return make(announced);
  try {
    const { hostname, port } = addressMap({ ...announced });
    if (typeof hostname !== "string" || typeof port !== "number") {
      throw new TypeError('it has to give a "hostname" and a "port"');
    }
    return make({ hostname, port });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BadHostSetupError(
      `Cannot use "${announced.hostname}:${announced.port}", which servers ` +
        `announce: "addressMap" has no address for it: ${why}`,
      { cause },
    );
  }
}
