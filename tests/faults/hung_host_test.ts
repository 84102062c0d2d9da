/**
 * Faults 52 and 76: a host that hangs is known, and so is its return.
 *
 * 52: timeouts in a row count as failures to reach a host. Covered: a server that
 * is stopped under open and under new connections; routing, local, mapping and
 * dedicated clients; with and without TLS; callers who have no patience, and a
 * server that answers others meanwhile, neither of which count. Dials take no
 * longer than commands may; probes are at most 5 seconds apart, also where
 * nothing answers; `ping()` asks; `retryIn` tells.
 *
 * 76: `waitUntilUp()`. Covered: a host that comes back, one that is there, one of
 * several; its time, its signal and that of the cluster; hosts that no waiting
 * brings back; a cluster that is closed; a program that does nothing else (in
 * `tests/cluster_idle_test.ts`).
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertGreater,
  assertInstanceOf,
  assertLessOrEqual,
  assertStringIncludes,
} from "@std/assert";
import {
  Cluster,
  ConnectionError,
  HostDownError,
  TimeoutError,
} from "../../mod.ts";
import { FaultProxy, RedisServer } from "../../src/testing.ts";
import { makeTlsFixtures } from "../../support/tls_fixtures.ts";
import { FakeTime, replaced } from "../fake_time.ts";
import {
  bounded,
  eventually,
  failureOf,
  isPending,
  timesOutAfter,
} from "./outcome.ts";
import { Proxied, reasonOf } from "./proxied.ts";
import { ScriptedServer } from "./scripted_server.ts";
import { blackhole, clusterAt } from "./single_host.ts";

type Call = (cluster: Cluster) => PromiseLike<unknown>;

const CALLS: Record<string, Call> = {
  "a routing client": (cluster) => cluster.getRoutingClient().get("k"),
  "writes": (cluster) => cluster.getRoutingClient().incr("n"),
  "a local client": (cluster) => cluster.getLocalClient(0).info(),
  "maps": (cluster) => cluster.map((client) => client.get("k")),
  "commands that block": (cluster) =>
    cluster.getRoutingClient().blpop(0.1, "k"),
  "ping()": (cluster) => cluster.ping(),
};

for (const [name, call] of Object.entries(CALLS)) {
  Deno.test(`fault 52: a server that is stopped counts as down after timeouts of ${name}`, async () => {
    await using server = await RedisServer.start({ transport: "tcp" });
    await using cluster = clusterAt(server.port, { timeout: 500 });
    await call(cluster);
    using time = new FakeTime();
    server.pause();
    try {
      const pool = cluster.getPoolForHost(0);
      const start = time.now;
      const errors: unknown[] = [];
      while (!pool.down && errors.length < 10) {
        errors.push(await time.settled(reasonOf(call(cluster)), 50));
      }
      assert(pool.down);
      for (const error of errors) assertInstanceOf(error, TimeoutError);
      assertLessOrEqual(time.now - start, 3_000);
      const client = cluster.getRoutingClient();
      const { error } = await failureOf(HostDownError, () => client.get("k"));
      assertInstanceOf(error.cause, TimeoutError);
    } finally {
      server.resume();
    }
    await time.until(() => !cluster.getPoolForHost(0).down, 50);
    assertEquals(
      await time.settled(cluster.getRoutingClient().set("k", "v")),
      "OK",
    );
  });
}

Deno.test("fault 52: callers side by side find out in one timeout that a server is stopped", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using cluster = clusterAt(server.port, { timeout: 500 });
  using time = new FakeTime();
  const clients = Array.from({ length: 40 }, () => cluster.getRoutingClient());
  await Promise.all(clients.map((client) => client.get("k")));
  server.pause();
  const all = clients.map((client) => reasonOf(client.get("k")));
  await time.advance(500);
  server.resume();
  for (const error of await Promise.all(all)) {
    assertInstanceOf(error, TimeoutError);
  }
  assert(cluster.getPoolForHost(0).down);
});

Deno.test("fault 52: over TLS", async () => {
  await using tls = await makeTlsFixtures();
  await using server = await RedisServer.start({ tls: tls.valid });
  await using cluster = new Cluster({
    hosts: [{ hostname: "localhost", port: server.port, tls: true }],
    hostDefaults: { caCerts: [tls.caCert] },
    timeout: 500,
  });
  const client = cluster.getRoutingClient();
  await client.get("k");
  using time = new FakeTime();
  server.pause();
  const pool = cluster.getPoolForHost(0);
  for (let i = 0; i < 10 && !pool.down; i++) {
    await time.settled(reasonOf(client.get("k")), 50);
  }
  server.resume();
  assert(pool.down);
});

Deno.test("fault 52: a caller who has no patience brings no host down", async () => {
  await using host = await Proxied.start(1);
  const { cluster, proxy } = host;
  const patient = cluster.getRoutingClient();
  const hasty = cluster.getRoutingClient({ timeout: 20 });
  await patient.set("k", "v");
  using time = new FakeTime();
  const pool = cluster.getPoolForHost(0);
  proxy.hold({ direction: "replies" });
  const slow = patient.get("k");
  for (let i = 0; i < 30; i++) {
    const late = reasonOf(hasty.get("k"));
    await time.settled(late, 10);
  }
  assert(!pool.down);
  assertEquals(pool.failures, 0);
  proxy.pass();
  assertEquals(await bounded(slow), "v");
});

Deno.test("fault 52: a server that answers others meanwhile is not down", async () => {
  await using host = await Proxied.start(1);
  const { cluster, proxy } = host;
  const client = cluster.getRoutingClient();
  await client.set("k", "v");
  using time = new FakeTime();
  const pool = cluster.getPoolForHost(0);
  // One connection has vanished; those that come later have not.
  for (let i = 0; i < 5; i++) {
    const map = cluster.getMappingClient({ timeout: 5_000 });
    await time.settled(map.get("k"));
    proxy.forget();
    const lost = reasonOf(map.get("k"));
    await eventually(() => proxy.connections === 0);
    await time.advance(4_000);
    assertEquals(await time.settled(client.get("k")), "v");
    await time.advance(1_000);
    assertInstanceOf(await time.settled(lost), TimeoutError);
    assertEquals(pool.failures, 0);
  }
});

Deno.test("fault 52: a dial takes no longer than the commands of the cluster", async () => {
  using hole = await blackhole();
  for (const timeout of [300, 20_000]) {
    await using cluster = clusterAt(hole.port, {
      timeout,
      poolOptions: { maxRetries: 0 },
    });
    using time = new FakeTime();
    const client = cluster.getRoutingClient({ timeout: 60_000 });
    await timesOutAfter(time, () => client.get("k"), {
      timeout: Math.min(timeout, 5_000),
      ready: () => cluster.getPoolForHost(0).dialing === 1,
    });
  }
});

Deno.test("fault 52: an explicit dialTimeout is what it says", async () => {
  using hole = await blackhole();
  await using cluster = clusterAt(hole.port, {
    timeout: 300,
    poolOptions: { maxRetries: 0, dialTimeout: 2_000 },
  });
  using time = new FakeTime();
  const client = cluster.getRoutingClient({ timeout: 60_000 });
  await timesOutAfter(time, () => client.get("k"), {
    timeout: 2_000,
    ready: () => cluster.getPoolForHost(0).dialing === 1,
  });
});

Deno.test("fault 52: probes of a host that refuses begin at most 2 seconds apart", async () => {
  await using server = new ScriptedServer(() => Promise.resolve());
  await using cluster = clusterAt(server.port, {
    poolOptions: { maxRetries: 0 },
  });
  using time = new FakeTime();
  using _random = replaced(Math, "random", () => 1);
  const client = cluster.getRoutingClient();
  const pool = cluster.getPoolForHost(0);
  while (!pool.down) await reasonOf(client.get("k"));
  for (let probe = 0; probe < 6; probe++) {
    const { error } = await failureOf(HostDownError, () => client.get("k"));
    assertEquals(error.retryIn, probe === 0 ? 1_000 : 2_000);
    const { failures } = pool;
    await time.advance(error.retryIn);
    await eventually(() => pool.failures > failures);
  }
});

Deno.test("fault 52: probes of a host that says nothing begin at most 5 seconds apart", async () => {
  await using server = ScriptedServer.silent();
  await using cluster = clusterAt(server.port, {
    poolOptions: { maxRetries: 0, breaker: { threshold: 1 } },
  });
  using time = new FakeTime();
  using _random = replaced(Math, "random", () => 1);
  const client = cluster.getRoutingClient();
  const pool = cluster.getPoolForHost(0);
  const first = reasonOf(client.get("k"));
  await eventually(() => server.accepted.length === 1);
  await time.advance(5_000);
  await bounded(first);
  assert(pool.down);
  await time.advance(1_000);
  for (let probes = 1; probes <= 4; probes++) {
    await eventually(() => server.accepted.length === 1 + probes);
    const { error } = await failureOf(HostDownError, () => client.get("k"));
    assertEquals(error.retryIn, 0, "it is being probed");
    await time.advance(5_000);
  }
});

Deno.test("fault 52: HostDownError.retryIn says when the next probe is", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using proxy = await FaultProxy.start(server);
  await using cluster = clusterAt(proxy.port, {
    poolOptions: {
      maxRetries: 0,
      breaker: { threshold: 1, minDelay: 1_000, maxDelay: 4_000 },
    },
  });
  using time = new FakeTime();
  using _random = replaced(Math, "random", () => 1);
  let told: unknown;
  cluster.addEventListener("down", ({ detail }) => told = detail.error);
  await proxy.refuse();
  const client = cluster.getRoutingClient();
  await reasonOf(client.get("k"));
  assertInstanceOf(told, HostDownError);
  assertEquals(told.retryIn, 1_000);
  const pool = cluster.getPoolForHost(0);
  for (const pause of [1_000, 2_000, 4_000, 4_000]) {
    await time.advance(pause / 4);
    const { error } = await failureOf(HostDownError, () => client.get("k"));
    assertEquals(error.retryIn, 3 * pause / 4);
    const { failures } = pool;
    await time.advance(error.retryIn);
    await eventually(() => pool.failures > failures);
  }
  const { error } = await failureOf(HostDownError, () => client.get("k"));
  proxy.pass();
  await time.advance(error.retryIn);
  await eventually(() => !pool.down);
});

Deno.test("fault 52: ping() asks a host that counts as down", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using proxy = await FaultProxy.start(server);
  await using cluster = clusterAt(proxy.port, {
    poolOptions: {
      maxRetries: 0,
      breaker: { threshold: 1, minDelay: 600_000, maxDelay: 600_000 },
    },
  });
  const client = cluster.getRoutingClient();
  await proxy.refuse();
  await reasonOf(client.get("k"));
  // It was asked, and its error says what it met.
  for (let i = 0; i < 3; i++) {
    const { failures } = cluster.getPoolForHost(0);
    const { error } = await failureOf(ConnectionError, () => cluster.ping());
    assertEquals([error.hostId, error.command, error.outcome], [
      0,
      "PING",
      "not-sent",
    ]);
    assertGreater(cluster.getPoolForHost(0).failures, failures);
  }
  await failureOf(HostDownError, () => client.get("k"));
  proxy.hold();
  using time = new FakeTime();
  await timesOutAfter(time, () => cluster.ping({ timeout: 300 }), {
    timeout: 300,
  });
  const reason = new Error("Enough");
  const controller = new AbortController();
  const { signal } = controller;
  const given = reasonOf(cluster.ping({ signal }));
  controller.abort(reason);
  assertEquals(await bounded(given), reason);
  proxy.pass();
  assertEquals([...(await bounded(cluster.ping())).keys()], [0]);
  assert(!cluster.getPoolForHost(0).down);
  assertEquals(await client.get("k"), null);
});

/** A cluster of hosts behind proxies, whose breakers take their time. */
function startHosts(count: number): Promise<Proxied> {
  return Proxied.start(count, {
    poolOptions: {
      maxRetries: 0,
      breaker: { threshold: 2, minDelay: 600_000, maxDelay: 600_000 },
    },
  });
}

