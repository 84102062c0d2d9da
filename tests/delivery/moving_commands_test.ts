// What is held while writes wait, and what becomes of it.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import {
  type ClusterOptions,
  CommandError,
  ConnectionError,
  ReshardingError,
  TimeoutError,
  TransportError,
} from "../../mod.ts";
import { specOf } from "../../src/commands/table.ts";
import { Command } from "../../src/delivery/command.ts";
import type { Held, Owner } from "../../src/delivery/holder.ts";
import {
  type KeyMoves,
  MovingCommands,
  type ReadOutcome,
} from "../../src/delivery/moving_commands.ts";
import { MOVING_GROUPS } from "../../src/topology/mod.ts";
import { keyText } from "../../src/values.ts";
import { RawClient } from "../../support/raw_client.ts";
import { bounded, eventually, isPending, turn } from "../../support/waiting.ts";
import { PartitionRouter, Rings } from "../../support/rings.ts";

/** Rings in which writes wait, and a program that knows. */
async function holding(timeout = 20_000) {
  const rings = await Rings.start();
  await rings.setPhase("holding");
  const cluster = rings.follower({ timeout });
  await cluster.ready();
  return { rings, cluster, client: cluster.getRoutingClient() };
}

Deno.test("while writes wait, what reads goes on, and so do other keys", async () => {
  const { rings, cluster, client } = await holding();
  await using _ = rings;
  const [key] = rings.moving(1);
  const staying = Array.from({ length: 20 }, (_, i) => `key:${i}`)
    .find((key) => rings.old(key) === rings.next(key))!;
  await rings.ask(rings.old(key), "SET", key, "old");
  assertEquals(await client.get(key), "old");
  const written = client.set(key, "new");
  const read = client.get(key);
  assertEquals(await client.set(staying, "v"), "OK");
  // What reads behind a write of its key waits with it.
  assertEquals(await isPending(written), true);
  assertEquals(await isPending(read), true);
  await rings.setPhase("moving");
  await cluster.topology();
  assertEquals(await bounded(written), "OK");
  assertEquals(await bounded(read), "new");
  await rings.assertPlaced();
});

Deno.test("that a key is not there before keys move says nothing of later", async () => {
  const { rings, cluster, client } = await holding();
  await using _ = rings;
  const [key] = rings.moving(1);
  assertEquals(await client.get(key), null);
  assertEquals(await client.exists(key), 0);
  const written = client.append(key, " and mine");
  assertEquals(await isPending(written), true);
  // Of somebody who has not heard yet that writes wait.
  await rings.ask(rings.old(key), "SET", key, "theirs");
  await rings.setPhase("moving");
  await cluster.topology();
  await bounded(written);
  assertEquals(await client.get(key), "theirs and mine");
  await rings.assertPlaced();
});

Deno.test("a GET that meets another type does not say that its key has left", async () => {
  await using rings = await Rings.start();
  await rings.setPhase("moving");
  const client = rings.follower().getRoutingClient();
  const [key] = rings.moving(1);
  await rings.ask(rings.old(key), "HSET", key, "theirs", "1");
  // Merged GETs read it as null.
  const [read] = await client.map((client) => [client.get(key)]);
  assertEquals(read.value, null);
  await client.hset(key, "mine", "2");
  assertEquals(await client.hgetall(key), ["theirs", "1", "mine", "2"]);
  await rings.assertPlaced();
});

Deno.test("what waits goes where it went before, if nothing moves after all", async () => {
  const { rings, cluster, client } = await holding();
  await using _ = rings;
  const [key] = rings.moving(1);
  const written = [client.rpush(key, 0), client.rpush(key, 1)];
  assertEquals(await isPending(written[1]), true);
  const from = cluster.getRouter().getHostForKey(key);
  await rings.setStable("before");
  await cluster.topology();
  assertEquals(await bounded(Promise.all(written)), [1, 2]);
  assertEquals(await client.lrange(key, 0, -1), ["0", "1"]);
  assertEquals(await rings.ask(from, "EXISTS", key), 1);
});

