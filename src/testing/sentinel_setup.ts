/**
 * Shards behind Sentinel, for the length of a test.
 *
 * @module
 */

import { Cluster } from "../cluster.ts";
import type { ClusterOptions } from "../cluster_options.ts";
import type { Reply } from "../values.ts";
import { askServer, fieldsOf, until } from "./asking.ts";
import { RedisServer } from "./redis_server.ts";
import {
  readSentinelOptions,
  sentinelOptions,
  type SentinelSetupOptions,
  type SentinelShard,
  serverOptions,
} from "./sentinel_config.ts";
import type { RedisServerOptions } from "./server_config.ts";
import { allOrNone, throwFirst } from "./together.ts";

/** Milliseconds that servers and sentinels have to agree on anything. */
const TIMEOUT = 60_000;

/**
 * What makes sentinels look at their servers often. They undo a promotion that
 * they have not heard of after four periods of publishing.
 */
const HASTE = [
  ...["INFO-PERIOD", 200, "PING-PERIOD", 100, "ASK-PERIOD", 100],
  ...["PUBLISH-PERIOD", 300, "ELECTION-TIMEOUT", 500],
  ...["MIN-LINK-RECONNECT-PERIOD", 100, "TILT-TRIGGER", 5_000],
];

/**
 * Several shards of real servers, each a primary with its replicas, and the
 * sentinels that watch over them.
 *
 * All listen on free ports of 127.0.0.1, and all are gone when the setup is
 * closed, or the program ends (see {@linkcode RedisServer}).
 *
 * Permissions: those of `RedisServer`.
 *
 * @example A failover under a cluster
 * ```ts
 * import { SentinelSetup } from "@rb/rb/testing";
 *
 * await using setup = await SentinelSetup.start({ shards: 2 });
 * const client = setup.makeCluster({ timeout: 20_000 }).getRoutingClient();
 * await client.set("key", "before");
 * await setup.kill(0); // its primary, by SIGKILL
 * await setup.kill(1);
 * const written = client.set("key", "after"); // waits
 * await Promise.all([setup.failover(0), setup.failover(1)]);
 * console.log(await written, await client.get("key")); // OK after
 * ```
 */
export class SentinelSetup implements AsyncDisposable {
  /** The shards, in the order of their names: `shard0`, `shard1`, … */
  readonly shards: readonly SentinelShard[];
  /** The sentinels, to pause, kill and restart. */
  readonly sentinels: readonly RedisServer[];
  readonly #options: SentinelSetupOptions;
  readonly #clusters = new Set<Cluster>();
  #closing: Promise<void> | undefined;

  private constructor(
    shards: readonly SentinelShard[],
    sentinels: readonly RedisServer[],
    options: SentinelSetupOptions,
  ) {
    this.shards = shards;
    this.sentinels = sentinels;
    this.#options = options;
  }

  /**
   * Starts all servers, and waits until replicas have their data, and sentinels
   * know them and each other.
   *
   * @param options How many, and how.
   * @returns The setup, ready for use.
   * @throws {Error} When one of them does not start, or does not get ready; all
   * others are stopped.
   */
  static async start(
    options: SentinelSetupOptions = {},
  ): Promise<SentinelSetup> {
    const read = readSentinelOptions(options);
    const { shards, replicas, sentinels } = read;
    const started: RedisServer[] = [];
    const start = async (
      count: number,
      toOptions: (index: number) => RedisServerOptions,
    ) => {
      const servers = await allOrNone(
        Array.from(
          { length: count },
          (_, i) => RedisServer.start(toOptions(i)),
        ),
        (server) => server.stop(),
      );
      started.push(...servers);
      return servers;
    };
    try {
      const primaries = await start(shards, () => serverOptions(read));
      const others = await start(
        shards * replicas,
        (i) => serverOptions(read, primaries[i % shards]),
      );
      const all = primaries.map((primary, i): SentinelShard => ({
        primaryName: `shard${i}`,
        servers: [primary, ...others.filter((_, at) => at % shards === i)],
      }));
      const watchers = await start(
        sentinels,
        () => sentinelOptions(read, all),
      );
      const setup = new SentinelSetup(all, watchers, read);
      await setup.#untilReady();
      return setup;
    } catch (error) {
      await Promise.allSettled(started.map((server) => server.stop()));
      throw error;
    }
  }

