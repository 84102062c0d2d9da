/**
 * The time of something that is short.
 *
 * @module
 */

/** How long something is repeated, in milliseconds, */
const LAPS_TIME = 100;
/** and how many times at the most. */
const MAX_LAPS = 200;

/**
 * Does something once without looking at the clock, and then again and again.
 *
 * @returns The milliseconds of a lap.
 */
export async function timeLaps(lap: () => unknown): Promise<number> {
  await lap();
  const start = performance.now();
  for (let laps = 1;; laps++) {
    await lap();
    const time = performance.now() - start;
    if (time >= LAPS_TIME || laps === MAX_LAPS) return time / laps;
  }
}