Deno.test("what waits for too long was not sent, and what is behind it goes on", async () => {
  const { rings, cluster, client } = await holding();
  await using _ = rings;
  const [key] = rings.moving(1);
  const late = client.sendCommand("SET", [key, "late"], { timeout: 1 });
  const next = client.set(key, "next");
  const error = await assertRejects(() => bounded(late), TimeoutError);
  assertEquals(error.outcome, "not-sent");
  await rings.setPhase("moving");
  await cluster.topology();
  assertEquals(await bounded(next), "OK");
  assertEquals(await client.get(key), "next");
});

Deno.test("what waits when the cluster is closed is told so", async () => {
  const { rings, cluster, client } = await holding(500);
  await using _ = rings;
  const [key] = rings.moving(1);
  const written = client.sendCommand("SET", [key, "v"], { timeout: 1e6 });
  const told = assertRejects(() => bounded(written), ConnectionError, "closed");
  await cluster.close();
  await told;
  assertEquals(await rings.assertPlaced(rings.before), 0);
});

Deno.test("keys that were together are found although they have parted meanwhile", async () => {
  await using rings = await Rings.start();
  await rings.setStable("after");
  const client = rings.follower().getRoutingClient();
  const keys = rings.moving(50);
  assertEquals(await client.exists(...keys), 0);
  for (const key of keys) await rings.ask(rings.old(key), "SET", key, key);
  await rings.setStable("before");
  for (const hostId of rings.servers.keys()) {
    await rings.ask(
      hostId,
      "CLIENT",
      "KILL",
      "TYPE",
      "normal",
      "SKIPME",
      "yes",
    );
  }
  // Their command waits for a connection, which tells that all is different.
  assertEquals(await client.mget(...keys), keys);
});

Deno.test("what was placed and comes back as the rings change keeps its order", async () => {
  await using rings = await Rings.start({ router: PartitionRouter });
  await rings.setPhase("moving");
  const cluster = rings.follower();
  const client = cluster.getRoutingClient();
  const keys = rings.moving(60);
  // They have left, so that all that is issued for them goes on at once.
  await Promise.all(keys.map((key) => client.set(key, "old")));
  // What goes to one of their hosts has no connection, and waits for one.
  await rings.ask(2, "CLIENT", "KILL", "TYPE", "normal");
  rings.servers[2].pause();
  const phases: string[] = [];
  cluster.addEventListener("ring", ({ detail }) => phases.push(detail.phase));
  try {
    // Those for other hosts stand between writes, and not between reads.
    const written = Promise.all(keys.flatMap((key) => {
      const writing = client.set(key, "new");
      return rings.next(key) === 2 ? [writing, client.get(key)] : [writing];
    }));
    written.catch(() => {});
    await rings.setStable("after", [0, 1]);
    await eventually(() => phases.includes("stable"));
    rings.servers[2].resume();
    const replies = await bounded(written);
    const wanted = keys.flatMap((key) =>
      rings.next(key) === 2 ? ["OK", "new"] : ["OK"]
    );
    assertEquals(replies, wanted);
  } finally {
    rings.servers[2].resume();
  }
});

