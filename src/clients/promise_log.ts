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
  #chunks: RbPromise<unknown>[][] = [];
  #last: RbPromise<unknown>[] = [];
  /** How many promises the last chunk has; it may have room for more. */
  #count = 0;
  /** How many chunks there may be until the next look at them. */
  #limit = 1;

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
    this.#last = new Array(CHUNK_LENGTH);
    this.#count = 0;
    if (this.#chunks.length <= this.#limit) return;
    this.#chunks = this.#chunks.map(withoutResolved)
      .filter(({ length }) => length > 0);
    // Twice what is left: each promise is looked at a few times at most.
    this.#limit = Math.max(1, 2 * this.#chunks.length);
  }
}

function withoutResolved(
  promises: RbPromise<unknown>[],
): RbPromise<unknown>[] {
  // While a map is being issued, none has resolved, and the list stays.
  for (const { isResolved } of promises) {
    if (isResolved) return promises.filter(({ isResolved }) => !isResolved);
  }
  return promises;
}
