/*
 * The text of an error is data as soon as a script, a function, a module or
 * DEBUG can word it. Covered here: every text that a server uses to say that a
 * command did not run; as the first reply of a connection and later; followed by
 * the end of the stream, and not; RESP2 and RESP3; TCP and unix sockets; beside
 * commands of other clients, in every kind of client.
 */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  type Argument,
  Cluster,
  CommandError,
  ConnectionError,
  TransportError,
} from "../../mod.ts";
import { FaultProxy, RedisServer } from "../../src/testing.ts";
import { CLIENTS } from "./client_kinds.ts";
import { oracle } from "../../support/raw_client.ts";
import { isSince } from "../../support/since.ts";
import { eventually } from "./outcome.ts";
import { reasonOf } from "./proxied.ts";
import { ScriptedServer } from "./scripted_server.ts";

/** What servers say instead of running a command. */
const TEXTS = [
  "ERR max number of clients reached",
  "ERR max number of clients + cluster connections reached",
  "DENIED Redis is running in protected mode",
  "DENIED by policy",
  "MOVED 1 127.0.0.1:1",
  "ASK 1 127.0.0.1:1",
  "TRYAGAIN Multiple keys request during rehashing of slot",
  "CLUSTERDOWN The cluster is down",
  "READONLY You can't write against a read only replica.",
  "LOADING Redis is loading the dataset in memory",
  "MASTERDOWN Link with MASTER is down",
  "BUSY Redis is busy running a script",
  "NOAUTH Authentication required.",
  "NOPERM this user has no permissions",
  "NOSCRIPT No matching script. Please use EVAL.",
];

/** Counts that it ran, and answers as it is told. */
const FORGER = `redis.call('INCR', KEYS[1])
  return redis.error_reply(ARGV[1])`;

/** The same as a function. */
const LIBRARY = `#!lua name=forgery
  redis.register_function('forge', function(keys, args)
    redis.call('INCR', keys[1])
    return redis.error_reply(args[1])
  end)`;

/** Every command of the server with which a caller may word an error. */
function forgeries(text: string): [name: string, args: Argument[]][] {
  const all: [name: string, args: Argument[]][] = [
    ["EVAL", [FORGER, 1, "n", text]],
    ["FCALL", ["forge", 1, "n", text]],
  ];
  return isSince(7) ? all : all.slice(0, 1);
}

for (const transport of ["tcp", "unix"] as const) {
  for (const text of TEXTS) {
    Deno.test(`fault 36: "${text}" out of a script is its reply, over ${transport}`, async () => {
      await using server = await RedisServer.start({ transport });
      await using direct = oracle(server);
      if (isSince(7)) await direct.command("FUNCTION", "LOAD", LIBRARY);
      let ran = 0;
      for (const [name, args] of forgeries(text)) {
        for (const [client, makeSend] of Object.entries(CLIENTS)) {
          // A cluster of its own, so that it is the first of a connection.
          await using cluster = new Cluster({ hosts: [server.host] });
          const send = await makeSend(cluster);
          const local = cluster.getLocalClient(0);
          const [error, other] = await Promise.all([
            reasonOf(send(name, args)),
            local.sendCommand("INCR", ["other"]),
          ]);
          assertInstanceOf(error, CommandError, `${name} in ${client}`);
          ran++;
          assertEquals(other, ran, `${name} in ${client}`);
        }
      }
      assertEquals(await direct.command("GET", "n"), `${ran}`);
      assertEquals(await direct.command("GET", "other"), `${ran}`);
    });
  }
}

for (const protocol of [2, 3] as const) {
  for (const text of TEXTS) {
    Deno.test(`fault 36: "${text}" and then a lost connection is unknown, in RESP${protocol}`, async () => {
      await using server = await RedisServer.start({ transport: "tcp" });
      await using direct = oracle(server);
      await using proxy = await FaultProxy.start(server);
      await using cluster = new Cluster({
        hosts: [proxy.host],
        poolOptions: { protocol },
      });
      // RESP3 says HELLO first, which has a reply of its own.
      proxy.cut({ replies: protocol === 3 ? 2 : 1 });
      const one = cluster.getRoutingClient();
      const two = cluster.getLocalClient(0);
      const [forged, ...others] = await Promise.all([
        reasonOf(one.sendCommand("EVAL", [FORGER, 1, "n", text])),
        reasonOf(two.sendCommand("INCR", ["m"])),
        reasonOf(one.sendCommand("RPUSH", ["l", "x"])),
      ]);
      if (forged instanceof TransportError) {
        assertEquals(forged.outcome, "unknown");
      } else assertInstanceOf(forged, CommandError);
      for (const error of others) {
        assertInstanceOf(error, ConnectionError);
        assertEquals(error.outcome, "unknown");
      }
      proxy.pass();
      // What the server had is its business; that it had it once is ours.
      await eventually(async () => await direct.command("GET", "m") === "1");
      assertEquals(await direct.command("GET", "n"), "1");
      assertEquals(await direct.command("LLEN", "l"), 1);
    });
  }
}

