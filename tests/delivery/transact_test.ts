/*
 * A sequence of executeCommands with `atomic` runs as one, once, or not at all,
 * and leaves nothing behind on the connection that it shares.
 *
 * Covered here: replies, scripts, the order among calls of the same client, other
 * clients; commands that fail, that are refused when they are queued, that cannot
 * be sent; a connection that is lost at each point between MULTI and the reply to
 * EXEC; a time that is up, a queue that is full; a server that is a replica; a
 * user who may not issue MULTI, and the question about that; RESP2 and RESP3.
 */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  Cluster,
  CommandError,
  type CommandTuple,
  ConnectionError,
  type ExecuteOptions,
  QueueFullError,
  type RbPromise,
  Script,
  TimeoutError,
  TransportError,
  UnroutableCommandError,
} from "../../mod.ts";
import { Proxied } from "../../support/proxied.ts";
import { FakeTime } from "../fake_time.ts";
import { bounded, eventually, timesOutAfter } from "../faults/outcome.ts";
import { assertQuiet, connected, reasonOf, told } from "../faults/proxied.ts";

type Door = Pick<Cluster, "executeCommands">;

/** Runs a transaction for the key "n", and gives its promises. */
async function transact(
  door: Door,
  sequence: CommandTuple[],
  options: ExecuteOptions = {},
): Promise<RbPromise<unknown>[]> {
  const { n } = await bounded(
    door.executeCommands({ n: sequence }, { ...options, atomic: true }),
  );
  return n;
}

/** The same, and gives its values. */
async function valuesOf(
  door: Door,
  ...sequence: CommandTuple[]
): Promise<unknown[]> {
  return (await transact(door, sequence)).map(({ value }) => value);
}

/** Two commands, both of which have run or neither. */
const TWO: CommandTuple[] = [["INCR", "n"], ["INCR", "m"]];

/** How often both commands have run. */
async function runs({ oracle }: Proxied): Promise<number> {
  const [n, m] = await oracle.command("MGET", "n", "m") as unknown[];
  assertEquals(n, m);
  return Number(n ?? 0);
}

/** How often the server has run MULTI. */
async function multis({ oracle }: Proxied): Promise<number> {
  const stats = String(await oracle.command("INFO", "commandstats"));
  return Number(/cmdstat_multi:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

for (const protocol of [2, 3] as const) {
  Deno.test(`Cluster.executeCommands() runs a sequence as one with "atomic" (RESP${protocol})`, async () => {
    await using host = await Proxied.start(1, { poolOptions: { protocol } });
    const { cluster } = host;
    const script = new Script("return redis.call('INCRBY', KEYS[1], ARGV[1])");
    for (let round = 1; round <= 3; round++) {
      const values = await valuesOf(
        cluster,
        ["SET", "n", "1"],
        [script, ["n"], [5]],
        ["HSET", "h", "field", "value"],
        ["HGETALL", "h"],
        ["BLPOP", "nothing", 0],
        ["DEL", "h"],
        ["GET", "n"],
      );
      assertEquals(
        values,
        ["OK", 6, 1, ["field", "value"], null, 1, "6"],
      );
      // The source travels along, so that no server can lack it.
      await host.oracle.command("SCRIPT", "FLUSH");
    }
    assertEquals(await transact(cluster, []), []);
    // One MULTI more asked the server whether it takes any.
    assertEquals(await multis(host), 4);
    await assertQuiet(cluster);
  });
}

Deno.test("atomic sequences keep their place among the calls of their client", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  for (let round = 0; round < 3; round++) {
    const replies = await bounded(Promise.all([
      client.set("n", "a"),
      valuesOf(client, ["APPEND", "n", "b"], ["APPEND", "n", "c"]),
      client.append("n", "d"),
      valuesOf(client, ["APPEND", "n", "e"], ["GET", "n"]),
      client.get("n"),
    ]));
    assertEquals(replies, ["OK", [2, 3], 4, [5, "abcde"], "abcde"]);
  }
  await assertQuiet(host.cluster);
});

Deno.test("nothing comes between the commands of an atomic sequence", async () => {
  await using host = await Proxied.start(1);
  const increments: CommandTuple[] = Array(5).fill(["INCR", "n"]);
  const sequences = await Promise.all(
    Array.from({ length: 100 }, async (_, index) => {
      const door = index % 2 === 0
        ? host.cluster
        : host.cluster.getRoutingClient();
      return await valuesOf(door, ...increments) as number[];
    }),
  );
  for (const values of sequences) {
    assertEquals(values, increments.map((_, index) => values[0] + index));
  }
  assertEquals(await host.oracle.command("GET", "n"), "500");
});

Deno.test("an atomic sequence of any size leaves as a whole", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  const append: CommandTuple[] = Array(5).fill([
    "APPEND",
    "n",
    "x".repeat(1e5),
  ]);
  const [values, length] = await Promise.all([
    valuesOf(client, ...append),
    client.strlen("n"),
  ]);
  assertEquals(values, [1e5, 2e5, 3e5, 4e5, 5e5]);
  assertEquals(length, 5e5);
});

