/*
 * Arguments are read in the call. Covered here: bytes that are overwritten,
 * transferred or resized afterwards; lists that change; values that answer
 * differently the second time (subclasses, getters, proxies); keys and values,
 * alone, merged and split; through every door, pipelines and transactions of
 * connect() included; RESP2 and RESP3.
 */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  type Argument,
  Cluster,
  QueueFullError,
  RbPromise,
  Script,
} from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { oracle } from "../../support/raw_client.ts";
import { reasonOf } from "./proxied.ts";

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** What becomes of bytes right after the call, and how to begin again. */
const CHANGES: Record<string, (given: Uint8Array<ArrayBuffer>) => void> = {
  overwritten: (given) => void given.fill(0x21),
  transferred: (given) => void given.buffer.transfer(),
  resized: (given) => given.buffer.resize(0),
};

/** Bytes of their own whose buffer can be resized. */
function fresh(text: string): Uint8Array<ArrayBuffer> {
  const content = bytes(text);
  const buffer = new ArrayBuffer(content.length, {
    maxByteLength: content.length,
  });
  const given = new Uint8Array(buffer);
  given.set(content);
  return given;
}

type Write = (name: string, ...args: Argument[]) => unknown;

/** Doors, each of which issues within one turn what a callback writes. */
const DOORS: Record<
  string,
  (cluster: Cluster, issue: (write: Write) => void) => Promise<unknown>
> = {
  "a routing client": async (cluster, issue) => {
    const client = cluster.getRoutingClient();
    const sent: unknown[] = [];
    issue((name, ...args) => sent.push(client.sendCommand(name, args)));
    await Promise.all(sent);
  },
  "methods of a routing client": async (cluster, issue) => {
    const client = cluster.getRoutingClient();
    const sent: unknown[] = [];
    issue((name, ...args) => {
      const [key, value] = args as [string, string];
      sent.push(
        name === "SET" ? client.set(key, value) : client.rpush(key, value),
      );
    });
    await Promise.all(sent);
  },
  "a map that merges": (cluster, issue) =>
    cluster.map((client) =>
      issue((name, ...args) => client.sendCommand(name, args))
    ),
  "methods in a map that merges": (cluster, issue) =>
    cluster.map((client) =>
      issue((name, ...args) => {
        const [key, value] = args as [string, string];
        return name === "SET"
          ? client.set(key, value)
          : client.rpush(key, value);
      })
    ),
  "methods with options": async (cluster, issue) => {
    await cluster.map((client) =>
      issue((name, ...args) => {
        const [key, value] = args as [string, string];
        return name === "SET"
          ? client.set(key, value, { ex: 100 })
          : client.rpush(key, value);
      })
    );
  },
  executeCommands: (cluster, issue) => {
    const commands: [string, ...Argument[]][] = [];
    let result: Promise<unknown> = Promise.resolve();
    // Each in a call of its own, since what is issued later is changed by then.
    issue((name, ...args) => {
      commands.push([name, ...args]);
      const key = args[0] as Uint8Array;
      const map = new Map([[key, [
        [name, ...args] as [string, ...Argument[]],
      ]]]);
      result = Promise.all([result, cluster.executeCommands(map)]);
    });
    return result;
  },
  scripts: (cluster, issue) => {
    const script = new Script("return redis.call(ARGV[1], KEYS[1], ARGV[2])");
    let result: Promise<unknown> = Promise.resolve();
    issue((name, key, value) => {
      const map = new Map([[key, [[script, [key], [name, value]] as const]]]);
      result = Promise.all([result, cluster.executeCommands(map)]);
    });
    return result;
  },
};

