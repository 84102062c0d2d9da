/**
 * A time limit that follows the signal of a caller too.
 *
 * @module
 */

import { TimeoutError } from "../errors.ts";
import { countdown, type Heard, MAX_DELAY } from "./countdown.ts";

/**
 * Aborts its signal when the time is up, with a {@linkcode TimeoutError}, or
 * when another signal is aborted, with the reason of that one; until it is
 * stopped.
 */
export class TimeLimit {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #onAbort = () => this.#controller.abort(this.#outer?.reason);
  readonly #stopClock: (() => void) | undefined;

  /**
   * @param timeout Milliseconds; for no limit `Infinity`, or more than a timer
   * can wait.
   * @param outer Another signal to follow.
   * @param heard Counts what comes: its time is up when that has been read.
   */
  constructor(timeout: number, outer?: AbortSignal, heard?: Heard) {
    this.#outer = outer;
    if (outer?.aborted) this.#onAbort();
    else outer?.addEventListener("abort", this.#onAbort);
    if (timeout <= MAX_DELAY) {
      this.#stopClock = countdown(timeout, () => this.#expire(), heard);
    }
  }

  /** Aborted when the time is up, or by the other signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Stops the clock and follows no longer. */
  stop(): void {
    this.#stopClock?.();
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
