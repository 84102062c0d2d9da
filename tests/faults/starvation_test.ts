/**
 * Fault 48: nobody is refused within the call, nor in the same turn of the event
 * loop for ever. Covered: every reason that a command is refused for before
 * anything has to be waited for (a host that is down, a full queue, an aborted
 * signal, an argument, a name, a command that cannot be routed or shared, a host
 * or a cluster that is gone); every door (routing, local, mapping and fanout
 * clients, their methods and `sendCommand`, blocking commands, sequences, calls
 * to all hosts, `connect()` and its clients, pipelines included).
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Argument, Cluster, HostDownError } from "../../mod.ts";
import { FaultProxy, RedisServer } from "../../src/testing.ts";
import { eventually, failureOf } from "./outcome.ts";

/** Far more turns than a timer that is due needs to go off. */
const MANY = 100_000;

/** A loop that tries again at once, until a timer goes off. */
async function assertLetsTimersRun(
  name: string,
  call: () => PromiseLike<unknown>,
): Promise<void> {
  let isOver = false;
  setTimeout(() => isOver = true);
  let tries = 0;
  for (; !isOver && tries < MANY; tries++) {
    try {
      await call();
    } catch {
      continue;
    }
    throw new Error(`${name} did not fail`);
  }
  assert(isOver, `${name} starves the event loop`);
}

/** A promise is not rejected before somebody could listen. */
async function assertNotWithinCall(
  name: string,
  call: () => PromiseLike<unknown>,
): Promise<void> {
  let isSettled = false;
  const ended = call().then(() => {}, () => isSettled = true);
  for (let i = 0; i < 20; i++) await undefined;
  assertEquals(isSettled, false, `${name} is refused within its call`);
  await ended;
  assert(isSettled, name);
}

/** Checks both of every call, all of which fail. */
async function assertAllYield(
  calls: Record<string, () => PromiseLike<unknown>>,
): Promise<void> {
  for (const [name, call] of Object.entries(calls)) {
    await assertNotWithinCall(name, call);
    await assertLetsTimersRun(name, call);
  }
}

/** Ways to issue one command with one key. */
function waysOf(
  cluster: Cluster,
  name: string,
  args: Argument[],
): Record<string, () => PromiseLike<unknown>> {
  const routing = cluster.getRoutingClient();
  const local = cluster.getLocalClient(0);
  const map = cluster.getMappingClient({ settled: true });
  const fanout = cluster.getFanoutClient([0], { settled: false });
  return {
    "a routing client": () => routing.sendCommand(name, args),
    "a call with its own time": () =>
      routing.sendCommand(name, args, { timeout: 60_000 }),
    "a local client": () => local.sendCommand(name, args),
    "a mapping client": () => map.sendCommand(name, args),
    "a fanout client": () => fanout.sendCommand(name, args),
    "a targeted client": () => fanout.targetKey("k").sendCommand(name, args),
    "a map": () => cluster.map((client) => client.sendCommand(name, args)),
    "an asynchronous map": () =>
      cluster.map(async (client) => await client.sendCommand(name, args)),
    "a fanout": () => cluster.all((client) => client.sendCommand(name, args)),
    "a sequence": () =>
      cluster.executeCommands({ k: [[name, ...args] as [string]] }),
  };
}

/** A cluster whose one host is down. */
async function clusterOfDownHost(): Promise<Cluster> {
  const cluster = new Cluster({
    hosts: [{ port: 1 }],
    poolOptions: { maxRetries: 0, breaker: { minDelay: 600_000 } },
  });
  const client = cluster.getRoutingClient();
  for (let i = 0; i < 3; i++) await client.get("k").catch(() => {});
  await failureOf(HostDownError, () => client.get("k"));
  return cluster;
}

