/**
 * The options of servers behind Sentinel and of their sentinels.
 *
 * @module
 */

import {
  type Checks,
  isAnything,
  isObject,
  isText,
  readOptions,
} from "../options.ts";
import type { Credentials } from "./asking.ts";
import type { RedisServer } from "./redis_server.ts";
import type { RedisServerOptions, ServerTlsFiles } from "./server_config.ts";

/** How many servers a {@linkcode SentinelSetup} starts, and how. */
export interface SentinelSetupOptions {
  /**
   * How many shards there are.
   *
   * @default {2}
   */
  shards?: number | undefined;
  /**
   * How many replicas each shard has beside its primary.
   *
   * @default {1}
   */
  replicas?: number | undefined;
  /**
   * How many sentinels watch over all of them.
   *
   * @default {3}
   */
  sentinels?: number | undefined;
  /**
   * Milliseconds of silence after which the sentinels themselves give a primary
   * up. On a busy machine a short time gives up those that are only slow.
   *
   * @default {60_000}
   */
  downAfter?: number | undefined;
  /** The user of the servers, by whom they also know each other. */
  auth?: Credentials | undefined;
  /** The user of the sentinels, by whom they also know each other. */
  sentinelAuth?: Credentials | undefined;
  /** The certificate of all of them, and the authority (`ca`) that they trust. */
  tls?: Required<ServerTlsFiles> | undefined;
  /**
   * The name or path of the server program.
   *
   * @default {"the variable RB_REDIS_SERVER, redis-server, valkey-server"}
   */
  serverExecutable?: string | undefined;
  /**
   * More directives for every server (and for no sentinel), as in
   * `RedisServerOptions`.
   *
   * @default {[]}
   */
  config?: readonly string[] | undefined;
}

const CHECKS: Checks = {
  shards: isAnything,
  replicas: isAnything,
  sentinels: isAnything,
  downAfter: isAnything,
  auth: isObject,
  sentinelAuth: isObject,
  tls: isObject,
  serverExecutable: isText,
  config: isObject,
};

/** A primary and its replicas, whichever of its servers is which. */
export interface SentinelShard {
  /** The name by which the sentinels know it. */
  readonly primaryName: string;
  /** Its servers: first the one that was its primary at the start. */
  readonly servers: readonly RedisServer[];
}

/** The same options, with all that has a default. */
export type SentinelPlan =
  & SentinelSetupOptions
  & Required<
    Pick<
      SentinelSetupOptions,
      "shards" | "replicas" | "sentinels" | "downAfter"
    >
  >;

/**
 * Reads the options of a setup, once.
 *
 * @throws {TypeError} When one is unknown or not as expected.
 * @throws {RangeError} When a number is out of range.
 */
export function readSentinelOptions(
  options: SentinelSetupOptions,
): SentinelPlan {
  const read = readOptions(options, CHECKS, "SentinelSetup.start()");
  const { shards = 2, replicas = 1, sentinels = 3, downAfter = 60_000 } = read;
  assertCount("shards", shards, 1);
  assertCount("replicas", replicas, 0);
  assertCount("sentinels", sentinels, 1);
  assertCount("downAfter", downAfter, 1);
  return { ...read, shards, replicas, sentinels, downAfter };
}

/** The options of a primary, or of a replica of one. */
export function serverOptions(
  { auth, tls, serverExecutable, config = [] }: SentinelSetupOptions,
  primary?: RedisServer,
): RedisServerOptions {
  const lines = ["repl-diskless-sync-delay 0", "repl-ping-replica-period 1"];
  if (auth !== undefined) {
    lines.push(...userLines(auth), `masterauth ${quoted(auth.password)}`);
    if (auth.username !== undefined) lines.push(`masteruser ${auth.username}`);
  }
  if (primary !== undefined) {
    lines.push(`replicaof ${primary.hostname} ${primary.port}`);
  }
  return {
    transport: "tcp",
    executable: serverExecutable,
    config: [...lines, ...tlsLines(tls), ...config],
    tls,
  };
}

/** The options of a sentinel that watches over all shards. */
export function sentinelOptions(
  options: SentinelPlan,
  shards: readonly SentinelShard[],
): RedisServerOptions {
  const { auth, sentinelAuth, tls, downAfter } = options;
  const quorum = Math.floor(options.sentinels / 2) + 1;
  const lines: string[] = [];
  if (sentinelAuth !== undefined) {
    const { username, password } = sentinelAuth;
    lines.push(...userLines(sentinelAuth));
    lines.push(`sentinel sentinel-pass ${quoted(password)}`);
    if (username !== undefined) {
      lines.push(`sentinel sentinel-user ${username}`);
    }
  }
  for (const { primaryName, servers: [{ hostname, port }] } of shards) {
    lines.push(
      `sentinel monitor ${primaryName} ${hostname} ${port} ${quorum}`,
      `sentinel down-after-milliseconds ${primaryName} ${downAfter}`,
      `sentinel failover-timeout ${primaryName} 5000`,
    );
    if (auth === undefined) continue;
    const { username, password } = auth;
    lines.push(`sentinel auth-pass ${primaryName} ${quoted(password)}`);
    if (username !== undefined) {
      lines.push(`sentinel auth-user ${primaryName} ${username}`);
    }
  }
  return {
    sentinel: true,
    executable: options.serverExecutable,
    config: [...lines, ...tlsLines(tls)],
    tls,
  };
}

/** One user who may do everything, and nobody else. */
function userLines({ username, password }: Credentials): string[] {
  if (username === undefined) return [`requirepass ${quoted(password)}`];
  return [
    `user ${username} on ${quoted(`>${password}`)} ~* &* +@all`,
    "user default off",
  ];
}

/** They speak TLS with each other too, and take clients without a certificate. */
function tlsLines(tls: ServerTlsFiles | undefined): string[] {
  return tls === undefined
    ? []
    : ["tls-replication yes", "tls-auth-clients no"];
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function assertCount(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new RangeError(
    `Option "${name}" must be an integer from ${least}, not "${value}"`,
  );
}
