import { assert, assertEquals } from "@std/assert";
import { Connection } from "../../src/wire/connection.ts";
import { isAlive } from "../../src/wire/liveness.ts";
import { turn } from "../../support/waiting.ts";
import { FakeTime } from "../fake_time.ts";
import { FakeSocket } from "./fake_socket.ts";

/** Checks a connection whose server says something when it is asked. */
async function check(
  answer: (token: string, socket: FakeSocket) => void,
): Promise<boolean> {
  const socket = new FakeSocket();
  const connection = new Connection(socket);
  const checking = isAlive(connection);
  await turn();
  const [, token] = /PING\r\n\$\d+\r\n(\d+)/.exec(socket.written)!;
  answer(token, socket);
  const isAliveNow = await checking;
  connection.close();
  await connection.closed;
  return isAliveNow;
}

const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;

Deno.test("isAlive() believes the answer to its own question alone", async () => {
  assert(await check((token, socket) => socket.say(bulk(token))));
  assert(!await check((token, socket) => socket.say(bulk(`${token}0`))));
  assert(!await check((_, socket) => socket.say("+PONG\r\n")));
});

Deno.test("isAlive() takes it for an answer that a user may not ask", async () => {
  assert(await check((_, socket) => socket.say("-NOPERM no permissions\r\n")));
  assert(!await check((_, socket) => socket.say("-ERR something else\r\n")));
});

Deno.test("isAlive() says no of a connection that is lost", async () => {
  assert(!await check((_, socket) => socket.hangUp()));
});

Deno.test("isAlive() closes a connection that says nothing for a second", async () => {
  using time = new FakeTime();
  const socket = new FakeSocket();
  const connection = new Connection(socket);
  const checking = isAlive(connection);
  await time.advance(999);
  assertEquals(socket.isClosed, false);
  await time.advance(1);
  assertEquals([await checking, socket.isClosed], [false, true]);
  await connection.closed;
});
