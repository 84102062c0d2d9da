/**
 * Fault 53: commands that block are bounded in number and in time. Covered: more
 * of them than there may be connections, which wait for their `timeout`, then
 * reject, or run when one becomes free; what does not block, which always finds a
 * connection; the bound, which holds for both together, down to one connection;
 * every command that blocks, for ever and for long, on links that are dead, and
 * on links that are not.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLessOrEqual,
} from "@std/assert";
import {
  type Argument,
  type Cluster,
  PoolTimeoutError,
  TimeoutError,
} from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { type Oracle, oracle } from "../../support/raw_client.ts";
import { since } from "../../support/since.ts";
import { FakeTime } from "../fake_time.ts";
import {
  assertOutcome,
  bounded,
  eventually,
  isPending,
  timesOutAfter,
} from "./outcome.ts";
import { assertQuiet, Proxied, reasonOf } from "./proxied.ts";
import { ScriptedServer } from "./scripted_server.ts";
import { clusterAt } from "./single_host.ts";

async function untilBlocked(direct: Oracle, count: number): Promise<void> {
  await eventually(async () =>
    String(await direct.command("INFO", "clients"))
      .includes(`blocked_clients:${count}\r`)
  );
}

Deno.test("fault 53: a command that blocks for ever waits no longer for a connection than another", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using direct = oracle(server);
  await using cluster = clusterAt(server.port);
  using time = new FakeTime();
  const client = cluster.getRoutingClient();
  const pops = Array.from({ length: 15 }, (_, i) => client.blpop(0, `q${i}`));
  await untilBlocked(direct, 15);
  for (const name of ["q15", "q16"]) {
    const error = await timesOutAfter(time, () => client.blpop(0, name), {
      timeout: 5_000,
      errorClass: PoolTimeoutError,
    });
    assertOutcome(error, { hostId: 0, command: "BLPOP", outcome: "not-sent" });
  }
  const pool = cluster.getPoolForHost(0);
  assertLessOrEqual(pool.size, 16);
  // It is not the one that is left.
  for (let i = 0; i < 10; i++) assertEquals(await client.get("k"), null);
  assertEquals(pool.size, 16);
  for (let i = 0; i < 15; i++) await direct.command("RPUSH", `q${i}`, i);
  assertEquals(
    await Promise.all(pops),
    Array.from({ length: 15 }, (_, i): [string, string] => [`q${i}`, `${i}`]),
  );
  assertEquals(await direct.command("EXISTS", "q15", "q16"), 0);
});

Deno.test("fault 53: the seventeenth runs when a connection becomes free, in its turn", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using direct = oracle(server);
  await using cluster = clusterAt(server.port);
  const client = cluster.getRoutingClient();
  const pops = Array.from({ length: 17 }, (_, i) => client.blpop(0, `q${i}`));
  await untilBlocked(direct, 15);
  await direct.command("RPUSH", "q16", "job");
  await direct.command("RPUSH", "q3", "done");
  assertEquals(await bounded(pops[3]), ["q3", "done"]);
  await direct.command("RPUSH", "q15", "first");
  assertEquals(await bounded(pops[15]), ["q15", "first"]);
  assertEquals(await bounded(pops[16]), ["q16", "job"]);
  for (const i of pops.keys()) await direct.command("RPUSH", `q${i}`, "end");
  await Promise.all(pops);
  assertLessOrEqual(cluster.stats().get(0)!.connections.opened, 16);
});

for (const maxConnections of [1, 2, 4]) {
  Deno.test(`fault 53: what does not block finds a connection, of ${maxConnections}`, async () => {
    await using server = await RedisServer.start({ transport: "tcp" });
    await using direct = oracle(server);
    await using cluster = clusterAt(server.port, {
      poolOptions: { maxConnections },
      timeout: 60_000,
    });
    const client = cluster.getRoutingClient();
    await client.set("k", "v");
    const pops = Array.from(
      { length: maxConnections + 3 },
      () => client.blpop(0, "list"),
    );
    const blocking = Math.max(1, maxConnections - 1);
    await untilBlocked(direct, blocking);
    const pool = cluster.getPoolForHost(0);
    for (let i = 0; i < 5; i++) {
      assertEquals(await bounded(client.get("k")), "v");
      assertEquals(await bounded(cluster.map((map) => map.get("k"))), "v");
      assertLessOrEqual(pool.size, Math.max(2, maxConnections));
    }
    await untilBlocked(direct, blocking);
    for (const _ of pops) await direct.command("RPUSH", "list", "x");
    await bounded(Promise.all(pops));
    await assertQuiet(cluster);
    await eventually(() => pool.size <= maxConnections);
  });
}

Deno.test("fault 53: idle connections are lent to commands that block, and back", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using direct = oracle(server);
  await using cluster = clusterAt(server.port, {
    poolOptions: { maxConnections: 4 },
  });
  const maps = () =>
    Promise.all(
      Array.from({ length: 4 }, () => cluster.map((map) => map.get("k"))),
    );
  await maps();
  const client = cluster.getRoutingClient();
  const pops = Array.from({ length: 3 }, () => client.blpop(0, "list"));
  await untilBlocked(direct, 3);
  await bounded(maps());
  await direct.command("RPUSH", "list", "a", "b", "c");
  await Promise.all(pops);
  await bounded(maps());
  assertEquals(cluster.stats().get(0)!.connections.opened, 4);
});

Deno.test("fault 53: who gives up leaves the queue, and the queue its order", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using direct = oracle(server);
  await using cluster = clusterAt(server.port, {
    poolOptions: { maxConnections: 2 },
  });
  const client = cluster.getRoutingClient();
  const first = client.blpop(0, "a");
  await untilBlocked(direct, 1);
  const own = new AbortController();
  const given = reasonOf(
    client.sendCommand("BLPOP", ["b", 0], { signal: own.signal }),
  );
  const last = client.blpop(0, "c");
  own.abort("Enough");
  assertEquals(await bounded(given), "Enough");
  await direct.command("RPUSH", "a", "x");
  await direct.command("RPUSH", "c", "y");
  assertEquals(await bounded(first), ["a", "x"]);
  assertEquals(await bounded(last), ["c", "y"]);
  assertEquals(await direct.command("EXISTS", "b"), 0);
});

/** Every command that blocks, with a time in the place where it takes one. */
const BLOCKING: Record<string, (seconds: number) => Argument[]> = {
  BLPOP: (time) => ["k", time],
  BRPOP: (time) => ["k", time],
  BLMOVE: (time) => ["k", "k2", "LEFT", "LEFT", time],
  BRPOPLPUSH: (time) => ["k", "k2", time],
  BLMPOP: (time) => [time, 1, "k", "LEFT"],
  BZPOPMIN: (time) => ["k", time],
  BZPOPMAX: (time) => ["k", time],
  BZMPOP: (time) => [time, 1, "k", "MIN"],
  XREAD: (time) => ["BLOCK", time * 1_000, "STREAMS", "k", 0],
  XREADGROUP: (time) => [
    "GROUP",
    "group",
    "consumer",
    "BLOCK",
    time * 1_000,
    "STREAMS",
    "stream",
    ">",
  ],
};

