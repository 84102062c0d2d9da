// The options of a client in its maps, and those of a map itself.

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  Cluster,
  type ClusterOptions,
  type FanoutOptions,
  type Key,
  type MapOptions,
  type RoutingClient,
  TimeoutError,
} from "../../mod.ts";
import {
  bounded,
  eventually,
  isPending,
  sleep,
} from "../../support/waiting.ts";
import { FakeTime, standingClock } from "../fake_time.ts";
import { assertQuiet, Proxied, reasonOf } from "../faults/proxied.ts";
import { ScriptedServer } from "../faults/scripted_server.ts";
import { reasonsOf } from "../faults/settlement.ts";

type Options = Omit<MapOptions, "settled">;

/** The ways to issue many commands, each with INCR of one key or on all hosts. */
const MAPS: Record<
  string,
  (on: Cluster | RoutingClient, key: Key, options?: Options) => unknown
> = {
  "map": (on, key, options) => on.map((map) => map.incr(key), options),
  "a map as a block": async (on, key, options) => {
    await using map = on.map(options);
    map.incr(key);
  },
  "getMappingClient": async (on, key, options) => {
    const map = on.getMappingClient(options);
    map.incr(key);
    await map.join();
  },
  "mapBatches": async (on, key, options) => {
    const entries = on.mapBatches([key], (map, key) => map.incr(key), options);
    for await (const _ of entries);
  },
  "executeCommands": (on, key, options) =>
    on.executeCommands({ [`${key}`]: [["INCR", key]] }, options),
  "fanout": (on, key, options) =>
    on.fanout([0], (one) => one.incr(key), options),
  "a fanout to the host of a key": (on, key, options) =>
    on.fanout((any) => any.targetKey(key).incr(key), options),
  "a fanout as a block": async (on, key, options) => {
    await using one = on.fanout([0], options);
    one.incr(key);
  },
  "getFanoutClient": async (on, key, options) => {
    const one = on.getFanoutClient([0], options);
    one.incr(key);
    await one.join();
  },
  "all": (on, key, options) => on.all((all) => all.incr(key), options),
  "all as a block": async (on, key, options) => {
    await using all = on.all(options);
    all.incr(key);
  },
};

/** Whose option it may be: of the cluster, of a client, or of the map. */
const OWNERS: Record<
  string,
  (options: Options & ClusterOptions) => [Cluster, RoutingClient, Options?]
> = {
  "the cluster": (options) => {
    const cluster = new Cluster(options);
    return [cluster, cluster.getRoutingClient()];
  },
  "the client": ({ hosts, ...options }) => {
    const cluster = new Cluster({ hosts, timeout: 60_000 });
    return [cluster, cluster.getRoutingClient(options)];
  },
  "the map": ({ hosts, ...options }) => {
    const cluster = new Cluster({ hosts, timeout: 60_000 });
    return [cluster, cluster.getRoutingClient({ timeout: 50_000 }), options];
  },
};

Deno.test("every map has the timeout of its own, its client or its cluster", async () => {
  await using server = ScriptedServer.silent();
  const hosts = [{ hostname: server.hostname, port: server.port }];
  const clusters: Cluster[] = [];
  const ends: Promise<void>[] = [];
  for (const [whose, open] of Object.entries(OWNERS)) {
    for (const [what, map] of Object.entries(MAPS)) {
      const [cluster, client, options] = open({ hosts, timeout: 300 });
      clusters.push(cluster);
      const targets = whose === "the cluster" ? [cluster, client] : [client];
      for (const on of targets) {
        ends.push((async () => {
          const reason = await reasonOf(
            (async () => await map(on, "key", options))(),
          );
          assertInstanceOf(reason, TimeoutError, `${what}, of ${whose}`);
        })());
      }
    }
  }
  // Otherwise it would take more than 50 seconds.
  assertEquals(await reasonsOf(ends), []);
  await Promise.all(clusters.map((cluster) => cluster.close()));
});

for (const [what, map] of Object.entries(MAPS)) {
  Deno.test(`idempotent holds for ${what}, whoever says so`, async () => {
    await using host = await Proxied.start(1);
    const { cluster, proxy, oracle } = host;
    // A connection that was idle for a while is asked first whether it answers.
    using _clock = standingClock();
    const plain = cluster.getRoutingClient();
    const ways: [RoutingClient, Options | undefined, string][] = [
      [plain, undefined, "1"],
      [plain, { idempotent: true }, "2"],
      [cluster.getRoutingClient({ idempotent: true }), undefined, "2"],
      [
        cluster.getRoutingClient({ idempotent: true }),
        { idempotent: false },
        "1",
      ],
    ];
    for (const [index, [on, options, runs]] of ways.entries()) {
      await plain.get("idle connection");
      const { cut } = proxy.stats;
      proxy.cut();
      const key = `key:${index}`;
      const end = (async () => await map(on, key, options))()
        .then(() => "answered", (error) => error.outcome);
      await eventually(() => proxy.stats.cut > cut);
      proxy.pass();
      assertEquals(await end, runs === "2" ? "answered" : "unknown");
      assertEquals(await oracle.command("GET", key), runs);
    }
  });
}

/** Ways to ask three hosts at once, each with the key of one of them. */
const WIDE: Record<
  string,
  (on: Cluster, keys: string[], options: Options) => PromiseLike<unknown>
