/**
 * Going through one set, hash or sorted set, a page at a time.
 *
 * @module
 */

import { takeArgument } from "../commands/arguments.ts";
import { toNumber } from "../commands/readers.ts";
import { specOf } from "../commands/table.ts";
import type { Dispatcher } from "../delivery/dispatcher.ts";
import { issue } from "../delivery/issue.ts";
import {
  isPositive,
  isSignal,
  isText,
  isWhole,
  oneOf,
  readOptions,
} from "../options.ts";
import type { Argument, Key, Reply } from "../values.ts";
import { cancelled } from "./mapping.ts";
import { readPage, type ScanPage } from "./scan_page.ts";

/** The options of a scan of one key. */
export interface CollectionScanOptions {
  /** A pattern that members or fields have to match; all by default. */
  match?: string;
  /**
   * About how many of them the server looks at for one page.
   *
   * @default {1000}
   */
  count?: number;
  /**
   * Milliseconds for one page; otherwise those of the client. The scan as a whole
   * may take any time.
   */
  timeout?: number;
  /** Ends the scan with its reason when aborted. */
  signal?: AbortSignal;
  /**
   * Whether members, fields and values are given as bytes, which one that is not
   * UTF-8 needs.
   *
   * @default {false}
   */
  returnUint8Arrays?: boolean;
}

const CHECKS = {
  match: isText,
  count: isWhole(1, 2 ** 31 - 1),
  timeout: isPositive,
  signal: isSignal,
  returnUint8Arrays: oneOf(true, false),
};

/** Goes through what one key holds; sets, hashes and sorted sets of any size. */
export interface CollectionScans {
  /**
   * Goes through the members of a set, one page in memory at a time. Nothing is
   * sent before the first one is asked for.
   *
   * A member that is there from the beginning to the end comes at least once,
   * sometimes more often; one that comes or goes meanwhile may be missed. The
   * order means nothing. Stopping early sends nothing more.
   *
   * @param key The key.
   * @param options Which members, how many at a time, time limit and signal.
   * @returns The members. It ends with the error of a page that fails.
   * @throws {TypeError} If an option is unknown or wrong.
   *
   * @example Find members
   * ```ts
   * import { Cluster } from "@rb/rb";
   *
   * await using cluster = new Cluster({ hosts: ["redis://127.0.0.1:6379"] });
   * const client = cluster.getRoutingClient();
   * await client.sadd("tags", "red", "green", "grey");
   *
   * const found: string[] = [];
   * for await (const tag of client.sscanAll("tags", { match: "gr*" })) {
   *   found.push(tag);
   * }
   * console.log(found.sort()); // [ "green", "grey" ]
   * ```
   */
  sscanAll(
    key: Key,
    options: CollectionScanOptions & { returnUint8Arrays: true },
  ): AsyncIterableIterator<Uint8Array>;
  /** The same, with the members as text. */
  sscanAll(
    key: Key,
    options?: CollectionScanOptions & { returnUint8Arrays?: false },
  ): AsyncIterableIterator<string>;
  /**
   * Goes through the fields of a hash with their values, like
   * {@linkcode CollectionScans.sscanAll}.
   *
   * @param key The key.
   * @param options Which fields, how many at a time, time limit and signal.
   * @returns Entries of field and value.
   * @throws {TypeError} If an option is unknown or wrong.
   *
   * @example Go through a large hash
   * ```ts
   * import { Cluster } from "@rb/rb";
   *
   * await using cluster = new Cluster({ hosts: ["redis://127.0.0.1:6379"] });
   * const client = cluster.getRoutingClient();
   * await client.hset("stock", { apples: 3, pears: 5 });
   *
   * let pieces = 0;
   * for await (const [, count] of client.hscanAll("stock")) {
   *   pieces += Number(count);
   * }
   * console.log(pieces); // 8
   * ```
   */
  hscanAll(
    key: Key,
    options: CollectionScanOptions & { returnUint8Arrays: true },
  ): AsyncIterableIterator<[field: Uint8Array, value: Uint8Array]>;
  /** The same, with the fields and values as text. */
  hscanAll(
    key: Key,
    options?: CollectionScanOptions & { returnUint8Arrays?: false },
  ): AsyncIterableIterator<[field: string, value: string]>;
  /**
   * Goes through the members of a sorted set with their scores, like
   * {@linkcode CollectionScans.sscanAll}: in no order.
   *
   * @param key The key.
   * @param options Which members, how many at a time, time limit and signal.
   * @returns Entries of member and score.
   * @throws {TypeError} If an option is unknown or wrong.
   */
  zscanAll(
    key: Key,
    options: CollectionScanOptions & { returnUint8Arrays: true },
  ): AsyncIterableIterator<[member: Uint8Array, score: number]>;
  /** The same, with the members as text. */
  zscanAll(
    key: Key,
    options?: CollectionScanOptions & { returnUint8Arrays?: false },
  ): AsyncIterableIterator<[member: string, score: number]>;
}