Deno.test("fault 48: a host that is down", async () => {
  await using cluster = await clusterOfDownHost();
  const client = cluster.getRoutingClient();
  const map = cluster.getMappingClient({ settled: true });
  await assertAllYield({
    ...waysOf(cluster, "GET", ["k"]),
    "get()": () => client.get("k"),
    "get() of a map": () => map.get("k"),
    "set() with an option": () => client.set("k", "v", { ex: 1 }),
    "mget()": () => client.mget("a", "b"),
    "mget() settled": async () => {
      const outcomes = await client.sendCommand("MGET", ["a", "b"], {
        settled: true,
      });
      assert(!Deno.inspect(outcomes).includes("fulfilled"));
      throw outcomes;
    },
    "blpop()": () => client.blpop(1, "k"),
    "dbsize()": () => cluster.dbsize(),
    "flush()": () => cluster.flush({ sure: true }),
    "scan()": () => cluster.scan().next(),
    "mapBatches()": () =>
      cluster.mapBatches(["k"], (client, key) => client.get(key)).next(),
  });
});

Deno.test("fault 48: a full queue", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  await using cluster = new Cluster({
    hosts: [proxy.host],
    timeout: 600_000,
    poolOptions: { maxQueueCommands: 1 },
  });
  proxy.hold();
  const first = cluster.getRoutingClient().get("k");
  const client = cluster.getRoutingClient();
  const map = cluster.getMappingClient({ settled: true });
  await assertAllYield({
    ...waysOf(cluster, "GET", ["k"]),
    "get()": () => client.get("k"),
    "get() of a map": () => map.get("k"),
    "blpop()": () => client.blpop(1, "k"),
    "SCRIPT KILL": () => cluster.getLocalClient(0).sendCommand("SCRIPT KILL"),
  });
  proxy.pass();
  assertEquals(await first, null);
});

Deno.test("fault 48: a signal that is aborted", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [server.host] });
  const signal = AbortSignal.abort(new Error("Enough"));
  const routing = cluster.getRoutingClient({ signal });
  const local = cluster.getLocalClient(0, { signal });
  await assertAllYield({
    "a routing client": () => routing.get("k"),
    "a routing client's blpop()": () => routing.blpop(1, "k"),
    "a local client": () => local.info(),
    "a call": () =>
      cluster.getRoutingClient().sendCommand("GET", ["k"], { signal }),
    "a map": () => cluster.map((client) => client.get("k"), { signal }),
    "an asynchronous map": () =>
      cluster.map(async (client) => await client.get("k"), { signal }),
    "a fanout": () => cluster.all((client) => client.info(), { signal }),
    "a sequence": () =>
      cluster.executeCommands({ k: [["GET", "k"]] }, { signal }),
    "connect()": () => cluster.connect(0, { signal }),
    "ping()": () => cluster.ping({ signal }),
    "dbsize()": () => cluster.dbsize({ signal }),
    "waitUntilUp()": () => cluster.waitUntilUp({ signal }),
  });
  // Something is opened nowhere.
  assertEquals(cluster.getPoolForHost(0).size, 0);
});

/** Commands that are wrong, whatever the server is like. */
const WRONG: Record<string, [name: string, args: unknown[]]> = {
  "an argument": ["GET", [undefined]],
  "arguments that are no list": ["GET", "k" as unknown as unknown[]],
  "an empty name": ["", []],
  "a name with a line": ["GET\r\n", ["k"]],
  "a command that changes its connection": ["WATCH", ["k"]],
  "an unknown subcommand": ["CLIENT", ["NEWS"]],
};

for (const [what, [name, args]] of Object.entries(WRONG)) {
  Deno.test(`fault 48: ${what}`, async () => {
    await using server = await RedisServer.start();
    await using cluster = new Cluster({ hosts: [server.host] });
    const ways = waysOf(cluster, name, args as Argument[]);
    // Lists cannot be spread that are none.
    if (!Array.isArray(args)) delete ways["a sequence"];
    await assertAllYield(ways);
  });
}

