/**
 * Clusters over real servers, for the length of a test.
 *
 * @module
 */

import { Cluster } from "../cluster.ts";
import type { ClusterOptions } from "../cluster_options.ts";
import {
  type Checks,
  isAnything,
  isObject,
  isText,
  oneOf,
  optionNames,
  readOptions,
} from "../options.ts";
import { RedisServer } from "./redis_server.ts";
import type { RedisServerOptions } from "./server_config.ts";
import { allOrNone, throwFirst } from "./together.ts";

/** How many servers a `TestSetup` starts, and how. */
export interface TestSetupOptions {
  /**
   * How many servers it starts.
   *
   * @default {4}
   */
  servers?: number | undefined;
  /**
   * How many databases each server has; each of them is a host of its own.
   *
   * @default {8}
   */
  databasesEach?: number | undefined;
  /**
   * The name or path of the server program.
   *
   * @default {"the variable RB_REDIS_SERVER, redis-server, valkey-server"}
   */
  serverExecutable?: string | undefined;
  /**
   * Whether the hosts are reached over unix sockets or over TCP on 127.0.0.1.
   *
   * @default {"unix"}
   */
  transport?: "unix" | "tcp" | undefined;
  /**
   * More directives for every server, as in `RedisServerOptions`.
   *
   * @default {{}}
   */
  config?: RedisServerOptions["config"];
}

/** The options of a `Cluster`, except for its hosts. */
export type TestClusterOptions = Omit<ClusterOptions, "hosts">;

/** How `makeTestCluster` starts its servers and makes its cluster. */
export interface MakeTestClusterOptions extends TestSetupOptions {
  /**
   * The options of the cluster, except for its hosts.
   *
   * @default {{}}
   */
  cluster?: TestClusterOptions | undefined;
}

const CHECKS: Checks = {
  servers: isAnything,
  databasesEach: isAnything,
  serverExecutable: isText,
  transport: oneOf("unix", "tcp"),
  config: isObject,
};

/** One host of a `TestSetup`: one database of one server. */
export interface TestHost {
  /** The id of the host: databases count up within a server. */
  hostId: number;
  /** The number of the database. */
  db: number;
  /** The path of the server's socket, over unix sockets. */
  path?: string;
  /** The address of the server, over TCP. */
  hostname?: string;
  /** The port of the server, over TCP. */
  port?: number;
}

/**
 * Several real servers, and clusters over all of their databases.
 *
 * Every database of every server is a host: with the defaults the ids 0 to 7
 * are on the first of four servers, 8 to 15 on the second, and so on.
 *
 * Permissions: those of {@linkcode RedisServer}.
 *
 * @example Two clusters over the same servers
 * ```ts
 * import { ConsistentHashingRouter } from "@rb/rb";
 * import { TestSetup } from "@rb/rb/testing";
 *
 * await using setup = await TestSetup.start({ servers: 2, databasesEach: 1 });
 * const writer = setup.makeCluster({ router: ConsistentHashingRouter });
 * const reader = setup.makeCluster({ router: ConsistentHashingRouter });
 * await writer.getRoutingClient().set("key", "value");
 * await reader.getRoutingClient().get("key"); // "value"
 * ```
 */
export class TestSetup implements AsyncDisposable {
  /** The servers, in the order of their hosts. */
  readonly servers: readonly RedisServer[];
  readonly #databasesEach: number;
  readonly #clusters = new Set<Cluster>();
  #closing: Promise<void> | undefined;

  private constructor(servers: readonly RedisServer[], databasesEach: number) {
    this.servers = servers;
    this.#databasesEach = databasesEach;
  }

  /**
   * Starts the servers, all at once, and waits until each of them answers.
   *
   * @param options How many, and how.
   * @returns The setup, ready for clusters.
   * @throws {Error} When one of them does not start; the others are stopped.
   */
  static async start(options: TestSetupOptions = {}): Promise<TestSetup> {
    const read = readOptions(options, CHECKS, "TestSetup.start()");
    const { servers = 4, databasesEach = 8 } = read;
    if (!Number.isInteger(servers) || servers < 1) {
      throw new RangeError(
        `Option "servers" must be an integer from 1, not "${servers}"`,
      );
    }
    const starts = Array.from({ length: servers }, () =>
      RedisServer.start({
        executable: read.serverExecutable,
        transport: read.transport ?? "unix",
        databases: databasesEach,
        config: read.config,
      }));
    return new TestSetup(
      await allOrNone(starts, (server) => server.stop()),
      databasesEach,
    );
  }

