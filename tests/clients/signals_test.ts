// Signals that live longer than what they are given to.

import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { Cluster } from "../../mod.ts";
import { makeTestCluster, RedisServer } from "../../src/testing.ts";
import { eventually } from "../faults/outcome.ts";
import { Proxied, reasonOf } from "../faults/proxied.ts";
import { blackhole, clusterAt } from "../faults/single_host.ts";

/** A signal that counts who listens to it. */
function countedSignal(): { signal: AbortSignal; listeners(): number } {
  const { signal } = new AbortController();
  const listening = new Set<unknown>();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (type: string, listener: unknown) => {
    listening.add(listener);
    Reflect.apply(addEventListener, signal, [type, listener]);
  };
  signal.removeEventListener = (type: string, listener: unknown) => {
    listening.delete(listener);
    Reflect.apply(removeEventListener, signal, [type, listener]);
  };
  return { signal, listeners: () => listening.size };
}

/** Ways to use a signal, each of which ends before the signal does. */
const USES: Record<
  string,
  (cluster: Cluster, signal: AbortSignal) => Promise<unknown>
> = {
  "a command": (cluster, signal) =>
    cluster.getRoutingClient().sendCommand("GET", ["key"], { signal }),
  "a routing client": (cluster, signal) =>
    cluster.getRoutingClient({ signal }).get("key"),
  "a local client": (cluster, signal) =>
    cluster.getLocalClient(0, { signal }).get("key"),
  "a command that blocks": (cluster, signal) =>
    cluster.getRoutingClient({ signal }).blpop(0.01, "list"),
  "a command that fails": (cluster, signal) =>
    reasonOf(cluster.getRoutingClient({ signal }).sadd("text", "x")),
  "a map": (cluster, signal) =>
    cluster.map((map) => map.get("key").then(() => map.get("key")), { signal }),
  "a map that is cancelled": async (cluster, signal) => {
    const map = cluster.getMappingClient({ signal });
    map.get("key");
    map.cancel();
    await reasonOf(map.join());
  },
  "mapBatches": async (cluster, signal) => {
    const entries = cluster.mapBatches(["a", "b"], (map, key) => map.get(key), {
      signal,
      batchSize: 1,
    });
    for await (const _ of entries);
  },
  "a fanout": (cluster, signal) =>
    cluster.all((client) => client.dbsize(), { signal }),
  "executeCommands": (cluster, signal) =>
    cluster.executeCommands({ key: [["GET", "key"]] }, { signal }),
  "ping": (cluster, signal) => cluster.ping({ signal }),
  "a scan": async (cluster, signal) => {
    for await (const _ of cluster.scan({ signal }));
  },
  "a scan that is left": async (cluster, signal) => {
    for await (const _ of cluster.scan({ signal })) break;
  },
  "connect": async (cluster, signal) => {
    const client = await cluster.connect(0, { signal });
    await client.get("key");
    client.close();
  },
  "connect that is lost": async (cluster, signal) => {
    const client = await cluster.connect(0, { signal });
    // Before that the server may not know of it yet.
    await client.ping();
    await cluster.getLocalClient(0).sendCommand("CLIENT", [
      "KILL",
      "TYPE",
      "normal",
    ]);
    await eventually(() => !client.isConnected);
  },
  "a subscription": async (cluster, signal) => {
    const client = await cluster.connect(0, { signal });
    (await client.subscribe("channel")).close();
  },
};

for (const [what, use] of Object.entries(USES)) {
  Deno.test(`${what} leaves nothing on its signal`, async () => {
    await using server = await RedisServer.start();
    await using cluster = new Cluster({ hosts: [server.host] });
    await cluster.getRoutingClient().set("text", "value");
    const { signal, listeners } = countedSignal();
    for (let i = 0; i < 3; i++) await use(cluster, signal);
    await eventually(() => listeners() === 0);
  });
}

Deno.test("connect() to a host that cannot be reached leaves nothing on its signal", async () => {
  using hole = await blackhole();
  await using cluster = clusterAt(hole.port);
  const { signal, listeners } = countedSignal();
  const options = { signal, timeout: 30 };
  await reasonOf(cluster.connect(0, options));
  await reasonOf(cluster.getRoutingClient(options).get("key"));
  assertEquals(listeners(), 0);
});