  /**
   * The primary of a shard, as the sentinels know it now.
   *
   * @param shard The index of the shard.
   */
  async primary(shard: number): Promise<RedisServer> {
    const { port } = (await this.#views(shard)).reduce((one, other) =>
      other.epoch > one.epoch ? other : one
    );
    const { servers, primaryName } = this.shards[shard];
    const server = servers.find((server) => server.port === port);
    if (server !== undefined) return server;
    throw new Error(`The primary of "${primaryName}" is a stranger: ${port}`);
  }

  /**
   * Kills the primary of a shard with SIGKILL. It is not given up before
   * {@linkcode SentinelSetup.failover}, or before the sentinels miss it.
   *
   * @param shard The index of the shard.
   * @returns The server, to restart.
   */
  async kill(shard: number): Promise<RedisServer> {
    const server = await this.primary(shard);
    await server.kill();
    return server;
  }

  /**
   * Has a replica of a shard take over, and waits until all sentinels that are
   * awake say so. The former primary need not know it yet.
   *
   * @param shard The index of the shard.
   * @returns The server that is the primary now.
   * @throws {Error} When there is none after a minute.
   */
  async failover(shard: number): Promise<RedisServer> {
    const { primaryName } = this.shards[shard];
    const before = Math.max(...(await this.#views(shard)).map(epochOf));
    await this.#hurry();
    await until(`a failover of "${primaryName}"`, TIMEOUT, async () => {
      const views = await this.#views(shard);
      // The one that leads it says the new epoch with the old address at first.
      if (views.some(isFailingOver)) return false;
      if (views.every(({ epoch }) => epoch > before)) return true;
      const [{ sentinel, epoch }] = views;
      // It may have been given up, for example as no replica was known yet.
      if (epoch === before) {
        await this.#ask(sentinel, "SENTINEL", "FAILOVER", primaryName);
      }
      return false;
    });
    const server = await this.primary(shard);
    await until(`"${server.address}" is a primary`, TIMEOUT, async () => {
      const [role] = await this.#roleOf(server);
      return role === "master";
    });
    return server;
  }

  /**
   * Waits until every server of a shard that is awake is its primary, or a
   * replica that has what the primary has, and all sentinels have seen that.
   *
   * @param shard The index of the shard.
   * @throws {Error} When that is not so after a minute.
   */
  async settled(shard: number): Promise<void> {
    const { primaryName, servers } = this.shards[shard];
    await this.#hurry();
    let published = Infinity;
    await until(`"${primaryName}" is settled`, TIMEOUT, async () => {
      const primary = await this.primary(shard);
      if (!primary.isAwake) return false;
      const others = servers.filter((one) => one !== primary && one.isAwake);
      const roles = await Promise.all(
        others.map((server) => this.#roleOf(server)),
      );
      // One that has its first data is told no more before it has said so: only
      // what is published now shows that it hears its primary.
      const areServed = roles.every(([role, , port, state, offset]) =>
        role === "slave" && port === primary.port && state === "connected" &&
        Number(offset) >= published
      );
      await askServer(primary, ["PUBLISH", "rb", ""], this.#options.auth);
      const [role, offset] = await this.#roleOf(primary);
      published = Number(offset);
      if (role !== "master" || !areServed) return false;
      const known = await Promise.all(
        this.#awake.map((one) => this.#knowsReplicas(one, this.shards[shard])),
      );
      return known.every((isKnown) => isKnown);
    });
  }

  /**
   * Closes the clusters that it made and stops all servers; twice is fine.
   *
   * @returns A promise that resolves when no process and no file is left.
   */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** The same as {@linkcode SentinelSetup.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What the option `hosts` of a cluster takes for the shards. */
  get hosts(): { primaryName: string }[] {
    return this.shards.map(({ primaryName }) => ({ primaryName }));
  }

  /**
   * Makes a cluster over all shards; closing the setup closes it too.
   *
   * @param options The options of the cluster, which go before our own.
   * @returns The cluster.
   */
  makeCluster(options: ClusterOptions = {}): Cluster {
    const { auth, sentinelAuth, tls } = this.#options;
    const security = tls === undefined ? {} : { tls: true };
    const cluster = new Cluster({
      hosts: this.hosts,
      sentinels: {
        ...sentinelAuth,
        ...security,
        hosts: this.sentinels.map(({ hostname, port }) => ({ hostname, port })),
      },
      ...options,
      hostDefaults: { ...auth, ...security, ...options.hostDefaults },
    });
    this.#clusters.add(cluster);
    return cluster;
  }

  async #close(): Promise<void> {
    const closings = Array.from(this.#clusters, (cluster) => cluster.close());
    const closed = await Promise.allSettled(closings);
    const servers = this.shards.flatMap(({ servers }) => servers);
    const stopped = await Promise.allSettled(
      [...this.sentinels, ...servers].map((server) => server.stop()),
    );
    throwFirst([...closed, ...stopped]);
  }

  get #awake(): RedisServer[] {
    return this.sentinels.filter(({ isAwake }) => isAwake);
  }

  async #untilReady(): Promise<void> {
    await Promise.all(this.shards.map((_, shard) => this.settled(shard)));
    const others = this.sentinels.length - 1;
    await until("the sentinels know each other", TIMEOUT, async () => {
      const views = await Promise.all(
        this.shards.map((_, shard) => this.#views(shard)),
      );
      return views.flat().every((view) =>
        view.flags === "master" && view.others === others
      );
    });
  }

  /** Has sentinels look often; one that was started anew has forgotten it. */
  async #hurry(): Promise<void> {
    await Promise.all(
      this.#awake.map((sentinel) =>
        // Servers before Redis 7.0 are asked in vain, and take longer.
        this.#ask(sentinel, "SENTINEL", "DEBUG", ...HASTE).catch(() => {})
      ),
    );
  }

  /** What each sentinel that is awake says of a shard. */
  async #views(shard: number): Promise<View[]> {
    const { primaryName } = this.shards[shard];
    const views = await Promise.all(
      this.#awake.map(async (sentinel): Promise<View> => {
        const words = ["SENTINEL", "MASTER", primaryName];
        const fields = fieldsOf(await this.#ask(sentinel, ...words));
        return {
          sentinel,
          epoch: Number(fields.get("config-epoch")),
          port: Number(fields.get("port")),
          flags: fields.get("flags") ?? "",
          others: Number(fields.get("num-other-sentinels")),
        };
      }),
    );
    if (views.length > 0) return views;
    throw new Error("Cannot ask a sentinel: none is awake");
  }

