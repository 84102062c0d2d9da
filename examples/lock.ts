/**
 * A lock that one of many processes holds at a time, for as long as it lives and
 * says so.
 *
 * It spares work that is done twice; it does not make it safe to do it twice. A
 * server that is replaced by a replica may have lost the lock, and a process that
 * stands still may go on after its lock has expired: what must not happen twice
 * needs a check where it happens.
 *
 * @module
 */

import { type Cluster, CommandError, type RoutingClient, Script } from "@rb/rb";
import { openCluster } from "./open_cluster.ts";

/** Takes the lock, or has it already: the reply may have been lost. */
const TAKE = new Script(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`);

/** Holds the lock for longer, if it is still held. */
const RENEW = new Script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`);

/** Gives the lock back, if it is still held. */
const RELEASE = new Script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`);

/** How a lock is taken. */
export interface LockOptions {
  /**
   * Milliseconds after which it is free again when its holder is gone.
   *
   * @default {10000}
   */
  ttl?: number;
  /** Gives up waiting for it. */
  signal?: AbortSignal;
}

/** A lock that is held, until it is disposed of or lost. */
export class Lock implements AsyncDisposable {
  readonly #client: RoutingClient;
  readonly #key: string;
  readonly #token: string;
  readonly #lost = new AbortController();
  /** When it expires at the earliest, in milliseconds of `performance.now()`. */
  #expires = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  private constructor(client: RoutingClient, key: string, token: string) {
    this.#client = client;
    this.#key = key;
    this.#token = token;
  }

  /** Waits until a lock is free, and takes it. */
  static async take(
    cluster: Cluster,
    name: string,
    { ttl = 10_000, signal }: LockOptions = {},
  ): Promise<Lock> {
    // Each of these scripts may run twice, since a holder is known by its token.
    const timeout = ttl / 3;
    const client = cluster.getRoutingClient({ idempotent: true, timeout });
    const lock = new Lock(client, `lock:${name}`, crypto.randomUUID());
    for (;;) {
      signal?.throwIfAborted();
      if (await lock.#run(TAKE, ttl)) break;
      // At random, so that those who wait do not come all at once.
      const pause = 20 + Math.random() * 60;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    lock.#keep(ttl);
    return lock;
  }

  /** Aborted when it is lost: somebody else may hold it now. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Gives it back. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    if (!this.signal.aborted) await this.#run(RELEASE);
  }

  /** Renews it three times as often as it would have to be. */
  #keep(ttl: number): void {
    const left = this.#expires - performance.now();
    this.#timer = setTimeout(async () => {
      let isHeld = true;
      try {
        isHeld = await this.#run(RENEW, ttl);
      } catch (error) {
        // The server may be back before it expires.
        if (error instanceof CommandError) isHeld = false;
      }
      if (isHeld && performance.now() < this.#expires) this.#keep(ttl);
      else this.#lost.abort(new Error(`The lock "${this.#key}" was lost`));
    }, Math.min(ttl / 3, left));
  }

  async #run(script: Script, ttl = 0): Promise<boolean> {
    const start = performance.now();
    const args = [this.#token, ttl];
    const done = await this.#client.run(script, [this.#key], args) === 1;
    if (done) this.#expires = start + ttl;
    return done;
  }
}

if (import.meta.main) {
  await using cluster = await openCluster();
  let inside = 0;
  let most = 0;
  await Promise.all(Array.from({ length: 20 }, async () => {
    await using _lock = await Lock.take(cluster, "report");
    most = Math.max(most, ++inside);
    await new Promise((resolve) => setTimeout(resolve, 1));
    inside--;
  }));
  console.log(`20 took the lock, ${most} at a time`);
}
