/**
 * What every contender works on.
 *
 * @module
 */

import type { BaseRouter } from "@rb/rb";

/** The keys of one server. */
export interface Shard {
  readonly keys: readonly string[];
  /** The place of each of them among all keys. */
  readonly places: readonly number[];
}

/** Keys, values, and which server each key lives on. */
export interface Workload {
  readonly keys: readonly string[];
  /** The value of each key; new ones before each write. */
  readonly values: readonly string[];
  readonly valueSize: number;
  /** The host of each key. */
  readonly hosts: readonly number[];
  readonly shards: readonly Shard[];
}

/** How many keys, and of what kind. */
export interface WorkloadOptions {
  /** How many keys. */
  readonly count: number;
  /** The first three letters of each key. */
  readonly prefix: string;
  /** How many bytes a value has. */
  readonly valueSize: number;
}

/**
 * Makes a workload. Keys have 16 bytes and look like those of redis-benchmark.
 *
 * Its shards are for clients that know one server only: what finding them costs
 * is no part of their time.
 *
 * @param router Says where keys live.
 * @param options How many keys, and of what kind.
 */
export function makeWorkload(
  router: BaseRouter,
  options: WorkloadOptions,
): Workload {
  const { count, prefix, valueSize } = options;
  const keys = Array.from({ length: count }, (_, id) => makeKey(prefix, id));
  const hosts = keys.map((key) => router.getHostForKey(key));
  const size = router.cluster.hosts.size;
  return {
    keys,
    values: makeValues(count, valueSize, "0"),
    valueSize,
    hosts,
    shards: Array.from({ length: size }, (_, host) => {
      const places = [...hosts.keys()].filter((at) => hosts[at] === host);
      return { keys: places.map((at) => keys[at]), places };
    }),
  };
}

/** The same with its first keys only. */
export function firstOf(workload: Workload, count: number): Workload {
  if (count >= workload.keys.length) return workload;
  const { keys, values, hosts, shards } = workload;
  return {
    ...workload,
    keys: keys.slice(0, count),
    values: values.slice(0, count),
    hosts: hosts.slice(0, count),
    shards: shards.map(({ places }) => {
      const kept = places.filter((place) => place < count);
      return { keys: kept.map((place) => keys[place]), places: kept };
    }),
  };
}

/** The same with other values, to see that a write has written. */
export function withValues(workload: Workload, mark: string): Workload {
  const { keys, valueSize } = workload;
  return { ...workload, values: makeValues(keys.length, valueSize, mark) };
}

/** `key:000000000042`. */
export function makeKey(prefix: string, id: number): string {
  return `${prefix}:${String(id).padStart(12, "0")}`;
}

/** What the servers answered by shard, in the order of the keys. */
export function gather(
  workload: Workload,
  replies: readonly (readonly unknown[])[],
): unknown[] {
  const values: unknown[] = new Array(workload.keys.length);
  workload.shards.forEach(({ places }, shard) => {
    places.forEach((place, index) => values[place] = replies[shard][index]);
  });
  return values;
}

/** `mark-42-vvv`, as many and as long as asked for. */
export function makeValues(
  count: number,
  size: number,
  mark: string,
): string[] {
  return Array.from(
    { length: count },
    (_, id) => `${mark}-${id}-`.padEnd(size, "v").slice(0, size),
  );
}
