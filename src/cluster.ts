/**
 * The cluster: the hosts, the router over them, and the clients.
 *
 * @module
 */

import type { Redis } from "@db/redis";
import { connectDedicated } from "./clients/dedicated_client.ts";
import {
  createLocalClient,
  type LocalClient,
  type RecordsLocalClient,
} from "./clients/local_client.ts";
import type {
  ClientOptions,
  DedicatedOptions,
  ExecuteOptions,
  FanoutOptions,
  LocalOptions,
  MapBatchesOptions,
  MapOptions,
} from "./clients/client_options.ts";
import type { FanoutClient } from "./clients/fanout_client.ts";
import type { HostStats } from "./delivery/stats_types.ts";
import { scanKeys, type ScanOptions } from "./clients/key_scan.ts";
import type { MappingClient } from "./clients/mapping_client.ts";
import {
  createRoutingClient,
  type Maps,
  type RecordsRoutingClient,
  type RoutingClient,
} from "./clients/routing_client.ts";
import type {
  CommandMapping,
  CommandResults,
} from "./clients/execute_commands.ts";
import {
  countKeys,
  type EveryHostOptions,
  flushHosts,
  type FlushOptions,
  pingHosts,
  type PingOptions,
  type WholeCluster,
} from "./clients/whole_cluster.ts";
import {
  waitUntilUp,
  type WaitUntilUpOptions,
} from "./clients/wait_until_up.ts";
import { ClusterHosts } from "./cluster_hosts.ts";
import { summaryOf } from "./cluster_summary.ts";
import {
  followedHosts,
  type OwnHosts,
  ownHosts,
  slotTopology,
} from "./cluster_topology.ts";
import {
  agreeing,
  type ClusterOptions,
  type IdentifiedHost,
  readClusterOptions,
  readHost,
  readHosts,
  withDefaults,
} from "./cluster_options.ts";
import { assertHostId, type HostSelection } from "./host_ids.ts";
import { NotReadyError } from "./errors.ts";
import { HostInfo, type HostOptions } from "./host_info.ts";
import type { Inspect } from "./inspect.ts";
import { isPositive, isSignal, readOptions } from "./options.ts";
import {
  type BaseRouter,
  type ClusterTopology,
  type Distribution,
  distribution,
  type Failover,
  RingTopology,
  type Topology,
} from "./topology/mod.ts";
import type { RingPhase } from "./moving/mod.ts";
import type { Key } from "./values.ts";
import type { HostPoolStatus } from "./wire/pool.ts";

/** The events of a cluster by their types. */
export interface ClusterEventMap {
  /** A host failed several times in a row; its commands are refused at once. */
  down: CustomEvent<HostEventDetail>;
  /** A host that was down answers again. */
  up: CustomEvent<HostEventDetail>;
  /** A connection was opened after one had been lost. */
  reconnect: CustomEvent<HostEventDetail>;
  /** Another server has taken over a host. */
  failover: CustomEvent<FailoverEventDetail>;
  /** Something else is known of the servers: see {@linkcode Cluster.topology}. */
  topology: CustomEvent<ClusterTopology>;
  /** Keys are about to move to other hosts, move, or have moved. */
  ring: CustomEvent<RingEventDetail>;
}

/** What a `"ring"` event tells. */
export interface RingEventDetail {
  /** Counts the steps of all moves there were. */
  readonly epoch: number;
  /**
   * How far the move is: `"announced"`, `"holding"` while writes of keys that move
   * wait, `"moving"`, or `"stable"` when it is over.
   */
  readonly phase: RingPhase;
}

/** What a `"failover"` event tells: the addresses before and after. */
export interface FailoverEventDetail extends Failover {
  /** The host it happened to. */
  readonly hostId: number;
}

/** How long to wait for servers to be found. */
export interface ReadyOptions {
  /** Milliseconds; otherwise those of the cluster. */
  timeout?: number;
  /** Gives up when aborted. */
  signal?: AbortSignal;
}

/** What an event of a cluster tells. */
export interface HostEventDetail {
  /** The host it happened to. */
  readonly hostId: number;
  /** What had failed, in a `"down"` event. */
  readonly error: unknown;
}

