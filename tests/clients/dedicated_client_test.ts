// The client of connect(): its time, its pipelines, its events.

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { CommandError, ConnectionError, TimeoutError } from "../../mod.ts";
import { FakeTime } from "../fake_time.ts";
import { eventually, timesOutAfter } from "../faults/outcome.ts";
import { Proxied, reasonOf, told } from "../faults/proxied.ts";
import { ScriptedServer } from "../faults/scripted_server.ts";
import { bounded, sleep } from "../../support/waiting.ts";
import { blackhole, clusterAt } from "../faults/single_host.ts";

Deno.test("connect() lets a command block longer than its time limit", async () => {
  await using host = await Proxied.start(1);
  const other = host.cluster.getLocalClient(0);
  // Other processes may keep the server busy: it blocks until there is something.
  for (const [timeout, wait] of [[2_000, 2_200], [2 ** 40, 0], [Infinity, 0]]) {
    using client = await host.cluster.connect(0, { timeout });
    const popped = client.blpop(60, "list");
    await sleep(wait);
    await other.lpush("list", "a");
    assertEquals(await bounded(popped), ["list", "a"]);
    // All that block in a pipeline have their time, one after the other.
    const pipeline = client.pipeline();
    pipeline.blpop(60, "list");
    pipeline.blpop(60, "list");
    pipeline.incr("n");
    const replies = pipeline.flush();
    await sleep(wait);
    await other.lpush("list", "b");
    await sleep(wait);
    await other.lpush("list", "c");
    const [one, two, count] = await bounded(replies);
    assertEquals([one, two], [["list", "b"], ["list", "c"]]);
    assertEquals(typeof count, "number");
  }
});

Deno.test("connect() has the time limit of its own, or that of its cluster", async () => {
  await using server = ScriptedServer.silent();
  const ways = [
    { cluster: { timeout: 60 }, own: {} },
    { cluster: { timeout: 60_000 }, own: { timeout: 60 } },
  ];
  for (const { cluster: options, own } of ways) {
    await using cluster = clusterAt(server.port, options);
    using client = await cluster.connect(0, own);
    using time = new FakeTime();
    const error = await timesOutAfter(time, () => client.get("key"), {
      timeout: 60,
      ready: () => server.accepted.at(-1)?.text !== "",
    });
    assertEquals(told(error), {
      name: "TimeoutError",
      hostId: 0,
      command: "GET",
      outcome: "unknown",
    });
    // What was behind it could not be told apart from it.
    assert(!client.isConnected);
  }
});

Deno.test("connect() to who lets nobody in says that nothing was sent", async () => {
  using hole = await blackhole();
  await using cluster = clusterAt(hole.port);
  const error = await reasonOf(cluster.connect(0, { timeout: 50 }));
  assertInstanceOf(error, TimeoutError);
  assertEquals([error.hostId, error.outcome], [0, "not-sent"]);
  assert(error.message.startsWith("Cannot connect to host 0 at"));
  await using nobody = clusterAt(1);
  const refused = await reasonOf(nobody.connect(0));
  assertInstanceOf(refused, ConnectionError);
  assertEquals([refused.hostId, refused.outcome], [0, "not-sent"]);
  // Each is counted with the other errors of the host.
  assertEquals(cluster.stats().get(0)?.errors, { TimeoutError: 1 });
  assertEquals(nobody.stats().get(0)?.errors, { ConnectionError: 1 });
});

Deno.test("a pipeline sends what was added since it was sent, and gives errors as values", async () => {
  await using host = await Proxied.start(1);
  using client = await host.cluster.connect(0);
  await client.set("text", "value");
  for (const pipeline of [client.pipeline(), client.tx()]) {
    await host.oracle.command("DEL", "n");
    pipeline.incr("n");
    pipeline.lpop("text");
    const first = (await pipeline.flush()).flat();
    assertEquals(first.filter((one) => one === 1).length, 1);
    assertEquals(first.filter((one) => one instanceof Error).length, 1);
    const error = first.find((one) => one instanceof Error);
    assertInstanceOf(error, CommandError);
    pipeline.incr("n");
    const second = (await pipeline.flush()).flat();
    assertEquals(second.filter((one) => typeof one === "number"), [2]);
    await pipeline.flush();
    assertEquals(await host.oracle.command("GET", "n"), "2");
  }
});

Deno.test("connect() gives bytes to those who ask for them", async () => {
  await using host = await Proxied.start(1);
  await host.oracle.command("SET", "key", "bytes");
  using client = await host.cluster.connect(0);
  const bytes = new TextEncoder().encode("bytes");
  const asBytes = { returnUint8Arrays: true };
  const alone = client.sendCommand("GET", ["key"], asBytes);
  assertEquals(await alone, bytes);
  const pipeline = client.pipeline();
  pipeline.sendCommand("GET", ["key"], asBytes);
  pipeline.get("key");
  pipeline.sendCommand("GET", ["key"], asBytes);
  assertEquals(await pipeline.flush(), [bytes, "bytes", bytes]);
});

Deno.test("a connection of connect() tells its end, and its loss", async () => {
  await using host = await Proxied.start(1);
  const ends: Record<string, (close: () => void) => unknown> = {
    "close, end": (close) => close(),
    "error, close, end": () => host.proxy.reset(),
  };
  for (const [expected, end] of Object.entries(ends)) {
    const client = await host.cluster.connect(0);
    const seen: string[] = [];
    for (const type of ["connect", "error", "close", "end"] as const) {
      client.addEventListener(type, () => seen.push(type));
    }
    assert(client.isConnected && !client.isClosed);
    await client.ping();
    end(() => client.close());
    await eventually(() => seen.at(-1) === "end");
    assertEquals(seen.join(", "), expected);
    assert(!client.isConnected && client.isClosed);
    client.close();
    const error = await reasonOf(client.connect());
    assertEquals(told(error).outcome, "not-sent");
  }
});

Deno.test("a subscribed connection of connect() takes no other commands, and says so until it is closed", async () => {
  await using host = await Proxied.start(1);
  const client = await host.cluster.connect(0);
  const subscription = await client.subscribe("news");
  const error = await reasonOf(client.get("key"));
  assertInstanceOf(error, TypeError);
  assert(error.message.includes('"GET"'));
  subscription.close();
  await eventually(() => client.isClosed);
  assertEquals(told(await reasonOf(client.get("key"))), {
    name: "ConnectionError",
    hostId: 0,
    command: "GET",
    outcome: "not-sent",
  });
});

Deno.test("a command that cannot be sent leaves those beside it alone", async () => {
  await using host = await Proxied.start(1);
  using client = await host.cluster.connect(0);
  const results = await Promise.allSettled([
    client.incr("n"),
    client.set("key", undefined as unknown as string),
    client.incr("n"),
  ]);
  assertEquals(results.map(({ status }) => status), [
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
  assertEquals(await client.incr("n"), 3);
});
