/**
 * What has happened on the way to one host in the last minute.
 *
 * @module
 */

import { type Latency, LatencyHistogram } from "./histogram.ts";

/** Milliseconds after which what was counted is a part of the window less, */
const SLICE_LENGTH = 10_000;

/** and how many such parts it has. */
const SLICES = 6;

/** What was counted in the last minute. */
export interface RecentStats {
  /** How many milliseconds that is: 50,000 to 60,000, or less at first. */
  readonly milliseconds: number;
  /** Commands settled. */
  readonly commands: number;
  /** How many of them failed. */
  readonly errors: number;
  /** How long they took. */
  readonly latency: Latency;
}

/** What is counted together. */
interface Slice {
  readonly latency: LatencyHistogram;
  commands: number;
  errors: number;
}

/** Counts, and forgets what is older than a minute, a slice at a time. */
export class Window {
  readonly #slices: readonly Slice[] = Array.from({ length: SLICES }, () => ({
    latency: new LatencyHistogram(),
    commands: 0,
    errors: 0,
  }));
  /** The number of the slice in use, counted from the origin of time. */
  #current = -Infinity;
  /** When it began to count. */
  #since = Infinity;

  /**
   * Counts a batch that is settled.
   *
   * @param batch How many commands it had, and how many failed.
   * @param milliseconds How long it took.
   * @param now The time of `performance.now()`.
   */
  add(
    { issued, errors }: { readonly issued: number; readonly errors: number },
    milliseconds: number,
    now: number,
  ): void {
    this.#since = Math.min(this.#since, now - milliseconds);
    this.#advance(now);
    const slice = this.#slices[this.#current % SLICES];
    slice.latency.record(milliseconds, issued);
    slice.commands += issued;
    slice.errors += errors;
  }

  /**
   * All of the last minute.
   *
   * @param now The time of `performance.now()`.
   */
  summary(now: number): RecentStats {
    this.#advance(now);
    const latency = new LatencyHistogram();
    let commands = 0;
    let errors = 0;
    for (const slice of this.#slices) {
      latency.add(slice.latency);
      commands += slice.commands;
      errors += slice.errors;
    }
    const start = (this.#current - SLICES + 1) * SLICE_LENGTH;
    const milliseconds = Math.max(0, now - Math.max(start, this.#since));
    return { milliseconds, commands, errors, latency: latency.summary() };
  }

  /** Makes room for what is counted now. */
  #advance(now: number): void {
    const next = Math.floor(now / SLICE_LENGTH);
    if (next <= this.#current) return;
    const first = Math.max(this.#current + 1, next - SLICES + 1);
    for (let number = first; number <= next; number++) {
      const slice = this.#slices.at(number % SLICES)!;
      slice.latency.clear();
      slice.commands = slice.errors = 0;
    }
    this.#current = next;
  }
}
