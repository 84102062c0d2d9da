import { assertEquals, assertNotEquals } from "@std/assert";
import {
  isContainer,
  subcommandEffect,
} from "../../src/commands/subcommands.ts";
import { RedisServer } from "../../src/testing.ts";
import { ask, type RawReply } from "../../support/raw_client.ts";

/** Where the subcommands of a command stand in what COMMAND says about it. */
const SUBCOMMANDS = 9;

/** Every subcommand that a server has, such as `CLIENT|KILL`. */
async function subcommandsOf(server: RedisServer): Promise<string[][]> {
  const commands = await ask(server, "COMMAND") as RawReply[][];
  return commands.flatMap((command) => command[SUBCOMMANDS] as RawReply[][])
    .map(([name]) => String(name).toUpperCase().split("|"));
}

Deno.test("subcommandEffect() knows every subcommand that a server has", async () => {
  await using server = await RedisServer.start();
  const all = await subcommandsOf(server);
  assertNotEquals(all.length, 0);
  const unknown = all.filter(([container, subcommand]) =>
    !isContainer(container) ||
    subcommandEffect(container, subcommand) === "unknown"
  );
  assertEquals(unknown, []);
});

Deno.test("subcommandEffect() knows HELP of every container", () => {
  const names =
    "ACL CLIENT CLUSTER COMMAND CONFIG DEBUG FUNCTION LATENCY MEMORY MODULE " +
    "OBJECT PUBSUB SCRIPT SLOWLOG XGROUP XINFO";
  for (const name of names.split(" ")) {
    assertEquals(subcommandEffect(name, "HELP"), "none", name);
  }
});
