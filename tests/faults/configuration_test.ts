/*
 * Configuration is understood or refused by name, when it is given.
 * Covered here: the forms in which hosts may be given (records, lists, Maps,
 * text, URL objects, classes with getters), what no host has in a URL, unknown
 * names, wrong types and ranges, and what contradicts itself, at every level
 * (cluster, hosts, their defaults, pool, breaker, router, clients, maps, calls,
 * the helpers for tests) and through every door; options that answer differently
 * the second time; names that servers refuse. On real servers by TCP, TLS and
 * unix sockets; RESP2 and RESP3.
 */

import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  Cluster,
  type ClusterOptions,
  ConsistentHashingRouter,
  PartitionRouter,
} from "../../mod.ts";
import {
  FaultProxy,
  makeTestCluster,
  RedisServer,
  TestSetup,
} from "../../src/testing.ts";
import { ask, oracle } from "../../support/raw_client.ts";
import { makeTlsFixtures } from "../../support/tls_fixtures.ts";

const SECRET = "s3cr3t-p4ssw0rd";

/** Options that the types do not allow. */
function wrongly<T>(options: unknown): T {
  return options as T;
}

/** Ways to give a cluster its host 0, as options, text, or anything else. */
const DOORS: Record<string, (host: unknown) => Cluster> = {
  "a list": (host) => new Cluster({ hosts: wrongly([host]) }),
  "a record": (host) => new Cluster({ hosts: wrongly({ 0: host }) }),
  "a record without a prototype": (host) =>
    new Cluster({
      hosts: wrongly(Object.assign(Object.create(null), { 0: host })),
    }),
  "a record that is a class": (host) => {
    class Hosts {
      get 0() {
        return host;
      }
    }
    return new Cluster({ hosts: wrongly(new Hosts()) });
  },
  "a Map": (host) => new Cluster({ hosts: wrongly(new Map([[0, host]])) }),
  addHost: (host) => {
    const cluster = new Cluster({ hosts: [] });
    cluster.addHost(0, wrongly(host));
    return cluster;
  },
};

Deno.test("fault 63: a host reaches its server in whatever form it is given", async () => {
  await using tls = await makeTlsFixtures();
  await using plain = await RedisServer.start({
    transport: "tcp",
    config: [`user app on >${SECRET}/% ~* +@all`],
  });
  await using secure = await RedisServer.start({ tls: tls.valid });
  await ask(plain, "SET", "where", "plain");
  await ask({ path: secure.path }, "SET", "where", "secure");
  const { hostname, port, path } = plain;
  class Config {
    #host = { hostname, port };
    get hostname() {
      return this.#host.hostname;
    }
    get port() {
      return this.#host.port;
    }
    toString() {
      return `${this.hostname}:${this.port}`;
    }
  }
  const user = `app:${SECRET}%2F%25`;
  const forms: [form: unknown, where: string][] = [
    [{ hostname, port }, "plain"],
    [{ hostname, port, hostId: 0 }, "plain"],
    [new Config(), "plain"],
    [new class extends Config {}(), "plain"],
    [Object.create({ hostname, port }), "plain"],
    [{ path }, "plain"],
    [{ path, username: "app", password: `${SECRET}/%` }, "plain"],
    [`redis://${hostname}:${port}`, "plain"],
    [`valkey://${user}@${hostname}:${port}/0`, "plain"],
    [new URL(`redis://${user}@${hostname}:${port}?db=0`), "plain"],
    [`unix:${path}`, "plain"],
    [`unix://${user}@${path}?db=0`, "plain"],
    [new URL(`unix://${path}`), "plain"],
    [{ hostname, port: secure.port, caCerts: [tls.caCert] }, "secure"],
  ];
  for (const [form, where] of forms) {
    for (const [door, open] of Object.entries(DOORS)) {
      await using cluster = open(form);
      const value = await cluster.getLocalClient(0).get("where");
      assertEquals(value, where, `${door}: ${form}`);
    }
  }
  const user0 = { caCerts: [tls.caCert] };
  for (const protocol of [2, 3] as const) {
    for (const scheme of ["rediss", "valkeys"]) {
      await using cluster = new Cluster({
        hosts: [`${scheme}://${hostname}:${secure.port}`],
        hostDefaults: user0,
        poolOptions: { protocol },
      });
      assertEquals(await cluster.getLocalClient(0).get("where"), "secure");
    }
  }
});

