/**
 * A timer for the earliest of many times.
 *
 * @module
 */

import { runtime, type Timer } from "../runtime/mod.ts";
import { MAX_DELAY } from "../wire/time_limit.ts";

/** Calls back at the earliest of the times it was set to, and then forgets them. */
export class Alarm {
  readonly #wake: () => void;
  #timer: Timer | undefined = undefined;
  #time = Infinity;

  /** @param wake Called when it goes off, or before where the time is far off. */
  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /** Sets it to a time of `performance.now()`, unless it goes off before. */
  set(time: number): void {
    if (time >= this.#time) return;
    clearTimeout(this.#timer);
    this.#time = time;
    const delay = Math.max(0, time - performance.now());
    this.#timer = setTimeout(() => {
      this.#time = Infinity;
      this.#wake();
    }, Math.min(delay, MAX_DELAY));
    // What is under way keeps the program alive by itself.
    runtime.unref(this.#timer);
  }

  /** Switches it off. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#time = Infinity;
  }
}
