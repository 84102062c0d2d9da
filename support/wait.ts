/**
 * Waiting for something to become true.
 *
 * @module
 */

/** Waits. */
export function sleep(time: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, time));
}

/** Waits until something holds, for at most `timeout` milliseconds. */
export async function eventually(
  check: () => boolean | Promise<boolean>,
  timeout = 30_000,
): Promise<void> {
  const deadline = performance.now() + timeout;
  while (!await check()) {
    if (performance.now() > deadline) {
      throw new Error(`It did not hold within ${timeout} ms`);
    }
    await sleep(5);
  }
}
