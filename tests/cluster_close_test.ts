import { assert, assertEquals, assertRejects } from "@std/assert";
import { Cluster, type HostEventDetail } from "../src/cluster.ts";
import { ConnectionError } from "../src/errors.ts";
import { makeTestCluster, TestSetup } from "../src/testing.ts";
import { ask } from "../support/raw_client.ts";
import { countKeys } from "./counts.ts";
import { eventually } from "../support/waiting.ts";

Deno.test("Cluster.disconnectPools() closes connections, and new ones open", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 2 });
  const client = cluster.getRoutingClient();
  await client.set("foo", 1);
  const id = cluster.getRouter().getHostForKey("foo");
  const pool = cluster.getPoolForHost(id);
  assertEquals(pool.size, 1);
  const underWay = client.get("foo");
  await cluster.disconnectPools();
  assertEquals(await underWay, "1");
  assertEquals(pool.size, 0);
  assertEquals(await client.get("foo"), "1");
  assertEquals(cluster.getPoolForHost(id).size, 1);
});

Deno.test("Cluster.close() drains what is under way", async () => {
  await using setup = await TestSetup.start({ servers: 2, databasesEach: 2 });
  const cluster = new Cluster({ hosts: setup.hosts });
  const client = cluster.getRoutingClient();
  const keys = Array.from({ length: 1_000 }, (_, i) => `key:${i}`);
  const writes = keys.map((key) => client.set(key, key));
  await cluster.close();
  assertEquals(new Set(await Promise.all(writes)), new Set(["OK"]));
  const counts = await Promise.all(setup.hosts.map(countKeys));
  assertEquals(counts.reduce((sum, count) => sum + count), keys.length);
});

Deno.test("Cluster.close() lets a map finish that is under way", async () => {
  await using setup = await TestSetup.start({ servers: 2, databasesEach: 2 });
  const cluster = new Cluster({ hosts: setup.hosts });
  const keys = Array.from({ length: 1_000 }, (_, i) => `key:${i}`);
  const writing = cluster.map((m) => keys.map((key) => m.set(key, key)));
  const single = cluster.getRoutingClient().append("single", "x");
  await cluster.close();
  assertEquals(await single, 1);
  const written = await writing;
  assert(written.every((promise) => promise.value === "OK"));
});

Deno.test("Cluster.close() refuses afterwards, and closes twice", async () => {
  await using setup = await TestSetup.start({ servers: 1, databasesEach: 2 });
  const cluster = new Cluster({ hosts: setup.hosts });
  const client = cluster.getRoutingClient();
  await client.set("foo", 1);
  const hostId = cluster.getRouter().getHostForKey("foo");
  const local = cluster.getLocalClient(hostId);
  const closings = [cluster.close(), cluster.close()];
  const refused = await assertRejects(
    () => client.get("foo"),
    ConnectionError,
    "the cluster is closed",
  );
  assertEquals(refused.outcome, "not-sent");
  await Promise.all(closings);
  await cluster.close();
  const closed: [command: string, () => Promise<unknown>][] = [
    ["GET", () => client.get("foo")],
    ["GET", () => cluster.map((m) => m.get("foo"))],
    ["PING", () => cluster.fanout([hostId], (c) => c.ping())],
    ["BLPOP", () => client.blpop(0, "foo")],
    ["INCR", () => local.incr("foo")],
  ];
  for (const [command, call] of closed) {
    const error = await assertRejects(call, ConnectionError);
    assertEquals([error.command, error.hostId], [command, hostId]);
  }
  await assertRejects(() => cluster.all((c) => c.ping()));
  await assertRejects(() => client.mget("foo", "bar"));
  assertEquals(await ask(setup.hosts[0], "PING"), "PONG");
});

Deno.test("Cluster.close() of an unused cluster opens nothing", async () => {
  const cluster = new Cluster({ hosts: { 0: { port: 1 } } });
  await cluster.close();
  await using other = new Cluster({ hosts: {} });
  assertEquals(other.hosts.size, 0);
});

Deno.test("Cluster gives everything up when its signal is aborted", async () => {
  await using setup = await TestSetup.start({ servers: 1, databasesEach: 2 });
  const controller = new AbortController();
  await using cluster = new Cluster({
    hosts: setup.hosts,
    signal: controller.signal,
  });
  const client = cluster.getRoutingClient();
  const blocked = client.blpop(30, "list");
  const map = cluster.map((m) => m.blpop(30, "list"));
  setTimeout(() => controller.abort(new Error("Over")), 20);
  await assertRejects(() => blocked, Error, "Over");
  await assertRejects(() => map, Error, "Over");
  await assertRejects(() => client.get("foo"), Error, "Over");
});

Deno.test("Cluster says when a host is down, and when it is back", async () => {
  await using setup = await TestSetup.start({ servers: 1, databasesEach: 1 });
  await using cluster = new Cluster({
    hosts: setup.hosts,
    poolOptions: {
      maxRetries: 0,
      breaker: { threshold: 2, minDelay: 20, maxDelay: 50 },
    },
  });
  const events: string[] = [];
  for (const type of ["down", "up", "reconnect"]) {
    cluster.addEventListener(type, (event) => {
      const { hostId } = (event as CustomEvent<HostEventDetail>).detail;
      events.push(`${type} ${hostId}`);
    });
  }
  const local = cluster.getLocalClient(0);
  await local.ping();
  await setup.servers[0].kill();
  for (let i = 0; i < 3; i++) await local.ping().catch(() => {});
  assert(cluster.getPoolForHost(0).down);
  assertEquals(events, ["down 0"]);
  await setup.servers[0].restart();
  await eventually(() => !cluster.getPoolForHost(0).down);
  assertEquals(events.toSorted(), ["down 0", "reconnect 0", "up 0"]);
  assertEquals(await local.ping(), "PONG");
});
