/**
 * Asking one host whether it is there, also when it counts as down.
 *
 * @module
 */

import { specOf } from "../commands/table.ts";
import { Dispatcher } from "../delivery/dispatcher.ts";
import type { ClusterView } from "../delivery/cluster_view.ts";
import { issue } from "../delivery/issue.ts";
import { provesLife } from "../wire/liveness.ts";
import { TimeLimit } from "../wire/time_limit.ts";
import { sharedOptions } from "./native_client.ts";

/** For how long to ask. */
export interface PingLimits {
  /** Milliseconds that the host has; otherwise those of the cluster. */
  timeout?: number;
  /** Gives up when aborted. */
  signal?: AbortSignal;
}

/**
 * Waits for an answer to a PING.
 *
 * @returns How many milliseconds it took.
 * @throws {TransportError} If there is none.
 * @throws The reason of the signal, when that is aborted.
 */
export async function pingHost(
  cluster: ClusterView,
  hostId: number,
  limits: PingLimits,
): Promise<number> {
  const started = performance.now();
  const options = sharedOptions(cluster, limits);
  await probe(cluster, hostId, options);
  const dispatcher = new Dispatcher(cluster, {
    ...options,
    deadline: started + options.timeout,
    // Not behind what other clients have queued.
    exclusive: true,
  });
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const refused = (reason: unknown) =>
    provesLife(reason) ? resolve(reason) : reject(reason);
  issue(dispatcher, hostId, specOf("PING").form(), [], {
    resolve,
    reject: refused,
  });
  await promise;
  return performance.now() - started;
}

/** Has a host that counts as down probed now. */
async function probe(
  cluster: ClusterView,
  hostId: number,
  { timeout, signal }: { timeout: number; signal?: AbortSignal | undefined },
): Promise<void> {
  const { pool, failures } = cluster.host(hostId, "PING");
  if (!pool.down) return;
  const command = { name: "PING", mayHaveRun: false };
  const limit = new TimeLimit(timeout, signal);
  const over = Promise.withResolvers<never>();
  const onAbort = () =>
    over.reject(
      signal?.aborted ? signal.reason : failures.timedOut(command, {
        sent: false,
        exhausted: false,
        unconnected: pool.size === 0,
      }),
    );
  limit.signal.addEventListener("abort", onAbort);
  if (limit.signal.aborted) onAbort();
  try {
    const cause = await Promise.race([pool.probe(), over.promise]);
    if (cause !== undefined) {
      throw failures.refused(command, { kind: "dial", cause });
    }
  } finally {
    limit.signal.removeEventListener("abort", onAbort);
    limit.stop();
  }
}