for (const phase of ["holding", "stable"] as const) {
  Deno.test(`what waits for room at a host is routed by the rings there are then: ${phase}`, async () => {
    await using rings = await Rings.start({ router: PartitionRouter });
    const cluster = rings.follower({ poolOptions: { maxQueueCommands: 1 } });
    await cluster.ready();
    const [key] = rings.moving(1);
    const from = rings.old(key);
    const other = Array.from({ length: 100 }, (_, i) => `key:${i}`)
      .find((key) => rings.old(key) === from && rings.next(key) === from)!;
    const mapped = cluster.map(async (client) => {
      const blocked = client.blpop(20, other);
      await Promise.resolve();
      // Its caller has the patience to wait for room from here on.
      return [blocked, client.incr(key)];
    }, { timeout: 20_000 });
    await eventually(async () =>
      String(await rings.ask(from, "CLIENT", "LIST")).includes("cmd=blpop")
    );
    if (phase === "holding") await rings.setPhase("holding");
    else await rings.setStable("after");
    await cluster.topology();
    // There is room now.
    await rings.ask(from, "RPUSH", other, "v");
    if (phase === "holding") {
      await eventually(async () =>
        await rings.ask(from, "EXISTS", other) === 0
      );
      assertEquals(await isPending(mapped), true);
      assertEquals(await rings.ask(from, "EXISTS", key), 0);
      await rings.setPhase("moving");
      await cluster.topology();
    }
    const replies = (await bounded(mapped)).map(({ value }) => value);
    assertEquals(replies, [[other, "v"], 1]);
    assertEquals(await rings.assertPlaced(), 1);
  });
}

Deno.test("a write to a host that was named is not sent once its key moves", async () => {
  await using rings = await Rings.start({ router: PartitionRouter });
  const cluster = rings.follower();
  await cluster.ready();
  const key = rings.moving(50).find((key) => rings.old(key) === 1)!;
  const client = cluster.getLocalClient(1);
  rings.servers[1].pause();
  // They wait for a connection.
  const written = client.incr(key);
  const read = client.get(key);
  assertEquals(await isPending(written), true);
  const refused = assertRejects(() => bounded(written), ReshardingError);
  await rings.setPhase("holding", [0, 2]);
  await cluster.topology();
  assertEquals((await refused).outcome, "not-sent");
  rings.servers[1].resume();
  assertEquals(await bounded(read), null);
  assertEquals(await rings.ask(1, "EXISTS", key), 0);
});

Deno.test("a write that goes by another key is not sent where its own one moves away", async () => {
  await using rings = await Rings.start();
  await rings.setPhase("moving");
  const cluster = rings.follower();
  await cluster.ready();
  const [key] = rings.moving(1);
  const from = rings.old(key);
  const staying = Array.from({ length: 100 }, (_, i) => `key:${i}`)
    .find((key) => rings.old(key) === from && rings.next(key) === from)!;
  const ways = [
    () => cluster.executeCommands({ [staying]: [["SET", key, "v"]] }),
    () =>
      cluster.executeCommands(
        { [staying]: [["SET", key, "v"], ["GET", staying]] },
        { atomic: true },
      ),
    () => cluster.fanout((client) => client.targetKey(staying).set(key, "v")),
  ];
  for (const run of ways) {
    const error = await bounded(Promise.resolve(run())).then(
      () => undefined,
      (error) => error instanceof AggregateError ? error.errors[0] : error,
    );
    assertInstanceOf(error, ReshardingError);
    assertEquals(error.outcome, "not-sent");
    assertEquals(await rings.ask(from, "EXISTS", key), 0);
  }
  // Where both go the same way they go together.
  const [one, two] = rings.together(2);
  const { [one]: replies } = await cluster.executeCommands({
    [one]: [["SET", two, "v"], ["GET", two]],
  });
  assertEquals(replies.map(({ value }) => value), ["OK", "v"]);
  assertEquals(await rings.assertPlaced(), 1);
});

Deno.test("a transaction moves the keys that it has, although one of its commands has none", async () => {
  await using rings = await Rings.start();
  await rings.setPhase("moving");
  const [key] = rings.moving(1);
  await rings.ask(rings.old(key), "SET", key, 41);
  const cluster = rings.follower();
  await cluster.ready();
  const { [key]: replies } = await cluster.executeCommands(
    { [key]: [["INCR", key], ["PUBLISH", "channel", "text"]] },
    { atomic: true },
  );
  assertEquals(replies.map(({ value }) => value), [42, 0]);
  assertEquals(await rings.ask(rings.next(key), "GET", key), "42");
  assertEquals(await rings.assertPlaced(), 1);
});

