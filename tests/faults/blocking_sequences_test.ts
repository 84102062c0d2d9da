/*
 * A sequence of executeCommands keeps its order, also when commands in it block:
 * it has a connection to itself then, from its first command to its last.
 *
 * Covered here: blocking commands at the start, in the middle and at the end,
 * several of them, each kind, as text and as bytes, for a while and for ever;
 * scripts beside them; executeCommands of a cluster and of a client, with and
 * without merging; several keys, on one host and on several; what its client
 * issued before; errors in the middle and arguments that cannot be sent; a
 * server that is the wrong one; a lost connection; a time that is up, an abort,
 * a queue that is full; and that nobody else waits.
 */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  type Argument,
  type Cluster,
  type CommandTuple,
  QueueFullError,
  Script,
  TimeoutError,
  TransportError,
} from "../../mod.ts";
import { Proxied } from "../../support/proxied.ts";
import type { Oracle } from "../../support/raw_client.ts";
import { isSince } from "../../support/since.ts";
import { FakeTime } from "../fake_time.ts";
import { bounded, eventually, isPending } from "./outcome.ts";
import { assertQuiet, reasonOf } from "./proxied.ts";

/** Waits until so many clients block on the server. */
async function untilBlocked(oracle: Oracle, count: number): Promise<void> {
  await eventually(async () => {
    const info = String(await oracle.command("INFO", "clients"));
    return info.includes(`blocked_clients:${count}\r\n`);
  });
}

/** Runs a sequence for the key "q", and gives its values. */
async function run(
  cluster: Pick<Cluster, "executeCommands">,
  ...sequence: CommandTuple[]
): Promise<unknown[]> {
  const { q } = await bounded(cluster.executeCommands({ q: sequence }));
  return q.map(({ value }) => value);
}

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("fault 40: what stands behind a blocking command runs behind it", async () => {
  await using host = await Proxied.start(1);
  const { cluster, oracle } = host;
  for (const door of [cluster, cluster.getRoutingClient()]) {
    for (let round = 0; round < 5; round++) {
      assertEquals(
        await run(
          door,
          ["RPUSH", "q", "a", "b"],
          ["BLPOP", "q", 0],
          ["LLEN", "q"],
          ["RPUSH", "q", "c"],
          ["BLMOVE", "q", "p", "LEFT", "LEFT", 0],
          ["LRANGE", "q", 0, -1],
          ["BLPOP", "nothing", 0.01],
          ["DEL", "q", "p"],
          ["EXISTS", "q"],
        ),
        [2, ["q", "a"], 1, 2, "b", ["c"], null, 2, 0],
      );
    }
  }
  assertEquals(await oracle.command("DBSIZE"), 0);
  await assertQuiet(cluster);
});

const BLOCKING: CommandTuple[] = [
  ["BLPOP", "none", 0.05],
  ["blpop", bytes("none"), bytes("0.05")],
  ["BRPOP", "none", 0.05],
  ["BRPOPLPUSH", "none", "other", 0.05],
  ["BLMOVE", "none", "other", "LEFT", "LEFT", 0.05],
  ["BZPOPMIN", "none", 0.05],
  ["BZPOPMAX", "none", 0.05],
  ["XREAD", "BLOCK", 50, "STREAMS", "none", "$"],
  ["XREAD", "COUNT", 1, bytes("block"), 50, bytes("streams"), "none", "$"],
];

if (isSince(7)) {
  BLOCKING.push(
    ["BLMPOP", 0.05, 1, "none", "LEFT"],
    ["BZMPOP", 0.05, 1, "none", "MIN"],
  );
}