Deno.test("fault 48: methods that take something else, and commands without a host", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [server.host, server.host] });
  // deno-lint-ignore no-explicit-any -- what the types forbid is what is meant
  const client = cluster.getRoutingClient() as any;
  const map = cluster.getMappingClient({ settled: true });
  const router = cluster.getRouter();
  const keys = Array.from({ length: 50 }, (_, index) => `k${index}`);
  const other = keys.find((key) =>
    router.getHostForKey(key) !== router.getHostForKey("k0")
  )!;
  await assertAllYield({
    "get() of nothing": () => client.get(undefined),
    "get() of a list": () => client.get({}),
    "set() of nothing": () => client.set("k", undefined),
    "set() with nothing and an option": () =>
      client.set("k", undefined, { ex: 1 }),
    "get() of nothing in a map": () => map.get(undefined as never),
    "watch()": () => client.watch("k"),
    "subscribe()": () => client.subscribe("k"),
    "keys of two hosts": () => client.rename("k0", other),
    "an unknown command": () => client.sendCommand("NOSUCH", ["k"]),
    "a command without a key": () => client.sendCommand("SCRIPT KILL"),
    "a fanout without hosts": () => cluster.fanout((client) => client.get("k")),
    "an unknown option": () =>
      client.sendCommand("GET", ["k"], { unknown: true }),
    "flush()": () => cluster.flush({} as never),
    "ping()": () => cluster.ping({ unknown: true } as never),
    "dbsize()": () => cluster.dbsize({ unknown: true } as never),
    "waitUntilUp()": () => cluster.waitUntilUp({ hosts: [7] }),
    "connect()": () => cluster.connect(7),
    "a sequence that is none": () =>
      cluster.executeCommands({ k: ["GET" as never] }),
  });
});

Deno.test("fault 48: a cluster that is closed, and a host that was removed", async () => {
  await using server = await RedisServer.start();
  const cluster = new Cluster({ hosts: [server.host] });
  const { "a fanout": _, ...ways } = waysOf(cluster, "GET", ["k"]);
  const client = cluster.getLocalClient(0);
  await client.get("k");
  cluster.removeHost(0);
  await assertAllYield({ "a local client": () => client.get("k") });
  cluster.addHost(0, server.host);
  await cluster.close();
  await assertAllYield({
    ...ways,
    "get()": () => client.get("k"),
    "blpop()": () => client.blpop(1, "k"),
    "ping()": () => cluster.ping(),
    "connect()": () => cluster.connect(0),
    "waitUntilUp()": () => cluster.waitUntilUp(),
  });
});

Deno.test("fault 48: clients of connect()", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [server.host] });
  // deno-lint-ignore no-explicit-any -- what the types forbid is what is meant
  const client = await cluster.connect(0) as any;
  const pipeline = client.pipeline();
  await assertAllYield({
    "a wrong argument": () => client.get(undefined),
    "a command that ends the order": () => client.sendCommand("MONITOR"),
    "a pipeline": () => {
      pipeline.get(undefined);
      return pipeline.flush();
    },
  });
  client.close();
  await eventually(() => client.isClosed);
  await assertAllYield({
    "get()": () => client.get("k"),
    "a pipeline": () => {
      pipeline.get("k");
      return pipeline.flush();
    },
    "subscribe()": () => client.subscribe("news"),
  });
});

Deno.test("fault 48: a loop on a host that is down lets other hosts work, and sees it return", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using other = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  await using cluster = new Cluster({
    hosts: [proxy.host, other.host],
    poolOptions: { maxRetries: 0, breaker: { minDelay: 10, maxDelay: 20 } },
  });
  const [host, healthy] = [0, 1].map((id) => cluster.getLocalClient(id));
  await proxy.refuse();
  await assertRejects(() => host.get("k"));
  let isBack = false;
  const loop = (async () => {
    while (!isBack) {
      await host.get("k").then(() => isBack = true, () => {});
    }
  })();
  for (let i = 0; i < 20; i++) await healthy.incr("n");
  assertEquals(isBack, false);
  proxy.pass();
  await eventually(() => isBack);
  await loop;
});

Deno.test("fault 48: a million refusals let others have their turn", async () => {
  await using cluster = await clusterOfDownHost();
  const client = cluster.getRoutingClient();
  for (const key of ["k", undefined as never]) {
    let turns = 0;
    let isOver = false;
    const length = 50_000;
    const all = Promise.allSettled(
      Array.from({ length }, () => client.get(key)),
    ).finally(() => isOver = true);
    while (!isOver) {
      await new Promise<void>((wake) => setImmediate(wake));
      turns++;
    }
    for (const { status } of await all) assertEquals(status, "rejected");
    assert(turns >= 10, `There were ${turns} turns`);
  }
});