Deno.test("fault 76: waitUntilUp() resolves when all hosts have answered", async () => {
  await using hosts = await startHosts(3);
  const { cluster, proxies } = hosts;
  await bounded(cluster.waitUntilUp());
  await bounded(cluster.waitUntilUp({ hosts: [] }));
  await proxies[1].refuse();
  await proxies[2].refuse();
  for (const proxy of proxies) proxy.reset();
  await bounded(cluster.waitUntilUp({ hosts: [0] }));
  using time = new FakeTime();
  const waiting = cluster.waitUntilUp();
  const two = cluster.waitUntilUp({ hosts: [0, 1, 1] });
  await time.advance(5_000);
  assert(await isPending(two));
  assert(cluster.getPoolForHost(1).down);
  proxies[1].pass();
  await time.settled(two);
  assert(!cluster.getPoolForHost(1).down);
  assert(await isPending(waiting));
  proxies[2].pass();
  await time.settled(waiting);
  for (const id of [0, 1, 2]) await cluster.getLocalClient(id).dbsize();
});

Deno.test("fault 76: waitUntilUp() sees a host within a second and a half of its return", async () => {
  await using hosts = await startHosts(1);
  const { cluster, proxy } = hosts;
  await proxy.refuse();
  using time = new FakeTime();
  const waiting = cluster.waitUntilUp();
  await time.advance(60_000);
  proxy.pass();
  await time.advance(1_500);
  await bounded(waiting);
});

