/**
 * What it costs to find the host of a key.
 *
 * @module
 */

import {
  type BaseRouter,
  ConsistentHashingRouter,
  type Key,
  PartitionRouter,
  type RouterHost,
} from "@rb/rb";
import { median } from "../measure/statistics.ts";

/** The time of a route, and the most it is meant to take. */
export interface RouteCost {
  readonly name: string;
  /** Nanoseconds for a key of 20 ASCII characters. */
  readonly ascii: number;
  /** Nanoseconds for a key of 20 bytes of UTF-8, and for 20 bytes. */
  readonly unicode: number;
  readonly binary: number;
  /** What `ascii` stays under. */
  readonly limit: number;
}

/** What the others are allowed in terms of `ascii`. */
export const MAX_FACTOR = 2;

const KEYS = 1_024;
const ROUTES_PER_ROUND = 200 * KEYS;

/** Hosts from 0 that differ in nothing but their label. */
export function makeHosts(count: number): Map<number, RouterHost> {
  return new Map(
    Array.from({ length: count }, (_, hostId) => [
      hostId,
      { hostId, weight: 1, ringLabel: `10.0.${hostId >> 8}.${hostId & 255}` },
    ]),
  );
}

/** Keys of 20 bytes: text, text outside ASCII, and bytes. */
export function makeKeys(): Record<"ascii" | "unicode" | "binary", Key[]> {
  const ascii = numbered("session:user:");
  return {
    ascii,
    // Half of the bytes are of characters of two bytes.
    unicode: numbered("séssïön:üß"),
    binary: ascii.map((key) => new TextEncoder().encode(key)),
  };
}

/** Measures the routes of both routers, in rounds that take turns. */
export function measureRoutes(rounds: number): RouteCost[] {
  const hosts = makeHosts(64);
  const routers = [
    { name: "CRC-32", router: new PartitionRouter({ hosts }), limit: 60 },
    {
      name: "ketama, 64 hosts",
      router: new ConsistentHashingRouter({ hosts }),
      limit: 400,
    },
  ];
  const keys = makeKeys();
  return routers.map(({ name, router, limit }) => {
    const times = { ascii: [], unicode: [], binary: [] } as Record<
      keyof typeof keys,
      number[]
    >;
    for (let round = -2; round < rounds; round++) {
      for (const kind of ["ascii", "unicode", "binary"] as const) {
        const time = timeRoutes(router, keys[kind]);
        if (round >= 0) times[kind].push(time);
      }
    }
    return {
      name,
      ascii: median(times.ascii),
      unicode: median(times.unicode),
      binary: median(times.binary),
      limit,
    };
  });
}

/** Keeps the optimizer from leaving out what nobody looks at. */
export let sink = 0;

function timeRoutes(router: BaseRouter, keys: readonly Key[]): number {
  let sum = 0;
  const start = performance.now();
  for (let at = 0; at < ROUTES_PER_ROUND; at++) {
    sum += router.getHostForKey(keys[at % KEYS]);
  }
  const time = performance.now() - start;
  sink += sum;
  return time * 1e6 / ROUTES_PER_ROUND;
}

function numbered(prefix: string): string[] {
  const room = 20 - new TextEncoder().encode(prefix).length;
  return Array.from(
    { length: KEYS },
    (_, id) => prefix + String(id).padStart(room, "0"),
  );
}
