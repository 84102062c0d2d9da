/* A connection that writes no more, since its server is somewhere else. */

import { assert, assertEquals } from "@std/assert";
import { ConnectionError } from "../../src/errors.ts";
import { Fixture } from "./connection_fixture.ts";
import { turn } from "./pool_fixture.ts";
import { StepwiseExchange } from "./stepwise_exchange.ts";

const MOVED = new ConnectionError("The host has moved");

Deno.test("Connection.stop() waits for replies to what was written, and gives the rest back", async () => {
  await using link = new Fixture();
  const growing = new StepwiseExchange(["A"], false);
  const behind = new StepwiseExchange(["C"]);
  link.connection.send(growing);
  await turn();
  link.connection.stop(MOVED);
  growing.add("B");
  growing.seal();
  link.connection.proceed();
  link.connection.send(behind);
  await turn();
  assertEquals(link.socket.written, "*1\r\n$1\r\nA\r\n");
  assertEquals([link.connection.usable, link.losses], [false, []]);
  link.socket.say("+a\r\n");
  await link.connection.closed;
  assertEquals(growing.replies, ["a"]);
  assertEquals(link.losses, [{ error: MOVED, exchanges: [growing, behind] }]);
  assert(!link.connection.failed);
});

Deno.test("Connection.stop() closes at once where nobody waits for a reply", async () => {
  await using idle = new Fixture();
  idle.connection.stop(MOVED);
  assertEquals(idle.losses, [{ error: MOVED, exchanges: [] }]);
  await using unsent = new Fixture();
  const exchange = new StepwiseExchange(["A"]);
  unsent.connection.identify();
  unsent.connection.send(exchange);
  unsent.connection.stop(MOVED);
  assertEquals([unsent.losses[0].error, unsent.socket.written], [MOVED, ""]);
  assert(unsent.losses[0].exchanges.includes(exchange));
  await turn();
  assertEquals(exchange.sent, 0);
});

Deno.test("Connection.stop() does not wait for what is given up", async () => {
  await using link = new Fixture();
  const sent = new StepwiseExchange(["A"]);
  const growing = new StepwiseExchange([], false);
  link.connection.send(sent);
  link.connection.send(growing);
  await turn();
  link.connection.stop(MOVED);
  growing.add("B");
  growing.seal();
  assertEquals(link.losses, []);
  sent.abandoned = true;
  link.connection.retire();
  assertEquals(link.losses, [{ error: MOVED, exchanges: [sent, growing] }]);
});
