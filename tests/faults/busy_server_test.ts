/**
 * Fault 45: orders that end what keeps a server, or a client, busy reach it at
 * once. Covered: SCRIPT KILL, FUNCTION KILL, FUNCTION STATS and SHUTDOWN NOSAVE
 * while a script of the same client runs; CLIENT KILL, CLIENT UNBLOCK and CLIENT
 * UNPAUSE while a command of the same client waits; in one word or two, as text
 * and as bytes, in any case; of local clients, fanouts and targeted clients;
 * RESP2 and RESP3; with a password, a database and a name; TCP, TLS, unix; with
 * a host that counts as down.
 *
 * @module
 */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  type Argument,
  Cluster,
  type ClusterOptions,
  CommandError,
} from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { oracle } from "../../support/raw_client.ts";
import { since } from "../../support/since.ts";
import { makeTlsFixtures } from "../../support/tls_fixtures.ts";
import { bounded, eventually } from "./outcome.ts";
import { reasonOf } from "./proxied.ts";

/** Its name until Redis 7, by which all servers know it. */
const CONFIG = { "lua-time-limit": "50" };
const ENDLESS = "while true do end";
const LIBRARY = "#!lua name=lib\nredis.register_function('endless', " +
  "function() while true do end end)";

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

type Call = (cluster: Cluster) => PromiseLike<unknown>;

/** Each way to say it. */
const WAYS: Record<string, (word: string) => [string, Argument[]]> = {
  "in one word": (word) => [`${word} KILL`, []],
  "in two words": (word) => [word, ["KILL"]],
  "as bytes": (word) => [word, [bytes("kill")]],
  "in small letters": (word) => [word.toLowerCase(), ["kill"]],
};

/** Each door that names a host. */
const DOORS: Record<string, (name: string, args: Argument[]) => Call> = {
  "the same local client": (name, args) => (cluster) =>
    local(cluster).sendCommand(name, args),
  "a fanout": (name, args) => (cluster) =>
    cluster.all((client) => client.sendCommand(name, args)),
  "a targeted client": (name, args) => (cluster) =>
    cluster.fanout((client) => client.targetKey("k").sendCommand(name, args)),
};

const clients = new WeakMap<Cluster, ReturnType<Cluster["getLocalClient"]>>();

function local(cluster: Cluster): ReturnType<Cluster["getLocalClient"]> {
  let client = clients.get(cluster);
  if (client === undefined) {
    clients.set(cluster, client = cluster.getLocalClient(0));
  }
  return client;
}

/** Has a server busy with a script, or a function, of a local client. */
async function makeBusy(
  cluster: Cluster,
  server: RedisServer,
  word = "SCRIPT",
): Promise<{ running: Promise<unknown> }> {
  const client = local(cluster);
  if (word === "FUNCTION") {
    await client.sendCommand("FUNCTION", ["LOAD", "REPLACE", LIBRARY]);
  }
  const running = reasonOf(
    word === "FUNCTION"
      ? client.sendCommand("FCALL", ["endless", 0], { timeout: 60_000 })
      : client.sendCommand("EVAL", [ENDLESS, 0], { timeout: 60_000 }),
  );
  await eventually(async () => {
    await using direct = oracle(server);
    const error = await direct.command("AUTH", "secret").catch(() => {})
      .then(() => direct.command("PING")).catch((error) => error);
    return error instanceof Error && error.message.startsWith("BUSY");
  });
  return { running };
}

async function assertKilled(running: PromiseLike<unknown>): Promise<void> {
  const error = await bounded(running);
  assertInstanceOf(error, CommandError);
  assert(/killed/i.test(error.message), error.message);
}

for (const [door, call] of Object.entries(DOORS)) {
  for (const word of ["SCRIPT", "FUNCTION"]) {
    const options = word === "FUNCTION" ? since(7) : {};
    Deno.test(
      `fault 45: ${word} KILL of ${door} reaches a busy server`,
      options,
      async () => {
        await using server = await RedisServer.start({ config: CONFIG });
        await using cluster = new Cluster({ hosts: [server.host] });
        for (const [way, said] of Object.entries(WAYS)) {
          const { running } = await makeBusy(cluster, server, word);
          const reply = await bounded(call(...said(word))(cluster));
          const expected = door === "a fanout" ? new Map([[0, "OK"]]) : "OK";
          assertEquals(reply, expected, way);
          await assertKilled(running);
          assertEquals(await local(cluster).get("k"), null);
        }
      },
    );
  }
}

/** The options of a cluster, and the server that it needs. */
const SETTINGS: Record<
  string,
  {
    config?: Record<string, string>;
    host?: Record<string, unknown>;
    options?: Omit<ClusterOptions, "hosts">;
  }
> = {
  "a database and a name": { host: { db: 3, name: "program" } },
  "a password": {
    config: { requirepass: "secret" },
    host: { password: "secret", db: 1 },
  },
  "RESP3": {
    host: { db: 2, name: "program" },
    options: { poolOptions: { protocol: 3 } },
  },
  "one connection": { options: { poolOptions: { maxConnections: 1 } } },
};

