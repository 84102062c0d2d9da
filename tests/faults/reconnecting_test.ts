import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLess,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  Cluster,
  CommandError,
  ConnectionError,
  HostDownError,
  type HostEventDetail,
  TimeoutError,
} from "../../mod.ts";
import { FaultProxy, RedisServer } from "../../src/testing.ts";
import { FakeTime, replaced } from "../fake_time.ts";
import { oracle } from "../../support/raw_client.ts";
import { assertOutcome, eventually, failureOf, sleep } from "./outcome.ts";
import { reasonOf } from "./proxied.ts";
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
  using time = new FakeTime();
  using _ = replaced(Math, "random", () => 1);
  const client = cluster.getRoutingClient();
  const pool = cluster.getPoolForHost(0);
  while (!pool.down) await client.get("k").catch(() => {});
  let { length } = server.accepted;
  assertEquals(length, 3);
  for (const pause of [40, 80, 160, 160, 160, 160]) {
    await time.advance(pause - 1);
    await sleep(5);
    assertEquals(server.accepted.length, length);
    await time.advance(1);
    length++;
    await eventually(() => pool.failures === length);
    assertEquals(server.accepted.length, length);
  }
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
  using time = new FakeTime();
  await Promise.all(
    all.map((cluster) =>
      assertRejects(() => cluster.getRoutingClient().incr("k"))
    ),
  );
  assertEquals(server.accepted.length, 100);
  const pauses = time.delays.filter((delay) => delay <= 400);
  assertEquals(pauses.length, 100);
  assertGreaterOrEqual(Math.min(...pauses), 200);
  // Spread over 200 ms: evenly it would be 10 in each of the 20 slots.
  const slots = new Map<number, number>();
  for (const pause of pauses) {
    const slot = Math.floor(pause / 10);
    slots.set(slot, (slots.get(slot) ?? 0) + 1);
  }
  assertGreater(Math.max(...pauses) - Math.min(...pauses), 100);
  assertLess(Math.max(...slots.values()), 30);
  await time.advance(400);
  await eventually(() => server.accepted.length === 200);
});

Deno.test("fault 25: retries pause, jittered, and are bounded", async () => {
  for (const share of [0, 1]) {
    await using server = unwelcoming();
    await using cluster = clusterAt(server.port, {
      poolOptions: { breaker: { threshold: 100 } },
    });
    using time = new FakeTime();
    using _ = replaced(Math, "random", () => share);
    const failing = failureOf(
      ConnectionError,
      () => cluster.getRoutingClient().get("k"),
    );
    const attempts = () => server.accepted.length;
    const pauses = [50, 100, 200].map((pause) => pause * (1 + share) / 2);
    const isPausing = (pause: number) => time.delays.includes(pause);
    // The first retry may follow at once, as the connection might be an old one.
    await eventually(() => attempts() === 2 || isPausing(pauses[0]));
    if (attempts() === 1) await time.advance(pauses[0]);
    for (const [index, pause] of pauses.slice(1).entries()) {
      await eventually(() => isPausing(pause));
      assertEquals(attempts(), index + 2);
      await time.advance(pause - 1);
      await sleep(5);
      assertEquals(attempts(), index + 2);
      await time.advance(1);
    }
    await failing;
    assertEquals(attempts(), 4);
  }
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
  using time = new FakeTime();
  await proxy.refuse();
  proxy.reset();
  const pool = cluster.getPoolForHost(0);
  await eventually(() => pool.size === 0);
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
  // They fail although time stands still: nothing is waited for.
  for (const call of Object.values(calls)) {
    const { error } = await failureOf(HostDownError, call);
    assertOutcome(error, { hostId: 0, command: "INCR", outcome: "not-sent" });
    assertInstanceOf(error.cause, ConnectionError);
  }
  await time.until(() => pool.failures >= 6);
  assertEquals(pool.down, true);
  proxy.pass();
  await time.until(() => !pool.down);
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
    await eventually(() => !cluster.getPoolForHost(0).down);
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
  using time = new FakeTime();
  const client = cluster.getRoutingClient();
  const pool = cluster.getPoolForHost(0);
  for (let i = 0; i < 10 && !pool.down; i++) {
    await time.settled(client.incr("n").catch(() => {}), 50);
  }
  await failureOf(HostDownError, () => client.incr("n"));
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
  // It is waited for as long as there is time.
  await using cluster = clusterAt(server.port, { timeout: 300 });
  const calls: Record<string, () => PromiseLike<unknown>> = {
    routing: () => cluster.getRoutingClient().incr("n"),
    map: () => cluster.map((client) => client.incr("n")),
    connect: async () => {
      using dedicated = await cluster.connect(0);
      await dedicated.incr("n");
    },
  };
  for (const call of Object.values(calls)) {
    let error = await reasonOf((async () => await call())());
    // An attempt that is on its way when the time is up leaves it unknown.
    for (let i = 0; i < 10 && error instanceof TimeoutError; i++) {
      error = await reasonOf((async () => await call())());
    }
    assertInstanceOf(error, CommandError);
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
  using time = new FakeTime();
  const client = cluster.getRoutingClient();
  const counts = Promise.all(Array.from({ length: 5 }, () => client.incr("n")));
  await eventually(async () =>
    !/rejected_connections:0/.test(
      String(await direct.command("INFO", "stats")),
    )
  );
  other.close();
  await eventually(async () =>
    /connected_clients:1\b/.test(
      String(await direct.command("INFO", "clients")),
    )
  );
  assertEquals(await time.settled(counts), [1, 2, 3, 4, 5]);
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
