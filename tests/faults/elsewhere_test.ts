/*
 * A server that says that it did not run a command, because it is a replica now,
 * loads its data or has lost its primary: the connection is left, and the
 * command sent again over another one. Covered here: each of the errors, real
 * replicas and real failovers, calls, maps (merged and not), commands over
 * several keys, executeCommands; and what stays as it is: scripts, connect(),
 * a client that wants no retries, a server that goes on saying so.
 */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  Cluster,
  CommandError,
  PartialError,
  TimeoutError,
} from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { Proxied } from "../../support/proxied.ts";
import { oracle } from "../../support/raw_client.ts";
import { bounded, eventually, sleep } from "../../support/waiting.ts";
import { assertQuiet, reasonOf } from "./proxied.ts";

const ERRORS = [
  "READONLY You can't write against a read only replica.",
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  "LOADING Redis is loading the dataset in memory",
  "CLUSTERDOWN The cluster is down",
];

/** What is not the server's error is let through by the proxy. */
const COMMANDS = ["SET", "MSET", "GET", "MGET", "INCR", "RPUSH", "DEL", "EVAL"];

for (const error of ERRORS) {
  const [code] = error.split(" ");
  Deno.test(`fault 46: ${code} leads to another connection and another try`, async () => {
    await using host = await Proxied.start(1, { timeout: 20_000 });
    const { cluster, proxy } = host;
    const client = cluster.getRoutingClient();
    await client.set("warm", "1");
    const ways: Record<string, () => PromiseLike<unknown>> = {
      "a call": () => client.incr("n"),
      "many calls": () =>
        Promise.all(Array.from({ length: 50 }, (_, i) => client.rpush("l", i))),
      "a merged map": () =>
        cluster.map((map) => {
          for (let i = 0; i < 50; i++) map.set(`key ${i}`, i);
          for (let i = 0; i < 50; i++) map.get(`key ${i}`);
        }),
      "a map that does not merge": () =>
        cluster.map((map) => map.incr("n"), { autoBatch: false }),
      "several keys": () => client.del("a", "b"),
      executeCommands: () => cluster.executeCommands({ n: [["INCR", "n"]] }),
      mapBatches: () =>
        Array.fromAsync(cluster.mapBatches(["n"], (map, key) => map.incr(key))),
    };
    let answered = 0;
    for (const run of Object.values(ways)) {
      const { accepted } = proxy.stats;
      // The connections that are open now, and the next one, meet it.
      proxy.answer(error, { commands: COMMANDS });
      const done = Promise.resolve(run());
      await eventually(() => proxy.stats.answered > answered);
      await eventually(() => proxy.stats.accepted > accepted);
      proxy.pass();
      await bounded(done);
      answered = proxy.stats.answered;
    }
    assertEquals(await host.oracle.command("GET", "n"), "4");
    const list = await host.oracle.command("LRANGE", "l", 0, -1);
    assertEquals(list, Array.from({ length: 50 }, (_, i) => `${i}`));
    assertEquals(await host.oracle.command("GET", "key 49"), "49");
    assertEquals(cluster.stats().get(0)!.errors, {});
    await assertQuiet(cluster);
  });
}

Deno.test("fault 46: an address that leads to another server after a failover", async () => {
  await using old = await RedisServer.start({ transport: "tcp" });
  await using next = await RedisServer.start({ transport: "tcp" });
  await using host = await Proxied.start(1, { serverTransport: "tcp" });
  host.proxy.leadTo(old);
  const client = host.cluster.getRoutingClient({ timeout: 20_000 });
  const map = host.cluster.getMappingClient({ timeout: 20_000 });
  await Promise.all([client.set("a", 0), map.set("b", 0)]);
  await using direct = oracle(old);
  await direct.command("REPLICAOF", next.hostname, next.port);
  const pending = [client.set("a", 1), client.incr("n"), map.set("b", 1)];
  await eventually(() => host.cluster.stats().get(0)!.retries > 0);
  host.proxy.leadTo(next);
  assertEquals(await bounded(Promise.all(pending)), ["OK", 1, "OK"]);
  await using successor = oracle(next);
  assertEquals(await successor.command("MGET", "a", "b", "n"), ["1", "1", "1"]);
  // From now on there is nothing special about it.
  for (let i = 2; i < 5; i++) assertEquals(await client.incr("n"), i);
});

Deno.test("fault 46: a real server that loads is waited for", async () => {
  await using server = await RedisServer.start({
    transport: "tcp",
    config: { "key-load-delay": "20000", save: "" },
  });
  await using direct = oracle(server);
  for (let i = 0; i < 30; i++) await direct.command("SET", `key ${i}`, "x");
  await using cluster = new Cluster({ hosts: [server.host], timeout: 25_000 });
  const client = cluster.getRoutingClient();
  await client.get("key 1");
  // It reads what it has written again, and takes 20 ms for each key.
  const reloading = direct.command("DEBUG", "RELOAD");
  assertEquals(await bounded(client.incr("n")), 1);
  assertEquals(await bounded(client.get("key 29")), "x");
  await reloading;
});

