/**
 * Dispatchers for a real server.
 *
 * @module
 */

import { PINNED } from "../../src/delivery/command.ts";
import { specOf } from "../../src/commands/table.ts";
import { Dispatcher } from "../../src/delivery/dispatcher.ts";
import type { DispatchOptions } from "../../src/delivery/issuer.ts";
import { Lanes } from "../../src/delivery/lane.ts";
import type { PoolOptions } from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import type { Reply } from "../../src/values.ts";
import { MovableCluster, MovableTopology } from "../movable_topology.ts";

/** A cluster of one real server, and dispatchers for it. */
export class Bench implements AsyncDisposable {
  readonly server: RedisServer;
  readonly cluster: MovableCluster;

  private constructor(server: RedisServer, poolOptions: PoolOptions) {
    this.server = server;
    const topology = new MovableTopology(server.host);
    this.cluster = new MovableCluster(topology, { poolOptions });
  }

  static async start(poolOptions: PoolOptions = {}): Promise<Bench> {
    const server = await RedisServer.start({ transport: "tcp" });
    return new Bench(server, poolOptions);
  }

  dispatcher(options: Partial<DispatchOptions> = {}): Dispatcher {
    return new Dispatcher(this.cluster.hosts, {
      timeout: 25_000,
      autoBatch: false,
      idempotent: false,
      lanes: new Lanes(),
      ...options,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster[Symbol.asyncDispose]();
    await this.server.stop();
  }
}

/** Sends a command to host 0, unless told otherwise. */
export function send(
  dispatcher: Dispatcher,
  words: [string, ...(string | number)[]],
  hostId = 0,
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const [name, ...args] = words;
  const settler = { resolve, reject };
  dispatcher.send(hostId, specOf(name).form(), args, settler, PINNED);
  return promise;
}