Deno.test("fault 76: waitUntilUp() waits for a server that hangs, and is started again", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using cluster = clusterAt(server.port, { timeout: 200 });
  server.pause();
  await cluster.getRoutingClient().get("k").catch(() => {});
  const waiting = cluster.waitUntilUp();
  assert(await isPending(waiting));
  server.resume();
  await bounded(waiting);
  await server.kill();
  const again = cluster.waitUntilUp();
  assert(await isPending(again));
  await server.restart();
  await bounded(again);
  assertEquals(await cluster.getRoutingClient().get("k"), null);
});

Deno.test("fault 76: waitUntilUp() names the hosts that are down when its time is up", async () => {
  await using hosts = await startHosts(3);
  const { cluster, proxies } = hosts;
  await proxies[0].refuse();
  await proxies[2].refuse();
  using time = new FakeTime();
  const error = await timesOutAfter(
    time,
    () => cluster.waitUntilUp({ timeout: 3_000 }),
    { timeout: 3_000 },
  );
  assertStringIncludes(
    error.message,
    `hosts 0 at 127.0.0.1:${proxies[0].port}, 2 at 127.0.0.1:${
      proxies[2].port
    }`,
  );
  assertEquals([error.hostId, error.outcome], [undefined, "not-sent"]);
  assertInstanceOf(error.cause, ConnectionError);
  const one = await timesOutAfter(
    time,
    () => cluster.waitUntilUp({ hosts: [1, 2], timeout: 50 }),
    { timeout: 50 },
  );
  assertStringIncludes(one.message, "host 2 at");
  assertEquals(one.hostId, 2);
});

