// What a server has, held against our methods.

import { assert, assertEquals } from "@std/assert";
import { METHODS } from "../../src/commands/method_table.ts";
import { specOf } from "../../src/commands/table.ts";
import { reasonNotToShare } from "../../src/commands/traits.ts";
import { RedisServer } from "../../src/testing.ts";
import { RawClient } from "../../support/raw_client.ts";
import { since } from "../../support/since.ts";

/** What COMMAND says of one, since Redis 7: see its documentation. */
type Details = [
  name: string,
  arity: number,
  flags: string[],
  firstKey: number,
  lastKey: number,
  step: number,
  categories: string[],
  tips: string[],
  keys: unknown[],
  subcommands: Details[],
];

/** Commands that servers and their tools send each other. */
const BETWEEN_SERVERS = new Set(["RESTORE-ASKING"]);

Deno.test(
  "every command of a server that names a key has a method, administration aside, since Redis 7",
  since(7),
  async () => {
    await using server = await RedisServer.start();
    using raw = await RawClient.connect(server.host);
    const commands = await raw.command("COMMAND") as unknown as Details[];
    const made = new Set([...METHODS.values()].map(({ command }) => command));
    const keyed = commands.flatMap((one) => one[9].length > 0 ? one[9] : [one])
      .filter(([, , flags, , , , , , keys]) =>
        keys.length > 0 && !flags.includes("admin")
      )
      .map(([name]) => name.toUpperCase().replace("|", " "))
      .filter((name) => !BETWEEN_SERVERS.has(name));
    assert(keyed.length > 100);
    const missing = keyed.filter((name) => {
      const [command, ...words] = name.split(" ");
      // What no client may issue needs no method.
      return !made.has(name) &&
        reasonNotToShare(specOf(command), words) === undefined;
    });
    assertEquals(missing, []);
  },
);
