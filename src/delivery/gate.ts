/**
 * Bounds how many hosts one map works on at the same time.
 *
 * @module
 */

/** One that passes a {@linkcode Gate}: a lane, which gates do not know. */
export interface Entrant {
  /** There is room now: try again. */
  enter(): void;
}

/** Lets a bounded number of lanes be at work; the others wait their turn. */
export class Gate {
  readonly #limit: number;
  readonly #inside = new Set<Entrant>();
  readonly #waiting = new Set<Entrant>();

  /** @param limit How many may be inside at a time. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Lets one in, or notes that it waits. */
  admits(entrant: Entrant): boolean {
    if (this.#inside.has(entrant)) return true;
    if (this.#inside.size < this.#limit) {
      this.#inside.add(entrant);
      this.#waiting.delete(entrant);
      return true;
    }
    this.#waiting.add(entrant);
    return false;
  }

  /** One is done, for now or for good; the next may enter. */
  leave(entrant: Entrant): void {
    this.#waiting.delete(entrant);
    this.#inside.delete(entrant);
    // One that has no use for its turn now leaves it to those behind.
    for (const next of this.#waiting) {
      if (this.#inside.size >= this.#limit) break;
      this.#waiting.delete(next);
      next.enter();
    }
  }
}
