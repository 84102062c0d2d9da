import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FaultProxy } from "../../src/testing/fault_proxy.ts";
import { RedisServer } from "../../src/testing/redis_server.ts";
import { FakeTime } from "../fake_time.ts";
import { bounded, eventually, isPending, sleep } from "../waiting.ts";
import { askOnce, exists, RawClient } from "./raw_client.ts";

const PONG = "+PONG\r\n";

/** Settles only when a promise does within a while. */
async function isSettledWithin(
  promise: Promise<unknown>,
  time: number,
): Promise<boolean> {
  let isSettled = false;
  promise.finally(() => isSettled = true);
  await sleep(time);
  return isSettled;
}

Deno.test("FaultProxy passes commands and replies, and counts them", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using proxy = await FaultProxy.start(server);
  assertEquals(proxy.connections, 0);
  {
    using client = await RawClient.connect(proxy);
    assertEquals(await client.ask("PING"), PONG);
    assertEquals(proxy.connections, 1);
    assertEquals(proxy.stats, {
      accepted: 1,
      cut: 0,
      bytesToServer: 6,
      bytesToClient: 7,
    });
  }
  await eventually(() => proxy.connections === 0);
});

Deno.test("FaultProxy reaches a unix socket, and listens on one", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server, { transport: "unix" });
  assertEquals(proxy.port, 0);
  assertEquals(await askOnce({ path: proxy.path }, "PING"), PONG);
  await proxy.refuse();
  await assertRejects(() => RawClient.connect(proxy));
  proxy.pass();
  assertEquals(await askOnce({ path: proxy.path }, "PING"), PONG);
  await proxy.close();
  assert(!await exists(proxy.path.replace("/proxy.sock", "")));
});

Deno.test("FaultProxy.cut() loses the reply of a command that has run", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  using open = await RawClient.connect(proxy);
  assertEquals(await open.ask("PING"), PONG);
  proxy.cut();
  assertEquals(await open.ask("INCR counter"), null);
  assertEquals(await askOnce(server, "GET counter"), "$1\r\n1\r\n");
  using next = await RawClient.connect(proxy);
  assertEquals(await next.ask("INCR counter"), null);
  assertEquals(await askOnce(server, "GET counter"), "$1\r\n2\r\n");
  assertEquals(proxy.stats.cut, 2);
  proxy.pass();
  assertEquals(await askOnce(proxy, "INCR counter"), ":3\r\n");
});

Deno.test("FaultProxy.cut() passes as many whole replies first", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  for (let round = 0; round < 2; round++) {
    using client = await RawClient.connect(proxy);
    assertEquals(await client.ask("PING"), PONG);
    proxy.cut({ replies: 2 });
    await client.send("ECHO one", "ECHO two", "INCR counter");
    assertEquals(await client.readText(99), "$3\r\none\r\n$3\r\ntwo\r\n");
    proxy.pass();
  }
  assertEquals(await askOnce(server, "GET counter"), "$1\r\n2\r\n");
});

Deno.test("FaultProxy.cut() passes as many bytes first", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  proxy.cut({ bytes: 9 });
  using client = await RawClient.connect(proxy);
  assertEquals(await client.ask("ECHO one"), "$3\r\none\r\n");
  assertEquals(await client.ask("PING"), null);
  proxy.cut({ bytes: 6 });
  using next = await RawClient.connect(proxy);
  await next.send("ECHO one");
  assertEquals(await next.readText(99), "$3\r\non");
});

Deno.test("FaultProxy.hold() keeps everything until pass()", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  using open = await RawClient.connect(proxy);
  assertEquals(await open.ask("PING"), PONG);
  proxy.hold();
  using next = await RawClient.connect(proxy);
  const replies = [open.ask("INCR counter"), next.ask("INCR counter")];
  assert(!await isSettledWithin(Promise.any(replies), 50));
  assertEquals(await askOnce(server, "GET counter"), "$-1\r\n");
  proxy.pass();
  assertEquals((await Promise.all(replies)).sort(), [":1\r\n", ":2\r\n"]);
});

Deno.test("FaultProxy.hold() keeps a reply that is on its way", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  using client = await RawClient.connect(proxy);
  server.pause();
  await client.send("INCR counter");
  await eventually(() => proxy.stats.bytesToServer > 0);
  proxy.hold();
  server.resume();
  const reply = client.readText(4);
  await eventually(async () =>
    await askOnce(server, "GET counter") === "$1\r\n1\r\n"
  );
  assert(!await isSettledWithin(reply, 50));
  proxy.pass();
  assertEquals(await reply, ":1\r\n");
});

