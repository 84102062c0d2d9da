import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FaultProxy } from "../../src/testing/fault_proxy.ts";
import { RedisServer } from "../../src/testing/redis_server.ts";
import { ask, askOnce, RawClient } from "../../support/raw_client.ts";
import {
  bounded,
  eventually,
  isPending,
  sleep,
} from "../../support/waiting.ts";
import { blackhole } from "../faults/single_host.ts";
import { FakeTime } from "../fake_time.ts";
import { exists } from "./leftovers.ts";

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
      forgotten: 0,
      answered: 0,
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
  assertEquals(await ask({ path: proxy.path }, "PING"), "PONG");
  await proxy.refuse();
  await assertRejects(() => RawClient.connect(proxy));
  proxy.pass();
  assertEquals(await ask({ path: proxy.path }, "PING"), "PONG");
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
  assertEquals(await ask(server, "GET", "counter"), "1");
  using next = await RawClient.connect(proxy);
  assertEquals(await next.ask("INCR counter"), null);
  assertEquals(await ask(server, "GET", "counter"), "2");
  assertEquals(proxy.stats.cut, 2);
  proxy.pass();
  assertEquals(await ask(proxy, "INCR", "counter"), 3);
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
  assertEquals(await ask(server, "GET", "counter"), "2");
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

Deno.test("FaultProxy.cut() passes bytes behind the whole replies", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server, { transport: "unix" });
  using client = await RawClient.connect(proxy);
  assertEquals(await client.ask("PING"), PONG);
  proxy.cut({ replies: 2, bytes: 6 });
  await client.send("ECHO one", "PING", "ECHO three", "INCR counter");
  assertEquals(await client.readText(99), "$3\r\none\r\n+PONG\r\n$5\r\nth");
  assertEquals(proxy.stats.cut, 1);
  // Bytes that are more than one reply reach into the one behind it.
  proxy.cut({ replies: 1, bytes: 8 });
  using next = await RawClient.connect(proxy);
  await next.send("PING", "PING", "PING");
  assertEquals(await next.readText(99), "+PONG\r\n+PONG\r\n+");
  assertEquals(await askOnce(server, "GET counter"), "$1\r\n1\r\n");
});

Deno.test("FaultProxy.cut() counts lists with RESP3, and no pushed message", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  using client = await RawClient.connect(proxy);
  await client.send("HELLO 3", "CLIENT TRACKING ON", "GET key");
  await eventually(() => proxy.stats.bytesToServer > 30);
  while (!(await client.read())?.endsWith("_\r\n"));
  proxy.cut({ replies: 1, bytes: 4 });
  // The server pushes that the key is changed.
  assertEquals(await askOnce(server, "SET key value"), "+OK\r\n");
  const push = ">2\r\n$10\r\ninvalidate\r\n*1\r\n$3\r\nkey\r\n";
  assertEquals(await client.readText(push.length), push);
  await client.send("HGETALL none", "GET key");
  assertEquals(await client.readText(99), "%0\r\n$5\r\n");
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
  assertEquals(await ask(server, "GET", "counter"), null);
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

Deno.test("FaultProxy.hold() keeps the replies alone on request", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  using client = await RawClient.connect(proxy);
  proxy.hold({ direction: "replies" });
  const reply = client.ask("INCR counter");
  await eventually(async () =>
    await askOnce(server, "GET counter") === "$1\r\n1\r\n"
  );
  assert(!await isSettledWithin(reply, 50));
  proxy.pass();
  assertEquals(await reply, ":1\r\n");
});

Deno.test("FaultProxy.hold() keeps the requests alone on request", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server, { transport: "unix" });
  using client = await RawClient.connect(proxy);
  await client.send("BLPOP list 0");
  await eventually(() => proxy.stats.bytesToServer > 0);
  proxy.hold({ direction: "requests" });
  await client.send("INCR counter");
  await askOnce(server, "RPUSH list x");
  const item = "*2\r\n$4\r\nlist\r\n$1\r\nx\r\n";
  assertEquals(await client.readText(item.length), item);
  const reply = client.read();
  assert(!await isSettledWithin(reply, 50));
  assertEquals(await askOnce(server, "GET counter"), "$-1\r\n");
  proxy.hold({ direction: "replies" });
  await eventually(async () =>
    await askOnce(server, "GET counter") === "$1\r\n1\r\n"
  );
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
  assertEquals(await ask({ port }, "PING"), "PONG");
});

Deno.test("FaultProxy.refuse() refuses while processes are started, which have its listener until they run", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using proxy = await FaultProxy.start(server);
  let isOver = false;
  const starting = Promise.all(Array.from({ length: 4 }, async () => {
    while (!isOver) await new Deno.Command("true").output();
  }));
  using _time = new FakeTime();
  const { hostname, port } = proxy;
  for (let round = 0; round < 100; round++) {
    await proxy.refuse();
    await assertRejects(
      () => Deno.connect({ hostname, port }),
      Deno.errors.ConnectionRefused,
    );
    proxy.pass();
  }
  isOver = true;
  await starting;
});

