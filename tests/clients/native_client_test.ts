import { assert, assertEquals, assertRejects } from "@std/assert";
import { CommandError, UnroutableCommandError } from "../../src/errors.ts";
import { makeTestCluster } from "../../src/testing.ts";
import { FakeTime } from "../fake_time.ts";
import { timesOutAfter } from "../faults/outcome.ts";
import { connections } from "../counts.ts";
import {
  bounded,
  eventually,
  isPending,
  sleep,
} from "../../support/waiting.ts";

const SMALL = { servers: 2, databasesEach: 2 };

/** Calls a method that the types of the client leave out. */
function call(client: object, method: string, ...args: unknown[]): unknown {
  return Reflect.apply(Reflect.get(client, method), client, args);
}

Deno.test("RoutingClient gives its connection back after an error", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const client = cluster.getRoutingClient();
  await assertRejects(
    () => client.sendCommand("SADD", ["key"]),
    CommandError,
    "wrong number",
  );
  const id = cluster.getRouter().getHostForCommand("SADD", ["key"]);
  const { size, idle, leased } = cluster.getPoolForHost(id);
  assertEquals([size, idle, leased], [1, 1, 0]);
});

Deno.test("RoutingClient refuses what has no single host before it is sent", async () => {
  await using cluster = await makeTestCluster();
  const client = cluster.getRoutingClient();
  const refused: Promise<unknown>[] = [
    client.rename("key1", "key2"),
    client.msetnx({ key1: 1, key2: 2 }),
    client.sinter("key1", "key2", "key3"),
    client.sendCommand("NOSUCHCOMMAND", ["key"]),
    client.sendCommand("PING"),
    client.sendCommand("GET"),
  ];
  for (const promise of refused) {
    await assertRejects(() => promise, UnroutableCommandError);
  }
  await assertRejects(
    () => client.rename("key1", "key2"),
    UnroutableCommandError,
    'Cannot route "RENAME": its 2 keys live on hosts',
  );
  assertEquals(connections(cluster), [0, 0]);
});

Deno.test("RoutingClient refuses what changes a connection, and says what to do", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const client = cluster.getRoutingClient();
  const local = cluster.getLocalClient(0);
  const methods: [string, ...unknown[]][] = [
    ["multi"],
    ["watch", "key"],
    ["select", 1],
    ["subscribe", "channel"],
    ["monitor"],
    ["pipeline"],
    ["tx"],
    ["auth", "hidden"],
  ];
  for (const [method, ...args] of methods) {
    for (const target of [client, local]) {
      const error = await assertRejects(
        async () => await call(target, method, ...args),
        UnroutableCommandError,
        "cluster.connect(hostId)",
      );
      assert(!error.message.includes("hidden"));
    }
  }
  for (const name of ["MULTI", "subscribe", "CLIENT REPLY OFF", "Reset"]) {
    await assertRejects(
      () => local.sendCommand(name),
      UnroutableCommandError,
      "cluster.connect(hostId)",
    );
  }
  assertEquals(connections(cluster), [0, 0]);
});

Deno.test("RoutingClient refuses arguments of a wrong type before it sends", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const client = cluster.getRoutingClient();
  for (const wrong of [undefined, null, NaN, {}, true, "\ud800", [1]]) {
    await assertRejects(
      async () => await call(client, "get", wrong),
      TypeError,
    );
    await assertRejects(
      async () => await call(client, "set", "key", wrong),
      TypeError,
    );
    await assertRejects(
      async () => await call(client, "set", wrong, "value"),
      TypeError,
    );
    await assertRejects(
      async () => await call(client, "mget", "key", wrong, "other"),
      TypeError,
    );
  }
  assertEquals(connections(cluster), [0, 0]);
});

Deno.test("RoutingClient has its own time limit, and so has a call", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 1 });
  cluster.setup.servers[0].pause();
  using time = new FakeTime();
  const client = cluster.getRoutingClient({ timeout: 60 });
  const limited = { timeout: 60 };
  const error = await timesOutAfter(time, () => client.get("key"), limited);
  assertEquals([error.hostId, error.command], [0, "GET"]);
  await timesOutAfter(
    time,
    () =>
      cluster.getRoutingClient().sendCommand("GET", ["key"], { timeout: 40 }),
    { timeout: 40 },
  );
  cluster.setup.servers[0].resume();
  assertEquals(await bounded(client.set("key", 1)), "OK");
  assertEquals(connections(cluster)[1], 0);
});

