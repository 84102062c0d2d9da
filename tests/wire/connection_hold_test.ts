import { assertEquals } from "@std/assert";
import { Connection } from "../../src/wire/connection.ts";
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
