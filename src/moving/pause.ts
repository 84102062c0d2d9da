/**
 * Waiting for a while.
 *
 * @module
 */

/** Waits for some milliseconds, unless it is given up. */
export function pause(
  time: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (signal?.aborted) return Promise.reject(signal.reason);
  const onAbort = () => reject(signal?.reason);
  const timer = setTimeout(resolve, time);
  signal?.addEventListener("abort", onAbort);
  return promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  });
}
