// What a lane does with what is lost, given up, or not yet on its way.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
} from "@std/assert";
import {
  Cluster,
  ConnectionError,
  type RbPromise,
  TimeoutError,
} from "../../mod.ts";
import { makeTestCluster, RedisServer } from "../../src/testing.ts";
import { eventually, sleep } from "../faults/outcome.ts";
import {
  assertQuiet,
  connected,
  Proxied,
  reasonOf,
  told,
} from "../faults/proxied.ts";
import { blackhole, clusterAt } from "../faults/single_host.ts";

/** More commands than wait for the end of a turn. */
const MANY = 10_000;

Deno.test("what is given up in the turn it was issued in opens no connection", async () => {
  await using host = await Proxied.start(1);
  const { cluster, proxy } = host;
  const map = cluster.getMappingClient();
  const set = map.set("key", "value");
  map.cancel("given up");
  assertEquals(set.reason, "given up");
  const controller = new AbortController();
  const reason = reasonOf(
    cluster.getRoutingClient({ signal: controller.signal }).incr("n"),
  );
  controller.abort("given up");
  assertEquals(await reason, "given up");
  await sleep(20);
  assertEquals(proxy.stats.accepted, 0);
  assertEquals(cluster.getPoolForHost(0).dialing, 0);
});

Deno.test("a server that lets nobody in, or speaks no TLS, is told of by its connections", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  using silent = await blackhole();
  for (
    const host of [
      { hostname: "127.0.0.1", port: server.port, tls: true },
      { hostname: "127.0.0.1", port: silent.port },
    ]
  ) {
    // The command gives up before the dial does.
    const poolOptions = { dialTimeout: 60_000 };
    const options = { hosts: [host], timeout: 300, poolOptions };
    await using cluster = new Cluster(options);
    const error = await reasonOf(cluster.getRoutingClient().get("key"));
    assertInstanceOf(error, TimeoutError);
    assertStringIncludes(
      error.message,
      "no connection to it was ready by then",
    );
  }
});

Deno.test("a command that is given up is counted once, whatever becomes of its connection", async () => {
  await using host = await Proxied.start(1);
  const { cluster, proxy } = host;
  const stats = () => cluster.stats().get(0)!;
  const controller = new AbortController();
  const { signal } = controller;
  await connected(cluster);
  proxy.hold();
  const aborted = [
    reasonOf(cluster.getRoutingClient({ signal }).incr("n")),
    reasonOf(cluster.map((map) => map.incr("n"), { signal })),
  ];
  await eventually(() => cluster.getPoolForHost(0).leased === 2);
  await eventually(() => stats().bytes.sent > 60);
  controller.abort("given up");
  assertEquals(await Promise.all(aborted), ["given up", "given up"]);
  await eventually(() => cluster.getPoolForHost(0).size === 0);
  // An abort is no error of the host.
  assertEquals(stats().errors, {});

  const timeout = 50;
  const overdue = await Promise.all([
    reasonOf(cluster.getRoutingClient({ timeout }).incr("n")),
    reasonOf(cluster.map((map) => map.incr("n"), { timeout })),
  ]);
  await eventually(() => cluster.getPoolForHost(0).size === 0);
  assertEquals(stats().errors, { TimeoutError: overdue.length });
  assertEquals([stats().timeouts, stats().retries], [overdue.length, 0]);
  assertEquals(stats().batches.count, 5);
  proxy.pass();
});

Deno.test("an abort in the middle of a turn does not send what the turn still gathers", async () => {
  await using host = await Proxied.start(1);
  const { cluster, proxy } = host;
  const controller = new AbortController();
  const given = cluster.getRoutingClient({ signal: controller.signal });
  const client = cluster.getRoutingClient();
  // One connection for what is held, and an idle one that could be had.
  const replies = [1, 2].map(() => cluster.map((map) => map.incr("n")));
  await Promise.all(replies);
  proxy.hold();
  const held = reasonOf(given.get("held"));
  await eventually(() => cluster.getPoolForHost(0).leased === 1);
  const { count } = cluster.stats().get(0)!.batches;
  replies[0] = client.incr("n");
  controller.abort("given up");
  replies[1] = client.incr("n");
  for (let i = 0; i < 3; i++) {
    await undefined;
    replies.push(client.incr("n"));
  }
  proxy.pass();
  assertEquals(await held, "given up");
  assertEquals(await Promise.all(replies), [3, 4, 5, 6, 7]);
  // The one that was given up, and one for all of the others.
  assertEquals(cluster.stats().get(0)?.batches.count, count + 2);
});

