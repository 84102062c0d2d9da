/**
 * A large map over two hosts, one of which is down.
 *
 * @module
 */

import { Cluster, type RbPromise } from "@rb/rb";
import { type RedisServer, TestSetup } from "@rb/rb/testing";
import { grouped } from "../measure/format.ts";
import type { Figure, Trouble } from "./figure.ts";

/** So long may it take, in seconds. */
const MOST = 10;
const CHUNK = 50_000;
const HEALTHY = 0;
const DOWN = 1;

/** Ways to be down. */
const WAYS: { title: string; leave(server: RedisServer): unknown }[] = [
  { title: "stopped", leave: (server) => server.pause() },
  { title: "killed", leave: (server) => server.kill() },
];

/**
 * Reads many keys of two hosts, one of which is down.
 *
 * @param count How many keys.
 */
export async function halfMap(count: number): Promise<Trouble> {
  const figures: Figure[] = [];
  const notes: string[] = [];
  for (const way of WAYS) {
    await using setup = await TestSetup.start({ servers: 2, databasesEach: 1 });
    await using cluster = new Cluster({
      hosts: setup.servers.map(({ host }) => host),
    });
    await fill(cluster, count);
    await way.leave(setup.servers[DOWN]);
    const { seconds, lost, asked, failed } = await read(cluster, count);
    figures.push({
      meaning: `a map of ${grouped(count)} keys settles with one of two ` +
        `hosts ${way.title}`,
      value: seconds,
      unit: "s",
      bound: { most: MOST },
    }, {
      meaning: "replies of the healthy host that it lost, or got wrong",
      value: lost,
      unit: "replies",
      bound: { most: 0 },
    });
    notes.push(
      `${way.title}: ${grouped(asked)} keys of the healthy host, and ` +
        `${grouped(failed)} commands rejected for the other one`,
    );
    setup.servers[DOWN].resume();
  }
  return { title: "a large map with one of two hosts down", figures, notes };
}

async function fill(cluster: Cluster, count: number): Promise<void> {
  for (let from = 0; from < count; from += CHUNK) {
    const to = Math.min(count, from + CHUNK);
    await cluster.map((client) => {
      for (let i = from; i < to; i++) client.set(`key:${i}`, i);
    });
  }
}

async function read(cluster: Cluster, count: number): Promise<{
  seconds: number;
  lost: number;
  asked: number;
  failed: number;
}> {
  const router = cluster.getRouter();
  const promises: RbPromise<string | null>[] = [];
  const started = performance.now();
  await cluster.map((client) => {
    for (let i = 0; i < count; i++) promises.push(client.get(`key:${i}`));
  }, { settled: true });
  const seconds = (performance.now() - started) / 1_000;
  let lost = 0;
  let asked = 0;
  let failed = 0;
  promises.forEach((promise, i) => {
    if (router.getHostForKey(`key:${i}`) === HEALTHY) {
      asked++;
      if (promise.isRejected || promise.value !== `${i}`) lost++;
    } else if (promise.isRejected) failed++;
  });
  return { seconds, lost, asked, failed };
}
