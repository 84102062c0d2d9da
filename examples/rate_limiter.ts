/**
 * A rate limiter with a sliding window: at most so many hits within any stretch
 * of time, however many processes ask.
 *
 * @module
 */

import { type Cluster, type RoutingClient, Script } from "@rb/rb";
import { openCluster } from "./open_cluster.ts";

/**
 * A sorted set has a member for each hit that was admitted, by the time of the
 * server, which is the same for all who ask. A hit that is there already is one
 * whose reply was lost and that was sent again: it counts once.
 */
const HIT = new Script(`
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local limit, window, hit = tonumber(ARGV[1]), tonumber(ARGV[2]) * 1000, ARGV[3]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
local count = redis.call('ZCARD', KEYS[1])
if redis.call('ZSCORE', KEYS[1], hit) then
  return {1, limit - count, 0}
end
if count < limit then
  redis.call('ZADD', KEYS[1], now, hit)
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return {1, limit - count - 1, 0}
end
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
return {0, 0, math.ceil((oldest + window - now) / 1000)}
`);

/** Whether a hit is admitted. */
export interface Verdict {
  readonly admitted: boolean;
  /** How many more hits there is room for now. */
  readonly remaining: number;
  /** Milliseconds after which there is room for one, if there is none now. */
  readonly retryIn: number;
}

/** How many hits are admitted. */
export interface RateLimit {
  /** The most hits */
  limit: number;
  /** within so many milliseconds. */
  window: number;
}

/** Admits hits by a limit. Each of those who hit has a limit of their own. */
export class RateLimiter {
  readonly #client: RoutingClient;
  readonly #limit: RateLimit;

  /** @param cluster Where the hits are kept, each on the host of its key. */
  constructor(cluster: Cluster, limit: RateLimit) {
    // To ask twice for the same hit does no harm, so a lost reply is no error.
    this.#client = cluster.getRoutingClient({ idempotent: true });
    this.#limit = limit;
  }

  /** @param who For example the address or the name of a user. */
  async hit(who: string): Promise<Verdict> {
    const { limit, window } = this.#limit;
    const args = [limit, window, crypto.randomUUID()];
    const reply = await this.#client.run(HIT, [`rate:${who}`], args);
    const [admitted, remaining, retryIn] = reply as number[];
    return { admitted: admitted === 1, remaining, retryIn };
  }
}

if (import.meta.main) {
  await using cluster = await openCluster();
  const limiter = new RateLimiter(cluster, { limit: 100, window: 60_000 });
  const hits = Array.from({ length: 1_000 }, () => limiter.hit("ann"));
  const verdicts = await Promise.all(hits);
  const admitted = verdicts.filter((verdict) => verdict.admitted).length;
  console.log(`${admitted} of ${hits.length} hits were admitted`);
}
