/**
 * What has to hold behind fault proxies.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { type Cluster, type RoutingClient, TransportError } from "../../mod.ts";
import type { Proxied } from "../../support/proxied.ts";
import { eventually } from "./outcome.ts";

export { Proxied } from "../../support/proxied.ts";

/** Waits until nothing of a cluster is leased or waited for; fails when it never is. */
export async function assertQuiet(cluster: Cluster): Promise<void> {
  const busy = () =>
    [...cluster.hosts.keys()].map((hostId) => {
      const { leased, waiting } = cluster.getPoolForHost(hostId);
      return { hostId, leased, waiting };
    }).filter(({ leased, waiting }) => leased + waiting > 0);
  await eventually(() => busy().length === 0)
    .catch(() => assertEquals(busy(), []));
}

/** A client of a cluster of one host, to which a connection is open already. */
export async function connected(cluster: Cluster): Promise<RoutingClient> {
  const client = cluster.getRoutingClient();
  await client.get("connection");
  return client;
}

/** What a promise rejects with; fails when it resolves. */
export async function reasonOf(
  promise: PromiseLike<unknown>,
): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`It resolved to ${Deno.inspect(value)}`);
}

/** What a transport error tells, beside its message. */
export function told(error: unknown): Record<string, unknown> {
  if (!(error instanceof TransportError)) throw error;
  const { name, hostId, command, outcome } = error;
  return { name, hostId, command, outcome };
}

/** Gives keys a value each, and returns them. */
export async function fill(host: Proxied, count: number): Promise<string[]> {
  const keys = host.keys(0, count);
  const pairs = keys.flatMap((key) => [key, `value of ${key}`]);
  await host.oracle.command("MSET", ...pairs);
  return keys;
}

/** 1,000 gets, alone and in maps, each of which must give its own value. */
export async function assertInStep(
  host: Proxied,
  keys: string[],
): Promise<void> {
  const client = host.cluster.getRoutingClient();
  for (let i = 0; i < 1_000; i += 200) {
    const part = Array.from({ length: 100 }, (_, j) => keys[(i + j) % 500]);
    const [alone, mapped] = await Promise.all([
      Promise.all(part.map((key) => client.get(key))),
      host.cluster.map((client) => part.map((key) => client.get(key))),
    ]);
    assertEquals(alone, part.map((key) => `value of ${key}`));
    assertEquals(mapped.map(({ value }) => value), alone);
  }
  await assertQuiet(host.cluster);
}
