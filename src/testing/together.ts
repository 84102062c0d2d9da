/**
 * Starting and ending several things at once.
 *
 * @module
 */

/**
 * Waits for all of them, or ends those that are there when one is not.
 *
 * @param starts What is being started.
 * @param end Ends one of them.
 * @throws {unknown} What the first one failed with.
 */
export async function allOrNone<T>(
  starts: readonly Promise<T>[],
  end: (started: T) => Promise<void>,
): Promise<T[]> {
  const results = await Promise.allSettled(starts);
  const started = results.filter((result) => result.status === "fulfilled")
    .map((result) => result.value);
  if (started.length < starts.length) {
    await Promise.allSettled(started.map(end));
  }
  throwFirst(results);
  return started;
}

/** Throws what the first of them failed with, if one did. */
export function throwFirst(
  results: readonly PromiseSettledResult<unknown>[],
): void {
  for (const result of results) {
    if (result.status === "rejected") throw result.reason;
  }
}
