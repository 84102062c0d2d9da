// Changes of a cluster in the middle of a turn of the event loop.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import {
  BadHostSetupError,
  Cluster,
  ConnectionError,
  type RbPromise,
} from "../mod.ts";
import { RedisServer } from "../src/testing.ts";
import { oracle } from "../support/raw_client.ts";
import { eventually, sleep } from "./faults/outcome.ts";
import { reasonOf } from "./faults/proxied.ts";
import { reasonsOf } from "./faults/settlement.ts";
import { blackhole, clusterAt } from "./faults/single_host.ts";

/** Two servers, a cluster of the first one, and how to put another in its place. */
async function replaceable() {
  const servers = await Promise.all([RedisServer.start(), RedisServer.start()]);
  const [first, second] = servers;
  const cluster = new Cluster({ hosts: { 0: first.host } });
  const oracles = servers.map((server) => oracle(server));
  return {
    cluster,
    replace(server: RedisServer): void {
      assert(cluster.removeHost(0));
      cluster.addHost(0, server.host);
    },
    first,
    second,
    valuesOf: (key: string) =>
      Promise.all(oracles.map((one) => one.command("GET", key))),
    async [Symbol.asyncDispose](): Promise<void> {
      await cluster.close();
      await Promise.all(oracles.map((one) => one[Symbol.asyncDispose]()));
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

type Set = (key: string, value: string) => PromiseLike<unknown>;

/** The kinds of client that outlive a change, each as a way to write. */
const CLIENTS: Record<string, (cluster: Cluster) => Set> = {
  "a routing client": (cluster) => {
    const client = cluster.getRoutingClient();
    return (key, value) => client.set(key, value);
  },
  "a local client": (cluster) => {
    const client = cluster.getLocalClient(0);
    return (key, value) => client.set(key, value);
  },
  "a mapping client": (cluster) => {
    const client = cluster.getMappingClient();
    return (key, value) => client.set(key, value);
  },
  "a fanout client": (cluster) => {
    const client = cluster.getFanoutClient("all");
    return (key, value) => client.set(key, value);
  },
};

for (const [kind, open] of Object.entries(CLIENTS)) {
  Deno.test(`${kind} finds the host that has an id now, within a turn too`, async () => {
    await using setup = await replaceable();
    const { cluster, first, second } = setup;
    const set = open(cluster);
    await set("key", "before");
    const old = set("old", "first");
    setup.replace(second);
    const later = set("new", "second");
    await Promise.all([old, later]);
    setup.replace(first);
    await set("back", "first");
    assertEquals(await setup.valuesOf("new"), [null, "second"]);
    assertEquals(await setup.valuesOf("back"), ["first", null]);
    assertEquals(await setup.valuesOf("old"), ["first", null]);
  });
}

Deno.test("a map goes to the new host of an id for what it issues from then on", async () => {
  await using setup = await replaceable();
  const { cluster, second } = setup;
  let later: RbPromise<unknown> | undefined;
  await cluster.map((client) => {
    client.set("old", "first").done(() => {
      setup.replace(second);
      later = client.set("new", "second");
    });
  });
  assertEquals(later?.value, "OK");
  assertEquals(await setup.valuesOf("old"), ["first", null]);
  assertEquals(await setup.valuesOf("new"), [null, "second"]);
});

Deno.test("a large batch stays with its host when that is replaced while it leaves", async () => {
  await using setup = await replaceable();
  const { cluster, second } = setup;
  const client = cluster.getRoutingClient();
  await client.get("idle connection");
  const before = Array.from({ length: 10_000 }, () => client.incr("n"));
  setup.replace(second);
  const after = Array.from({ length: 10_000 }, () => client.incr("n"));
  assertEquals((await Promise.all(before)).at(-1), 10_000);
  assertEquals((await Promise.all(after)).at(-1), 10_000);
  assertEquals(await setup.valuesOf("n"), ["10000", "10000"]);
});

Deno.test("the counts of a host that replaces another are its own", async () => {
  await using setup = await replaceable();
  const { cluster, second } = setup;
  const client = cluster.getRoutingClient();
  const old = [client.get("a"), client.get("b")];
  setup.replace(second);
  const { queue } = cluster.stats().get(0)!;
  assertEquals(queue, { commands: 0, bytes: 0 });
  const later = client.get("c");
  assertEquals(cluster.stats().get(0)?.queue.commands, 1);
  await Promise.all([...old, later]);
  const { sent, replies, batches } = cluster.stats().get(0)!;
  assertEquals([sent, replies, batches.count], [1, 1, 1]);
});

Deno.test("a host that is removed within a turn refuses what is issued later", async () => {
  await using setup = await replaceable();
  const { cluster } = setup;
  const client = cluster.getLocalClient(0);
  const map = cluster.getMappingClient({ settled: true });
  const before = [client.set("a", 1), map.set("b", 1)];
  cluster.removeHost(0);
  const after = [client.set("c", 1), map.set("d", 1)].map(reasonOf);
  for (const reason of await Promise.all(after)) {
    // The router of no host at all says so first.
    assert(reason instanceof RangeError || reason instanceof BadHostSetupError);
  }
  assertEquals(await Promise.all(before), ["OK", "OK"]);
  await map.join();
  assertEquals(await setup.valuesOf("c"), [null, null]);
  assertThrows(() => cluster.getPoolForHost(0), RangeError);
});

Deno.test("close() within a turn sends what was issued before, and nothing after", async () => {
  await using setup = await replaceable();
  const { cluster } = setup;
  const client = cluster.getRoutingClient();
  const map = cluster.getMappingClient({ settled: true });
  const before = [client.set("a", 1), map.set("b", 1)];
  const closing = cluster.close();
  const after = [client.set("c", 1), map.set("d", 1)].map(reasonOf);
  assertEquals(await Promise.all(before), ["OK", "OK"]);
  for (const reason of await Promise.all(after)) {
    assertInstanceOf(reason, ConnectionError);
    assertEquals([reason.hostId, reason.outcome], [0, "not-sent"]);
  }
  await closing;
  assertEquals(await setup.valuesOf("a"), ["1", null]);
  assertEquals(await setup.valuesOf("c"), [null, null]);
});

for (const timeout of [5_000, 2 ** 40, Infinity]) {
  Deno.test(`close() waits for what is under way, be its time limit ${timeout}`, async () => {
    await using server = await RedisServer.start();
    await using removed = await RedisServer.start();
    await using cluster = new Cluster({
      hosts: [server.host, removed.host],
      timeout,
    });
    const locals = [0, 1].map((id) => cluster.getLocalClient(id));
    await Promise.all(locals.map((local) => local.ping()));
    const pools = [0, 1].map((id) => cluster.getPoolForHost(id));
    for (const one of [server, removed]) one.pause();
    const held = locals.map((local) => local.incr("n"));
    await eventually(() => pools.every(({ leased }) => leased === 1));
    // One that was removed before is waited for as well.
    cluster.removeHost(1);
    let isClosed = false;
    const closing = cluster.close().then(() => isClosed = true);
    await sleep(50);
    assertEquals(isClosed, false);
    server.resume();
    assertEquals(await held[0], 1);
    await sleep(20);
    assertEquals(isClosed, false);
    removed.resume();
    assertEquals(await held[1], 1);
    await closing;
    assertEquals(pools.map(({ size }) => size), [0, 0]);
  });
}

Deno.test("close() waits for the last of what is under way, not for the first", async () => {
  await using server = await RedisServer.start();
  await using direct = oracle(server);
  await using cluster = new Cluster({ hosts: [server.host] });
  const client = cluster.getRoutingClient();
  const blocked = client.blpop(10, "list");
  const counted = client.incr("n");
  let isClosed = false;
  const closing = cluster.close().then(() => isClosed = true);
  assertEquals(await counted, 1);
  await sleep(20);
  assertEquals(isClosed, false);
  await direct.command("RPUSH", "list", "item");
  assertEquals(await blocked, ["list", "item"]);
  await closing;
});

Deno.test("close() does not wait for a connection that nobody accepts", async () => {
  using hole = await blackhole();
  const cluster = clusterAt(hole.port, {
    timeout: 100,
    poolOptions: { dialTimeout: 600_000 },
  });
  const reasons = [
    reasonOf(cluster.getRoutingClient().get("key")),
    reasonOf(cluster.getRoutingClient().blpop(1, "list")),
    reasonOf(cluster.connect(0, { timeout: 600_000 })),
  ];
  await reasons[0];
  assertEquals(await reasonsOf([cluster.close(), ...reasons]), []);
});