  /** Whether a sentinel has seen the replicas of a shard as what they are. */
  async #knowsReplicas(
    sentinel: RedisServer,
    { primaryName, servers }: SentinelShard,
  ): Promise<boolean> {
    const words = ["SENTINEL", "REPLICAS", primaryName];
    const reply = await this.#ask(sentinel, ...words);
    const replicas = Array.isArray(reply) ? reply.map(fieldsOf) : [];
    const known = replicas.filter((fields) =>
      fields.get("flags") === "slave" &&
      fields.get("role-reported") === "slave" &&
      fields.get("master-link-status") === "ok"
    );
    return known.length === servers.filter(({ isAwake }) => isAwake).length - 1;
  }

  async #roleOf(server: RedisServer): Promise<readonly Reply[]> {
    const role = await askServer(server, ["ROLE"], this.#options.auth);
    return Array.isArray(role) ? role : [];
  }

  #ask(sentinel: RedisServer, ...words: (string | number)[]) {
    return askServer(sentinel, words, this.#options.sentinelAuth);
  }
}

/** What a sentinel says of a shard. */
interface View {
  readonly sentinel: RedisServer;
  readonly epoch: number;
  readonly port: number;
  readonly flags: string;
  readonly others: number;
}

function epochOf({ epoch }: View): number {
  return epoch;
}

function isFailingOver({ flags }: View): boolean {
  return flags.includes("failover_in_progress");
}
