/**
 * A Redis Cluster of real servers, for the length of a test.
 *
 * @module
 */

import { Cluster } from "../cluster.ts";
import type { Reply } from "../values.ts";
import { askServer, until } from "./asking.ts";
import {
  nodeOptions,
  type Ports,
  readRedisClusterOptions,
  type RedisClusterOptions,
  type RedisClusterPlan,
  type SeededClusterOptions,
} from "./redis_cluster_config.ts";
import { RedisServer } from "./redis_server.ts";
import { allOrNone, throwFirst } from "./together.ts";

/** How many slots the keys of a Redis Cluster fall into. */
const SLOTS = 16_384;

/** Milliseconds that the nodes have to agree on anything. */
const TIMEOUT = 60_000;

/** Milliseconds after which a node gives up a failover that was asked for. */
const FAILOVER_TIME = 5_500;

/** Milliseconds by which clocks of nodes may differ from ours. */
const VOTE_MARGIN = 200;

/**
 * Milliseconds after which nodes miss each other while they become a cluster:
 * they take commands no sooner after that.
 */
const FIRST_TIMEOUT = 500;

/** How often another port is tried where one is taken. */
const PORT_ATTEMPTS = 20;

/** A primary and its replicas, whichever of its servers is which. */
export interface ClusterShard {
  /** Its servers: first the one that was its primary at the start. */
  readonly servers: readonly RedisServer[];
}

/**
 * A Redis Cluster: several shards of real servers, each a primary with its
 * replicas, which share all slots evenly.
 *
 * All nodes listen on free ports of 127.0.0.1, and all are gone when the setup
 * is closed, or the program ends (see {@linkcode RedisServer}). It takes a little
 * more than two seconds to start: a node of Redis refuses writes for so long.
 *
 * Nodes miss each other late, so that a busy machine causes no failover that
 * nobody asked for: {@linkcode RedisClusterSetup.failover} is the way to one.
 *
 * Permissions: those of `RedisServer`, and `--allow-net=127.0.0.1`.
 *
 * @example A failover
 * ```ts
 * import { RedisClusterSetup } from "@rb/rb/testing";
 *
 * await using setup = await RedisClusterSetup.start({ primaries: 3 });
 * const before = await setup.kill(0); // the primary of a shard, by SIGKILL
 * const after = await setup.failover(0); // its replica takes over
 * console.log(before === after); // false
 * ```
 */
export class RedisClusterSetup implements AsyncDisposable {
  /** The shards, by the slots that they had at the start. */
  readonly shards: readonly ClusterShard[];
  readonly #options: RedisClusterPlan;
  readonly #ids: ReadonlyMap<RedisServer, string>;
  readonly #clusters = new Set<Cluster>();
  /** When primaries last voted about each shard, as `Date.now()` counts. */
  readonly #votes = new Map<number, number>();
  #closing: Promise<void> | undefined;

  private constructor(
    shards: readonly ClusterShard[],
    ids: ReadonlyMap<RedisServer, string>,
    options: RedisClusterPlan,
  ) {
    this.shards = shards;
    this.#ids = ids;
    this.#options = options;
  }

  /**
   * Starts all nodes, makes them one cluster, and waits until each of them takes
   * commands and every replica has its data.
   *
   * @param options How many, and how.
   * @returns The setup, ready for use.
   * @throws {TypeError} When an option is unknown or not as expected.
   * @throws {RangeError} When a number is out of range.
   * @throws {Error} When one of them does not start, or does not get ready; all
   * others are stopped.
   */
  static async start(
    options: RedisClusterOptions = {},
  ): Promise<RedisClusterSetup> {
    const read = readRedisClusterOptions(options);
    const { primaries, replicas } = read;
    const count = primaries * (1 + replicas);
    const ports = new FreePorts();
    const nodes = await allOrNone(
      Array.from({ length: count }, () => startNode(read, ports)),
      (node) => node.stop(),
    );
    try {
      const ask = (node: RedisServer, ...words: (string | number)[]) =>
        askServer(node, words, read.auth);
      const ids = new Map<RedisServer, string>();
      await Promise.all(
        nodes.map(async (node) =>
          ids.set(node, String(await ask(node, "CLUSTER", "MYID")))
        ),
      );
      const shards = Array.from({ length: primaries }, (_, i) => ({
        servers: nodes.filter((_, at) => at % primaries === i),
      }));
      const setup = new RedisClusterSetup(shards, ids, read);
      await setup.#form();
      return setup;
    } catch (error) {
      await Promise.allSettled(nodes.map((node) => node.stop()));
      throw error;
    }
  }

