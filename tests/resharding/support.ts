/**
 * Servers whose keys move while programs write.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import {
  Cluster,
  type ClusterOptions,
  ConsistentHashingRouter,
  type HostOptions,
  PartitionRouter,
  reshard,
  type ReshardOptions,
  type ReshardProgress,
} from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { ask, type RawReply } from "../../support/raw_client.ts";

/** Servers, of which some are in use before, and some after. */
export class Rings implements AsyncDisposable {
  readonly servers: readonly RedisServer[];
  readonly before: Cluster;
  readonly after: Cluster;
  readonly #options: ClusterOptions;
  readonly #clusters: Cluster[] = [];

  private constructor(
    servers: readonly RedisServer[],
    { from, to, router }: {
      from: number;
      to: number;
      router: ClusterOptions["router"];
    },
  ) {
    this.servers = servers;
    const hosts = (count: number): HostOptions[] =>
      servers.slice(0, count).map(({ host }, index) => ({
        ...host,
        label: `host${index}`,
      }));
    const options = { router, timeout: 20_000 };
    this.#options = {
      ...options,
      hosts: hosts(from),
      follow: true,
      next: { hosts: hosts(to) },
    };
    this.before = new Cluster({ ...options, hosts: hosts(from) });
    this.after = new Cluster({ ...options, hosts: hosts(to) });
  }

  static async start(
    { from = 2, to = 3, router = ConsistentHashingRouter }: {
      from?: number;
      to?: number;
      router?: ClusterOptions["router"];
    } = {},
  ): Promise<Rings> {
    const servers = await Promise.all(
      Array.from({ length: Math.max(from, to) }, () => RedisServer.start()),
    );
    return new Rings(servers, { from, to, router });
  }

  /** What a program has that takes part. */
  get options(): ClusterOptions {
    return this.#options;
  }

  /** A program that takes part. */
  follower(options: Partial<ClusterOptions> = {}): Cluster {
    const cluster = new Cluster({ ...this.#options, ...options });
    this.#clusters.push(cluster);
    return cluster;
  }

  /** Moves all keys; returns how it was step by step. */
  async move(
    options: ReshardOptions = {},
    { back = false } = {},
  ): Promise<ReshardProgress[]> {
    const steps: ReshardProgress[] = [];
    const [from, to] = back
      ? [this.after, this.before]
      : [this.before, this.after];
    const moving = reshard(from, to, { rate: 1e9, ...options });
    for await (const step of moving) steps.push(step);
    return steps;
  }

  ask(hostId: number, ...command: (string | number)[]): Promise<RawReply> {
    return ask(this.servers[hostId], ...command);
  }

  /** Fails unless each key is on its host alone; tells how many there are. */
  async assertPlaced(cluster: Cluster = this.after): Promise<number> {
    const router = cluster.getRouter();
    let count = 0;
    for (const hostId of this.servers.keys()) {
      const keys = await this.ask(hostId, "KEYS", "*") as string[];
      for (const key of keys) {
        if (key.startsWith("__rb__:")) {
          assert(key !== "__rb__:claims", `a claim is left at host ${hostId}`);
          continue;
        }
        count++;
        assertEquals(router.getHostForKey(key), hostId, key);
      }
    }
    return count;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const cluster of this.#clusters) await cluster.close();
    await this.before.close();
    await this.after.close();
    for (const server of this.servers) await server.stop();
  }
}

export { ConsistentHashingRouter, PartitionRouter };
