import { assertEquals, assertNotEquals } from "@std/assert";
import { subcommandEffect } from "../../src/commands/subcommands.ts";
import { specOf } from "../../src/commands/table.ts";
import { RedisServer } from "../../src/testing.ts";
import { ask, type RawReply } from "../../support/raw_client.ts";
import { since } from "../../support/since.ts";

/** Where the subcommands of a command stand in what COMMAND says about it. */
const SUBCOMMANDS = 9;

/** What a subcommand does; unknown where the command is no container. */
function effect(container: string, subcommand: string): string {
  const { subcommands } = specOf(container).row;
  if (subcommands === undefined) return "unknown";
  return subcommandEffect(subcommands, subcommand);
}

/** Every subcommand that a server has, such as `CLIENT|KILL`. */
async function subcommandsOf(server: RedisServer): Promise<string[][]> {
  const commands = await ask(server, "COMMAND") as RawReply[][];
  return commands.flatMap((command) => command[SUBCOMMANDS] as RawReply[][])
    .map(([name]) => String(name).toUpperCase().split("|"));
}

Deno.test(
  "subcommandEffect() knows every subcommand that a server tells of, since Redis 7",
  since(7),
  async () => {
    await using server = await RedisServer.start();
    const all = await subcommandsOf(server);
    assertNotEquals(all.length, 0);
    const unknown = all.filter(([container, subcommand]) =>
      effect(container, subcommand) === "unknown"
    );
    assertEquals(unknown, []);
  },
);

Deno.test("subcommandEffect() knows HELP of every container", () => {
  const names =
    "ACL CLIENT CLUSTER COMMAND CONFIG DEBUG FUNCTION LATENCY MEMORY MODULE " +
    "OBJECT PUBSUB SCRIPT SLOWLOG XGROUP XINFO";
  for (const name of names.split(" ")) {
    assertEquals(effect(name, "HELP"), "none", name);
  }
});