  /** All nodes: first the primaries of the start, in the order of the shards. */
  get nodes(): readonly RedisServer[] {
    const [{ servers }] = this.shards;
    return servers.flatMap((_, at) =>
      this.shards.map(({ servers }) => servers[at])
    );
  }

  /** What `seeds` of a cluster takes: the nodes that were primaries at first. */
  get seeds(): { hostname: string; port: number }[] {
    return this.shards.map(({ servers: [{ hostname, port }] }) => ({
      hostname,
      port,
    }));
  }

  /**
   * Makes a cluster of this library over the nodes; closing the setup closes it
   * too.
   *
   * @param options The options of the cluster, except for its seeds.
   */
  makeCluster(options: SeededClusterOptions = {}): Cluster {
    const { auth, tls } = this.#options;
    const cluster = new Cluster({
      seeds: this.seeds,
      ...options,
      hostDefaults: {
        ...auth,
        ...(tls === undefined ? {} : { tls: true }),
        ...options.hostDefaults,
      },
    });
    this.#clusters.add(cluster);
    return cluster;
  }

  /**
   * Asks a node anything, over a connection of its own.
   *
   * @param node The node.
   * @param words The command and its arguments.
   * @returns The reply.
   * @throws {CommandError} If the reply is an error.
   */
  ask(
    node: RedisServer,
    ...words: readonly (string | number)[]
  ): Promise<Reply> {
    return askServer(node, words, this.#options.auth);
  }

  /**
   * The id by which the nodes know one of them.
   *
   * @param node The node.
   */
  idOf(node: RedisServer): string {
    const id = this.#ids.get(node);
    if (id !== undefined) return id;
    throw new RangeError(`"${node.address}" is no node of this cluster`);
  }

  /**
   * The primary of a shard, as that node itself sees it: one that was killed
   * stays the primary until another one takes over.
   *
   * @param shard The index of the shard.
   */
  async primary(shard: number): Promise<RedisServer> {
    const { servers } = this.#shard(shard);
    const views = await Promise.all(
      servers.filter(({ isAwake }) => isAwake).map(async (server) => ({
        server,
        nodes: parseNodes(await this.ask(server, "CLUSTER", "NODES")),
      })),
    );
    const entries = views.flatMap(({ nodes }) =>
      servers.flatMap((server) => {
        const node = nodes.get(this.idOf(server));
        return node?.flags.has("master") ? [{ server, ...node }] : [];
      })
    );
    if (entries.length > 0) {
      return entries.reduce((one, other) =>
        other.epoch > one.epoch ? other : one
      ).server;
    }
    throw new Error(`Cannot ask shard ${shard}: none of its servers runs`);
  }

  /**
   * Kills the primary of a shard with SIGKILL. Nobody takes over before
   * {@linkcode RedisClusterSetup.failover}, or before the other nodes miss it.
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
   * Has a replica of a shard take over: in agreement with its primary, or without
   * that where it does not answer. Waits until all nodes that run say so.
   *
   * @param shard The index of the shard.
   * @returns The server that is the primary now.
   * @throws {Error} When there is no replica, or none that takes over.
   */
  async failover(shard: number): Promise<RedisServer> {
    const before = await this.primary(shard);
    const replica = this.#shard(shard).servers.find((server) =>
      server !== before && server.isAwake
    );
    if (replica === undefined) {
      throw new Error(`Cannot fail over shard ${shard}: no replica of it runs`);
    }
    if (before.isAwake) await this.#elect(shard, replica);
    else await this.ask(replica, "CLUSTER", "FAILOVER", "TAKEOVER");
    await this.#agree(this.#awake(), (nodes) => {
      const former = nodes.get(this.idOf(before));
      return nodes.get(this.idOf(replica))?.flags.has("master") === true &&
        (former?.ranges.length ?? 0) === 0;
    });
    return replica;
  }

  /**
   * Moves a slot to another shard, with the keys that are in it, as
   * `redis-cli --cluster reshard` does. Clients may go on meanwhile.
   *
   * @param slot The number of the slot, from 0 to 16,383.
   * @param to The index of the shard that has it afterwards.
   */
  async moveSlot(slot: number, to: number): Promise<void> {
    const target = await this.primary(to);
    const source = await this.owner(slot);
    if (source === target) return;
    await this.beginMove(slot, to);
    for (;;) {
      const keys = await this.ask(
        source,
        ...["CLUSTER", "GETKEYSINSLOT", slot, 100],
      );
      if (!Array.isArray(keys) || keys.length === 0) break;
      await this.moveKeys(keys.map(String), { from: source, to: target });
    }
    await this.endMove(slot, to);
  }

  /**
   * Begins to move a slot: from now on its present shard sends clients to the
   * other one for keys that it lacks (ASK).
   *
   * @param slot The number of the slot.
   * @param to The index of the shard that is to have it.
   */
  async beginMove(slot: number, to: number): Promise<void> {
    const target = await this.primary(to);
    const source = await this.owner(slot);
    const setSlot = ["CLUSTER", "SETSLOT", slot] as const;
    await this.ask(target, ...setSlot, "IMPORTING", this.idOf(source));
    await this.ask(source, ...setSlot, "MIGRATING", this.idOf(target));
  }

  /**
   * Moves some keys of a slot that is being moved.
   *
   * @param keys The keys.
   * @param servers Where they are, and where they go.
   */
  async moveKeys(
    keys: readonly string[],
    { from, to }: { from: RedisServer; to: RedisServer },
  ): Promise<void> {
    const { auth } = this.#options;
    const as = auth === undefined
      ? []
      : auth.username === undefined
      ? ["AUTH", auth.password]
      : ["AUTH2", auth.username, auth.password];
    await this.ask(
      from,
      ...["MIGRATE", to.hostname, to.port, "", 0, TIMEOUT, ...as],
      ...["KEYS", ...keys],
    );
  }

  /**
   * Ends the move of a slot, and waits until all nodes that run know its shard.
   *
   * @param slot The number of the slot.
   * @param to The index of the shard that has it from now on.
   */
  async endMove(slot: number, to: number): Promise<void> {
    const target = await this.primary(to);
    const id = this.idOf(target);
    const setSlot = ["CLUSTER", "SETSLOT", slot, "NODE", id] as const;
    await this.ask(target, ...setSlot);
    await Promise.all(
      this.#awake(target).map(async (node) => {
        // Replicas learn it from their primaries.
        const role = await this.ask(node, "ROLE");
        if (Array.isArray(role) && role[0] === "master") {
          await this.ask(node, ...setSlot);
        }
      }),
    );
    await this.#agree(this.#awake(), (nodes) => {
      const { ranges = [] } = nodes.get(id) ?? {};
      return ranges.some(([first, last]) => first <= slot && slot <= last);
    });
  }

  /**
   * The primary that has a slot, as it says itself.
   *
   * @param slot The number of the slot.
   * @throws {Error} When none of those that run has it.
   */
  async owner(slot: number): Promise<RedisServer> {
    for (const node of this.#awake()) {
      const nodes = parseNodes(await this.ask(node, "CLUSTER", "NODES"));
      const own = nodes.get(this.idOf(node));
      const isOwner = own?.flags.has("master") === true &&
        own.ranges.some(([first, last]) => first <= slot && slot <= last);
      if (isOwner) return node;
    }
    throw new Error(`No node that is awake has slot ${slot}`);
  }

  /**
   * Waits until every node that is awake takes commands and knows all others that
   * run, and every replica has what its primary has.
   */
  async settled(): Promise<void> {
    await until("the cluster is settled", TIMEOUT, async () => {
      const running = this.#awake();
      const views = await Promise.all(running.map(async (node) => {
        const info = String(await this.ask(node, "CLUSTER", "INFO"));
        const role = await this.ask(node, "ROLE");
        const [name, , , link] = Array.isArray(role) ? role : [];
        const isReady = info.includes("cluster_state:ok") &&
          (name === "master" || link === "connected");
        const known = parseNodes(await this.ask(node, "CLUSTER", "NODES"));
        const isLinked = running.every((other) => {
          const line = known.get(this.idOf(other));
          return other === node || line?.isLinked && !line.flags.has("fail?");
        });
        return { isReady: isReady && isLinked, primaries: primariesIn(known) };
      }));
      return views.every(({ isReady, primaries }) =>
        isReady && primaries === views[0].primaries
      );
    });
  }

  /**
   * Closes the clusters that it made and stops all nodes; twice is fine.
   *
   * @returns A promise that resolves when no process and no file is left.
   */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** The same as {@linkcode RedisClusterSetup.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const closed = await Promise.allSettled(
      Array.from(this.#clusters, (cluster) => cluster.close()),
    );
    const stopped = await Promise.allSettled(
      this.nodes.map((node) => node.stop()),
    );
    throwFirst([...closed, ...stopped]);
  }

  /** Has a replica take over in agreement with all primaries. */
  async #elect(shard: number, replica: RedisServer): Promise<void> {
    // Primaries vote about a shard once in so many milliseconds.
    const nextVote = (this.#votes.get(shard) ?? 0) +
      2 * this.#options.nodeTimeout + VOTE_MARGIN;
    await sleep(nextVote - Date.now());
    await until(`a failover of shard ${shard}`, TIMEOUT, async () => {
      await this.ask(replica, "CLUSTER", "FAILOVER");
      // It is given up after that time; asking again would begin it anew.
      await until("the vote", FAILOVER_TIME, async () => {
        const role = await this.ask(replica, "ROLE");
        return Array.isArray(role) && role[0] === "master";
      });
      return true;
    });
    this.#votes.set(shard, Date.now());
  }

  #shard(index: number): ClusterShard {
    const shard = this.shards[index];
    if (shard !== undefined) return shard;
    throw new RangeError(
      `There is no shard ${index}: there are ${this.shards.length}`,
    );
  }

  #awake(except?: RedisServer): RedisServer[] {
    return this.nodes.filter((node) => node !== except && node.isAwake);
  }

  /** Makes the nodes that were started one cluster. */
  async #form(): Promise<void> {
    const { nodes, shards } = this;
    await this.#setNodeTimeout(FIRST_TIMEOUT);
    await Promise.all(nodes.map(async (node, index) => {
      await this.ask(node, "CLUSTER", "SET-CONFIG-EPOCH", index + 1);
      if (index >= shards.length) return;
      const first = Math.ceil(SLOTS * index / shards.length);
      const last = Math.ceil(SLOTS * (index + 1) / shards.length) - 1;
      // One by one, as ranges are for Redis 7.0 and later.
      const slots = Array.from(
        { length: last - first + 1 },
        (_, i) => first + i,
      );
      await this.ask(node, "CLUSTER", "ADDSLOTS", ...slots);
    }));
    // Between all pairs, as it takes them a while to tell each other.
    for (const [index, node] of nodes.entries()) {
      for (const other of nodes.slice(index + 1)) {
        const { hostname, port } = other;
        await this.ask(node, "CLUSTER", "MEET", hostname, port);
      }
    }
    await this.#agree(
      nodes,
      (known) =>
        nodes.every((node) => known.has(this.idOf(node))) &&
        ![...known.values()].some(({ flags }) => flags.has("handshake")),
    );
    await Promise.all(
      shards.flatMap(({ servers: [primary, ...replicas] }) =>
        replicas.map((replica) =>
          this.ask(replica, "CLUSTER", "REPLICATE", this.idOf(primary))
        )
      ),
    );
    await this.settled();
    await this.#setNodeTimeout(this.#options.nodeTimeout);
    const replicas = nodes.slice(shards.length);
    await this.#agree(
      nodes,
      (known) =>
        replicas.every((node) =>
          known.get(this.idOf(node))?.flags.has("slave")
        ),
    );
  }

  async #setNodeTimeout(timeout: number): Promise<void> {
    await Promise.all(
      this.nodes.map((node) =>
        this.ask(node, "CONFIG", "SET", "cluster-node-timeout", timeout)
      ),
    );
  }

  /** Waits until nodes all see the cluster in some way. */
  async #agree(
    nodes: readonly RedisServer[],
    check: (known: ReadonlyMap<string, NodeLine>) => boolean,
  ): Promise<void> {
    await until("the nodes agree", TIMEOUT, async () => {
      const views = await Promise.all(
        nodes.map(async (node) =>
          parseNodes(await this.ask(node, "CLUSTER", "NODES"))
        ),
      );
      return views.every(check);
    });
  }
}

