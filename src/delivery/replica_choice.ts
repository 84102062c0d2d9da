/**
 * Which servers of a host may be asked.
 *
 * @module
 */

import type { Host } from "./host.ts";

/**
 * Which servers of a host answer commands that only read:
 *
 * - `"primary"`: the primary, which alone knows every write;
 * - `"preferReplica"`: a replica, and the primary what that does not answer;
 * - `"replica"`: the same, but all other replicas are tried before the primary;
 * - `"any"`: the primary and its replicas in turn.
 */
export type ReadFrom = "primary" | "preferReplica" | "replica" | "any";

/** The replicas of one host. */
export interface ReplicaChoice {
  /**
   * The replica whose turn it is.
   *
   * @param tried Those that are out of the question.
   * @param sharing Whether the primary has its turn as well.
   * @returns Nothing, where it is for the primary.
   */
  next(tried: ReadonlySet<Host>, sharing: boolean): Host | undefined;
}