  /** The hosts of a cluster over these servers. */
  get hosts(): TestHost[] {
    return this.servers.flatMap((server, index) =>
      Array.from({ length: this.#databasesEach }, (_, db) => {
        const hostId = index * this.#databasesEach + db;
        const { hostname, port, path } = server;
        return port === 0
          ? { hostId, db, path }
          : { hostId, db, hostname, port };
      })
    );
  }

  /**
   * Makes a cluster over all hosts; closing the setup closes it too.
   *
   * @param options The options of the cluster, except for its hosts.
   * @returns The cluster.
   */
  makeCluster(options: TestClusterOptions = {}): Cluster {
    const cluster = new Cluster(withHosts(options, this.hosts));
    this.#clusters.add(cluster);
    return cluster;
  }

  /**
   * Closes the clusters that it made and stops the servers; twice is fine.
   *
   * @returns A promise that resolves when no process and no file is left.
   */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** The same as {@linkcode TestSetup.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const closings = Array.from(this.#clusters, (cluster) => cluster.close());
    const closed = await Promise.allSettled(closings);
    const stopped = await Promise.allSettled(
      this.servers.map((server) => server.stop()),
    );
    throwFirst([...closed, ...stopped]);
  }
}

/** A cluster that owns the servers behind it: closing it stops them. */
export class TestCluster extends Cluster {
  /** The servers, to pause, kill and restart. */
  readonly setup: TestSetup;

  /**
   * Makes a cluster over all hosts of a setup.
   *
   * @param setup The servers, which the cluster owns from now on.
   * @param options The options of the cluster, except for its hosts.
   */
  constructor(setup: TestSetup, options: TestClusterOptions = {}) {
    super(withHosts(options, setup.hosts));
    this.setup = setup;
  }

  /** Closes the cluster, and then stops its servers; twice is fine. */
  override async close(): Promise<void> {
    try {
      await super.close();
    } finally {
      await this.setup.close();
    }
  }

  /** The same as {@linkcode TestCluster.close}. */
  override [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Starts real servers and makes a cluster over all of their databases.
 *
 * @param options How many servers, and what kind of cluster.
 * @returns The cluster, which stops the servers when it is closed.
 * @throws {Error} When a server does not start; none is left behind then.
 *
 * @example A cluster for the length of a test
 * ```ts
 * import { makeTestCluster } from "@rb/rb/testing";
 *
 * Deno.test("counter starts at 1", async () => {
 *   await using cluster = await makeTestCluster({ servers: 2 });
 *   const client = cluster.getRoutingClient();
 *   if (await client.incr("counter") !== 1) throw new Error("It does not");
 * });
 * ```
 */
export async function makeTestCluster(
  options: MakeTestClusterOptions = {},
): Promise<TestCluster> {
  const checks = { ...CHECKS, cluster: isObject };
  const read = readOptions(options, checks, "makeTestCluster()");
  const { cluster, ...rest } = read;
  const setup = await TestSetup.start(rest);
  try {
    return new TestCluster(setup, cluster);
  } catch (error) {
    await setup.close();
    throw error;
  }
}

/** The options of a cluster over these hosts, whatever has been said of it. */
function withHosts(
  options: TestClusterOptions,
  hosts: TestHost[],
): ClusterOptions {
  const names = optionNames(options, "the cluster");
  if (names.includes("hosts")) {
    throw new TypeError(
      'Cannot take the option "hosts" of the cluster: its hosts are those of ' +
        "the setup",
    );
  }
  const given = options as Readonly<Record<string, unknown>>;
  return {
    ...Object.fromEntries(names.map((name) => [name, given[name]])),
    hosts,
  };
}
