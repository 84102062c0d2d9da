/**
 * How the time there is, is divided among sections.
 *
 * @module
 */

import type { Section } from "./sections.ts";

/** A section, and what is to come after it. */
export interface ScheduleOptions {
  /** Rounds of every section; by default each has its own number. */
  readonly rounds: number | undefined;
  /** The time now, by a clock in milliseconds. */
  readonly now: number;
  /** When all have to be done, by the same clock. */
  readonly end: number;
}

/** How long a section may go on. */
export interface Share {
  readonly rounds: number;
  readonly until: number;
}

/**
 * The share of the first one of some sections. What it leaves over is for those
 * behind it; when nothing is left, it gets nothing.
 */
export function shareOfFirst(
  sections: readonly Pick<Section, "contenders" | "rounds" | "warmups">[],
  { rounds, now, end }: ScheduleOptions,
): Share | undefined {
  if (now >= end || sections.length === 0) return undefined;
  const runs = sections.map((section) =>
    section.contenders.length * (section.warmups + (rounds ?? section.rounds))
  );
  const all = runs.reduce((sum, count) => sum + count, 0);
  return {
    rounds: rounds ?? sections[0].rounds,
    until: now + (end - now) * runs[0] / all,
  };
}