Deno.test("fault 40: every command that blocks, wherever it stands", async () => {
  await using host = await Proxied.start(1);
  const { cluster } = host;
  for (const blocking of BLOCKING) {
    const before = [["SET", "q", 1], ["INCR", "q"]] as const;
    const after = [["GET", "q"], ["SET", "q", 7], ["GET", "q"]] as const;
    for (
      const [sequence, expected] of [
        [[blocking, ...before, ...after], [null, "OK", 2, "2", "OK", "7"]],
        [[...before, blocking, ...after], ["OK", 2, null, "2", "OK", "7"]],
        [[...before, ...after, blocking], ["OK", 2, "2", "OK", "7", null]],
      ] as const
    ) {
      assertEquals(await run(cluster, ...sequence), [...expected]);
    }
  }
  // None of it went over the connection of what does not block.
  assertEquals(cluster.stats().get(0)!.connections.opened, 1);
  // One that might, and does not ask to, is no reason for another connection.
  await host.oracle.command("XADD", "s", "*", "f", "v");
  await cluster.getRoutingClient().get("q");
  const { opened } = cluster.stats().get(0)!.connections;
  await run(cluster, ["XREAD", "STREAMS", "s", "0"], ["SET", "q", 1]);
  assertEquals(cluster.stats().get(0)!.connections.opened, opened);
});

Deno.test("fault 40: nothing of it leaves over another connection, and nobody waits for it", async () => {
  await using host = await Proxied.start(1);
  const { cluster, oracle } = host;
  const client = cluster.getRoutingClient();
  await client.set("warm", 1);
  const sequence = client.executeCommands({
    q: [["SET", "q", "1"], ["BLPOP", "list", 0], ["APPEND", "q", "2"]],
  });
  await untilBlocked(oracle, 1);
  // The first one has run, the last one waits.
  assertEquals(await client.get("q"), "1");
  assertEquals(await cluster.map((map) => map.get("q")), "1");
  assert(await isPending(sequence));
  // From the same client, which is not held up by what it waits for.
  assertEquals(await client.rpush("list", "x"), 1);
  const { q } = await bounded(sequence);
  assertEquals(q.map(({ value }) => value), ["OK", ["list", "x"], 2]);
  const list = String(await oracle.command("CLIENT", "LIST"));
  const last = list.split("\n").filter((line) => line.includes("cmd=append"));
  assertEquals(last.length, 1);
  await assertQuiet(cluster);
});

Deno.test("fault 40: it begins when what its client issued before has its reply", async () => {
  await using host = await Proxied.start(1);
  const { cluster, oracle } = host;
  const client = cluster.getRoutingClient();
  // Opens the connection that the sequence would take.
  await run(client, ["BLPOP", "none", 0.01]);
  for (let round = 0; round < 20; round++) {
    const calls = Array.from({ length: 50 }, () => client.append("q", "a"));
    const map = client.map((map) => {
      for (let i = 0; i < 50; i++) map.append("q", "b");
    });
    const values = await run(
      client,
      ["STRLEN", "q"],
      ["BLPOP", "none", 0.002],
      ["DEL", "q"],
    );
    assertEquals(values, [100, null, 1]);
    await Promise.all([...calls, map]);
  }
  // Also when that is slow to come: nothing is written before.
  host.proxy.hold();
  const slow = client.set("q", "before");
  await eventually(() => cluster.stats().get(0)!.queue.commands === 1);
  const sequence = run(client, ["APPEND", "q", "+"], ["BLPOP", "none", 0.002]);
  assert(await isPending(sequence));
  host.proxy.pass();
  assertEquals(await bounded(slow), "OK");
  assertEquals(await sequence, ["before+".length, null]);
  assertEquals(await oracle.command("GET", "q"), "before+");
  await assertQuiet(cluster);
});

Deno.test("fault 40: it begins when what was given up before can run no more", async () => {
  await using host = await Proxied.start(1);
  const { cluster, oracle, proxy } = host;
  const client = cluster.getRoutingClient();
  await run(client, ["SET", "q", ""], ["BLPOP", "none", 0.01]);
  await client.append("q", "a");
  const controller = new AbortController();
  proxy.hold({ direction: "requests" });
  const given = reasonOf(
    client.sendCommand("APPEND", ["q", "b"], { signal: controller.signal }),
  );
  await eventually(() => cluster.stats().get(0)!.queue.commands === 1);
  const sequence = client.executeCommands({
    q: [["APPEND", "q", "c"], ["BLPOP", "none", 0.01], ["GET", "q"]],
  });
  // It has left by the end of the turn, and stands before the proxy.
  await eventually(async () => await isPending(given));
  controller.abort(new Error("Enough"));
  await given;
  proxy.pass();
  const { q } = await bounded(sequence);
  const value = String(q[2].value);
  // The second one ran before the third one, or never.
  assert(value === "ac" || value === "abc", value);
  assertEquals(await oracle.command("GET", "q"), value);
});

