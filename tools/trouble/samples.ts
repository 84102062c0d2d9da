/**
 * Requests, with when they were issued and how long they took.
 *
 * @module
 */

/** How one request ended. */
export interface Sample {
  /** Milliseconds from the beginning of the trouble to its issue. */
  readonly at: number;
  /** Milliseconds from its issue to its end. */
  readonly took: number;
  /** Whether it was answered as it should be. */
  readonly isGood: boolean;
}

/**
 * The share of requests that were answered in time, in the second in which it
 * was the smallest.
 *
 * @param samples All requests; those issued before the trouble do not count.
 * @param options The milliseconds that a request has, and how many seconds count.
 * @returns The share, from 0 to 1; 0 for a second without any request.
 */
export function worstSecond(
  samples: readonly Sample[],
  { within, seconds }: { within: number; seconds: number },
): number {
  const all = new Array<number>(seconds).fill(0);
  const good = new Array<number>(seconds).fill(0);
  for (const { at, took, isGood } of samples) {
    const second = Math.floor(at / 1_000);
    if (second < 0 || second >= seconds) continue;
    all[second]++;
    if (isGood && took <= within) good[second]++;
  }
  return Math.min(...all.map((count, i) => count === 0 ? 0 : good[i] / count));
}