/** One line of CLUSTER NODES. */
interface NodeLine {
  readonly flags: ReadonlySet<string>;
  /** Whether the node that says so has a connection to it. */
  readonly isLinked: boolean;
  readonly epoch: number;
  readonly ranges: readonly (readonly [first: number, last: number])[];
}

/** What a node says of all nodes that it knows, by their ids. */
function parseNodes(reply: Reply): Map<string, NodeLine> {
  const nodes = new Map<string, NodeLine>();
  for (const line of String(reply).split("\n")) {
    const [id, , flags, , , , epoch, link, ...slots] = line.split(" ");
    if (flags === undefined) continue;
    const ranges = slots.filter((range) => !range.startsWith("["))
      .map((range) => {
        const [first, last = first] = range.split("-").map(Number);
        return [first, last] as const;
      });
    nodes.set(id, {
      flags: new Set(flags.split(",")),
      epoch: Number(epoch),
      isLinked: link === "connected",
      ranges,
    });
  }
  return nodes;
}

/** Which nodes have which slots, as a text to compare. */
function primariesIn(nodes: ReadonlyMap<string, NodeLine>): string {
  return [...nodes].filter(([, { ranges }]) => ranges.length > 0)
    .map(([id, { ranges }]) => `${id} ${ranges.join(" ")}`).sort().join("\n");
}

/** Ports below 22,000 that are free, and so are those 10,000 above. */
class FreePorts implements Ports {
  readonly #taken = new Set<number>();

  next(): number {
    for (;;) {
      const port = 10_000 + Math.floor(Math.random() * 12_000);
      if (this.#taken.has(port)) continue;
      this.#taken.add(port);
      if (isFree(port) && isFree(port + 10_000)) return port;
    }
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, Math.max(0, milliseconds)));
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}

/** Starts a node that knows no other one yet. */
async function startNode(
  options: RedisClusterPlan,
  ports: Ports,
): Promise<RedisServer> {
  for (let attempt = 1;; attempt++) {
    try {
      return await RedisServer.start(nodeOptions(options, ports.next()));
    } catch (error) {
      // Somebody else may take a port between our look and the node's bind.
      const isTaken = /Address already in use|Failed listening/
        .test(String(error));
      if (!isTaken || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}
