/**
 * What a command is stands in the table, and nothing else in `src/` decides by its
 * name.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { commandNames } from "../../src/commands/table.ts";

const SRC = new URL("../../src/", import.meta.url);

/**
 * Folders that may know commands by their names: the table itself, what stands
 * beside the library, and interfaces that are written from the table.
 */
const APART = ["commands/", "testing/", "cli/", "clients/commands/"];

/** What the library sends by itself, or calls by that name, by file. */
const SENT: Record<string, string> = {
  // What goes ahead of the commands of others, or between them.
  "delivery/fence.ts": "CLIENT",
  "delivery/key_moves.ts": "CLIENT EXISTS",
  "delivery/places_question.ts": "ASKING EXISTS",
  "delivery/replication.ts": "WAIT",
  "delivery/run.ts": "ASKING MULTI EXEC",
  "delivery/scripts_question.ts": "SCRIPT",
  "delivery/transaction_question.ts": "MULTI EXEC",
  "wire/dial.ts": "AUTH CLIENT HELLO PING READONLY ROLE SELECT",
  "wire/identity.ts": "CLIENT",
  "wire/liveness.ts": "PING",
  // What servers and sentinels are asked about where others are.
  "cluster_replicas.ts": "ROLE",
  "ring_follower.ts": "CLIENT GET",
  "sentinel_events.ts": "PING SUBSCRIBE",
  "clients/moved_keys.ts": "CLUSTER TYPE",
  "topology/cluster_view.ts": "CLUSTER",
  "topology/ring_topology.ts": "GET",
  "topology/sentinel_view.ts": "SENTINEL",
  // What moves keys from host to host, and what hosts are asked before.
  "moving/clock_offset.ts": "TIME",
  "moving/confirmation.ts": "EVAL WAIT",
  "moving/key_mover.ts": "INCR",
  "resharding/barrier.ts": "CLIENT",
  "resharding/connections.ts": "CLIENT",
  "resharding/half_moved.ts": "HDEL HKEYS UNLINK",
  "resharding/key_walk.ts": "DBSIZE INFO",
  "resharding/large_values.ts": "MEMORY",
  "resharding/records.ts": "GET",
  "resharding/rights.ts":
    "ACL CLIENT DBSIZE DUMP EVAL EVALSHA EXISTS GET HDEL HGETALL HKEYS HMGET HSET " +
    "HSETNX INCR INFO LRANGE MEMORY PTTL RENAME RESTORE SCAN SET SMEMBERS TIME " +
    "TYPE UNLINK WAIT ZRANGE",
  "resharding/same_values.ts": "GET HGETALL LRANGE PTTL SMEMBERS TYPE ZRANGE",
  "resharding/stopped_move.ts": "EXISTS RESTORE UNLINK",
  "resharding/survey.ts": "INFO",
  "resharding/two_rings.ts": "SCAN",
  "resharding/write_denial.ts": "ACL CLIENT HGETALL HSETNX UNLINK",
  // What some methods of the cluster and its clients are made of.
  "clients/collection_scan.ts": "HSCAN SSCAN ZSCAN",
  "clients/dedicated_client.ts": "EXEC MULTI PSUBSCRIBE SUBSCRIBE",
  "clients/execute_commands.ts": "EVAL",
  "clients/key_scan.ts": "SCAN",
  "clients/ping_host.ts": "PING",
  "clients/subscription.ts": "PSUBSCRIBE PUNSUBSCRIBE SUBSCRIBE UNSUBSCRIBE",
  "clients/whole_cluster.ts": "DBSIZE EXISTS FLUSHDB PING",
  // The form that a connection writes which has not seen a script.
  "wire/resp/encoder.ts": "EVAL EVALSHA",
};

/** Words that are no commands where they stand. */
const NO_COMMANDS: Record<string, string> = {
  // An example in a text.
  "clients/execute_commands.ts": "SET",
  // An option of SCAN.
  "clients/key_scan.ts": "TYPE",
  // Codes of errors.
  "delivery/policy.ts": "READONLY",
  "topology/slot_topology.ts": "ASK",
  // Subcommands.
  "delivery/scripts_question.ts": "EXISTS",
  "topology/cluster_view.ts": "INFO",
  "wire/identity.ts": "INFO",
};