Deno.test("FaultProxy.delay() passes replies later", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  using client = await RawClient.connect(proxy);
  assertEquals(await client.ask("PING"), PONG);
  await client.send("PING");
  assertEquals(await client.read(), PONG);
  using time = new FakeTime();
  proxy.delay(80);
  const reply = client.ask("PING");
  await eventually(() => time.delays.includes(80));
  await time.advance(79);
  assert(await isPending(reply));
  await time.advance(1);
  assertEquals(await bounded(reply), PONG);
});

Deno.test("FaultProxy.pass() ends a delay that is under way", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  using client = await RawClient.connect(proxy);
  proxy.delay(60_000);
  const reply = client.ask("INCR counter");
  await eventually(async () =>
    await askOnce(server, "GET counter") === "$1\r\n1\r\n"
  );
  assert(!await isSettledWithin(reply, 50));
  proxy.pass();
  assertEquals(await reply, ":1\r\n");
});

Deno.test("FaultProxy.split() passes replies in pieces", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  using client = await RawClient.connect(proxy);
  proxy.split(2);
  await client.send("ECHO hello-world");
  const pieces: string[] = [];
  while (pieces.join("").length < 18) {
    pieces.push(await client.read() ?? "");
  }
  assertEquals(pieces.join(""), "$11\r\nhello-world\r\n");
  // A reader that is late finds two pieces at once.
  assert(pieces.length >= 5, `${pieces.length} pieces`);
});

Deno.test("FaultProxy.refuse() refuses new connections alone", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  const { port } = proxy;
  using open = await RawClient.connect(proxy);
  await proxy.refuse();
  await assertRejects(
    () => RawClient.connect(proxy),
    Deno.errors.ConnectionRefused,
  );
  assertEquals(await open.ask("PING"), PONG);
  proxy.pass();
  assertEquals(proxy.port, port);
  assertEquals(await askOnce({ port }, "PING"), PONG);
});

Deno.test("FaultProxy.reset() drops the open connections alone", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  proxy.hold();
  using held = await RawClient.connect(proxy);
  const reply = held.ask("INCR counter");
  await eventually(() => proxy.connections === 1);
  proxy.reset();
  assertEquals(await reply, null);
  proxy.pass();
  assertEquals(await askOnce(proxy, "GET counter"), "$-1\r\n");
});

Deno.test("FaultProxy drops connections to a server that is down", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using proxy = await FaultProxy.start(server);
  using open = await RawClient.connect(proxy);
  assertEquals(await open.ask("PING"), PONG);
  await server.kill();
  assertEquals(await open.read(), null);
  using next = await RawClient.connect(proxy);
  assertEquals(await next.read(), null);
  await server.restart();
  assertEquals(await askOnce(proxy, "PING"), PONG);
});

Deno.test("FaultProxy slows a server down for a client that does not read", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  const size = 1_000_000;
  const rounds = 40;
  await askOnce(server, `SETRANGE big ${size - 1} x`);
  using client = await RawClient.connect(proxy);
  await client.send(...Array<string>(rounds).fill("GET big"));
  let before = -1;
  await eventually(async () => {
    const now = proxy.stats.bytesToClient;
    const isSteady = now > 0 && now === before;
    before = now;
    await sleep(50);
    return isSteady;
  });
  assert(before < 20_000_000, `${before} bytes`);
  const frame = `$${size}\r\n`.length + size + 2;
  const text = await client.readText(rounds * frame);
  assertEquals(text.length, rounds * frame);
});

Deno.test("FaultProxy.close() ends what is open, twice as well", async () => {
  await using server = await RedisServer.start();
  const proxy = await FaultProxy.start(server);
  using client = await RawClient.connect(proxy);
  proxy.delay(60_000);
  const reply = client.ask("PING");
  await eventually(() => proxy.stats.bytesToServer > 0);
  await Promise.all([proxy.close(), proxy.close()]);
  assertEquals(await reply, null);
  assertEquals(proxy.connections, 0);
  proxy.pass();
  await assertRejects(
    () => RawClient.connect(proxy),
    Deno.errors.ConnectionRefused,
  );
});

Deno.test("FaultProxy refuses what makes no sense", async () => {
  await assertRejects(() => FaultProxy.start({ port: 0 }), TypeError);
  await using proxy = await FaultProxy.start({ port: 1 });
  assertThrows(() => proxy.cut({ replies: -1 }), RangeError, '"replies"');
  assertThrows(() => proxy.cut({ bytes: 0.5 }), RangeError, '"bytes"');
  assertThrows(() => proxy.delay(Infinity), RangeError, '"time"');
  assertThrows(() => proxy.split(0), RangeError, '"size"');
});
