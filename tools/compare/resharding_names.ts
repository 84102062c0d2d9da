/**
 * What the contenders are called while keys move to other hosts.
 *
 * @module
 */

/** The contenders, by the names that targets know. */
export const RESHARDING_NAMES = {
  migrate: "redis-cli: MIGRATE, 1,000 keys at a time",
  reshard: "rb: reshard(), as fast as it can",
  getSettled: "rb: map get, nothing moves",
  getMoving: "rb: map get, keys move",
  setSettled: "rb: map set, nothing moves",
  setMoving: "rb: map set, keys move",
  alone: "rb: map get",
  following: "rb: map get, follow",
} as const;
