/**
 * What a fanout gives for one command.
 *
 * @module
 */

/**
 * A reply for each host by its id, or with `settled: true` an outcome (as of
 * `Promise.allSettled`).
 */
export type PerHost<R, K extends "fanout" | "settled"> = Map<
  number,
  K extends "settled" ? PromiseSettledResult<R> : R
>;
