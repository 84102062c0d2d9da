/**
 * Listening to sentinels: they tell when another server has become a primary.
 *
 * @module
 */

import type { HostInfo } from "./host_info.ts";
import { runtime } from "./runtime/mod.ts";
import { CommandError } from "./errors.ts";
import { ask } from "./wire/ask.ts";
import type { Connection } from "./wire/connection.ts";
import { countdown } from "./wire/countdown.ts";
import { dial } from "./wire/dial.ts";

const CHANNEL = "+switch-master";

/** Milliseconds between two looks at whether a connection is still good, */
const CHECK_PERIOD = 5_000;
/** those before a lost one is replaced, */
const FIRST_PAUSE = 1_000;
/** and the most before any further attempt. */
const LONGEST_PAUSE = 30_000;

/** Where to listen, and what for. */
export interface SentinelEventsOptions {
  /** The sentinels. */
  readonly sentinels: readonly HostInfo[];
  /** Milliseconds for a connection, or for an answer. */
  readonly timeout: number;
  /** Told that there may be news. */
  readonly onNews: () => void;
}

/**
 * Listens to all sentinels. Whatever happens on the way is news as well, since
 * something may have been missed: that one is listened to now, or no longer.
 */
export class SentinelEvents {
  readonly #options: SentinelEventsOptions;
  #stopping: AbortController | undefined = undefined;
  readonly #listening = new Set<Promise<void>>();

  /** @param options Where to listen, and what for. */
  constructor(options: SentinelEventsOptions) {
    this.#options = options;
  }

  /** Begins to listen, unless it does already. */
  start(): void {
    if (this.#stopping !== undefined) return;
    this.#stopping = new AbortController();
    for (const sentinel of this.#options.sentinels) {
      const listening = this.#listenTo(sentinel, this.#stopping.signal);
      this.#listening.add(listening);
      listening.finally(() => this.#listening.delete(listening));
    }
  }

  /** Listens no longer; it can be started again. */
  async stop(): Promise<void> {
    this.#stopping?.abort();
    this.#stopping = undefined;
    await Promise.all(this.#listening);
  }

  async #listenTo(sentinel: HostInfo, signal: AbortSignal): Promise<void> {
    let pause = FIRST_PAUSE;
    while (!signal.aborted) {
      const wasGood = await this.#listenOnce(sentinel, signal);
      if (signal.aborted) return;
      if (wasGood) this.#options.onNews();
      pause = wasGood ? FIRST_PAUSE : Math.min(LONGEST_PAUSE, 2 * pause);
      await sleep(pause, signal);
    }
  }

  /** Listens until the connection is lost; says whether there was one. */
  async #listenOnce(sentinel: HostInfo, signal: AbortSignal): Promise<boolean> {
    const { timeout, onNews } = this.#options;
    let connection: Connection;
    try {
      connection = await dial(sentinel, { timeout, protocol: 2, signal });
    } catch {
      return false;
    }
    const close = () => connection.close();
    signal.addEventListener("abort", close);
    if (signal.aborted) close();
    connection.receive(() => void onNews());
    let isGood = false;
    try {
      isGood = await asked(connection, ["SUBSCRIBE", CHANNEL], timeout);
      if (isGood) onNews();
      while (isGood) {
        await Promise.race([connection.closed, sleep(CHECK_PERIOD, signal)]);
        // On one that is closed nothing is answered, nor refused.
        if (!connection.usable) break;
        if (!await asked(connection, ["PING"], timeout)) break;
      }
    } catch {
      // It is lost.
    }
    signal.removeEventListener("abort", close);
    connection.close();
    await connection.closed;
    return isGood;
  }
}

/** Whether a connection answers in time, and with no error. */
async function asked(
  connection: Connection,
  command: string[],
  timeout: number,
): Promise<boolean> {
  const stop = countdown(timeout, () => connection.close());
  try {
    const [reply] = await ask(connection, [command]);
    return !(reply instanceof CommandError);
  } finally {
    stop();
  }
}

/** Waits, but not on behalf of the program. */
function sleep(time: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) return Promise.resolve();
  const timer = setTimeout(end, time);
  runtime.unref(timer);
  signal.addEventListener("abort", end);
  function end() {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    resolve();
  }
  return promise;
}
