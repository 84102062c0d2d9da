import { assert, assertEquals, assertRejects } from "@std/assert";
import { type ClusterOptions, HostDownError, TimeoutError } from "../../mod.ts";
import { FaultProxy, RedisServer } from "../../src/testing.ts";
import { FakeTime } from "../fake_time.ts";
import { ScriptedServer } from "./scripted_server.ts";
import { oracle } from "../../support/raw_client.ts";
import { blackhole, clusterAt } from "./single_host.ts";
import {
  assertOutcome,
  failureOf,
  isPending,
  timesOutAfter,
} from "./outcome.ts";

/** Whether each of so many connections has sent something. */
function heard({ accepted }: ScriptedServer, count = 1): () => boolean {
  return () =>
    accepted.length >= count && accepted.every(({ text }) => text !== "");
}

Deno.test("fault 19: a SYN blackhole times out within the deadline", async () => {
  using hole = await blackhole();
  await using cluster = clusterAt(hole.port);
  using time = new FakeTime();
  const client = cluster.getRoutingClient({ timeout: 200 });
  const error = await timesOutAfter(time, () => client.incr("k"), {
    timeout: 200,
  });
  assertOutcome(error, { hostId: 0, command: "INCR", outcome: "not-sent" });
});

Deno.test("fault 19: every kind of client keeps to its deadline", async () => {
  await using server = ScriptedServer.silent();
  await using cluster = clusterAt(server.port, { timeout: 200 });
  using time = new FakeTime();
  const calls: Record<string, () => PromiseLike<unknown>> = {
    routing: () => cluster.getRoutingClient().incr("k"),
    call: () =>
      cluster.getRoutingClient({ timeout: 4_000 })
        .sendCommand("INCR", ["k"], { timeout: 200 }),
    local: () => cluster.getLocalClient(0).incr("k"),
    map: () => cluster.map((client) => client.incr("k")),
    all: () => cluster.all((client) => client.incr("k")),
  };
  for (const call of Object.values(calls)) {
    const count = server.accepted.length + 1;
    const error = await timesOutAfter(time, call, {
      timeout: 200,
      ready: heard(server, count),
    });
    assertOutcome(error, { hostId: 0, command: "INCR", outcome: "unknown" });
    // The next one finds neither a connection in doubt nor a host that is down.
    cluster.removeHost(0);
    cluster.addHost(0, { port: server.port });
  }
});

Deno.test("fault 19: a read of a silent server is not retried past the deadline", async () => {
  await using server = ScriptedServer.silent();
  await using cluster = clusterAt(server.port, { timeout: 200 });
  using time = new FakeTime();
  const client = cluster.getRoutingClient();
  await timesOutAfter(time, () => client.get("k"), {
    timeout: 200,
    ready: heard(server),
  });
  await time.advance(10_000);
  assertEquals(server.accepted.length, 1);
});

Deno.test("fault 19: the time of a map covers all of it", async () => {
  await using server = ScriptedServer.silent();
  await using cluster = clusterAt(server.port);
  using time = new FakeTime();
  let isIssued = false;
  const map = cluster.map(async (client) => {
    await time.sleep(150);
    isIssued = true;
    await client.incr("k");
  }, { timeout: 200 });
  map.catch(() => {});
  await time.advance(150);
  assert(isIssued);
  await timesOutAfter(time, () => map, { timeout: 50, ready: heard(server) });
});

const HANDSHAKES: Record<string, {
  host: ClusterOptions["hostDefaults"];
  protocol?: 2 | 3;
}> = {
  AUTH: { host: { password: "secret" } },
  SELECT: { host: { db: 1 } },
  "CLIENT SETNAME": { host: { name: "me" } },
  HELLO: { host: {}, protocol: 3 },
  TLS: { host: { tls: true } },
};

for (const [step, { host, protocol = 2 }] of Object.entries(HANDSHAKES)) {
  Deno.test(`fault 19: silence during ${step} times out within the deadline`, async () => {
    await using server = ScriptedServer.silent();
    await using cluster = clusterAt(server.port, {
      hostDefaults: host,
      poolOptions: { protocol },
    });
    using time = new FakeTime();
    const client = cluster.getRoutingClient({ timeout: 200 });
    const error = await timesOutAfter(time, () => client.get("k"), {
      timeout: 200,
      ready: heard(server),
    });
    assertOutcome(error, { hostId: 0, command: "GET", outcome: "not-sent" });
    const unopened = await timesOutAfter(
      time,
      () => cluster.connect(0, { timeout: 200 }),
      { timeout: 200, ready: heard(server, 2) },
    );
    assertEquals([unopened.hostId, unopened.outcome], [0, "not-sent"]);
  });
}

Deno.test("fault 19: commands and subscriptions of connect() keep to their deadline", async () => {
  await using server = ScriptedServer.silent();
  await using cluster = clusterAt(server.port, { timeout: 200 });
  const [command, subscriber] = await Promise.all([
    cluster.connect(0),
    cluster.connect(0),
  ]);
  using time = new FakeTime();
  const calls: Record<string, () => PromiseLike<unknown>> = {
    INCR: () => command.incr("k"),
    SUBSCRIBE: () => subscriber.subscribe("channel"),
  };
  for (const [name, call] of Object.entries(calls)) {
    const error = await timesOutAfter(time, call, {
      timeout: 200,
      ready: () => server.accepted.some((link) => link.text.includes(name)),
    });
    assertOutcome(error, { hostId: 0, command: name, outcome: "unknown" });
  }
  assertEquals([command.isClosed, subscriber.isClosed], [true, true]);
});