/** One place of a page. */
type Text = string | Uint8Array;

/** How the items of a command stand in its pages. */
interface Kind<T> {
  /** The command. */
  readonly command: string;
  /** How many places an item takes. */
  readonly width: 1 | 2;
  /** Makes an item of what stands in these. */
  readonly item: (first: Text, second: Text) => T;
}

/** Members of sets. */
export const MEMBERS: Kind<Text> = {
  command: "SSCAN",
  width: 1,
  item: (member) => member,
};

/** Fields of hashes, and their values. */
export const FIELDS: Kind<[Text, Text]> = {
  command: "HSCAN",
  width: 2,
  item: (field, value) => [field, value],
};

/** Members of sorted sets, and their scores. */
export const SCORED: Kind<[Text, number]> = {
  command: "ZSCAN",
  width: 2,
  item: (member, score) => [
    member,
    toNumber(typeof score === "string" ? score : decoder.decode(score)),
  ],
};

const decoder = new TextDecoder();

/** Where the pages of a scan come from. */
interface Source {
  /** Makes what carries them, within the limits of the scan. */
  readonly begin: (
    limits: Pick<CollectionScanOptions, "timeout" | "signal">,
  ) => Dispatcher;
  /** Where they all go, if not by the key. */
  readonly hostId: number | undefined;
}

/**
 * Goes through what a key holds.
 *
 * @param source Where its pages come from.
 * @param kind What is in it.
 * @param key The key.
 * @param options As the caller gave them.
 * @throws {TypeError} If the key or an option is wrong.
 */
export function scanCollection<T>(
  { begin, hostId }: Source,
  kind: Kind<T>,
  key: Key,
  options: CollectionScanOptions = {},
): AsyncIterableIterator<T> {
  const read = readOptions(options, CHECKS, "the scan");
  const own = takeArgument(kind.command, key);
  return new CollectionScan(begin(read), {
    kind,
    hostId,
    args: argumentsOf(own, read),
    returnUint8Arrays: read.returnUint8Arrays === true,
  });
}

function argumentsOf(
  key: Key,
  { match, count = 1_000 }: CollectionScanOptions,
): Argument[] {
  const args: Argument[] = [key, 0, "COUNT", count];
  if (match !== undefined) args.push("MATCH", match);
  return args;
}

/** What a scan asks for. */
interface Asked<T> {
  readonly kind: Kind<T>;
  readonly hostId: number | undefined;
  /** The arguments of the first page. */
  readonly args: readonly Argument[];
  readonly returnUint8Arrays: boolean;
}

/**
 * One scan. It asks for a page when the consumer has taken all of the one before,
 * so whoever stops early leaves nothing under way.
 */
class CollectionScan<T> implements AsyncIterableIterator<T> {
  readonly #dispatcher: Dispatcher;
  readonly #asked: Asked<T>;
  readonly #items: AsyncGenerator<T>;
  #stopped = false;

  constructor(dispatcher: Dispatcher, asked: Asked<T>) {
    this.#dispatcher = dispatcher;
    this.#asked = asked;
    this.#items = this.#scan();
  }

  next(): Promise<IteratorResult<T>> {
    return this.#items.next();
  }

  /** Ends at once, even while a page is awaited. */
  return(): Promise<IteratorResult<T>> {
    this.#stopped = true;
    this.#dispatcher.abandon(cancelled());
    return this.#items.return(undefined);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async *#scan(): AsyncGenerator<T> {
    const { signal } = this.#dispatcher.options;
    const { width, item } = this.#asked.kind;
    let cursor: Argument | undefined = 0;
    while (cursor !== undefined) {
      const page: ScanPage | undefined = await this.#ask(cursor)
        .catch(this.#endIfStopped);
      if (page === undefined) return;
      const { items } = page;
      for (let i = 0; i + width <= items.length; i += width) {
        signal?.throwIfAborted();
        yield item(items[i], items[i + width - 1]);
      }
      cursor = page.cursor;
    }
  }

  readonly #endIfStopped = (reason: unknown): undefined => {
    if (!this.#stopped) throw reason;
  };

  async #ask(cursor: Argument): Promise<ScanPage> {
    const { kind: { command }, args, returnUint8Arrays } = this.#asked;
    const { topology } = this.#dispatcher.cluster;
    const [key] = args;
    const hostId = this.#asked.hostId ?? topology.hostOf(topology.groupOf(key));
    const reply = await new Promise<Reply>((resolve, reject) => {
      const settler = { resolve, reject };
      const form = specOf(command).form();
      const list = args.with(1, cursor);
      issue(this.#dispatcher, hostId, form, list, settler, {
        returnUint8Arrays,
      });
    });
    return readPage(reply, { hostId, command });
  }
}