Deno.test("what one turn adds does not have the deadline of what waits from before", async () => {
  using hole = await blackhole();
  await using cluster = clusterAt(hole.port, { timeout: 300 });
  for (
    const client of [cluster.getRoutingClient(), cluster.getMappingClient()]
  ) {
    const first = reasonOf(client.incr("n"));
    await sleep(150);
    let isOver = false;
    const second = reasonOf(client.incr("n")).finally(() => isOver = true);
    assertEquals(told(await first).name, "TimeoutError");
    assertEquals(isOver, false);
    assertEquals(told(await second).name, "TimeoutError");
  }
});

Deno.test("a large batch waits for its turn where a map is bound to fewer hosts", async () => {
  await using cluster = await makeTestCluster({ servers: 2, databasesEach: 1 });
  const router = cluster.getRouter();
  const [one, other] = [0, 1].map((id) => {
    for (let i = 0;; i++) if (router.getHostForKey(i) === id) return `${i}`;
  });
  await cluster.map((map) => [map.get(one), map.get(other)]);
  const sent = () => [0, 1].map((id) => cluster.stats().get(id)!.bytes.sent);
  const before = sent();
  const replies = await cluster.map((map) => {
    const replies: RbPromise<number>[] = [];
    for (const key of [one, other]) {
      for (let i = 0; i < MANY; i++) replies.push(map.incr(key));
    }
    assertEquals(sent()[1], before[1]);
    return replies;
  }, { maxConcurrency: 1 });
  assertEquals(
    replies.findIndex(({ value }, i) => value !== i % MANY + 1),
    -1,
  );
});

Deno.test("mapBatches() sends nothing at once past a batch that has to pause", async () => {
  // A batch that is slow for the time that it has is not followed at once.
  await using host = await Proxied.start(1, { timeout: 60_000 });
  const { cluster, proxy, oracle } = host;
  const large = "x".repeat(20_000_000);
  const entries = cluster.mapBatches(["first", large, "last"], (map, value) => {
    // So that the large one is half written, and what is behind it not at all.
    if (value === large) proxy.hold();
    return map.set("key", value);
  }, { batchSize: 1, autoBatch: false, idempotent: true });
  await entries.next();
  await eventually(() => cluster.stats().get(0)?.queue.commands === 2);
  await sleep(50);
  const { accepted } = proxy.stats;
  proxy.pass();
  proxy.reset();
  await entries.next();
  await entries.next();
  assert((await entries.next()).done);
  assertEquals(proxy.stats.accepted, accepted + 1);
  assertEquals(await oracle.command("GET", "key"), "last");
  await assertQuiet(cluster);
});

Deno.test("a lane keeps its connection when the last of an older one is given up", async () => {
  await using host = await Proxied.start(1);
  const { cluster, proxy } = host;
  const pool = cluster.getPoolForHost(0);
  const controllers = [new AbortController(), new AbortController()];
  await connected(cluster);
  const { accepted } = proxy.stats;
  proxy.hold();
  const held = controllers.map(({ signal }) =>
    reasonOf(cluster.getRoutingClient({ signal }).incr("n"))
  );
  await eventually(() => pool.leased === 1);
  controllers[0].abort("given up");
  // The other one still waits there, so this gets a connection of its own.
  const later = cluster.getRoutingClient().incr("n");
  await eventually(() => proxy.stats.accepted > accepted && pool.leased === 2);
  controllers[1].abort("given up");
  proxy.pass();
  assertEquals(await Promise.all(held), ["given up", "given up"]);
  assertEquals(typeof await later, "number");
  await assertQuiet(cluster);
});

Deno.test("what was behind a half written command is sent over another connection at once", async () => {
  await using host = await Proxied.start(1, {
    // With room for another one, nobody would wait behind so much.
    poolOptions: { maxConnections: 1 },
  });
  const { cluster, proxy } = host;
  await connected(cluster);
  proxy.hold();
  const large = reasonOf(
    cluster.getRoutingClient().set("large", "x".repeat(20_000_000)),
  );
  const behind = cluster.getRoutingClient().incr("n");
  await eventually(() => cluster.getPoolForHost(0).leased === 1);
  await sleep(50);
  proxy.pass();
  proxy.reset();
  assertEquals(told(await large).outcome, "unknown");
  assertEquals(await behind, 1);
  assertEquals(cluster.stats().get(0)?.retries, 1);
});