for (const [how, change] of Object.entries(CHANGES)) {
  for (const [door, send] of Object.entries(DOORS)) {
    Deno.test(`fault 42: bytes ${how} after the call, by ${door}`, async () => {
      await using one = await RedisServer.start();
      await using two = await RedisServer.start();
      await using cluster = new Cluster({ hosts: [one.host, two.host] });
      const given: Uint8Array<ArrayBuffer>[] = [];
      const take = (text: string) => {
        const made = fresh(text);
        given.push(made);
        return made;
      };
      await send(cluster, (write) => {
        for (let i = 0; i < 20; i++) {
          write("SET", take(`key ${i}`), take(`value ${i}`));
          write("RPUSH", take(`list ${i}`), take(`item ${i}`));
          // All of it is changed before anything can have left.
          given.splice(0).forEach(change);
        }
      });
      const directs = [oracle(one), oracle(two)];
      let keys = 0;
      for (const [hostId, direct] of directs.entries()) {
        await using _ = direct;
        keys += Number(await direct.command("DBSIZE"));
        for (let i = 0; i < 20; i++) {
          for (const key of [`key ${i}`, `list ${i}`]) {
            const lives = cluster.getRouter().getHostForKey(key) === hostId;
            assertEquals(await direct.command("EXISTS", key), lives ? 1 : 0);
          }
        }
      }
      assertEquals(keys, 40);
      const client = cluster.getRoutingClient();
      for (let i = 0; i < 20; i++) {
        assertEquals(await client.get(`key ${i}`), `value ${i}`);
        assertEquals(await client.lrange(`list ${i}`, 0, -1), [`item ${i}`]);
      }
    });
  }
}

for (const protocol of [2, 3] as const) {
  Deno.test(`fault 42: bytes changed after the call on a connection of one's own, in RESP${protocol}`, async () => {
    await using server = await RedisServer.start();
    await using cluster = new Cluster({
      hosts: [server.host],
      poolOptions: { protocol },
    });
    using redis = await cluster.connect(0);
    for (const [how, change] of Object.entries(CHANGES)) {
      const value = fresh(how);
      const sent = redis.sendCommand("SET", ["key", value]);
      change(value);
      await sent;
      assertEquals(await redis.get("key"), how);
      for (const make of [() => redis.pipeline(), () => redis.tx()]) {
        const pipeline = make();
        const [key, other] = [fresh("key"), fresh(`${how} again`)];
        pipeline.sendCommand("SET", [key, other]);
        [key, other].forEach(change);
        await pipeline.flush();
        assertEquals(await redis.get("key"), `${how} again`);
      }
    }
    assertEquals(await redis.dbsize(), 1);
  });
}

Deno.test("fault 42: bytes in commands that are split, with one buffer for all", async () => {
  await using one = await RedisServer.start();
  await using two = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [one.host, two.host] });
  const client = cluster.getRoutingClient();
  const key = bytes("k0");
  const pairs: Argument[] = [];
  for (let i = 0; i < 10; i++) pairs.push(bytes(`k${i}`), `${i}`);
  const set = client.sendCommand("MSET", pairs);
  for (const part of pairs) {
    if (typeof part !== "string") (part as Uint8Array).fill(0);
  }
  pairs.length = 0;
  await set;
  const counts: Promise<number>[] = [];
  const values: Promise<unknown>[] = [];
  for (let i = 0; i < 10; i++) {
    key[1] = 0x30 + i;
    values.push(client.sendCommand("MGET", [key, "k0"]));
    if (i % 2 === 1) counts.push(client.del(key as unknown as string));
  }
  key.fill(0);
  assertEquals(
    await Promise.all(values),
    Array.from({ length: 10 }, (_, i) => [`${i}`, "0"]),
  );
  assertEquals(await Promise.all(counts), [1, 1, 1, 1, 1]);
  const left = await client.mget(...["k0", "k1", "k2", "k9"]);
  assertEquals(left, ["0", null, "2", null]);
});

Deno.test("fault 42: names of channels are read in the call", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [server.host] });
  using redis = await cluster.connect(0);
  const name = bytes("news");
  const subscribed = redis.subscribe(name as unknown as string);
  name.fill(0x21);
  const subscription = await subscribed;
  await cluster.getLocalClient(0).publish("news", "hello");
  for await (const { message } of subscription.receive()) {
    assertEquals(message, "hello");
    break;
  }
});

