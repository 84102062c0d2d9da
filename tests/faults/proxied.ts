/**
 * Clusters whose hosts are real servers, each behind a fault proxy and each
 * watched by an oracle.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { Cluster, type ClusterOptions, TransportError } from "../../mod.ts";
import {
  FaultProxy,
  RedisServer,
  type RedisServerOptions,
} from "../../src/testing.ts";
import { type Oracle, oracle } from "./oracle.ts";
import { eventually } from "./outcome.ts";

/** The options of a cluster, except for its hosts. */
export type ProxiedOptions = Omit<ClusterOptions, "hosts"> & {
  /** Directives of its servers. */
  config?: RedisServerOptions["config"];
  /** Whether the client reaches its proxies over TCP or unix sockets. */
  transport?: "tcp" | "unix";
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
    const hosts = proxies.map(({ hostname, port, path }) =>
      port === 0 ? { path } : { hostname, port }
    );
    // However busy the machine is: no deadline that a test does not ask for.
    this.cluster = new Cluster({ timeout: 60_000, ...options, hosts });
  }

  static async start(
    size: number,
    options: ProxiedOptions = {},
  ): Promise<Proxied> {
    const { config = {}, transport = "tcp", ...rest } = options;
    const servers = await Promise.all(
      Array.from({ length: size }, () => RedisServer.start({ config })),
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

/** Waits until nothing of a cluster is leased or waited for; fails when it never is. */
export async function assertQuiet(cluster: Cluster): Promise<void> {
  const busy = () =>
    [...cluster.hosts.keys()].map((hostId) => {
      const { leased, waiting } = cluster.getPoolForHost(hostId);
      return { hostId, leased, waiting };
    }).filter(({ leased, waiting }) => leased + waiting > 0);
  await eventually(() => busy().length === 0)
    .catch(() => assertEquals(busy(), []));
}

/** What a promise rejects with; fails when it resolves. */
export async function reasonOf(
  promise: PromiseLike<unknown>,
): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`It resolved to ${Deno.inspect(value)}`);
}

/** What a transport error tells, beside its message. */
export function told(error: unknown): Record<string, unknown> {
  if (!(error instanceof TransportError)) throw error;
  const { name, hostId, command, outcome } = error;
  return { name, hostId, command, outcome };
}

/** Gives keys a value each, and returns them. */
export async function fill(host: Proxied, count: number): Promise<string[]> {
  const keys = host.keys(0, count);
  const pairs = keys.flatMap((key) => [key, `value of ${key}`]);
  await host.oracle.command("MSET", ...pairs);
  return keys;
}

/** 1,000 gets, alone and in maps, each of which must give its own value. */
export async function assertInStep(
  host: Proxied,
  keys: string[],
): Promise<void> {
  const client = host.cluster.getRoutingClient();
  for (let i = 0; i < 1_000; i += 200) {
    const part = Array.from({ length: 100 }, (_, j) => keys[(i + j) % 500]);
    const [alone, mapped] = await Promise.all([
      Promise.all(part.map((key) => client.get(key))),
      host.cluster.map((client) => part.map((key) => client.get(key))),
    ]);
    assertEquals(alone, part.map((key) => `value of ${key}`));
    assertEquals(mapped.map(({ value }) => value), alone);
  }
  await assertQuiet(host.cluster);
}
