import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { CommandError, ConnectionError } from "../../src/errors.ts";
import { ask } from "../../src/wire/ask.ts";
import { Connection } from "../../src/wire/connection.ts";
import { turn } from "../../support/waiting.ts";
import { FakeSocket } from "./fake_socket.ts";

Deno.test("ask() gives one reply for each command, errors among them", async () => {
  const socket = new FakeSocket();
  const connection = new Connection(socket);
  const asking = ask(connection, [["PING", "a"], ["NO"], ["PING", "b"]]);
  await turn();
  assertEquals(socket.written.match(/PING|NO/g), ["PING", "NO", "PING"]);
  socket.say("$1\r\na\r\n-ERR unknown command\r\n");
  await turn();
  socket.say("$1\r\nb\r\n");
  const [first, error, last] = await asking;
  assertEquals([first, last], ["a", "b"]);
  assertInstanceOf(error, CommandError);
  assertEquals(connection.owner, undefined);
  connection.close();
  await connection.closed;
});

Deno.test("ask() rejects when the connection is lost before the last reply", async () => {
  const socket = new FakeSocket();
  const connection = new Connection(socket);
  const asking = ask(connection, [["PING"], ["PING"]]);
  await turn();
  socket.say("+PONG\r\n");
  socket.hangUp();
  await assertRejects(() => asking, ConnectionError, "closed the connection");
  assertEquals(connection.owner, undefined);
  await connection.closed;
});

Deno.test("ask() rejects at once when the connection is lost already", async () => {
  const connection = new Connection(new FakeSocket());
  connection.close(new ConnectionError("It is gone"));
  await connection.closed;
  await assertRejects(
    () => ask(connection, [["PING"]]),
    ConnectionError,
    "It is gone",
  );
});
