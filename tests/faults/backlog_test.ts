// Time and room: who can wait, waits where the queue is full. Covered: bounds of
// commands and of bytes; batches whose callbacks issue one command or many, at
// once or after an await; maps that await; merged or not, text and bytes; one
// value that is larger than the bound; what ends the wait (room, time, a signal,
// the end of the loop, the end of the cluster); and that nothing is overtaken.

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  type MapBatchesOptions,
  type MappingClient,
  QueueFullError,
  TimeoutError,
} from "../../mod.ts";
import { Proxied } from "../../support/proxied.ts";
import { FakeTime } from "../fake_time.ts";
import { bounded, eventually, turn } from "./outcome.ts";
import { assertQuiet, reasonOf } from "./proxied.ts";

/** Numbers as keys. */
function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${i}`);
}

/** What batches issue for each key, and what becomes of it. */
const CALLBACKS: Record<
  string,
  (map: MappingClient, key: string) => PromiseLike<unknown>
> = {
  "a SET": (map, key) => map.set(key, key),
  "a SET of bytes": (map, key) => map.set(key, new TextEncoder().encode(key)),
  "a SET with options": (map, key) => map.set(key, key, { ex: 60 }),
  "many commands": (map, key) => {
    for (let i = 0; i < 30; i++) map.append(`${key}:log`, "x");
    return map.set(key, key);
  },
  "one command after the other": async (map, key) => {
    await map.append(`${key}:log`, "x");
    await map.set(key, "wrong");
    return await map.set(key, key);
  },
};

const BOUNDS = {
  maxQueueCommands: { maxQueueCommands: 20 },
  maxQueueBytes: { maxQueueBytes: 1_000 },
};

for (const [bound, poolOptions] of Object.entries(BOUNDS)) {
  for (const [what, callback] of Object.entries(CALLBACKS)) {
    Deno.test(`fault 58: batches of ${what} wait where ${bound} is reached`, async () => {
      await using host = await Proxied.start(2, {
        poolOptions,
        timeout: 30_000,
      });
      const { cluster, oracles } = host;
      const keys = numbers(300);
      for (const autoBatch of [true, false]) {
        const seen: string[] = [];
        const options: MapBatchesOptions = { batchSize: 100, autoBatch };
        for await (
          const [key, reply] of cluster.mapBatches(keys, callback, options)
        ) {
          assertEquals(reply, "OK");
          seen.push(key);
        }
        assertEquals(seen, keys);
      }
      const values = await Promise.all(keys.map((key) => {
        const id = cluster.getRouter().getHostForKey(key);
        return oracles[id].command("GET", key);
      }));
      assertEquals(values, keys);
      for (const { queue } of cluster.stats().values()) {
        assertEquals(queue, { commands: 0, bytes: 0 });
      }
      await assertQuiet(cluster);
    });
  }
}

Deno.test("fault 58: a callback that awaits waits for the room that others take", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxQueueCommands: 5 },
    timeout: 30_000,
  });
  const { cluster, proxy } = host;
  const client = cluster.getRoutingClient();
  await client.get("a");
  proxy.hold();
  const others = numbers(5).map((key) => client.get(key));
  let waits = false;
  const map = cluster.map(async (map) => {
    await undefined;
    const set = map.set("key", "value");
    waits = set.isPending;
    await set;
    return await Promise.all([map.get("key"), map.strlen("key")]);
  });
  await eventually(() => waits);
  assertEquals(cluster.stats().get(0)!.queue.commands, 5);
  proxy.pass();
  assertEquals(await bounded(map), ["value", 5]);
  await Promise.all(others);
});

Deno.test("fault 58: what a map issues at once has to fit all the same", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxQueueCommands: 5 },
  });
  const promises = await host.cluster.map(
    (map) => numbers(8).map((key) => map.set(key, key)),
    { settled: true },
  );
  const full = promises.filter(({ reason }) =>
    reason instanceof QueueFullError
  );
  assertEquals(full.length, 3);
  assertEquals(promises.slice(5), full);
});

Deno.test("fault 58: one value that is larger than the bound passes an empty queue", async () => {
  const large = new Uint8Array(10_000).fill(120);
  await using host = await Proxied.start(1, {
    poolOptions: { maxQueueBytes: 5_000 },
    timeout: 30_000,
  });
  const { cluster, proxy, oracle } = host;
  const client = cluster.getRoutingClient();
  assertEquals(await client.set("key", large), "OK");
  assertEquals(await cluster.map((map) => map.append("key", large)), 20_000);
  assertEquals(await oracle.command("STRLEN", "key"), 20_000);
  // It waits where it can, and is refused where it can not.
  proxy.hold();
  const other = client.get("other");
  assertInstanceOf(await reasonOf(client.set("key", large)), QueueFullError);
  const batches = cluster.mapBatches(
    ["1", "2"],
    (map, key) => map.set(key, large),
  );
  const first = batches.next();
  await turn();
  proxy.pass();
  await other;
  assertEquals(await bounded(first), { done: false, value: ["1", "OK"] });
  assertEquals(await bounded(batches.next()), {
    done: false,
    value: ["2", "OK"],
  });
  await batches.return!();
});

/** What ends the wait for room, and with which reason. */
const ENDS: Record<
  string,
  (
    host: Proxied,
    time: FakeTime,
    abort: AbortController,
  ) => Promise<(reason: unknown) => boolean>
> = {
  "its time": async (_host, time) => {
    await time.advance(5_000);
    return (reason) => reason instanceof TimeoutError;
  },
  "a signal": (_host, _time, controller) => {
    controller.abort("given up");
    return Promise.resolve((reason) => reason === "given up");
  },
  "the end of the cluster": async ({ cluster }, time) => {
    const closing = cluster.close();
    await time.advance(20_000);
    await bounded(closing);
    return (reason) => reason instanceof Error;
  },
};

for (const [what, end] of Object.entries(ENDS)) {
  Deno.test(`fault 58: ${what} ends the wait for room, and nothing is sent`, async () => {
    await using host = await Proxied.start(1, {
      poolOptions: { maxQueueCommands: 3, maxRetries: 0 },
      timeout: 10_000,
    });
    const { cluster, proxy, oracle } = host;
    const client = cluster.getRoutingClient();
    await client.get("a");
    proxy.hold();
    using time = new FakeTime();
    const others = numbers(3).map((key) =>
      reasonOf(client.incr(key)).catch((value) => value)
    );
    const controller = new AbortController();
    const { signal } = controller;
    const calls: string[] = [];
    const batches = cluster.mapBatches(numbers(10), (map, key) => {
      calls.push(key);
      return map.set(`late:${key}`, key);
    }, { timeout: 5_000, signal });
    const reason = reasonOf(batches.next());
    await turn();
    assertEquals(calls, ["0"]);
    const isRight = await end(host, time, controller);
    const given = await bounded(reason);
    const errors = given instanceof AggregateError ? given.errors : [given];
    assert(errors.every(isRight), String(given));
    // The callback is not asked for what nobody waits for any more.
    if (what !== "the end of the cluster") assertEquals(calls, ["0"]);
    proxy.pass();
    await time.settled(Promise.all(others), 1_000);
    assertEquals(await oracle.command("EXISTS", "late:0"), 0);
  });
}

Deno.test("fault 58: a loop that ends early takes back what waits for room", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxQueueCommands: 3 },
    timeout: 30_000,
  });
  const { cluster, proxy, oracle } = host;
  const client = cluster.getRoutingClient();
  await client.get("a");
  proxy.hold();
  const others = numbers(3).map((key) => client.incr(key));
  const batches = cluster.mapBatches(
    numbers(10),
    (map, key) => map.set(`late:${key}`, key),
  );
  const first = batches.next();
  await turn();
  assertEquals(await bounded(batches.return!()), {
    done: true,
    value: undefined,
  });
  assertEquals(await bounded(first), { done: true, value: undefined });
  proxy.pass();
  assertEquals(await Promise.all(others), [1, 1, 1]);
  assertEquals(await oracle.command("EXISTS", "late:0"), 0);
  await assertQuiet(cluster);
});

Deno.test("fault 58: what a client issues behind commands that wait does not overtake them", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxQueueCommands: 4 },
    timeout: 30_000,
  });
  const { cluster, proxy, oracle } = host;
  const client = cluster.getRoutingClient();
  await client.get("a");
  proxy.hold();
  // Others give room back one by one.
  const others = numbers(4).map((key) => cluster.map((map) => map.get(key)));
  await eventually(() => cluster.stats().get(0)!.queue.commands === 4);
  const batches = client.mapBatches(
    numbers(20),
    (map, key) => map.rpush("list", key),
  );
  const first = batches.next();
  await turn();
  const later: Promise<unknown>[] = [];
  proxy.pass();
  for (let i = 0; i < 20; i++) {
    later.push(reasonOf(client.rpush("list", `later ${i}`)).catch(() => i));
    await turn();
  }
  await bounded(first);
  for await (const _entry of batches);
  await Promise.all([...others, ...later]);
  const list = await oracle.command("LRANGE", "list", 0, -1) as string[];
  assertEquals(list.filter((one) => !one.startsWith("later")), numbers(20));
  const sent = list.filter((one) => one.startsWith("later"));
  assertEquals(
    sent,
    sent.toSorted((a, b) => Number(a.slice(6)) - Number(b.slice(6))),
  );
});
