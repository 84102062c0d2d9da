/**
 * Clusters whose hosts are real servers, each behind a fault proxy and each
 * watched by an oracle.
 *
 * @module
 */

import { Cluster, type ClusterOptions } from "../mod.ts";
import {
  FaultProxy,
  RedisServer,
  type RedisServerOptions,
} from "../src/testing.ts";
import { type Oracle, oracle } from "./raw_client.ts";

/** The options of a cluster, except for its hosts. */
export type ProxiedOptions = Omit<ClusterOptions, "hosts"> & {
  /** Directives of its servers. */
  config?: RedisServerOptions["config"];
  /** Whether the client reaches its proxies over TCP or unix sockets. */
  transport?: "tcp" | "unix";
  /** Whether the servers have a TCP port, for replicas of theirs. */
  serverTransport?: "tcp" | "unix";
};

/** A cluster, its servers, and what stands between and beside them. */
export class Proxied implements AsyncDisposable {
  readonly servers: readonly RedisServer[];
  readonly proxies: readonly FaultProxy[];
  readonly oracles: readonly Oracle[];
  readonly cluster: Cluster;

  private constructor(
    servers: readonly RedisServer[],
    proxies: readonly FaultProxy[],
    options: Omit<ClusterOptions, "hosts">,
  ) {
    this.servers = servers;
    this.proxies = proxies;
    this.oracles = servers.map((server) => oracle(server));
    this.cluster = new Cluster({
      ...options,
      hosts: proxies.map(({ host }) => host),
    });
  }

  static async start(
    size: number,
    options: ProxiedOptions = {},
  ): Promise<Proxied> {
    const {
      config = {},
      transport = "tcp",
      serverTransport = "unix",
      ...rest
    } = options;
    const servers = await Promise.all(
      Array.from(
        { length: size },
        () => RedisServer.start({ config, transport: serverTransport }),
      ),
    );
    const proxies = await Promise.all(
      servers.map((server) => FaultProxy.start(server, { transport })),
    );
    return new Proxied(servers, proxies, rest);
  }

  /** The first of each, where there is one host. */
  get proxy(): FaultProxy {
    return this.proxies[0];
  }
  get server(): RedisServer {
    return this.servers[0];
  }
  get oracle(): Oracle {
    return this.oracles[0];
  }

  /** Distinct keys that live on one host. */
  keys(hostId: number, count: number, prefix = "key"): string[] {
    const router = this.cluster.getRouter();
    const keys: string[] = [];
    for (let i = 0; keys.length < count; i++) {
      const key = `${prefix}:${i}`;
      if (router.getHostForKey(key) === hostId) keys.push(key);
    }
    return keys;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster.close();
    await Promise.all(this.oracles.map((one) => one[Symbol.asyncDispose]()));
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
    await Promise.all(this.servers.map((server) => server.stop()));
  }
}
