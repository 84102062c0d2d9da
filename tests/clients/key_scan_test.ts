import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Cluster } from "../../src/cluster.ts";
import type { ScanOptions } from "../../src/clients/key_scan.ts";
import { ConnectionError, DecodeError } from "../../src/errors.ts";
import { makeTestCluster, type TestCluster } from "../../src/testing.ts";
import { FakeTime } from "../fake_time.ts";
import { timesOutAfter } from "../faults/outcome.ts";
import {
  bounded,
  eventually,
  isPending,
  sleep,
} from "../../support/waiting.ts";

const HOSTS = 3;

/** A cluster with so many keys, `key:0` and so on, where the router wants them. */
async function startCluster(
  keys = 0,
  options: { timeout?: number; protocol?: 2 | 3 } = {},
): Promise<TestCluster> {
  const { timeout = 30_000, protocol = 2 } = options;
  const cluster = await makeTestCluster({
    servers: HOSTS,
    databasesEach: 1,
    cluster: { timeout, poolOptions: { protocol } },
  });
  await cluster.map((client) => {
    for (let i = 0; i < keys; i++) client.set(`key:${i}`, "value");
  });
  return cluster;
}

/** The keys by host; those that come twice are there once. */
async function collect(
  cluster: Cluster,
  options?: ScanOptions & { returnUint8Arrays?: false },
): Promise<Set<string>[]> {
  const found = Array.from({ length: HOSTS }, () => new Set<string>());
  for await (const [hostId, key] of cluster.scan(options)) {
    found[hostId].add(key);
  }
  return found;
}

async function assertNothingLeased(cluster: Cluster): Promise<void> {
  for (const hostId of cluster.hosts.keys()) {
    const pool = cluster.getPoolForHost(hostId);
    // A connection that was given up takes a moment to close.
    await eventually(() => pool.leased === 0);
    assertEquals(pool.waiting, 0);
    const { queue } = cluster.stats().get(hostId)!;
    assertEquals(queue, { commands: 0, bytes: 0 });
  }
}

/** How many SCANs each server has executed. */
async function countScans(cluster: Cluster): Promise<number[]> {
  const stats = await cluster.all((client) => client.info("commandstats"));
  return [...stats.values()].map((info) =>
    Number(/cmdstat_scan:calls=(\d+)/.exec(info)?.[1] ?? 0)
  );
}

Deno.test("Cluster.scan() yields every key with its host", async () => {
  await using cluster = await startCluster(10_000);
  const router = cluster.getRouter();
  for (const options of [undefined, { count: 50 }, { count: 20_000 }]) {
    const found = await collect(cluster, options);
    const expected = Array.from({ length: HOSTS }, () => new Set<string>());
    for (let i = 0; i < 10_000; i++) {
      expected[router.getHostForKey(`key:${i}`)].add(`key:${i}`);
    }
    assertEquals(found, expected);
  }
  await assertNothingLeased(cluster);
});

Deno.test("Cluster.scan() of RESP3 yields every key too", async () => {
  await using cluster = await startCluster(1_000, { protocol: 3 });
  const found = await collect(cluster, { count: 100 });
  assertEquals(found.reduce((sum, { size }) => sum + size, 0), 1_000);
});

Deno.test("Cluster.scan() yields nothing where nothing is", async () => {
  await using cluster = await startCluster();
  assertEquals((await collect(cluster)).map(({ size }) => size), [0, 0, 0]);
});

Deno.test("Cluster.scan() keeps to a pattern and to a type", async () => {
  await using cluster = await startCluster(2_000);
  const client = cluster.getRoutingClient();
  await client.hset("user:1", "name", "Ada");
  await client.hset("user:2", "name", "Grace");
  await client.set("user:3", "Edsger");
  // Most pages of so few matches are empty.
  const users = await collect(cluster, { match: "user:*", count: 10 });
  assertEquals(
    users.flatMap((keys) => [...keys]).sort(),
    ["user:1", "user:2", "user:3"],
  );
  const hashes = await collect(cluster, { match: "user:*", type: "hash" });
  assertEquals(
    hashes.flatMap((keys) => [...keys]).sort(),
    ["user:1", "user:2"],
  );
});

