import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { ConnectionError, ProtocolError } from "../../src/errors.ts";
import type { Reply } from "../../src/values.ts";
import { Fixture } from "./connection_fixture.ts";
import { FakeSocket } from "./fake_socket.ts";
import { turn } from "./pool_fixture.ts";
import { StepwiseExchange } from "./stepwise_exchange.ts";

Deno.test("Connection gives no reply to a command that was not written yet", async () => {
  await using link = new Fixture();
  const growing = new StepwiseExchange(["A"], false);
  link.connection.send(growing);
  await turn();
  link.socket.say("+a\r\n");
  await turn();
  // It waits for its next command, which it does not have.
  assertEquals([growing.replies, link.connection.busy], [["a"], true]);
  growing.add("B");
  link.socket.say("+stray\r\n");
  await turn();
  assertEquals([growing.replies, growing.sent], [["a"], 1]);
  assertEquals(link.losses.length, 1);
  assertInstanceOf(link.losses[0].error, ProtocolError);
  assertEquals(link.losses[0].exchanges, [growing]);
});

Deno.test("Connection refuses half a reply to a command that was not written yet", async () => {
  await using link = new Fixture();
  const growing = new StepwiseExchange(["A"], false);
  link.connection.send(growing);
  await turn();
  link.socket.say("+a\r\n$5\r\nst");
  await turn();
  growing.add("B");
  assertEquals(growing.replies, ["a"]);
  assertInstanceOf(link.losses[0]?.error, ProtocolError);
});

Deno.test("Connection hands a message to its receiver while a command is not written yet", async () => {
  await using link = new Fixture();
  const messages: Reply[] = [];
  link.connection.receive((message) => void messages.push(message));
  const growing = new StepwiseExchange(["A"], false);
  link.connection.send(growing);
  await turn();
  link.socket.say("+a\r\n");
  await turn();
  link.socket.say("$3\r\none\r\n");
  await turn();
  // Messages come as bytes, whatever the command wants that is queued.
  assertEquals(messages, [new TextEncoder().encode("one")]);
  assertEquals([growing.replies, link.losses.length], [["a"], 0]);
});

Deno.test("Connection tells a push message from a reply", async () => {
  await using link = new Fixture();
  const messages: Reply[] = [];
  link.connection.receive((message) => void messages.push(message));
  const exchange = new StepwiseExchange(["A", "B"]);
  link.connection.send(exchange);
  await turn();
  link.socket.say("+a\r\n>2\r\n+invalidate\r\n:1\r\n*1\r\n:2\r\n");
  await turn();
  assertEquals(exchange.replies, ["a", [2]]);
  assertEquals(messages, [["invalidate", 1]]);
});

Deno.test("Connection reads nothing more while its receiver has no room", async () => {
  await using link = new Fixture();
  const messages: Reply[] = [];
  const rooms = [0, 1].map(() => Promise.withResolvers<void>());
  link.connection.receive((message) => {
    messages.push(message);
    return rooms[messages.length - 1]?.promise;
  });
  for (const text of [":1\r\n", ":2\r\n", ":3\r\n"]) {
    link.socket.say(text);
    await turn();
  }
  assertEquals(messages, [1]);
  rooms[0].resolve();
  await turn();
  assertEquals(messages, [1, 2]);
  rooms[1].resolve();
  await turn();
  assertEquals(messages, [1, 2, 3]);
});

Deno.test("Connection writes all of what a socket takes in pieces", async () => {
  class Narrow extends FakeSocket {
    override write(bytes: Uint8Array): Promise<number> {
      return super.write(bytes.subarray(0, 7));
    }
  }
  await using link = new Fixture(new Narrow());
  const names = Array.from({ length: 20 }, (_, i) => `NAME${i}`);
  link.connection.send(new StepwiseExchange(names));
  await turn();
  const expected = names.map((name) => `*1\r\n$${name.length}\r\n${name}\r\n`);
  assertEquals(link.socket.written, expected.join(""));
});