> = {
  "map": (on, keys, options) =>
    on.map((map) => keys.map((key) => map.incr(key)), options),
  "getMappingClient": (on, keys, options) => {
    const map = on.getMappingClient(options);
    for (const key of keys) map.incr(key);
    return map.join();
  },
  "mapBatches": (on, keys, options) =>
    on.mapBatches(keys, (map, key) => map.incr(key), options).next(),
  "fanout": (on, _, options) =>
    on.fanout([0, 1, 2], (some) => some.ping(), options),
  "getFanoutClient": (on, _, options) =>
    on.getFanoutClient("all", options).ping(),
  "all": (on, _, options: FanoutOptions) =>
    on.all((all) => all.ping(), options),
};

for (const [what, map] of Object.entries(WIDE)) {
  Deno.test(`maxConcurrency bounds on how many hosts ${what} works at a time`, async () => {
    for (const maxConcurrency of [2, undefined]) {
      await using stack = new AsyncDisposableStack();
      const servers = [1, 2, 3].map(() => stack.use(ScriptedServer.silent()));
      const hosts = servers.map(({ hostname, port }) => ({ hostname, port }));
      const cluster = stack.use(new Cluster({ hosts }));
      const router = cluster.getRouter();
      const keys = servers.map((_, id) => {
        for (let i = 0;; i++) if (router.getHostForKey(i) === id) return `${i}`;
      });
      const controller = new AbortController();
      const options: Options = { signal: controller.signal };
      if (maxConcurrency !== undefined) options.maxConcurrency = maxConcurrency;
      // However long it takes: none of them counts as silent.
      using _ = new FakeTime();
      const end = reasonOf(map(cluster, keys, options));
      const busy = () => servers.filter(({ open }) => open > 0).length;
      const most = maxConcurrency ?? servers.length;
      await eventually(() => busy() === most);
      await sleep(30);
      assertEquals(busy(), most);
      controller.abort();
      await end;
    }
  });
}

Deno.test("executeCommands() keeps failures to their promises when settled", async () => {
  await using host = await Proxied.start(1);
  const { cluster, oracle } = host;
  await oracle.command("SET", "text", "value");
  const commands = { text: [["LPOP", "text"], ["GET", "text"]] } as const;
  const { text: [bad, good] } = await cluster.executeCommands(commands, {
    settled: true,
  });
  assertEquals((bad.reason as Error).name, "CommandError");
  assertEquals(good.value, "value");
  const error = await reasonOf(cluster.executeCommands(commands));
  assertEquals((error as Error).name, "CommandError");
});

Deno.test("a timeout of mapBatches is for each batch, that of a map for all of it", async () => {
  await using host = await Proxied.start(1, { timeout: 60_000 });
  const { cluster, proxy } = host;
  const keys = Array.from({ length: 12 }, (_, i) => `key:${i}`);
  using time = new FakeTime();
  const entries = cluster.mapBatches(keys, (map, key) => map.get(key), {
    timeout: 150,
    batchSize: 1,
    autoBatch: false,
  });
  const isBusy = () => cluster.getPoolForHost(0).leased > 0;
  for (const _ of keys) {
    proxy.hold();
    let isThere = false;
    const next = entries.next().finally(() => isThere = true);
    next.catch(() => {});
    // Either it waits for replies, or they came with those before.
    await eventually(() => isBusy() || isThere);
    await time.advance(100);
    proxy.pass();
    assert(!(await bounded(next)).done);
    await assertQuiet(cluster);
  }
  const second = Promise.withResolvers<void>();
  const mapping = reasonOf(cluster.map(async (map) => {
    await map.get(keys[0]);
    await time.advance(100);
    proxy.hold();
    const reply = map.get(keys[1]);
    second.resolve();
    await reply;
  }, { timeout: 150 }));
  await bounded(second.promise);
  await time.advance(49);
  assert(await isPending(mapping));
  await time.advance(1);
  assertInstanceOf(await bounded(mapping), TimeoutError);
});

Deno.test("a call has the timeout it says, and otherwise that of its client", async () => {
  await using server = ScriptedServer.silent();
  const { hostname, port } = server;
  await using cluster = new Cluster({
    hosts: [{ hostname, port }],
    timeout: 60_000,
  });
  const short = { timeout: 100 };
  const long = { timeout: 60_000 };
  const { signal } = new AbortController();
  const calls = [
    () => cluster.getRoutingClient().sendCommand("GET", ["k"], short),
    () => cluster.getRoutingClient(long).sendCommand("INCR", ["k"], short),
    () =>
      cluster.getRoutingClient(long).sendCommand("GET", ["k"], {
        ...short,
        signal,
      }),
    () => cluster.getRoutingClient(short).sendCommand("GET", ["k"], { signal }),
    () => cluster.getRoutingClient(short).sendCommand("GET", ["k"]),
    () => cluster.getLocalClient(0, short).sendCommand("GET", ["k"]),
    () => cluster.getLocalClient(0, long).sendCommand("GET", ["k"], short),
    () => cluster.getLocalClient(0, short).get("k"),
    () => cluster.ping(short),
    () => cluster.dbsize(short),
    () => cluster.flush({ ...short, sure: true }),
    () => cluster.scan(short).next(),
  ];
  const ends = calls.map(async (call) =>
    assertInstanceOf(await reasonOf(call()), TimeoutError, `${call}`)
  );
  // Otherwise it would take a minute.
  assertEquals(await reasonsOf(ends), []);
});
