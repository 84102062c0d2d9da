/**
 * The two rings between which keys move, and connections to all of their hosts.
 *
 * @module
 */

import type { Cluster } from "../cluster.ts";
import { ClusterHosts } from "../cluster_hosts.ts";
import { Dispatcher } from "../delivery/dispatcher.ts";
import { Lanes } from "../delivery/lane.ts";
import { DispatchedHost } from "../delivery/moving_host.ts";
import { type CommandError, ReshardingError } from "../errors.ts";
import type { HostInfo } from "../host_info.ts";
import { isReserved, type MovingHost } from "../moving/mod.ts";
import {
  type BaseRouter,
  ringDescription,
  ringFingerprint,
} from "../topology/mod.ts";
import type { Argument, Reply } from "../values.ts";
import { joined } from "./joined_hosts.ts";
import { Records, type RingNames, textOf } from "./records.ts";

/** A host of a ring. */
export interface RingHost extends MovingHost {
  readonly hostId: number;
  /** Where it is, for people. */
  readonly address: string;
  /** The number of its database. */
  readonly db: number;
  /**
   * Runs a command whose reply has text. What is none stands as a `DecodeError` in
   * a list.
   */
  texts(name: string, ...args: Argument[]): Promise<Reply>;
}

/** A key as SCAN gives it. */
export type ScannedKey = string | Uint8Array;

/** Milliseconds that a host has for an answer. */
const TIMEOUT = 30_000;
/** How many keys tell where keys go. */
const SAMPLE = 10_000;

/** How hosts are asked. */
export interface TwoRingsOptions {
  /**
   * How many replicas have to have what is written before it counts.
   *
   * @default {0}
   */
  readonly replicated?: number | undefined;
  /** Gives up what is asked. */
  readonly signal?: AbortSignal | undefined;
}

/** A host that is asked over connections of whoever moves keys. */
class Member extends DispatchedHost implements RingHost {
  readonly hostId: number;
  readonly #hosts: ReadonlyMap<number, HostInfo>;

  constructor(
    { writing, asking }: { writing: Dispatcher; asking: Dispatcher },
    hostId: number,
    hosts: ReadonlyMap<number, HostInfo>,
  ) {
    super(writing, hostId, asking);
    this.hostId = hostId;
    this.#hosts = hosts;
  }

  get address(): string {
    return this.#hosts.get(this.hostId)?.address ?? "an unknown address";
  }

  get db(): number {
    return this.#hosts.get(this.hostId)?.db ?? 0;
  }
}

/** Two rings over hosts that are asked over connections of their own. */
export class TwoRings {
  /** The fingerprint of the ring that keys leave, */
  readonly from: string;
  /** and of the one that they go to. */
  readonly to: string;
  /** What both are, for people, by their fingerprints. */
  readonly names: RingNames;
  /** All hosts of both by their ids. */
  readonly hosts: ReadonlyMap<number, RingHost>;
  /** Those that keys leave: of the ring before, */
  readonly sources: readonly RingHost[];
  /** and those that only come. */
  readonly newcomers: readonly RingHost[];
  readonly records: Records;
  /** Whether hosts are found through sentinels, so that they fail over, */
  readonly areNamed: boolean;
  /** and how many replicas have to have what moves keys. */
  readonly replicated: number;
  readonly #before: BaseRouter;
  readonly #after: BaseRouter;
  readonly #cluster: ClusterHosts;

  /**
   * @param before The cluster as it is.
   * @param after The cluster as it shall be.
   * @throws {TypeError} If an id does not mean the same server in both.
   */
  constructor(
    before: Cluster,
    after: Cluster,
    { replicated = 0, signal }: TwoRingsOptions = {},
  ) {
    this.#before = before.getRouter();
    this.#after = after.getRouter();
    const { ids, topology, sentinels } = joined(before, after);
    this.areNamed = sentinels !== undefined;
    this.from = ringFingerprint(this.#before);
    this.to = ringFingerprint(this.#after);
    this.names = {
      [this.to]: ringDescription(this.#after),
      [this.from]: ringDescription(this.#before),
    };
    this.#cluster = new ClusterHosts(topology, {
      signal,
      timeout: TIMEOUT,
      listener: () => {},
      sentinels,
    });
    const dispatcher = (replicated: number) =>
      new Dispatcher(this.#cluster, {
        timeout: TIMEOUT,
        signal,
        autoBatch: false,
        idempotent: false,
        lanes: new Lanes(),
        movesKeys: true,
        replicated,
      });
    const asking = dispatcher(0);
    const writing = replicated > 0 ? dispatcher(replicated) : asking;
    this.hosts = new Map(
      [...ids.both].sort((a, b) => a - b)
        .map((id) => [id, new Member({ writing, asking }, id, topology.hosts)]),
    );
    const all = [...this.hosts.values()];
    this.sources = all.filter(({ hostId }) => ids.before.has(hostId));
    this.newcomers = all.filter(({ hostId }) => !ids.before.has(hostId));
    this.replicated = replicated;
    this.records = new Records(all, replicated, this.names);
  }

  /**
   * Waits until it is known where all hosts are.
   *
   * @throws {ConnectionError} If one cannot be found.
   */
  found(): Promise<void> {
    return this.#cluster.known();
  }

  /** Closes the connections. */
  async close(): Promise<void> {
    await this.#cluster.close();
  }

  /** From which hosts to which ones keys move, by looking at many of them. */
  routes(): [from: number, to: number][] {
    const found = new Map<string, [number, number]>();
    for (let i = 0; i < SAMPLE; i++) {
      const from = this.#before.getHostForKey(i);
      const to = this.#after.getHostForKey(i);
      if (from !== to) found.set(`${from}:${to}`, [from, to]);
    }
    return [...found.values()];
  }

  /** Where a key goes that a host has; nothing where it does not leave it. */
  destination(key: ScannedKey, hostId: number): number | undefined {
    const to = this.#after.getHostForKey(key);
    // Most keys stay, and looking at rings is what takes the time.
    if (to === hostId || isReserved(key)) return undefined;
    return this.#before.getHostForKey(key) === hostId ? to : undefined;
  }

  /** Where a key has come from that is at home on a host; nothing for all others. */
  origin(key: ScannedKey, hostId: number): number | undefined {
    const from = this.#before.getHostForKey(key);
    if (from === hostId || isReserved(key)) return undefined;
    return this.#after.getHostForKey(key) === hostId ? from : undefined;
  }
}

/**
 * A page of the keys of a host, and where the next one begins. Keys are text where
 * all of them are, which hashes and travels the fastest.
 */
export async function scan(
  host: RingHost,
  cursor: string,
  count: number,
): Promise<[cursor: string, keys: ScannedKey[]]> {
  const args = [cursor, "COUNT", count];
  const [next, keys] = readScan(await host.texts("SCAN", ...args));
  if (keys.every((key) => typeof key === "string")) return [next, keys];
  return readScan(await host.command("SCAN", ...args));
}

function readScan(reply: Reply): [cursor: string, keys: ScannedKey[]] {
  if (!Array.isArray(reply)) throw new TypeError("SCAN replied something else");
  return [String(textOf(reply[0])), reply[1] as unknown as ScannedKey[]];
}

/** A host has refused a command. */
export function refusedBy(cause: CommandError): ReshardingError {
  const { hostId, command, message } = cause;
  return new ReshardingError(
    `Cannot move keys: host ${hostId} refused "${command}": ${message}`,
    { hostId, command, outcome: "not-sent", cause },
  );
}
