/**
 * The routing client: one command, one reply, routed by its key; and the door
 * to maps and fanouts.
 *
 * @module
 */

import { batchMaps } from "./batch_maps.ts";
import type { RoutingCommands } from "./commands/routing_commands.ts";
import type { RoutingRecords } from "./commands/routing_records.ts";
import {
  anySignal,
  type ClientOptions,
  type ExecuteOptions,
  type FanoutOptions,
  type MapBatchesOptions,
  type MapOptions,
  readCallOptions,
  readersOf,
} from "./client_options.ts";
import type { CollectionScans } from "./collection_scan.ts";
import { Dispatcher } from "../delivery/dispatcher.ts";
import type { ClusterView } from "../delivery/cluster_view.ts";
import type { DispatchOptions } from "../delivery/issuer.ts";
import {
  createFanoutClient,
  type FanoutClient,
  type RecordsFanoutClient,
} from "./fanout_client.ts";
import { Gate } from "../delivery/gate.ts";
import { type HostSelection, isHostSelection } from "../host_ids.ts";
import { Lanes } from "../delivery/lane.ts";
import { type MapKind, observer } from "../delivery/observer.ts";
import { installCommands } from "./install_commands.ts";
import { BatchEntries } from "./map_batches.ts";
import { Mapping } from "./mapping.ts";
import { failingLater } from "../runtime/turn.ts";
import {
  createMappingClient,
  type MappingClient,
  type RecordsMappingClient,
} from "./mapping_client.ts";
import { NativeClient, sharedOptions } from "./native_client.ts";
import {
  type CommandMapping,
  type CommandResults,
  issueCommands,
} from "./execute_commands.ts";
import { printAs } from "../inspect.ts";

/**
 * The calls that issue many commands at once; a cluster has them too.
 *
 * @typeParam M The clients of maps.
 * @typeParam F Those of fanouts whose promises hold replies,
 * @typeParam S and of those whose promises hold outcomes.
 */
export interface Maps<
  M = MappingClient,
  F = FanoutClient,
  S = FanoutClient<"settled">,
