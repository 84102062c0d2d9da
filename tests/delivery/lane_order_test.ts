// The order of what several clients, or several turns, send to one host.

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { RbPromise } from "../../src/promise.ts";
import { eventually } from "../faults/outcome.ts";
import { assertQuiet, Proxied } from "../faults/proxied.ts";
import { blackhole, clusterAt } from "../faults/single_host.ts";

/**
 * More commands than wait for the end of a turn, and fewer than take a connection
 * apart from those of other clients.
 */
const MANY = 7_000;

Deno.test("clients that share a lane keep the order in which they issue", async () => {
  await using host = await Proxied.start(1);
  const [a, b, c] = [1, 2, 3].map(() => host.cluster.getRoutingClient());
  const local = host.cluster.getLocalClient(0);
  for (let round = 0; round < 3; round++) {
    const replies = [
      a.set("n", 10),
      b.incr("n"),
      local.incr("n"),
      c.append("n", "0"),
      a.incr("n"),
      host.cluster.executeCommands({ n: [["INCR", "n"]] })
        .then(({ n }) => n[0].value),
      b.get("n"),
    ];
    // What a client adds to its batch leaves where that batch stands.
    assertEquals(await Promise.all(replies), [
      "OK",
      12,
      13,
      3,
      11,
      131,
      "12",
    ]);
  }
});

Deno.test("a large batch does not overtake what another client issued before", async () => {
  await using host = await Proxied.start(1);
  const [first, second] = [1, 2].map(() => host.cluster.getRoutingClient());
  await first.get("idle connection");
  const set = first.set("n", 1_000_000);
  const counts = await Promise.all(
    Array.from({ length: MANY }, () => second.incr("n")),
  );
  assertEquals(await set, "OK");
  assertEquals([counts[0], counts.at(-1)], [1_000_001, 1_000_000 + MANY]);
});

Deno.test("a large batch leaves no less when another client has an even larger one", async () => {
  await using host = await Proxied.start(1);
  const [first, second] = [1, 2].map(() => host.cluster.getRoutingClient());
  await first.get("idle connection");
  const counts: Promise<number>[] = [];
  for (let i = 0; i < MANY; i++) counts.push(first.incr("n"));
  for (let i = 0; i < MANY; i++) counts.push(second.incr("n"));
  const values = await Promise.all(counts);
  assertEquals(values.findIndex((value, i) => value !== i + 1), -1);
});

Deno.test("a batch that leaves while it grows arrives although its connection is given up", async () => {
  await using host = await Proxied.start(1);
  const { cluster, proxy } = host;
  const controller = new AbortController();
  const { signal } = controller;
  const given = cluster.getRoutingClient({ signal });
  const client = cluster.getRoutingClient({ timeout: 10_000 });
  await client.get("connection");
  proxy.hold();
  const unheard = given.get("held").catch((reason) => reason);
  await eventually(() => cluster.getPoolForHost(0).leased === 1);
  const counts: Promise<number>[] = [];
  for (let i = 0; i < MANY; i++) counts.push(client.incr("n"));
  controller.abort("given up");
  counts.push(client.incr("n"));
  proxy.pass();
  assertEquals(await unheard, "given up");
  const values = await Promise.all(counts);
  assertEquals(values.findIndex((value, i) => value !== i + 1), -1);
  await assertQuiet(cluster);
});

Deno.test("mapBatches() keeps the order of a batch that pauses and the next one", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxRetries: 1_000, breaker: { threshold: 10_000 } },
  });
  const { cluster, proxy, oracle } = host;
  await cluster.map((map) => map.get("connection"));
  for (const fault of ["cut", "refuse"] as const) {
    const { retries } = cluster.stats().get(0)!;
    await proxy[fault]();
    if (fault === "refuse") proxy.reset();
    const entries = cluster.mapBatches(
      Array.from({ length: 12 }, (_, i) => `${i}`),
      (map, key) => map.sendCommand("GETSET", [`key ${key}`, key]),
      { batchSize: 1, idempotent: true, autoBatch: false },
    );
    const seen: (string | null)[] = [];
    const first = entries.next();
    await eventually(() => cluster.stats().get(0)!.retries > retries + 1);
    proxy.pass();
    assertEquals((await first).value?.[0], "0");
    for await (const [key] of entries) seen.push(key);
    assertEquals(seen.length, 11);
    assertEquals(await oracle.command("GET", "key 11"), "11");
    await assertQuiet(cluster);
  }
});

Deno.test("what a callback gives up when a host cannot be reached is not tried again", async () => {
  using hole = await blackhole();
  await using cluster = clusterAt(hole.port, {
    // Too little for a pause, which takes 25 ms at least, after the dial.
    timeout: 265,
    poolOptions: { dialTimeout: 250, breaker: { threshold: 100 } },
  });
  const map = cluster.getMappingClient();
  const reason = new Error("Given up by a callback");
  const first: RbPromise<unknown> = map.incr("n");
  first.done(null, () => map.cancel(reason));
  await new Promise((wake) => setTimeout(wake, 120));
  const second = map.incr("n");
  await map.join().catch(() => {});
  assert(first.isRejected);
  assertStrictEquals(second.reason, reason);
  // Longer than a pause.
  await new Promise((wake) => setTimeout(wake, 80));
  assertEquals(cluster.stats().get(0)?.retries, 0);
  const { waiting, dialing } = cluster.getPoolForHost(0);
  assertEquals([waiting, dialing], [0, 0]);
});

Deno.test("what callbacks issue while a turn is not over leaves with the rest of it", async () => {
  await using host = await Proxied.start(1);
  const { cluster, proxy } = host;
  await cluster.map((map) => map.get("connection"));
  const { accepted } = proxy.stats;
  const order = await cluster.map((map) => {
    const first = map.incr("n");
    const rest: RbPromise<number>[] = [];
    first.done(() => {
      for (let i = 0; i < 3; i++) rest.push(map.incr("n"));
      queueMicrotask(() => rest.push(map.incr("n")));
    });
    return rest;
  });
  assertEquals(order.map(({ value }) => value), [2, 3, 4, 5]);
  // Beside the connection's: the first, and one for all that followed.
  assertEquals(cluster.stats().get(0)?.batches.count, 3);
  assertEquals(proxy.stats.accepted, accepted);
});