Deno.test("fault 36: a farewell out of a script ends a dedicated connection as unknown", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using direct = oracle(server);
  await using proxy = await FaultProxy.start(server);
  await using cluster = new Cluster({ hosts: [proxy.host] });
  using redis = await cluster.connect(0);
  proxy.cut({ replies: 1 });
  const [one, two] = await Promise.all([
    reasonOf(redis.eval(FORGER, ["n"], ["DENIED by policy"])),
    reasonOf(redis.incr("n")),
  ]);
  for (const error of [one, two]) {
    assertInstanceOf(error, ConnectionError);
    assertEquals(error.outcome, "unknown");
  }
  assertEquals(await direct.command("GET", "n"), "2");
});

Deno.test("fault 36: a farewell out of a script inside EXEC is a value", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using cluster = new Cluster({ hosts: [server.host] });
  using redis = await cluster.connect(0);
  const tx = redis.tx();
  tx.eval(FORGER, ["n"], ["ERR max number of clients reached"]);
  tx.incr("n");
  const replies = (await tx.flush()).at(-1) as unknown as unknown[];
  assertInstanceOf(replies[0], CommandError);
  assertEquals(replies[1], 2);
});

Deno.test("fault 36: a module, or DEBUG, proves nothing either", async () => {
  for (
    const [name, args] of [["JSON.SET", ["k", "$", 1]], ["DEBUG", [
      "ERROR",
      "DENIED",
    ]]] as const
  ) {
    let seen = 0;
    await using server = new ScriptedServer(async (link) => {
      const text = await link.read();
      if (text === undefined) return;
      if (text.includes(name)) seen++;
      await link.write("-ERR max number of clients reached\r\n");
    });
    await using cluster = new Cluster({
      hosts: [{ hostname: server.hostname, port: server.port }],
    });
    const local = cluster.getLocalClient(0);
    const [error, other] = await Promise.all([
      reasonOf(local.sendCommand(name, args)),
      reasonOf(local.sendCommand("INCR", ["n"])),
    ]);
    for (const reason of [error, other]) {
      assertInstanceOf(reason, ConnectionError);
      assertEquals(reason.outcome, "unknown");
    }
    assertEquals(seen, 1);
  }
});

Deno.test("fault 36: a farewell that answers a plain command is believed, scripts behind it run once", async () => {
  let scripts = 0;
  await using server = new ScriptedServer(async (link, index) => {
    const text = await link.read();
    if (text === undefined) return;
    if (index === 0) {
      await link.write("-ERR max number of clients reached\r\n");
      return;
    }
    // Before it is trusted again, the server has to prove itself.
    await link.write("+PONG\r\n");
    const commands = await link.read();
    if (commands === undefined) return;
    if (commands.includes("EVAL")) scripts++;
    await link.write(":1\r\n:1\r\n");
    await link.hangup();
  });
  await using cluster = new Cluster({
    hosts: [{ hostname: server.hostname, port: server.port }],
  });
  const local = cluster.getLocalClient(0);
  assertEquals(
    await Promise.all([
      local.sendCommand("INCR", ["n"]),
      local.sendCommand("EVAL", ["return 1", 0]),
    ]),
    [1, 1],
  );
  assertEquals(scripts, 1);
});

Deno.test("fault 36: what a server says unasked answers no command that comes later", async () => {
  const written = Promise.withResolvers<void>();
  await using server = new ScriptedServer(async (link) => {
    await link.write("-ERR max number of clients reached\r\n");
    // It goes on all the same: the next reply is the one to the command.
    if (await link.read() === undefined) return;
    written.resolve();
    await link.write(":7\r\n");
    await link.hangup();
  });
  await using cluster = new Cluster({
    hosts: [{ hostname: server.hostname, port: server.port }],
    poolOptions: { maxRetries: 0 },
  });
  using redis = await cluster.connect(0);
  await eventually(() => cluster.stats().get(0)!.bytes.received > 0);
  const error = await reasonOf(redis.incr("n"));
  // Nobody knows what such a server means, so nothing it says is believed.
  assert(error instanceof TransportError, String(error));
  assertEquals([error.name, error.outcome], ["ProtocolError", "unknown"]);
  await written.promise;
});
