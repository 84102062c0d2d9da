// No write runs twice: what is tried again, how often and for how long.

import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
} from "@std/assert";
import { Cluster, ConnectionError, TransportError } from "../../mod.ts";
import { Proxied } from "../../support/proxied.ts";
import { CLIENTS } from "./client_kinds.ts";
import { FakeTime, replaced } from "../fake_time.ts";
import { bounded, eventually, sleep } from "./outcome.ts";
import { assertQuiet, reasonOf, told } from "./proxied.ts";
import { ScriptedServer } from "./scripted_server.ts";

Deno.test("fault 12: a read is tried again, within a bound and with growing pauses", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxRetries: 2, breaker: { threshold: 100 } },
  });
  const client = host.cluster.getRoutingClient();
  for (const share of [0, 1]) {
    using time = new FakeTime();
    await client.get("a");
    host.proxy.cut();
    const { accepted } = host.proxy.stats;
    using _ = replaced(Math, "random", () => share);
    const reason = reasonOf(client.get("a"));
    // Two pauses: of 25 to 50 ms, and of 50 to 100 ms.
    for (const [index, longest] of [50, 100].entries()) {
      const pause = longest * (1 + share) / 2;
      await eventually(() => time.delays.includes(pause));
      await time.advance(pause - 1);
      await sleep(5);
      assertEquals(host.proxy.stats.accepted, accepted + index);
      await time.advance(1);
      await eventually(() =>
        host.proxy.stats.accepted === accepted + index + 1
      );
    }
    const error = await bounded(reason);
    assertInstanceOf(error, ConnectionError);
    assertEquals([error.hostId, error.command], [0, "GET"]);
    assertEquals(host.proxy.stats.accepted, accepted + 2);
    host.proxy.pass();
  }
  await assertQuiet(host.cluster);
});

for (const [kind, open] of Object.entries(CLIENTS)) {
  if (kind === "a dedicated client") continue;
  Deno.test(`fault 12: ${kind} gets what it reads although a reply was lost`, async () => {
    await using host = await Proxied.start(1);
    const send = await open(host.cluster);
    await host.oracle.command("RPUSH", "list", "a", "b");
    using time = new FakeTime();
    await send("EXISTS", ["other"]);
    for (let round = 1; round <= 3; round++) {
      host.proxy.cut();
      const read = send("LLEN", ["list"]);
      await eventually(() => host.proxy.stats.cut === round);
      host.proxy.pass();
      const value = await time.settled(read);
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
    using time = new FakeTime();
    host.proxy.pass();
    await bounded(client.get("a"));
    await host.proxy[fault]();
    host.proxy.reset();
    for (
      const read of [
        () => client.get("a"),
        () => client.map((client) => client.get("a"), { timeout: 300 }),
        () => client.sendCommand("GET", ["a"], { timeout: 300 }),
      ]
    ) {
      const started = time.now;
      const reason = reasonOf(read());
      // A pause that would end after the deadline is not waited for.
      reason.then(() => assert(time.now - started <= 300));
      assertInstanceOf(await time.settled(reason, 25), TransportError);
    }
  }
  host.proxy.pass();
  assertEquals(await host.cluster.getRoutingClient().get("a"), null);
});

Deno.test("fault 12: many who retry do not come back in step", async () => {
  await using server = new ScriptedServer(async (link) => {
    for (;;) {
      const text = await link.read();
      if (text === undefined || text.includes("lost")) return;
      await link.write(text.includes("PING") ? "+PONG\r\n" : "$-1\r\n");
    }
  });
  const hosts = [{ port: server.port }];
  const poolOptions = { maxRetries: 1 };
  await using clusters = new AsyncDisposableStack();
  const clients = Array.from(
    { length: 50 },
    () => clusters.use(new Cluster({ hosts, poolOptions })).getRoutingClient(),
  );
  using time = new FakeTime();
  await Promise.all(clients.map((client) => client.get("first")));
  const reasons = clients.map((client) => reasonOf(client.get("lost")));
  const pauses = () => time.delays.filter((delay) => delay <= 50);
  await eventually(() => pauses().length === clients.length);
  assertGreaterOrEqual(Math.min(...pauses()), 25);
  assertGreater(Math.max(...pauses()) - Math.min(...pauses()), 10);
  await time.advance(50);
  for (const reason of reasons) {
    assertEquals(told(await bounded(reason)).outcome, "unknown");
  }
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
  using time = new FakeTime();
  let count = 0;
  for (const call of calls) {
    await client.get("other");
    host.proxy.cut();
    const sent = call();
    await eventually(() => host.proxy.stats.cut === count / 2 + 1);
    host.proxy.pass();
    count += 2;
    assertEquals(await time.settled(sent), count);
    assertEquals(await host.oracle.command("GET", "n"), String(count));
  }
});

Deno.test("fault 12: what was sent once stays unknown, whatever follows", async () => {
  await using host = await Proxied.start(1);
  const other = host.cluster.getRoutingClient();
  for (const timeout of [5_000, 20]) {
    const client = host.cluster.getRoutingClient({ timeout });
    using time = new FakeTime();
    await other.get("other");
    await host.oracle.command("DEL", "n");
    host.proxy.cut();
    const sent = client.sendCommand("INCR", ["n"], { idempotent: true });
    const error = reasonOf(sent);
    await eventually(async () => await host.oracle.command("GET", "n") === "1");
    await host.proxy.refuse();
    assertEquals(told(await time.settled(error)).outcome, "unknown");
    assertEquals(await host.oracle.command("GET", "n"), "1");
    host.proxy.pass();
    await time.until(() =>
      time.settled(other.get("other").then(() => true, () => false), 100)
    );
  }
});
