import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLess,
  assertRejects,
} from "@std/assert";
import { CommandError, TimeoutError } from "../../src/errors.ts";
import type { MappingClient } from "../../src/clients/mapping_client.ts";
import type { RbPromise } from "../../src/promise.ts";
import { makeTestCluster } from "../../src/testing.ts";
import { connections, totalKeys } from "../counts.ts";
import { FakeTime } from "../fake_time.ts";
import { timesOutAfter } from "../faults/outcome.ts";
import { eventually } from "../../support/waiting.ts";

const SMALL = { servers: 2, databasesEach: 2 };

Deno.test("Cluster.map() throws several errors in the order of issue", async () => {
  await using cluster = await makeTestCluster();
  const keys = Array.from({ length: 20 }, (_, i) => `list:${i}`);
  await cluster.map((client) => keys.map((key) => client.rpush(key, 1)));
  let promises: RbPromise<unknown>[] = [];
  const error = await assertRejects(
    () =>
      cluster.map((client) => {
        promises = keys.map((key, i) =>
          i % 2 === 0 ? client.incr(key) : client.hget(key, "field")
        );
      }),
    AggregateError,
    "20 of 20 commands failed",
  );
  assertEquals(error.errors, promises.map(({ reason }) => reason));
});

Deno.test("Cluster.map() lets go of replies while it runs", async () => {
  setFlagsFromString("--expose_gc");
  const collectGarbage: () => void = runInNewContext("gc");
  await using cluster = await makeTestCluster(SMALL);
  await cluster.map(async (client) => {
    const refs: WeakRef<RbPromise<unknown>>[] = [];
    for (let i = 0; i < 50; i++) {
      for (let j = 0; j < 100; j++) refs.push(new WeakRef(client.get("key")));
      await client.get("key");
    }
    await new Promise((wake) => setTimeout(wake));
    collectGarbage();
    const kept = refs.filter((ref) => ref.deref() !== undefined).length;
    assertLess(kept, 2_500);
  });
});

Deno.test("Cluster.map() counts the commands whose replies it let go of", async () => {
  await using cluster = await makeTestCluster(SMALL);
  await cluster.getRoutingClient().rpush("list", 1);
  const failing: RbPromise<unknown>[] = [];
  const issue = async (client: MappingClient) => {
    for (let i = 0; i < 5_000; i++) {
      if (i % 1_000 === 999) failing.push(client.incr("list"));
      else client.get("key");
      if (i % 100 === 0) await client.get("key");
    }
  };
  const error = await assertRejects(
    () => cluster.map(issue),
    AggregateError,
    "5 of 5050 commands failed",
  );
  assertEquals(error.errors, failing.map(({ reason }) => reason));
  await cluster.map(issue, { settled: true });
});

Deno.test("Cluster.map() takes no harm when its promises are settled by hand", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const promises = await cluster.map((client) => {
    const all: RbPromise<unknown>[] = [
      client.get("key"),
      client.hset("hash", { a: 1 }),
      client.sendCommand("HSET", ["hash"]),
    ];
    for (const promise of all) promise.resolve("mine");
    return all;
  });
  assertEquals(promises.map(({ value }) => value), ["mine", "mine", "mine"]);
  const client = cluster.getMappingClient();
  client.hset("hash", { a: 1 }).reject("mine");
  assertEquals(await client.join().catch((reason) => reason), "mine");
});

Deno.test("Cluster.map() gives connections back after an error", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const id = cluster.getRouter().getHostForCommand("SADD", ["key"]);
  const assertReleased = () => {
    const { size, idle } = cluster.getPoolForHost(id);
    assertEquals([size, idle], [1, 1]);
  };
  await assertRejects(
    () => cluster.map((m) => m.sendCommand("SADD", ["key"])),
    CommandError,
  );
  assertReleased();
  const mapping = cluster.getRoutingClient().getMappingClient();
  mapping.sendCommand("SADD", ["key"]);
  await assertRejects(() => mapping.join(), CommandError);
  assertReleased();
  await assertRejects(async () => {
    await using block = cluster.map();
    block.sendCommand("SADD", ["key"]);
  }, CommandError);
  assertReleased();
});

