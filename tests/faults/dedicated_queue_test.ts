/*
 * What waits on a connection of connect(hostId) is bounded like what waits for a
 * host: in commands and in bytes, alone and in pipelines, transactions and
 * subscriptions. Covered here: a server that sleeps (SIGSTOP) and a network that
 * holds everything back, text and bytes, single commands, pipeline() and tx(),
 * before and with their flush, subscribe(); that room comes back with the
 * replies, and that the queue of one connection is not that of another.
 */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { QueueFullError } from "../../mod.ts";
import { Proxied } from "../../support/proxied.ts";
import { assertOutcome, bounded } from "./outcome.ts";
import { reasonOf } from "./proxied.ts";

/** Checks that something was refused because there is no room for it. */
async function assertFull(
  result: PromiseLike<unknown>,
  command: string,
): Promise<void> {
  const error = await reasonOf(result);
  assertInstanceOf(error, QueueFullError);
  assertOutcome(error, { hostId: 0, command, outcome: "not-sent" });
}

Deno.test("fault 71: a sleeping server gets so many commands and no more", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxQueueCommands: 10 },
  });
  using client = await host.cluster.connect(0);
  host.server.pause();
  const sent = Array.from({ length: 10 }, () => client.incr("n"));
  await assertFull(client.incr("n"), "INCR");
  await assertFull(client.sendCommand("GET", ["n"]), "GET");
  host.server.resume();
  assertEquals(await bounded(Promise.all(sent)), [
    ...Array(10).keys().map((i) => i + 1),
  ]);
  // Their replies have made room.
  assertEquals(await client.incr("n"), 11);
  assertEquals(await host.oracle.command("GET", "n"), "11");
});

for (const kind of ["text", "bytes"]) {
  Deno.test(`fault 71: ${kind} beyond the bound are refused`, async () => {
    await using host = await Proxied.start(1, {
      poolOptions: { maxQueueBytes: 100_000 },
    });
    using client = await host.cluster.connect(0);
    const value = kind === "text" ? "x".repeat(20_000) : new Uint8Array(20_000);
    host.proxy.hold();
    const sent = ["a", "b", "c", "d"].map((key) =>
      client.sendCommand("SET", [key, value])
    );
    await assertFull(client.sendCommand("SET", ["e", value]), "SET");
    // What is small still fits.
    sent.push(client.sendCommand("SET", ["f", "x"]));
    host.proxy.pass();
    assertEquals(await bounded(Promise.all(sent)), Array(5).fill("OK"));
    assertEquals(await host.oracle.command("EXISTS", "e"), 0);
  });
}

for (const kind of ["pipeline", "tx"] as const) {
  Deno.test(`fault 71: ${kind}() is sent as a whole or refused as a whole`, async () => {
    await using host = await Proxied.start(1, {
      poolOptions: { maxQueueCommands: 10 },
    });
    using client = await host.cluster.connect(0);
    host.proxy.hold();
    const sent = Array.from({ length: 5 }, () => client.incr("n"));
    const gathered = client[kind]();
    for (let i = 0; i < 6; i++) gathered.incr("m");
    await assertFull(gathered.flush(), kind === "tx" ? "MULTI" : "INCR");
    host.proxy.pass();
    await bounded(Promise.all(sent));
    assertEquals(await host.oracle.command("EXISTS", "m"), 0);
    // Refused is not forgotten: with the room there is now, it leaves.
    for (let i = 0; i < 6; i++) gathered.incr("m");
    assertEquals((await gathered.flush()).length, kind === "tx" ? 8 : 6);
    assertEquals(await host.oracle.command("GET", "m"), "6");
  });

  Deno.test(`fault 71: ${kind}() gathers no more than could leave`, async () => {
    await using host = await Proxied.start(1, {
      poolOptions: { maxQueueBytes: 10_000 },
    });
    using client = await host.cluster.connect(0);
    const gathered = client[kind]();
    for (let i = 0; i < 1_000; i++) gathered.append("m", "x".repeat(100));
    await assertFull(gathered.flush(), "APPEND");
    assertEquals(await host.oracle.command("EXISTS", "m"), 0);
    gathered.append("m", "x");
    const replies = await gathered.flush();
    assert(!replies.some((reply) => reply instanceof Error));
    assertEquals(await host.oracle.command("GET", "m"), "x");
  });
}

Deno.test("fault 71: changes of a subscription count as well", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxQueueCommands: 3 },
  });
  using client = await host.cluster.connect(0);
  const subscription = await client.subscribe("a");
  host.proxy.hold();
  const changes = ["b", "c", "d"].map((name) => subscription.subscribe(name));
  await assertFull(subscription.subscribe("e"), "SUBSCRIBE");
  host.proxy.pass();
  await bounded(Promise.all(changes));
  await bounded(subscription.subscribe("e"));
});

Deno.test("fault 71: each connection has a queue of its own", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxQueueCommands: 2 },
  });
  using one = await host.cluster.connect(0);
  using other = await host.cluster.connect(0);
  host.proxy.hold();
  const sent = [one, one, other, other, host.cluster.getRoutingClient()]
    .map((client) => client.incr("n"));
  await assertFull(one.incr("n"), "INCR");
  await assertFull(other.incr("n"), "INCR");
  host.proxy.pass();
  const counts = await bounded(Promise.all(sent));
  assertEquals(counts.toSorted(), [1, 2, 3, 4, 5]);
});