/** Where the hosts of a cluster are, and whom to ask for it. */
export interface ClusterPlaces {
  /** Its topology. */
  readonly topology: Topology<HostInfo>;
  /** The sentinels through which hosts are found, if they are. */
  readonly sentinels: readonly HostInfo[] | undefined;
}

/** Where the hosts of a cluster are, for whoever moves its keys. */
export let placesOf: (cluster: Cluster) => ClusterPlaces;

/**
 * Many plain Redis servers that are used as one, shards behind Sentinel, or a
 * Redis Cluster. Each key lives on one of them; the router knows which.
 *
 * Making a cluster opens nothing: connections are opened when a command needs
 * them. An idle cluster does not keep the program alive.
 *
 * Events, each a `CustomEvent` with a {@linkcode HostEventDetail}: `"down"` when
 * a host failed several times in a row and its commands are refused at once,
 * `"up"` when it answers again, `"reconnect"` when a connection was opened after
 * one had been lost. In a Redis Cluster and behind Sentinel also `"failover"` with
 * a {@linkcode FailoverEventDetail} when another server has taken over a host, and
 * `"topology"` with what {@linkcode Cluster.topology} gives when that changes.
 *
 * @example A cluster of two servers
 * ```ts
 * import { Cluster } from "@rb/rb";
 *
 * await using cluster = new Cluster({
 *   hosts: { 0: { port: 6379 }, 1: { port: 6380 } },
 *   hostDefaults: { hostname: "127.0.0.1" },
 * });
 * console.log(cluster.getRouter().getHostForKey("foo")); // 1
 * ```
 *
 * @example Shards whose primaries are found through sentinels
 * ```ts
 * import { Cluster } from "@rb/rb";
 *
 * const cluster = new Cluster({
 *   sentinels: { hosts: ["redis://10.0.0.9:26379"], password: "one secret" },
 *   hosts: [{ primaryName: "shard0" }, { primaryName: "shard1" }],
 *   hostDefaults: { password: "another one" },
 * });
 * console.log(cluster.getRouter().getHostForKey("foo")); // 1
 * ```
 *
 * @example A Redis Cluster, by some of its nodes
 * ```ts
 * import { Cluster } from "@rb/rb";
 *
 * const cluster = new Cluster({
 *   seeds: ["redis://10.0.0.1:7000", "redis://10.0.0.2:7000"],
 *   hostDefaults: { password: "secret" },
 * });
 * ```
 */