Deno.test("FaultProxy.refuse() tells new connections an error on request", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  using open = await RawClient.connect(proxy);
  assertEquals(await open.ask("PING"), PONG);
  const error = "ERR max number of clients reached";
  for (let round = 0; round < 2; round++) {
    await proxy.refuse({ error });
    using next = await RawClient.connect(proxy);
    await next.send("INCR counter");
    assertEquals(await next.readText(99), `-${error}\r\n`);
    // Nobody listens, and then there is somebody who is full again.
    await proxy.refuse();
    await assertRejects(() => RawClient.connect(proxy));
  }
  assertEquals(await open.ask("GET counter"), "$-1\r\n");
  proxy.pass();
  assertEquals(await askOnce(proxy, "PING"), PONG);
});

Deno.test("FaultProxy.reset() ends connections that were told an error", async () => {
  await using proxy = await FaultProxy.start({ port: 1 });
  await proxy.refuse({ error: "DENIED No" });
  using client = await Deno.connect({ port: proxy.port });
  const bytes = new Uint8Array(99);
  assertEquals(await client.read(bytes), 12);
  assertEquals(await client.read(bytes), null);
  proxy.reset();
  // Its half is open until it is reset: then a write fails at some point.
  await eventually(async () => {
    try {
      await client.write(bytes);
      return false;
    } catch {
      return true;
    }
  });
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
  assertEquals(await ask(proxy, "GET", "counter"), null);
});

Deno.test("FaultProxy.reset() drops one whose server is still being dialled", async () => {
  using target = await blackhole();
  await using proxy = await FaultProxy.start(target);
  using connection = await Deno.connect({ port: proxy.port });
  await eventually(() => proxy.stats.accepted === 1);
  proxy.reset();
  assertEquals(await bounded(connection.read(new Uint8Array(1))), null);
});

Deno.test("FaultProxy.close() waits for no server", async () => {
  using target = await blackhole();
  const proxy = await FaultProxy.start(target);
  using _connection = await Deno.connect({ port: proxy.port });
  await eventually(() => proxy.stats.accepted === 1);
  await bounded(proxy.close());
});

Deno.test("FaultProxy.refuse() keeps the port until pass()", async () => {
  await using server = await RedisServer.start();
  await using proxies = new AsyncDisposableStack();
  const all: FaultProxy[] = [];
  for (let i = 0; i < 100; i++) {
    all.push(proxies.use(await FaultProxy.start(server)));
  }
  const ports = all.map(({ port }) => port);
  for (const proxy of all) await proxy.refuse();
  using listeners = new DisposableStack();
  for (let i = 0; i < 800; i++) {
    const { addr } = listeners.use(
      Deno.listen({ hostname: "127.0.0.1", port: 0 }),
    );
    assert(!ports.includes(addr.port));
  }
  for (const proxy of all) proxy.pass();
  assertEquals(all.map(({ port }) => port), ports);
  assertEquals(await askOnce(all[99], "PING"), PONG);
});

Deno.test("FaultProxy.forget() loses what open connections send, both ways", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  using open = await RawClient.connect(proxy);
  await open.send("CLIENT SETNAME old", "BLPOP list 0");
  assertEquals(await open.read(), "+OK\r\n");
  await eventually(() => proxy.stats.bytesToServer > 30);
  proxy.forget();
  assertEquals(proxy.connections, 0);
  assertEquals(proxy.stats.forgotten, 1);
  // The server pops for somebody who never hears of it.
  assertEquals(await askOnce(server, "RPUSH list x"), ":1\r\n");
  assertEquals(await askOnce(server, "LLEN list"), ":0\r\n");
  await open.send("INCR counter");
  const reply = open.read();
  assert(!await isSettledWithin(reply, 50));
  using next = await RawClient.connect(proxy);
  assertEquals(await next.ask("INCR counter"), ":1\r\n");
  // No switch brings it back.
  proxy.hold();
  proxy.pass();
  assert(!await isSettledWithin(reply, 50));
  assertEquals(await next.ask("INCR counter"), ":2\r\n");
  proxy.reset();
  assertEquals(await reply, null);
});

Deno.test("FaultProxy.forget() tells neither side that the other has closed", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server, { transport: "unix" });
  const names = async () => await askOnce(server, "CLIENT LIST") ?? "";
  using first = await RawClient.connect(proxy);
  using second = await RawClient.connect(proxy);
  assertEquals(await first.ask("CLIENT SETNAME first"), "+OK\r\n");
  assertEquals(await second.ask("CLIENT SETNAME second"), "+OK\r\n");
  proxy.forget();
  first.close();
  const reply = second.read();
  const id = /id=(\d+)\b.*name=second/.exec(await names())?.[1];
  assertEquals(await askOnce(server, `CLIENT KILL ID ${id}`), ":1\r\n");
  assert(!await isSettledWithin(reply, 50));
  assert((await names()).includes("name=first"));
  proxy.reset();
  assertEquals(await reply, null);
  await eventually(async () => !(await names()).includes("name=first"));
});