Deno.test("fault 63: what no host has is refused by name in a URL, through every door", () => {
  const wrong: [url: string, problem: string][] = [
    [`redis://h:6380?password=${SECRET}&tls=true`, '"password"'],
    [`redis://u:6#${SECRET}@h:6379`, '"#"'],
    [`redis://u:6?${SECRET}@h:6379`, '"%3F"'],
    [`redis://u:6/${SECRET}@h:6379`, '"%2F"'],
    [`redis://:50%off${SECRET}@h`, '"%25"'],
    [`unix://${SECRET}/redis.sock`, "unix://"],
    [`unix:/redis.sock?password=${SECRET}`, '"password"'],
    [`redis:${SECRET}`, "redis://"],
    [`https://:${SECRET}@h`, "redis://"],
  ];
  for (const [url, problem] of wrong) {
    const texts: unknown[] = URL.canParse(url) ? [url, new URL(url)] : [url];
    for (const text of texts) {
      for (const [door, open] of Object.entries(DOORS)) {
        const error = assertThrows(() => open(text), TypeError);
        assertStringIncludes(error.message, problem, `${door}: ${url}`);
        assert(/ of (?:host 0|hosts\[0\]):/.test(error.message), error.message);
        assertFalse(Deno.inspect(error).includes(SECRET), error.message);
      }
    }
  }
});

Deno.test("fault 63: what is no host is refused by name, through every door", () => {
  const wrong: unknown[] = [
    new Map([["hostname", "h"]]),
    ["h", 6379],
    new Set(["h"]),
    Promise.resolve({ hostname: "h" }),
    new URLSearchParams("hostname=h"),
    new Date(),
    6379,
    null,
    Symbol("h"),
    () => ({ hostname: "h" }),
    { host: "h" },
    { hostname: "h", Port: 1 },
    {
      get socket() {
        return "h";
      },
    },
    new class {
      get socket() {
        return "h";
      }
    }(),
    Object.create({ socket: "h" }),
    { hostId: 1 },
    { hostId: "0" },
    { port: "6379" },
    { port: NaN },
    { port: 0 },
    { db: 1.5 },
    { hostname: "h:6379" },
    { password: [SECRET] },
    { tls: "true" },
    { path: "/redis.sock", port: 6379 },
    { path: "/redis.sock", hostname: "h" },
    { path: "/redis.sock", tls: true },
    { tls: false, caCerts: [] },
    { tls: false, serverName: "h" },
    { username: "app" },
    { cert: "-----BEGIN CERTIFICATE-----" },
  ];
  for (const host of wrong) {
    for (const [door, open] of Object.entries(DOORS)) {
      // In a list it is the id of its own.
      if (door === "a list" && Deno.inspect(host) === "{ hostId: 1 }") continue;
      const error = assertThrows(() => open(host), TypeError);
      assert(
        /hosts?(?: 0\b|\[0\])|host id/.test(error.message),
        `${door}: ${error.message}`,
      );
    }
  }
  for (const id of ["01", " 1", "", "1e0", "0x1", "-1", "one", "1.0"]) {
    assertThrows(
      () => new Cluster({ hosts: wrongly({ [id]: {} }) }),
      RangeError,
      `A host id is an integer from 0, but one is "${id}"`,
    );
  }
  for (const hosts of [new Map([["0", {}]]), new Map([[0.5, {}]])]) {
    assertThrows(
      () => new Cluster({ hosts: wrongly(hosts) }),
      Error,
      "A host id is an integer from 0",
    );
  }
  // deno-lint-ignore no-sparse-arrays
  for (const hosts of ["redis://h", new Set(), [, {}], Promise.resolve([])]) {
    assertThrows(
      () => new Cluster({ hosts: wrongly(hosts) }),
      TypeError,
      "hosts",
    );
  }
  const cluster = new Cluster({ hosts: [] });
  assertThrows(
    () => cluster.addHost({ hostId: 1 }, { port: 7000 }),
    TypeError,
    "given twice",
  );
});

Deno.test("fault 63: defaults are refused where a host would leave them out", () => {
  const hostDefaults = { path: "/redis.sock" };
  for (const host of [{ port: 1 }, { hostname: "h" }, "redis://h"]) {
    assertThrows(
      () => new Cluster({ hosts: [host], hostDefaults }),
      TypeError,
      "Cannot tell where hosts[0] is",
    );
    const cluster = new Cluster({ hosts: [{ db: 1 }], hostDefaults });
    assertThrows(() => cluster.addHost(1, host), TypeError, "host 1");
  }
  // What a host says itself goes before what is said of all.
  const both = new Cluster({
    hosts: [hostDefaults, { tls: false, port: 1 }],
    hostDefaults: { hostname: "h", port: 7000 },
  });
  assertEquals([...both.hosts.values()].map(({ address }) => address), [
    "unix:/redis.sock",
    "h:1",
  ]);
  const wrong: [defaults: unknown, name: string][] = [
    [{ prot: 1 }, "prot"],
    [{ hostId: 1 }, "hostId"],
    [{ port: "1" }, "port"],
    [{ path: "/redis.sock", port: 1 }, "port"],
    [new Map([["port", 1]]), "Map"],
  ];
  for (const [defaults, name] of wrong) {
    const error = assertThrows(
      // Although there is no host to have them.
      () => new Cluster({ hosts: [], hostDefaults: wrongly(defaults) }),
      TypeError,
      "hostDefaults",
    );
    assertStringIncludes(error.message, `"${name}"`);
  }
});