Deno.test("fault 19: a dial that takes too long is a TimeoutError by itself", async () => {
  using hole = await blackhole();
  await using cluster = clusterAt(hole.port, {
    poolOptions: { dialTimeout: 200, maxRetries: 0 },
  });
  using time = new FakeTime();
  const client = cluster.getRoutingClient();
  const error = await timesOutAfter(time, () => client.incr("k"), {
    timeout: 200,
  });
  assertOutcome(error, { hostId: 0, command: "INCR", outcome: "not-sent" });
});

Deno.test("fault 19: without any option the deadline is 5 seconds", async () => {
  await using server = ScriptedServer.silent();
  using hole = await blackhole();
  await using silent = clusterAt(server.port);
  await using unreachable = clusterAt(hole.port);
  using time = new FakeTime();
  const calls: (() => PromiseLike<unknown>)[] = [
    () => silent.getRoutingClient().get("k"),
    () => silent.map((client) => client.get("k")),
    () => unreachable.getRoutingClient().get("k"),
    () => unreachable.connect(0),
  ];
  for (const call of calls) await timesOutAfter(time, call, { timeout: 5_000 });
});

Deno.test("fault 19: no deadline at all is Infinity, and is kept", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using cluster = clusterAt(server.port, {
    timeout: Infinity,
    poolOptions: { dialTimeout: Infinity },
  });
  assertEquals(await cluster.getRoutingClient().incr("k"), 1);
  assertEquals(await cluster.map((client) => client.incr("k")), 2);
  const dedicated = await cluster.connect(0);
  assertEquals(await dedicated.incr("k"), 3);
  dedicated.close();
});

Deno.test("fault 19: an aborted signal ends the wait for a connection", async () => {
  using hole = await blackhole();
  await using cluster = clusterAt(hole.port);
  // Neither the deadline nor the next attempt comes: it is the abort.
  using _ = new FakeTime();
  const reason = new Error("Enough");
  for (const how of ["routing", "map", "connect"]) {
    const abort = new AbortController();
    const { signal } = abort;
    const call: PromiseLike<unknown> = how === "connect"
      ? cluster.connect(0, { signal })
      : how === "map"
      ? cluster.map((client) => client.get("k"), { signal })
      : cluster.getRoutingClient({ signal }).get("k");
    const failing = failureOf(Error, () => call);
    assert(await isPending(failing));
    abort.abort(reason);
    assertEquals((await failing).error, reason);
  }
});

Deno.test("fault 19: callers who give up do not make a slow host count as down", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  await using cluster = clusterAt(proxy.port);
  proxy.hold();
  const giveUp = () =>
    assertRejects(() => {
      const signal = AbortSignal.timeout(20);
      return cluster.map((client) => client.get("k"), { signal });
    }, DOMException);
  await Promise.all(Array.from({ length: 4 }, giveUp));
  for (let i = 0; i < 4; i++) await giveUp();
  assertEquals(cluster.getPoolForHost(0).failures, 0);
  proxy.pass();
  assertEquals(await cluster.getRoutingClient().get("k"), null);
});

Deno.test("fault 19: a program lives as long as it waits for a message", async () => {
  await using server = await RedisServer.start({
    transport: "tcp",
    config: { "notify-keyspace-events": "Ex" },
  });
  await using direct = oracle(server);
  await using cluster = clusterAt(server.port);
  using subscriber = await cluster.connect(0);
  const subscription = await subscriber.subscribe("__keyevent@0__:expired");
  const messages = subscription.receive();
  for (const key of ["a", "b"]) {
    // Nothing but the server knows that there is something to wait for.
    await direct.command("SET", key, "v", "PX", 50);
    const { value } = await messages.next();
    assertEquals(value.message, key);
  }
  await messages.return?.();
});

Deno.test("fault 20: a host that stops for 3 seconds comes back with fresh data", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using direct = oracle(server);
  await using cluster = clusterAt(server.port, {
    timeout: 200,
    poolOptions: {
      dialTimeout: 200,
      breaker: { minDelay: 100, maxDelay: 400 },
    },
  });
  using time = new FakeTime();
  const client = cluster.getRoutingClient();
  const keys = Array.from({ length: 50 }, (_, index) => `k${index}`);
  await client.mset(Object.fromEntries(keys.map((key) => [key, key])));
  const events: string[] = [];
  for (const type of ["down", "up"]) {
    cluster.addEventListener(type, () => events.push(type));
  }
  server.pause();
  const paused = time.now;
  const error = await timesOutAfter(time, () => client.incr("n"), {
    timeout: 200,
  });
  assertEquals(error.outcome, "unknown");
  let refused = 0;
  let tries = 1;
  while (time.now - paused < 3_000) {
    // Whatever is asked of a host that stands still, the answer is in time.
    const asked = time.now;
    await time.settled(
      client.get("k0").catch((error) => {
        if (error instanceof HostDownError) refused++;
        else if (!(error instanceof TimeoutError)) throw error;
        else assertEquals(time.now - asked, 200);
      }),
    );
    tries++;
    await time.advance(20);
  }
  assert(refused > tries / 2, `${refused} of ${tries} were refused at once`);
  server.resume();
  await time.until(() =>
    time.settled(client.set("k0", "new").then(() => true, () => false))
  );
  assertEquals(events, ["down", "up"]);
  // No reply of before the pause reaches anybody now.
  const values = await Promise.all(keys.map((key) => client.get(key)));
  assertEquals(values, ["new", ...keys.slice(1)]);
  const counter = await direct.command("GET", "n");
  assert(counter === null || counter === "1", `The counter is ${counter}`);
});
