/**
 * The options of clients and of their calls.
 *
 * @module
 */

import type { CommandFlags } from "../delivery/command.ts";
import type { ClusterView } from "../delivery/cluster_view.ts";
import type { ReadFrom } from "../delivery/replica_choice.ts";
import { type HostSelection, isHostList } from "../host_ids.ts";
import {
  type Checks,
  isPositive,
  isSignal,
  isWhole,
  oneOf,
  readOptions,
} from "../options.ts";

/** The options of a client. */
export interface ClientOptions {
  /**
   * Milliseconds that a command has for queue, connection and reply together;
   * otherwise those of the cluster.
   */
  timeout?: number;
  /** Gives up every command of the client when aborted. */
  signal?: AbortSignal;
  /**
   * Whether maps made from the client merge neighbouring GETs and plain SETs
   * into MGET and MSET.
   *
   * @default {true}
   */
  autoBatch?: boolean;
  /**
   * Whether every command of the client may be sent again when its reply was
   * lost, although it writes, because running it twice does no harm.
   *
   * @default {false}
   */
  idempotent?: boolean;
  /**
   * Whether errors have the stack of the call that asked for their command, and
   * not of whatever noticed the failure. It takes some microseconds and a kilobyte
   * for each command under way. Otherwise the cluster says so.
   *
   * @default {false}
   */
  callSites?: boolean;
  /**
   * What replies with pairs are, such as those to HGETALL or to ZRANGE with
   * scores: the flat `"lists"` of `@db/redis`, or `"records"` and lists of pairs.
   * Maps and fanouts made from the client do the same.
   *
   * @default {"lists"}
   */
  replies?: "lists" | "records";
  /**
   * Which servers of a host answer commands that only read, where hosts are found
   * by `seeds` or `sentinels`: its `"primary"`, a replica with `"preferReplica"`,
   * `"any"` of them in turn, or with `"replica"` one replica after the other before
   * the primary. A read that a replica does not answer in a quarter of its time, or
   * answers with an error, goes to the primary. What a replica answers may be old,
   * and need not know what the same client wrote before.
   *
   * @default {"primary"}
   */
  readFrom?: ReadFrom;
  /**
   * How many replicas of its host have to have a write before it counts: one WAIT
   * follows the writes of each batch, over a connection that no other client uses
   * meanwhile. Where fewer are known to have it in half of its time, the write is
   * rejected with a `ReplicationError`; it has run, and is not taken back.
   *
   * @default {0}
   */
  replicated?: number;
}

/** The options of a client of one host. */
export type LocalOptions = Omit<ClientOptions, "autoBatch" | "readFrom">;

/** The options of a connection of one's own. */
export type DedicatedOptions = Omit<LocalOptions, "replicated">;

/** What a caller may ask for in `sendCommand` of a routing or local client. */
export interface CallOptions extends CommandFlags {
  /** Milliseconds from the call to the reply; otherwise those of the client. */
  timeout?: number;
  /** Gives the command up when aborted. */
  signal?: AbortSignal;
}

/** The options of a map. */
export interface MapOptions extends Omit<ClientOptions, "replies"> {
  /**
   * Milliseconds for the whole map, its callback included. Without it, each
   * command has the time of the client, and the callback any time.
   */
  timeout?: number;
  /**
   * How many hosts the map works on at a time.
   *
   * @default {64}
   */
  maxConcurrency?: number;
  /**
   * Whether the map ends well although commands failed: their promises tell. What
   * the callback returns reads as `undefined` where it is a promise that is
   * rejected for that reason.
   *
   * @default {false}
   */
  settled?: boolean;
}

/** The options of `executeCommands`. */
export interface ExecuteOptions extends MapOptions {
  /**
   * Whether each sequence is a transaction: its commands run between MULTI and
   * EXEC, all of them with nothing in between, or none.
   *
   * @default {false}
   */
  atomic?: boolean;
}

/** The options of a fanout. */
export interface FanoutOptions extends Omit<MapOptions, "readFrom"> {
  /**
   * Whether the promises hold an outcome for each host (as of
   * `Promise.allSettled`) instead of rejecting when one of them fails, and the
   * fanout ends well although commands to the host of a key failed.
   *
   * @default {false}
   */
  settled?: boolean;
  /** The ids of the hosts, or `"all"`, where they are not an argument. */
  hosts?: HostSelection;
}

