/**
 * What a map has promised, as far as its join needs it.
 *
 * @module
 */

import type { RbPromise } from "../promise.ts";

/** Lists of this length never grow by much, nor are they moved. */
const CHUNK_LENGTH = 1_024;

/**
 * Promises in the order of issue. Those that have resolved are let go in time,
 * so that a map of any length can be run.
 */
export class PromiseLog {
  /** How many promises were ever added. */
  length = 0;
  readonly #progress: () => number;
  #chunks: RbPromise<unknown>[][] = [];
  #last: RbPromise<unknown>[] = [];
  /** How many promises the last chunk has; it may have room for more. */
  #count = 0;
  /** How many promises the chunks before the last have, */
  #held = 0;
  /** and how many there may be until the next look at them. */
  #limit = CHUNK_LENGTH;
  /** The progress at the last look. */
  #seen = 0;

  /**
   * @param progress A number that grows as promises are settled. While a map is
   * being issued it stays, and no promise has to be looked at.
   */
  constructor(progress: () => number) {
    this.#progress = progress;
  }

  /** Adds a promise. */
  push(promise: RbPromise<unknown>): void {
    if (this.#count === CHUNK_LENGTH) this.#begin();
    this.#last[this.#count++] = promise;
    this.length++;
  }

  /** The reasons of those that are rejected. */
  reasons(): unknown[] {
    const reasons: unknown[] = [];
    const last = this.#last.slice(0, this.#count);
    for (const chunk of [...this.#chunks, last]) {
      for (const promise of chunk) {
        if (promise.isRejected) reasons.push(promise.reason);
      }
    }
    return reasons;
  }

  /** Begins another chunk. */
  #begin(): void {
    this.#chunks.push(this.#last);
    this.#held += CHUNK_LENGTH;
    this.#last = new Array(CHUNK_LENGTH);
    this.#count = 0;
    const progress = this.#progress();
    if (this.#held > this.#limit && progress !== this.#seen) {
      this.#seen = progress;
      this.#dropResolved();
    }
  }

  #dropResolved(): void {
    const kept = this.#chunks.flatMap((chunk) =>
      chunk.filter(({ isResolved }) => !isResolved)
    );
    this.#chunks = [kept];
    this.#held = kept.length;
    // Twice what is left: each promise is looked at a few times at most.
    this.#limit = Math.max(CHUNK_LENGTH, 2 * kept.length);
  }
}
