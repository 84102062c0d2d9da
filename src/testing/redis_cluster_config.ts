/**
 * The options of a Redis Cluster for tests, and of its nodes.
 *
 * @module
 */

import type { ClusterOptions } from "../cluster_options.ts";
import {
  type Checks,
  isAnything,
  isObject,
  isText,
  readOptions,
} from "../options.ts";
import type { Credentials } from "./asking.ts";
import type { RedisServerOptions, ServerTlsFiles } from "./server_config.ts";

/** How many nodes a `RedisClusterSetup` starts, and how. */
export interface RedisClusterOptions {
  /**
   * How many primaries there are; each has a shard.
   *
   * @default {3}
   */
  primaries?: number | undefined;
  /**
   * How many replicas each of them has.
   *
   * @default {1}
   */
  replicas?: number | undefined;
  /**
   * Milliseconds of silence after which the nodes themselves give one up. On a
   * busy machine a short time gives up those that are only slow. Within twice
   * that time the nodes agree to one failover of a shard.
   *
   * @default {5_000}
   */
  nodeTimeout?: number | undefined;
  /** The user of the nodes, by whom they also know each other. */
  auth?: Credentials | undefined;
  /** The certificate of all nodes, and the authority (`ca`) that they trust. */
  tls?: Required<ServerTlsFiles> | undefined;
  /**
   * The name or path of the server program.
   *
   * @default {"the variable RB_REDIS_SERVER, redis-server, valkey-server"}
   */
  serverExecutable?: string | undefined;
  /**
   * More directives for every node, one a line, as in `RedisServerOptions`.
   *
   * @default {[]}
   */
  config?: readonly string[] | undefined;
}

/** The options of a `Cluster` over such nodes, except for where they are. */
export type SeededClusterOptions = Omit<
  ClusterOptions,
  "hosts" | "router" | "routerOptions"
>;

/** The same options, with all that has a default. */
export type RedisClusterPlan =
  & RedisClusterOptions
  & Required<
    Pick<RedisClusterOptions, "primaries" | "replicas" | "nodeTimeout">
  >;

/** Where nodes get their ports from. */
export interface Ports {
  /** One that nobody had so far. */
  next(): number;
}

const CHECKS: Checks = {
  primaries: isAnything,
  replicas: isAnything,
  nodeTimeout: isAnything,
  auth: isObject,
  tls: isObject,
  serverExecutable: isText,
  config: isObject,
};

/**
 * Reads the options of a setup, once.
 *
 * @throws {TypeError} When one is unknown or not as expected.
 * @throws {RangeError} When a number is out of range.
 */
export function readRedisClusterOptions(
  options: RedisClusterOptions,
): RedisClusterPlan {
  const read = readOptions(options, CHECKS, "RedisClusterSetup.start()");
  const { primaries = 3, replicas = 1, nodeTimeout = 5_000 } = read;
  assertCount("primaries", primaries, 1);
  assertCount("replicas", replicas, 0);
  assertCount("nodeTimeout", nodeTimeout, 1);
  return { ...read, primaries, replicas, nodeTimeout };
}

/** The options of a node. */
export function nodeOptions(
  options: RedisClusterPlan,
  port: number,
): RedisServerOptions {
  const { nodeTimeout, auth, tls, serverExecutable, config = [] } = options;
  const lines = [
    "cluster-enabled yes",
    `cluster-node-timeout ${nodeTimeout}`,
    "cluster-replica-validity-factor 0",
    "cluster-allow-replica-migration no",
    "repl-diskless-sync-delay 0",
    "repl-ping-replica-period 1",
  ];
  if (tls !== undefined) {
    lines.push("tls-cluster yes", "tls-replication yes", "tls-auth-clients no");
  }
  if (auth !== undefined) {
    const { username, password } = auth;
    const secret = JSON.stringify(password);
    lines.push(`masterauth ${secret}`);
    if (username === undefined) lines.push(`requirepass ${secret}`);
    else {
      lines.push(
        `masteruser ${username}`,
        `user ${username} on ${JSON.stringify(`>${password}`)} ~* &* +@all`,
        "user default off",
      );
    }
  }
  return {
    transport: "tcp",
    port,
    executable: serverExecutable,
    config: [...lines, ...config],
    tls,
  };
}

function assertCount(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new RangeError(
    `Option "${name}" must be an integer from ${least}, not "${value}"`,
  );
}