/** Where options are taken, beside those of hosts, and how to give them. */
const LEVELS: Record<string, (options: unknown) => unknown> = {
  // That it has no hosts is said last.
  "the cluster": (options) => new Cluster(wrongly(options)),
  "the pool": (poolOptions) => new Cluster(wrongly({ hosts: [], poolOptions })),
  "the breaker": (breaker) =>
    new Cluster(wrongly({ hosts: [], poolOptions: { breaker } })),
  "the router": (routerOptions) =>
    new Cluster(wrongly({ hosts: [], routerOptions })),
  "the ring": (routerOptions) =>
    new Cluster(wrongly({
      hosts: [],
      router: ConsistentHashingRouter,
      routerOptions,
    })),
  ...onCluster({
    "a client": (cluster, options) => cluster.getRoutingClient(options),
    "a local client": (cluster, options) => cluster.getLocalClient(0, options),
    "a client for a key": (cluster, options) =>
      cluster.getLocalClientForKey("k", options),
    "connect": (cluster, options) => cluster.connect(0, options),
    "a map": (cluster, options) => cluster.map(() => {}, options),
    "a map as a block": (cluster, options) => cluster.map(options),
    "getMappingClient": (cluster, options) => cluster.getMappingClient(options),
    "mapBatches": (cluster, options) =>
      cluster.mapBatches([], () => {}, options),
    "a fanout": (cluster, options) => cluster.fanout([0], () => {}, options),
    "a fanout as a block": (cluster, options) => cluster.fanout([0], options),
    "getFanoutClient": (cluster, options) =>
      cluster.getFanoutClient([0], options),
    "all": (cluster, options) => cluster.all(() => {}, options),
    "executeCommands": (cluster, options) =>
      cluster.executeCommands({}, options),
    "ping": (cluster, options) => cluster.ping(options),
    "dbsize": (cluster, options) => cluster.dbsize(options),
    "flush": (cluster, options) => cluster.flush(options),
    "scan": (cluster, options) => cluster.scan(options),
    "a call": (cluster, options) =>
      cluster.getRoutingClient().sendCommand("GET", ["k"], options),
    "a call of a local client": (cluster, options) =>
      cluster.getLocalClient(0).sendCommand("GET", ["k"], options),
    "a call in a map": (cluster, options) =>
      cluster.map((map) => map.sendCommand("GET", ["k"], options)),
    "a call in a fanout": (cluster, options) =>
      cluster.all((all) => all.sendCommand("GET", ["k"], options)),
  }),
  "FaultProxy.start()": (options) =>
    FaultProxy.start({ port: 1 }, wrongly(options)),
  "RedisServer.start()": (options) => RedisServer.start(wrongly(options)),
  "TestSetup.start()": (options) => TestSetup.start(wrongly(options)),
  "makeTestCluster()": (options) => makeTestCluster(wrongly(options)),
};

/** Makes ways to give options of ways to give them to a cluster. */
function onCluster(
  ways: Record<string, (cluster: Cluster, options: never) => unknown>,
): typeof LEVELS {
  const cluster = new Cluster({ hosts: [{ port: 1 }] });
  return Object.fromEntries(
    Object.entries(ways).map(([name, way]) => [
      name,
      (options) => way(cluster, wrongly(options)),
    ]),
  );
}