Deno.test("a dispatcher listens to its signal again whenever it has work", async () => {
  await using host = await Proxied.start(1);
  const { cluster, proxy } = host;
  const controller = new AbortController();
  const client = cluster.getRoutingClient({ signal: controller.signal });
  for (let i = 1; i < 4; i++) assertEquals(await client.incr("n"), i);
  proxy.hold();
  const held = reasonOf(client.incr("n"));
  await eventually(() => cluster.getPoolForHost(0).leased === 1);
  controller.abort("over");
  assertEquals(await held, "over");
  assertEquals(await reasonOf(client.incr("n")), "over");
  assertEquals(await reasonOf(client.blpop(1, "list")), "over");
  proxy.pass();
});

/** A signal beside the one that matters. */
function other(): AbortSignal {
  return new AbortController().signal;
}

/** Whose signal it is, and a way to wait on a host that says nothing. */
const SIGNALS: Record<
  string,
  (port: number, signal: AbortSignal) => [Cluster, (c: Cluster) => unknown]
> = {
  "the cluster, in a command": (port, signal) => [
    clusterAt(port, { signal }),
    (cluster) => cluster.getRoutingClient().get("key"),
  ],
  "the cluster, in a local client": (port, signal) => [
    clusterAt(port, { signal }),
    (cluster) => cluster.getLocalClient(0).get("key"),
  ],
  "the cluster, in a map with another": (port, signal) => [
    clusterAt(port, { signal }),
    (cluster) =>
      cluster.map((map) => map.get("key"), {
        signal: other(),
      }),
  ],
  "the cluster, in a client's call with another": (port, signal) => [
    clusterAt(port, { signal }),
    (cluster) =>
      cluster.getRoutingClient({ signal: other() })
        .sendCommand("GET", ["key"], { signal: other() }),
  ],
  "the cluster, in connect()": (port, signal) => [
    clusterAt(port, { signal }),
    (cluster) => cluster.connect(0).then((client) => client.get("key")),
  ],
  "the cluster, in ping()": (port, signal) => [
    clusterAt(port, { signal }),
    (cluster) => cluster.ping(),
  ],
  "the cluster, in a scan": (port, signal) => [
    clusterAt(port, { signal }),
    (cluster) => cluster.scan({ signal: other() }).next(),
  ],
  "a client, in its map": (port, signal) => [
    clusterAt(port),
    (cluster) =>
      cluster.getRoutingClient({ signal }).map((map) => map.get("k")),
  ],
  "a client, in its map with another": (port, signal) => [
    clusterAt(port),
    (cluster) =>
      cluster.getRoutingClient({ signal }).map((map) => map.get("k"), {
        signal: other(),
      }),
  ],
  "a client, in its mapBatches": (port, signal) => [
    clusterAt(port),
    (cluster) =>
      cluster.getRoutingClient({ signal })
        .mapBatches(["k"], (map, key) => map.get(key)).next(),
  ],
  "a client, in its fanout": (port, signal) => [
    clusterAt(port),
    (cluster) => cluster.getRoutingClient({ signal }).all((all) => all.ping()),
  ],
  "a client, in executeCommands": (port, signal) => [
    clusterAt(port),
    (cluster) =>
      cluster.getRoutingClient({ signal })
        .executeCommands({ k: [["GET", "k"]] }),
  ],
  "a client, in a call with another": (port, signal) => [
    clusterAt(port),
    (cluster) =>
      cluster.getRoutingClient({ signal }).sendCommand("GET", ["k"], {
        signal: other(),
      }),
  ],
  "a client of a cluster with another": (port, signal) => [
    clusterAt(port, { signal: other() }),
    (cluster) => cluster.getRoutingClient({ signal }).get("k"),
  ],
  "a call of a client with another": (port, signal) => [
    clusterAt(port),
    (cluster) =>
      cluster.getRoutingClient({ signal: other() })
        .sendCommand("GET", ["k"], { signal }),
  ],
  "a map of a cluster with another": (port, signal) => [
    clusterAt(port, { signal: other() }),
    (cluster) => cluster.map((map) => map.get("k"), { signal }),
  ],
  "connect() to a cluster with another": (port, signal) => [
    clusterAt(port, { signal: other() }),
    (cluster) => cluster.connect(0, { signal }).then((one) => one.get("k")),
  ],
  "a map": (port, signal) => [
    clusterAt(port),
    (cluster) => cluster.map((map) => map.get("k"), { signal }),
  ],
  "a mapping client": (port, signal) => [
    clusterAt(port),
    (cluster) => cluster.getMappingClient({ signal }).get("k"),
  ],
  "a map as a block": (port, signal) => [
    clusterAt(port),
    (cluster) => cluster.map({ signal }).get("k"),
  ],
  "mapBatches": (port, signal) => [
    clusterAt(port),
    (cluster) =>
      cluster.mapBatches(["k"], (map, key) => map.get(key), { signal }).next(),
  ],
  "a fanout": (port, signal) => [
    clusterAt(port),
    (cluster) => cluster.fanout([0], (one) => one.ping(), { signal }),
  ],
  "a fanout client": (port, signal) => [
    clusterAt(port),
    (cluster) => cluster.getFanoutClient("all", { signal }).ping(),
  ],
  "executeCommands": (port, signal) => [
    clusterAt(port),
    (cluster) => cluster.executeCommands({ k: [["GET", "k"]] }, { signal }),
  ],
};

