/**
 * A cache in front of a slow source: however many ask for a value that is not
 * there, in however many processes, the source is asked once.
 *
 * @module
 */

import {
  type Cluster,
  type RoutingClient,
  Script,
  TransportError,
} from "@rb/rb";
import { openCluster } from "./open_cluster.ts";

/**
 * What is there; if nothing is, a flight begins, and there is nothing to wait
 * for. It is the same when its reply was lost and it runs again.
 */
const FIND = new Script(`
local found = redis.call('GET', KEYS[1])
if found and found ~= ARGV[1] then return found end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return false
`);

/** Stores what the one who asked the source has got, and lets others go on. */
const LAND = new Script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`);

/** What stands under a key while somebody asks the source: this and a token. */
const FLIGHT = "flight ";
/** What stands before a value, which so is never taken for a flight. */
const VALUE = "value ";

/** How long things last, in milliseconds. */
export interface CacheOptions {
  /**
   * A value, until the source is asked again.
   *
   * @default {60000}
   */
  ttl?: number;
  /**
   * The longest that the source takes. Whoever is gone for longer, or for good,
   * is not waited for: the next one asks.
   *
   * @default {5000}
   */
  patience?: number;
  /**
   * The longest that Redis takes; what it does not say by then, the source says.
   *
   * @default {500}
   */
  timeout?: number;
}

/** Values of a source, in Redis for a while. */
export class Cache {
  readonly #client: RoutingClient;
  readonly #ttl: number;
  readonly #patience: number;
  /** What this process is waiting for. */
  readonly #flights = new Map<string, Promise<string>>();

  constructor(cluster: Cluster, options: CacheOptions = {}) {
    const { timeout = 500 } = options;
    this.#client = cluster.getRoutingClient({ idempotent: true, timeout });
    this.#ttl = options.ttl ?? 60_000;
    this.#patience = options.patience ?? 5_000;
  }

  /** A value, from the cache or from `load`. */
  get(key: string, load: () => Promise<string>): Promise<string> {
    let flight = this.#flights.get(key);
    if (flight === undefined) {
      flight = this.#find(`cache:${key}`, load)
        .finally(() => this.#flights.delete(key));
      this.#flights.set(key, flight);
    }
    return flight;
  }

  async #find(key: string, load: () => Promise<string>): Promise<string> {
    const token = FLIGHT + crypto.randomUUID();
    try {
      for (;;) {
        const args = [token, this.#patience];
        const found = await this.#client.run(FIND, [key], args);
        if (found === null) break;
        const text = String(found);
        if (text.startsWith(VALUE)) return text.slice(VALUE.length);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      // Without its cache the program is slow, and right.
      return await load();
    }
    return await this.#fly(key, token, load);
  }

  async #fly(
    key: string,
    token: string,
    load: () => Promise<string>,
  ): Promise<string> {
    try {
      const value = await load();
      await this.#client.run(LAND, [key], [token, VALUE + value, this.#ttl])
        .catch(() => {});
      return value;
    } catch (error) {
      // Nobody need wait for it: an expired value is as good as none.
      await this.#client.run(LAND, [key], [token, token, 1]).catch(() => {});
      throw error;
    }
  }
}

if (import.meta.main) {
  await using cluster = await openCluster();
  let loads = 0;
  const load = async () => {
    loads++;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return "a slow answer";
  };
  // Each of them stands for a process.
  const caches = Array.from(
    { length: 10 },
    () => new Cache(cluster, { timeout: 5_000 }),
  );
  const asked = caches.flatMap((cache) =>
    Array.from({ length: 10 }, () => cache.get("question", load))
  );
  const values = new Set(await Promise.all(asked));
  console.log(`${asked.length} asked and got ${[...values]}; ${loads} load`);
}