export class Cluster extends EventTarget
  implements Maps, WholeCluster, AsyncDisposable {
  readonly #topology: Topology<HostInfo> & { readonly router: BaseRouter };
  /** The hosts, if it is their owner who adds and removes them. */
  readonly #own: OwnHosts | undefined;
  readonly #hosts: ClusterHosts;
  readonly #hostDefaults: HostOptions;
  readonly #client: RoutingClient;
  readonly #sentinels: readonly HostInfo[] | undefined;
  #closing: Promise<void> | undefined = undefined;

  static {
    placesOf = (cluster) => ({
      topology: cluster.#topology,
      sentinels: cluster.#sentinels,
    });
  }

  /**
   * Makes a cluster; nothing is opened yet.
   *
   * @param options The hosts, the router, the pools and the time limit.
   * @throws {TypeError} If an option is unknown or wrong; it is named.
   */
  constructor(options: ClusterOptions) {
    super();
    const read = readClusterOptions(options);
    const { hosts = [], hostDefaults = {} } = read;
    this.#hostDefaults = hostDefaults;
    let sentinels: readonly HostInfo[] | undefined;
    if (read.seeds !== undefined) {
      this.#topology = slotTopology(read.seeds, read);
    } else if (read.follow === true) {
      ({ topology: this.#topology, sentinels } = followedHosts(read));
    } else {
      this.#own = ownHosts(read);
      ({ topology: this.#topology, sentinels } = this.#own);
      const isNamed = read.sentinels !== undefined;
      for (const [id, host] of readHosts(hosts, hostDefaults, isNamed)) {
        this.#own.add(id, host);
      }
    }
    this.#hosts = new ClusterHosts(this.#topology, {
      ...read,
      listener: (type, hostId, error) =>
        this.#dispatch(type, { hostId, error }),
      onFailover: (hostId, failover) =>
        this.#dispatch("failover", { hostId, ...failover }),
      onTopology: () => this.#dispatch("topology", this.#topology.describe()),
      onRing: ({ epoch, phase }) => this.#dispatch("ring", { epoch, phase }),
      sentinels,
    });
    this.#client = createRoutingClient(this.#hosts, {}, true);
    this.#sentinels = sentinels;
  }

  /**
   * The hosts by their ids.
   *
   * @throws {NotReadyError} If the nodes of a Redis Cluster, or the primaries behind
   * sentinels, are not known yet.
   */
  get hosts(): ReadonlyMap<number, HostInfo> {
    if (!this.#topology.isKnown) throw new NotReadyError();
    return this.#topology.hosts;
  }

  /**
   * Waits until it is known where all hosts are: at once where they have fixed
   * addresses. Commands need not wait for it, they do so within their own time;
   * but what is answered without a promise does, such as `hosts`, `getRouter()`
   * and `distribution()`.
   *
   * @param options Time limit and signal.
   * @throws {ConnectionError} If the nodes of a Redis Cluster, or the primaries
   * behind sentinels, cannot be found, for example as a password is refused, a seed
   * is in no such cluster, or no sentinel knows a `primaryName`.
   * @throws {TimeoutError} If they were not found in time.
   */
  ready(options: ReadyOptions = {}): Promise<void> {
    return this.#hosts.known(readReadyOptions(options, "ready()"));
  }

  /**
   * Asks where everything is: for each host, a shard of a Redis Cluster or behind
   * Sentinel, its primary, its replicas and its slots. Hosts with fixed addresses are just that.
   *
   * Hosts of a Redis Cluster are numbered by their first slots when they are first
   * seen, and keep their number while the program runs. Another program may number
   * them otherwise: the ids of nodes are the same everywhere.
   *
   * @param options Time limit and signal.
   * @throws {TransportError} As {@linkcode Cluster.ready} does, or if no node
   * answers now.
   */
  async topology(options: ReadyOptions = {}): Promise<ClusterTopology> {
    await this.#hosts.refreshed(readReadyOptions(options, "topology()"));
    return this.#topology.describe();
  }

  /**
   * Moves keys now that are on their way to other hosts, so that they may be used
   * on a connection of `connect(hostId)` to the host that they go to. Where no keys
   * move there is nothing to do.
   *
   * @param keys The keys.
   * @param options Time limit and signal.
   * @returns The host of each key, in their order.
   * @throws {ReshardingError} If a key cannot be moved now.
   * @throws {TimeoutError} If it was not in time.
   *
   * @example A transaction over keys that may be on their way
   * ```ts
   * import { Cluster } from "@rb/rb";
   *
   * await using cluster = new Cluster({ hosts: ["redis://127.0.0.1:6379"] });
   * const [hostId] = await cluster.settle(["balance"]);
   * const redis = await cluster.connect(hostId);
   * await redis.set("balance", "1");
   * redis.close();
   * ```
   */
  settle(keys: readonly Key[], options: ReadyOptions = {}): Promise<number[]> {
    return this.#hosts.settle(keys, readReadyOptions(options, "settle()"));
  }

  /**
   * Adds a host. The router is built anew, so keys may move to it.
   *
   * @param host The options with its id; or its id alone, followed by them.
   * @param options The options, when `host` is the id; a URL will do.
   * @throws {TypeError} If the id is taken or an option is wrong, or if the hosts
   * are found by `seeds`.
   */
  addHost(
    host: IdentifiedHost | number,
    options?: HostOptions | string | Pick<URL, "href">,
  ): void {
    const { add, sentinels } = this.#assertOwn("add");
    const what = typeof host === "number" ? `host ${host}` : "the host to add";
    if (typeof host !== "number" && options !== undefined) {
      throw new TypeError(
        "Cannot add a host whose options are given twice: give its id and " +
          'its options, or options with "hostId"',
      );
    }
    const { hostId, ...own } = typeof host === "number"
      ? {
        ...agreeing(
          readHost(options === undefined ? {} : options, what),
          host,
          what,
        ),
        hostId: host,
      }
      : readHost(host, what);
    if (hostId === undefined) throw new TypeError("The host has no id");
    const isNamed = sentinels !== undefined;
    add(hostId, withDefaults(own, this.#hostDefaults, what, isNamed));
  }

  /**
   * Removes a host. What is under way to it may finish within the `timeout` of
   * the cluster, then its connections are closed.
   *
   * @param hostId The id of the host.
   * @returns Whether there was one.
   * @throws {TypeError} If the id is not a number, or if the hosts are found by
   * `seeds`.
   * @throws {RangeError} If it is not an integer from 0.
   */
  removeHost(hostId: number): boolean {
    const { topology } = this.#assertOwn("remove");
    assertHostId(hostId);
    return topology.remove(hostId);
  }

  /**
   * The router for the hosts as they are now; a new one after they changed.
   *
   * @throws {BadHostSetupError} If the hosts do not fit the router.
   * @throws {NotReadyError} If the nodes of a Redis Cluster are not known yet.
   */
  getRouter(): BaseRouter {
    return this.#topology.router;
  }

  /**
   * The connections of a host: those to its primary and to replicas that are read
   * together, and under `apart` each by itself.
   *
   * @param host The id of the host, or the host.
   * @throws {RangeError} If there is no such host.
   */
  getPoolForHost(host: number | HostInfo): HostPoolStatus {
    const hostId = host instanceof HostInfo ? host.hostId : host;
    return this.#hosts.poolOf(hostId);
  }

  /**
   * Closes all connections, after what is under way. The cluster can be used
   * again; it then opens new ones.
   */
  disconnectPools(): Promise<void> {
    return this.#hosts.disconnect();
  }

  /**
   * A client that routes each command by its key.
   *
   * @param options Time limit and signal; `autoBatch` for maps made from it;
   * `replies: "records"` for records in the place of flat lists.
   *
   * @example Records in the place of lists
   * ```ts
   * import { Cluster } from "@rb/rb";
   *
   * await using cluster = new Cluster({ hosts: [{ port: 6379 }, { port: 6380 }] });
   * const client = cluster.getRoutingClient({ replies: "records" });
   * await client.hset("user", { name: "Ada", city: "London" });
   * const { name } = await client.hgetall("user");
   * console.log(name); // Ada
   * ```
   */
  getRoutingClient(
    options: ClientOptions & { replies: "records" },
  ): RecordsRoutingClient;
  /** The same, with flat lists. */
  getRoutingClient(options?: ClientOptions): RoutingClient;
  getRoutingClient(options?: ClientOptions): unknown {
    return createRoutingClient(this.#hosts, options);
  }

  /**
   * A client that sends every command to one host.
   *
   * @param hostId The id of the host.
   * @param options Time limit and signal.
   * @throws {RangeError} If there is no such host.
   */
  getLocalClient(
    hostId: number,
    options: LocalOptions & { replies: "records" },
  ): RecordsLocalClient;
  /** The same, with flat lists. */
  getLocalClient(
    hostId: number,
    options?: LocalOptions,
  ): LocalClient;
  getLocalClient(
    hostId: number,
    options: LocalOptions = {},
  ): unknown {
    return createLocalClient(this.#hosts, hostId, options);
  }

  /**
   * A client for the one host that a key lives on.
   *
   * @param key The key that decides.
   * @param options Time limit and signal.
   */
  getLocalClientForKey(
    key: Key,
    options: LocalOptions & { replies: "records" },
  ): RecordsLocalClient;
  /** The same, with flat lists. */
  getLocalClientForKey(
    key: Key,
    options?: LocalOptions,
  ): LocalClient;
  getLocalClientForKey(
    key: Key,
    options?: LocalOptions,
  ): unknown {
    return this.getLocalClient(this.getRouter().getHostForKey(key), options);
  }

  /**
   * A client of `@db/redis` with a connection to itself: for pub/sub, MULTI,
   * WATCH, blocking commands and pipelines. A lost connection is an error; it is
   * never replaced in silence, since its state would be lost.
   *
   * @param hostId The id of the host.
   * @param options Time limit and signal of its commands.
   * @returns The client; close it, or let `using` do so.
   */
  connect(
    hostId: number,
    options: DedicatedOptions = {},
  ): Promise<Redis> {
    return connectDedicated(this.#hosts, hostId, options);
  }

  /**
   * Calls `callback` with a client whose commands are sent to all hosts at the
   * same time, and waits until every one of them is settled.
   *
   * @param callback Issues commands. It may be asynchronous.
   * @param options Time limit, signal, merging.
   * @returns What the callback returns, awaited; promises inside it are settled.
   * @throws What the callback throws, after everything outstanding has been
   * cancelled; else the error of the command that failed, or an AggregateError
   * in the order of issue when several did.
   * @throws {TimeoutError} If the callback waits for something else when the time
   * of the map is up, such as the map itself.
   * @throws The reason of the signal, when it is aborted meanwhile.
   */
  map<R>(
    callback: (client: MappingClient) => R,
    options?: MapOptions & { settled?: false },
  ): Promise<Awaited<R>>;
  /**
   * The same where no command makes it fail: what the callback promises reads as
   * `undefined` if one of its commands failed.
   */
  map<R>(
    callback: (client: MappingClient) => PromiseLike<R>,
    options?: MapOptions,
  ): Promise<Awaited<R> | undefined>;
  /** The same with a list or a record of promises, each of which tells. */
  map<R>(
    callback: (client: MappingClient) => R,
    options?: MapOptions,
  ): Promise<Awaited<R>>;
  /**
   * A map as a block: joined when an `await using` block ends.
   *
   * @param options Time limit, signal, merging.
   */
  map(options?: MapOptions): MappingClient;
  map(...args: unknown[]): unknown {
    return this.#forward("map", args);
  }

  /**
   * Maps over keys of any number, a batch at a time, with no more than three
   * batches in memory. What one batch sends to a host runs there before anything
   * of the next one.
   *
   * @param keys An iterable or async iterable; it is closed when the consumer
   * stops early.
   * @param callback Issues the command for one key, or several and returns what
   * stands for them.
   * @param options The size of a batch, and the options of a map.
   * @returns Entries of key and value, in the order of the keys; with
   * `settled: true` of key and outcome.
   */
  mapBatches<K, R>(
    keys: Iterable<K> | AsyncIterable<K>,
    callback: (client: MappingClient, key: K) => R,
    options: MapBatchesOptions & { settled: true },
  ): AsyncIterableIterator<[K, PromiseSettledResult<Awaited<R>>]>;
  /** The same, with values instead of outcomes. */
  mapBatches<K, R>(
    keys: Iterable<K> | AsyncIterable<K>,
    callback: (client: MappingClient, key: K) => R,
    options?: MapBatchesOptions,
  ): AsyncIterableIterator<[K, Awaited<R>]>;
  mapBatches(...args: unknown[]): unknown {
    return this.#forward("mapBatches", args);
  }

  /**
   * Calls `callback` with a client that sends each command to several hosts, and
   * waits until every one of them is settled.
   *
   * @param hosts The ids of the hosts, or `"all"`. One that is named twice is
   * one host all the same.
   * @param callback Issues commands, each giving a Map from host id to reply.
   * @param options Time limit, signal, `settled` for an outcome per host.
   * @returns What the callback returns, awaited.
   * @throws {TypeError} If the hosts are no such list; nothing is sent then.
   * @throws {RangeError} If there is no host with one of the ids, likewise.
   */
  fanout<R>(
    hosts: HostSelection,
    callback: (client: FanoutClient<"settled">) => R,
    options: FanoutOptions & { settled: true },
  ): Promise<Awaited<R>>;
  /** The same, with replies instead of outcomes. */
  fanout<R>(
    hosts: HostSelection,
    callback: (client: FanoutClient) => R,
    options?: FanoutOptions,
  ): Promise<Awaited<R>>;
  /** The same, where each call in `callback` is targeted, with outcomes. */
  fanout<R>(
    callback: (client: FanoutClient<"settled">) => R,
    options: FanoutOptions & { settled: true },
  ): Promise<Awaited<R>>;
  /** The same, where each call in `callback` is targeted, with replies. */
  fanout<R>(
    callback: (client: FanoutClient) => R,
    options?: FanoutOptions,
  ): Promise<Awaited<R>>;
  /** A fanout as a block, joined when an `await using` block ends. */
  fanout(hosts: HostSelection, options?: FanoutOptions): FanoutClient;
  /** The same, where each call is targeted or `options.hosts` says where to. */
  fanout(options?: FanoutOptions): FanoutClient;
  fanout(...args: unknown[]): unknown {
    return this.#forward("fanout", args);
  }

  /**
   * A fanout to all hosts.
   *
   * @param callback Issues commands, each giving a Map from host id to reply.
   * @param options Time limit, signal, `settled` for an outcome per host.
   */
  all<R>(
    callback: (client: FanoutClient<"settled">) => R,
    options: FanoutOptions & { settled: true },
  ): Promise<Awaited<R>>;
  /** The same, with replies instead of outcomes. */
  all<R>(
    callback: (client: FanoutClient) => R,
    options?: FanoutOptions,
  ): Promise<Awaited<R>>;
  /** A fanout to all hosts as a block. */
  all(options?: FanoutOptions): FanoutClient;
  all(...args: unknown[]): unknown {
    return this.#forward("all", args);
  }

  /**
   * Executes sequences of commands, each on the host of its key. The keys inside
   * a sequence are not looked at: all of it goes to that host.
   *
   * With `atomic` each sequence runs as a transaction of its host, with nothing in
   * between. A command that fails there has no effect on the others, as ever in
   * Redis. What the server refuses beforehand makes the whole sequence fail with
   * one error, whose `outcome` is `"not-sent"`: nothing of it ran. Transactions of
   * different keys know nothing of each other.
   *
   * @param mapping Commands and scripts by key.
   * @param options Time limit, signal, `settled` to keep failures to their
   * promises, `atomic` for transactions.
   * @returns In the same shape, one settled promise for each command.
   * @throws The error of the command that failed, or an AggregateError when
   * several did: see {@linkcode CommandError} and {@linkcode TransportError}.
   */
  executeCommands<M extends CommandMapping>(
    mapping: M,
    options?: ExecuteOptions,
  ): Promise<CommandResults<M>> {
    return this.#client.executeCommands(mapping, options);
  }

  /** A mapping client to join or cancel by hand. */
  getMappingClient(options?: MapOptions): MappingClient {
    return this.#client.getMappingClient(options);
  }

  /** A fanout client to join or cancel by hand. */
  getFanoutClient(
    hosts?: HostSelection,
    options?: FanoutOptions,
  ): FanoutClient {
    return this.#client.getFanoutClient(hosts, options);
  }

  /**
   * What has happened on the way to each host since it was first used. Counting
   * costs the commands nothing that can be measured.
   *
   * For tracing, subscribe to the `node:diagnostics_channel`s `"rb:batch"`
   * ({@linkcode BatchMessage}) and `"rb:connection"`
   * ({@linkcode ConnectionMessage}).
   *
   * @returns One entry for each host.
   */
  stats(): Map<number, HostStats> {
    return this.#hosts.stats();
  }

  /**
   * Counts the keys that live on each host, without asking the hosts.
   *
   * @param keys The keys; each counts as often as it is given.
   * @returns The counts; printed, they are a bar plot.
   */
  distribution(keys: Iterable<Key>): Distribution {
    return distribution(this, keys);
  }

  /**
   * Goes through the keys of all hosts, several hosts at a time, with no more
   * than two pages of each in memory. Stopping early gives up what is under way.
   *
   * A key that is there from the beginning to the end comes at least once,
   * sometimes more often; one that comes or goes meanwhile may be missed. The
   * order means nothing. In a Redis Cluster that is so as well while slots move
   * and primaries change.
   *
   * @param options Which keys, how many at a time, time limit and signal.
   * @returns Entries of host id and key. It ends with the error of a host as soon
   * as one fails.
   * @throws {TypeError} If an option is unknown or wrong.
   */
  scan(
    options: ScanOptions & { returnUint8Arrays: true },
  ): AsyncIterableIterator<[hostId: number, key: Uint8Array]>;
  /** The same, with the keys as text. */
  scan(
    options?: ScanOptions & { returnUint8Arrays?: false },
  ): AsyncIterableIterator<[hostId: number, key: string]>;
  scan(options: ScanOptions = {}): unknown {
    return scanKeys(this.#hosts, options);
  }

  /**
   * Measures how long each host takes to answer. Where no connection is open,
   * opening one is part of that. A host that counts as down is asked as well. An
   * error is an answer too: a server that loads, or is busy with a script, is
   * there.
   *
   * @param options Time limit, signal, `settled` for an outcome per host.
   * @returns Milliseconds by host id.
   * @throws The error of the host that failed, or an AggregateError when several
   * did.
   */
  ping(
    options: PingOptions & { settled: true },
  ): Promise<Map<number, PromiseSettledResult<number>>>;
  /** The same, with times instead of outcomes. */
  ping(
    options?: PingOptions & { settled?: false },
  ): Promise<Map<number, number>>;
  ping(options: PingOptions = {}): Promise<unknown> {
    return pingHosts(this.#hosts, options);
  }

  /**
   * Waits until hosts answer: those that are down are tried again and again. An
   * idle cluster keeps no program alive; this does.
   *
   * @param options Which hosts, time limit and signal.
   * @returns A promise that resolves when each of them has answered.
   * @throws {TypeError | RangeError} If an option is wrong, or a host unknown.
   * @throws {TimeoutError} When the time is up; it names the hosts that are down.
   * @throws {ConnectionError} If waiting does not help: a host refuses the
   * password, or its certificate is not trusted.
   * @throws The reason of the signal, when that is aborted.
   */
  waitUntilUp(options: WaitUntilUpOptions = {}): Promise<void> {
    return waitUntilUp(this.#hosts, options);
  }

  /**
   * Asks each host how many keys it has.
   *
   * @param options Time limit and signal.
   * @returns The number of keys by host id.
   * @throws The error of the host that failed, or an AggregateError when several
   * did.
   */
  dbsize(options: EveryHostOptions = {}): Promise<Map<number, number>> {
    return countKeys(this.#hosts, options);
  }

  /**
   * Deletes every key of every host: FLUSHDB in the database of each.
   *
   * @param options `sure: true`, time limit and signal.
   * @throws {TypeError} Unless `sure` is `true`; nothing is deleted then.
   * @throws The error of the host that failed, or an AggregateError when several
   * did; the keys of the others are gone.
   */
  flush(options: FlushOptions): Promise<void> {
    return flushHosts(this.#hosts, options);
  }

  /**
   * Waits for what is under way, at most as long as the `timeout` of the cluster,
   * then closes all connections; what is left then is rejected. Commands issued
   * from now on are refused. Connections of `connect(id)` are not waited for.
   * Closing twice is fine.
   */
  close(): Promise<void> {
    return this.#closing ??= this.#hosts.close();
  }

  /** Closes, at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Listens to an event, such as `"down"`, `"up"` or `"failover"`. */
  override addEventListener<T extends keyof ClusterEventMap>(
    type: T,
    listener: (event: ClusterEventMap[T]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /** Listens to any event. */
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: unknown,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(
      type,
      listener as EventListenerOrEventListenerObject,
      options,
    );
  }

  /** The router, and where the hosts are. */
  [Symbol.for("Deno.customInspect")](
    inspect: Inspect,
    options: object,
  ): string {
    return `Cluster ${inspect(summaryOf(this.#topology), options)}`;
  }

  /** The router, and where the hosts are, in Node.js and Bun. */
  [Symbol.for("nodejs.util.inspect.custom")](
    _depth: number,
    options: object,
    inspect: Inspect,
  ): string {
    return `Cluster ${inspect(summaryOf(this.#topology), options)}`;
  }

  #forward(method: keyof Maps, args: unknown[]): unknown {
    return Reflect.apply(this.#client[method], this.#client, args);
  }

  /** The hosts, where it is for their owner to change them. */
  #assertOwn(verb: "add" | "remove"): OwnHosts {
    if (this.#own !== undefined) return this.#own;
    if (this.#topology instanceof RingTopology) {
      throw new TypeError(
        `Cannot ${verb} a host: with "follow" all programs change their hosts ` +
          'together; give the others as "next", and move the keys with reshard()',
      );
    }
    throw new TypeError(
      `Cannot ${verb} a host: with "seeds" the Redis Cluster itself decides ` +
        "which hosts there are",
    );
  }

  #dispatch(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

const READY_CHECKS = { timeout: isPositive, signal: isSignal };

function readReadyOptions(options: ReadyOptions, owner: string): ReadyOptions {
  return readOptions(options, READY_CHECKS, owner);
}
