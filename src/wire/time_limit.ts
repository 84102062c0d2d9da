/**
 * A time limit that follows the signal of a caller too.
 *
 * @module
 */

import { TimeoutError } from "../errors.ts";

/** The longest delay of `setTimeout`; what is longer takes no time at all. */
export const MAX_DELAY = 2 ** 31 - 1;

/**
 * Aborts its signal when the time is up, with a {@linkcode TimeoutError}, or
 * when another signal is aborted, with the reason of that one; until it is
 * stopped.
 */
export class TimeLimit {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #onAbort = () => this.#controller.abort(this.#outer?.reason);
  readonly #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param timeout Milliseconds; for no limit `Infinity`, or more than a timer
   * can wait.
   * @param outer Another signal to follow.
   */
  constructor(timeout: number, outer?: AbortSignal) {
    this.#outer = outer;
    if (outer?.aborted) this.#onAbort();
    else outer?.addEventListener("abort", this.#onAbort);
    if (timeout <= MAX_DELAY) {
      this.#timer = setTimeout(() => this.#expire(), timeout);
    }
  }

  /** Aborted when the time is up, or by the other signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Stops the clock and follows no longer. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#onAbort);
  }

  #expire(): void {
    this.#controller.abort(
      new TimeoutError("The server did not answer in time", {
        outcome: "not-sent",
      }),
    );
  }
}