Deno.test("fault 76: waitUntilUp() ends with the reason of a signal", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using proxy = await FaultProxy.start(server);
  await proxy.refuse();
  const whole = new AbortController();
  await using cluster = clusterAt(proxy.port, { signal: whole.signal });
  const own = new AbortController();
  const waiting = reasonOf(cluster.waitUntilUp({ signal: own.signal }));
  const other = reasonOf(cluster.waitUntilUp({ timeout: 600_000 }));
  assert(await isPending(waiting));
  own.abort("Enough");
  assertEquals(await bounded(waiting), "Enough");
  assert(await isPending(other));
  whole.abort("All is over");
  assertEquals(await bounded(other), "All is over");
});

Deno.test("fault 76: waitUntilUp() does not wait for what will not come", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using proxy = await FaultProxy.start(server);
  await proxy.refuse();
  const cluster = new Cluster({ hosts: [proxy.host, server.host] });
  await failureOf(RangeError, () => cluster.waitUntilUp({ hosts: [0, 7] }));
  await failureOf(
    TypeError,
    () => cluster.waitUntilUp({ hosts: ["0"] as never }),
  );
  await failureOf(TypeError, () => cluster.waitUntilUp({ time: 1 } as never));
  const removed = reasonOf(cluster.waitUntilUp({ hosts: [0] }));
  const both = reasonOf(cluster.waitUntilUp({ hosts: [1, 0] }));
  assert(await isPending(removed));
  cluster.removeHost(0);
  assertInstanceOf(await bounded(removed), RangeError);
  assertInstanceOf(await bounded(both), RangeError);
  await cluster.close();
  await failureOf(ConnectionError, () => cluster.waitUntilUp());
});
