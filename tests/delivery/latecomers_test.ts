import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { QueueFullError } from "../../src/errors.ts";
import { ask } from "../../support/raw_client.ts";
import { bounded, eventually, isPending } from "../../support/waiting.ts";
import { reasonOf } from "../faults/proxied.ts";
import { Bench, send } from "./dispatcher_fixture.ts";

Deno.test("Latecomers wait for room in their order, as many as their caller has the patience for", async () => {
  await using bench = await Bench.start({ maxQueueCommands: 2 });
  const dispatcher = bench.dispatcher();
  dispatcher.patience = 2;
  const replies = [1, 2, 3, 4].map((n) =>
    send(dispatcher, ["RPUSH", "list", n])
  );
  assert(dispatcher.crowded);
  const roomy = dispatcher.roomy();
  const tooLate = await reasonOf(send(dispatcher, ["RPUSH", "list", 5]));
  assertInstanceOf(tooLate, QueueFullError);
  await bounded(roomy);
  assertEquals(dispatcher.crowded, false);
  assertEquals(await bounded(Promise.all(replies)), [1, 2, 3, 4]);
  assertEquals(await ask(bench.server, "LRANGE", "list", 0, -1), [
    ..."1234",
  ]);
  await dispatcher.roomy();
});

Deno.test("Latecomers are given up with all that is, and say why there was no room", async () => {
  await using bench = await Bench.start({ maxQueueCommands: 1 });
  const dispatcher = bench.dispatcher();
  dispatcher.patience = 1;
  const blocked = reasonOf(send(dispatcher, ["BLPOP", "list", 0]));
  const { pool } = bench.cluster.hosts.host(0);
  await eventually(() => pool.leased === 1);
  const waiting = reasonOf(send(dispatcher, ["GET", "key"]));
  const roomy = reasonOf(dispatcher.roomy());
  assert(await isPending(waiting));
  const reason = new Error("No longer wanted");
  dispatcher.abandon(reason);
  assertEquals(await bounded(Promise.all([blocked, waiting, roomy])), [
    reason,
    reason,
    reason,
  ]);
  assert(dispatcher.idle);
});