for (const [whose, make] of Object.entries(SIGNALS)) {
  Deno.test(`the signal of ${whose} ends it with its reason`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const controller = new AbortController();
    const [cluster, call] = make(listener.addr.port, controller.signal);
    const reason = { over: true };
    const result = reasonOf(call(cluster) as Promise<unknown>);
    // Under way: nobody will answer.
    using _connection = await listener.accept();
    controller.abort(reason);
    assertStrictEquals(await result, reason);
    await cluster.close();
  });
}

Deno.test("a subscription ends with the reason of its signal", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [server.host] });
  for (const reason of [new Error("Given up"), "given up"]) {
    const controller = new AbortController();
    const client = await cluster.connect(0, { signal: controller.signal });
    const subscription = await client.subscribe("news");
    const ends = [
      reasonOf(subscription.receive().next()),
      reasonOf(subscription.receiveBuffers().next()),
    ];
    controller.abort(reason);
    assertEquals(await Promise.all(ends), [reason, reason]);
    assertEquals(await reasonOf(client.get("key")), reason);
    assert(client.isClosed && subscription.isClosed);
  }
});

Deno.test("connect() that is aborted at any moment opens nothing", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  const { connect } = Deno;
  let opened = 0;
  for (let steps = 0; steps < 25; steps++) {
    await using cluster = clusterAt(server.port);
    const controller = new AbortController();
    // So many steps of the microtask queue after the socket is there.
    Object.assign(Deno, {
      connect: async (options: Deno.ConnectOptions) => {
        const socket = await connect(options);
        let left = steps;
        const step = () => {
          if (left-- > 0) queueMicrotask(step);
          else controller.abort(new Error("Given up"));
        };
        step();
        return socket;
      },
    });
    try {
      const client = await cluster.connect(0, { signal: controller.signal });
      opened++;
      await eventually(() => !client.isConnected);
    } catch (error) {
      assertStrictEquals(error, controller.signal.reason);
    } finally {
      Object.assign(Deno, { connect });
    }
    // A socket that is left open would be found by the sanitizer.
  }
  assert(opened > 0, "the last ones come after it is open");
});

Deno.test("an error reply is counted, although its callback gives the map up", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 1 });
  await cluster.getRoutingClient().set("text", "a");
  const controller = new AbortController();
  const mapped = cluster.map((client) => {
    client.lpush("text", "b").catch(() => controller.abort("enough"));
    for (let i = 0; i < 100; i++) client.incr(`counter:${i}`);
  }, { signal: controller.signal });
  await assertRejects(() => mapped, AggregateError, "101 of 101 commands");
  assertEquals(cluster.stats().get(0)?.errors, { WRONGTYPE: 1 });
});
