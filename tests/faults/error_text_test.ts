/*
 * What a server says of a command may repeat its arguments, and those may be
 * secret: no error carries them on, neither in its message, stack, cause and
 * code, nor when it is printed or made JSON, nor as a name in stats().
 *
 * Covered here: sentences of Redis with and without quotes; scripts (EVAL,
 * EVALSHA, read-only ones, functions), by error_reply, error() and redis.call,
 * at the top and nested, with text, bytes and numbers as arguments, joined to
 * other words or changed in case; commands of modules; DEBUG ERROR; RESP2 and
 * RESP3; calls, maps, executeCommands, fanouts, connect() with pipelines and
 * transactions; a script whose error looks like a farewell. And what has to
 * stay: codes of the server, and what a script says besides.
 */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  type Argument,
  CommandError,
  Script,
  UnroutableCommandError,
} from "../../mod.ts";
import { Proxied } from "../../support/proxied.ts";
import { since } from "../../support/since.ts";
import { CLIENTS } from "./client_kinds.ts";
import { ScriptedServer } from "./scripted_server.ts";
import { clusterAt } from "./single_host.ts";
import { reasonOf } from "./proxied.ts";

const SECRET = "S3cr3t-v4lue";

/** All that can be seen of a value by those who print, log or send it. */
function* views(value: unknown): Generator<string> {
  yield Deno.inspect(value, { depth: 20, showHidden: true, getters: true });
  yield String(value);
  yield JSON.stringify(value) ?? "";
  if (!(value instanceof Error)) return;
  yield `${value.message} ${value.stack}`;
  yield JSON.stringify(value, Object.getOwnPropertyNames(value));
  if (value instanceof AggregateError) yield* value.errors.flatMap(viewsOf);
  if (value.cause !== undefined) yield* views(value.cause);
}

function viewsOf(value: unknown): string[] {
  return [...views(value)];
}

/** Checks that nothing of a secret can be seen in values. */
function assertUnseen(values: unknown[], secret: string | RegExp): void {
  const pattern = typeof secret === "string" ? new RegExp(secret, "i") : secret;
  for (const view of values.flatMap(viewsOf)) {
    assert(!pattern.test(view), `"${pattern}" is seen in ${view}`);
  }
}

const SENTENCES: [name: string, args: Argument[]][] = [
  ["NOSUCH", ["key", SECRET]],
  ["CONFIG", ["SET", SECRET, SECRET]],
  ["ACL", ["SETUSER", "bob", SECRET]],
  ["OBJECT", [SECRET, "key"]],
  ["XREADGROUP", ["GROUP", SECRET, "c", "STREAMS", SECRET, ">"]],
  ["FUNCTION", ["LOAD", `#!${SECRET} name=a\nreturn 1`]],
  ["FUNCTION", ["LOAD", `#!lua ${SECRET}=a\nreturn 1`]],
  ["DEBUG", ["ERROR", SECRET]],
  ["DEBUG", ["ERROR", `WRONG ${SECRET}`]],
  ["SET", ["key", "value", SECRET]],
  ["EVALSHA", [SECRET, 0]],
  ["EVAL", [`#!${SECRET}\nreturn 1`, 0]],
  ["EVAL", [`#!lua flags=${SECRET}\nreturn 1`, 0]],
  ["EXPIRE", ["key", 10, SECRET]],
  ["FUNCTION", ["LOAD", SECRET, "#!lua name=a\nreturn 1"]],
  ["FUNCTION", ["LIST", SECRET]],
];

const COORDINATES: [name: string, args: Argument[]][] = [
  ["GEOADD", ["home", 200.123456, 95.5, "me"]],
  ["GEOADD", ["home", "200.123456", "95.5", "me"]],
  ["GEORADIUS", ["home", 200.123456, 95.5, 1, "m"]],
  ["EVAL", [
    "return redis.call('GEOADD', KEYS[1], ARGV[1], ARGV[2], 'me')",
    1,
    "home",
    200.123456,
    95.5,
  ]],
];

