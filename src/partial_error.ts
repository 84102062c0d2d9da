/**
 * The error of a command that ran on some hosts only: a leaf.
 *
 * @module
 */

import type { Key, Reply } from "./values.ts";

/**
 * A command over keys of several hosts ran on some of them and failed on
 * others. {@linkcode PartialError.results} says which key fared how; what failed
 * on each host is in `errors`.
 *
 * The keys and values are left out when it is printed, as they may be secret.
 */
export class PartialError extends AggregateError {
  /** The name of the class. */
  override name = "PartialError";
  /** The name of the command, never its arguments. */
  readonly command: string;
  /**
   * Which command of its map it was, counted from 0 in the order of issue, once
   * the map threw it.
   */
  declare index?: number;
  /** Which key of `mapBatches` it was for, counted from 0. */
  declare keyIndex?: number;
  readonly #keys: readonly Key[];
  readonly #results: readonly PromiseSettledResult<Reply>[];

  /**
   * What came of a command, key by key.
   *
   * @param command The name of the command.
   * @param keys All keys in the caller's order.
   * @param results An outcome for each key, in the same order.
   */
  constructor(
    command: string,
    keys: readonly Key[],
    results: readonly PromiseSettledResult<Reply>[],
  ) {
    const reasons = new Set<unknown>();
    let failed = 0;
    for (const result of results) {
      if (result.status === "fulfilled") continue;
      reasons.add(result.reason);
      failed++;
    }
    super(
      reasons,
      `"${command}" failed for ${failed} of its ${keys.length} keys`,
    );
    this.command = command;
    this.#keys = keys;
    this.#results = results;
  }

  /** All keys in the caller's order. */
  get keys(): readonly Key[] {
    return this.#keys;
  }

  /**
   * An outcome for each key, in the order of `keys`: the value of its MGET, or
   * the reply of its host, or the error.
   */
  get results(): readonly PromiseSettledResult<Reply>[] {
    return this.#results;
  }

  /** The keys for which the command succeeded, in the caller's order. */
  get succeeded(): Key[] {
    return this.#keys.filter((_, index) =>
      this.#results[index].status === "fulfilled"
    );
  }

  /** The keys for which the command failed, in the caller's order. */
  get failed(): Key[] {
    return this.#keys.filter((_, index) =>
      this.#results[index].status === "rejected"
    );
  }
}