> {
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
    callback: (client: M) => R,
    options?: MapOptions & { settled?: false },
  ): Promise<Awaited<R>>;
  /**
   * The same where no command makes it fail: what the callback promises reads as
   * `undefined` if one of its commands failed.
   */
  map<R>(
    callback: (client: M) => PromiseLike<R>,
    options?: MapOptions,
  ): Promise<Awaited<R> | undefined>;
  /** The same with a list or a record of promises, each of which tells. */
  map<R>(
    callback: (client: M) => R,
    options?: MapOptions,
  ): Promise<Awaited<R>>;
  /**
   * A map as a block: joined when an `await using` block ends.
   *
   * @param options Time limit, signal, merging.
   */
  map(options?: MapOptions): M;

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
   *
   * @example Go on although some keys fail
   * ```ts
   * import { Cluster } from "@rb/rb";
   *
   * await using cluster = new Cluster({ hosts: [{ port: 6379 }, { port: 6380 }] });
   * await cluster.getRoutingClient().rpush("list", "an element");
   * const entries = cluster.mapBatches(
   *   ["number", "list"],
   *   (client, key) => client.incr(key),
   *   { settled: true },
   * );
   * const outcomes = await Array.fromAsync(entries, ([, outcome]) => outcome);
   * console.log(outcomes.map(({ status }) => status)); // [ "fulfilled", "rejected" ]
   * ```
   */
  mapBatches<K, R>(
    keys: Iterable<K> | AsyncIterable<K>,
    callback: (client: M, key: K) => R,
    options: MapBatchesOptions & { settled: true },
  ): AsyncIterableIterator<[K, PromiseSettledResult<Awaited<R>>]>;
  /** The same, with values instead of outcomes. */
  mapBatches<K, R>(
    keys: Iterable<K> | AsyncIterable<K>,
    callback: (client: M, key: K) => R,
    options?: MapBatchesOptions,
  ): AsyncIterableIterator<[K, Awaited<R>]>;

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
    callback: (client: S) => R,
    options: FanoutOptions & { settled: true },
  ): Promise<Awaited<R>>;
  /** The same, with replies instead of outcomes. */
  fanout<R>(
    hosts: HostSelection,
    callback: (client: F) => R,
    options?: FanoutOptions,
  ): Promise<Awaited<R>>;
  /** The same, where each call in `callback` is targeted, with outcomes. */
  fanout<R>(
    callback: (client: S) => R,
    options: FanoutOptions & { settled: true },
  ): Promise<Awaited<R>>;
  /** The same, where each call in `callback` is targeted, with replies. */
  fanout<R>(
    callback: (client: F) => R,
    options?: FanoutOptions,
  ): Promise<Awaited<R>>;
  /** A fanout as a block, joined when an `await using` block ends. */
  fanout(hosts: HostSelection, options?: FanoutOptions): F;
  /** The same, where each call is targeted or `options.hosts` says where to. */
  fanout(options?: FanoutOptions): F;

  /**
   * A fanout to all hosts.
   *
   * @param callback Issues commands, each giving a Map from host id to reply.
   * @param options Time limit, signal, `settled` for an outcome per host.
   */
  all<R>(
    callback: (client: S) => R,
    options: FanoutOptions & { settled: true },
  ): Promise<Awaited<R>>;
  /** The same, with replies instead of outcomes. */
  all<R>(
    callback: (client: F) => R,
    options?: FanoutOptions,
  ): Promise<Awaited<R>>;
  /** A fanout to all hosts as a block. */
  all(options?: FanoutOptions): F;

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
   *
   * @example All or nothing
   * ```ts
   * import { Cluster } from "@rb/rb";
   *
   * await using cluster = new Cluster({ hosts: ["redis://127.0.0.1:6379"] });
   * const { order } = await cluster.executeCommands({
   *   order: [["HSET", "order", "state", "paid"], ["EXPIRE", "order", 60]],
   * }, { atomic: true });
   * console.log(order.map(({ value }) => value)); // [ 1, 1 ]
   * ```
   */
  executeCommands<M extends CommandMapping>(
    mapping: M,
    options?: ExecuteOptions,
  ): Promise<CommandResults<M>>;

  /**
   * A mapping client to join or cancel by hand.
   *
   * @param options Time limit, signal, merging.
   */
  getMappingClient(options?: MapOptions): M;

  /**
   * A fanout client to join or cancel by hand.
   *
   * @param hosts The ids of the hosts, or `"all"`.
   * @param options Time limit, signal.
   */
  getFanoutClient(
    hosts?: HostSelection,
    options?: FanoutOptions,
  ): F;
}

/**
 * Sends each command to the host of its key: all commands of `@db/redis` that
 * name one, each returning a native promise. Commands issued in one turn of the
 * event loop travel together.
 *
 * `mget`, `mset`, `del`, `unlink`, `exists` and `touch` take keys of several
 * hosts. What names no key is absent; see `fanout`, `getLocalClient` and
 * `connect` of the cluster.
 */
export interface RoutingClient extends RoutingCommands, CollectionScans, Maps {}

/**
 * A routing client that gives records, and lists of pairs, where replies are flat
 * lists: see the option `replies`.
 */
export interface RecordsRoutingClient
  extends
    Omit<RoutingClient, keyof RoutingRecords | keyof Maps>,
    RoutingRecords,
    Maps<
      RecordsMappingClient,
      RecordsFanoutClient,
      RecordsFanoutClient<"settled">
    > {}

type Callback<C> = (client: C) => unknown;

/** How many keys of a batch there are for each host at least, on average. */
const KEYS_OF_HOST = 64;

/**
 * How many keys make a batch by default: each host of a batch costs a write and
 * reads of its own, which some of its keys have to share.
 */
export function defaultBatchSize(hosts: number): number {
  return Math.max(1_000, KEYS_OF_HOST * hosts);
}

/** How commands travel. */
type Way = Pick<DispatchOptions, "lanes" | "exclusive" | "gate">;

