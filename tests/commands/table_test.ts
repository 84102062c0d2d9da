/**
 * The table of commands against what others know: the package `@ioredis/commands`
 * and a real server. Where keys depend on the arguments, `keys_live_test.ts` asks
 * the server about each case.
 *
 * @module
 */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { getKeyIndexes, hasFlag, list } from "@ioredis/commands";
import { positionsOf } from "../../src/commands/keys.ts";
import { commandNames, knownSpec, specOf } from "../../src/commands/table.ts";
import { RedisServer } from "../../src/testing.ts";
import { ask, type RawReply } from "../../support/raw_client.ts";
import { since } from "../../support/since.ts";

/** Where ours is another answer, and why. */
const READS: Record<string, string> = {
  OBJECT: "a container: each of its subcommands reads, and may run twice",
  XINFO: "a container: each of its subcommands reads, and may run twice",
};

/** Arguments that are keys or anything else, wherever keys stand. */
const PROBE: string[] = new Array(7).fill("x");

/** What is known of a command, in whichever way it is told. */
interface Known {
  readonly name: string;
  readonly reads: boolean;
  /** The positions of its keys in {@linkcode PROBE}; nothing if they move. */
  readonly keys: readonly number[] | undefined;
}

/** Compares commands with the table. */
function differences(commands: readonly Known[]): string[] {
  const found: string[] = [];
  for (const { name, reads, keys } of commands) {
    const spec = knownSpec(name);
    if (spec === undefined) {
      found.push(`${name} is not in the table`);
      continue;
    }
    if (spec.reads !== reads && READS[name] === undefined) {
      found.push(`${name} reads: ${reads}`);
    }
    const own = keys && positionsOf(spec, PROBE);
    if (String(own) !== String(keys)) {
      found.push(`${name} has keys at ${keys}, not at ${own}`);
    }
  }
  return found;
}

/** The commands of a server. */
async function commandsOf(server: RedisServer): Promise<Known[]> {
  const commands = await ask(server, "COMMAND") as RawReply[][];
  return commands.map(([name, , flags, ...positions]) => {
    const has = (flag: string) => (flags as string[]).includes(flag);
    const [first, last, step] = positions.map(Number);
    const end = last < 0 ? PROBE.length + last : last - 1;
    const keys: number[] = [];
    if (first > 0) {
      for (let i = first - 1; i <= end; i += step) keys.push(i);
    }
    return {
      name: String(name).toUpperCase(),
      reads: has("readonly"),
      keys: has("movablekeys") ? undefined : keys,
    };
  });
}

/** Whether a command has subcommands, each of which has keys of its own. */
function isContainer({ name }: Known): boolean {
  return knownSpec(name)?.row.subcommands !== undefined;
}

/** What old servers have lest browsers send them commands. */
const TRAPS = new Set(["HOST:", "POST"]);

Deno.test("the table knows all commands of a server as that does", async () => {
  await using server = await RedisServer.start();
  const commands = (await commandsOf(server)).filter((one) =>
    !isContainer(one) && !TRAPS.has(one.name)
  );
  assert(commands.length > 200);
  assertEquals(differences(commands), []);
});

Deno.test(
  "the table knows all containers of a server as that does, since Redis 7",
  since(7),
  async () => {
    await using server = await RedisServer.start();
    const commands = (await commandsOf(server)).filter(isContainer);
    assert(commands.length > 10);
    assertEquals(differences(commands), []);
    const reading = new Map(commands.map(({ name, reads }) => [name, reads]));
    for (const name of Object.keys(READS)) {
      assertEquals(
        [reading.get(name), specOf(name).reads],
        [false, true],
        name,
      );
    }
  },
);

Deno.test("the table knows all commands of @ioredis/commands as that does", () => {
  const commands = list.map((name) => ({
    name: name.toUpperCase(),
    reads: hasFlag(name, "readonly"),
    keys: hasFlag(name, "movablekeys") ? undefined : getKeyIndexes(name, PROBE),
  }));
  assert(commands.length > 200);
  assertEquals(differences(commands), []);
});

Deno.test("the table knows which commands of a server block", async () => {
  await using server = await RedisServer.start();
  const commands = await ask(server, "COMMAND") as RawReply[][];
  const blocking = commands.filter(([, , flags]) =>
    (flags as string[]).includes("blocking")
  ).map(([name]) => String(name).toUpperCase());
  // Those that block a shared connection are refused there.
  const own = blocking.filter((name) => {
    const { row } = specOf(name);
    return row.blocks === undefined && row.connection === undefined;
  });
  assertEquals(own, []);
});

Deno.test("a difference from what others know is seen", () => {
  const wrong = [
    { name: "NOSUCH", reads: true, keys: [0] },
    { name: "GET", reads: false, keys: [0] },
    { name: "SET", reads: false, keys: [1] },
    { name: "DEL", reads: false, keys: undefined },
  ];
  assertEquals(differences(wrong), [
    "NOSUCH is not in the table",
    "GET reads: false",
    "SET has keys at 1, not at 0",
  ]);
});

Deno.test("knownSpec() finds what stands in the table, in capitals", () => {
  assertStrictEquals(knownSpec("GET"), specOf("GET"));
  assertEquals(knownSpec("get"), undefined);
  specOf("NO.SUCH");
  assertEquals(knownSpec("NO.SUCH"), undefined);
  assertEquals(new Set(commandNames()).size, commandNames().length);
});
