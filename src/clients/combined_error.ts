/**
 * Several failures as one error.
 *
 * @module
 */

/**
 * The one reason itself, or an AggregateError of several.
 *
 * @param reasons What went wrong, at least once.
 * @param message The text of the AggregateError.
 */
export function combinedError(
  reasons: readonly unknown[],
  message: () => string,
): unknown {
  return reasons.length === 1
    ? reasons[0]
    : new AggregateError(reasons, message());
}
