import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import { Cluster } from "../src/cluster.ts";
import { ConnectionError, TimeoutError } from "../src/errors.ts";
import { makeTestCluster, type TestCluster } from "../src/testing.ts";
import { typeOf } from "./type_checks.ts";
import { bounded, eventually, isPending } from "../support/waiting.ts";
import { FakeTime } from "./fake_time.ts";

const SERVERS = { servers: 3, databasesEach: 1 };

/** A cluster of three servers, some of which are killed. */
async function startCluster(...dead: number[]): Promise<TestCluster> {
  const cluster = await makeTestCluster(SERVERS);
  await Promise.all(dead.map((index) => cluster.setup.servers[index].kill()));
  return cluster;
}

/** Writes keys directly: so many to each host. */
async function fill(cluster: Cluster, sizes: number[]): Promise<void> {
  await Promise.all(sizes.flatMap((size, hostId) => {
    const client = cluster.getLocalClient(hostId);
    return Array.from({ length: size }, (_, i) => client.set(`key:${i}`, i));
  }));
}

/** Checks that nothing is left of a call that failed. */
async function assertNothingLeased(cluster: Cluster): Promise<void> {
  for (const hostId of cluster.hosts.keys()) {
    const pool = cluster.getPoolForHost(hostId);
    // A connection that was given up takes a moment to close.
    await eventually(() => pool.leased === 0);
    assertEquals(pool.waiting, 0);
  }
}

/** Whether each of some hosts has answered something more. */
function answeredBy(cluster: Cluster, hostIds: number[]): () => boolean {
  const replies = (hostId: number) => cluster.stats().get(hostId)!.replies;
  const before = hostIds.map(replies);
  return () => hostIds.every((hostId, i) => replies(hostId) > before[i]);
}

Deno.test("Cluster.ping() measures every host", async () => {
  await using cluster = await startCluster();
  const times = await cluster.ping();
  assertEquals([...times.keys()], [0, 1, 2]);
  for (const time of times.values()) assert(time > 0);
  await assertNothingLeased(cluster);
});

Deno.test("Cluster.ping() measures each host by itself", async () => {
  await using cluster = await startCluster();
  await cluster.ping();
  cluster.setup.servers[1].pause();
  using time = new FakeTime();
  const ready = answeredBy(cluster, [0, 2]);
  const ping = cluster.ping();
  await eventually(ready);
  await time.advance(150);
  cluster.setup.servers[1].resume();
  assertEquals(await bounded(ping), new Map([[0, 0], [1, 150], [2, 0]]));
});

Deno.test("Cluster.ping() names the host that is down", async () => {
  await using cluster = await startCluster(1);
  const error = await assertRejects(() => cluster.ping(), ConnectionError);
  assertEquals(error.hostId, 1);
  assertEquals(error.command, "PING");
  assertEquals(error.outcome, "not-sent");
  await assertNothingLeased(cluster);
});

Deno.test("Cluster.ping() gathers the errors of several hosts", async () => {
  await using cluster = await startCluster(0, 2);
  const error = await assertRejects(() => cluster.ping(), AggregateError);
  assertEquals(error.message, '"PING" failed on 2 of 3 hosts');
  assertEquals(error.errors.map(({ hostId }) => hostId), [0, 2]);
});

Deno.test("Cluster.ping() with settled has an outcome for each host", async () => {
  await using cluster = await startCluster(2);
  const outcomes = await cluster.ping({ settled: true });
  assertEquals([...outcomes.keys()], [0, 1, 2]);
  for (const hostId of [0, 1]) {
    const outcome = outcomes.get(hostId)!;
    assert(outcome.status === "fulfilled" && outcome.value > 0);
  }
  const outcome = outcomes.get(2)!;
  assert(outcome.status === "rejected");
  assertInstanceOf(outcome.reason, ConnectionError);
  assertEquals(outcome.reason.hostId, 2);
});

Deno.test("Cluster.ping() waits no longer than its timeout", async () => {
  await using cluster = await startCluster();
  cluster.setup.servers[0].pause();
  using time = new FakeTime();
  const ready = answeredBy(cluster, [1, 2]);
  const ping = cluster.ping({ settled: true, timeout: 200 });
  await eventually(ready);
  await time.advance(199);
  assert(await isPending(ping));
  await time.advance(1);
  const outcomes = await bounded(ping);
  time[Symbol.dispose]();
  cluster.setup.servers[0].resume();
  const outcome = outcomes.get(0)!;
  assert(outcome.status === "rejected");
  assertInstanceOf(outcome.reason, TimeoutError);
  assertEquals(outcomes.get(1)?.status, "fulfilled");
  await assertNothingLeased(cluster);
});