/** Scripts whose errors repeat ARGV[1], and what is left of their texts. */
const SCRIPTS: [source: string, left: string][] = [
  ["return redis.error_reply(ARGV[1] .. ' failed')", "failed"],
  ["return redis.error_reply('LIMIT of ' .. ARGV[1])", "LIMIT of"],
  ["return redis.error_reply('user:' .. ARGV[1] .. '_x')", "user:"],
  ["return redis.error_reply('bad ' .. string.upper(ARGV[1]))", "bad"],
  ["return {err = 'Has `' .. ARGV[1] .. '` in it'}", "in it"],
  ["return {1, {redis.error_reply('Deep ' .. ARGV[1])}}", "Deep"],
  ["error('Stopped at ' .. ARGV[1])", "Stopped at"],
  ["return redis.error_reply(KEYS[1] .. ' is locked')", "is locked"],
];

for (const protocol of [2, 3] as const) {
  for (const [kind, connect] of Object.entries(CLIENTS)) {
    Deno.test(`fault 69: RESP${protocol}, ${kind}: no argument is in an error`, async () => {
      await using host = await Proxied.start(1, { poolOptions: { protocol } });
      const { cluster } = host;
      const send = await connect(cluster);
      for (const [name, args] of SENTENCES) {
        const error = await reasonOf(send(name, args));
        // Of some, clients say it themselves: they send no such thing.
        assert(
          error instanceof CommandError && error.hostId === 0 ||
            error instanceof UnroutableCommandError,
        );
        assertUnseen([error], SECRET);
        assertEquals(error.command, name);
      }
      for (const [name, args] of COORDINATES) {
        const error = await reasonOf(send(name, args));
        assertInstanceOf(error, CommandError);
        assertUnseen([error], /200\.1|95\.5/);
      }
      for (const [source, left] of SCRIPTS) {
        for (const secret of [SECRET, new TextEncoder().encode(SECRET)]) {
          const end = await outcomeOf(
            send("EVAL", [source, 1, secret, secret]),
          );
          assertUnseen([end], SECRET);
          // What the script itself says is for people.
          assert(viewsOf(end)[0].includes(left), viewsOf(end)[0]);
        }
      }
      assertUnseen([cluster.stats()], SECRET);
    });
  }
}

/** What something ends with, one way or the other. */
async function outcomeOf(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    return await promise;
  } catch (error) {
    return error;
  }
}

Deno.test("fault 69: numbers are found in the shape that a script gives them", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  const source =
    "return redis.error_reply('over ' .. tonumber(ARGV[1]) .. ' by 7')";
  for (const amount of [4_711, "4711.0", "4.711e3", 4711n]) {
    const error = await reasonOf(client.eval(source, ["k"], [`${amount}`]));
    assertEquals((error as Error).message, "over … by 7");
  }
});

Deno.test("fault 69: what is no argument stays, and so do the codes of the server", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  await client.rpush("list", "x");
  const texts: [source: string, args: string[], text: RegExp][] = [
    ["return redis.error_reply('SOLDOUT None left')", ["1"], /^SOLDOUT None l/],
    ["return redis.error_reply('There is a limit')", ["his"], /^There is a li/],
    [
      "error('x')",
      ["1"],
      // Before Redis 7 it says first which script it ran.
      /^ERR (?:Error running script .*)?user_script:1: x/,
    ],
    [
      "return redis.call('INCR', KEYS[1])",
      ["WRONGTYPE", "wrong"],
      /^(?:WRONGTYPE|ERR Error running script .*) Operation/,
    ],
  ];
  for (const [source, args, text] of texts) {
    const error = await reasonOf(client.eval(source, ["list"], args));
    assert(text.test((error as Error).message), (error as Error).message);
  }
  const wrong = await reasonOf(client.incr("list"));
  assertEquals(
    (wrong as Error).message,
    "WRONGTYPE Operation against a key holding the wrong kind of value",
  );
});

Deno.test("fault 69: scripts of executeCommands, by their source and by their hash", async () => {
  await using host = await Proxied.start(1);
  const script = new Script("return redis.error_reply('No ' .. ARGV[1])");
  const { k } = await host.cluster.executeCommands({
    k: [[script, ["k"], [SECRET]], [script, ["k"], [SECRET]]],
  }, { settled: true });
  assertEquals(k.map(({ reason }) => (reason as Error).message), [
    "No …",
    "No …",
  ]);
  assertUnseen(k.map(({ reason }) => reason), SECRET);
});

