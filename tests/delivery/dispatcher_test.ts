import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { PINNED } from "../../src/delivery/command.ts";
import { specOf } from "../../src/commands/table.ts";
import { QueueFullError } from "../../src/errors.ts";
import {
  Dispatcher,
  type DispatchOptions,
} from "../../src/delivery/dispatcher.ts";
import { Lanes } from "../../src/delivery/lane.ts";
import type { PoolOptions } from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import type { Reply } from "../../src/values.ts";
import { bounded, eventually, isPending } from "../../support/waiting.ts";
import { reasonOf } from "../faults/proxied.ts";
import { MovableCluster, MovableTopology } from "../movable_topology.ts";

/** A cluster of one real server, and dispatchers for it. */
class Bench implements AsyncDisposable {
  readonly server: RedisServer;
  readonly cluster: MovableCluster;

  private constructor(server: RedisServer, poolOptions: PoolOptions) {
    this.server = server;
    const topology = new MovableTopology(server.host);
    this.cluster = new MovableCluster(topology, { poolOptions });
  }

  static async start(poolOptions: PoolOptions = {}): Promise<Bench> {
    const server = await RedisServer.start({ transport: "tcp" });
    return new Bench(server, poolOptions);
  }

  dispatcher(options: Partial<DispatchOptions> = {}): Dispatcher {
    return new Dispatcher(this.cluster.hosts, {
      timeout: 25_000,
      autoBatch: false,
      idempotent: false,
      lanes: new Lanes(),
      ...options,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster[Symbol.asyncDispose]();
    await this.server.stop();
  }
}

/** Sends a command to host 0, unless told otherwise. */
function send(
  dispatcher: Dispatcher,
  words: [string, ...(string | number)[]],
  hostId = 0,
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const [name, ...args] = words;
  const settler = { resolve, reject };
  dispatcher.send(hostId, specOf(name).form(), args, settler, PINNED);
  return promise;
}

Deno.test("Dispatcher is idle again, and says so, when all is settled", async () => {
  await using bench = await Bench.start();
  const dispatcher = bench.dispatcher();
  assert(dispatcher.idle);
  await dispatcher.settled();
  const replies = [send(dispatcher, ["INCR", "n"]), send(dispatcher, ["NO"])];
  assertEquals(dispatcher.idle, false);
  const settled = dispatcher.settled();
  assert(await reasonOf(replies[1]));
  await bounded(settled);
  assertEquals(await replies[0], 1);
  const { settledBatches, failedCommands, idle } = dispatcher;
  assertEquals([settledBatches, failedCommands, idle], [1, 1, true]);
});

Deno.test("Dispatcher rejects what it cannot issue, and nothing else", async () => {
  await using bench = await Bench.start({ maxQueueCommands: 2 });
  const dispatcher = bench.dispatcher();
  const nowhere = send(dispatcher, ["GET", "a"], 5);
  assertInstanceOf(await reasonOf(nowhere), RangeError);
  const replies = ["a", "b", "c"].map((key) => send(dispatcher, ["GET", key]));
  assertInstanceOf(await reasonOf(replies[2]), QueueFullError);
  assertEquals(await Promise.all(replies.slice(0, 2)), [null, null]);
  // What blocks needs room as well.
  const full = [1, 2, 3].map(() => send(dispatcher, ["BLPOP", "a", 0.01]));
  assertInstanceOf(await reasonOf(full[2]), QueueFullError);
  assertEquals(await Promise.all(full.slice(0, 2)), [null, null]);
});

Deno.test("Dispatcher gives a command that blocks a connection to itself, and its time in addition", async () => {
  await using bench = await Bench.start();
  const dispatcher = bench.dispatcher({ timeout: 20_000 });
  const { pool } = bench.cluster.hosts.host(0);
  const blocked = send(dispatcher, ["BLPOP", "list", 0]);
  await eventually(() => pool.leased === 1);
  assertEquals(await send(dispatcher, ["RPUSH", "list", "x"]), 1);
  assertEquals(await bounded(blocked), ["list", "x"]);
  assertEquals(pool.size, 2);
});

Deno.test("Dispatcher.abandon() rejects what is not settled, and what comes after", async () => {
  await using bench = await Bench.start();
  const dispatcher = bench.dispatcher();
  const done = await send(dispatcher, ["PING"]);
  const replies = [
    send(dispatcher, ["BLPOP", "list", 0]),
    send(dispatcher, ["GET", "a"]),
  ];
  const settled = dispatcher.settled();
  const reason = new Error("No longer wanted");
  dispatcher.abandon(reason);
  replies.push(send(dispatcher, ["GET", "a"]));
  for (const reply of replies) assertEquals(await reasonOf(reply), reason);
  await bounded(settled);
  assertEquals([done, dispatcher.idle], ["PONG", true]);
});

Deno.test("Dispatcher follows its signal while anything is under way, and before", async () => {
  await using bench = await Bench.start();
  const controller = new AbortController();
  const dispatcher = bench.dispatcher({ signal: controller.signal });
  const reply = send(dispatcher, ["BLPOP", "list", 0]);
  assert(await isPending(reply));
  const reason = new Error("No longer wanted");
  controller.abort(reason);
  assertEquals(await reasonOf(reply), reason);
  assertEquals(await reasonOf(send(dispatcher, ["GET", "a"])), reason);
});

Deno.test("Dispatcher lets another one follow only while it makes no difference", async () => {
  await using bench = await Bench.start();
  const dispatcher = bench.dispatcher();
  const queue = () => dispatcher.queue(0, specOf("GET").form(), ["a"]);
  queue();
  assert(dispatcher.mayBeFollowed);
  await dispatcher.settled();
  // Somebody is told of an outcome, and might issue more.
  const told = send(dispatcher, ["GET", "a"]);
  assertEquals(dispatcher.mayBeFollowed, false);
  await told;
  await dispatcher.settled();
  assert(dispatcher.mayBeFollowed);
  // Something has failed.
  dispatcher.queue(0, specOf("NO").form(), ["a"]);
  await dispatcher.settled();
  assertEquals(dispatcher.mayBeFollowed, false);
});
