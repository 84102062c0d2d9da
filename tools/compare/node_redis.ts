/**
 * node-redis: one client per server, keys sharded by hand.
 *
 * @module
 */

import { createClient } from "redis";
import type { Client, ServerAddress } from "./contender.ts";
import { mgetPerShard, msetPerShard, oneByOne, together } from "./ways.ts";
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

/** A client of one server. */
export type NodeRedis = ReturnType<typeof connect>;

/** Its clients, one per server, and the ways of them. */
export interface OpenNodeRedis extends Client<NodeRedisWay> {
  readonly clients: readonly NodeRedis[];
}

/** Connects to the servers. It pipelines by itself what one turn issues. */
export async function openNodeRedis(
  servers: readonly ServerAddress[],
): Promise<OpenNodeRedis> {
  const clients = servers.map(connect);
  await Promise.all(clients.map((client) => client.connect()));
  return {
    clients,
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
      "MGET per shard": mgetPerShard(clients, (one, keys) => one.mGet(keys)),
      "MSET per shard": msetPerShard(clients, (one, pairs) => one.mSet(pairs)),
      "get one by one": oneByOne(clients, (client, key) => client.get(key)),
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(clients.map((client) => client.close()));
    },
  };
}

function connect({ hostname, port }: ServerAddress) {
  const client = createClient({
    socket: { host: hostname, port },
    // On a machine that others use, a lap may take longer than its 5 s.
    commandOptions: { timeout: 60_000 },
  });
  // Its commands fail as well, and at the end the servers go first.
  client.on("error", () => {});
  return client;
}