/** Those of them that servers have since Redis 7. */
const NEW = new Set(["BLMPOP", "BZMPOP"]);

for (const [name, argsFor] of Object.entries(BLOCKING)) {
  for (const seconds of [0, 3_600]) {
    const options = NEW.has(name) ? since(7) : {};
    Deno.test(
      `fault 53: ${name} for ${seconds} s on a link that is dead ends`,
      options,
      async () => {
        await using host = await Proxied.start(1);
        const { cluster, oracle, proxy } = host;
        await oracle.command(
          "XGROUP",
          "CREATE",
          "stream",
          "group",
          "0",
          "MKSTREAM",
        );
        using time = new FakeTime();
        const client = cluster.getRoutingClient();
        await client.get("k");
        const error = await timesOutAfter(
          time,
          () => client.sendCommand(name, argsFor(seconds)),
          {
            timeout: 15_000 + 5_000,
            ready: async () => {
              await untilBlocked(oracle, 1);
              proxy.forget();
              return true;
            },
          },
        );
        assertInstanceOf(error, TimeoutError);
        assertOutcome(error, { hostId: 0, command: name, outcome: "unknown" });
      },
    );
  }
}

/** A server of which each command that blocks is answered when a test says so. */
function answering(): {
  server: ScriptedServer;
  asked: string[];
  answer: (text: string) => Promise<void>;
} {
  const asked: string[] = [];
  const answers: ((text: string) => Promise<void>)[] = [];
  const server = new ScriptedServer(async (link) => {
    for (;;) {
      const text = await link.read();
      if (text === undefined) return;
      asked.push(text.replaceAll(/[*$]\d+\r\n/g, "").trim());
      answers.push((reply) => link.write(reply));
    }
  });
  const answer = (text: string) => answers.shift()!(text);
  return { server, asked, answer };
}