Deno.test("a sequence keeps its order while its key moves, also where a command has no key", async () => {
  const { rings, cluster } = await holding();
  await using _ = rings;
  const [key] = rings.moving(1);
  const script = "return redis.call('RPUSH', ARGV[1], 'b')";
  const sequence = cluster.executeCommands({
    [key]: [["RPUSH", key, "a"], ["EVAL", script, 0, key], ["PING"]],
  });
  assertEquals(await isPending(sequence), true);
  await rings.setPhase("moving");
  await cluster.topology();
  const replies = (await bounded(sequence))[key];
  assertEquals(replies.map(({ value }) => value), [1, 2, "PONG"]);
  assertEquals(await rings.ask(rings.next(key), "LRANGE", key, 0, -1), [
    ...["a", "b"],
  ]);
});

Deno.test("what nobody knows the keys of goes by the key that was named, or not at all", async () => {
  await using rings = await Rings.start({ router: PartitionRouter });
  await rings.setPhase("moving");
  const cluster = rings.follower();
  await cluster.ready();
  const key = rings.moving(50).find((key) => rings.old(key) === 1)!;
  const unknown = () =>
    cluster.executeCommands({ [key]: [["FOO.BAR", key]] }).then(
      () => undefined,
      (error) => error,
    );
  assertInstanceOf(await bounded(unknown()), CommandError);
  // It waits for a connection, and the rings change.
  await rings.setStable("before");
  await cluster.topology();
  await cluster.disconnectPools();
  rings.servers[1].pause();
  try {
    const told = unknown();
    assertEquals(await isPending(told), true);
    // No key moves as yet.
    await rings.setPhase("announced", [0, 2]);
    await cluster.topology();
    assertEquals(await isPending(told), true);
    await rings.setPhase("holding", [0, 2]);
    await cluster.topology();
    const error = await bounded(told);
    assertInstanceOf(error, ReshardingError);
    assertEquals(error.outcome, "not-sent");
  } finally {
    rings.servers[1].resume();
  }
});

Deno.test("what cannot be read goes by the key that was named, and is for the server to say", async () => {
  await using rings = await Rings.start();
  await rings.setPhase("moving");
  const cluster = rings.follower();
  await cluster.ready();
  const [key, other] = rings.together(2);
  for (const one of [key, other]) {
    await rings.ask(rings.old(one), "SET", one, 41);
  }
  const errors = await cluster.executeCommands({
    [key]: [["SINTERCARD", "x", key], ["ZUNION", "no number", key]],
  }, { settled: true });
  for (const { reason } of errors[key]) assertInstanceOf(reason, CommandError);
  // What can be seen counts although a script may be about anything.
  const script = "return 1";
  const { [key]: replies } = await cluster.executeCommands(
    { [key]: [["INCR", other], ["EVAL", script, 0]] },
    { atomic: true },
  );
  assertEquals(replies.map(({ value }) => value), [42, 1]);
  await rings.move();
  assertEquals(await rings.assertPlaced(), 2);
  assertEquals(await rings.ask(rings.next(other), "GET", other), "42");
});

Deno.test("what reads a key that moves waits for no replicas", async () => {
  await using rings = await Rings.start();
  await rings.setPhase("moving");
  const cluster = rings.follower({ replicated: 1, timeout: 6_000 });
  const client = cluster.getRoutingClient();
  const [key, other, text] = rings.moving(3);
  await rings.ask(rings.old(other), "HSET", other, "field", "value");
  // No server has any, so that no step of a move counts.
  const written = client.set(key, "v").catch((error) => error);
  assertEquals(await isPending(written), true);
  assertEquals(await client.hget(other, "field"), "value");
  assertEquals(await client.get(text), null);
  assertEquals(await isPending(written), true);
  await cluster.close();
  assertInstanceOf(await bounded(written), TransportError);
});

