import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLessOrEqual,
  assertRejects,
} from "@std/assert";
import {
  CommandError,
  ConnectionError,
  HostDownError,
  type HostStats,
  PoolTimeoutError,
  ProtocolError,
  QueueFullError,
  TimeoutError,
} from "../mod.ts";
import { LatencyHistogram } from "../src/delivery/stats.ts";
import { Proxied } from "../support/proxied.ts";
import { FakeTime } from "./fake_time.ts";
import { ScriptedServer } from "./faults/scripted_server.ts";
import { clusterAt } from "./faults/single_host.ts";
import { bounded, eventually, sleep } from "../support/waiting.ts";

const NO_LATENCY = new LatencyHistogram().summary();

const NOTHING: HostStats = {
  sent: 0,
  replies: 0,
  errors: {},
  timeouts: 0,
  retries: 0,
  redirects: 0,
  refreshes: 0,
  failovers: 0,
  queue: { commands: 0, bytes: 0 },
  batches: { count: 0, mean: 0, max: 0 },
  bytes: { sent: 0, received: 0 },
  latency: NO_LATENCY,
  recent: { milliseconds: 0, commands: 0, errors: 0, latency: NO_LATENCY },
  connections: { open: 0, idle: 0, opened: 0, lost: 0 },
};

function statsOf({ cluster }: Proxied, hostId = 0): HostStats {
  const stats = cluster.stats().get(hostId);
  assert(stats !== undefined);
  return stats;
}

Deno.test("stats() has zeros for a host that was never used", async () => {
  await using hosts = await Proxied.start(2);
  assertEquals([...hosts.cluster.stats()], [[0, NOTHING], [1, NOTHING]]);
  const [key] = hosts.keys(1, 1);
  await hosts.cluster.getRoutingClient().get(key);
  assertEquals(statsOf(hosts, 0), NOTHING);
  assertEquals(statsOf(hosts, 1).sent, 1);
});

Deno.test("stats() counts commands, batches and the bytes that the network saw", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  const keys = host.keys(0, 10);
  await Promise.all(keys.map((key) => client.set(key, `value of ${key}`)));
  await client.get(keys[0]);
  const { bytesToServer, bytesToClient } = host.proxy.stats;
  const stats = statsOf(host);
  assertEquals(
    { sent: stats.sent, replies: stats.replies, errors: stats.errors },
    { sent: 11, replies: 11, errors: {} },
  );
  assertEquals(stats.batches, { count: 2, mean: 5.5, max: 10 });
  assertEquals(stats.bytes, { sent: bytesToServer, received: bytesToClient });
  assertEquals(stats.queue, { commands: 0, bytes: 0 });
  assertEquals(stats.connections, { open: 1, idle: 1, opened: 1, lost: 0 });
});

Deno.test("stats() counts the commands of a merged map, not its frames", async () => {
  await using host = await Proxied.start(1);
  const keys = host.keys(0, 100);
  await host.cluster.map((client) => keys.map((key) => client.get(key)));
  const { sent, replies, batches } = statsOf(host);
  assertEquals({ sent, replies, batches }, {
    sent: 100,
    replies: 100,
    batches: { count: 1, mean: 100, max: 100 },
  });
});

Deno.test("stats() measures the time from the issue to the reply", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  const keys = host.keys(0, 3);
  using time = new FakeTime();
  await client.get(keys[0]);
  assertEquals(statsOf(host).latency.max, 0);
  host.proxy.delay(100);
  const replies = Promise.all(keys.map((key) => client.get(key)));
  await eventually(() => time.delays.includes(100));
  await time.advance(100);
  await bounded(replies);
  const { count, p50, p90, p99, max } = statsOf(host).latency;
  assertEquals([count, max], [4, 100]);
  // Three of four took that long, since each command of a batch counts.
  for (const percentile of [p50, p90, p99]) {
    assertGreaterOrEqual(percentile, 95);
    assertLessOrEqual(percentile, max);
  }
});

Deno.test("stats() shows what is queued or under way", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  const [key] = host.keys(0, 1);
  using _ = new FakeTime();
  await client.get(key);
  host.proxy.hold();
  const replies = [client.get(key), client.set(key, "x".repeat(1_000))];
  const { queue, connections } = statsOf(host);
  assertEquals(queue.commands, 2);
  assertGreater(queue.bytes, 1_000);
  await sleep(10);
  assertEquals(statsOf(host).connections, { ...connections, idle: 0 });
  host.proxy.pass();
  await Promise.all(replies);
  assertEquals(statsOf(host).queue, { commands: 0, bytes: 0 });
});

Deno.test("stats() counts error replies by their code", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  const [key] = host.keys(0, 1);
  await client.set(key, "text");
  await assertRejects(() => client.lpush(key, "item"), CommandError);
  await assertRejects(() => client.incr(key), CommandError);
  await assertRejects(
    () => host.cluster.map((client) => [client.lpush(key, "item")]),
    CommandError,
  );
  const { errors, replies, timeouts } = statsOf(host);
  assertEquals(errors, { WRONGTYPE: 2, ERR: 1 });
  assertEquals({ replies, timeouts }, { replies: 4, timeouts: 0 });
});

