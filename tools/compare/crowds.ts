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

/** Milliseconds between a reply and the next call of a caller who calls seldom, */
const SELDOM = 120;
/** and how often it calls in a lap. */
const SELDOM_KEYS = 25;

/** The names of the contenders where one caller calls seldom. */
export const SELDOM_NAMES = {
  section: "seldom",
  rb: `rb: one each ${SELDOM} ms`,
  ioredis: `ioredis: one each ${SELDOM} ms`,
  nodeRedis: `node-redis: one each ${SELDOM} ms`,
};

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

/** One section for each size of a crowd, and one for a caller who calls seldom. */
export function crowdSections(
  { rb, ioredis, nodeRedis }: Pick<OpenClients, "rb" | "ioredis" | "nodeRedis">,
  workload: Workload,
): Section[] {
  const client = rb.cluster.getRoutingClient();
  const sections = CROWDS.map((size): Section => {
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
  const names = SELDOM_NAMES;
  const own = firstOf(workload, SELDOM_KEYS);
  return [...sections, {
    name: names.section,
    title: `GET, one each ${SELDOM} ms, by the median of their times`,
    group: "crowds",
    rounds: 9,
    warmups: 1,
    writes: false,
    workload: own,
    baseline: names.ioredis,
    contenders: [
      seldom(names.rb, (key) => client.get(key)),
      seldom(names.ioredis, (key, host) => ioredis.clients[host].get(key)),
      seldom(names.nodeRedis, (key, host) => nodeRedis.clients[host].get(key)),
    ],
  }];
}

/** Gets a key from a host. */
type Get = (key: string, host: number) => PromiseLike<unknown>;

/** Callers who divide the keys among them, as they go on. */
function crowd(
  name: string,
  size: number,
  get: Get,
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

/** One caller, whose connections have been idle for a while whenever it calls. */
function seldom(name: string, get: Get): Contender {
  const tails: number[] = [];
  const way: Way = async ({ keys, values, hosts }) => {
    const waits: number[] = [];
    for (let at = 0; at < keys.length; at++) {
      await new Promise((wake) => setTimeout(wake, SELDOM));
      const start = performance.now();
      const value = await get(keys[at], hosts[at]);
      waits.push(performance.now() - start);
      if (value === values[at]) continue;
      throw new Error(`"${name}" has a wrong value for "${keys[at]}"`);
    }
    tails.push(quantile(waits, 0.99));
    return { values: () => values, rate: 1_000 / median(waits) };
  };
  return { name, way, p99: () => median(tails) };
}
