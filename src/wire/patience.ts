/**
 * A time that each of many has, and hardly any of them needs.
 *
 * @module
 */

import { runtime, type Timer } from "../runtime/mod.ts";
import { afterReading } from "./countdown.ts";

/**
 * Calls back for whatever goes on for too long. All have the same time, and one
 * timer, which is left to run where what it was set for is over: to set one and to
 * clear it costs as much as all else that a call does after a pause. It does not
 * keep the program alive.
 */
export class Patience<T> {
  readonly #time: number;
  readonly #judge: (overdue: T) => void;
  /** When the time of each is up, the next one first. */
  readonly #ends = new Map<T, number>();
  #timer: Timer | undefined = undefined;
  /** Cancels the look at what is overdue. */
  #stopReading: (() => void) | undefined = undefined;

  /**
   * @param time Milliseconds for each.
   * @param judge Told what is overdue once all is read that has arrived by then.
   */
  constructor(time: number, judge: (overdue: T) => void) {
    this.#time = time;
    this.#judge = judge;
  }

  /** Has something judged when its time is up, unless it is over before. */
  begin(one: T): void {
    this.#ends.set(one, performance.now() + this.#time);
    if (this.#timer === undefined) this.#set(this.#time);
  }

  /** Something is over. */
  end(one: T): void {
    this.#ends.delete(one);
  }

  /** Judges nothing any more. */
  clear(): void {
    this.#ends.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#stopReading?.();
  }

  #set(delay: number): void {
    const due = performance.now() + delay;
    this.#timer = setTimeout(() => {
      if (this.#ends.size === 0) return this.#goOn();
      const late = performance.now() - due;
      this.#stopReading = afterReading(late, () => 0, () => this.#look());
    }, delay);
    runtime.unref(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    for (const [one, end] of this.#ends) {
      if (end > now) break;
      this.#ends.delete(one);
      this.#judge(one);
    }
    this.#goOn();
  }

  #goOn(): void {
    this.#timer = undefined;
    const [next] = this.#ends.values();
    if (next !== undefined) this.#set(Math.max(0, next - performance.now()));
  }
}
