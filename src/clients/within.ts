/**
 * Waiting for what callers bring, which may never come.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { countdown } from "../wire/countdown.ts";

/** How long to wait. */
export interface Bounds {
  /**
   * When the time is up, in milliseconds of `performance.now()`; asked again
   * then, as what is waited for may have come nearer meanwhile.
   */
  due?: (() => number) | undefined;
  /** Gives up when aborted, with its reason. */
  signal?: AbortSignal | undefined;
  /**
   * What comes to its end first: commands whose time is up at the same moment
   * have more to say about it.
   */
  first?: () => Promise<void>;
  /** Makes the error of a time that is up. */
  late: () => Error;
}

/**
 * Waits for a promise that may never settle.
 *
 * @param pending The promise.
 * @param bounds For how long.
 * @returns What it resolves with.
 * @throws What it is rejected with; else the reason of the signal, or the error
 * of a time that is up.
 */
export function within<T>(
  pending: PromiseLike<T>,
  { due, signal, first, late }: Bounds,
): Promise<T> {
  const promise = Promise.resolve(pending);
  if (due === undefined && signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    let stopClock: (() => void) | undefined;
    const stop = () => {
      stopClock?.();
      signal?.removeEventListener("abort", onAbort);
    };
    const giveUp = async (reason: () => unknown) => {
      stop();
      await first?.();
      // Whoever waits for that goes before, and may come to an end by itself.
      setImmediate(() => reject(reason()));
    };
    const onAbort = () => void giveUp(() => signal?.reason);
    const watch = (time: number) => {
      const wait = Math.max(0, time - performance.now());
      stopClock = countdown(wait, () => {
        const next = due!();
        if (next > performance.now()) watch(next);
        else giveUp(late);
      });
    };
    if (due !== undefined) watch(due());
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort);
    promise.then((value) => {
      stop();
      resolve(value);
    }, (reason) => {
      stop();
      reject(reason);
    });
  });
}
