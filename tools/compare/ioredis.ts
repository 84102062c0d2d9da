/**
 * ioredis: one client per server, keys sharded by hand.
 *
 * @module
 */

import { type ChainableCommander, Redis } from "ioredis";
import type { Client, Outcome, ServerAddress, Way } from "./contender.ts";
import { gather } from "./workload.ts";

/** The ways of ioredis. */
export type IoredisWay =
  | "pipeline get"
  | "pipeline set"
  | "pipeline hget"
  | "MGET per shard"
  | "MSET per shard"
  | "Promise.all get"
  | "Promise.all get, auto-pipelining"
  | "get one by one";

/** Connects to the servers, twice: auto-pipelining is a setting of a client. */
export async function openIoredis(
  servers: readonly ServerAddress[],
): Promise<Client<IoredisWay>> {
  const clients = servers.map((server) => connect(server, false));
  const automatic = servers.map((server) => connect(server, true));
  const all = [...clients, ...automatic];
  await Promise.all(all.map((client) => client.connect()));
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
      "MGET per shard": async (workload) => {
        const replies = await Promise.all(
          workload.shards.map(({ keys }, shard) =>
            clients[shard].mget(keys as string[])
          ),
        );
        return { values: () => gather(workload, replies) };
      },
      "MSET per shard": async ({ shards, values }) => {
        await Promise.all(shards.map(({ keys, places }, shard) => {
          const pairs: string[] = [];
          keys.forEach((key, at) => pairs.push(key, values[places[at]]));
          return clients[shard].mset(pairs);
        }));
        return {};
      },
      "Promise.all get": together(clients),
      "Promise.all get, auto-pipelining": together(automatic),
      "get one by one": async ({ keys, hosts }) => {
        const values: unknown[] = [];
        for (let at = 0; at < keys.length; at++) {
          values.push(await clients[hosts[at]].get(keys[at]));
        }
        return { values: () => values };
      },
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(all.map((client) => client.quit()));
    },
  };
}

function connect(server: ServerAddress, automatic: boolean): Redis {
  const client = new Redis({
    host: server.hostname,
    port: server.port,
    lazyConnect: true,
    enableAutoPipelining: automatic,
  });
  // Its commands fail as well, and at the end the servers go first.
  client.on("error", () => {});
  return client;
}

/** Its documented fast way: a pipeline per server, all executed at once. */
function pipelined(
  clients: readonly Redis[],
  add: (line: ChainableCommander, key: string, value: string) => unknown,
): Way {
  return async (workload): Promise<Outcome> => {
    const { shards, values } = workload;
    const replies = await Promise.all(shards.map(({ keys, places }, shard) => {
      const line = clients[shard].pipeline();
      keys.forEach((key, at) => add(line, key, values[places[at]]));
      return line.exec();
    }));
    return {
      values: () =>
        gather(
          workload,
          replies.map((list) => list?.map(([_error, value]) => value) ?? []),
        ),
    };
  };
}

function together(clients: readonly Redis[]): Way {
  return async ({ keys, hosts }): Promise<Outcome> => {
    const values = await Promise.all(
      keys.map((key, at) => clients[hosts[at]].get(key)),
    );
    return { values: () => values };
  };
}
