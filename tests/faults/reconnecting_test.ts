import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLess,
  assertLessOrEqual,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  Cluster,
  CommandError,
  ConnectionError,
  HostDownError,
  type HostEventDetail,
} from "../../mod.ts";
import { FaultProxy, RedisServer } from "../../src/testing.ts";
import { oracle } from "../../support/raw_client.ts";
import { assertOutcome, eventually, failureOf, sleep } from "./outcome.ts";
import { ScriptedServer } from "./scripted_server.ts";
import { clusterAt } from "./single_host.ts";

const MAX_CLIENTS = "-ERR max number of clients reached\r\n";

/** A server that hangs up at once, and a script that ends with its accept. */
function unwelcoming(): ScriptedServer {
  return new ScriptedServer(() => Promise.resolve());
}

Deno.test("fault 25: probes back off, with a cap", async () => {
  await using server = unwelcoming();
  await using cluster = clusterAt(server.port, {
    poolOptions: {
      maxRetries: 0,
      breaker: { minDelay: 40, maxDelay: 160 },
    },
  });
  const client = cluster.getRoutingClient();
  while (!cluster.getPoolForHost(0).down) await client.get("k").catch(() => {});
  const { length } = server.accepted;
  assertEquals(length, 3);
  await eventually(() => server.accepted.length >= length + 6);
  const pauses = server.accepted.slice(length - 1)
    .map((time, index, times) => time - times[index - 1]).slice(1);
  [40, 80, 160, 160, 160, 160].forEach((pause, index) => {
    assertGreaterOrEqual(pauses[index], pause / 2 - 5);
    assertLessOrEqual(pauses[index], pause + 30);
  });
});

Deno.test("fault 25: 100 clients do not come back in step", async () => {
  await using server = unwelcoming();
  await using clusters = new AsyncDisposableStack();
  const all = Array.from(
    { length: 100 },
    () =>
      clusters.use(clusterAt(server.port, {
        poolOptions: { breaker: { threshold: 1, minDelay: 400 } },
      })),
  );
  await Promise.all(
    all.map((cluster) =>
      assertRejects(() => cluster.getRoutingClient().incr("k"))
    ),
  );
  assertEquals(server.accepted.length, 100);
  await eventually(() => server.accepted.length === 200);
  // Spread over 200 ms: evenly it would be 10 in each of the 20 slots.
  const probes = server.accepted.slice(100);
  const slots = new Map<number, number>();
  for (const time of probes) {
    const slot = Math.floor((time - probes[0]) / 10);
    slots.set(slot, (slots.get(slot) ?? 0) + 1);
  }
  assertGreater(probes[99] - probes[0], 100);
  assertLess(Math.max(...slots.values()), 30);
});

Deno.test("fault 25: retries pause, jittered, and are bounded", async () => {
  await using server = unwelcoming();
  await using cluster = clusterAt(server.port, {
    poolOptions: { breaker: { threshold: 100 } },
  });
  await assertRejects(
    () => cluster.getRoutingClient().get("k"),
    ConnectionError,
  );
  assertEquals(server.accepted.length, 4);
  const pauses = server.accepted
    .map((time, index, times) => time - times[index - 1]).slice(1);
  // The first retry may follow at once, as the connection might be an old one.
  assertLessOrEqual(pauses[0], 80);
  assertGreaterOrEqual(pauses[1], 45);
  assertGreaterOrEqual(pauses[2], 95);
});

Deno.test("fault 25: after 3 failures a host fails fast, and comes back", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  await using cluster = clusterAt(proxy.port, {
    poolOptions: { maxRetries: 0, breaker: { minDelay: 50, maxDelay: 100 } },
  });
  const events: string[] = [];
  for (const type of ["down", "up", "reconnect"]) {
    cluster.addEventListener(type, (event) => {
      const { detail } = event as CustomEvent<HostEventDetail>;
      assertEquals(detail.hostId, 0);
      events.push(type);
    });
  }
  const client = cluster.getRoutingClient();
  await client.set("k", "v");
  await proxy.refuse();
  proxy.reset();
  await eventually(() => cluster.getPoolForHost(0).size === 0);
  for (let i = 0; i < 3; i++) {
    const { error } = await failureOf(ConnectionError, () => client.incr("n"));
    assertOutcome(error, { hostId: 0, command: "INCR", outcome: "not-sent" });
  }
  assertEquals(events, ["down"]);
  const calls: Record<string, () => PromiseLike<unknown>> = {
    routing: () => client.incr("n"),
    map: () => cluster.map((client) => client.incr("n")),
    all: () => cluster.all((client) => client.incr("n")),
  };
  for (const call of Object.values(calls)) {
    const { error, time } = await failureOf(HostDownError, call);
    assertLess(time, 20);
    assertOutcome(error, { hostId: 0, command: "INCR", outcome: "not-sent" });
    assertInstanceOf(error.cause, ConnectionError);
  }
  await sleep(200);
  assertEquals(cluster.getPoolForHost(0).down, true);
  proxy.pass();
  await eventually(() => !cluster.getPoolForHost(0).down, 1_000);
  assertEquals(await client.get("k"), "v");
  assertEquals(await client.incr("n"), 1);
  assertEquals(events.toSorted(), ["down", "reconnect", "up"]);
});

