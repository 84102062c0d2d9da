/**
 * node-redis: one client per server, keys sharded by hand.
 *
 * @module
 */

import { createClient } from "redis";
import type { Client, Outcome, ServerAddress, Way } from "./contender.ts";
import { gather } from "./workload.ts";

/** The ways of node-redis. */
export type NodeRedisWay =
  | "Promise.all get"
  | "Promise.all set"
  | "Promise.all hget"
  | "execAsPipeline get"
  | "MGET per shard"
  | "MSET per shard"
  | "get one by one";

type NodeRedis = ReturnType<typeof connect>;

/** Connects to the servers. It pipelines by itself what one turn issues. */
export async function openNodeRedis(
  servers: readonly ServerAddress[],
): Promise<Client<NodeRedisWay>> {
  const clients = servers.map(connect);
  await Promise.all(clients.map((client) => client.connect()));
  return {
    ways: {
      "Promise.all get": together(clients, (client, key) => client.get(key)),
      "Promise.all set": together(
        clients,
        (client, key, value) => client.set(key, value),
      ),
      "Promise.all hget": together(
        clients,
        (client, key) => client.hGet(key, "field"),
      ),
      "execAsPipeline get": async (workload) => {
        const replies = await Promise.all(
          workload.shards.map(({ keys }, shard) => {
            const line = clients[shard].multi();
            for (const key of keys) line.get(key);
            return line.execAsPipeline() as Promise<unknown> as Promise<
              unknown[]
            >;
          }),
        );
        return { values: () => gather(workload, replies) };
      },
      "MGET per shard": async (workload) => {
        const replies = await Promise.all(
          workload.shards.map(({ keys }, shard) =>
            clients[shard].mGet(keys as string[])
          ),
        );
        return { values: () => gather(workload, replies) };
      },
      "MSET per shard": async ({ shards, values }) => {
        await Promise.all(shards.map(({ keys, places }, shard) => {
          const pairs: string[] = [];
          keys.forEach((key, at) => pairs.push(key, values[places[at]]));
          return clients[shard].mSet(pairs);
        }));
        return {};
      },
      "get one by one": async ({ keys, hosts }) => {
        const values: unknown[] = [];
        for (let at = 0; at < keys.length; at++) {
          values.push(await clients[hosts[at]].get(keys[at]));
        }
        return { values: () => values };
      },
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(clients.map((client) => client.close()));
    },
  };
}

function connect({ hostname, port }: ServerAddress) {
  const client = createClient({ socket: { host: hostname, port } });
  // Its commands fail as well, and at the end the servers go first.
  client.on("error", () => {});
  return client;
}

function together(
  clients: readonly NodeRedis[],
  issue: (client: NodeRedis, key: string, value: string) => Promise<unknown>,
): Way {
  return async ({ keys, hosts, values }): Promise<Outcome> => {
    const replies = await Promise.all(
      keys.map((key, at) => issue(clients[hosts[at]], key, values[at])),
    );
    return { values: () => replies };
  };
}