Deno.test("fault 42: copies of bytes count in the queue", async () => {
  const cluster = new Cluster({
    hosts: [{ port: 1 }],
    poolOptions: { maxQueueBytes: 10_000 },
  });
  const client = cluster.getRoutingClient({ timeout: 100 });
  const buffer = new Uint8Array(4_000);
  const sent = Array.from(
    { length: 4 },
    () => reasonOf(client.sendCommand("SET", ["key", buffer])),
  );
  const reasons = await Promise.all(sent);
  assertEquals(
    reasons.map((reason) => reason instanceof QueueFullError),
    [false, false, true, true],
  );
  await cluster.close();
});

/** Bytes that answer differently each time they are asked. */
class Moody extends Uint8Array<ArrayBuffer> {
  asked = 0;
  override get length(): number {
    if (++this.asked > 1) throw new Error("asked again");
    return super.length;
  }
  override get byteLength(): number {
    return 1_000_000;
  }
  override *[Symbol.iterator](): ArrayIterator<number> {
    yield* [1, 2];
  }
}

for (const door of ["routing", "map", "connect"]) {
  Deno.test(`fault 43: odd bytes change nothing that is framed, by ${door}`, async () => {
    await using server = await RedisServer.start();
    await using cluster = new Cluster({ hosts: [server.host] });
    const others = cluster.getRoutingClient();
    const odd: unknown[] = [
      new Moody(bytes("odd").buffer),
      new Proxy(bytes("odd"), {}),
      Object.create(Uint8Array.prototype),
      Object.setPrototypeOf(new Float32Array(1), Uint8Array.prototype),
    ];
    using redis = await cluster.connect(0);
    const send = (args: Argument[]): PromiseLike<unknown> =>
      door === "routing"
        ? cluster.getRoutingClient().sendCommand("SET", args)
        : door === "map"
        ? cluster.map((client) => client.sendCommand("SET", args))
        : redis.sendCommand("SET", args as string[]);
    for (const value of odd) {
      const [own, count, shared] = await Promise.allSettled([
        send(["key", value as Argument]),
        others.incr("n"),
        redis.incr("m"),
      ]);
      assertEquals([count.status, shared.status], ["fulfilled", "fulfilled"]);
      if (own.status === "rejected") assertInstanceOf(own.reason, TypeError);
      else assertEquals(await others.get("key"), "odd");
      await others.del("key");
    }
    assertEquals(await others.get("n"), `${odd.length}`);
    assertEquals(cluster.stats().get(0)?.connections.lost, 0);
  });
}

Deno.test("fault 43: lists, options and tuples are read once", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [server.host] });
  const client = cluster.getRoutingClient();
  /** A list whose items change from the second reading on. */
  const moody = (items: unknown[]) => {
    const read = new Set<PropertyKey>();
    return new Proxy(items, {
      get(target, name) {
        const again = read.has(name) && /^\d+$/.test(String(name));
        read.add(name);
        return again ? undefined : Reflect.get(target, name);
      },
    });
  };
  assertEquals(
    await client.sendCommand("SET", moody(["key", "1"]) as Argument[]),
    "OK",
  );
  const results = await cluster.executeCommands({
    key: [
      moody(["SET", "key", "2"]) as [string, ...Argument[]],
      moody([new Script("return KEYS[1]..ARGV[1]"), ["key"], ["x"]]) as [
        Script,
        string[],
        string[],
      ],
    ],
  });
  assert(results.key.every((promise) => promise instanceof RbPromise));
  assertEquals(results.key.map(({ value }) => value), ["OK", "keyx"]);
  let asked = 0;
  const options = {
    get returnUint8Arrays() {
      return asked++ === 0;
    },
  };
  const [value, next] = await Promise.all([
    client.sendCommand("GET", ["key"], options),
    client.get("key"),
  ]);
  assertEquals([value, next], [bytes("2"), "2"]);
});
