/**
 * Time that is up only if what is waited for is not there.
 *
 * @module
 */

import { setImmediate } from "node:timers";

/** The longest delay of `setTimeout`; what is longer takes no time at all. */
export const MAX_DELAY = 2 ** 31 - 1;

/** A timer that is so many milliseconds late was held up by the program. */
const HELD_UP = 10;

/**
 * How long it has to be quiet after the program was held up, in milliseconds:
 * what a server could not get rid of meanwhile follows in a moment.
 */
const QUIET = 250;

/** Counts what comes: another number tells that something has come. */
export type Heard = () => number;

/**
 * Calls back when what has arrived by now is read: a timer goes first when both
 * are due, so that a program that was busy for longer than a server may take
 * would give up what has been there all the time.
 *
 * @param late By how many milliseconds the timer is late. Twice as long as it was
 * held up, and no longer, is waited for what comes without a break.
 * @param heard Counts what comes.
 * @param judge Called once, unless it is cancelled.
 * @returns Cancels it.
 */
export function afterReading(
  late: number,
  heard: Heard,
  judge: () => void,
): () => void {
  let isCancelled = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = performance.now() + 2 * late;
  const quiet = Math.min(late, QUIET);
  let before = heard();
  const look = () => {
    if (isCancelled) return;
    const count = heard();
    if (late < HELD_UP || count === before || performance.now() >= end) {
      return judge();
    }
    before = count;
    timer = setTimeout(look, quiet);
  };
  // By then each socket has been read as far as it goes.
  setImmediate(() => {
    if (isCancelled || late < HELD_UP) return look();
    before = heard();
    timer = setTimeout(look, quiet);
  });
  return () => {
    isCancelled = true;
    clearTimeout(timer);
  };
}

/**
 * Calls back when the time is up, and what has arrived by then is read.
 *
 * @param delay Milliseconds; beyond {@linkcode MAX_DELAY} it is that.
 * @param judge Called once, unless it is cancelled.
 * @param heard Counts what comes, where more than a little may.
 * @returns Cancels it.
 */
export function countdown(
  delay: number,
  judge: () => void,
  heard: Heard = () => 0,
): () => void {
  const wait = Math.min(delay, MAX_DELAY);
  const due = performance.now() + wait;
  let cancel: (() => void) | undefined;
  const timer = setTimeout(() => {
    cancel = afterReading(performance.now() - due, heard, judge);
  }, wait);
  return () => {
    clearTimeout(timer);
    cancel?.();
  };
}
