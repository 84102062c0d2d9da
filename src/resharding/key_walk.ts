/**
 * Going through the keys of hosts, page by page.
 *
 * @module
 */

import { ReshardingError } from "../errors.ts";
import { pause } from "../moving/mod.ts";
import { keyText } from "../values.ts";
import type { Tally } from "./progress.ts";
import { textOf } from "./records.ts";
import { type RingHost, scan, type ScannedKey } from "./two_rings.ts";

/** What a walk is for. */
export interface KeyWalkOptions {
  /**
   * Says what to do with a key of a host: keys with the same answer go into one
   * page. Nothing leaves it alone.
   */
  readonly choose: (key: ScannedKey, hostId: number) => number | undefined;
  /** Does it; a page has each key once. */
  readonly handle: (
    host: RingHost,
    choice: number,
    keys: readonly ScannedKey[],
  ) => Promise<void>;
  /** Told how many keys are looked at. */
  readonly tally: Tally;
  /** The most keys a second that are chosen. */
  readonly rate: number;
  /**
   * Whether every key has to be seen, although another server takes over: those of
   * its host are gone through once more then, and may be chosen twice.
   *
   * @default {true}
   */
  readonly isWhole?: boolean;
  /** How many keys a page has at the most. */
  readonly pageSize: number;
  readonly signal: AbortSignal | undefined;
}

/** How many keys SCAN looks at for a reply. */
const SCAN_COUNT = 1_000;
/** How many pages of a host are under way. */
const MOST_PAGES = 4;
/** How often the keys of a host are gone through before that is given up. */
const MOST_ROUNDS = 100;

/** Goes through the keys of hosts, all of them at a time. */
export class KeyWalk {
  readonly #hosts: readonly RingHost[];
  readonly #options: KeyWalkOptions;
  #started = 0;
  #chosen = 0;

  /** @param hosts Whose keys they are. */
  constructor(hosts: readonly RingHost[], options: KeyWalkOptions) {
    this.#hosts = hosts;
    this.#options = options;
  }

  /**
   * Takes a step whenever it is read; with the last one all is done.
   *
   * @throws {Error} What handling a page has thrown, or a host.
   */
  async *steps(): AsyncGenerator<void> {
    const { tally } = this.#options;
    const sizes = await Promise.all(
      this.#hosts.map((host) => host.command("DBSIZE")),
    );
    tally.begin(sizes.reduce<number>((sum, size) => sum + Number(size), 0));
    this.#started = performance.now();
    const walks = this.#hosts.map((host) => this.#walk(host));
    const stepping = new Map(
      walks.map((walk, index) => [index, step(walk, index)]),
    );
    try {
      while (stepping.size > 0) {
        const { index, done } = await Promise.race(stepping.values());
        if (done) stepping.delete(index);
        else stepping.set(index, step(walks[index], index));
        if (stepping.size === 0) tally.end();
        yield;
      }
    } finally {
      await Promise.allSettled(stepping.values());
      await Promise.allSettled(walks.map((walk) => walk.return(undefined)));
    }
  }

  /**
   * Goes through the keys of a host, once more whenever another server has taken
   * over meanwhile, or the same one was started again: each has its keys in an order
   * of its own, in which a cursor of the one before means nothing.
   */
  async *#walk(host: RingHost): AsyncGenerator<void> {
    if (this.#options.isWhole === false) return yield* this.#pass(host);
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const before = await lifeOf(host);
      yield* this.#pass(host);
      if (await lifeOf(host) === before) return;
    }
    throw new ReshardingError(
      `Cannot go through the keys of host ${host.hostId} at "${host.address}": ` +
        "its servers take over from one another again and again",
      { hostId: host.hostId, outcome: "not-sent" },
    );
  }

  async *#pass(host: RingHost): AsyncGenerator<void> {
    const { choose, tally, pageSize } = this.#options;
    const pages = new Map<number, ScannedKey[]>();
    const underWay = new Set<Promise<void>>();
    let failure: { readonly reason: unknown } | undefined;
    const send = (choice: number, keys: readonly ScannedKey[]) => {
      const handling = this.#options.handle(host, choice, distinct(keys))
        .catch((reason) => void (failure ??= { reason }))
        .finally(() => underWay.delete(handling));
      underWay.add(handling);
    };
    let cursor = "0";
    let next = ahead(scan(host, cursor, SCAN_COUNT));
    try {
      do {
        const [following, keys] = await next;
        cursor = following;
        const isLast = cursor === "0";
        // The host looks for the next keys while these are on their way.
        if (!isLast) next = ahead(scan(host, cursor, SCAN_COUNT));
        tally.look(keys.length);
        for (const key of keys) {
          const choice = choose(key, host.hostId);
          if (choice === undefined) continue;
          const page = pages.get(choice);
          if (page === undefined) pages.set(choice, [key]);
          else page.push(key);
        }
        for (const [choice, keys] of pages) {
          while (keys.length >= pageSize || isLast && keys.length > 0) {
            while (underWay.size >= MOST_PAGES) await Promise.race(underWay);
            if (failure !== undefined) throw failure.reason;
            await this.#slowDown();
            const page = keys.splice(0, pageSize);
            this.#chosen += page.length;
            send(choice, page);
          }
        }
        yield;
      } while (cursor !== "0");
    } finally {
      await Promise.all(underWay);
    }
    if (failure !== undefined) throw failure.reason;
  }

  /** Keeps to the rate. */
  async #slowDown(): Promise<void> {
    const { rate, signal } = this.#options;
    signal?.throwIfAborted();
    const due = this.#started + this.#chosen / rate * 1_000;
    const early = due - performance.now();
    if (early > 0) await pause(early, signal);
  }
}

/**
 * What no other server says of itself, and the same one not after it was started
 * again, or after another one has been the primary in between.
 */
async function lifeOf(host: RingHost): Promise<string> {
  const [server, replication] = await Promise.all(
    ["server", "replication"].map(async (section) =>
      textOf(await host.command("INFO", section)) ?? ""
    ),
  );
  const [, run = ""] = /^run_id:(\S+)/m.exec(server) ?? [];
  const [, stream = ""] = /^master_replid:(\S+)/m.exec(replication) ?? [];
  return `${run} ${stream}`;
}

/** What is asked before anybody waits for it, who may give up. */
function ahead<T>(asked: Promise<T>): Promise<T> {
  asked.catch(() => {});
  return asked;
}

async function step(
  walk: AsyncGenerator<void>,
  index: number,
): Promise<{ index: number; done: boolean }> {
  const { done = false } = await walk.next();
  return { index, done };
}

/** SCAN may give a key twice. */
function distinct(keys: readonly ScannedKey[]): ScannedKey[] {
  const isText = keys.every((key) => typeof key === "string");
  if (isText) return [...new Set(keys)];
  return [...new Map(keys.map((key) => [keyText(key), key])).values()];
}
