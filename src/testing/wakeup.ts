/**
 * Waiting for one thing or for a call, whichever comes first.
 *
 * @module
 */

/**
 * Ends waits from outside. Unlike `Promise.race` with a promise that lives
 * long, it keeps nothing of a wait that is over.
 */
export class Wakeup {
  readonly #waiting = new Set<() => void>();

  /** Ends all waits. */
  wake(): void {
    for (const stop of this.#waiting) stop();
    this.#waiting.clear();
  }

  /**
   * Waits.
   *
   * @param promise What ends the wait beside a wakeup, if anything does.
   * @returns What it resolves to, or nothing after a wakeup.
   */
  wait<T>(promise?: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const stop = () => resolve(undefined);
      this.#waiting.add(stop);
      const done = () => this.#waiting.delete(stop);
      promise?.then((value) => {
        done();
        resolve(value);
      }, (error) => {
        done();
        reject(error);
      });
    });
  }
}
