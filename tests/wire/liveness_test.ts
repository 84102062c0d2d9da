import { assert, assertEquals } from "@std/assert";
import { Connection } from "../../src/wire/connection.ts";
import { isAlive } from "../../src/wire/liveness.ts";
import { turn } from "../../support/waiting.ts";
import { FakeTime } from "../fake_time.ts";
import { FakeSocket } from "./fake_socket.ts";

/** Checks a connection whose server says something each time it is asked. */
async function check(
  ...answers: ((token: string, socket: FakeSocket) => void)[]
): Promise<boolean> {
  const socket = new FakeSocket();
  const connection = new Connection(socket);
  const checking = isAlive(connection);
  for (const answer of answers) {
    await turn();
    const token = /PING\r\n\$\d+\r\n(\d+)\r\n$/.exec(socket.written)?.[1];
    assert(token !== undefined, "It asks no further question");
    answer(token, socket);
  }
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

Deno.test("isAlive() takes an error for an answer that comes again, or gives way to it", async () => {
  const refuse = (_: string, socket: FakeSocket) =>
    socket.say("-NOPERM no permissions\r\n");
  const answer = (token: string, socket: FakeSocket) => socket.say(bulk(token));
  assert(await check(refuse, refuse));
  assert(await check(refuse, answer));
});

Deno.test("isAlive() takes no error for an answer that nobody asked for", async () => {
  // What it holds too many comes first, and the answers behind it.
  const first = (_: string, socket: FakeSocket) => socket.say("-ERR late\r\n");
  const second = (token: string, socket: FakeSocket) =>
    socket.say(bulk(String(Number(token) - 1)));
  assert(!await check(first, second));
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
