/**
 * How far something has come: a line on a terminal that is drawn over.
 *
 * @module
 */

import type { Output } from "./shell.ts";
import { paintOf } from "./style.ts";
import { amount, grouped } from "./units.ts";

/** Milliseconds between two drawings. */
const PERIOD = 100;
const MAX_BAR = 40;
/** What fills a part of a column, from none to seven eighths of it. */
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** Shows on a terminal how far something has come, and elsewhere nothing. */
export class Progress {
  readonly #output: Output;
  readonly #noun: string;
  readonly #total: number | undefined;
  readonly #start = performance.now();
  #last = -Infinity;

  /**
   * @param output Where it is shown.
   * @param what What is counted, and how many there are, where that is known.
   */
  constructor(
    output: Output,
    { noun, total }: { noun: string; total: number | undefined },
  ) {
    this.#output = output;
    this.#noun = noun;
    this.#total = total;
  }

  /** Shows that so many are done, but not too often. */
  show(done: number): void {
    if (!this.#output.isTerminal) return;
    const now = performance.now();
    if (now - this.#last < PERIOD) return;
    this.#last = now;
    const elapsed = now - this.#start;
    // Of less time than that nobody can tell.
    const speed = elapsed < PERIOD
      ? ""
      : `, ${grouped(1_000 * done / elapsed)} a second`;
    this.#output.write(`\r${this.#line(done, speed)}\x1b[K`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#output.isTerminal) this.#output.write("\r\x1b[K");
  }

  #line(done: number, speed: string): string {
    if (this.#total === undefined) {
      return `${amount(done, this.#noun)}${speed}`;
    }
    // More may come than were counted.
    const total = Math.max(this.#total, done);
    const text = `${grouped(done)} of ${amount(total, this.#noun)}${speed}`;
    const width = Math.min(MAX_BAR, this.#output.columns - text.length - 2);
    if (width < 5) return text.slice(0, this.#output.columns - 1);
    const bar = barOf(total === 0 ? 1 : done / total, width);
    return `${paintOf(this.#output)(bar, "cyan")} ${text}`;
  }
}

/** A bar that is filled to a share of 1. */
export function barOf(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, share) * width * 8);
  const filled = "█".repeat(eighths >> 3) + EIGHTHS[eighths & 7];
  return filled.padEnd(width, "░");
}
