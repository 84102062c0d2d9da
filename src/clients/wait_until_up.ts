/**
 * Waiting for hosts to come back.
 *
 * @module
 */

import type { ClusterView } from "../delivery/cluster_view.ts";
import { isWorthRetrying } from "../delivery/policy.ts";
import { TimeoutError } from "../errors.ts";
import {
  type HostSelection,
  isHostList,
  readHostSelection,
} from "../host_ids.ts";
import { isPositive, isSignal, readOptions } from "../options.ts";
import { failingLater } from "../runtime/turn.ts";
import { jitter } from "../wire/breaker.ts";
import { TimeLimit } from "../wire/time_limit.ts";
import { anySignal } from "./client_options.ts";
import { pingHost } from "./ping_host.ts";

/** The options of `waitUntilUp`. */
export interface WaitUntilUpOptions {
  /**
   * The ids of the hosts, or all that the cluster has now.
   *
   * @default {"all"}
   */
  hosts?: HostSelection;
  /**
   * Milliseconds to wait.
   *
   * @default {Infinity}
   */
  timeout?: number;
  /** Gives up when aborted. */
  signal?: AbortSignal;
}

const CHECKS = {
  hosts: isHostList,
  timeout: isPositive,
  signal: isSignal,
};

/** Milliseconds before a host is asked for the second time, */
const FIRST_PAUSE = 100;
/** and the most before it is asked again. */
const LONGEST_PAUSE = 1_000;

/** Waits until each host has answered. */
export function waitUntilUp(
  cluster: ClusterView,
  options: WaitUntilUpOptions,
): Promise<void> {
  return failingLater(async () => {
    const read = readOptions(options, CHECKS, "waitUntilUp");
    const { hosts = "all", timeout = Infinity } = read;
    if (!cluster.topology.isKnown) {
      await cluster.known({ timeout, signal: read.signal });
    }
    const chosen = readHostSelection(hosts, cluster.topology.hosts);
    const ids = chosen === "all" ? cluster.hostIds : chosen;
    const signal = anySignal(cluster.signal, read.signal);
    const limit = new TimeLimit(timeout, signal);
    // When one of them is not waited for any more, nor are the others.
    const end = new AbortController();
    const until = AbortSignal.any([limit.signal, end.signal]);
    const missing = new Map<number, unknown>(ids.map((id) => [id, undefined]));
    try {
      await Promise.all(
        ids.map((id) => waitFor(cluster, id, { until, missing })),
      );
    } catch (error) {
      signal?.throwIfAborted();
      throw limit.signal.aborted ? overdue(cluster, missing, timeout) : error;
    } finally {
      limit.stop();
      end.abort();
    }
  });
}

/** Asks a host until it answers, and takes it off those that are missing. */
async function waitFor(
  cluster: ClusterView,
  hostId: number,
  { until, missing }: { until: AbortSignal; missing: Map<number, unknown> },
): Promise<void> {
  for (let attempt = 0;; attempt++) {
    // It may have been removed meanwhile, or the cluster closed.
    cluster.host(hostId);
    try {
      await pingHost(cluster, hostId, { signal: until });
      missing.delete(hostId);
      return;
    } catch (error) {
      until.throwIfAborted();
      if (error instanceof Error && !isWorthRetrying(error.cause)) throw error;
      missing.set(hostId, error);
    }
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** attempt);
    await pause(jitter(longest), until);
  }
}

/** Waits; its timer keeps the program alive. */
async function pause(time: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  const timer = setTimeout(resolve, time);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

function overdue(
  cluster: ClusterView,
  missing: ReadonlyMap<number, unknown>,
  timeout: number,
): TimeoutError {
  const ids = [...missing.keys()];
  const names = ids.map((id) => `${id} at ${cluster.host(id).address}`);
  const cause = ids.map((id) => missing.get(id)).find((error) => error);
  return new TimeoutError(
    `Waited ${timeout} ms in vain for ${ids.length === 1 ? "host" : "hosts"} ` +
      names.join(", "),
    {
      outcome: "not-sent",
      ...(ids.length === 1 ? { hostId: ids[0] } : {}),
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