Deno.test("fault 25: a user who may not ask PING comes back as well", async () => {
  const users = {
    "without PING": { user: "default on nopass ~* +@all -ping" },
    "without a password": { requirepass: "secret" },
  };
  for (const config of Object.values(users)) {
    await using server = await RedisServer.start({ config });
    await using proxy = await FaultProxy.start(server);
    await using cluster = clusterAt(proxy.port, {
      poolOptions: { maxRetries: 0, breaker: { minDelay: 30 } },
    });
    const client = cluster.getRoutingClient();
    await proxy.refuse();
    for (let i = 0; i < 3; i++) await client.get("k").catch(() => {});
    assert(cluster.getPoolForHost(0).down);
    proxy.pass();
    await eventually(() => !cluster.getPoolForHost(0).down, 1_000);
  }
});

Deno.test("fault 25: blocking commands tell of the same host only once", async () => {
  await using server = unwelcoming();
  await using cluster = clusterAt(server.port, {
    poolOptions: { maxRetries: 0, breaker: { threshold: 1 } },
  });
  let downs = 0;
  cluster.addEventListener("down", () => downs++);
  const client = cluster.getRoutingClient();
  await assertRejects(() => client.blpop(1, "list"), ConnectionError);
  await assertRejects(() => client.incr("k"), ConnectionError);
  await assertRejects(() => client.blpop(1, "list"), HostDownError);
  assertEquals(downs, 1);
});

Deno.test("fault 25: a silent host fails fast in the end", async () => {
  await using server = ScriptedServer.silent();
  await using cluster = clusterAt(server.port, {
    timeout: 100,
    poolOptions: { dialTimeout: 100 },
  });
  const client = cluster.getRoutingClient();
  for (let i = 0; i < 10 && !cluster.getPoolForHost(0).down; i++) {
    await client.incr("n").catch(() => {});
    await sleep(5);
  }
  const { time } = await failureOf(HostDownError, () => client.incr("n"));
  assertLess(time, 20);
});

Deno.test("fault 25: a host that is down keeps its keys", async () => {
  await using one = await RedisServer.start({ transport: "tcp" });
  await using other = await RedisServer.start({ transport: "tcp" });
  await using direct = oracle(other);
  await using cluster = new Cluster({
    hosts: [one, other].map(({ hostname, port }) => ({ hostname, port })),
    poolOptions: { maxRetries: 0 },
  });
  const client = cluster.getRoutingClient();
  const router = cluster.getRouter();
  const keys = Array.from({ length: 100 }, (_, index) => `k${index}`);
  const before = keys.map((key) => router.getHostForKey(key));
  await one.kill();
  const outcomes: string[] = [];
  for (const key of keys) {
    outcomes.push(
      await client.set(key, "v").then(String, ({ hostId }) => `${hostId}`),
    );
  }
  assertEquals(keys.map((key) => router.getHostForKey(key)), before);
  assertEquals(outcomes, before.map((id) => id === 0 ? "0" : "OK"));
  const written = before.filter((id) => id === 1).length;
  assertEquals(await direct.command("DBSIZE"), written);
});

Deno.test("fault 25: a server that is loading is told by its code", async () => {
  const loading = "-LOADING Redis is loading the dataset in memory\r\n";
  await using server = new ScriptedServer(async (link) => {
    while (await link.read() !== undefined) await link.write(loading);
  });
  await using cluster = clusterAt(server.port);
  const calls: Record<string, () => PromiseLike<unknown>> = {
    routing: () => cluster.getRoutingClient().incr("n"),
    map: () => cluster.map((client) => client.incr("n")),
    connect: async () => {
      using dedicated = await cluster.connect(0);
      await dedicated.incr("n");
    },
  };
  for (const call of Object.values(calls)) {
    const { error } = await failureOf(CommandError, call);
    assertEquals([error.code, error.hostId, error.command], [
      "LOADING",
      0,
      "INCR",
    ]);
  }
});