Deno.test("Cluster.scan() gives bytes on request, and no text that is none", async () => {
  await using cluster = await startCluster();
  const client = cluster.getRoutingClient();
  const key = new Uint8Array([0xff, 0x0d, 0x0a, 0x00]);
  await client.set(key, "value");
  const hostId = cluster.getRouter().getHostForKey(key);
  assertEquals(
    await Array.fromAsync(cluster.scan({ returnUint8Arrays: true })),
    [[hostId, key]],
  );
  const error = await assertRejects(() => collect(cluster), DecodeError);
  assertEquals([error.hostId, error.command], [hostId, "SCAN"]);
  await assertNothingLeased(cluster);
});

Deno.test("Cluster.scan() yields what stays while other keys come and go", async () => {
  await using cluster = await startCluster(3_000);
  const client = cluster.getRoutingClient();
  const found = new Set<string>();
  let count = 0;
  for await (const [, key] of cluster.scan({ count: 20 })) {
    found.add(key);
    if (++count % 100 > 0) continue;
    // Enough to have the servers rehash their tables.
    await Promise.all(
      Array.from(
        { length: 300 },
        (_, i) =>
          count < 1_500
            ? client.set(`guest:${count}:${i}`, "value")
            : client.del(`guest:${count - 1_500}:${i}`),
      ),
    );
  }
  for (let i = 0; i < 3_000; i++) assert(found.has(`key:${i}`), `key:${i}`);
});

Deno.test("Cluster.scan() sends nothing until the first key is asked for", async () => {
  await using cluster = await startCluster(10);
  const keys = cluster.scan();
  await sleep(20);
  assertEquals(await countScans(cluster), [0, 0, 0]);
  await keys.next();
  await keys.return?.();
});

Deno.test("Cluster.scan() holds two pages of a host at most", async () => {
  await using cluster = await startCluster(30_000);
  const keys = cluster.scan({ count: 100 });
  const { value: [hostId] } = await keys.next();
  // Whoever is consumed is asked for one page more.
  const expected = [1, 1, 1];
  expected[hostId]++;
  await eventually(async () =>
    (await countScans(cluster)).every((count, i) => count >= expected[i])
  );
  await sleep(20);
  assertEquals(await countScans(cluster), expected);
  await keys.return?.();
  await assertNothingLeased(cluster);
});

Deno.test("Cluster.scan() is given up by leaving the loop", async () => {
  await using cluster = await startCluster(10_000);
  let count = 0;
  for await (const _ of cluster.scan({ count: 10 })) {
    if (++count === 25) break;
  }
  await assertNothingLeased(cluster);
  const scans = await countScans(cluster);
  await sleep(20);
  assertEquals(await countScans(cluster), scans);
  assertEquals((await collect(cluster)).map(({ size }) => size > 0), [
    true,
    true,
    true,
  ]);
});

Deno.test("Cluster.scan() is given up at once, also while a host says nothing", async () => {
  await using cluster = await startCluster(1_000);
  cluster.setup.servers[0].pause();
  // No time passes, so it is not the end of any that is waited for.
  using time = new FakeTime();
  const some = cluster.scan({ count: 10 });
  await bounded(some.next());
  await bounded(some.return!());
  const keys = cluster.scan({ match: "nothing" });
  const next = keys.next();
  await sleep(20);
  assert(await isPending(next));
  await bounded(keys.return!());
  assertEquals(await bounded(next), { done: true, value: undefined });
  assertEquals(await keys.next(), { done: true, value: undefined });
  time[Symbol.dispose]();
  cluster.setup.servers[0].resume();
  await assertNothingLeased(cluster);
});

Deno.test("Cluster.scan() is given up before it has begun", async () => {
  await using cluster = await startCluster(10);
  const keys = cluster.scan();
  await keys.return?.();
  assertEquals(await keys.next(), { done: true, value: undefined });
  assertEquals(await countScans(cluster), [0, 0, 0]);
});

Deno.test("Cluster.scan() is given up by an error in the loop", async () => {
  await using cluster = await startCluster(1_000);
  const error = new Error("Mine");
  const loop = async () => {
    for await (const _ of cluster.scan({ count: 10 })) throw error;
  };
  assertEquals(await loop().catch((reason) => reason), error);
  await assertNothingLeased(cluster);
});

