/**
 * Failing fast: a server that cannot be reached is left alone and probed in the
 * background.
 *
 * @module
 */

import { runtime, type Timer } from "../runtime/mod.ts";

/** Settings of a {@linkcode Breaker}. */
export interface BreakerOptions {
  /**
   * Failures in a row after which the server counts as down.
   *
   * @default {3}
   */
  threshold?: number;
  /**
   * Milliseconds before the first probe.
   *
   * @default {1000}
   */
  minDelay?: number;
  /**
   * The longest pause between two probes, in milliseconds.
   *
   * @default {30000}
   */
  maxDelay?: number;
}

/**
 * Counts failures in a row. At the threshold it opens: commands are refused at
 * once while it probes the server, after pauses that double from `minDelay` to
 * `maxDelay`, each shortened at random by up to a half so that many clients do
 * not come back in step (see "Exponential Backoff And Jitter", AWS Architecture
 * Blog, 2015). The first success closes it.
 */
export class Breaker {
  readonly #probe: () => Promise<unknown>;
  readonly #onChange: (down: boolean, error: unknown) => void;
  readonly #threshold: number;
  readonly #minDelay: number;
  readonly #maxDelay: number;
  /** How many attempts failed since the last success. */
  failures = 0;
  /** Whether a success would be news. */
  doubted = false;
  /** Whether it told that the server is down. */
  #toldDown = false;
  #probes = 0;
  #error: unknown = undefined;
  #timer: Timer | undefined = undefined;

  /**
   * @param probe Tries to reach the server; it reports by `succeeded` and
   * `failed` like every other attempt, and must not reject.
   * @param onChange Told when the server went down, and when it came back.
   */
  constructor(
    probe: () => Promise<unknown>,
    onChange: (down: boolean, error: unknown) => void,
    options: BreakerOptions = {},
  ) {
    this.#probe = probe;
    this.#onChange = onChange;
    this.#threshold = options.threshold ?? 3;
    this.#minDelay = options.minDelay ?? 1_000;
    this.#maxDelay = options.maxDelay ?? 30_000;
  }

  /** Whether commands are to be refused. */
  get open(): boolean {
    return this.failures >= this.#threshold;
  }

  /** The failure that opened it, or the last one since. */
  get error(): unknown {
    return this.#error;
  }

  /** An attempt succeeded. */
  succeeded(): void {
    if (!this.doubted) return;
    this.doubted = false;
    this.reset();
    if (!this.#toldDown) return;
    this.#toldDown = false;
    this.#onChange(false, undefined);
  }

  /** Forgets all attempts: they were made elsewhere. */
  reset(): void {
    this.failures = 0;
    this.#probes = 0;
    this.#error = undefined;
    this.stop();
  }

  /** An attempt failed. */
  failed(error: unknown): void {
    const wasOpen = this.open;
    this.failures++;
    this.doubted = true;
    this.#error = error;
    if (!this.open) return;
    this.#schedule();
    if (wasOpen) return;
    this.#toldDown = true;
    this.#onChange(true, error);
  }

  /** Probes no more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    if (this.#timer !== undefined) return;
    const pause = jitter(
      Math.min(this.#maxDelay, this.#minDelay * 2 ** this.#probes++),
    );
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#probe();
    }, pause);
    // Probing is nobody's command: it must not keep the program alive.
    runtime.unref(this.#timer);
  }
}

/** A random pause between half of `delay` and all of it. */
export function jitter(delay: number): number {
  return delay * (0.5 + Math.random() / 2);
}