/** The parts that a command is sent in, and what comes of it. */
async function partsOf(
  call: (cluster: Cluster) => PromiseLike<unknown>,
  replies: [wait: number, reply: string][],
): Promise<{ asked: string[]; value: unknown; links: number }> {
  const { server, asked, answer } = answering();
  await using _ = server;
  await using cluster = clusterAt(server.port);
  using time = new FakeTime();
  const done = Promise.resolve(call(cluster));
  for (const [index, [wait, reply]] of replies.entries()) {
    await eventually(() => asked.length === index + 1);
    await time.advance(wait);
    await answer(reply);
  }
  const value = await bounded(done);
  return {
    asked: asked.map((text) => text.replaceAll("\r\n", " ")),
    value,
    links: server.accepted.length,
  };
}

/** A part of which a server says late that it has nothing, and in time. */
const NOTHING: [number, string] = [19_000, "*-1\r\n"];
const NOTHING_IN_TIME: [number, string] = [15_000, "_\r\n"];

Deno.test("fault 53: a command that blocks for ever goes on as long as its link lives", async () => {
  const parts = await partsOf(
    (cluster) => cluster.getRoutingClient().blpop(0, "k"),
    [
      NOTHING,
      NOTHING_IN_TIME,
      NOTHING,
      [100, "*2\r\n$1\r\nk\r\n$1\r\nv\r\n"],
    ],
  );
  assertEquals(parts, {
    asked: new Array(4).fill("BLPOP k 15"),
    value: ["k", "v"],
    links: 1,
  });
});

Deno.test("fault 53: a command that blocks for long blocks for as long as it says", async () => {
  const parts = await partsOf(
    (cluster) =>
      cluster.getLocalClient(0).sendCommand("BLMPOP", ["40.5", 1, "k", "LEFT"]),
    [NOTHING, NOTHING_IN_TIME, [10_500, "*-1\r\n"]],
  );
  assertEquals(parts, {
    asked: ["BLMPOP 15 1 k LEFT", "BLMPOP 15 1 k LEFT", "BLMPOP 10.5 1 k LEFT"],
    value: null,
    links: 1,
  });
});

Deno.test("fault 53: parts of streams, in maps as well", async () => {
  const args = ["COUNT", 1, "BLOCK", 16_000, "STREAMS", "block", "0-0"];
  const parts = await partsOf(
    (cluster) =>
      cluster.map(
        (client) => client.sendCommand("XREAD", args),
        { timeout: 60_000 },
      ),
    [NOTHING, [1_000, "_\r\n"]],
  );
  assertEquals(parts.asked, [
    "XREAD COUNT 1 BLOCK 15000 STREAMS block 0-0",
    "XREAD COUNT 1 BLOCK 1000 STREAMS block 0-0",
  ]);
  assertEquals(parts.value, null);
});

Deno.test("fault 53: what starts at the end of a stream is sent as it is", async () => {
  for (const id of ["$", new TextEncoder().encode("$")]) {
    const parts = await partsOf(
      (cluster) =>
        cluster.getRoutingClient().sendCommand("XREAD", [
          "BLOCK",
          0,
          "STREAMS",
          "k",
          id,
        ]),
      [NOTHING],
    );
    assertEquals(parts.asked, ["XREAD BLOCK 0 STREAMS k $"]);
  }
});

/** Has a server end what the only client that blocks is waiting for. */
async function unblock(direct: Oracle): Promise<void> {
  await untilBlocked(direct, 1);
  const list = String(await direct.command("CLIENT", "LIST"));
  const [, id] = /id=(\d+) .*cmd=blpop /.exec(list)!;
  assertEquals(await direct.command("CLIENT", "UNBLOCK", id), 1);
}

Deno.test("fault 53: an element that is there in any part is delivered once", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using direct = oracle(server);
  await using cluster = clusterAt(server.port);
  using time = new FakeTime();
  const client = cluster.getRoutingClient();
  const pop = client.blpop(0, "list");
  for (let part = 0; part < 3; part++) {
    await untilBlocked(direct, 1);
    await time.advance(15_000);
    await unblock(direct);
    await untilBlocked(direct, 1);
    assert(await isPending(pop));
  }
  await direct.command("RPUSH", "list", "a", "b");
  assertEquals(await bounded(pop), ["list", "a"]);
  assertEquals(await direct.command("LLEN", "list"), 1);
});

Deno.test("fault 53: a command that is unblocked before its time has ended", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using direct = oracle(server);
  await using cluster = clusterAt(server.port);
  const pop = cluster.getRoutingClient().blpop(0, "list");
  await unblock(direct);
  assertEquals(await bounded(pop), null);
});