/** The options of `mapBatches`. */
export interface MapBatchesOptions extends MapOptions {
  /**
   * Milliseconds for each batch, and for what the callback returned for its keys;
   * also for each key of a source that is waited for. Without it, each command has
   * the time of the client, and all else any time.
   */
  timeout?: number;
  /**
   * How many keys make a batch. Up to three batches are held at a time: one is
   * being consumed, one or two are under way.
   *
   * @default {"1000, or 64 for each host if that is more"}
   */
  batchSize?: number;
  /**
   * Whether each key has an outcome (as of `Promise.allSettled`), so that a command
   * that fails, or a callback that throws, ends nothing but its own key.
   *
   * @default {false}
   */
  settled?: boolean;
}

const ISSUE_CHECKS = {
  timeout: isPositive,
  signal: isSignal,
  autoBatch: oneOf(true, false),
  idempotent: oneOf(true, false),
  callSites: oneOf(true, false),
};

/** Those of `replicated`, which the cluster takes as well. */
export const REPLICATION_CHECKS: Checks = { replicated: isWhole(0, 1_000) };

const DEDICATED_CHECKS = {
  ...ISSUE_CHECKS,
  replies: oneOf("lists", "records"),
};

const LOCAL_CHECKS = { ...DEDICATED_CHECKS, ...REPLICATION_CHECKS };

/** Those of `readFrom`, which the cluster takes as well. */
export const READ_CHECKS: Checks = {
  readFrom: oneOf("primary", "preferReplica", "replica", "any"),
};

const FANOUT_CHECKS = {
  ...ISSUE_CHECKS,
  ...REPLICATION_CHECKS,
  maxConcurrency: isWhole(1, 2 ** 31),
  settled: oneOf(true, false),
  hosts: isHostList,
};

const { hosts: _, ...EVERY_MAP } = FANOUT_CHECKS;

const MAP_CHECKS = { ...EVERY_MAP, ...READ_CHECKS };

const FLAG_CHECKS = {
  idempotent: oneOf(true, false),
  settled: oneOf(true, false),
  returnUint8Arrays: oneOf(true, false),
};

const CHECKS = {
  "the client": { ...LOCAL_CHECKS, ...READ_CHECKS },
  "the local client": LOCAL_CHECKS,
  // Who has a connection issues WAIT itself.
  "connect(hostId)": DEDICATED_CHECKS,
  "the map": MAP_CHECKS,
  "executeCommands": { ...MAP_CHECKS, atomic: oneOf(true, false) },
  "the fanout": FANOUT_CHECKS,
  "sendCommand": { ...FLAG_CHECKS, timeout: isPositive, signal: isSignal },
  // Time limit and signal are those of the map,
  "sendCommand in a map": FLAG_CHECKS,
  // or of the connection, over which nothing is ever sent twice.
  "sendCommand of connect(hostId)": { returnUint8Arrays: oneOf(true, false) },
  "mapBatches": { ...MAP_CHECKS, batchSize: isWhole(1, 2 ** 31) },
} satisfies Record<string, Checks>;

/**
 * Reads and checks the options of a call that takes any.
 *
 * @param options As the caller gave them.
 * @param owner Whose they are.
 * @throws {TypeError} If one is unknown or not as expected.
 */
export function readCallOptions<T>(
  options: T,
  owner: keyof typeof CHECKS,
): T {
  return readOptions(options, CHECKS[owner], owner);
}

/**
 * Which servers take the reads of a client.
 *
 * @param cluster The cluster that it is of.
 * @param readFrom What its options say.
 * @param otherwise What holds where they say nothing.
 * @throws {TypeError} If the hosts of the cluster have no replicas that are known.
 */
export function readersOf(
  { topology, moves }: ClusterView,
  readFrom: ReadFrom | undefined,
  otherwise: ReadFrom,
): ReadFrom {
  if (readFrom === undefined) return otherwise;
  if (readFrom === "primary" || topology.replicasOf !== undefined) {
    return readFrom;
  }
  throw moves === undefined ? replicasUnknown(readFrom) : keysMove(readFrom);
}

/** The error of asking for replicas where nobody says which there are. */
export function replicasUnknown(readFrom: ReadFrom): TypeError {
  return new TypeError(
    `Cannot take the option "readFrom" as "${readFrom}": hosts with fixed ` +
      'addresses have no replicas that are known; give "seeds" of a Redis ' +
      'Cluster, or "sentinels"',
  );
}

/** The error of asking for replicas where keys may move. */
export function keysMove(readFrom: ReadFrom): TypeError {
  return new TypeError(
    `Cannot take the option "readFrom" as "${readFrom}" together with "follow": ` +
      "a replica may not have heard yet that a key has moved",
  );
}

/** A signal that follows both, where there are two. */
export function anySignal(
  one: AbortSignal | undefined,
  other: AbortSignal | undefined,
): AbortSignal | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return AbortSignal.any([one, other]);
}
