/**
 * SCAN over all hosts at once.
 *
 * @module
 */

import {
  isPositive,
  isSignal,
  isText,
  isWhole,
  oneOf,
  readOptions,
} from "../options.ts";
import type { Argument, Reply } from "../values.ts";
import { Dispatcher } from "../delivery/dispatcher.ts";
import type { ClusterView } from "../delivery/cluster_view.ts";
import { specOf } from "../commands/table.ts";
import { issue } from "../delivery/issue.ts";
import { cancelled } from "./mapping.ts";
import { isReserved } from "../moving/mod.ts";
import { movedKeys } from "./moved_keys.ts";
import { sharedOptions } from "./native_client.ts";
import { readPage, type ScanPage } from "./scan_page.ts";

/** The options of a scan. */
export interface ScanOptions {
  /** A pattern that keys have to match, such as `user:*`; all by default. */
  match?: string;
  /**
   * About how many keys a host looks at for one page.
   *
   * @default {1000}
   */
  count?: number;
  /** The type that values have to be of, such as `hash`; any by default. */
  type?: string;
  /**
   * Milliseconds that a host has for one page; otherwise those of the cluster.
   * The scan as a whole may take any time.
   */
  timeout?: number;
  /** Ends the scan with its reason when aborted. */
  signal?: AbortSignal;
  /**
   * Whether keys are given as bytes, which a key that is not UTF-8 needs.
   *
   * @default {false}
   */
  returnUint8Arrays?: boolean;
}

const CHECKS = {
  match: isText,
  count: isWhole(1, 2 ** 31 - 1),
  type: isText,
  timeout: isPositive,
  signal: isSignal,
  returnUint8Arrays: oneOf(true, false),
};

/** A key with its host. */
export type ScannedKey = [hostId: number, key: string | Uint8Array];

/** What one SCAN found on a host. */
interface Page extends ScanPage {
  readonly hostId: number;
}

/**
 * Scans all hosts that the cluster has when the first key is asked for.
 *
 * @throws {TypeError} If an option is unknown or wrong.
 */
export function scanKeys(
  cluster: ClusterView,
  options: ScanOptions,
): AsyncIterableIterator<ScannedKey> {
  return new KeyScan(cluster, readOptions(options, CHECKS, "the scan"));
}

/**
 * One scan. A host has at most one page that is under way or waits for its turn;
 * it is asked for the next one when the consumer starts with that.
 */
class KeyScan implements AsyncIterableIterator<ScannedKey> {
  readonly #cluster: ClusterView;
  readonly #options: ScanOptions;
  readonly #dispatcher: Dispatcher;
  readonly #entries: AsyncGenerator<ScannedKey>;
  /** Pages that wait for the consumer, first come first served. */
  readonly #ready: Page[] = [];
  /** How many hosts have a page under way. */
  #asked = 0;
  #failure: { readonly reason: unknown } | undefined = undefined;
  /** Resolved when the consumer has something to look at. */
  #arrival: PromiseWithResolvers<void> | undefined = undefined;
  #stopped = false;
  /** What is known of each host that is being scanned: where it is. */
  readonly #places = new Map<number, unknown>();

