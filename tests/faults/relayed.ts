/**
 * A cluster whose connections are late one by one.
 *
 * @module
 */

import type { Cluster } from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { type Oracle, oracle, RawClient } from "../../support/raw_client.ts";
import { Relay } from "./relay.ts";
import { clusterAt } from "./single_host.ts";

/** A server, a relay to it, and a cluster of one host behind that. */
export class Relayed implements AsyncDisposable {
  readonly server: RedisServer;
  readonly relay: Relay;
  readonly cluster: Cluster;
  readonly oracle: Oracle;

  private constructor(server: RedisServer) {
    this.server = server;
    this.relay = new Relay(server);
    this.cluster = clusterAt(this.relay.port, { timeout: 20_000 });
    this.oracle = oracle(server);
  }

  /**
   * Starts a server.
   *
   * @param options How many clients it has had before: it numbers them.
   */
  static async start({ clientsBefore = 0 } = {}): Promise<Relayed> {
    const server = await RedisServer.start({ transport: "tcp" });
    await countClients(server, clientsBefore);
    return new Relayed(server);
  }

  /** The items of the key `list`. */
  async list(): Promise<unknown> {
    return await this.oracle.command("LRANGE", "list", 0, -1);
  }

  /** The order of the commands of a link, by words that stand in them. */
  order(link: number, ...words: string[]): string[] {
    const { text } = this.relay.links[link];
    return words.filter((word) => text.includes(word))
      .sort((one, other) => text.indexOf(one) - text.indexOf(other));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster.close();
    await this.relay[Symbol.asyncDispose]();
    await this.oracle[Symbol.asyncDispose]();
    await this.server.stop();
  }
}

/** Has so many clients come and go. */
async function countClients(server: RedisServer, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    using client = await RawClient.connect(server);
    await client.ask("PING");
  }
}