Deno.test("FaultProxy.forget() loses what is held and what is under way", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  const size = 30_000_000;
  await askOnce(server, `SETRANGE big ${size - 1} x`);
  using held = await RawClient.connect(proxy);
  using slow = await RawClient.connect(proxy);
  await slow.send("CLIENT SETNAME slow", "GET big", "GET big");
  // Its reader does not read, so the reply stands still half way.
  let before = -1;
  await eventually(async () => {
    const now = proxy.stats.bytesToClient;
    const isSteady = now > 0 && now === before;
    before = now;
    await sleep(50);
    return isSteady;
  });
  proxy.hold({ direction: "requests" });
  await held.send("INCR counter");
  await sleep(20);
  proxy.forget();
  proxy.pass();
  // The server gets rid of its replies, to nobody.
  await eventually(async () =>
    / name=slow .* oll=0 /.test(await askOnce(server, "CLIENT LIST") ?? "")
  );
  // A write of any length is accepted.
  await slow.send(`SET long ${"x".repeat(size)}`);
  assertEquals(await askOnce(server, "GET counter"), "$-1\r\n");
  assertEquals(await askOnce(server, "GET long"), "$-1\r\n");
});

Deno.test("FaultProxy.leadTo() leads the connections to come elsewhere", async () => {
  await using first = await RedisServer.start();
  await using second = await RedisServer.start({ transport: "tcp" });
  await using proxy = await FaultProxy.start(first);
  using open = await RawClient.connect(proxy);
  assertEquals(await open.ask("SET who first"), "+OK\r\n");
  proxy.leadTo({ port: second.port });
  using next = await RawClient.connect(proxy);
  assertEquals(await next.ask("SET who second"), "+OK\r\n");
  assertEquals(await open.ask("GET who"), "$5\r\nfirst\r\n");
  proxy.pass();
  assertEquals(await askOnce(proxy, "GET who"), "$6\r\nsecond\r\n");
  proxy.leadTo({ path: first.path });
  assertEquals(await askOnce(proxy, "GET who"), "$5\r\nfirst\r\n");
  assertEquals(await next.ask("GET who"), "$6\r\nsecond\r\n");
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
  assertEquals(await ask(proxy, "PING"), "PONG");
});

Deno.test("FaultProxy slows a server down for a client that does not read", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  const size = 1_000_000;
  const rounds = 40;
  await ask(server, "SETRANGE", "big", size - 1, "x");
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
  assertThrows(() => proxy.answer(""), RangeError, '"error"');
  assertThrows(() => proxy.answer("-ERR"), RangeError, '"error"');
  assertThrows(() => proxy.answer("a\r\nb"), RangeError, '"error"');
  assertThrows(
    () => proxy.answer("ERR", { times: 0 }),
    RangeError,
    '"times"',
  );
  assertThrows(() => proxy.leadTo({}), TypeError, "port or a path");
  const error = "a\nb";
  await assertRejects(() => proxy.refuse({ error }), RangeError, '"error"');
});

Deno.test("FaultProxy refuses options of a wrong type and unknown ones", async () => {
  await using proxy = await FaultProxy.start({ port: 1 });
  // What a program without types could pass.
  const wrong = (value: unknown) => value as never;
  const calls: Record<string, () => void> = {
    replies: () => proxy.cut({ replies: wrong("2") }),
    reply: () => proxy.cut(wrong({ reply: 2 })),
    direction: () => proxy.hold({ direction: wrong("request") }),
    time: () => proxy.delay(wrong("5")),
    size: () => proxy.split(wrong(null)),
    error: () => proxy.answer(wrong(new Error("READONLY"))),
    commands: () => proxy.answer("ERR", { commands: ["CONFIG SET"] }),
    times: () => proxy.answer("ERR", { times: wrong("1") }),
    close: () => proxy.answer("ERR", { close: wrong(1) }),
    once: () => proxy.answer("ERR", wrong({ once: true })),
    port: () => proxy.leadTo({ port: wrong("6379") }),
    path: () => proxy.leadTo({ path: wrong(1) }),
  };
  for (const [name, call] of Object.entries(calls)) {
    assertThrows(call, TypeError, `"${name}"`, name);
  }
  const target = { port: 1 };
  await assertRejects(
    () => FaultProxy.start(target, { transport: wrong("tls") }),
    TypeError,
    '"transport"',
  );
  await assertRejects(
    () => proxy.refuse(wrong({ message: "x" })),
    TypeError,
    '"message"',
  );
});
