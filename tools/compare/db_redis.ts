/**
 * @db/redis with its own connections, where the import map has the real one.
 *
 * @module
 */

import { connect, parseURL, type Redis } from "@db/redis";
import type { Client, Outcome, ServerAddress, Way } from "./contender.ts";
import { oneByOne, together } from "./ways.ts";
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
      "Promise.all get": together(clients, (client, key) => client.get(key)),
      "get one by one": oneByOne(clients, (client, key) => client.get(key)),
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
