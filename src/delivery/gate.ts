/**
 * Bounds how many hosts one map works on at the same time.
 *
 * @module
 */

import { countdown } from "../wire/countdown.ts";

/** One that passes a {@linkcode Gate}: a lane, which gates do not know. */
export interface Entrant {
  /** There is room now: try again. */
  enter(): void;
  /** Another number each time something has come from its host. */
  readonly heard: number;
}

/**
 * Milliseconds without a sign of life after which a host gives its turn back:
 * enough for what a healthy one is asked in a map, little beside a time limit.
 */
const PATIENCE = 100;

/**
 * Lets a bounded number of lanes be at work; the others wait their turn. One that
 * hears nothing while others wait does not count any more, although it goes on
 * waiting: a host that hangs holds up none but its own commands.
 */
export class Gate {
  readonly #limit: number;
  /** Who is inside, and what they had heard at the last look. */
  readonly #inside = new Map<Entrant, number>();
  readonly #waiting = new Set<Entrant>();
  /** Stops the wait for the next look, while anybody waits. */
  #stop: (() => void) | undefined = undefined;

  /** @param limit How many may be inside at a time. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Lets one in, or notes that it waits. */
  admits(entrant: Entrant): boolean {
    if (this.#inside.has(entrant)) return true;
    if (this.#inside.size < this.#limit) {
      this.#inside.set(entrant, entrant.heard);
      this.#waiting.delete(entrant);
      return true;
    }
    this.#waiting.add(entrant);
    if (this.#stop === undefined) this.#begin();
    return false;
  }

  /** One is done, for now or for good; the next may enter. */
  leave(entrant: Entrant): void {
    this.#waiting.delete(entrant);
    this.#inside.delete(entrant);
    this.#call();
  }

  /** Calls those behind. One that has no use for its turn now leaves it to them. */
  #call(): void {
    for (const next of this.#waiting) {
      if (this.#inside.size >= this.#limit) break;
      this.#waiting.delete(next);
      next.enter();
    }
    if (this.#waiting.size > 0) return;
    this.#stop?.();
    this.#stop = undefined;
  }

  /** Looks again in a while who has heard anything. */
  #begin(): void {
    for (const entrant of this.#inside.keys()) {
      this.#inside.set(entrant, entrant.heard);
    }
    this.#stop = countdown(PATIENCE, () => this.#look());
  }

  /** Those who have heard nothing since the last look give their turn back. */
  #look(): void {
    this.#stop = undefined;
    for (const [entrant, heard] of this.#inside) {
      if (entrant.heard === heard) this.#inside.delete(entrant);
    }
    this.#call();
    if (this.#waiting.size > 0 && this.#stop === undefined) this.#begin();
  }
}