/** What holds commands for keys of which all move, and does what a test says. */
class Bench {
  readonly topology = {
    ...{ isKnown: true, isMoving: true, problem: undefined },
    state: { epoch: 1, phase: "moving", isMixed: false },
    routeOf: () => ({ from: 0, to: 2 }),
    hostsOf: () => ({ from: 0, to: 2 }),
    hostOf: () => 2,
  };
  /** What has left for its host, in order. */
  readonly placed: string[] = [];
  /** Tells how each move, and each read at a former host, has ended. */
  readonly moves: (() => void)[] = [];
  readonly reads: ((outcome: ReadOutcome) => void)[] = [];
  readonly left = new Set<string>();
  readonly holder: MovingCommands;

  constructor() {
    const moves: Partial<KeyMoves> = {
      topology: this.topology as unknown as KeyMoves["topology"],
      hasLeft: (key) => this.left.has(key),
      move: (_, keys, onEnd) => {
        this.moves.push(() => {
          for (const key of keys) {
            this.left.add(keyText(key));
            onEnd(key, { ending: "moved" });
          }
        });
      },
      read: (_hostId, _read, onEnd) => void this.reads.push(onEnd),
    };
    this.holder = new MovingCommands(moves as KeyMoves, () => {});
  }

  /** A command that its client has issued. */
  held(name: string, order: number, index = 0, key = "key"): Held {
    const args = name === "SET" ? [key, "v"] : [key];
    const settler = { resolve: () => {}, reject: () => {} };
    return {
      command: new Command(specOf(name).form(), args, settler, 0),
      group: MOVING_GROUPS,
      standing: { order, index },
      deadline: Infinity,
      owner: this.#owner,
      origin: { callers: undefined, issuer: undefined },
      terms: this.#terms,
      pause: 0,
    };
  }

  /** What is placed when nothing more happens by itself. */
  async settled(): Promise<string[]> {
    for (let i = 0; i < 5; i++) await Promise.resolve();
    return this.placed;
  }

  readonly #terms = { isApart: false };
  readonly #owner: Owner = {
    place: (_, held) => {
      this.placed.push(...held.map(({ command: { name } }) => name));
      return undefined;
    },
    finish: (_, settle) => settle(),
    merges: false,
    expire: () => {},
    giveUp: () => {},
  };
}

Deno.test("what comes back goes ahead of a write whose key is being moved", async () => {
  const bench = new Bench();
  bench.holder.hold(bench.held("SET", 2));
  await bench.settled();
  assertEquals(bench.moves.length, 1);
  bench.holder.take({ ...bench.held("GET", 1), absentIn: 1 }, []);
  bench.moves[0]();
  assertEquals(await bench.settled(), ["GET", "SET"]);
});

Deno.test("what is read at a former host is read again behind a write that comes back", async () => {
  const bench = new Bench();
  bench.holder.hold(bench.held("GET", 2));
  await bench.settled();
  assertEquals(bench.reads.length, 1);
  bench.holder.take(bench.held("SET", 1), []);
  let isSettled = false;
  bench.reads[0]({ settle: () => isSettled = true });
  await bench.settled();
  assertEquals([isSettled, bench.moves.length], [false, 1]);
  bench.moves[0]();
  assertEquals(await bench.settled(), ["SET", "GET"]);
});

Deno.test("what comes back twice from one batch keeps its order", async () => {
  const bench = new Bench();
  const [read, written] = [bench.held("GET", 1, 1), bench.held("SET", 1, 2)];
  bench.holder.take({ ...read, absentIn: 1 }, []);
  bench.holder.take(written, []);
  assertEquals(await bench.settled(), ["GET"]);
  // The rings change before it has left.
  bench.holder.take({ ...read, absentIn: 1 }, []);
  bench.moves[0]();
  assertEquals(await bench.settled(), ["GET", "GET", "SET"]);
});

