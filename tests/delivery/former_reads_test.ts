// Reads of keys that move, at the hosts where these were.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { specOf } from "../../src/commands/table.ts";
import type { Batch } from "../../src/delivery/batch.ts";
import { Command } from "../../src/delivery/command.ts";
import type { Held } from "../../src/delivery/holder.ts";
import {
  type KeyMoves,
  MovingCommands,
} from "../../src/delivery/moving_commands.ts";
import { MOVING_GROUPS } from "../../src/topology/mod.ts";
import { bounded, eventually, isPending } from "../../support/waiting.ts";
import { Rings } from "../../support/rings.ts";

/** Rings whose keys move, and a program that knows. */
async function moving(options = {}) {
  const rings = await Rings.start();
  await rings.setPhase("moving");
  const cluster = rings.follower(options);
  await cluster.ready();
  return { rings, cluster, client: cluster.getRoutingClient() };
}

/** How often a server was sent a command. */
async function callsOf(rings: Rings, hostId: number, command: string) {
  const info = await rings.ask(hostId, "INFO", "commandstats") as string;
  const [, calls = "0"] =
    info.match(new RegExp(`cmdstat_${command}:calls=(\\d+)`)) ?? [];
  return Number(calls);
}

async function write(rings: Rings, keys: readonly string[], value: string) {
  for (const key of keys) await rings.ask(rings.old(key), "SET", key, value);
}

Deno.test("a map reads keys that move like all others, in a few commands", async () => {
  const { rings, client } = await moving();
  await using _ = rings;
  const keys = rings.moving(400);
  await write(rings, keys, "there");
  const read = await client.map((client) => keys.map((key) => client.get(key)));
  assertEquals(read.map(({ value }) => value), keys.map(() => "there"));
  for (const hostId of [0, 1]) {
    const calls = await callsOf(rings, hostId, "mget");
    assert(calls > 0 && calls < 5, `${calls} MGETs`);
    assertEquals(await callsOf(rings, hostId, "exists"), 0);
  }
  // Nobody looks where none of them is.
  assertEquals(await callsOf(rings, 2, "mget"), 0);
});

Deno.test("keys are read wherever they are while they move", async () => {
  const { rings, client } = await moving();
  await using _ = rings;
  const keys = rings.moving(90);
  const third = (part: number) => keys.filter((_, at) => at % 3 === part);
  await write(rings, third(0), "there");
  for (const key of third(1)) {
    await rings.ask(rings.next(key), "SET", key, "moved");
  }
  const wanted = keys.map((_, at) => ["there", "moved", null][at % 3]);
  const get = () => client.map((client) => keys.map((key) => client.get(key)));
  assertEquals((await get()).map(({ value }) => value), wanted);
  // What has left is known by then, or soon.
  await eventually(async () => {
    const before = await callsOf(rings, 0, "mget");
    assertEquals(
      await client.get(third(1).find((key) => rings.old(key) === 0)!),
      "moved",
    );
    return await callsOf(rings, 0, "mget") === before;
  });
  assertEquals((await get()).map(({ value }) => value), wanted);
  const single = await Promise.all(keys.map((key) => client.get(key)));
  assertEquals(single, wanted);
  const bytes = await client.sendCommand("GET", [keys[0]], {
    returnUint8Arrays: true,
  });
  assertEquals(bytes, new TextEncoder().encode("there"));
});

Deno.test("fields and scores are read where they are as well", async () => {
  const { rings, client } = await moving();
  await using _ = rings;
  const [hash, gone, scores] = rings.moving(3);
  await rings.ask(rings.old(hash), "HSET", hash, "field", "there");
  await rings.ask(rings.next(gone), "HSET", gone, "field", "moved");
  await rings.ask(rings.old(scores), "ZADD", scores, 2, "member");
  assertEquals(
    await Promise.all([
      client.hget(hash, "field"),
      client.hget(hash, "other"),
      client.hget(gone, "field"),
      client.hget(gone, "other"),
      client.zscore(scores, "member"),
      client.zscore(scores, "nobody"),
    ]),
    ["there", null, "moved", null, "2", null],
  );
  // That a field is missing says nothing of its key.
  await client.hset(hash, "second", "2");
  assertEquals(await client.hlen(hash), 2);
});

Deno.test("a write waits for a read of its key that was issued before", async () => {
  const { rings, client } = await moving();
  await using _ = rings;
  const [key] = rings.moving(1);
  await write(rings, [key], "old");
  const server = rings.servers[rings.old(key)];
  server.pause();
  try {
    const read = client.get(key);
    const written = client.set(key, "new");
    const again = client.get(key);
    assertEquals(await isPending(Promise.race([read, written])), true);
    server.resume();
    assertEquals(
      await bounded(Promise.all([read, written, again])),
      ["old", "OK", "new"],
    );
  } finally {
    server.resume();
  }
  await rings.assertPlaced();
});

Deno.test("a read that is told null as the rings change comes before later writes", async () => {
  const { rings, cluster, client } = await moving();
  await using _ = rings;
  const key = rings.moving(50).find((key) => rings.old(key) === 1)!;
  await rings.ask(rings.next(key), "SET", key, "moved");
  const server = rings.servers[1];
  const phases: string[] = [];
  cluster.addEventListener("ring", ({ detail }) => phases.push(detail.phase));
  // So that there is a connection over which it is sent.
  assertEquals(await client.get(rings.staying(1)), null);
  server.pause();
  try {
    const read = client.get(key);
    assertEquals(await isPending(read), true);
    await rings.setStable("after", [0, 2]);
    await eventually(() => phases.includes("stable"));
    const written = client.set(key, "later");
    assertEquals(await isPending(written), true);
    server.resume();
    assertEquals(await bounded(Promise.all([read, written])), ["moved", "OK"]);
  } finally {
    server.resume();
  }
  assertEquals(await client.get(key), "later");
});

