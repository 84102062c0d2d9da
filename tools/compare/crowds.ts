/**
 * Callers side by side, each of whom awaits a reply before asking for the next.
 *
 * @module
 */

import { median, quantile } from "../measure/statistics.ts";
import type { OpenClients } from "./clients.ts";
import type { Way } from "./contender.ts";
import type { Contender, Section } from "./sections.ts";
import { firstOf, type Workload } from "./workload.ts";

/** How many callers there are. */
export const CROWDS: readonly number[] = [1, 4, 16, 64, 256, 1_024];

/** How many keys a lap has, for a crowd of a size. */
const FEW_KEYS = 5_000;
const MANY_KEYS = 25_000;
const SMALL_CROWD = 16;

/** The names of the contenders of a crowd. */
export function crowdNames(size: number) {
  const callers = size === 1 ? "1 caller" : `${size} callers`;
  return {
    section: `crowd ${size}`,
    rb: `rb: ${callers}`,
    ioredis: `ioredis: ${callers}`,
    automatic: `ioredis: ${callers}, auto-pipelining`,
    nodeRedis: `node-redis: ${callers}`,
  };
}

/** One section for each size of a crowd. */
export function crowdSections(
  { rb, ioredis, nodeRedis }: Pick<OpenClients, "rb" | "ioredis" | "nodeRedis">,
  workload: Workload,
): Section[] {
  const client = rb.cluster.getRoutingClient();
  return CROWDS.map((size) => {
    const names = crowdNames(size);
    const count = size <= SMALL_CROWD ? FEW_KEYS : MANY_KEYS;
    const own = firstOf(workload, count);
    return {
      name: names.section,
      title: `GET, ${own.keys.length.toLocaleString("en-US")} keys, ` +
        `callers that await each reply: ${size.toLocaleString("en-US")}`,
      group: "crowds",
      rounds: 15,
      warmups: 2,
      writes: false,
      workload: own,
      baseline: names.ioredis,
      contenders: [
        crowd(names.rb, size, (key) => client.get(key)),
        crowd(
          names.ioredis,
          size,
          (key, host) => ioredis.clients[host].get(key),
        ),
        crowd(
          names.automatic,
          size,
          (key, host) => ioredis.automatic[host].get(key),
        ),
        crowd(
          names.nodeRedis,
          size,
          (key, host) => nodeRedis.clients[host].get(key),
        ),
      ],
    };
  });
}

/** Callers who divide the keys among them, as they go on. */
function crowd(
  name: string,
  size: number,
  get: (key: string, host: number) => PromiseLike<unknown>,
): Contender {
  const tails: number[] = [];
  const way: Way = async ({ keys, hosts }) => {
    const values: unknown[] = new Array(keys.length);
    const waits: number[] = new Array(keys.length);
    let next = 0;
    const call = async () => {
      while (next < keys.length) {
        const at = next++;
        const start = performance.now();
        values[at] = await get(keys[at], hosts[at]);
        waits[at] = performance.now() - start;
      }
    };
    await Promise.all(Array.from({ length: size }, call));
    return {
      values: () => {
        tails.push(quantile(waits, 0.99));
        return values;
      },
    };
  };
  return { name, way, p99: () => median(tails) };
}