Deno.test("a command that fails in an atomic sequence leaves the others alone", async () => {
  await using host = await Proxied.start(1);
  const { cluster } = host;
  const [set, incr, get] = await transact(
    cluster,
    [["SET", "n", "secret"], ["INCR", "n"], ["GET", "n"]],
    { settled: true },
  );
  assertEquals([set.value, get.value], ["OK", "secret"]);
  const { reason } = incr;
  assert(reason instanceof CommandError);
  assertEquals(
    [reason.code, reason.command, reason.hostId, reason.outcome],
    ["ERR", "INCR", 0, undefined],
  );
  const code = "return redis.error_reply('MINE '..ARGV[1])";
  const error = await reasonOf(
    transact(cluster, [["EVAL", code, 0, "secret"], ["GET", "n"]]),
  );
  assert(error instanceof CommandError);
  assertEquals([error.message, error.command], ["MINE …", "EVAL"]);
  assertEquals(cluster.stats().get(0)?.errors, { ERR: 1, other: 1 });
});

Deno.test("an atomic sequence that is refused has run nothing, and says so", async () => {
  await using host = await Proxied.start(1);
  const { cluster } = host;
  for (const wrong of [["NOSUCH", "n"], ["GET"]] as CommandTuple[]) {
    const error = await reasonOf(
      transact(cluster, [["INCR", "n"], wrong, ["INCR", "m"]]),
    );
    assert(error instanceof CommandError, `${error}`);
    assertEquals(
      [error.code, error.command, error.outcome],
      ["EXECABORT", "EXEC", "not-sent"],
    );
    const { cause } = error;
    assert(cause instanceof CommandError);
    assertEquals([cause.code, cause.command], ["ERR", wrong[0]]);
  }
  assertEquals(await runs(host), 0);
  // Nothing of it is left on the connection.
  assertEquals(await valuesOf(cluster, ...TWO), [1, 1]);
  assertEquals(cluster.getPoolForHost(0).size, 1);
});

Deno.test("an atomic sequence with a command that cannot be sent is not sent", async () => {
  await using host = await Proxied.start(1);
  for (
    const [wrong, type] of [
      [["WATCH", "n"], UnroutableCommandError],
      [["EXEC"], UnroutableCommandError],
      [["CLIENT", "REPLY", "OFF"], UnroutableCommandError],
      [["SET", "n", undefined], TypeError],
      [["", "n"], TypeError],
    ] as [CommandTuple, new () => Error][]
  ) {
    const promises = await transact(
      host.cluster,
      [["INCR", "n"], wrong, ["INCR", "m"]],
      { settled: true },
    );
    for (const { reason } of promises) assertInstanceOf(reason, type);
  }
  assertEquals(await multis(host), 0);
});

Deno.test("an atomic sequence whose connection is lost runs once or not at all", async () => {
  await using host = await Proxied.start(1);
  const { cluster, proxy } = host;
  // The replies to MULTI, to both commands and to EXEC.
  for (let replies = 0; replies < 4; replies++) {
    await host.oracle.command("DEL", "n", "m");
    await valuesOf(cluster, ["PING"]);
    proxy.cut({ replies, bytes: replies === 3 ? 3 : 0 });
    const promises = await transact(cluster, TWO, { settled: true });
    for (const { reason } of promises) {
      assertEquals(told(reason), {
        name: "ConnectionError",
        hostId: 0,
        command: "EXEC",
        outcome: "unknown",
      });
    }
    proxy.pass();
    assertEquals(await runs(host), 1, `${replies}`);
    await assertQuiet(cluster);
  }
});

