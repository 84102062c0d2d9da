import { assertEquals } from "@std/assert";
import { Connection } from "../../src/wire/connection.ts";
import { bounded } from "../../support/waiting.ts";
import { FakeSocket } from "./fake_socket.ts";
import { turn } from "./pool_fixture.ts";
import { StepwiseExchange } from "./stepwise_exchange.ts";

// `isHeld` stands for a program that stays alive for the sake of the socket.

Deno.test("Connection keeps the program alive from a command to its reply", async () => {
  const socket = new FakeSocket();
  const connection = new Connection(socket);
  assertEquals(socket.isHeld, false, "nothing was asked of it");
  connection.send(new StepwiseExchange(["A", "B"]));
  assertEquals(socket.isHeld, true);
  await turn();
  socket.say("+a\r\n");
  await turn();
  assertEquals(socket.isHeld, true, "one reply is still to come");
  socket.say("+b\r\n");
  await turn();
  assertEquals(socket.isHeld, false);
  connection.close();
  assertEquals(socket.isHeld, true, "its end is near, and may be waited for");
  await connection.closed;
});

Deno.test("Connection.keepAlive() keeps the program alive between commands too", async () => {
  const socket = new FakeSocket();
  const connection = new Connection(socket);
  connection.keepAlive(true);
  assertEquals(socket.isHeld, true);
  connection.send(new StepwiseExchange(["A"]));
  await turn();
  socket.say("+a\r\n");
  await turn();
  assertEquals(socket.isHeld, true);
  connection.keepAlive(false);
  assertEquals(socket.isHeld, false);
  connection.close();
  await connection.closed;
});

Deno.test("Connection.keepAlive() leaves alone what a command needs", async () => {
  const socket = new FakeSocket();
  const connection = new Connection(socket);
  connection.keepAlive(true);
  connection.send(new StepwiseExchange(["A"]));
  await turn();
  connection.keepAlive(false);
  assertEquals(socket.isHeld, true);
  socket.say("+a\r\n");
  await turn();
  assertEquals(socket.isHeld, false);
  connection.close();
  await connection.closed;
});

/** The near end of a link whose far end is silent. */
class SilentSocket extends FakeSocket {
  override write(bytes: Uint8Array): Promise<number> {
    this.written += new TextDecoder().decode(bytes);
    return Promise.resolve(bytes.length);
  }
}

Deno.test("Connection ends when a question is all that is left of what it sent", async () => {
  const socket = new SilentSocket();
  const connection = new Connection(socket);
  connection.identify();
  const exchange = new StepwiseExchange(["A"]);
  connection.send(exchange);
  // It is given up before it leaves; the question leaves alone.
  exchange.abandoned = true;
  await bounded(connection.closed);
  assertEquals(socket.written, "*2\r\n$6\r\nCLIENT\r\n$4\r\nINFO\r\n");
});

Deno.test("Connection goes on when a command follows one that was given up", async () => {
  const socket = new SilentSocket();
  const connection = new Connection(socket);
  connection.identify();
  const given = new StepwiseExchange(["A"]);
  connection.send(given);
  given.abandoned = true;
  const wanted = new StepwiseExchange(["B"]);
  connection.send(wanted);
  await turn();
  socket.say("+id=1 addr=x\r\n+b\r\n");
  await turn();
  assertEquals([wanted.replies, connection.usable], [["b"], true]);
  connection.close();
  await connection.closed;
});
