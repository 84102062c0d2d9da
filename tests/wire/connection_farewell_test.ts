/*
 * A first reply that looks like what a full server says before it hangs up: it
 * is held back until the server goes on, hangs up, or has had time enough.
 */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  CommandError,
  ConnectionError,
  ProtocolError,
} from "../../src/errors.ts";
import { FAREWELL_GRACE } from "../../src/wire/farewell.ts";
import { FakeTime } from "../fake_time.ts";
import { Fixture } from "./connection_fixture.ts";
import { turn } from "./pool_fixture.ts";
import { StepwiseExchange } from "./stepwise_exchange.ts";

const FULL = "-ERR max number of clients reached\r\n";

/** An exchange whose errors may be worded by its caller. */
class ForgeableExchange extends StepwiseExchange {
  override readonly forgeable = true;
}

/** Sends exchanges, and has the server answer the first command as if full. */
async function suspect(
  link: Fixture,
  ...exchanges: StepwiseExchange[]
): Promise<void> {
  for (const exchange of exchanges) link.connection.send(exchange);
  await turn();
  link.socket.say(FULL);
  await turn();
}

/** The errors that an exchange got, and what else. */
function answers({ replies }: StepwiseExchange): unknown[] {
  return replies.map((it) => it instanceof CommandError ? it.code : it);
}

Deno.test("Connection gives a reply like a farewell to its command once the server goes on", async () => {
  await using link = new Fixture();
  const [first, last] = [["A", "B"], ["C"]].map((it) =>
    new StepwiseExchange(it)
  );
  await suspect(link, first, last);
  assertEquals(answers(first), []);
  link.socket.say("+b\r\n");
  await turn();
  assertEquals([answers(first), answers(last)], [["ERR", "b"], []]);
  // It has answered: what comes now is a reply at once.
  link.socket.say(FULL);
  await turn();
  assertEquals([answers(last), link.idle], [["ERR"], 1]);
  assert(link.connection.usable && link.connection.proven);
});

Deno.test("Connection gives a reply like a farewell to its command when the server stays", async () => {
  using time = new FakeTime();
  await using link = new Fixture();
  const exchange = new StepwiseExchange(["A"]);
  await suspect(link, exchange);
  await time.advance(FAREWELL_GRACE - 1);
  assertEquals([answers(exchange), link.idle], [[], 0]);
  await time.advance(1);
  assertEquals([answers(exchange), link.idle], [["ERR"], 1]);
  assert(link.connection.usable);
  // It has answered: what comes now is a reply at once.
  const next = new StepwiseExchange(["B"]);
  await suspect(link, next);
  assertEquals(answers(next), ["ERR"]);
});

Deno.test("Connection that was turned away gives nobody a reply", async () => {
  for (
    const [type, outcome] of [
      [StepwiseExchange, "not-sent"],
      [ForgeableExchange, "unknown"],
    ] as const
  ) {
    await using link = new Fixture();
    const exchange = new type(["A"]);
    await suspect(link, exchange);
    link.socket.hangUp();
    await link.connection.closed;
    const [{ error, exchanges }] = link.losses;
    assertInstanceOf(error, ConnectionError);
    assertEquals([error.outcome, exchanges], [outcome, [exchange]]);
    assertEquals(exchange.replies, []);
    assert(link.connection.failed && !link.connection.proven);
  }
});

Deno.test("Connection believes a farewell in place of the identity, whatever is behind it", async () => {
  await using link = new Fixture();
  link.socket.write = (bytes) => Promise.resolve(bytes.length);
  link.connection.identify();
  await suspect(link, new ForgeableExchange(["EVAL"]));
  link.socket.hangUp();
  await link.connection.closed;
  const { error } = link.losses[0];
  assertEquals((error as ConnectionError).outcome, "not-sent");
});

Deno.test("Connection does not count its identity as an answer to a command", async () => {
  await using link = new Fixture();
  link.connection.identify();
  const exchange = new StepwiseExchange(["A"]);
  await suspect(link, exchange);
  assertEquals([link.connection.proven, answers(exchange)], [false, []]);
  link.socket.hangUp();
  await link.connection.closed;
  const { error } = link.losses[0];
  assertEquals((error as ConnectionError).outcome, "not-sent");
});

Deno.test("Connection takes a farewell before any command for what it is", async () => {
  await using link = new Fixture();
  link.socket.say(FULL);
  await turn();
  // What is sent meanwhile was not what it answers.
  const exchange = new ForgeableExchange(["EVAL"]);
  link.connection.send(exchange);
  link.socket.hangUp();
  await link.connection.closed;
  const { error, exchanges } = link.losses[0];
  assertEquals((error as ConnectionError).outcome, "not-sent");
  assertEquals([exchanges, exchange.replies], [[exchange], []]);
});

Deno.test("Connection refuses a farewell that no command asked for once the server goes on", async () => {
  await using link = new Fixture();
  link.socket.say(FULL);
  await turn();
  const exchange = new StepwiseExchange(["A"]);
  link.connection.send(exchange);
  await turn();
  link.socket.say("+a\r\n");
  await link.connection.closed;
  assertInstanceOf(link.losses[0].error, ProtocolError);
  assertEquals(exchange.replies, []);
});

Deno.test("Connection closes with a command that is given up while its reply is held back", async () => {
  await using link = new Fixture();
  const exchange = new StepwiseExchange(["A"]);
  await suspect(link, exchange);
  exchange.abandoned = true;
  link.connection.retire();
  await link.connection.closed;
  assertEquals([exchange.replies, link.losses.length], [[], 1]);
});

Deno.test("Connection takes a farewell for a reply where more of a reply is there", async () => {
  await using link = new Fixture();
  const exchange = new StepwiseExchange(["A", "B"]);
  link.connection.send(exchange);
  await turn();
  link.socket.say(`${FULL}+b`);
  await turn();
  assertEquals(answers(exchange), ["ERR"]);
  link.socket.say("\r\n");
  await turn();
  assertEquals(answers(exchange), ["ERR", "b"]);
});
