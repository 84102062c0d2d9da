import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { Cluster } from "../src/cluster.ts";
import { BadHostSetupError } from "../src/errors.ts";
import { ConsistentHashingRouter } from "../src/topology/mod.ts";
import { makeTestCluster, TestSetup } from "../src/testing.ts";
import { ask } from "../support/raw_client.ts";

Deno.test("Cluster.getRouter() is built anew when the hosts change", () => {
  const cluster = new Cluster({ hosts: { 0: { db: 0 } } });
  const router = cluster.getRouter();
  assertStrictEquals(cluster.getRouter(), router);
  assertEquals([...router.cluster.hosts], [...cluster.hosts]);
  cluster.addHost(1, { db: 1 });
  const second = cluster.getRouter();
  assertNotStrictEquals(second, router);
  assertEquals([...second.cluster.hosts.keys()], [0, 1]);
  assert(cluster.removeHost(1));
  assertNotStrictEquals(cluster.getRouter(), second);
});

Deno.test("Cluster.getRouter() routes as Python rb does", () => {
  const cluster = new Cluster({ hosts: [{ db: 0 }, { db: 1 }, { db: 2 }] });
  const router = cluster.getRouter();
  assertEquals(["foo", "bar", "baz"].map((key) => router.getHostForKey(key)), [
    1,
    2,
    0,
  ]);
  assertEquals(router.getHostForCommand("INCR", ["foo"]), 1);
  assertEquals(router.getKey("INCR", ["foo"]), "foo");
});

Deno.test("Cluster.getRouter() takes the class and the options it is given", () => {
  const cluster = new Cluster({
    hosts: [{ label: "a" }, { label: "b" }, { label: "c" }],
    router: ConsistentHashingRouter,
    routerOptions: { hashTags: true },
  });
  const router = cluster.getRouter();
  assertInstanceOf(router, ConsistentHashingRouter);
  for (let i = 0; i < 20; i++) {
    assertEquals(router.getHostForKey(`{a}${i}`), router.getHostForKey("a"));
  }
});

Deno.test("Cluster.getRouter() refuses hosts with gaps", async () => {
  const cluster = new Cluster({ hosts: { 1: {} } });
  assertThrows(
    () => cluster.getRouter(),
    BadHostSetupError,
    'Expected a host with id "0"',
  );
  await assertRejects(
    () => cluster.getRoutingClient().get("a"),
    BadHostSetupError,
  );
  await assertRejects(() => cluster.map((m) => m.get("a")), BadHostSetupError);
  await cluster.close();
});

Deno.test("Cluster.addHost() takes an id and options, options or a URL", () => {
  const cluster = new Cluster({ hosts: {}, hostDefaults: { port: 7000 } });
  cluster.addHost(0, { hostname: "a.test" });
  cluster.addHost({ hostId: 1, hostname: "b.test" });
  cluster.addHost(2, "redis://c.test:1/3");
  cluster.addHost(3);
  assertEquals([...cluster.hosts.values()].map((host) => host.address), [
    "a.test:7000",
    "b.test:7000",
    "c.test:1/3",
    "localhost:7000",
  ]);
  assertThrows(() => cluster.addHost(0), TypeError, "Two hosts share the id 0");
  assertThrows(() => cluster.addHost({ port: 1 }), TypeError, "has no id");
  assertThrows(() => cluster.addHost(-1), RangeError);
  assertEquals(cluster.hosts.size, 4);
});

Deno.test("Cluster.addHost() makes commands find the new host", async () => {
  await using setup = await TestSetup.start({ servers: 2, databasesEach: 1 });
  const [first, second] = setup.hosts;
  await using cluster = new Cluster({ hosts: [first] });
  const client = cluster.getRoutingClient();
  await client.set("foo", "old");
  cluster.addHost(second);
  assertEquals(cluster.getRouter().getHostForKey("foo"), 1);
  await client.set("foo", "new");
  assertEquals(await ask(first, "GET", "foo"), "old");
  assertEquals(await ask(second, "GET", "foo"), "new");
});

Deno.test("Cluster.removeHost() finishes what is under way", async () => {
  await using setup = await TestSetup.start({ servers: 2, databasesEach: 1 });
  await using cluster = new Cluster({ hosts: setup.hosts });
  const local = cluster.getLocalClient(1);
  const underWay = local.eval("return 'done'", ["any"], []);
  assert(cluster.removeHost(1));
  assertFalse(cluster.removeHost(1));
  assertEquals(await underWay, "done");
  await assertRejects(() => local.ping(), RangeError, "There is no host 1");
  assertThrows(() => cluster.getPoolForHost(1), RangeError);
  assertEquals(await cluster.getRoutingClient().set("foo", 1), "OK");
  assertEquals(await ask(setup.hosts[0], "GET", "foo"), "1");
});

Deno.test("Cluster.getPoolForHost() takes an id or a host", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 2 });
  const pool = cluster.getPoolForHost(1);
  assertStrictEquals(cluster.getPoolForHost(cluster.hosts.get(1)!), pool);
  assertEquals([pool.size, pool.idle, pool.leased], [0, 0, 0]);
  await cluster.getLocalClient(1).ping();
  assertEquals([pool.size, pool.idle, pool.leased], [1, 1, 0]);
  assertEquals(cluster.getPoolForHost(0).size, 0);
});

Deno.test("Cluster.getLocalClient() talks to one host, whatever the key", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 4 });
  for (const id of cluster.hosts.keys()) {
    await cluster.getLocalClient(id).set("foo", id);
  }
  for (const [id, host] of cluster.setup.hosts.entries()) {
    assertEquals(await ask(host, "GET", "foo"), `${id}`);
  }
  assertThrows(() => cluster.getLocalClient(4), RangeError, "no host 4");
});

Deno.test("Cluster.getLocalClientForKey() talks to the host of the key", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 4 });
  await cluster.getRoutingClient().set("foo", "here");
  const local = cluster.getLocalClientForKey("foo");
  assertEquals(await local.get("foo"), "here");
  assertEquals(await local.dbsize(), 1);
});