Deno.test("fault 69: functions repeat no argument", since(7), async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getLocalClient(0);
  await client.sendCommand("FUNCTION", [
    "LOAD",
    "#!lua name=lib\nredis.register_function{function_name='refuse', " +
    "callback=function(keys, args) return redis.error_reply('Not ' .. args[1]) end, " +
    "flags={'no-writes'}}",
  ]);
  for (const name of ["FCALL", "FCALL_RO"]) {
    const error = await reasonOf(
      client.sendCommand(name, ["refuse", 0, SECRET]),
    );
    assertEquals((error as Error).message, "Not …");
    assertUnseen([error], SECRET);
  }
});

Deno.test("fault 69: a module's words of its own", async () => {
  await using server = new ScriptedServer(async (link) => {
    while (await link.read() !== undefined) {
      await link.write(`-No such index ${SECRET} near ${SECRET}:1\r\n`);
    }
  });
  await using cluster = clusterAt(server.port);
  const client = cluster.getLocalClient(0);
  const error = await reasonOf(client.sendCommand("FT.SEARCH", [SECRET, "*"]));
  assertEquals((error as Error).message, "No such index … near …:1");
  assertUnseen([error], SECRET);
});

Deno.test("fault 69: connect(), pipelines and transactions", async () => {
  await using host = await Proxied.start(1);
  using client = await host.cluster.connect(0);
  const source = "return redis.error_reply('No ' .. ARGV[1])";
  const pipeline = client.pipeline();
  const tx = client.tx();
  for (const queue of [pipeline, tx]) {
    queue.set("a", "1");
    queue.eval(source, ["k"], [SECRET]);
    queue.sendCommand("GEOADD", ["home", 200.123456, 95.5, "me"]);
    const replies = await queue.flush();
    assertUnseen(replies, new RegExp(`${SECRET}|200\\.1`));
    assert(viewsOf(replies)[0].includes("No …"));
  }
  await client.multi();
  await client.sendCommand("SET", ["a", "1"]);
  await client.sendCommand("EVAL", [source, 1, "k", SECRET]);
  const replies = await client.exec();
  assertUnseen([replies], SECRET);
  assert(viewsOf(replies)[0].includes("No …"));
});

Deno.test("fault 69: a script whose error looks like that of a full server", async () => {
  await using server = new ScriptedServer(async (link) => {
    await link.read();
    await link.write(`-DENIED ${SECRET}\r\n`);
    await link.hangup();
  });
  await using cluster = clusterAt(server.port, {
    poolOptions: { maxRetries: 0 },
  });
  using client = await cluster.connect(0);
  const error = await reasonOf(
    client.eval("return redis.error_reply(ARGV[1])", ["k"], [
      `DENIED ${SECRET}`,
    ]),
  );
  assertUnseen([error], SECRET);
});

Deno.test("fault 69: stats() counts what scripts make up as one kind", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  await client.rpush("list", "x");
  const ends = await Promise.allSettled([
    ...Array.from(
      { length: 100 },
      (_, i) =>
        client.eval(
          `return redis.error_reply('CODE${i} of a script')`,
          ["k"],
          [],
        ),
    ),
    ...Array.from(
      { length: 100 },
      (_, i) =>
        client.eval("return redis.error_reply(ARGV[1])", ["k"], [
          `TOKEN${i} x`,
        ]),
    ),
    client.incr("list"),
    client.eval("return redis.error_reply('OOM says a script')", ["k"], []),
    client.sendCommand("XREADGROUP", ["GROUP", "g", "c", "STREAMS", "s", ">"]),
  ]);
  assert(ends.every(({ status }) => status === "rejected"));
  const { errors } = host.cluster.stats().get(0)!;
  assertEquals(errors, {
    ERR: 100,
    other: 100,
    WRONGTYPE: 1,
    OOM: 1,
    NOGROUP: 1,
  });
});