Deno.test("fault 25: a server that is loading at the handshake is waited for", async () => {
  await using server = new ScriptedServer(async (link, index) => {
    while (await link.read() !== undefined) {
      await link.write(
        index < 2 ? "-LOADING Redis is loading the dataset\r\n" : "+OK\r\n",
      );
    }
  });
  await using cluster = clusterAt(server.port, { hostDefaults: { db: 1 } });
  assertEquals(await cluster.getRoutingClient().set("k", "v"), "OK");
  assertEquals(server.accepted.length, 3);
});

Deno.test("fault 25: a server with too many clients runs nothing, so all is tried again", async () => {
  await using server = await RedisServer.start({
    config: { maxclients: "2" },
    transport: "tcp",
  });
  await using direct = oracle(server);
  await direct.command("PING");
  const other = oracle(server);
  await other.command("PING");
  await using cluster = clusterAt(server.port);
  const client = cluster.getRoutingClient();
  const counts = Promise.all(Array.from({ length: 5 }, () => client.incr("n")));
  setTimeout(() => other.close(), 60);
  assertEquals(await counts, [1, 2, 3, 4, 5]);
});

Deno.test("fault 25: too many clients is a typed error that nothing was sent with", async () => {
  await using server = await RedisServer.start({
    config: { maxclients: "1" },
    transport: "tcp",
  });
  await using direct = oracle(server);
  await direct.command("PING");
  await using cluster = clusterAt(server.port, {
    poolOptions: { maxRetries: 1, breaker: { threshold: 100 } },
  });
  const client = cluster.getRoutingClient();
  const calls: Record<string, () => PromiseLike<unknown>> = {
    routing: () => client.incr("n"),
    read: () => client.get("n"),
    local: () => cluster.getLocalClient(0).incr("n"),
    map: () => cluster.map((client) => client.incr("n")),
    connect: async () => {
      using dedicated = await cluster.connect(0);
      await dedicated.incr("n");
    },
  };
  for (const [name, call] of Object.entries(calls)) {
    const { error } = await failureOf(ConnectionError, call);
    assertStringIncludes(error.message, "max number of clients", name);
    assertEquals([error.hostId, error.outcome], [0, "not-sent"], name);
  }
  const several = await Promise.allSettled(
    Array.from({ length: 10 }, () => client.incr("n")),
  );
  for (const result of several) {
    assert(result.status === "rejected");
    assertEquals(result.reason.outcome, "not-sent");
  }
  assertEquals(await direct.command("EXISTS", "n"), 0);
});

Deno.test("fault 25: a greeting that arrives before or behind the command is the same", async () => {
  for (const waits of [false, true]) {
    await using server = new ScriptedServer(async (link) => {
      if (waits) await link.read();
      await link.write(MAX_CLIENTS);
    });
    await using cluster = clusterAt(server.port, {
      poolOptions: { maxRetries: 0 },
    });
    const { error } = await failureOf(
      ConnectionError,
      () => cluster.getRoutingClient().incr("n"),
    );
    assertOutcome(error, { hostId: 0, command: "INCR", outcome: "not-sent" });
  }
});

Deno.test("fault 25: what met a greeting is sent again, writes as well", async () => {
  await using server = new ScriptedServer(async (link, index) => {
    await link.read();
    // The second connection has to prove itself first.
    await link.write(index === 0 ? MAX_CLIENTS : "+PONG\r\n");
    if (index > 0 && await link.read() !== undefined) {
      await link.write(":1\r\n+OK\r\n");
      await link.hangup();
    }
  });
  await using cluster = clusterAt(server.port);
  const client = cluster.getRoutingClient();
  assertEquals(await Promise.all([client.incr("n"), client.set("k", "v")]), [
    1,
    "OK",
  ]);
  assertEquals(server.accepted.length, 2);
});

Deno.test("fault 25: a server in protected mode is not tried again", async () => {
  await using server = new ScriptedServer((link) =>
    link.write("-DENIED Redis is running in protected mode\r\n")
  );
  await using cluster = clusterAt(server.port);
  const { error } = await failureOf(
    ConnectionError,
    () => cluster.getRoutingClient().get("n"),
  );
  assertOutcome(error, { hostId: 0, command: "GET", outcome: "not-sent" });
  assertEquals(server.accepted.length, 1);
});
