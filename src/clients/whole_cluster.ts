/**
 * The whole cluster as one: questions and orders to every host.
 *
 * @module
 */

import { CLAIMS_KEY, GENERATION_KEY, RECORD_KEY } from "../moving/mod.ts";
import { specOf } from "../commands/table.ts";
import { failingLater } from "../runtime/turn.ts";
import {
  isAnything,
  isPositive,
  isSignal,
  oneOf,
  readOptions,
} from "../options.ts";
import type { Argument, Reply } from "../values.ts";
import { combinedError } from "./combined_error.ts";
import { Dispatcher } from "../delivery/dispatcher.ts";
import type { ClusterView } from "../delivery/cluster_view.ts";
import { issue } from "../delivery/issue.ts";
import type { ScanOptions } from "./key_scan.ts";
import { anySignal } from "./client_options.ts";
import { sharedOptions } from "./native_client.ts";
import { pingHost } from "./ping_host.ts";
import type { WaitUntilUpOptions } from "./wait_until_up.ts";

/** The options of a command to every host. */
export interface EveryHostOptions {
  /** Milliseconds that each host has; otherwise those of the cluster. */
  timeout?: number;
  /** Gives up when aborted. */
  signal?: AbortSignal;
}

/** The options of `ping`. */
export interface PingOptions extends EveryHostOptions {
  /**
   * Whether each host has an outcome (as of `Promise.allSettled`), instead of
   * an error for all when one of them fails.
   *
   * @default {false}
   */
  settled?: boolean;
}

/** The options of `flush`. */
export interface FlushOptions extends EveryHostOptions {
  /** Says that every key of every host shall be deleted. */
  sure: true;
}

/** The calls that see the whole cluster as one; a cluster has them. */
export interface WholeCluster {
  /**
   * Goes through the keys of all hosts, several hosts at a time, with no more
   * than two pages of each in memory. Stopping early gives up what is under way.
   *
   * A key that is there from the beginning to the end comes at least once,
   * sometimes more often; one that comes or goes meanwhile may be missed. The
   * order means nothing. In a Redis Cluster that is so as well while slots move
   * and primaries change.
   *
   * @param options Which keys, how many at a time, time limit and signal.
   * @returns Entries of host id and key. It ends with the error of a host as soon
   * as one fails.
   * @throws {TypeError} If an option is unknown or wrong.
   *
   * @example Find keys on all hosts
   * ```ts
   * import { Cluster } from "@rb/rb";
   *
   * await using cluster = new Cluster({ hosts: [{ port: 6379 }, { port: 6380 }] });
   * const client = cluster.getRoutingClient();
   * await client.mset({ "user:1": "Ada", "user:10": "Grace", "page:1": "About" });
   *
   * const users: string[] = [];
   * for await (const [hostId, key] of cluster.scan({ match: "user:*" })) {
   *   users.push(`${key} on host ${hostId}`);
   * }
   * console.log(users.sort()); // [ "user:1 on host 0", "user:10 on host 1" ]
   * ```
   */
  scan(
    options: ScanOptions & { returnUint8Arrays: true },
  ): AsyncIterableIterator<[hostId: number, key: Uint8Array]>;
  /** The same, with the keys as text. */
  scan(
    options?: ScanOptions & { returnUint8Arrays?: false },
  ): AsyncIterableIterator<[hostId: number, key: string]>;

  /**
   * Measures how long each host takes to answer. Where no connection is open,
   * opening one is part of that. A host that counts as down is asked as well. An
   * error is an answer too: a server that loads, or is busy with a script, is
   * there.
   *
   * @param options Time limit, signal, `settled` for an outcome per host.
   * @returns Milliseconds by host id.
   * @throws The error of the host that failed, or an AggregateError when several
   * did.
   *
   * @example Find out who answers
   * ```ts
   * import { Cluster } from "@rb/rb";
   *
   * await using cluster = new Cluster({ hosts: [{ port: 6379 }, { port: 6380 }] });
   * const outcomes = await cluster.ping({ settled: true, timeout: 500 });
   * for (const [hostId, outcome] of outcomes) {
   *   console.log(hostId, outcome.status);
   * }
   * ```
   */
  ping(
    options: PingOptions & { settled: true },
  ): Promise<Map<number, PromiseSettledResult<number>>>;
  /** The same, with times instead of outcomes. */
  ping(
    options?: PingOptions & { settled?: false },
  ): Promise<Map<number, number>>;

  /**
   * Waits until hosts answer: those that are down are tried again and again. An
   * idle cluster keeps no program alive; this does.
   *
   * @param options Which hosts, time limit and signal.
   * @returns A promise that resolves when each of them has answered.
   * @throws {TypeError | RangeError} If an option is wrong, or a host unknown.
   * @throws {TimeoutError} When the time is up; it names the hosts that are down.
   * @throws {ConnectionError} If waiting does not help: a host refuses the
   * password, or its certificate is not trusted.
   * @throws The reason of the signal, when that is aborted.
   *
   * @example Wait for the servers before the work begins
   * ```ts
   * import { Cluster } from "@rb/rb";
   *
   * await using cluster = new Cluster({ hosts: [{ port: 6379 }, { port: 6380 }] });
   * await cluster.waitUntilUp({ timeout: 30_000 });
   * console.log((await cluster.ping()).size); // 2
   * ```
   */
  waitUntilUp(options?: WaitUntilUpOptions): Promise<void>;