Deno.test("Cluster.scan() fails with the error of a host that is down", async () => {
  await using cluster = await startCluster(1_000);
  await cluster.setup.servers[1].kill();
  const error = await assertRejects(() => collect(cluster), ConnectionError);
  assertEquals([error.hostId, error.command], [1, "SCAN"]);
  await assertNothingLeased(cluster);
});

Deno.test("Cluster.scan() fails when a host dies under way", async () => {
  await using cluster = await startCluster(10_000);
  const dying = async () => {
    let count = 0;
    for await (const _ of cluster.scan({ count: 50 })) {
      if (++count === 500) await cluster.setup.servers[2].kill();
    }
  };
  const error = await assertRejects(dying, ConnectionError);
  assertEquals(error.hostId, 2);
  await assertNothingLeased(cluster);
});

Deno.test("Cluster.scan() gives every page its time; a slow host delays no other", async () => {
  await using cluster = await startCluster(3_000);
  const expected = 3_000 - await sizeOf(cluster, 0);
  cluster.setup.servers[0].pause();
  const found = Array.from({ length: HOSTS }, () => new Set<string>());
  using time = new FakeTime();
  const error = await timesOutAfter(time, async () => {
    const keys = cluster.scan({ count: 100, timeout: 400 });
    for await (const [hostId, key] of keys) found[hostId].add(key);
  }, {
    timeout: 400,
    ready: () => found[1].size + found[2].size === expected,
  });
  time[Symbol.dispose]();
  cluster.setup.servers[0].resume();
  assertEquals(error.hostId, 0);
  assertEquals(found[0].size, 0);
  await assertNothingLeased(cluster);
});

Deno.test("Cluster.scan() lets a consumer take longer than its timeout", async () => {
  await using cluster = await startCluster(200);
  using time = new FakeTime();
  const isIdle = () =>
    [...cluster.stats().values()].every(({ queue }) => queue.commands === 0);
  let count = 0;
  for await (const _ of cluster.scan({ count: 20, timeout: 100 })) {
    if (count++ % 60 !== 0) continue;
    // What has been asked for meanwhile has its answer in time.
    await eventually(isIdle);
    await time.advance(150);
  }
  assert(count >= 200);
});

Deno.test("Cluster.scan() ends with the reason of its signal", async () => {
  await using cluster = await startCluster(1_000);
  const reason = new Error("Enough");
  const controller = new AbortController();
  // Between two keys of a page that is there already.
  const some = cluster.scan({ count: 100, signal: controller.signal });
  await some.next();
  controller.abort(reason);
  assertEquals(await some.next().catch((error) => error), reason);
  assertEquals(await some.next(), { done: true, value: undefined });
  await assertNothingLeased(cluster);
  // While a page is awaited that does not come.
  for (const server of cluster.setup.servers) server.pause();
  using time = new FakeTime();
  const later = new AbortController();
  const keys = collect(cluster, { signal: later.signal });
  await sleep(20);
  assert(await isPending(keys));
  later.abort(reason);
  assertEquals(await bounded(keys.catch((error) => error)), reason);
  time[Symbol.dispose]();
  for (const server of cluster.setup.servers) server.resume();
  await assertNothingLeased(cluster);
});

Deno.test("Cluster.scan() sends nothing when it is aborted already", async () => {
  await using cluster = await startCluster(10);
  const reason = new Error("Enough");
  const signal = AbortSignal.abort(reason);
  const error = await collect(cluster, { signal }).catch((error) => error);
  assertEquals(error, reason);
  assertEquals(await countScans(cluster), [0, 0, 0]);
});

Deno.test("Cluster.scan() runs twice at once", async () => {
  await using cluster = await startCluster(2_000);
  const [one, other] = await Promise.all([
    collect(cluster, { count: 30 }),
    collect(cluster, { count: 70 }),
  ]);
  assertEquals(one, other);
});

Deno.test("Cluster.scan() refuses wrong options at once", async () => {
  await using cluster = await startCluster();
  assertThrows(
    () => cluster.scan({ pattern: "user:*" } as ScanOptions as never),
    TypeError,
    'Unknown option "pattern" of the scan',
  );
  for (const count of [0, 1.5, NaN, "10"]) {
    assertThrows(
      () => cluster.scan({ count: count as number }),
      TypeError,
      'The option "count" of the scan is not an integer',
    );
  }
});

function sizeOf(cluster: Cluster, hostId: number): Promise<number> {
  return cluster.getLocalClient(hostId).dbsize();
}
