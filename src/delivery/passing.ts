/**
 * Waiting for what is under way now, whatever follows.
 *
 * @module
 */

/**
 * Waits until some things have come to their end, and what goes on in the place of
 * any of them.
 */
export class Passing<T> {
  readonly #pending: Set<T>;
  readonly #whenOver = Promise.withResolvers<void>();

  /** @param pending What is waited for. */
  constructor(pending: Iterable<T>) {
    this.#pending = new Set(pending);
    this.#endIfOver();
  }

  /** Settles when all is over. */
  get over(): Promise<void> {
    return this.#whenOver.promise;
  }

  /** A part of something goes on as something else, whose end counts as well. */
  goesOn(from: T, to: T): void {
    if (this.#pending.has(from)) this.#pending.add(to);
  }

  /** Something has come to its end. */
  ended(one: T): void {
    if (this.#pending.delete(one)) this.#endIfOver();
  }

  #endIfOver(): void {
    if (this.#pending.size === 0) this.#whenOver.resolve();
  }
}
