// No write runs twice: the state of a dedicated connection ends with it.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import { ConnectionError } from "../../mod.ts";
import { Proxied } from "../../support/proxied.ts";
import { sleep } from "./outcome.ts";
import { reasonOf, told } from "./proxied.ts";

/** Ways to lose the link of a dedicated client while nothing is sent. */
const DROPS: Record<string, (host: Proxied) => Promise<unknown>> = {
  "the network drops": async (host) => {
    host.proxy.reset();
    await sleep(20);
  },
  "the network drops at the same moment": (host) =>
    Promise.resolve(host.proxy.reset()),
  "the server kills": async (host) => {
    await host.oracle.command("CLIENT", "KILL", "TYPE", "normal");
    await sleep(20);
  },
  "a restart of the server ends": async (host) => {
    await host.server.restart();
    await sleep(20);
  },
};

for (const [how, drop] of Object.entries(DROPS)) {
  Deno.test(`fault 14: between WATCH and EXEC, a link that ${how} is an error`, async () => {
    await using host = await Proxied.start(1);
    using client = await host.cluster.connect(0);
    await client.watch("watched");
    const tx = client.tx();
    tx.incr("n");
    await drop(host);
    const error = await reasonOf(tx.flush());
    assertInstanceOf(error, ConnectionError);
    assertEquals(error.hostId, 0);
    await sleep(100);
    assertEquals(await host.oracle.command("EXISTS", "n"), 0);
    for (const command of ["INCR", "UNWATCH", "PING"]) {
      const args = command === "INCR" ? ["n"] : [];
      assertEquals(told(await reasonOf(client.sendCommand(command, args))), {
        name: "ConnectionError",
        hostId: 0,
        command,
        outcome: "not-sent",
      });
    }
    assert(!client.isConnected);
    await assertRejects(() => client.connect(), ConnectionError);
    assertEquals(await host.oracle.command("EXISTS", "n"), 0);
    assertEquals(host.proxy.stats.accepted, 1);
  });

  Deno.test(`fault 14: after SELECT, a link that ${how} is an error`, async () => {
    await using host = await Proxied.start(1);
    using client = await host.cluster.connect(0);
    await client.select(3);
    assertEquals(await client.incr("n"), 1);
    await drop(host);
    assertInstanceOf(await reasonOf(client.incr("n")), ConnectionError);
    assertInstanceOf(await reasonOf(client.incr("n")), ConnectionError);
    await sleep(60);
    assertEquals(await host.oracle.command("EXISTS", "n"), 0);
    assertEquals(host.proxy.stats.accepted, 1);
    // Another one starts with the state of a new connection.
    using other = await host.cluster.connect(0);
    assertEquals(await other.incr("n"), 1);
  });
}

Deno.test("fault 14: an EXEC whose reply is lost ran once, and is unknown", async () => {
  await using host = await Proxied.start(1);
  for (const replies of [0, 1, 2]) {
    await host.oracle.command("DEL", "n");
    using client = await host.cluster.connect(0);
    await client.watch("watched");
    host.proxy.cut({ replies });
    const tx = client.tx();
    tx.incr("n");
    const error = await reasonOf(tx.flush());
    host.proxy.pass();
    assertEquals(told(error).outcome, "unknown");
    await sleep(80);
    assertEquals(await host.oracle.command("GET", "n"), "1");
  }
});

Deno.test("fault 14: a read on a dedicated connection is not tried again", async () => {
  await using host = await Proxied.start(1);
  using client = await host.cluster.connect(0);
  await client.select(3);
  host.proxy.cut();
  const error = await reasonOf(client.get("a"));
  host.proxy.pass();
  assertEquals(told(error), {
    name: "ConnectionError",
    hostId: 0,
    command: "GET",
    outcome: "unknown",
  });
  await sleep(80);
  assertEquals(host.proxy.stats.accepted, 1);
});

Deno.test("fault 14: a transaction with an argument that cannot be sent is not sent", async () => {
  await using host = await Proxied.start(1);
  using client = await host.cluster.connect(0);
  for (const pipeline of [client.tx(), client.pipeline()]) {
    pipeline.incr("n");
    pipeline.set("a", undefined as unknown as string);
    pipeline.incr("n");
    assertInstanceOf(await reasonOf(pipeline.flush()), TypeError);
  }
  assertEquals(await client.ping(), "PONG");
  assertEquals(await host.oracle.command("EXISTS", "n"), 0);
});

Deno.test("fault 14: a subscription ends with an error when its link is lost", async () => {
  await using host = await Proxied.start(1);
  using client = await host.cluster.connect(0);
  const subscription = await client.subscribe("news");
  const messages = subscription.receive();
  const next = messages.next();
  await host.oracle.command("PUBLISH", "news", "one");
  assertEquals((await next).value?.message, "one");
  const lost = reasonOf(messages.next());
  host.proxy.reset();
  assertInstanceOf(await lost, Error);
  assertEquals(host.proxy.stats.accepted, 1);
});