Deno.test("an atomic sequence that the server never saw is in doubt all the same", async () => {
  await using host = await Proxied.start(1);
  const { cluster, proxy } = host;
  await valuesOf(cluster, ["PING"]);
  proxy.hold({ direction: "requests" });
  const { bytesToServer } = proxy.stats;
  const sent = () => cluster.stats().get(0)!.bytes.sent;
  const before = sent();
  const failing = reasonOf(transact(cluster, TWO));
  await eventually(() => sent() > before);
  proxy.reset();
  const error = await failing;
  assert(error instanceof TransportError);
  assertEquals(error.outcome, "unknown");
  proxy.pass();
  assertEquals(proxy.stats.bytesToServer, bytesToServer);
  assertEquals(await runs(host), 0);
});

Deno.test("an atomic sequence is sent again where that does no harm", async () => {
  await using host = await Proxied.start(1);
  const { cluster, proxy } = host;
  for (
    const [sequence, options] of [
      [[["GET", "n"], ["EXISTS", "m"]], {}],
      [[["SET", "n", "x"], ["DEL", "m"]], { idempotent: true }],
    ] as [CommandTuple[], ExecuteOptions][]
  ) {
    await valuesOf(cluster, ["PING"]);
    const { cut: cuts } = proxy.stats;
    proxy.cut({ replies: 2 });
    const promise = transact(cluster, sequence, options);
    await eventually(() => proxy.stats.cut > cuts);
    proxy.pass();
    for (const one of await promise) assert(one.isResolved);
  }
});

Deno.test("an atomic sequence whose time is up holds up nothing behind it", async () => {
  await using host = await Proxied.start(1, { timeout: 60_000 });
  const { cluster, proxy } = host;
  const client = await connected(cluster);
  await valuesOf(client, ["PING"]);
  {
    using time = new FakeTime();
    proxy.hold({ direction: "replies" });
    const error = await timesOutAfter(
      time,
      () =>
        client.executeCommands({ n: TWO }, { atomic: true, timeout: 1_000 }),
      { timeout: 1_000, ready: async () => await runs(host) === 1 },
    );
    assertEquals(told(error), {
      name: "TimeoutError",
      hostId: 0,
      command: "EXEC",
      outcome: "unknown",
    });
  }
  proxy.pass();
  assertEquals(await bounded(client.incr("n")), 2);
  assertEquals(await host.oracle.command("MGET", "n", "m"), ["2", "1"]);
  await assertQuiet(cluster);
});

Deno.test("an atomic sequence for which there is no room is not sent", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxQueueBytes: 1_000 },
  });
  const { cluster } = host;
  const value = "x".repeat(600);
  const error = await reasonOf(
    bounded(cluster.executeCommands({
      n: [["SET", "n", value]],
      m: [["SET", "m", value], ["SET", "m", value]],
    }, { atomic: true })),
  );
  assertInstanceOf(error, QueueFullError);
  assertEquals(error.outcome, "not-sent");
  assertEquals(await host.oracle.command("EXISTS", "n", "m"), 1);
});

Deno.test("fault 46: an atomic sequence goes to the new primary", async () => {
  await using host = await Proxied.start(1);
  const { cluster, oracle } = host;
  for (const isKnown of [false, true]) {
    await oracle.command("DEL", "n", "m");
    if (isKnown) await valuesOf(cluster, ["PING"]);
    await oracle.command("REPLICAOF", "127.0.0.1", "1");
    const before = await multis(host);
    const promise = valuesOf(cluster, ...TWO);
    await eventually(async () => await multis(host) > before + 1);
    await oracle.command("REPLICAOF", "NO", "ONE");
    assertEquals(await promise, [1, 1]);
    assertEquals(await runs(host), 1);
  }
  await assertQuiet(cluster);
});

