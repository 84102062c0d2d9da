/**
 * How the cost of a key changes with the number of keys and of hosts.
 *
 * @module
 */

import { Cluster } from "@rb/rb";
import { TestSetup } from "@rb/rb/testing";
import { defaultBatchSize } from "../../src/clients/routing_client.ts";
import type { Way } from "../compare/contender.ts";
import { openRb, type RbWay } from "../compare/rb.ts";
import { makeWorkload, type Workload } from "../compare/workload.ts";
import { median } from "../measure/statistics.ts";
import { timeLaps } from "./laps.ts";
import { memoryCluster } from "./memory_cluster.ts";

/** The cost of a key, in nanoseconds, for each of some amounts. */
export interface Series {
  readonly amounts: readonly number[];
  /** By the name of the way: one cost for each amount. */
  readonly costs: ReadonlyMap<string, readonly number[]>;
  /** How many keys made a batch of `mapBatches`, for each number of hosts. */
  readonly batchKeys?: readonly number[];
}

/** What is measured. */
export const WAYS: readonly RbWay[] = [
  "map get",
  "map get, not merged",
  "map set",
  "mapBatches get",
  "Promise.all get",
];

/** What is measured where servers answer from memory. */
export const MEMORY_WAYS: readonly RbWay[] = [
  "map get",
  "map set",
  "mapBatches get",
  "Promise.all get",
];

/** What stands on the x axis. */
interface Point {
  readonly cluster: Cluster;
  readonly workload: Workload;
}

/** The most databases of a server; together they make the most hosts. */
const DATABASES = 64;
const SERVERS = 4;

/** So many commands are issued at a time while the servers are filled. */
const CHUNK = 10_000;

/** Costs for numbers of keys on four hosts, each on a server of its own. */
export async function measureKeys(
  counts: readonly number[],
  rounds: number,
): Promise<Series> {
  await using setup = await startServers();
  await using cluster = clusterOf(setup, SERVERS);
  const points: Point[] = [];
  for (const count of counts) {
    const workload = workloadOf(cluster, count);
    points.push({ cluster, workload });
  }
  await fill(points[points.length - 1]);
  return { amounts: counts, costs: await measure(points, rounds) };
}

/** Costs for numbers of hosts, which are databases of four servers. */
export async function measureHosts(
  counts: readonly number[],
  keys: number,
  rounds: number,
): Promise<Series> {
  await using setup = await startServers();
  await using clusters = new AsyncDisposableStack();
  const points: Point[] = [];
  for (const count of counts) {
    const cluster = clusters.use(clusterOf(setup, count));
    const point = { cluster, workload: workloadOf(cluster, keys) };
    await fill(point);
    points.push(point);
  }
  const batchKeys = counts.map(defaultBatchSize);
  return { amounts: counts, costs: await measure(points, rounds), batchKeys };
}

/** Costs for numbers of hosts that answer from memory, in no time of their own. */
export async function measureMemoryHosts(
  counts: readonly number[],
  keys: number,
  rounds: number,
): Promise<Series> {
  await using clusters = new AsyncDisposableStack();
  const points = counts.map((count): Point => {
    const cluster = clusters.use(memoryCluster(count));
    return { cluster, workload: workloadOf(cluster, keys) };
  });
  return {
    amounts: counts,
    costs: await measure(points, rounds, MEMORY_WAYS),
    batchKeys: counts.map(defaultBatchSize),
  };
}

async function measure(
  points: readonly Point[],
  rounds: number,
  names: readonly RbWay[] = WAYS,
): Promise<Map<string, number[]>> {
  const times = new Map(
    names.map((way) => [way, points.map((): number[] => [])]),
  );
  for (let round = -1; round < rounds; round++) {
    for (const [index, { cluster, workload }] of points.entries()) {
      const { ways } = openRb(cluster);
      for (const name of names) {
        const time = await timeOfKey(ways[name], workload);
        if (round >= 0) times.get(name)?.[index].push(time);
      }
    }
  }
  return new Map(names.map((way) => [way, (times.get(way) ?? []).map(median)]));
}

async function timeOfKey(way: Way, workload: Workload): Promise<number> {
  const time = await timeLaps(() => way(workload));
  return time * 1e6 / workload.keys.length;
}

function startServers(): Promise<TestSetup> {
  return TestSetup.start({
    servers: SERVERS,
    databasesEach: DATABASES,
    transport: "tcp",
  });
}

/** Neighbouring hosts are on different servers. */
function clusterOf({ servers }: TestSetup, hosts: number): Cluster {
  return new Cluster({
    hosts: Array.from({ length: hosts }, (_, host) => {
      const { hostname, port } = servers[host % SERVERS];
      return { hostname, port, db: Math.floor(host / SERVERS) };
    }),
    timeout: 120_000,
  });
}

function workloadOf(cluster: Cluster, count: number): Workload {
  const options = { count, prefix: "key", valueSize: 16 };
  return makeWorkload(cluster.getRouter(), options);
}

async function fill({ cluster, workload }: Point): Promise<void> {
  const { keys, values } = workload;
  for (let from = 0; from < keys.length; from += CHUNK) {
    await cluster.map((client) =>
      keys.slice(from, from + CHUNK)
        .map((key, at) => client.set(key, values[from + at]))
    );
  }
}
