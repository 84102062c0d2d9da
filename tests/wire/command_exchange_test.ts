import { assertEquals } from "@std/assert";
import { CommandExchange } from "../../src/wire/command_exchange.ts";
import { Encoder } from "../../src/wire/resp/encoder.ts";
import { CommandError } from "../../src/errors.ts";
import type { Reply } from "../../src/values.ts";

Deno.test("CommandExchange leaves in one go, and is finished with its last reply", () => {
  const replies: Reply[] = [];
  const commands = [["AUTH", "me", "pass"], ["SELECT", 3]];
  const exchange = new CommandExchange(
    commands,
    (reply) => replies.push(reply),
  );
  const state = () => [exchange.encoded, exchange.awaited, exchange.finished];
  assertEquals(state(), [false, false, false]);
  const encoder = new Encoder();
  // However little room there is: nothing comes between its commands.
  assertEquals(exchange.encode(encoder), 2);
  assertEquals(
    new TextDecoder().decode(encoder.bytes()),
    "*3\r\n$4\r\nAUTH\r\n$2\r\nme\r\n$4\r\npass\r\n*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n",
  );
  assertEquals(state(), [true, true, false]);
  exchange.accept("OK");
  assertEquals(state(), [true, true, false]);
  const error = new CommandError("ERR DB index is out of range");
  exchange.accept(error);
  assertEquals(state(), [true, false, true]);
  assertEquals(replies, ["OK", error]);
});

Deno.test("CommandExchange is waited for, unless it goes ahead of others", () => {
  const abandoned = [undefined, true].map((isAbandoned) =>
    new CommandExchange([["PING"]], () => {}, isAbandoned).abandoned
  );
  assertEquals(abandoned, [false, true]);
});
