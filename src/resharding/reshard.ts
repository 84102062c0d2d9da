/**
 * Moving the keys of a cluster to other hosts while programs write.
 *
 * @module
 */

import type { Cluster } from "../cluster.ts";
import { CommandError } from "../errors.ts";
import {
  isPositive,
  isSignal,
  isWhole,
  oneOf,
  readOptions,
} from "../options.ts";
import { LiveMove } from "./live_move.ts";
import type { ReshardProgress } from "./progress.ts";
import { StoppedMove } from "./stopped_move.ts";
import { Survey } from "./survey.ts";
import { refusedBy, TwoRings } from "./two_rings.ts";

/** How keys are moved. */
export interface ReshardOptions {
  /**
   * The most keys a second.
   *
   * @default {20_000}
   */
  rate?: number;
  /**
   * How many keys travel together.
   *
   * @default {100}
   */
  pageSize?: number;
  /**
   * The most bytes that a value may take in the memory of its server. Where a
   * larger one is found, the move stops before it: reading it would keep its server
   * from all else.
   *
   * @default {Infinity}
   */
  maxValueBytes?: number;
  /**
   * What becomes of connections of programs that do not follow the ring: with
   * `"refuse"` no key moves while there are some, with `"kill"` they are closed.
   *
   * @default {"refuse"}
   */
  strangers?: "refuse" | "kill";
  /**
   * What programs do meanwhile. With `"follow"` they write, and all of them take
   * part. With `"stopped"` they cannot write: that is denied to all users of the
   * servers but to the one of these clusters, until the new hosts are in use. It
   * takes Redis 6, and is for programs that do not follow the ring.
   *
   * @default {"follow"}
   */
  writers?: "follow" | "stopped";
  /**
   * Whether all programs with the former hosts are gone, with `writers: "stopped"`.
   * Otherwise the move ends when all is copied, with the phase `"copied"`: stop
   * them, and call it again with this.
   *
   * @default {false}
   */
  confirmed?: boolean;
  /**
   * Milliseconds before connections are closed whose programs do not hear that
   * keys are about to move.
   *
   * @default {2_000}
   */
  grace?: number;
  /**
   * How many replicas of its host have to have each step by which a key moves, for
   * all programs that take part. Shards behind Sentinel need one at least: without,
   * a failover may lose a key on its way.
   *
   * @default {0}
   */
  replicated?: number;
  /** Stops when aborted; calling `reshard` again goes on. */
  signal?: AbortSignal;
}

const CHECKS = {
  rate: isPositive,
  pageSize: isWhole(1, 10_000),
  maxValueBytes: isPositive,
  strangers: oneOf("refuse", "kill"),
  writers: oneOf("follow", "stopped"),
  confirmed: oneOf(true, false),
  grace: isWhole(0, 2_500),
  replicated: isWhole(0, 1_000),
  signal: isSignal,
};

/**
 * Moves keys to other hosts while programs read and write them. All programs have
 * to have both sets of hosts by then, as `hosts` and `next` of a `Cluster` with
 * `follow`. No key is lost, and no write that was acknowledged.
 *
 * It may be stopped, or die, at any time: calling it again goes on. Calling it with
 * the clusters in the other order moves everything back, also from halfway.
 *
 * @param before The cluster as it is, as for `plan`: opened or not.
 * @param after The cluster as it shall be.
 * @param options How fast, and what becomes of those who do not follow.
 * @returns How far it is, again and again; it goes on as long as that is read.
 * @throws {ReshardingError} If programs are connected that do not follow, if a host
 * that is new has keys already, if a host refuses keys, or if somebody else moves
 * keys.
 *
 * @example A third host
 * ```ts
 * import { Cluster, ConsistentHashingRouter, reshard } from "@rb/rb";
 *
 * const a = { port: 6379, label: "a" };
 * const b = { port: 6380, label: "b" };
 * const router = ConsistentHashingRouter;
 * const before = new Cluster({ hosts: [a], router });
 * const after = new Cluster({ hosts: [a, b], router });
 * for await (const { phase, moved } of reshard(before, after)) {
 *   console.log(phase, moved);
 * }
 * ```
 */
export async function* reshard(
  before: Cluster,
  after: Cluster,
  options: ReshardOptions = {},
): AsyncGenerator<ReshardProgress, void, undefined> {
  const {
    rate = 20_000,
    pageSize = 100,
    maxValueBytes = Infinity,
    strangers = "refuse",
    writers = "follow",
    confirmed = false,
    grace = 2_000,
    replicated = 0,
    signal,
  } = readOptions(options, CHECKS, "reshard()");
  const rings = new TwoRings(before, after, { replicated, signal });
  const survey = new Survey(rings);
  const how = { rate, pageSize, maxValueBytes, strangers, grace, signal };
  const move = writers === "follow"
    ? new LiveMove(rings, survey, how)
    : new StoppedMove(rings, survey, { ...how, confirmed });
  try {
    assertReplicated(rings, writers);
    await rings.found();
    yield* move.run();
  } catch (error) {
    throw error instanceof CommandError ? refusedBy(error) : error;
  } finally {
    await rings.close();
  }
}

/** Refuses to move keys whose hosts may fail over meanwhile, unless nothing is lost. */
function assertReplicated(
  { areNamed, replicated }: TwoRings,
  writers: "follow" | "stopped",
): void {
  if (!areNamed) return;
  if (writers === "stopped") {
    throw new TypeError(
      'Cannot move keys with writers: "stopped" between shards behind Sentinel: ' +
        "after a failover the new primary lets everybody write",
    );
  }
  if (replicated > 0) return;
  throw new TypeError(
    "Cannot move keys between shards behind Sentinel without the option " +
      '"replicated": a failover may lose a key on its way, unless so many ' +
      "replicas have it",
  );
}
