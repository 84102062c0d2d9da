/**
 * The options of clients and of their calls.
 *
 * @module
 */

import type { CommandFlags } from "../delivery/command.ts";
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
}

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
export interface FanoutOptions extends MapOptions {
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

const CLIENT_CHECKS = { ...ISSUE_CHECKS, replies: oneOf("lists", "records") };

const MAP_CHECKS = {
  ...ISSUE_CHECKS,
  maxConcurrency: isWhole(1, 2 ** 31),
  settled: oneOf(true, false),
};

const FLAG_CHECKS = {
  idempotent: oneOf(true, false),
  settled: oneOf(true, false),
  returnUint8Arrays: oneOf(true, false),
};

const CHECKS = {
  "the client": CLIENT_CHECKS,
  "the map": MAP_CHECKS,
  "executeCommands": { ...MAP_CHECKS, atomic: oneOf(true, false) },
  "the fanout": {
    ...MAP_CHECKS,
    hosts: isHostList,
  },
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