Deno.test("fault 40: scripts beside blocking commands", async () => {
  await using host = await Proxied.start(1);
  const script = new Script("return redis.call('INCRBY', KEYS[1], ARGV[1])");
  const sequence: CommandTuple[] = [
    [script, ["q"], [1]],
    ["BLPOP", "none", 0.01],
    [script, ["q"], [2]],
  ];
  const results = await host.cluster.executeCommands({
    q: sequence,
    other: [[script, ["other"], [5]], [script, ["other"], [5]]],
    r: [[script, ["r"], [3]], ["BLPOP", "none", 0.01], [script, ["r"], [4]]],
  });
  assertEquals(results.q.map(({ value }) => value), [1, null, 3]);
  assertEquals(results.other.map(({ value }) => value), [5, 10]);
  assertEquals(results.r.map(({ value }) => value), [3, null, 7]);
});

Deno.test("fault 40: the sequences of several keys and hosts do not wait for each other", async () => {
  await using hosts = await Proxied.start(2);
  const keys = [...hosts.keys(0, 2), ...hosts.keys(1, 2)];
  // Those of each host feed each other in a circle.
  const partner = [keys[1], keys[0], keys[3], keys[2]];
  const results = await bounded(hosts.cluster.executeCommands(
    new Map(keys.map((key, i) => [key, [
      ["SET", `${key}:done`, 0],
      ["RPUSH", partner[i], key],
      ["BLPOP", key, 0],
      ["INCR", `${key}:done`],
    ] as CommandTuple[]])),
  ));
  for (const [key, promises] of results) {
    const [set, push, pop, count] = promises.map(({ value }) => value);
    assertEquals([set, push, count], ["OK", 1, 1]);
    assertEquals((pop as string[])[0], key);
  }
});

Deno.test("fault 40: errors in the middle change nothing about the others", async () => {
  await using host = await Proxied.start(1);
  const wrong = { toString: () => "x" } as unknown as Argument;
  const { q } = await bounded(host.cluster.executeCommands({
    q: [
      ["SET", "q", "x"],
      ["INCR", "q"],
      ["SET", "q", wrong],
      ["BLPOP", wrong, 1],
      ["BLPOP", "q", 0],
      ["WATCH", "q"],
      ["NOSUCH", "q"],
      ["BLPOP", "none", 0.01],
      ["APPEND", "q", "y"],
    ],
  }, { settled: true }));
  assertEquals(
    q.map((one) =>
      one.isResolved ? one.value : (one.reason as Error).constructor.name
    ),
    [
      "OK",
      "CommandError",
      "TypeError",
      "TypeError",
      "CommandError",
      "UnroutableCommandError",
      "CommandError",
      null,
      2,
    ],
  );
  await assertQuiet(host.cluster);
});

Deno.test("fault 40: a server that is the wrong one gets it again, in its order", async () => {
  await using host = await Proxied.start(1, { timeout: 20_000 });
  const { cluster, proxy } = host;
  await run(cluster, ["BLPOP", "none", 0.01]);
  proxy.answer("READONLY You can't write against a read only replica.", {
    commands: ["RPUSH", "BLPOP"],
  });
  const sequence = run(
    cluster,
    ["RPUSH", "q", "a"],
    ["RPUSH", "q", "b"],
    ["BLPOP", "q", 0],
    ["BLPOP", "q", 0],
    ["LLEN", "q"],
  );
  await eventually(() => proxy.stats.answered >= 4);
  proxy.pass();
  const [one, two, first, second] = await sequence;
  assertEquals([one, two, first, second], [1, 2, ["q", "a"], ["q", "b"]]);
});