Deno.test("fault 63: unknown options are refused by name at every level", async () => {
  class Unknown {
    get unheardOf() {
      return 1;
    }
  }
  const unknown: [options: unknown, named: string][] = [
    [{ unheardOf: 1 }, '"unheardOf"'],
    [{ unheardOf: undefined }, '"unheardOf"'],
    [{ Timeout: 1 }, '"Timeout"'],
    [new Unknown(), '"unheardOf"'],
    [Object.create({ unheardOf: 1 }), '"unheardOf"'],
    [new Map([["timeout", 1]]), '"Map"'],
    [["timeout", 1], '"Array"'],
    [AbortSignal.abort(), '"AbortSignal"'],
    [new URL("redis://h"), '"URL"'],
  ];
  for (const [level, give] of Object.entries(LEVELS)) {
    for (const [options, named] of unknown) {
      // Before the callback is a place for other things than options.
      if (Array.isArray(options) && level.endsWith("as a block")) continue;
      const error = await assertRejects(
        async () => await give(options),
        TypeError,
        undefined,
        level,
      );
      assertStringIncludes(error.message, named, level);
    }
  }
});

Deno.test("fault 63: wrong types and ranges are refused by name at every level", async () => {
  const wrong: [levels: string[], options: Record<string, unknown>][] = [
    [
      Object.keys(LEVELS).filter((level) =>
        /cluster|client$|map$|block|all|Client|ping|dbsize|scan|Batches|call$/
          .test(level) && !/[gs]etup|makeTest/.test(level)
      ),
      { timeout: -1 },
    ],
    [["the cluster", "a client", "a map", "a call"], { timeout: NaN }],
    [["the cluster", "a client", "a map", "a call"], { timeout: "5000" }],
    [["the cluster", "a client", "a map", "a call"], { signal: {} }],
    [["a map", "a fanout", "all", "mapBatches"], { maxConcurrency: 0 }],
    [["a map", "a fanout", "all", "ping", "a call"], { settled: "yes" }],
    [["a client", "a map", "a call", "a call in a map"], { idempotent: 1 }],
    [["mapBatches"], { batchSize: 1.5 }],
    [["the pool"], { maxConnections: "16" }],
    [["the pool"], { dialTimeout: -1 }],
    [["the pool"], { protocol: "3" }],
    [["the pool"], { breaker: 3 }],
    [["the breaker"], { threshold: 0 }],
    [["the breaker"], { minDelay: 0 }],
    [["the breaker"], { minDelay: 2_000, maxDelay: 1_000 }],
    [["the router", "the ring"], { hashTags: 1 }],
    // A limit of its own is nothing that a command in a map can have.
    [["a call in a map", "a call in a fanout"], { timeout: 1_000 }],
    [["RedisServer.start()"], { tls: { cert: "a", key: "b", certs: "c" } }],
    [["RedisServer.start()"], { config: new Map([["maxmemory", "1mb"]]) }],
    [["RedisServer.start()", "TestSetup.start()"], { transport: "udp" }],
    [["makeTestCluster()"], { cluster: 1 }],
  ];
  for (const [levels, options] of wrong) {
    assert(levels.length > 0);
    const [name] = Object.keys(options);
    for (const level of levels) {
      const error = await assertRejects(
        async () => await LEVELS[level](options),
        TypeError,
        undefined,
        `${level}: ${Deno.inspect(options)}`,
      );
      assert(
        error.message.includes(`"${name}"`) || /certs|config/.test(name) ||
          error.message.includes('"certs"') ||
          error.message.includes('"config"'),
        error.message,
      );
    }
  }
  await using setup = await TestSetup.start({ servers: 1 });
  assertThrows(
    () => setup.makeCluster(wrongly({ hosts: [] })),
    TypeError,
    '"hosts"',
  );
  const cluster = new Cluster({ hosts: [{ port: 1 }] });
  const swapped: (() => unknown)[] = [
    () => Reflect.apply(cluster.map, cluster, [{}, () => {}]),
    () => Reflect.apply(cluster.map, cluster, ["text"]),
    () => Reflect.apply(cluster.map, cluster, [null]),
    () => Reflect.apply(cluster.fanout, cluster, [[0], {}, () => {}]),
    () => Reflect.apply(cluster.fanout, cluster, [{}, () => {}]),
  ];
  for (const call of swapped) {
    assertThrows(call, TypeError, "the callback comes before the options");
  }
});

/** Options of which each can be read once. */
function readableOnce<T extends object>(options: T): T {
  const once = {};
  for (const [name, value] of Object.entries(options)) {
    let isRead = false;
    Object.defineProperty(once, name, {
      enumerable: true,
      get: () => {
        assertFalse(isRead, `The option "${name}" was read twice`);
        isRead = true;
        return value;
      },
    });
  }
  return once as T;
}

