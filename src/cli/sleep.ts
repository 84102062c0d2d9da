/**
 * Waiting that can be given up.
 *
 * @module
 */

/**
 * Waits for a time.
 *
 * @throws The reason of the signal as soon as it is aborted.
 */
export function sleep(time: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(end, time);
    function end(): void {
      signal.removeEventListener("abort", giveUp);
      resolve();
    }
    function giveUp(): void {
      clearTimeout(timer);
      reject(signal.reason);
    }
    signal.addEventListener("abort", giveUp, { once: true });
  });
}
