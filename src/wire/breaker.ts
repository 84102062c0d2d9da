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
   * The longest pause between the beginnings of two probes, in milliseconds,
   * unless one takes longer.
   *
   * @default {2000}
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
  #failedAt = -Infinity;
  #timer: Timer | undefined = undefined;
  /** When the next probe begins. */
  #due = 0;
  /** The probe under way, and when it began. */
  #probing: Promise<unknown> | undefined = undefined;
  #began = 0;

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
    this.#maxDelay = options.maxDelay ?? Math.max(2_000, this.#minDelay);
  }

  /** Whether commands are to be refused. */
  get open(): boolean {
    return this.failures >= this.#threshold;
  }

  /** The failure that opened it, or the last one since. */
  get error(): unknown {
    return this.#error;
  }

  /** Milliseconds until the next probe begins; 0 while one is under way. */
  get retryIn(): number {
    return this.#timer === undefined
      ? 0
      : Math.max(0, this.#due - performance.now());
  }

  /** Probes now, or waits for the probe that is under way; never rejects. */
  probe(): Promise<unknown> {
    this.stop();
    return this.#probing ??= this.#run();
  }

  /** Something was heard of the server, at a time of `performance.now()`. */
  heard(time: number): void {
    if (time > this.#failedAt) this.succeeded();
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
    this.#failedAt = performance.now();
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

  async #run(): Promise<void> {
    this.#began = performance.now();
    await this.#probe();
    this.#probing = undefined;
  }

  #schedule(): void {
    if (this.#timer !== undefined) return;
    const pause = jitter(
      Math.min(this.#maxDelay, this.#minDelay * 2 ** this.#probes++),
    );
    const now = performance.now();
    // A probe that a silent server has kept waiting has been a pause already.
    const begin = this.#probing === undefined ? now : this.#began;
    this.#due = Math.max(now, begin + pause);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.probe();
    }, this.#due - now);
    // Probing is nobody's command: it must not keep the program alive.
    runtime.unref(this.#timer);
  }
}

/** A random pause between half of `delay` and all of it. */
export function jitter(delay: number): number {
  return delay * (0.5 + Math.random() / 2);
}