Deno.test("RoutingClient.sendCommand() names the option that is wrong", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const wrong: [unknown, string][] = [
    [{ timeOut: 1 }, 'Unknown option "timeOut" of sendCommand'],
    [{ timeout: 0 }, 'The option "timeout" of sendCommand'],
    [{ timeout: NaN }, 'The option "timeout" of sendCommand'],
    [{ timeout: "1" }, 'The option "timeout" of sendCommand'],
    [{ signal: {} }, 'The option "signal" of sendCommand'],
    [{ idempotent: 1 }, 'The option "idempotent" of sendCommand'],
    [{ settled: "yes" }, 'The option "settled" of sendCommand'],
    [{ returnUint8Arrays: 1 }, 'The option "returnUint8Arrays" of sendCommand'],
    [null, "The options of sendCommand are not an object"],
  ];
  for (
    const client of [cluster.getRoutingClient(), cluster.getLocalClient(0)]
  ) {
    for (const [options, message] of wrong) {
      await assertRejects(
        // A throw would not do: it has to be a promise that rejects.
        () =>
          call(client, "sendCommand", "GET", ["key"], options) as Promise<
            unknown
          >,
        TypeError,
        message,
      );
    }
    const fine = { timeout: undefined, settled: false } as const;
    assertEquals(await client.sendCommand("GET", ["key"], fine), null);
  }
});

Deno.test("RoutingClient gives up when its signal is aborted", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 1 });
  cluster.setup.servers[0].pause();
  const controller = new AbortController();
  const { signal } = controller;
  const reason = new Error("Enough");
  const client = cluster.getRoutingClient({ signal });
  const pending = [
    client.get("key"),
    cluster.getRoutingClient().sendCommand("GET", ["key"], { signal }),
    client.map((m) => m.get("key")),
  ];
  using time = new FakeTime();
  await sleep(20);
  for (const promise of pending) assert(await isPending(promise));
  controller.abort(reason);
  for (const promise of pending) {
    assertEquals(await bounded(promise.catch((error) => error)), reason);
  }
  time[Symbol.dispose]();
  assertEquals(await client.get("key").catch((error) => error), reason);
  cluster.setup.servers[0].resume();
  assertEquals(await cluster.getRoutingClient().get("key"), null);
});

Deno.test("RoutingClient is not blamed on a host when callers give up", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 1 });
  for (let i = 0; i < 5; i++) {
    const signal = AbortSignal.timeout(10);
    await assertRejects(() =>
      cluster.getRoutingClient({ signal }).blpop(5, "list")
    );
  }
  assertEquals(cluster.getPoolForHost(0).down, false);
  assertEquals(await cluster.getRoutingClient().get("key"), null);
});

Deno.test("RoutingClient does not make a GET wait for a BLPOP", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 1 });
  const client = cluster.getRoutingClient();
  await client.set("key", "value");
  const blocked = client.blpop(60, "list");
  assertEquals(await bounded(client.get("key")), "value");
  assert(await isPending(blocked));
  await client.rpush("list", "item");
  assertEquals(await blocked, ["list", "item"]);
  assertEquals(connections(cluster)[1], 0);
});

Deno.test("RoutingClient lets a command block longer than its time limit", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 1 });
  const client = cluster.getRoutingClient({ timeout: 200 });
  using time = new FakeTime();
  const blocked = client.blpop(0.5, "list");
  await time.advance(699);
  assertEquals(await bounded(blocked), null);
});

Deno.test("RoutingClient connects again after the server closed idle connections", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const keys = Array.from({ length: 10 }, (_, i) => `${i}`);
  await cluster.map((m) => keys.map((key) => m.set(key, key)));
  await cluster.all((client) => client.configSet("timeout", "1"));
  await eventually(() => connections(cluster)[0] === 0);
  const client = cluster.getRoutingClient();
  assertEquals(await Promise.all(keys.map((key) => client.get(key))), keys);
  await client.incr("counter");
  assertEquals(await client.get("counter"), "1");
});