class RoutingClientImpl extends NativeClient {
  readonly #cluster: ClusterView;
  readonly #options: Required<Omit<ClientOptions, "signal" | "replies">>;
  readonly #signal: AbortSignal | undefined;
  readonly #lanes: Lanes;
  readonly #mapsApart: boolean;
  readonly #records: boolean;

  /**
   * @param cluster The cluster.
   * @param options Those of the client.
   * @param mapsApart Whether each of its maps is a client of its own.
   */
  constructor(
    cluster: ClusterView,
    options: ClientOptions,
    mapsApart: boolean,
  ) {
    const { timeout = cluster.timeout, autoBatch = true } = options;
    const { idempotent = false, callSites = cluster.callSites ?? false } =
      options;
    const signal = anySignal(cluster.signal, options.signal);
    const readFrom = readersOf(cluster, options.readFrom, cluster.readFrom);
    const shared = { ...sharedOptions(cluster, options), readFrom };
    super(new Dispatcher(cluster, shared));
    this.#cluster = cluster;
    const { replicated = cluster.replicated } = options;
    this.#options = {
      timeout,
      autoBatch,
      idempotent,
      readFrom,
      replicated,
      callSites,
    };
    this.#signal = signal;
    this.#lanes = shared.lanes;
    this.#mapsApart = mapsApart;
    this.#records = options.replies === "records";
  }

  map(
    first?: Callback<MappingClient> | MapOptions,
    second?: MapOptions,
  ): unknown {
    if (typeof first !== "function") {
      const isBlock = first === undefined ||
        typeof first === "object" && first !== null;
      if (second !== undefined || !isBlock) throw misplacedCallback("map");
      return this.getMappingClient(first);
    }
    const mapping = this.#ownMapping(second);
    return mapping.run(() => first(createMappingClient(mapping)));
  }

  mapBatches<K, R>(
    keys: Iterable<K> | AsyncIterable<K>,
    callback: (client: MappingClient, key: K) => R,
    options: MapBatchesOptions = {},
  ): AsyncIterableIterator<[K, unknown]> {
    const read = readCallOptions(options, "mapBatches");
    const hosts = this.#cluster.topology.hosts.size;
    const { batchSize = defaultBatchSize(hosts), ...rest } = read;
    const { settled = false } = rest;
    // Of batches that are under way together, the later one stays behind.
    const way = this.#wayOfMap(rest);
    readersOf(this.#cluster, rest.readFrom, "primary");
    const caller = observer?.caller();
    const start = batchMaps({
      begin: () => this.#mapping("mapBatches", rest, { ...way, caller }),
      callback,
      timeout: rest.timeout ?? this.#options.timeout,
      settled,
    });
    return new BatchEntries<K, R>(keys, start, {
      batchSize,
      settled,
      timeout: rest.timeout,
      signal: anySignal(this.#signal, rest.signal),
    });
  }

  fanout(
    first?: HostSelection | Callback<never> | FanoutOptions,
    second?: Callback<never> | FanoutOptions,
    third?: FanoutOptions,
  ): unknown {
    const hosts = isHostSelection(first) ? first : undefined;
    const rest = hosts === undefined ? [first, second] : [second, third];
    const isBlock = typeof rest[0] !== "function";
    if (isBlock && rest[1] !== undefined) throw misplacedCallback("fanout");
    const [callback, options] = isBlock ? [undefined, rest[0]] : rest;
    return this.#fanout(
      hosts,
      callback as Callback<FanoutClient> | undefined,
      options as FanoutOptions | undefined,
    );
  }

  all(
    first?: Callback<never> | FanoutOptions,
    second?: FanoutOptions,
  ): unknown {
    return this.fanout("all", first, second);
  }

  async executeCommands<M extends CommandMapping>(
    commands: M,
    options: ExecuteOptions = {},
  ): Promise<CommandResults<M>> {
    const { atomic = false, ...rest } = readCallOptions(
      options,
      "executeCommands",
    );
    // A few commands for one request are the rule: they share connections.
    const mapping = this.#mapping("executeCommands", rest);
    let results: CommandResults<M> | undefined;
    // A sequence that is none has waited for nothing.
    await failingLater(() =>
      mapping.run(() => {
        results = issueCommands(mapping, commands, atomic);
      })
    );
    return results as CommandResults<M>;
  }

  getMappingClient(options: MapOptions = {}): MappingClient {
    return createMappingClient(this.#ownMapping(options));
  }

  getFanoutClient(
    hosts?: HostSelection,
    options: FanoutOptions = {},
  ): FanoutClient {
    return this.#fanout(hosts, undefined, options) as FanoutClient;
  }

  #fanout(
    hosts: HostSelection | undefined,
    callback: Callback<FanoutClient> | undefined,
    options: FanoutOptions = {},
  ): unknown {
    const read = readCallOptions(options, "the fanout");
    const { settled = false, hosts: selected = hosts } = read;
    if (hosts !== undefined && read.hosts !== undefined) {
      throw new TypeError(
        'Cannot take the option "hosts": the call names its hosts already',
      );
    }
    const mapping = this.#mapping("fanout", read, this.#wayOfMap(read));
    const create = () =>
      createFanoutClient<"fanout">(mapping, selected, settled);
    return callback === undefined
      ? create()
      : mapping.run(() => callback(create()));
  }

  /** How the commands of a map travel, which waits behind no other client. */
  #wayOfMap({ maxConcurrency = 64 }: MapOptions): Way {
    return {
      lanes: this.#mapsApart ? new Lanes() : this.#lanes,
      exclusive: true,
      gate: new Gate(maxConcurrency),
    };
  }

  /** A map whose commands travel by themselves. */
  #ownMapping(options: MapOptions = {}): Mapping {
    const read = readCallOptions(options, "the map");
    return this.#mapping("map", read, this.#wayOfMap(read));
  }

  /**
   * @param kind The call that begins it.
   * @param options Options that were read.
   * @param way How its commands travel, if not like those of the client, and
   * for whom, if not for whoever is at work now.
   */
  #mapping(
    kind: MapKind,
    options: MapOptions,
    { caller = observer?.caller(), ...way }: Way & { caller?: unknown } = {
      lanes: this.#lanes,
    },
  ): Mapping {
    const { timeout } = options;
    return new Mapping(
      new Dispatcher(this.#cluster, {
        timeout: this.#options.timeout,
        deadline: timeout === undefined
          ? undefined
          : performance.now() + timeout,
        signal: anySignal(this.#signal, options.signal),
        autoBatch: options.autoBatch ?? this.#options.autoBatch,
        idempotent: options.idempotent ?? this.#options.idempotent,
        replicated: options.replicated ?? this.#options.replicated,
        readFrom: kind === "fanout"
          ? "primary"
          : readersOf(this.#cluster, options.readFrom, this.#options.readFrom),
        observed: observer?.mapBegins(kind, caller),
        callSites: options.callSites ?? this.#options.callSites,
        ...way,
      }),
      { settled: options.settled, records: this.#records },
    );
  }
}

/** The same with records and pairs where replies are lists. */
class RecordsRoutingClientImpl extends RoutingClientImpl {}

installCommands(RecordsRoutingClientImpl.prototype, true);
printAs("RoutingClient", RoutingClientImpl, RecordsRoutingClientImpl);

/**
 * A routing client of a cluster.
 *
 * @param mapsApart Whether each of its maps is a client of its own, so that maps
 * run beside each other and keep no order between them.
 */
export function createRoutingClient(
  cluster: ClusterView,
  options: ClientOptions = {},
  mapsApart = false,
): RoutingClient {
  const read = readCallOptions(options, "the client");
  const client = read.replies === "records"
    ? new RecordsRoutingClientImpl(cluster, read, mapsApart)
    : new RoutingClientImpl(cluster, read, mapsApart);
  // The methods are installed on the prototype, out of the checker's sight.
  return client as unknown as RoutingClient;
}

function misplacedCallback(method: "map" | "fanout"): TypeError {
  const hosts = method === "map" ? "" : ', behind a list of host ids or "all"';
  return new TypeError(
    `Cannot tell the arguments of "${method}" apart: the callback comes before ` +
      `the options${hosts}`,
  );
}