Deno.test("Cluster.map() rethrows what an asynchronous callback throws", async () => {
  await using cluster = await makeTestCluster(SMALL);
  let blocked: RbPromise<unknown> | undefined;
  await assertRejects(
    () =>
      cluster.map(async (client) => {
        await client.set("key", 1);
        blocked = client.blpop(30, "list");
        await Promise.resolve();
        throw new Error("Thrown later");
      }),
    Error,
    "Thrown later",
  );
  assert(blocked?.isRejected);
  assertEquals(await totalKeys(cluster), 1);
  assertEquals(connections(cluster)[1], 0);
});

Deno.test("Cluster.map() as a block is joined when it ends", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const results = new Map<string, RbPromise<string | null>>();
  const keys = Array.from({ length: 100 }, (_, i) => `key:${i}`);
  {
    await using mapping = cluster.map({ timeout: 30_000 });
    for (const key of keys) mapping.set(key, key);
    for (const key of keys) results.set(key, mapping.get(key));
  }
  for (const [key, { value }] of results) assertEquals(value, key);
  {
    await using mapping = cluster.getRoutingClient().map();
    results.set("late", mapping.get("key:1"));
  }
  assertEquals(results.get("late")?.value, "key:1");
});

Deno.test("MappingClient.join() can be called again", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const mapping = cluster.getMappingClient();
  await mapping.join();
  const first = mapping.set("a", 1);
  await mapping.join();
  assertEquals(first.value, "OK");
  mapping.sendCommand("SADD", ["key"]);
  const second = mapping.get("a");
  await assertRejects(() => mapping.join(), CommandError);
  assertEquals(second.value, "1");
  // What has been reported is not reported again.
  await mapping.join();
});

Deno.test("MappingClient.cancel() rejects and does not send", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const mapping = cluster.getMappingClient();
  const promise = mapping.set("a", 1);
  mapping.cancel();
  assert(promise.isRejected);
  assertEquals((promise.reason as DOMException).name, "AbortError");
  await assertRejects(() => mapping.join(), DOMException);
  assertEquals(await totalKeys(cluster), 0);
});

Deno.test("MappingClient.cancel() takes a reason, and needs no join", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const mapping = cluster.getMappingClient();
  const blocked = mapping.blpop(30, "list");
  const translated = mapping.hset("hash", { a: 1 });
  await eventually(() => !translated.isPending);
  assertEquals(translated.value, 1);
  mapping.cancel("reasons of state");
  await assertRejects(
    async () =>
      await blocked.catch((reason) => {
        throw new Error(String(reason));
      }),
    Error,
    "reasons of state",
  );
  await eventually(() => connections(cluster)[1] === 0);
});

Deno.test("Cluster.map() has one time limit for all its commands", async () => {
  await using cluster = await makeTestCluster({ servers: 2, databasesEach: 1 });
  cluster.setup.servers[1].pause();
  const keys = Array.from({ length: 20 }, (_, i) => `key:${i}`);
  let promises: RbPromise<unknown>[] = [];
  const isPaused = (index: number) =>
    cluster.getRouter().getHostForKey(keys[index]) === 1;
  using time = new FakeTime();
  await timesOutAfter(time, () =>
    cluster.map((client) => {
      promises = keys.map((key) => client.set(key, key));
    }, { timeout: 150 }), {
    timeout: 150,
    errorClass: AggregateError,
    ready: () => promises.every((one, i) => isPaused(i) === one.isPending),
  });
  for (const [index, { value, reason }] of promises.entries()) {
    if (!isPaused(index)) {
      assertEquals(value, "OK");
    } else {
      assertInstanceOf(reason, TimeoutError);
      assertEquals(reason.hostId, 1);
    }
  }
  time[Symbol.dispose]();
  cluster.setup.servers[1].resume();
  assertEquals(await cluster.map((m) => m.get(keys[0])) ?? null, keys[0]);
  assertEquals(connections(cluster)[1], 0);
});

Deno.test("Cluster.map() gives up when its signal is aborted", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 1 });
  const controller = new AbortController();
  const { signal } = controller;
  let blocked: RbPromise<unknown> | undefined;
  const map = cluster.map((client) => {
    blocked = client.blpop(30, "list");
  }, { signal });
  setTimeout(() => controller.abort("stopped"), 20);
  assertEquals(await map.catch((reason) => reason), "stopped");
  assertEquals(blocked?.reason, "stopped");
  const late = cluster.map((client) => client.set("a", 1), { signal });
  assertEquals(await late.catch((reason) => reason), "stopped");
  assertEquals(await totalKeys(cluster), 0);
});