  constructor(cluster: ClusterView, options: ScanOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.#dispatcher = new Dispatcher(cluster, {
      ...sharedOptions(cluster, options),
      exclusive: true,
    });
    this.#entries = this.#scan();
  }

  next(): Promise<IteratorResult<ScannedKey>> {
    return this.#entries.next();
  }

  /** Ends at once, even while a key is awaited. */
  return(): Promise<IteratorResult<ScannedKey>> {
    this.#stop();
    return this.#entries.return(undefined);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async *#scan(): AsyncGenerator<ScannedKey> {
    const { signal } = this.#dispatcher.options;
    try {
      if (!this.#cluster.topology.isKnown) await this.#dispatcher.known();
      const { topology } = this.#cluster;
      // What has moved before is no news afterwards.
      if (topology.groupsMove) await this.#cluster.refreshed();
      const since = topology.moves ?? 0;
      const rings = this.#cluster.moves?.topology;
      const epoch = rings?.state.epoch;
      let isAgain = false;
      for (const hostId of this.#cluster.hostIds) this.#ask(hostId, 0);
      for (;;) {
        const page = await this.#nextPage();
        if (page === undefined) {
          if (this.#stopped) return;
          const again = isAgain ? [] : this.#hostsAgain(epoch);
          isAgain = true;
          for (const hostId of again) this.#ask(hostId, 0);
          if (again.length > 0) continue;
          if (topology.groupsMovedSince === undefined) return;
          yield* movedKeys(this.#dispatcher, this.#options, since);
          return;
        }
        const { hostId, cursor, items } = page;
        if (cursor !== undefined) this.#ask(hostId, cursor);
        for (const key of items) {
          signal?.throwIfAborted();
          if (rings !== undefined && isReserved(key)) continue;
          yield [hostId, key];
        }
      }
    } finally {
      this.#stop();
    }
  }

  /**
   * The hosts that keys may have come to from others that the scan was not through
   * with, after it was through with these; they are on them by now.
   */
  #hostsAgain(epoch: number | undefined): readonly number[] {
    const rings = this.#cluster.moves?.topology;
    if (rings === undefined) return [];
    const hasChanged = rings.isMoving || rings.state.epoch !== epoch;
    return hasChanged ? this.#cluster.hostIds : [];
  }

  /** The next page; nothing when all hosts are through, or nobody wants it. */
  async #nextPage(): Promise<Page | undefined> {
    for (;;) {
      if (this.#stopped) return undefined;
      if (this.#failure !== undefined) throw this.#failure.reason;
      const page = this.#ready.shift();
      if (page !== undefined || this.#asked === 0) return page;
      this.#arrival = Promise.withResolvers<void>();
      await this.#arrival.promise;
    }
  }

  #stop(): void {
    this.#stopped = true;
    this.#dispatcher.abandon(cancelled());
    this.#arrival?.resolve();
  }

  #ask(hostId: number, cursor: Argument): void {
    const { hosts, groupsMove } = this.#cluster.topology;
    const place = hosts.get(hostId);
    // A shard that is gone has left its keys to others.
    if (place === undefined && groupsMove) return;
    // Another server has its keys in another order: it begins anew.
    if (this.#places.get(hostId) !== place) cursor = 0;
    this.#places.set(hostId, place);
    const { match, count = 1_000, type, returnUint8Arrays } = this.#options;
    const args: Argument[] = [cursor, "COUNT", count];
    if (match !== undefined) args.push("MATCH", match);
    if (type !== undefined) args.push("TYPE", type);
    this.#asked++;
    const settler = {
      resolve: (reply: Reply) => this.#take(hostId, reply),
      reject: (reason: unknown) => this.#fail(reason),
    };
    issue(this.#dispatcher, hostId, specOf("SCAN").form(), args, settler, {
      returnUint8Arrays,
    });
  }

  #take(hostId: number, reply: Reply): void {
    this.#asked--;
    let page: Page;
    try {
      page = { hostId, ...readPage(reply, { hostId, command: "SCAN" }) };
    } catch (error) {
      return this.#fail(error);
    }
    const place = this.#cluster.topology.hosts.get(hostId);
    if (page.cursor === undefined && this.#places.get(hostId) !== place) {
      page = { ...page, cursor: "0" };
    }
    // A page without a key is of no use to the consumer.
    if (page.items.length === 0 && page.cursor !== undefined) {
      return this.#ask(hostId, page.cursor);
    }
    this.#ready.push(page);
    this.#arrival?.resolve();
  }

  #fail(reason: unknown): void {
    this.#failure ??= { reason };
    this.#arrival?.resolve();
  }
}
