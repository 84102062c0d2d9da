// How mapBatches treats the source of its keys.

import { assertEquals, assertRejects } from "@std/assert";
import { Cluster } from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { eventually, sleep } from "../faults/outcome.ts";
import { Proxied } from "../faults/proxied.ts";

/** A source of so many numbers that counts what is asked of it. */
class Source implements Iterator<number> {
  reads = 0;
  closings = 0;
  readonly #length: number;

  constructor(length: number) {
    this.#length = length;
  }

  next(): IteratorResult<number> {
    return this.reads++ < this.#length
      ? { done: false, value: this.reads }
      : { done: true, value: undefined };
  }

  return(): IteratorResult<number> {
    this.closings++;
    return { done: true, value: undefined };
  }

  [Symbol.iterator](): this {
    return this;
  }
}

/** The same as an asynchronous source. */
function asynchronous(source: Source): AsyncIterable<number> {
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.resolve(source.next()),
      return: () => Promise.resolve(source.return()),
    }),
  };
}

const SOURCES = {
  "a synchronous": (source: Source) => source,
  "an asynchronous": asynchronous,
};

for (const [kind, wrap] of Object.entries(SOURCES)) {
  Deno.test(`mapBatches() reads ${kind} source to its end, and does not close it then`, async () => {
    await using server = await RedisServer.start();
    await using cluster = new Cluster({ hosts: [server.host] });
    for (
      const [length, batchSize] of [[0, 2], [1, 2], [4, 2], [5, 2], [3, 9]]
    ) {
      const source = new Source(length);
      const sizes: number[] = [];
      let size = 0;
      const entries = cluster.mapBatches(wrap(source), (map, key) => {
        if (size++ === 0) queueMicrotask(() => sizes.push(size) && (size = 0));
        return map.set(`${key}`, key);
      }, { batchSize });
      const keys: number[] = [];
      for await (const [key] of entries) keys.push(key);
      assertEquals(keys, Array.from({ length }, (_, i) => i + 1));
      assertEquals(source.closings, 0);
      assertEquals(source.reads, length + 1);
      const full = Math.floor(length / batchSize);
      const rest = length % batchSize;
      assertEquals(
        sizes,
        [...Array(full).fill(batchSize), rest].filter(Boolean),
      );
      // It stays at its end.
      assertEquals((await entries.next()).done, true);
      assertEquals((await entries.return?.())?.done, true);
      assertEquals([source.closings, source.reads], [0, length + 1]);
    }
  });

  Deno.test(`mapBatches() closes ${kind} source once when it ends early`, async () => {
    await using server = await RedisServer.start();
    await using cluster = new Cluster({ hosts: [server.host] });
    const ways: Record<
      string,
      (entries: AsyncIterableIterator<unknown>) => Promise<unknown>
    > = {
      "by leaving the loop": async (entries) => {
        for await (const _ of entries) break;
      },
      "by return()": async (entries) => {
        await entries.next();
        await entries.return?.();
      },
      "before the first key": async (entries) => await entries.return?.(),
      "by an error in the loop": (entries) =>
        assertRejects(async () => {
          for await (const _ of entries) throw new Error("Enough");
        }),
    };
    for (const [how, end] of Object.entries(ways)) {
      const source = new Source(100);
      const entries = cluster.mapBatches(
        wrap(source),
        (map, key) => map.set(`${key}`, key),
        { batchSize: 2 },
      );
      await end(entries);
      assertEquals(source.closings, 1, how);
      assertEquals(await entries.next(), { done: true, value: undefined });
      await entries.return?.();
      assertEquals(source.closings, 1, how);
      assertEquals(source.reads <= 6, true, `${source.reads} ${how}`);
    }
  });
}

Deno.test("mapBatches() sends nothing of a batch that was read after it had ended", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [server.host] });
  const waiting = Promise.withResolvers<void>();
  let asked = 0;
  const source = (async function* () {
    yield "first";
    asked++;
    await waiting.promise;
    yield "late";
  })();
  const issued: string[] = [];
  const entries = cluster.mapBatches(source, (map, key) => {
    issued.push(key);
    return map.set("key", key);
  }, { batchSize: 1 });
  assertEquals((await entries.next()).value, ["first", "OK"]);
  await eventually(() => asked === 1);
  await entries.return?.();
  waiting.resolve();
  assertEquals((await source.next()).done, true);
  await new Promise((wake) => setTimeout(wake, 10));
  assertEquals(issued, ["first"]);
  assertEquals(await cluster.getRoutingClient().get("key"), "first");
});

Deno.test("mapBatches() awaits what its callback returns, promises of both kinds too", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [server.host] });
  const entries = cluster.mapBatches([1, 2, 3, 4], (map, key) => {
    const count = map.incrby("n", key);
    if (key === 1) return "plain";
    if (key === 2) return count;
    if (key === 3) return Promise.resolve("native");
    return count.then((count) => [count]);
  }, { batchSize: 4 });
  const values: unknown[] = [];
  for await (const [, value] of entries) values.push(value);
  assertEquals(values, ["plain", 3, "native", [10]]);
});

for (const owner of ["cluster", "client", "call"]) {
  Deno.test(`mapBatches() runs no batch ahead when replies take long for the timeout of its ${owner}`, async () => {
    // What took 80 ms is not a tenth of 700 ms, and much less than that of 600 s.
    for (const [timeout, ahead] of [[700, 1], [600_000, 2]]) {
      const other = timeout === 700 ? 600_000 : 700;
      await using host = await Proxied.start(1, {
        timeout: owner === "cluster" ? timeout : other,
      });
      const { cluster, proxy } = host;
      await cluster.map((map) => map.get("connection"));
      proxy.delay(80);
      const client = cluster.getRoutingClient(
        owner === "client" ? { timeout } : {},
      );
      const begun: string[] = [];
      const entries = client.mapBatches(["a", "b", "c", "d"], (map, key) => {
        begun.push(key);
        return map.set("key", key);
      }, { batchSize: 1, ...(owner === "call" ? { timeout } : {}) });
      await entries.next();
      // Those that may be under way are so in the same turn.
      await sleep(0);
      assertEquals(begun.length, 1 + ahead);
      for await (const _ of entries);
      assertEquals(begun, ["a", "b", "c", "d"]);
    }
  });
}