/** Where a name is what a caller asks for, by the text that decides. */
const ASKED: Record<string, string> = {
  // The word with which `create` of `@db/redis` asks for a subscription.
  "clients/dedicated_client.ts": '=== "SUBSCRIBE"',
};

/** A comment, or a literal: text, a template, a regular expression. */
const TOKENS =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|(?<=[(,=:[!&|?{};\n]\s*)\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g;

/** The literals of a program. */
function literalsOf(program: string): string[] {
  return [...program.matchAll(TOKENS)].map(([token]) => token)
    .filter((token) => !/^\/[/*]/.test(token));
}

/** The commands that literals name as a word of their own. */
function namedBy(literal: string, commands: ReadonlySet<string>): string[] {
  const isPattern = literal.startsWith("/");
  const words = isPattern
    ? literal.match(/[A-Z][A-Z-]{2,}/g) ?? []
    : [literal.slice(1, -1).split(" ")[0]];
  // A pattern may mean all commands that begin so.
  return words.filter((word) =>
    commands.has(word) ||
    isPattern && [...commands].some((name) => name.startsWith(word))
  );
}

async function* programs(folder: URL, path = ""): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) {
      yield* programs(new URL(`${name}/`, folder), `${path}${name}/`);
    } else if (name.endsWith(".ts")) yield path + name;
  }
}

/** The files that name commands, and which. */
async function naming(): Promise<Record<string, string>> {
  const commands = new Set(commandNames());
  const found: Record<string, string> = {};
  for await (const path of programs(SRC)) {
    if (APART.some((folder) => path.startsWith(folder))) continue;
    const program = await Deno.readTextFile(new URL(path, SRC));
    const others = NO_COMMANDS[path]?.split(" ") ?? [];
    const names = literalsOf(program)
      .flatMap((literal) => namedBy(literal, commands))
      .filter((name) => !others.includes(name));
    if (names.length > 0) found[path] = [...new Set(names)].sort().join(" ");
  }
  return found;
}

/** Where a program would decide by such a name rather than send it. */
const DECIDES =
  /(?:===|!==|==|!=|\bcase)\s*"([A-Z][A-Z-]+)"|"([A-Z][A-Z-]+)"\s*(?:===|!==)|\.(?:has|includes|startsWith|endsWith)\("([A-Z][A-Z-]+)/g;

Deno.test("nothing outside of the table knows a command by its name but what is sent", async () => {
  const sent = Object.entries(SENT).map(([path, names]) => [
    path,
    names.split(" ").sort().join(" "),
  ]);
  assertEquals(await naming(), Object.fromEntries(sent));
});

Deno.test("nothing outside of the table decides by the name of a command", async () => {
  const commands = new Set(commandNames());
  const deciding: string[] = [];
  for await (const path of programs(SRC)) {
    if (APART.some((folder) => path.startsWith(folder))) continue;
    const program = await Deno.readTextFile(new URL(path, SRC));
    for (const [text, ...names] of program.matchAll(DECIDES)) {
      const name = names.find((one) => one !== undefined)!;
      if (ASKED[path] === text) continue;
      if (commands.has(name)) deciding.push(`${path}: ${text}`);
    }
  }
  assertEquals(deciding, []);
});

Deno.test("names of commands are seen wherever they stand in a program", () => {
  const commands = new Set(["GET", "EVAL", "EVALSHA"]);
  const seen = (program: string) =>
    literalsOf(program).flatMap((literal) => namedBy(literal, commands));
  assertEquals(seen('if (name === "GET") return;'), ["GET"]);
  assertEquals(seen("send(`GET`, 'x');"), ["GET"]);
  assertEquals(seen("if (/^(EVAL|FCALL)/.test(name)) return 2;"), ["EVAL"]);
  assertEquals(seen('ask("GET key") // "GET"\n/* "GET" */'), ["GET"]);
  assertEquals(seen('const text = "to GET a key", four = 8 / 2 / GET;'), []);
  assert('case "GET":'.match(DECIDES));
});
