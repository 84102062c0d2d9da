/**
 * This library, in the ways in which it is used.
 *
 * @module
 */

import type { Cluster, MapOptions, RbPromise, RoutingClient } from "@rb/rb";
import type { Client, Outcome, Way } from "./contender.ts";

/** The ways of this library. */
export type RbWay =
  | "map get"
  | "map get, not merged"
  | "map set"
  | "map set, not merged"
  | "map hget"
  | "mapBatches get"
  | "Promise.all get"
  | "Promise.all set ex"
  | "get one by one";

/** A cluster, and the ways of it. */
export interface OpenRb extends Client<RbWay> {
  readonly cluster: Cluster;
}

/** The ways of a cluster, which stays open. */
export function openRb(cluster: Cluster): OpenRb {
  const client = cluster.getRoutingClient();
  return {
    cluster,
    ways: {
      "map get": mapGet(cluster, {}),
      "map get, not merged": mapGet(cluster, { autoBatch: false }),
      "map set": mapSet(cluster, {}),
      "map set, not merged": mapSet(cluster, { autoBatch: false }),
      "map hget": async ({ keys }) => {
        const replies = await cluster.map((client) =>
          keys.map((key) => client.hget(key, "field"))
        );
        return { values: () => replies.map((reply) => reply.value) };
      },
      "mapBatches get": async ({ keys }) => {
        const values: unknown[] = [];
        const entries = cluster.mapBatches(
          keys,
          (client, key) => client.get(key),
        );
        for await (const [_key, value] of entries) values.push(value);
        return { values: () => values };
      },
      "Promise.all get": async ({ keys }) => {
        const values = await Promise.all(keys.map((key) => client.get(key)));
        return { values: () => values };
      },
      "Promise.all set ex": async ({ keys, values }) => {
        await Promise.all(
          keys.map((key, at) => client.set(key, values[at], { ex: 60 })),
        );
        return {};
      },
      "get one by one": async ({ keys }) => {
        const values: unknown[] = [];
        for (const key of keys) values.push(await client.get(key));
        return { values: () => values };
      },
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function mapGet(cluster: Cluster, options: MapOptions): Way {
  return async ({ keys }): Promise<Outcome> => {
    const replies = await cluster.map(
      (client) => keys.map((key) => client.get(key)),
      options,
    );
    return { values: () => replies.map((reply) => reply.value) };
  };
}

function mapSet(cluster: Cluster, options: MapOptions): Way {
  return async ({ keys, values }): Promise<Outcome> => {
    await cluster.map(
      (client) => keys.map((key, at) => client.set(key, values[at])),
      options,
    );
    return {};
  };
}

/** Any command for each key, in a map. */
export function mapped(
  cluster: Cluster,
  issue: (client: RoutingClient, key: string, value: string) => unknown,
): Way {
  return async ({ keys, values }): Promise<Outcome> => {
    const replies = await cluster.map((client) => {
      // The methods of both clients differ in what they return.
      const routing = client as unknown as RoutingClient;
      return keys.map((key, at) =>
        issue(routing, key, values[at]) as RbPromise<unknown>
      );
    });
    return { values: () => replies.map((reply) => reply.value) };
  };
}

/** Any command for each key, as calls of a client that are issued together. */
export function called(
  cluster: Cluster,
  issue: (client: RoutingClient, key: string, value: string) => unknown,
): Way {
  const client = cluster.getRoutingClient();
  return async ({ keys, values }): Promise<Outcome> => {
    const replies = await Promise.all(
      keys.map((key, at) => issue(client, key, values[at])),
    );
    return { values: () => replies };
  };
}
