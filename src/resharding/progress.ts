/**
 * How far a move of keys is.
 *
 * @module
 */

import type { RingPhase } from "../moving/mod.ts";

/**
 * What is done now. While programs write: `"announced"`, `"holding"`, `"moving"`
 * and, when it is over, `"stable"`. Where they are stopped: `"stopped"`,
 * `"copying"`, `"comparing"`, `"copied"` as long as nobody has confirmed that all
 * programs with the former hosts are gone, `"deleting"` and `"stable"`.
 */
export type ReshardPhase =
  | RingPhase
  | "stopped"
  | "copying"
  | "comparing"
  | "copied"
  | "deleting";

/** How far a move is. */
export interface ReshardProgress {
  /** What is done now. */
  readonly phase: ReshardPhase;
  /** How many keys have been looked at, */
  readonly scanned: number;
  /** of about how many. */
  readonly total: number;
  /** How many keys have moved, or were copied. */
  readonly moved: number;
  /** How many keys a second are. */
  readonly keysPerSecond: number;
  /** Seconds until all of them have, about; nothing while that is not known. */
  readonly timeLeft: number | undefined;
  /**
   * Keys that were on both hosts, with different values: that of the former host has
   * the name `__rb__:conflict:<epoch>:<key>` there now.
   */
  readonly conflicts: readonly string[];
}

/** Counts what is done. */
export class Tally {
  phase: ReshardPhase = "stable";
  /** How many keys have moved, or were copied. */
  moved = 0;
  /** Keys that were on both hosts. */
  readonly conflicts: string[] = [];
  #scanned = 0;
  #total = 0;
  #started: number | undefined = undefined;
  /** How many keys had moved when it began. */
  #movedBefore = 0;

  /**
   * Begins to go through keys.
   *
   * @param total How many there are, about.
   */
  begin(total: number): void {
    this.#scanned = 0;
    this.#total = total;
    this.#movedBefore = this.moved;
    this.#started = performance.now();
  }

  /** So many more keys were looked at. */
  look(count: number): void {
    this.#scanned += count;
  }

  /** There are no more keys than were looked at: others have gone meanwhile. */
  end(): void {
    this.#total = this.#scanned;
  }

  /** How it is now. */
  progress(phase = this.phase): ReshardProgress {
    const started = this.#started;
    const seconds = started === undefined
      ? 0
      : (performance.now() - started) / 1_000;
    const perSecond = (count: number) => seconds > 0 ? count / seconds : 0;
    const left = Math.max(0, this.#total - this.#scanned);
    const scannedPerSecond = perSecond(this.#scanned);
    return {
      phase,
      scanned: this.#scanned,
      // While it goes through them there may come more.
      total: Math.max(this.#total, this.#scanned),
      moved: this.moved,
      keysPerSecond: perSecond(this.moved - this.#movedBefore),
      timeLeft: scannedPerSecond > 0 ? left / scannedPerSecond : undefined,
      conflicts: [...this.conflicts],
    };
  }
}