Deno.test("Connection has ended only when its last write has", async () => {
  const held = Promise.withResolvers<void>();
  class Slow extends FakeSocket {
    override async write(bytes: Uint8Array): Promise<number> {
      await held.promise;
      return bytes.length;
    }
  }
  await using link = new Fixture(new Slow());
  let hasEnded = false;
  link.connection.closed.then(() => hasEnded = true);
  link.connection.send(new StepwiseExchange(["A"]));
  await turn();
  link.connection.close();
  await turn();
  assertEquals([link.losses.length, hasEnded], [1, false]);
  held.resolve();
  await turn();
  assert(hasEnded);
});

Deno.test("Connection.close() tells its owner once", async () => {
  await using link = new Fixture();
  const exchange = new StepwiseExchange(["A"]);
  link.connection.send(exchange);
  await turn();
  const reason = new Error("No longer wanted");
  link.connection.close(reason);
  link.connection.close();
  await link.connection.closed;
  assertEquals(link.losses, [{ error: reason, exchanges: [exchange] }]);
  assertEquals([link.connection.error, link.connection.failed], [
    reason,
    false,
  ]);
});

Deno.test("Connection writes nothing any more once it is closed", async () => {
  await using link = new Fixture();
  link.connection.close();
  const exchange = new StepwiseExchange(["A"]);
  link.connection.send(exchange, true);
  link.connection.proceed();
  await turn();
  assertEquals([link.socket.written, exchange.sent], ["", 0]);
});

Deno.test("Connection takes an end inside a reply for a loss, and says where it was", async () => {
  const ends = { "+a\r\n": "", "+a\r\n+b": " inside a reply" };
  for (const [text, where] of Object.entries(ends)) {
    await using link = new Fixture();
    const exchange = new StepwiseExchange(["A", "B"]);
    link.connection.send(exchange);
    await turn();
    link.socket.say(text);
    link.socket.hangUp();
    await link.connection.closed;
    const { error } = link.losses[0];
    assertEquals(error.constructor, ConnectionError);
    assertEquals(error.message, `The server closed the connection${where}`);
    assertEquals([exchange.replies, link.connection.failed], [["a"], true]);
  }
});

Deno.test("Connection says why its socket failed", async () => {
  const broken = new Error("Broken pipe");
  class Broken extends FakeSocket {
    override write(): Promise<number> {
      return Promise.reject(broken);
    }
  }
  await using link = new Fixture(new Broken());
  link.connection.send(new StepwiseExchange(["A"]));
  await link.connection.closed;
  assertInstanceOf(link.losses[0].error, ConnectionError);
  assertEquals(link.losses[0].error.cause, broken);
});

Deno.test("Connection.retire() takes nothing more, and closes when the last one is given up", async () => {
  await using link = new Fixture();
  const [first, last] = [["A"], ["B"]].map((it) => new StepwiseExchange(it));
  link.connection.send(first);
  link.connection.send(last);
  await turn();
  link.connection.retire();
  assertEquals([link.connection.usable, link.socket.isClosed], [false, false]);
  // It does not matter which of them is given up first.
  last.abandoned = true;
  link.connection.retire();
  assert(!link.socket.isClosed);
  first.abandoned = true;
  link.connection.retire();
  assert(link.socket.isClosed);
});

Deno.test("Connection that was retired closes with its last reply, and is not idle", async () => {
  await using link = new Fixture();
  const exchange = new StepwiseExchange(["A"]);
  link.connection.send(exchange);
  await turn();
  link.connection.retire();
  link.socket.say("+a\r\n");
  await link.connection.closed;
  assertEquals([exchange.replies, link.idle], [["a"], 0]);
  assert(link.socket.isClosed);
});

Deno.test("Connection waits for the room of each message, not of the last one alone", async () => {
  await using link = new Fixture();
  const messages: Reply[] = [];
  const room = Promise.withResolvers<void>();
  link.connection.receive((message) =>
    messages.push(message) === 1 ? room.promise : undefined
  );
  // The first two come in one read.
  link.socket.say(":1\r\n:2\r\n");
  await turn();
  link.socket.say(":3\r\n");
  await turn();
  assertEquals(messages, [1, 2]);
  room.resolve();
  await turn();
  assertEquals(messages, [1, 2, 3]);
});
