// No write runs twice: what is tried again, how often and for how long.

import {
  assertEquals,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLess,
} from "@std/assert";
import { Cluster, ConnectionError, TransportError } from "../../mod.ts";
import { Proxied } from "../../support/proxied.ts";
import { CLIENTS } from "./client_kinds.ts";
import { eventually } from "./outcome.ts";
import { assertQuiet, reasonOf, told } from "./proxied.ts";
import { ScriptedServer } from "./scripted_server.ts";

Deno.test("fault 12: a read is tried again, within a bound and with growing pauses", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxRetries: 2, breaker: { threshold: 100 } },
  });
  const client = host.cluster.getRoutingClient();
  await client.get("a");
  host.proxy.cut();
  const { accepted } = host.proxy.stats;
  const started = performance.now();
  const error = await reasonOf(client.get("a"));
  const time = performance.now() - started;
  assertInstanceOf(error, ConnectionError);
  assertEquals([error.hostId, error.command], [0, "GET"]);
  // Two pauses: of 25 to 50 ms, and of 50 to 100 ms.
  assertGreaterOrEqual(time, 75);
  assertLess(time, 250);
  assertEquals(host.proxy.stats.accepted, accepted + 2);
  host.proxy.pass();
  await assertQuiet(host.cluster);
});

for (const [kind, open] of Object.entries(CLIENTS)) {
  if (kind === "a dedicated client") continue;
  Deno.test(`fault 12: ${kind} gets what it reads although a reply was lost`, async () => {
    await using host = await Proxied.start(1);
    const send = await open(host.cluster);
    await host.oracle.command("RPUSH", "list", "a", "b");
    await send("EXISTS", ["other"]);
    for (let round = 1; round <= 3; round++) {
      host.proxy.cut();
      const read = send("LLEN", ["list"]);
      await eventually(() => host.proxy.stats.cut === round);
      host.proxy.pass();
      const value = await read;
      assertEquals(value instanceof Map ? value.get(0) : value, 2);
    }
    await assertQuiet(host.cluster);
  });
}

Deno.test("fault 12: retries end with the caller's deadline", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxRetries: 1_000, breaker: { threshold: 10_000 } },
  });
  const client = host.cluster.getRoutingClient({ timeout: 300 });
  for (const fault of ["refuse", "cut"] as const) {
    host.proxy.pass();
    await client.get("a");
    await host.proxy[fault]();
    host.proxy.reset();
    for (
      const read of [
        () => client.get("a"),
        () => client.map((client) => client.get("a"), { timeout: 300 }),
        () => client.sendCommand("GET", ["a"], { timeout: 300 }),
      ]
    ) {
      const started = performance.now();
      assertInstanceOf(await reasonOf(read()), TransportError);
      assertLess(performance.now() - started, 350);
    }
  }
  host.proxy.pass();
  assertEquals(await client.get("a"), null);
});

Deno.test("fault 12: many who retry do not come back in step", async () => {
  await using server = new ScriptedServer(async (link) => {
    for (;;) {
      const text = await link.read();
      if (text === undefined || text.includes("lost")) return;
      await link.write(text.includes("PING") ? "+PONG\r\n" : "$-1\r\n");
    }
  });
  const { port } = server;
  const poolOptions = { maxRetries: 1 };
  const pauses = await Promise.all(
    Array.from({ length: 12 }, async () => {
      await using cluster = new Cluster({ hosts: [{ port }], poolOptions });
      const client = cluster.getRoutingClient();
      await client.get("first");
      const started = performance.now();
      assertEquals(told(await reasonOf(client.get("lost"))).outcome, "unknown");
      return performance.now() - started;
    }),
  );
  assertGreaterOrEqual(Math.min(...pauses), 24);
  const spread = Math.max(...pauses) - Math.min(...pauses);
  assertGreaterOrEqual(spread, 5);
});

Deno.test("fault 12: a write is tried again when its caller says so", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  const calls = [
    () => client.sendCommand("INCR", ["n"], { idempotent: true }),
    () =>
      client.map((client) =>
        client.sendCommand("INCR", ["n"], { idempotent: true })
      ),
  ];
  let count = 0;
  for (const call of calls) {
    await client.get("other");
    host.proxy.cut();
    const sent = call();
    await eventually(() => host.proxy.stats.cut === count / 2 + 1);
    host.proxy.pass();
    count += 2;
    assertEquals(await sent, count);
    assertEquals(await host.oracle.command("GET", "n"), String(count));
  }
});

Deno.test("fault 12: what was sent once stays unknown, whatever follows", async () => {
  await using host = await Proxied.start(1);
  for (const timeout of [5_000, 20]) {
    const client = host.cluster.getRoutingClient({ timeout });
    host.proxy.pass();
    await client.get("other").catch(() => {});
    await host.oracle.command("DEL", "n");
    host.proxy.cut();
    const sent = client.sendCommand("INCR", ["n"], { idempotent: true });
    const error = reasonOf(sent);
    await eventually(async () => await host.oracle.command("GET", "n") === "1");
    await host.proxy.refuse();
    assertEquals(told(await error).outcome, "unknown");
    assertEquals(await host.oracle.command("GET", "n"), "1");
    host.proxy.pass();
    await eventually(() => client.get("other").then(() => true, () => false));
  }
});