/** A key that is known to have left, and a program that knows it. */
async function withLeft(options: Partial<ClusterOptions> = {}) {
  const rings = await Rings.start();
  await rings.setPhase("moving");
  const cluster = rings.follower(options);
  await cluster.ready();
  const client = cluster.getRoutingClient();
  const [key, other] = rings.moving(60)
    .filter((key) => rings.old(key) === 0 && rings.next(key) === 2);
  await rings.ask(2, "SET", key, "old");
  const calls = async () => {
    const info = await rings.ask(0, "INFO", "commandstats") as string;
    return /cmdstat_get:calls=(\d+)/.exec(info)?.[1];
  };
  await eventually(async () => {
    const before = await calls();
    assertEquals(await client.get(key), "old");
    return await calls() === before;
  });
  return { rings, cluster, client, key, other };
}

for (const [what, wanted] of [["read", "old"], ["write", "OK"]] as const) {
  Deno.test(`a ${what} of a key that has left stays ahead of what follows when its link is lost`, async () => {
    const { rings, cluster, key } = await withLeft();
    await using _ = rings;
    const client = cluster.getRoutingClient({ idempotent: true });
    const server = rings.servers[2];
    await using raw = new RawClient(server);
    await raw.command("PING");
    server.pause();
    try {
      const killed = raw.command(
        "CLIENT",
        "KILL",
        "TYPE",
        "normal",
        "SKIPME",
        "yes",
      );
      const first = what === "read"
        ? client.get(key)
        : client.set(key, "first");
      assertEquals(await isPending(first), true);
      // What is given up has its connection left, over which nothing more goes.
      await assertRejects(() =>
        bounded(client.map((map) => map.get(key), { timeout: 100 }))
      );
      const written = client.set(key, "new");
      assertEquals(await isPending(written), true);
      server.resume();
      await killed;
      assertEquals(await bounded(Promise.all([first, written])), [
        wanted,
        "OK",
      ]);
    } finally {
      server.resume();
    }
    assertEquals(await rings.ask(2, "GET", key), "new");
  });
}

Deno.test("a command of a key that has left is tried again as often as any other", async () => {
  const { rings, client, key } = await withLeft();
  await using _ = rings;
  const staying = rings.staying(1);
  await client.set(staying, "old");
  const refusals = async (hostId: number) => {
    const info = await rings.ask(hostId, "INFO", "errorstats") as string;
    return Number(/errorstat_READONLY:count=(\d+)/.exec(info)?.[1] ?? 0);
  };
  for (const hostId of [1, 2]) {
    await rings.ask(hostId, "REPLICAOF", "127.0.0.1", "1");
  }
  const written = [client.set(key, "new"), client.set(staying, "new")];
  await eventually(async () => await refusals(1) >= 5);
  const [others, own] = [await refusals(1), await refusals(2)];
  for (const hostId of [1, 2]) {
    await rings.ask(hostId, "REPLICAOF", "NO", "ONE");
  }
  assertEquals(await bounded(Promise.all(written)), ["OK", "OK"]);
  assert(own > 1 && own <= 3 * others, `${own} attempts, and ${others}`);
});

Deno.test("what is held stays behind what has passed and waits for room", async () => {
  const poolOptions = { maxQueueCommands: 2 };
  const { rings, client, key, other } = await withLeft({ poolOptions });
  await using _ = rings;
  await rings.ask(2, "SET", key, "");
  await rings.ask(0, "SET", other, "there");
  const count = 500;
  let lengths: Promise<unknown> | undefined;
  await bounded(client.map(async (map) => {
    // From now on what has no room waits for some.
    await turn();
    for (let i = 0; i < count; i++) map.append(key, "+");
    lengths = Promise.resolve(map.sendCommand("EVAL", [
      "return {redis.call('STRLEN', KEYS[1]), redis.call('EXISTS', KEYS[2])}",
      ...[2, key, other],
    ]));
  }));
  assertEquals(await lengths, [count, 1]);
});