for (const stopped of [[0], [0, 1, 2]]) {
  Deno.test(`Cluster.ping(), dbsize() and flush() give up when aborted, with ${stopped.length} hosts that hang`, async () => {
    await using cluster = await startCluster();
    const servers = stopped.map((id) => cluster.setup.servers[id]);
    for (const server of servers) server.pause();
    const calls: Record<string, (signal: AbortSignal) => Promise<unknown>> = {
      ping: (signal) => cluster.ping({ signal }),
      dbsize: (signal) => cluster.dbsize({ signal }),
      flush: (signal) => cluster.flush({ signal, sure: true }),
    };
    for (const [name, call] of Object.entries(calls)) {
      const reason = new Error("Enough");
      const controller = new AbortController();
      const pending = bounded(call(controller.signal));
      setTimeout(() => controller.abort(reason), 50);
      assertEquals(await pending.catch((error) => error), reason, name);
    }
    for (const server of servers) server.resume();
    await assertNothingLeased(cluster);
  });
}

Deno.test("Cluster.dbsize() counts the keys of each host", async () => {
  await using cluster = await startCluster();
  await fill(cluster, [5, 0, 12]);
  assertEquals(await cluster.dbsize(), new Map([[0, 5], [1, 0], [2, 12]]));
});

Deno.test("Cluster.dbsize() names the host that is down", async () => {
  await using cluster = await startCluster(2);
  const error = await assertRejects(() => cluster.dbsize(), ConnectionError);
  assertEquals([error.hostId, error.command], [2, "DBSIZE"]);
});

Deno.test("Cluster.flush() deletes every key of every host", async () => {
  await using cluster = await startCluster();
  await fill(cluster, [3, 4, 5]);
  assertEquals(await cluster.flush({ sure: true }), undefined);
  assertEquals([...(await cluster.dbsize()).values()], [0, 0, 0]);
});

Deno.test("Cluster.flush() deletes nothing unless it is sure", async () => {
  await using cluster = await startCluster();
  await fill(cluster, [1, 1, 1]);
  for (const options of [undefined, null, {}, { sure: 1 }, { sure: false }]) {
    await assertRejects(
      () => cluster.flush(options as unknown as { sure: true }),
      TypeError,
      "Cannot flush: it would delete every key of every host; " +
        "say so with { sure: true }",
    );
  }
  await assertRejects(
    () => cluster.flush({ sure: true, timeOut: 5 } as { sure: true }),
    TypeError,
    'Unknown option "timeOut" of flush',
  );
  assertEquals([...(await cluster.dbsize()).values()], [1, 1, 1]);
});

Deno.test("Cluster.flush() names the host that is down and flushes the others", async () => {
  await using cluster = await makeTestCluster(SERVERS);
  await fill(cluster, [1, 1, 1]);
  await cluster.setup.servers[1].kill();
  const error = await assertRejects(
    () => cluster.flush({ sure: true }),
    ConnectionError,
  );
  assertEquals([error.hostId, error.command], [1, "FLUSHDB"]);
  for (const hostId of [0, 2]) {
    assertEquals(await cluster.getLocalClient(hostId).dbsize(), 0);
  }
});

Deno.test("Cluster.flush() leaves the other databases of a server alone", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 3 });
  const { path } = cluster.setup.servers[0];
  await fill(cluster, [1, 1, 1]);
  await using pair = new Cluster({ hosts: [{ path }, { path, db: 2 }] });
  await pair.flush({ sure: true });
  assertEquals([...(await cluster.dbsize()).values()], [0, 1, 0]);
});

Deno.test("questions to the whole cluster refuse unknown options", async () => {
  await using cluster = new Cluster({ hosts: [{}] });
  await assertRejects(
    () => cluster.ping({ settle: true } as { settled?: false }),
    TypeError,
    'Unknown option "settle" of ping',
  );
  await assertRejects(
    () => cluster.dbsize({ timeout: -1 }),
    TypeError,
    'The option "timeout" of dbsize is not a positive number',
  );
});

Deno.test("questions to a closed cluster fail", async () => {
  const cluster = new Cluster({ hosts: [{}] });
  await cluster.close();
  const error = await assertRejects(() => cluster.ping(), ConnectionError);
  assertEquals(error.outcome, "not-sent");
});

Deno.test("ping() and scan() have the types of their options", () => {
  const types = (cluster: Cluster) => {
    const times = cluster.ping({ timeout: 1 });
    typeOf(times).is<Promise<Map<number, number>>>(true);
    const outcomes = cluster.ping({ settled: true });
    typeOf(outcomes).is<Promise<Map<number, PromiseSettledResult<number>>>>(
      true,
    );
    const texts = cluster.scan({ match: "*" });
    typeOf(texts).is<AsyncIterableIterator<[number, string]>>(true);
    const bytes = cluster.scan({ returnUint8Arrays: true });
    typeOf(bytes).is<AsyncIterableIterator<[number, Uint8Array]>>(true);
    // @ts-expect-error: nobody flushes by accident
    cluster.flush();
    // @ts-expect-error: and not with less than certainty
    cluster.flush({ sure: false });
  };
  assertFalse(types.length === 0);
});