Deno.test("fault 46: an error that stays is told when the time is up", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient({ timeout: 200 });
  await client.set("warm", "1");
  host.proxy.answer(ERRORS[0], { commands: COMMANDS });
  const ways = [
    () => client.set("a", 1),
    () => host.cluster.map((map) => map.set("b", 1), { timeout: 200 }),
  ];
  for (const run of ways) {
    let error = await reasonOf(run());
    // An attempt may be on its way when the time is up, or none have left.
    for (let i = 0; i < 10 && error instanceof TimeoutError; i++) {
      error = await reasonOf(run());
    }
    assertInstanceOf(error, CommandError);
    const { code, hostId, command } = error;
    assertEquals([code, hostId, command], ["READONLY", 0, "SET"]);
  }
  assert(host.proxy.stats.answered > 2, "it was not tried again");
  assertEquals(await host.oracle.command("EXISTS", "a", "b"), 0);
  host.proxy.pass();
  await assertQuiet(host.cluster);
});

Deno.test("fault 46: who wants no retries gets none", async () => {
  await using host = await Proxied.start(1, { poolOptions: { maxRetries: 0 } });
  const client = host.cluster.getRoutingClient();
  await client.set("warm", "1");
  host.proxy.answer(ERRORS[0], { commands: COMMANDS });
  const error = await reasonOf(client.set("a", 1));
  assertInstanceOf(error, CommandError);
  assertEquals(host.proxy.stats.answered, 1);
  // The connection is left all the same: the next one may find another server.
  host.proxy.pass();
  assertEquals(await client.set("a", 1), "OK");
});

Deno.test("fault 46: an abort ends the tries with its reason", async () => {
  await using host = await Proxied.start(1);
  const controller = new AbortController();
  const client = host.cluster.getRoutingClient({ signal: controller.signal });
  await client.set("warm", "1");
  host.proxy.answer(ERRORS[0], { commands: COMMANDS });
  const sent = reasonOf(client.set("a", 1));
  await eventually(() => host.proxy.stats.answered > 1);
  controller.abort("enough");
  assertEquals(await sent, "enough");
  host.proxy.pass();
  await sleep(50);
  assertEquals(await host.oracle.command("EXISTS", "a"), 0);
  await assertQuiet(host.cluster);
});

Deno.test("fault 46: a script may have run, and connect() has a state: both get the error", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  await client.set("warm", "1");
  using redis = await host.cluster.connect(0);
  host.proxy.answer(ERRORS[0], { commands: COMMANDS });
  for (
    const sent of [
      client.eval("return redis.call('INCR', KEYS[1])", ["n"], []),
      redis.set("a", "1"),
    ]
  ) {
    const error = await reasonOf(sent);
    assertInstanceOf(error, CommandError);
    assertEquals(error.code, "READONLY");
  }
  assertEquals(host.proxy.stats.answered, 2);
});

Deno.test("fault 46: what ran behind a refused command keeps that from going again", async () => {
  await using host = await Proxied.start(1, { timeout: 20_000 });
  const client = host.cluster.getRoutingClient();
  await client.set("warm", "1");
  host.proxy.answer(ERRORS[0], { commands: ["INCR"] });
  const results = await Promise.allSettled([
    client.incr("a"), // a later write of "a" runs,
    client.incr("b"), // and none of "b".
    client.set("a", 5),
    client.get("b"),
    (async () => {
      await eventually(() => host.proxy.stats.answered > 1);
      host.proxy.pass();
    })(),
  ]);
  const [a, b, set, get] = results;
  assert(a.status === "rejected" && a.reason.code === "READONLY");
  assertEquals([b, set, get].map((one) => (one as { value: unknown }).value), [
    1,
    "OK",
    null,
  ]);
  assertEquals(await host.oracle.command("MGET", "a", "b"), ["5", "1"]);
});

Deno.test("fault 46: a part of a split command that stays refused names its keys", async () => {
  await using hosts = await Proxied.start(2);
  const keys = [...hosts.keys(0, 2), ...hosts.keys(1, 2)];
  const client = hosts.cluster.getRoutingClient({ timeout: 20_000 });
  const impatient = hosts.cluster.getRoutingClient({ timeout: 1_000 });
  await client.mset(Object.fromEntries(keys.map((key) => [key, "before"])));
  hosts.proxies[1].answer(ERRORS[0], { commands: COMMANDS });
  const error = await reasonOf(
    impatient.mset(Object.fromEntries(keys.map((key) => [key, "after"]))),
  );
  assertInstanceOf(error, PartialError);
  assertEquals(error.succeeded, keys.slice(0, 2));
  assertEquals(error.failed, keys.slice(2));
  // Read before the last attempt can be let through, should it be on its way.
  const values = await Promise.all(
    keys.map((key, i) => hosts.oracles[i < 2 ? 0 : 1].command("GET", key)),
  );
  assertEquals(values, ["after", "after", "before", "before"]);
  hosts.proxies[1].pass();
});