Deno.test("mapBatches() runs no further ahead while others wait for a connection", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxConnections: 1 },
  });
  const { cluster, proxy } = host;
  const pool = cluster.getPoolForHost(0);
  const waiting = new Map<string, number>();
  const entries = cluster.mapBatches(["a", "b", "c", "d"], (map, key) => {
    waiting.set(key, pool.waiting);
    if (key === "a") proxy.hold();
    return map.set(key, key);
  }, { batchSize: 1, autoBatch: false });
  const first = entries.next();
  await eventually(() => pool.leased === 1);
  // It gets the connection between the first batch and the next one.
  const other = cluster.map((map) => map.incr("n"));
  await eventually(() => pool.waiting === 1);
  proxy.pass();
  await first;
  for await (const _ of entries);
  assertEquals(await other, 1);
  assertEquals(waiting.get("c"), 0, "the batch before waits in turn");
});

Deno.test("what was given up in the queue of a pool does not keep others from it", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxConnections: 1 },
  });
  const { cluster, proxy } = host;
  const pool = cluster.getPoolForHost(0);
  const controller = new AbortController();
  const given = cluster.getRoutingClient({ signal: controller.signal });
  proxy.hold();
  const holder = cluster.map((map) => map.incr("n"));
  await eventually(() => pool.leased === 1);
  const waiting = reasonOf(given.incr("n"));
  await eventually(() => pool.waiting === 1);
  controller.abort("given up");
  assertEquals(await waiting, "given up");
  const later = cluster.getRoutingClient().incr("n");
  await eventually(() => pool.waiting === 1);
  proxy.pass();
  assertEquals(await Promise.all([holder, later]), [1, 2]);
});

Deno.test("a client's command does not wait while that of another pauses", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxRetries: 1_000, breaker: { threshold: 10_000 } },
  });
  const { cluster, proxy } = host;
  await proxy.refuse();
  let isOver = false;
  const pausing = cluster.getRoutingClient().get("key")
    .finally(() => isOver = true);
  // The pause that begins now takes 400 ms at least.
  await eventually(() => cluster.getPoolForHost(0).failures === 5);
  proxy.pass();
  assertEquals(await cluster.getRoutingClient().incr("n"), 1);
  assertEquals(await cluster.getLocalClient(0).incr("n"), 2);
  assertEquals(isOver, false);
  assertEquals(await pausing, null);
});

Deno.test("mapBatches() does not run ahead over connections that are being closed", async () => {
  await using host = await Proxied.start(1);
  const { cluster, proxy, oracle } = host;
  const begun: string[] = [];
  let disconnecting: Promise<void> | undefined;
  const entries = cluster.mapBatches(["a", "b", "c", "d"], (map, key) => {
    begun.push(key);
    const set = map.set("key", key);
    if (key === "b") {
      proxy.hold();
      disconnecting = cluster.disconnectPools();
    }
    return set;
  }, { batchSize: 1, autoBatch: false });
  await entries.next();
  await eventually(() => begun.length === 2);
  await sleep(20);
  assertEquals(begun, ["a", "b"]);
  proxy.pass();
  for await (const _ of entries);
  await disconnecting;
  assertEquals(begun, ["a", "b", "c", "d"]);
  assertEquals(await oracle.command("GET", "key"), "d");
});

Deno.test("a write that was lost says so, whether it could be tried again or not", async () => {
  for (const maxRetries of [0, 3]) {
    await using host = await Proxied.start(1, { poolOptions: { maxRetries } });
    const client = await connected(host.cluster);
    host.proxy.cut();
    for (const options of [{}, { idempotent: true }]) {
      if (maxRetries > 0 && options.idempotent) continue;
      const error = await reasonOf(client.sendCommand("INCR", ["n"], options));
      assertInstanceOf(error, ConnectionError);
      assertEquals([error.hostId, error.outcome], [0, "unknown"]);
      assert(error.message.startsWith("Lost the connection to host 0 at"));
      assert(error.cause instanceof ConnectionError);
    }
  }
});

Deno.test("the failure that brings a host down is told, later ones are that it is down", async () => {
  await using cluster = new Cluster({
    hosts: [{ hostname: "127.0.0.1", port: 1 }],
    poolOptions: { breaker: { threshold: 1 } },
  });
  const client = cluster.getRoutingClient();
  const names: unknown[] = [];
  for (let i = 0; i < 3; i++) {
    names.push(told(await reasonOf(client.incr("n"))).name);
  }
  assertEquals(names, ["ConnectionError", "HostDownError", "HostDownError"]);
  assertEquals(cluster.stats().get(0)?.retries, 0);
});
