/**
 * Lanes that a client does not share with others.
 *
 * @module
 */

import { Gate } from "./gate.ts";
import type { Host } from "./host.ts";
import { Lane } from "./lane.ts";

/** Settings of a {@linkcode LaneGroup}. */
export interface LaneGroupOptions {
  /**
   * How many of its hosts are worked on at a time.
   *
   * @default {Infinity}
   */
  maxConcurrency?: number;
  /**
   * Whether batches never overtake each other on the way to their host, not even
   * when one of them pauses before it is tried again.
   *
   * @default {false}
   */
  inOrder?: boolean;
}

/**
 * One lane for each host, for whoever works on many hosts at once and would wait
 * behind others in the lanes that all clients share. Several dispatchers may use
 * a group one after the other or, to keep an order, at the same time.
 */
export class LaneGroup {
  readonly #lanes = new Map<Host, Lane>();
  readonly #gate: Gate;
  readonly #inOrder: boolean;

  /** @param options How many hosts at a time, and whether in order. */
  constructor(
    { maxConcurrency = Infinity, inOrder = false }: LaneGroupOptions = {},
  ) {
    this.#gate = new Gate(maxConcurrency);
    this.#inOrder = inOrder;
  }

  /** The lane to a host. */
  laneFor(host: Host): Lane {
    let lane = this.#lanes.get(host);
    if (lane === undefined) {
      lane = new Lane(host, { gate: this.#gate, inOrder: this.#inOrder });
      this.#lanes.set(host, lane);
    }
    return lane;
  }

  /** Lets what was issued leave although the turn is not over. */
  flush(): void {
    for (const lane of this.#lanes.values()) lane.flush();
  }

  /** Stops the clocks of lanes that have nothing to do. */
  rest(): void {
    for (const lane of this.#lanes.values()) if (lane.idle) lane.close();
  }
}
