import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import {
  CommandError,
  TimeoutError,
  UnroutableCommandError,
} from "../../src/errors.ts";
import { makeTestCluster } from "../../src/testing.ts";
import { connections } from "../counts.ts";

const SMALL = { servers: 2, databasesEach: 2 };

/** Calls a method that the types of the client leave out. */
function call(client: object, method: string, ...args: unknown[]): unknown {
  return Reflect.apply(Reflect.get(client, method), client, args);
}

Deno.test("RoutingClient gives its connection back after an error", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const client = cluster.getRoutingClient();
  await assertRejects(() => client.sadd("key"), CommandError, "wrong number");
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
  const client = cluster.getRoutingClient({ timeout: 60 });
  const start = performance.now();
  const error = await assertRejects(() => client.get("key"), TimeoutError);
  assert(performance.now() - start >= 55);
  assertLess(performance.now() - start, 1_000);
  assertEquals([error.hostId, error.command], [0, "GET"]);
  await assertRejects(
    () =>
      cluster.getRoutingClient().sendCommand("GET", ["key"], { timeout: 40 }),
    TimeoutError,
  );
  cluster.setup.servers[0].resume();
  assertEquals(await client.set("key", 1), "OK");
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
  setTimeout(() => controller.abort(reason), 30);
  for (const promise of pending) {
    assertEquals(await promise.catch((error) => error), reason);
  }
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
