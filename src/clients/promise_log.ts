/**
 * What a map has promised, as far as its join needs it.
 *
 * @module
 */

import { countRejections, isRejectedWith, type RbPromise } from "../promise.ts";

/** Lists of this length never grow by much, nor are they moved. */
const CHUNK_LENGTH = 1_024;

/** A promise that is rejected. */
export interface LoggedFailure {
  /** How many promises were added before it. */
  readonly index: number;
  /** Its reason. */
  readonly reason: unknown;
}

/** What carries the commands, as far as it tells how they are doing. */
export interface Progress {
  /** How many batches are settled. */
  readonly settledBatches: number;
  /** How many commands have failed in them. */
  readonly failedCommands: number;
}

/**
 * Promises in the order of issue. Those that have resolved are let go in time,
 * so that a map of any length can be run.
 */
export class PromiseLog {
  /** How many promises were ever added. */
  length = 0;
  readonly #progress: Progress;
  /** How many rejections, and failed commands, there were before. */
  readonly #rejections = countRejections();
  readonly #failedCommands: number;
  #chunks: RbPromise<unknown>[][] = [];
  #last: RbPromise<unknown>[] = [];
  /** How many promises the last chunk has; it may have room for more. */
  #count = 0;
  /**
   * How many were added before each of the first chunk, once some were let go;
   * those of the other chunks follow each other.
   */
  #indexes: readonly number[] = [];
  /** How many promises the chunks before the last have, */
  #held = 0;
  /** and how many there may be until the next look at them. */
  #limit = CHUNK_LENGTH;
  /** How many batches were settled at the last look. */
  #seen = 0;

  /**
   * @param progress Tells whether a look at the promises is worth while: hardly
   * any has resolved before a batch is settled, and most often none has failed.
   */
  constructor(progress: Progress) {
    this.#progress = progress;
    this.#failedCommands = progress.failedCommands;
  }

  /** Adds a promise. */
  push(promise: RbPromise<unknown>): void {
    if (this.#count === CHUNK_LENGTH) this.#begin();
    this.#last[this.#count++] = promise;
    this.length++;
  }

  /** Those that are rejected. */
  failures(): LoggedFailure[] {
    const failures: LoggedFailure[] = [];
    if (
      countRejections() === this.#rejections &&
      this.#progress.failedCommands === this.#failedCommands
    ) return failures;
    this.#visit((promise, index) => {
      if (promise.isRejected) failures.push({ index, reason: promise.reason });
    });
    return failures;
  }

  /** Whether one of them is rejected with that very reason. */
  includes(reason: unknown): boolean {
    let found = false;
    this.#visit((promise) => found ||= isRejectedWith(promise, reason));
    return found;
  }

  /** Looks at those that it still has, in order. */
  #visit(look: (promise: RbPromise<unknown>, index: number) => void): void {
    let index = this.length - this.#count - this.#held;
    this.#indexes.forEach((index, at) => look(this.#chunks[0][at], index));
    index += this.#indexes.length;
    const rest = this.#chunks.slice(this.#indexes.length > 0 ? 1 : 0);
    for (const chunk of [...rest, this.#last.slice(0, this.#count)]) {
      for (const promise of chunk) look(promise, index++);
    }
  }

  /** Begins another chunk. */
  #begin(): void {
    this.#chunks.push(this.#last);
    this.#held += CHUNK_LENGTH;
    this.#last = new Array(CHUNK_LENGTH);
    this.#count = 0;
    const { settledBatches } = this.#progress;
    if (this.#held > this.#limit && settledBatches !== this.#seen) {
      this.#seen = settledBatches;
      this.#dropResolved();
    }
  }

  #dropResolved(): void {
    const kept: RbPromise<unknown>[] = [];
    const indexes: number[] = [];
    this.#visit((promise, index) => {
      if (promise.isResolved) return;
      kept.push(promise);
      indexes.push(index);
    });
    this.#chunks = [kept];
    this.#indexes = indexes;
    this.#held = kept.length;
    // Twice what is left: each promise is looked at a few times at most.
    this.#limit = Math.max(CHUNK_LENGTH, 2 * kept.length);
  }
}