Deno.test("a user who may not issue MULTI runs nothing of an atomic sequence", async () => {
  await using host = await Proxied.start(1);
  const { cluster, oracle } = host;
  await oracle.command("ACL", "SETUSER", "app", "on", ">pw", "~*", "+@all");
  await oracle.command("ACL", "SETUSER", "app", "-multi");
  await using other = new Cluster({
    hosts: [{ ...host.proxy.host, username: "app", password: "pw" }],
  });
  const client = other.getRoutingClient();
  for (let round = 0; round < 2; round++) {
    const [before, promises, after] = await bounded(Promise.all([
      client.set("before", round),
      transact(client, TWO, { settled: true }),
      client.get("before"),
    ]));
    assertEquals([before, after], ["OK", String(round)]);
    for (const { reason } of promises) {
      assert(reason instanceof CommandError);
      assertEquals(
        [reason.code, reason.command, reason.outcome],
        ["NOPERM", "EXEC", "not-sent"],
      );
    }
  }
  assertEquals(await runs(host), 0);
  await oracle.command("ACL", "SETUSER", "app", "+multi");
  assertEquals(await valuesOf(client, ...TWO), [1, 1]);
  // Whoever loses the right later on learns that the commands may have run.
  await oracle.command("ACL", "SETUSER", "app", "-multi");
  const error = await reasonOf(transact(client, TWO));
  assert(error instanceof TransportError);
  assertEquals(error.outcome, "unknown");
  await assertQuiet(other);
  await assertQuiet(cluster);
});

Deno.test("the question whether a server takes transactions is asked again", async () => {
  await using host = await Proxied.start(1);
  const { cluster, proxy } = host;
  await connected(cluster);
  proxy.answer("ERR no", { commands: ["MULTI"], times: 1, close: true });
  assertEquals(await valuesOf(cluster, ...TWO), [1, 1]);
  assertEquals(proxy.stats.answered, 1);
});

Deno.test("a server that ends every connection at that question is given up", async () => {
  await using host = await Proxied.start(1, { poolOptions: { maxRetries: 2 } });
  const { cluster, proxy } = host;
  await connected(cluster);
  proxy.answer("ERR no", { commands: ["MULTI"], close: true });
  const error = await reasonOf(transact(cluster, TWO));
  assertInstanceOf(error, ConnectionError);
  assertEquals(error.outcome, "not-sent");
  assertEquals(proxy.stats.answered, 3);
  proxy.pass();
  assertEquals(await valuesOf(cluster, ...TWO), [1, 1]);
  await assertQuiet(cluster);
});

Deno.test("nothing is sent where that question is not answered in time", async () => {
  await using host = await Proxied.start(1, { timeout: 60_000 });
  const { cluster, proxy } = host;
  const client = await connected(cluster);
  {
    using time = new FakeTime();
    proxy.hold({ direction: "replies" });
    const error = await timesOutAfter(
      time,
      () =>
        client.executeCommands({ n: TWO }, { atomic: true, timeout: 1_000 }),
      { timeout: 1_000, ready: async () => await multis(host) === 1 },
    );
    assertInstanceOf(error, TimeoutError);
    assertEquals(error.outcome, "not-sent");
  }
  // The connection that owes an answer is not used again.
  const values = valuesOf(client, ...TWO);
  proxy.pass();
  assertEquals(await values, [1, 1]);
  assertEquals(await runs(host), 1);
  await assertQuiet(cluster);
});

Deno.test("a transaction that is under way when its cluster is closed is settled, its failures too", async () => {
  await using host = await Proxied.start(1);
  const { cluster, proxy, oracle } = host;
  await connected(cluster);
  // The first one of a connection asks whether it may.
  await transact(cluster, [["SET", "text", "x"]]);
  proxy.hold({ direction: "replies" });
  const sequence: CommandTuple[] = [["LPUSH", "text", "y"], ["INCR", "n"]];
  const ending = transact(cluster, sequence, { settled: true });
  await eventually(async () => await oracle.command("GET", "n") === "1");
  const closing = cluster.close();
  proxy.pass();
  const [refused, counted] = await bounded(ending);
  assertInstanceOf(refused.reason, CommandError);
  assertEquals([refused.reason.code, counted.value], ["WRONGTYPE", 1]);
  await bounded(closing);
});
