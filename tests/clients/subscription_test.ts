import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Cluster, CommandError, ConnectionError } from "../../mod.ts";
import { Subscription } from "../../src/clients/subscription.ts";
import { Room } from "../../src/delivery/host.ts";
import { makeTestCluster, type TestCluster } from "../../src/testing.ts";
import { Connection } from "../../src/wire/connection.ts";
import { FakeTime } from "../fake_time.ts";
import { reasonOf, told } from "../faults/proxied.ts";
import { bounded, eventually, sleep } from "../../support/waiting.ts";
import { FakeSocket } from "../wire/fake_socket.ts";

function oneHost(timeout = 30_000): Promise<TestCluster> {
  return makeTestCluster({
    servers: 1,
    databasesEach: 1,
    cluster: { timeout },
  });
}

/** Publishes numbered messages, in one write. */
async function publish(
  cluster: Cluster,
  channel: string,
  count: number,
): Promise<void> {
  using publisher = await cluster.connect(0);
  const pipeline = publisher.pipeline();
  for (let i = 0; i < count; i++) {
    pipeline.publish(channel, `message ${i} ${"x".repeat(50)}`);
  }
  await pipeline.flush();
}

/** What becomes of something at once: while time stands still. */
async function atOnce<T>(call: () => Promise<T>): Promise<T> {
  using _ = new FakeTime();
  return await bounded(call());
}

const REFUSED = {
  name: "ConnectionError",
  hostId: 0,
  command: "SUBSCRIBE",
  outcome: "not-sent",
};

Deno.test("subscribe() rejects at once on a connection that one has closed", async () => {
  await using cluster = await oneHost();
  const client = await cluster.connect(0);
  client.close();
  const error = await atOnce(() => reasonOf(client.subscribe("news")));
  assertEquals(told(error), REFUSED);
  const other = await atOnce(() => reasonOf(client.psubscribe("n*")));
  assertEquals(told(other), {
    ...REFUSED,
    command: "PSUBSCRIBE",
  });
  // A subscription that never was is in nobody's way.
  assertEquals(told(await reasonOf(client.get("key"))).command, "GET");
});

Deno.test("subscribe() rejects at once on a connection that the server has closed", async () => {
  await using cluster = await oneHost();
  using client = await cluster.connect(0);
  const ended = new Promise((resolve) =>
    client.addEventListener("end", resolve)
  );
  await client.sendCommand("CLIENT", ["KILL", "SKIPME", "no"]);
  // An idle connection does not keep a program alive; the clock of this does.
  await bounded(ended);
  const error = await atOnce(() => reasonOf(client.subscribe("news")));
  assertEquals(told(error), REFUSED);
});

Deno.test("subscribe() rejects with the reason of its signal once it is aborted", async () => {
  await using cluster = await oneHost();
  const controller = new AbortController();
  using client = await cluster.connect(0, { signal: controller.signal });
  const reason = new Error("Enough");
  controller.abort(reason);
  const error = await atOnce(() => reasonOf(client.subscribe("news")));
  assertEquals(error, reason);
});

Deno.test("subscribe() of a closed Subscription rejects as not sent", async () => {
  await using cluster = await oneHost();
  using client = await cluster.connect(0);
  const subscription = await client.subscribe("news");
  subscription.close();
  assert(subscription.isClosed);
  assertEquals(told(await reasonOf(subscription.subscribe("other"))), REFUSED);
});

Deno.test("subscribe() that close() overtakes says whether it was sent", async () => {
  await using cluster = await oneHost();
  for (const outcome of ["not-sent", "unknown"] as const) {
    using client = await cluster.connect(0);
    const subscription = await client.subscribe("news");
    cluster.setup.servers[0].pause();
    const reason = reasonOf(subscription.subscribe("other"));
    if (outcome === "unknown") {
      // The server has it, and does not get to it.
      await sleep(20);
    }
    subscription.close();
    assertEquals(told(await bounded(reason)), { ...REFUSED, outcome });
    cluster.setup.servers[0].resume();
  }
});

Deno.test("subscribe() refuses a name that cannot be sent, and goes on", async () => {
  await using cluster = await oneHost();
  using client = await cluster.connect(0);
  const subscription = await client.subscribe("news");
  await assertRejects(() => subscription.subscribe("\ud800"), TypeError);
  await subscription.subscribe("other");
});

Deno.test("receive() wakes every loop when a message arrives", async () => {
  await using cluster = await oneHost();
  using client = await cluster.connect(0);
  const subscription = await client.subscribe("news");
  const loops = [subscription.receive(), subscription.receive()];
  const next = Promise.all(loops.map((loop) => loop.next()));
  await publish(cluster, "news", 2);
  const messages = await bounded(next);
  assertEquals(
    messages.map(({ value }) => value.message.split(" ")[1]).sort(),
    ["0", "1"],
  );
  for (const loop of loops) await loop.return?.();
});

Deno.test("receive() ends every loop when it is closed", async () => {
  await using cluster = await oneHost();
  using client = await cluster.connect(0);
  const subscription = await client.subscribe("news");
  const loops = [1, 2, 3].map(() => subscription.receive().next());
  subscription.close();
  const ends = await bounded(Promise.all(loops));
  assertEquals(ends.map(({ done }) => done), [true, true, true]);
});