Deno.test("a null says nothing any more as soon as keys move back", async () => {
  const { rings, cluster, client } = await moving();
  await using _ = rings;
  const key = rings.moving(50).find((key) => rings.old(key) === 1)!;
  await rings.ask(rings.next(key), "SET", key, "moved");
  const { epoch } = await cluster.topology();
  const epochs = [epoch];
  cluster.addEventListener("ring", ({ detail }) => epochs.push(detail.epoch));
  const server = rings.servers[1];
  assertEquals(await client.get(rings.staying(1)), null);
  server.pause();
  try {
    const read = client.get(key);
    assertEquals(await isPending(read), true);
    await rings.setPhase("moving", [0, 2], { back: true });
    await eventually(() => epochs.includes(epoch + 1));
    server.resume();
    assertEquals(await bounded(read), "moved");
  } finally {
    server.resume();
  }
  // Whatever may have been found out of it is known behind this.
  for (let i = 0; i < 3; i++) assertEquals(await client.get(key), "moved");
});

Deno.test("reads that have no room in the queue of the former host are answered", async () => {
  const { rings, client } = await moving({
    poolOptions: { maxQueueCommands: 1 },
  });
  await using _ = rings;
  const keys = rings.moving(20);
  await write(rings, keys, "there");
  const read = client.mapBatches(keys, (client, key) => client.get(key));
  const found = await Array.fromAsync(read, ([, value]) => value);
  assertEquals(found, keys.map(() => "there"));
});

Deno.test("a read ends with its map, and with its former host", async () => {
  const { rings, client } = await moving({ timeout: 2_000 });
  await using _ = rings;
  const [key] = rings.moving(1);
  const server = rings.servers[rings.old(key)];
  server.pause();
  const written: Promise<unknown>[] = [];
  try {
    await assertRejects(
      () =>
        bounded(client.map((map) => {
          map.get(key).catch(() => {});
          throw new RangeError("no more");
        })),
      RangeError,
      "no more",
    );
    const lost = client.get(key);
    const told = assertRejects(() => bounded(lost), Error);
    written.push(client.set(key, "v").catch((error) => error));
    await told;
  } finally {
    server.resume();
  }
  await bounded(Promise.all(written));
  await client.set(key, "at last");
  assertEquals(await client.get(key), "at last");
});

Deno.test("reads go to a host as it is, though its pools were disconnected", async () => {
  const { rings, cluster, client } = await moving();
  await using _ = rings;
  const keys = rings.moving(50).filter((key) => rings.old(key) === 0);
  await write(rings, keys, "there");
  assertEquals(await client.get(keys[0]), "there");
  const first = client.get(keys[0]);
  const over = cluster.disconnectPools();
  const second = client.get(keys[1]);
  assertEquals(await bounded(Promise.all([first, second])), ["there", "there"]);
  await bounded(over);
  assertEquals(cluster.stats().get(0)!.queue, { commands: 0, bytes: 0 });
});

Deno.test("a key that has left is written at once only if no read of it is under way", () => {
  const topology = {
    ...{ isKnown: true, isMoving: true, problem: undefined },
    state: { epoch: 1, phase: "moving", isMixed: false },
    formerHostOf: (key: string) => key === "stays" ? undefined : 0,
  };
  const moves = { topology, hasLeft: () => true };
  const holder = new MovingCommands(moves as unknown as KeyMoves, () => {});
  const set = specOf("SET").form();
  const batch = {} as Batch;
  assertEquals(holder.formerHostOf("key"), 0);
  assertEquals(holder.formerHostOf("stays"), undefined);
  assertEquals(holder.passes(set, ["key", "v"]), true);
  holder.reads(batch, "key");
  assertEquals(holder.passes(set, ["key", "v"]), false);
  assertEquals(holder.passes(set, ["other", "v"]), true);
  topology.isMoving = false;
  assertEquals(holder.isEmpty, false);
  assertEquals(holder.leads(2), true);
  holder.ended(batch);
  assertEquals(holder.isEmpty, true);
  topology.isMoving = true;
  assertEquals(holder.passes(set, ["key", "v"]), true);
  // As they move back, others may still write where keys were before.
  topology.state = { epoch: 2, phase: "holding", isMixed: true };
  assertEquals(holder.formerHostOf("key"), undefined);
});

Deno.test("a key is not moved as long as a read of it is under way", async () => {
  const route = { from: 0, to: 2 };
  const topology = {
    ...{ isKnown: true, isMoving: true, problem: undefined },
    state: { epoch: 1, phase: "moving", isMixed: false },
    ...{ routeOf: () => route, hostsOf: () => route, hostOf: () => 2 },
  };
  const moved: string[] = [];
  const moves = {
    topology,
    hasLeft: () => false,
    move: (_: unknown, keys: string[]) => moved.push(...keys),
  };
  const holder = new MovingCommands(moves as unknown as KeyMoves, () => {});
  const settler = { resolve: () => {}, reject: () => {} };
  const hold = (key: string) => {
    const command = new Command(specOf("SET").form(), [key, "v"], settler, 0);
    const held = {
      command,
      group: MOVING_GROUPS,
      standing: { order: 1, index: 0 },
      deadline: Infinity,
    };
    holder.hold(held as unknown as Held);
  };
  const [one, other] = [{} as Batch, {} as Batch];
  holder.reads(one, "key");
  holder.reads(other, "key");
  hold("key");
  hold("free");
  await Promise.resolve();
  assertEquals(moved, ["free"]);
  holder.ended(one);
  await Promise.resolve();
  assertEquals(moved, ["free"]);
  holder.ended(other);
  await Promise.resolve();
  assertEquals(moved, ["free", "key"]);
});
