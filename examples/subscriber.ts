/**
 * A subscription that goes on after its connection was lost, and says so: what
 * was published meanwhile is gone, and only the program knows what that means.
 *
 * @module
 */

import { type Cluster, TransportError } from "@rb/rb";
import { openCluster } from "./open_cluster.ts";

/** What a subscription tells. */
export type Notice =
  /** From now on messages come; before the first of them, and after a gap. */
  | { type: "subscribed" }
  | { type: "message"; text: string }
  /** The connection was lost: messages may be missing. */
  | { type: "gap"; reason: TransportError };

/**
 * Messages of a channel, which lives on the host of its name as keys do, until
 * the signal is aborted.
 *
 * @param cluster The cluster.
 * @param channel The channel.
 * @param signal Ends it.
 */
export async function* subscribe(
  cluster: Cluster,
  channel: string,
  signal: AbortSignal,
): AsyncGenerator<Notice, void> {
  const hostId = cluster.getRouter().getHostForKey(channel);
  while (!signal.aborted) {
    try {
      yield* listen(cluster, hostId, { channel, signal });
    } catch (reason) {
      if (signal.aborted) return;
      if (!(reason instanceof TransportError)) throw reason;
      yield { type: "gap", reason };
      await cluster.waitUntilUp({ hosts: [hostId], signal }).catch(() => {});
    }
  }
}

async function* listen(
  cluster: Cluster,
  hostId: number,
  { channel, signal }: { channel: string; signal: AbortSignal },
): AsyncGenerator<Notice, void> {
  const client = await cluster.connect(hostId, { signal });
  const close = () => client.close();
  signal.addEventListener("abort", close);
  try {
    const subscription = await client.subscribe(channel);
    yield { type: "subscribed" };
    for await (const { message } of subscription.receive()) {
      yield { type: "message", text: message };
    }
  } finally {
    signal.removeEventListener("abort", close);
    client.close();
  }
}

/** Publishes to a channel, on the host where it lives. */
export function publish(
  cluster: Cluster,
  channel: string,
  text: string,
): Promise<number> {
  return cluster.getLocalClientForKey(channel).publish(channel, text);
}

if (import.meta.main) {
  await using cluster = await openCluster();
  const stop = new AbortController();
  let count = 0;
  for await (const notice of subscribe(cluster, "news", stop.signal)) {
    if (notice.type === "message") console.log(`Heard: ${notice.text}`);
    if (notice.type === "message" && ++count === 3) stop.abort();
    if (notice.type === "subscribed") {
      for (const text of ["one", "two", "three"]) {
        await publish(cluster, "news", text);
      }
    }
  }
  console.log("Unsubscribed");
}
