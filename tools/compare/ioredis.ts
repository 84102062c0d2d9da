/**
 * ioredis: one client per server, keys sharded by hand.
 *
 * @module
 */

import { type ChainableCommander, Redis } from "ioredis";
import type { Client, Outcome, ServerAddress, Way } from "./contender.ts";
import { mgetPerShard, msetPerShard, oneByOne, together } from "./ways.ts";
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
  | "Promise.all set ex, auto-pipelining"
  | "get one by one";

/** Its clients, one of each kind per server, and the ways of them. */
export interface OpenIoredis extends Client<IoredisWay> {
  readonly clients: readonly Redis[];
  /** Those that pipeline by themselves what one turn issues. */
  readonly automatic: readonly Redis[];
}

/** Connects to the servers, twice: auto-pipelining is a setting of a client. */
export async function openIoredis(
  servers: readonly ServerAddress[],
): Promise<OpenIoredis> {
  const clients = servers.map((server) => connect(server, false));
  const automatic = servers.map((server) => connect(server, true));
  const all = [...clients, ...automatic];
  await Promise.all(all.map((client) => client.connect()));
  return {
    clients,
    automatic,
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
      "MGET per shard": mgetPerShard(clients, (one, keys) => one.mget(keys)),
      "MSET per shard": msetPerShard(clients, (one, pairs) => one.mset(pairs)),
      "Promise.all get": together(clients, (client, key) => client.get(key)),
      "Promise.all get, auto-pipelining": together(
        automatic,
        (client, key) => client.get(key),
      ),
      "Promise.all set ex, auto-pipelining": together(
        automatic,
        (client, key, value) => client.set(key, value, "EX", 60),
      ),
      "get one by one": oneByOne(clients, (client, key) => client.get(key)),
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
export function pipelined(
  clients: readonly Redis[],
  add: (line: Redis, key: string, value: string) => unknown,
): Way {
  return async (workload): Promise<Outcome> => {
    const { shards, values } = workload;
    const replies = await Promise.all(shards.map(({ keys, places }, shard) => {
      // It has the methods of a client, which return the pipeline instead.
      const pipeline: ChainableCommander = clients[shard].pipeline();
      const line = pipeline as unknown as Redis;
      keys.forEach((key, at) => add(line, key, values[places[at]]));
      return pipeline.exec();
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
