/**
 * @db/redis with its own connections, where the import map has the real one.
 *
 * @module
 */

import { connect, parseURL, type Redis } from "@db/redis";
import type { Client, Outcome, ServerAddress, Way } from "./contender.ts";
import { gather } from "./workload.ts";

/** The ways of @db/redis. */
export type DbRedisWay =
  | "pipeline get"
  | "pipeline set"
  | "pipeline hget"
  | "Promise.all get"
  | "get one by one";

/** Whether it is there; its stand-in has no connections. */
export function hasDbRedis(): boolean {
  try {
    return parseURL("redis://127.0.0.1:6379").port !== undefined;
  } catch {
    return false;
  }
}

/** Connects to the servers. */
export async function openDbRedis(
  servers: readonly ServerAddress[],
): Promise<Client<DbRedisWay>> {
  const clients = await Promise.all(
    servers.map(({ hostname, port }) => connect({ hostname, port })),
  );
  return {
    ways: {
      "pipeline get": pipelined(clients, (line, key) => line.get(key)),
      "pipeline set": pipelined(
        clients,
        (line, key, value) => line.set(key, value),
      ),
      "pipeline hget": pipelined(
        clients,
        (line, key) => line.hget(key, "field"),
      ),
      "Promise.all get": async ({ keys, hosts }) => {
        const values = await Promise.all(
          keys.map((key, at) => clients[hosts[at]].get(key)),
        );
        return { values: () => values };
      },
      "get one by one": async ({ keys, hosts }) => {
        const values: unknown[] = [];
        for (let at = 0; at < keys.length; at++) {
          values.push(await clients[hosts[at]].get(keys[at]));
        }
        return { values: () => values };
      },
    },
    [Symbol.asyncDispose]: () => {
      for (const client of clients) client.close();
      return Promise.resolve();
    },
  };
}

function pipelined(
  clients: readonly Redis[],
  add: (line: Redis, key: string, value: string) => unknown,
): Way {
  return async (workload): Promise<Outcome> => {
    const { shards, values } = workload;
    const replies = await Promise.all(shards.map(({ keys, places }, shard) => {
      const line = clients[shard].pipeline();
      keys.forEach((key, at) => add(line, key, values[places[at]]));
      return line.flush();
    }));
    return { values: () => gather(workload, replies) };
  };
}