  /**
   * Asks each host how many keys it has.
   *
   * @param options Time limit and signal.
   * @returns The number of keys by host id.
   * @throws The error of the host that failed, or an AggregateError when several
   * did.
   *
   * @example Add up the keys of all hosts
   * ```ts
   * import { Cluster } from "@rb/rb";
   *
   * await using cluster = new Cluster({ hosts: [{ port: 6379 }, { port: 6380 }] });
   * await cluster.getRoutingClient().set("key", "value");
   *
   * const sizes = await cluster.dbsize();
   * const total = sizes.values().reduce((sum, size) => sum + size, 0);
   * console.log(total); // 1
   * ```
   */
  dbsize(options?: EveryHostOptions): Promise<Map<number, number>>;

  /**
   * Deletes every key of every host: FLUSHDB in the database of each.
   *
   * @param options `sure: true`, time limit and signal.
   * @throws {TypeError} Unless `sure` is `true`; nothing is deleted then.
   * @throws The error of the host that failed, or an AggregateError when several
   * did; the keys of the others are gone.
   *
   * @example Start with nothing
   * ```ts
   * import { Cluster } from "@rb/rb";
   *
   * await using cluster = new Cluster({ hosts: [{ port: 6379 }, { port: 6380 }] });
   * await cluster.flush({ sure: true });
   * console.log(await cluster.dbsize()); // Map(2) { 0 => 0, 1 => 0 }
   * ```
   */
  flush(options: FlushOptions): Promise<void>;
}

const CHECKS = { timeout: isPositive, signal: isSignal };
const PING_CHECKS = { ...CHECKS, settled: oneOf(true, false) };
const FLUSH_CHECKS = { ...CHECKS, sure: isAnything };

type Outcomes<T> = Map<number, PromiseSettledResult<T>>;

/** Measures how long each host takes to answer, in milliseconds. */
export function pingHosts(
  cluster: ClusterView,
  options: PingOptions,
): Promise<Map<number, number> | Outcomes<number>> {
  return failingLater(async () => {
    const read = readOptions(options, PING_CHECKS, "ping");
    const times = await everyHost(
      cluster,
      read,
      (hostId) => pingHost(cluster, hostId, read),
    );
    return read.settled === true
      ? times
      : values("PING", times, signalOf(cluster, read));
  });
}

/** Asks each host how many keys it has. */
export function countKeys(
  cluster: ClusterView,
  options: EveryHostOptions,
): Promise<Map<number, number>> {
  return failingLater(async () => {
    const read = readOptions(options, CHECKS, "dbsize");
    const replies = values(
      "DBSIZE",
      await askHosts(cluster, "DBSIZE", read),
      signalOf(cluster, read),
    );
    const counts = new Map(
      [...replies].map(([id, reply]) => [id, Number(reply)]),
    );
    if (cluster.moves === undefined) return counts;
    // What hosts keep of their rings are no keys of anybody.
    const own = [RECORD_KEY, CLAIMS_KEY, GENERATION_KEY];
    const reserved = values(
      "EXISTS",
      await askHosts(cluster, "EXISTS", read, own),
      signalOf(cluster, read),
    );
    for (const [id, count] of counts) {
      counts.set(id, count - Number(reserved.get(id) ?? 0));
    }
    return counts;
  });
}

/** Deletes every key of every host. */
export function flushHosts(
  cluster: ClusterView,
  options: FlushOptions,
): Promise<void> {
  return failingLater(async () => {
    const read = readOptions(options ?? {}, FLUSH_CHECKS, "flush");
    if (read.sure !== true) {
      throw new TypeError(
        "Cannot flush: it would delete every key of every host; " +
          "say so with { sure: true }",
      );
    }
    const outcomes = await askHosts(cluster, "FLUSHDB", read);
    // Hosts go on to say which ring is in use.
    await Promise.all(
      [...outcomes.keys()].map((id) => cluster.moves?.restoreRecord(id)),
    );
    values("FLUSHDB", outcomes, signalOf(cluster, read));
  });
}

/** Sends a command to every host at once and waits for all of them. */
function askHosts(
  cluster: ClusterView,
  command: string,
  options: EveryHostOptions,
  args: readonly Argument[] = [],
): Promise<Outcomes<Reply>> {
  const dispatcher = new Dispatcher(cluster, {
    ...sharedOptions(cluster, options),
    // Not behind what other clients have queued.
    exclusive: true,
  });
  return everyHost(cluster, options, (hostId) => {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const form = specOf(command).form();
    issue(dispatcher, hostId, form, [...args], { resolve, reject });
    return promise;
  });
}

/** What gives a call up: its own signal, and that of the cluster. */
function signalOf(
  cluster: ClusterView,
  { signal }: EveryHostOptions,
): AbortSignal | undefined {
  return anySignal(cluster.signal, signal);
}

/** Does something with every host at once and waits for all of them. */
async function everyHost<T>(
  cluster: ClusterView,
  limits: EveryHostOptions,
  ask: (hostId: number) => Promise<T>,
): Promise<Outcomes<T>> {
  if (!cluster.topology.isKnown) await cluster.known(limits);
  const { hostIds } = cluster;
  const answers = await Promise.allSettled(hostIds.map(ask));
  return new Map(hostIds.map((hostId, index) => [hostId, answers[index]]));
}

/**
 * The values of all hosts; throws what went wrong on any of them, or with what
 * they were given up, however many had not answered.
 */
function values<T>(
  command: string,
  outcomes: Outcomes<T>,
  signal: AbortSignal | undefined,
): Map<number, T> {
  const replies = new Map<number, T>();
  const reasons: unknown[] = [];
  for (const [hostId, outcome] of outcomes) {
    if (outcome.status === "fulfilled") replies.set(hostId, outcome.value);
    else reasons.push(outcome.reason);
  }
  if (signal?.aborted === true && reasons.includes(signal.reason)) {
    throw signal.reason;
  }
  if (reasons.length > 0) {
    throw combinedError(
      reasons,
      () =>
        `"${command}" failed on ${reasons.length} of ${outcomes.size} hosts`,
    );
  }
  return replies;
}