for (const [name, { config, host, options }] of Object.entries(SETTINGS)) {
  Deno.test(`fault 45: with ${name}`, async () => {
    await using server = await RedisServer.start({
      transport: "tcp",
      config: { ...CONFIG, ...config },
    });
    await using cluster = new Cluster({
      ...options,
      hosts: [{ hostname: server.hostname, port: server.port, ...host }],
    });
    const { running } = await makeBusy(cluster, server);
    // What is behind it in the same lane waits, and is not lost.
    const behind = local(cluster).sendCommand("INCR", ["n"]);
    assertEquals(
      await bounded(local(cluster).sendCommand("SCRIPT KILL")),
      "OK",
    );
    await assertKilled(running);
    assertEquals(await bounded(behind), 1);
  });
}

Deno.test("fault 45: over TLS", async () => {
  await using tls = await makeTlsFixtures();
  await using server = await RedisServer.start({
    tls: tls.valid,
    config: CONFIG,
  });
  await using cluster = new Cluster({
    hosts: [{
      hostname: "localhost",
      port: server.port,
      tls: true,
      caCerts: [tls.caCert],
    }],
  });
  const running = reasonOf(local(cluster).sendCommand("EVAL", [ENDLESS, 0]));
  await eventually(async () =>
    await local(cluster).sendCommand("SCRIPT KILL").catch(() => "") === "OK"
  );
  await assertKilled(running);
});

Deno.test(
  "fault 45: FUNCTION STATS says what runs, and nothing of it stays open",
  since(7),
  async () => {
    await using server = await RedisServer.start({ config: CONFIG });
    await using cluster = new Cluster({ hosts: [server.host] });
    const { running } = await makeBusy(cluster, server, "FUNCTION");
    const stats = await bounded(local(cluster).sendCommand("FUNCTION STATS"));
    assert(Deno.inspect(stats).includes("endless"));
    assertEquals(
      await bounded(local(cluster).sendCommand("FUNCTION KILL")),
      "OK",
    );
    await assertKilled(running);
    await using direct = oracle(server);
    await eventually(async () =>
      String(await direct.command("INFO", "clients"))
        .includes("connected_clients:2\r")
    );
  },
);

Deno.test("fault 45: SHUTDOWN NOSAVE ends a server that a script has written to", async () => {
  await using server = await RedisServer.start({ config: CONFIG });
  await using cluster = new Cluster({ hosts: [server.host] });
  const client = local(cluster);
  const script = "redis.call('SET', 'k', 'v') while true do end";
  const running = reasonOf(client.sendCommand("EVAL", [script, 0]));
  await eventually(async () => {
    const reply = await reasonOf(client.sendCommand("SCRIPT KILL"));
    return reply instanceof CommandError && reply.code === "UNKILLABLE";
  });
  await bounded(client.sendCommand("SHUTDOWN NOSAVE").catch(() => {}));
  await bounded(running);
  await eventually(() => !server.isRunning);
});

Deno.test("fault 45: a client ends what its own command waits for", async () => {
  await using server = await RedisServer.start();
  await using direct = oracle(server);
  await using cluster = new Cluster({ hosts: [server.host] });
  const client = local(cluster);
  await client.set("k", "v");
  const calls: Record<string, () => PromiseLike<unknown>> = {
    UNPAUSE: () => client.sendCommand("CLIENT UNPAUSE"),
    KILL: async () => {
      const list = String(await direct.command("CLIENT", "LIST"));
      const id = /id=(\d+) .*cmd=set /.exec(list)![1];
      return await client.sendCommand("CLIENT", [bytes("kill"), "ID", id]);
    },
  };
  for (const [name, call] of Object.entries(calls)) {
    await direct.command("CLIENT", "PAUSE", 60_000, "WRITE");
    const write = client.set("k", name).catch((error) => error);
    await eventually(async () =>
      String(await direct.command("INFO", "clients"))
        .includes("blocked_clients:1\r")
    );
    await bounded(call());
    const outcome = await bounded(write);
    if (name === "UNPAUSE") assertEquals(outcome, "OK");
    else assertEquals(outcome.outcome, "unknown");
    await direct.command("CLIENT", "UNPAUSE");
  }
});

Deno.test("fault 45: CLIENT KILL reaches a busy server, which says that it is", async () => {
  await using server = await RedisServer.start({ config: CONFIG });
  await using cluster = new Cluster({ hosts: [server.host] });
  const { running } = await makeBusy(cluster, server);
  const error = await bounded(
    reasonOf(local(cluster).sendCommand("CLIENT KILL", ["TYPE", "pubsub"])),
  );
  // Redis 7.0 takes none then; what matters is that it was asked.
  if (error instanceof CommandError) assertEquals(error.code, "BUSY");
  await local(cluster).sendCommand("SCRIPT KILL");
  await assertKilled(running);
});

Deno.test("fault 45: a busy server that counts as down is reached", async () => {
  await using server = await RedisServer.start({ config: CONFIG });
  await using cluster = new Cluster({
    hosts: [{ path: server.path, db: 1 }],
    timeout: 2_000,
    poolOptions: { breaker: { threshold: 1, minDelay: 60_000 } },
  });
  const { running } = await makeBusy(cluster, server);
  server.pause();
  await local(cluster).sendCommand("GET", ["k"]).catch(() => {});
  await eventually(async () => {
    await cluster.getRoutingClient({ timeout: 50 }).get("k").catch(() => {});
    return cluster.getPoolForHost(0).down;
  });
  server.resume();
  assertEquals(await bounded(local(cluster).sendCommand("SCRIPT KILL")), "OK");
  await bounded(running);
});