Deno.test("fault 63: options are read once, whatever they would answer later", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  const { hostname, port } = server;
  const { signal } = new AbortController();
  for (const router of [PartitionRouter, ConsistentHashingRouter]) {
    await using cluster = new Cluster(readableOnce<ClusterOptions>({
      hosts: [readableOnce({ hostId: 0, port, db: 1, password: undefined })],
      hostDefaults: readableOnce({ hostname, name: "once" }),
      router,
      routerOptions: readableOnce({ hashTags: true }),
      poolOptions: readableOnce({
        maxConnections: 2,
        maxRetries: 1,
        protocol: 3 as const,
        breaker: readableOnce({ threshold: 2, minDelay: 100 }),
      }),
      timeout: 10_000,
      signal,
    }));
    cluster.addHost(readableOnce({ hostId: 1, hostname, port, db: 2 }));
    cluster.removeHost(1);
    const options = () => readableOnce({ timeout: 10_000, signal });
    const client = cluster.getRoutingClient(
      readableOnce({ ...options(), autoBatch: false, idempotent: true }),
    );
    await client.set("k", "v");
    const map = () =>
      readableOnce({ ...options(), maxConcurrency: 2, settled: false });
    const [inMap] = await client.map((map) => [map.get("k")], map());
    assertEquals(inMap.value, "v");
    await client.fanout((one) => one.ping(), {
      ...options(),
      hosts: [0],
    });
    await client.all((all) => all.ping(), map());
    await client.executeCommands({ k: [["GET", "k"]] }, map());
    const batches = client.mapBatches(
      ["k", "l"],
      (map, key) => map.get(key),
      readableOnce({ ...options(), batchSize: 1, maxConcurrency: 1 }),
    );
    assertEquals(await Array.fromAsync(batches), [["k", "v"], ["l", null]]);
    const call = readableOnce({ returnUint8Arrays: true, timeout: 10_000 });
    await client.sendCommand("GET", ["k"], call);
    const flags = () => readableOnce({ returnUint8Arrays: true });
    await client.map((map) => map.sendCommand("GET", ["k"], flags()));
    await cluster.all((all) => all.sendCommand("GET", ["k"], flags()));
    await cluster.getLocalClient(0, options()).get("k");
    await cluster.ping(readableOnce({ timeout: 10_000, settled: true }));
    await cluster.dbsize(options());
    await Array.fromAsync(
      cluster.scan(readableOnce({ ...options(), match: "*", count: 9 })),
    );
    using dedicated = await cluster.connect(0, options());
    assertEquals(await dedicated.clientGetName(), "once");
    await cluster.flush(readableOnce({ sure: true, timeout: 10_000 }));
  }
  const start = { transport: "tcp" as const, config: { maxmemory: "1gb" } };
  await using other = await RedisServer.start(readableOnce(start));
  await using proxy = await FaultProxy.start(
    other,
    readableOnce({ transport: "tcp" as const }),
  );
  proxy.cut(readableOnce({ replies: 1, bytes: 1 }));
  proxy.hold(readableOnce({ direction: "both" as const }));
  proxy.pass();
  assertEquals(await ask(proxy, "PING"), "PONG");
});

Deno.test("fault 66: a name is refused when the cluster is made, if a server would refuse it", async () => {
  await using server = await RedisServer.start();
  const { path } = server;
  await using direct = oracle(server);
  const doors: ((name: string) => Cluster)[] = [
    (name) => new Cluster({ hosts: [{ path, name }] }),
    (name) => new Cluster({ hosts: [{ path }], hostDefaults: { name } }),
    (name) => {
      const cluster = new Cluster({ hosts: [] });
      cluster.addHost(0, { path, name });
      return cluster;
    },
  ];
  const codes = Array.from({ length: 257 }, (_, code) => code);
  for (const code of [...codes, 0x2028, 0x1f600]) {
    const name = `a${String.fromCodePoint(code)}b`;
    // Newer servers look at no character behind U+0000, nor at itself.
    const isTaken = code !== 0 && !(await reasonOfCommand(direct, name));
    for (const open of doors) {
      if (isTaken) open(name);
      else assertThrows(() => open(name), TypeError, 'The option "name" of ');
    }
  }
  for (const protocol of [2, 3] as const) {
    const name = "!#web-1:a/b~";
    const poolOptions = { protocol };
    await using cluster = new Cluster({ hosts: [{ path, name }], poolOptions });
    assertEquals(await cluster.getLocalClient(0).clientGetName(), name);
    using dedicated = await cluster.connect(0);
    assertEquals(await dedicated.clientGetName(), name);
  }
});

/** Why a server refuses a name, if it does. */
async function reasonOfCommand(
  direct: ReturnType<typeof oracle>,
  name: string,
): Promise<unknown> {
  const setting = direct.command("CLIENT", "SETNAME", name);
  return await setting.then(() => undefined, (reason) => reason);
}
