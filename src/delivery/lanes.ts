/**
 * The lanes of one client: one for each host.
 *
 * @module
 */

import type { Host } from "./host.ts";
import { Lane } from "./lane.ts";

/**
 * One lane for each host that a client sends to. What the client issues itself
 * and the maps made from it go the same way, in the order of issue.
 */
export class Lanes {
  readonly #lanes = new Map<Host, Lane>();

  /** The lane to a host. */
  laneFor(host: Host): Lane {
    let lane = this.#lanes.get(host);
    if (lane === undefined) {
      this.#forgetClosed();
      lane = new Lane(host);
      this.#lanes.set(host, lane);
    }
    return lane;
  }

  /** Lets what was issued leave although the turn is not over. */
  flush(): void {
    for (const lane of this.#lanes.values()) lane.flush();
  }

  #forgetClosed(): void {
    for (const [host, lane] of this.#lanes) {
      if (host.closing && lane.idle) this.#lanes.delete(host);
    }
  }
}
