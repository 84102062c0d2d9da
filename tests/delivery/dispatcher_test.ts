import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { specOf } from "../../src/commands/table.ts";
import { QueueFullError } from "../../src/errors.ts";
import { bounded, isPending } from "../../support/waiting.ts";
import { reasonOf } from "../faults/proxied.ts";
import { Bench, send } from "./dispatcher_fixture.ts";

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