Deno.test("receive() fails every loop when the connection is lost", async () => {
  await using cluster = await oneHost();
  using client = await cluster.connect(0);
  const subscription = await client.subscribe("news");
  const loops = [1, 2].map(() => reasonOf(subscription.receive().next()));
  await cluster.getLocalClient(0)
    .sendCommand("CLIENT", ["KILL", "TYPE", "pubsub"]);
  const errors = await bounded(Promise.all(loops));
  assertEquals(errors.map((error) => error instanceof ConnectionError), [
    true,
    true,
  ]);
});

Deno.test("unsubscribe() is confirmed inside the loop of a busy subscription", async () => {
  const count = 20_000;
  await using cluster = await oneHost();
  using client = await cluster.connect(0);
  const subscription = await client.subscribe("news");
  await publish(cluster, "news", count);
  let seen = 0;
  for await (const { message } of subscription.receive()) {
    assertEquals(message.split(" ")[1], String(seen));
    seen++;
    if (seen === 1) {
      // Until reading has paused; what is behind is not read on its own.
      await sleep(50);
      await subscription.unsubscribe("news");
    }
    if (seen === count) break;
  }
  assertEquals(seen, count);
  assert(!subscription.isClosed);
});

for (const protocol of [2, 3] as const) {
  Deno.test(`unsubscribe() without names waits for every channel that is left (protocol ${protocol})`, async () => {
    await using cluster = await makeTestCluster({
      servers: 1,
      databasesEach: 1,
      cluster: { poolOptions: { protocol } },
    });
    const admin = cluster.getLocalClient(0);
    await admin.sendCommand("ACL", [
      "SETUSER",
      "default",
      "resetchannels",
      "&ok:*",
    ]);
    using client = await cluster.connect(0);
    const subscription = await client.subscribe("ok:1", "ok:2", "ok:2");
    await subscription.psubscribe("ok:*");
    // The confirmations that follow the first one are no answer to the next.
    const [, , , refused] = await Promise.all([
      subscription.subscribe("ok:3"),
      subscription.unsubscribe(),
      subscription.unsubscribe(),
      reasonOf(subscription.subscribe("secret")),
      subscription.punsubscribe(),
      subscription.subscribe("ok:4"),
    ]);
    assert(refused instanceof CommandError);
    assertEquals(refused.code, "NOPERM");
    assertEquals(await admin.sendCommand("PUBSUB", ["CHANNELS"]), ["ok:4"]);
    assertEquals(await admin.sendCommand("PUBSUB", ["NUMPAT"]), 0);
  });
}

Deno.test("a client and its pipelines share one connection", async () => {
  await using cluster = await oneHost();
  const client = await cluster.connect(0);
  let ends = 0;
  // A target calls a listener once, however often it was added to it.
  const listener = () => void ends++;
  client.addEventListener("end", listener);
  for (let i = 0; i < 3; i++) {
    client.pipeline().addEventListener("end", listener);
    client.tx().addEventListener("end", listener);
  }
  client.close();
  await eventually(() => ends > 0);
  await sleep(10);
  assertEquals(ends, 1);
});

/** A subscription over a socket in memory. */
function subscribed() {
  const socket = new FakeSocket();
  const connection = new Connection(socket);
  const subscription = new Subscription(connection, {
    timeout: Infinity,
    queue: new Room({ maxCommands: Infinity, maxBytes: Infinity }),
    queueFull: (name) => new Error(name),
    onClose: () => connection.close(),
    onOverdue: () => {},
    failure: (command) => command,
  });
  return { socket, connection, subscription };
}

/** A message of channel "c", as the server sends it. */
function wire(count: number): string {
  return "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nx\r\n".repeat(count);
}

Deno.test("Subscription goes on reading when half of its messages are taken", async () => {
  const { socket, connection, subscription } = subscribed();
  // The far end hangs up behind its messages: seen when that much is read.
  socket.say(wire(1_024));
  await sleep(0);
  socket.hangUp();
  await sleep(0);
  assertEquals(connection.error, undefined);
  const messages = subscription.receive();
  for (let taken = 1; taken <= 512; taken++) {
    assertEquals(connection.error, undefined);
    await messages.next();
  }
  await sleep(0);
  assert(connection.error instanceof ConnectionError);
  subscription.end();
  await messages.return?.();
  await connection.closed;
});

Deno.test("Subscription pauses again once its change is confirmed", async () => {
  const { socket, connection, subscription } = subscribed();
  socket.say(wire(1_024));
  await sleep(0);
  const leaving = subscription.unsubscribe("c");
  socket.say(wire(1_000));
  await sleep(0);
  socket.say("*3\r\n$11\r\nunsubscribe\r\n$1\r\nc\r\n:0\r\n");
  await leaving;
  socket.say(wire(1));
  await sleep(0);
  socket.hangUp();
  await sleep(0);
  assertEquals(connection.error, undefined);
  connection.close();
  subscription.end();
  await connection.closed;
});
