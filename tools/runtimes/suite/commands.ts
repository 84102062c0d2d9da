/**
 * The clients, on each runtime.
 *
 * @module
 */

import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import {
  Cluster,
  CommandError,
  ConsistentHashingRouter,
  DecodeError,
  RbPromise,
  Script,
} from "@rb/rb";
import { type Check, messageAt, MESSAGES } from "./stage.ts";

/** How many keys the large maps have. */
const MANY = 50_000;

const keys = Array.from({ length: MANY }, (_, id) => `key:${id}`);

/** Checks of commands, by their names. */
export const commandChecks: Record<string, Check> = {
  async "maps write and read 50,000 keys"({ hosts }) {
    const cluster = new Cluster({ hosts: [...hosts] });
    await cluster.map((map) => keys.map((key) => map.set(key, `v ${key}`)));
    const values = await cluster.map((map) => keys.map((key) => map.get(key)));
    values.forEach(({ value }, i) => assert.equal(value, `v ${keys[i]}`));
    const lengths = await cluster.map((map) =>
      keys.map((key) => map.strlen(key))
    );
    lengths.forEach(({ value }, i) => assert.equal(value, keys[i].length + 2));
    const sizes = [...(await cluster.dbsize()).values()];
    assert.equal(sizes.reduce((sum, size) => sum + size, 0), MANY);
    assert.ok(Math.min(...sizes) > MANY / 4, `keys on hosts: ${sizes}`);
    await cluster.close();
  },

  async "callbacks run in the context in which they were attached"({ hosts }) {
    const cluster = new Cluster({ hosts: [...hosts] });
    const before = new RbPromise<number>();
    const seen: unknown[] = [];
    const storage = new AsyncLocalStorage<string>();
    before.done(() => seen.push(["nobody", storage.getStore() ?? "nobody"]));
    const users = ["ann", "bob"];
    await storage.run("opener", () => cluster.all((all) => all.ping()));
    for (const user of users) {
      await storage.run(user, () =>
        cluster.map((map) => {
          const note = () => seen.push([user, storage.getStore()]);
          map.get("key").done(note);
          map.get("key").then(note);
        }));
    }
    storage.run("opener", () => before.resolve(1));
    await storage.run("cid", async () => {
      await cluster.map((map) => map.get("key"));
      assert.equal(storage.getStore(), "cid");
    });
    assert.equal(seen.length, 5);
    for (const [user, found] of seen as string[][]) assert.equal(found, user);
    await cluster.close();
  },

  async "mapBatches gives 50,000 entries in order"({ hosts }) {
    const cluster = new Cluster({ hosts: [...hosts] });
    let count = 0;
    const entries = cluster.mapBatches(keys, (map, key) => map.get(key));
    for await (const [key, value] of entries) {
      assert.equal(key, keys[count++]);
      assert.equal(value, `v ${key}`);
    }
    assert.equal(count, MANY);
    await cluster.close();
  },

  async "a routing client sends what is issued together"({ hosts }) {
    const cluster = new Cluster({ hosts: [...hosts] });
    const client = cluster.getRoutingClient();
    assert.equal(await client.set("greeting", "hello", { ex: 60 }), "OK");
    assert.equal(await client.get("greeting"), "hello");
    const numbers = await Promise.all(
      Array.from({ length: 1_000 }, () => client.incr("counter")),
    );
    assert.deepEqual(numbers, Array.from({ length: 1_000 }, (_, i) => i + 1));
    const [batches] = [...cluster.stats().values()]
      .filter(({ batches }) => batches.max === 1_000);
    assert.ok(batches, "they did not leave together");
    assert.deepEqual(await client.mget("key:1", "none", "key:2"), [
      "v key:1",
      null,
      "v key:2",
    ]);
    assert.equal(await client.blpop(0.05, "list"), null);
    await cluster.close();
  },

  async "bytes and exact numbers survive"({ hosts }) {
    const cluster = new Cluster({ hosts: [...hosts] });
    const client = cluster.getRoutingClient();
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 256);
    await client.set("bytes", bytes);
    const options = { returnUint8Arrays: true };
    const read = await client.sendCommand("GET", ["bytes"], options);
    assert.deepEqual(Uint8Array.from(read as Uint8Array), bytes);
    await assert.rejects(async () => await client.get("bytes"), DecodeError);
    const text = "ä€😀\r\n".repeat(10_000);
    await client.set("text", text);
    assert.equal(await client.get("text"), text);
    await client.set("number", "9007199254740993");
    assert.equal(await client.incr("number"), 9007199254740994n);
    await cluster.close();
  },

  async "errors of a map are those of its commands"({ hosts }) {
    const cluster = new Cluster({ hosts: [...hosts] });
    await cluster.getRoutingClient().rpush("a list", "1");
    await assert.rejects(
      async () => await cluster.map((map) => map.incr("a list")),
      (error) => error instanceof CommandError && error.code === "WRONGTYPE",
    );
    await assert.rejects(
      async () =>
        await cluster.map((map) => [map.incr("a list"), map.hlen("a list")]),
      (error) => error instanceof AggregateError && error.errors.length === 2,
    );
    await cluster.close();
  },

  async "executeCommands and fanouts reach their hosts"({ hosts }) {
    const cluster = new Cluster({ hosts: [...hosts] });
    const add = new Script("return redis.call('INCRBY', KEYS[1], ARGV[1])");
    const { sum } = await cluster.executeCommands({
      sum: [["SET", "sum", 1], [add, ["sum"], [41]]],
    });
    assert.equal(sum[1].value, 42);
    const pongs = await cluster.all((client) => client.ping());
    assert.deepEqual([...pongs], [[0, "PONG"], [1, "PONG"], [2, "PONG"]]);
    const some = await cluster.fanout([2], (client) => client.ping());
    assert.deepEqual([...some], [[2, "PONG"]]);
    let found = 0;
    for await (const _entry of cluster.scan({ match: "key:1*" })) found++;
    assert.ok(found >= 11_111, `${found} keys`);
    await cluster.close();
  },

  async "a ring places keys as ever"({ hosts }) {
    const labels = ["a", "b", "c"];
    const cluster = new Cluster({
      hosts: hosts.map((host, i) => ({ ...host, label: labels[i] })),
      router: ConsistentHashingRouter,
    });
    const { counts } = cluster.distribution(
      Array.from({ length: 1_000 }, (_, id) => `user:${id}`),
    );
    assert.deepEqual([...counts], [[0, 350], [1, 332], [2, 318]]);
    await cluster.getRoutingClient().set("placed", "1");
    await cluster.close();
  },

  async "connect has transactions"({ hosts }) {
    const cluster = new Cluster({ hosts: [...hosts] });
    const redis = await cluster.connect(0);
    const transaction = redis.tx();
    transaction.incrby("account", 100);
    transaction.decrby("account", 30);
    assert.deepEqual((await transaction.flush()).at(-1), [100, 70]);
    redis.close();
    await cluster.close();
  },

  async "connect has messages, which wait until they are read"(
    { hosts, news },
  ) {
    const cluster = new Cluster({ hosts: [hosts[0], news] });
    const publisher = await cluster.connect(0);
    for (const hostId of [0, 1]) {
      const subscriber = await cluster.connect(hostId);
      const subscription = await subscriber.subscribe("news");
      // More than the client takes at a time; the server keeps the rest.
      if (hostId === 0) {
        await Promise.all(
          Array.from(
            { length: MESSAGES },
            (_, i) => publisher.publish("news", messageAt(i)),
          ),
        );
      } else await new Promise((wake) => setTimeout(wake, 300));
      let count = 0;
      for await (const { message } of subscription.receive()) {
        assert.equal(message, messageAt(count++));
        if (count === MESSAGES) break;
      }
      subscriber.close();
    }
    publisher.close();
    await cluster.close();
  },

  async "a block is joined at its end"({ hosts }) {
    const cluster = new Cluster({ hosts: [...hosts] });
    assert.equal(typeof Symbol.asyncDispose, "symbol");
    const client = cluster.map();
    const size = client.strlen("key:1");
    assert.ok(size.isPending);
    await client[Symbol.asyncDispose]();
    assert.equal(size.value, 7);
    const redis = await cluster.connect(0);
    redis[Symbol.dispose]();
    await cluster[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
    await assert.rejects(async () => await cluster.map((map) => map.get("a")));
  },
};