Deno.test("fault 40: a lost connection ends it where it is, and nothing runs twice", async () => {
  await using host = await Proxied.start(1);
  const { cluster, oracle, proxy } = host;
  const sequence = cluster.executeCommands({
    q: [["RPUSH", "q", "a"], ["BLPOP", "none", 0], ["RPUSH", "q", "b"]],
  }, { settled: true });
  await untilBlocked(oracle, 1);
  proxy.reset();
  const { q: [push, pop, last] } = await bounded(sequence);
  assertEquals(push.value, 1);
  for (const { reason } of [pop, last]) {
    assertInstanceOf(reason, TransportError);
    assertEquals([reason.hostId, reason.outcome], [0, "unknown"]);
  }
  await untilBlocked(oracle, 0);
  assertEquals(await oracle.command("LRANGE", "q", 0, -1), ["a"]);
  await assertQuiet(cluster);
});

for (
  const { title, client, own, time: after } of [
    {
      title: "that of its client and what it may block",
      client: 500,
      time: 3_000_500,
    },
    { title: "its own, where it has one", client: 500, own: 700, time: 700 },
  ]
) {
  Deno.test(`fault 40: its time is ${title}`, async () => {
    await using host = await Proxied.start(1);
    const { cluster, oracle } = host;
    using time = new FakeTime();
    const sequence = cluster.getRoutingClient({ timeout: client })
      .executeCommands({
        q: [
          ["SET", "q", 1],
          ["BLPOP", "none", 1_000],
          ["BLPOP", "none", 2_000],
          ["SET", "q", 2],
        ],
      }, { settled: true, ...(own === undefined ? {} : { timeout: own }) });
    await untilBlocked(oracle, 1);
    await time.advance(after - 1);
    assert(await isPending(sequence));
    await time.advance(1);
    const { q } = await bounded(sequence);
    assertEquals(q[0].value, "OK");
    for (const { reason } of q.slice(1)) {
      assertInstanceOf(reason, TimeoutError);
      assertEquals(reason.outcome, "unknown");
    }
    await untilBlocked(oracle, 0);
    assertEquals(await oracle.command("GET", "q"), "1");
    await assertQuiet(cluster);
  });
}

Deno.test("fault 40: an abort ends one that blocks for ever", async () => {
  await using host = await Proxied.start(1);
  const { cluster, oracle } = host;
  const controller = new AbortController();
  const sequence = cluster.executeCommands({
    q: [["SET", "q", 1], ["BLPOP", "none", 0], ["SET", "q", 2]],
  }, { settled: true, signal: controller.signal });
  await untilBlocked(oracle, 1);
  const reason = new Error("Enough");
  controller.abort(reason);
  const { q } = await bounded(sequence);
  assertEquals(q.map((one) => one.reason), [undefined, reason, reason]);
  await untilBlocked(oracle, 0);
  assertEquals(await oracle.command("GET", "q"), "1");
  await assertQuiet(cluster);
});

Deno.test("fault 40: what does not fit into the queue is refused, the rest keeps its order", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxQueueBytes: 2_000 },
  });
  const { q } = await bounded(host.cluster.executeCommands({
    q: [
      ["SET", "q", "x"],
      ["BLPOP", "none", 0.01],
      ["SET", "q", "y".repeat(2_000)],
      ["APPEND", "q", "z"],
    ],
  }, { settled: true }));
  assertInstanceOf(q[2].reason, QueueFullError);
  assertEquals(q[3].value, 2);
  await assertQuiet(host.cluster);
});

Deno.test("fault 40: closed connections are followed by others in the same order", async () => {
  await using host = await Proxied.start(1);
  const { cluster, oracle } = host;
  const client = cluster.getRoutingClient();
  await client.set("q", "");
  const calls = Array.from({ length: 20 }, () => client.append("q", "a"));
  const closing = cluster.disconnectPools();
  const length = run(client, ["STRLEN", "q"], ["BLPOP", "none", 0.01]);
  await bounded(Promise.all([...calls, closing]));
  assertEquals(await length, [20, null]);
  assertEquals(await oracle.command("STRLEN", "q"), 20);
});