Deno.test("stats() counts a write whose reply was lost, and does not retry it", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  const [key] = host.keys(0, 1);
  using _ = new FakeTime();
  await client.get(key);
  host.proxy.cut();
  await assertRejects(() => client.incr(key), ConnectionError);
  const { sent, replies, errors, retries } = statsOf(host);
  assertEquals({ sent, replies, errors, retries }, {
    sent: 2,
    replies: 1,
    errors: { ConnectionError: 1 },
    retries: 0,
  });
  await eventually(() => statsOf(host).connections.lost === 1);
});

Deno.test("stats() counts the retry of a read whose reply was lost", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  const [key] = host.keys(0, 1);
  using time = new FakeTime();
  await client.get(key);
  host.proxy.cut();
  const reply = client.get(key);
  await eventually(() => host.proxy.stats.cut === 1);
  host.proxy.pass();
  assertEquals(await time.settled(reply), null);
  const { sent, replies, errors, retries, connections } = statsOf(host);
  assertEquals({ sent, replies, errors, retries }, {
    sent: 3,
    replies: 2,
    errors: {},
    retries: 1,
  });
  assertEquals(connections, { open: 1, idle: 1, opened: 2, lost: 1 });
});

Deno.test("stats() counts what ran out of time, with and without a connection", async () => {
  await using host = await Proxied.start(1, {
    timeout: 100,
    poolOptions: { maxConnections: 1 },
  });
  const client = host.cluster.getRoutingClient();
  const [key] = host.keys(0, 1);
  using time = new FakeTime();
  await client.get(key);
  host.proxy.hold();
  const overdue = assertRejects(() => client.get(key), TimeoutError);
  const waiting = assertRejects(
    () => host.cluster.map((client) => [client.get(key)], { timeout: 50 }),
    PoolTimeoutError,
  );
  await eventually(() => host.cluster.getPoolForHost(0).waiting === 1);
  await time.advance(100);
  await bounded(Promise.all([overdue, waiting]));
  const { errors, timeouts } = statsOf(host);
  assertEquals(errors, { TimeoutError: 1, PoolTimeoutError: 1 });
  assertEquals(timeouts, 2);
  host.proxy.pass();
});

Deno.test("stats() counts what was refused: no room, host down", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: {
      maxQueueCommands: 2,
      maxRetries: 0,
      breaker: { threshold: 1 },
    },
  });
  const client = host.cluster.getRoutingClient();
  const [key] = host.keys(0, 1);
  const replies = await Promise.allSettled(
    Array.from({ length: 5 }, () => client.get(key)),
  );
  const full = replies.filter((reply) =>
    reply.status === "rejected" && reply.reason instanceof QueueFullError
  );
  assertEquals(full.length, 3);
  assertEquals(statsOf(host).errors, { QueueFullError: 3 });
  assertEquals(statsOf(host).sent, 2);

  await host.proxy.refuse();
  host.proxy.reset();
  await eventually(() => statsOf(host).connections.open === 0);
  await assertRejects(() => client.get(key), ConnectionError);
  await assertRejects(() => client.get(key), HostDownError);
  const { errors, sent } = statsOf(host);
  assertEquals(errors, {
    QueueFullError: 3,
    ConnectionError: 1,
    HostDownError: 1,
  });
  assertEquals(sent, 2);
});

Deno.test("stats() counts what was no reply at all", async () => {
  await using server = ScriptedServer.replying("HTTP/1.1 400 No\r\n\r\n");
  await using cluster = clusterAt(server.port);
  await assertRejects(
    () => cluster.getRoutingClient().get("key"),
    ProtocolError,
  );
  const { errors, retries, replies } = cluster.stats().get(0)!;
  assertEquals(errors, { ProtocolError: 1 });
  assertEquals({ retries, replies }, { retries: 0, replies: 0 });
});

Deno.test("stats() of a new host has nothing of one that was removed", async () => {
  await using host = await Proxied.start(1);
  await host.cluster.getLocalClient(0).ping();
  assertEquals(statsOf(host).sent, 1);
  assert(host.cluster.removeHost(0));
  const { hostname, port } = host.proxy;
  host.cluster.addHost(0, { hostname, port });
  assertEquals(statsOf(host), NOTHING);
  await host.cluster.getLocalClient(0).ping();
  assertEquals(statsOf(host).sent, 1);
});

Deno.test("stats() goes on counting after disconnectPools()", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  const [key] = host.keys(0, 1);
  await client.get(key);
  await host.cluster.disconnectPools();
  const { sent, connections } = statsOf(host);
  assertEquals(sent, 1);
  assertEquals(connections, { open: 0, idle: 0, opened: 1, lost: 1 });
  await client.get(key);
  assertEquals(statsOf(host).sent, 2);
  assertEquals(statsOf(host).connections, {
    open: 1,
    idle: 1,
    opened: 2,
    lost: 1,
  });
});
