import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLessOrEqual,
  assertRejects,
  assertThrows,
} from "@std/assert";
import type { MapBatchesOptions } from "../../src/clients/client_options.ts";
import type { MappingClient } from "../../src/clients/mapping_client.ts";
import { Cluster } from "../../src/cluster.ts";
import { CommandError } from "../../src/errors.ts";
import { RbPromise } from "../../src/promise.ts";
import { FaultProxy, makeTestCluster, RedisServer } from "../../src/testing.ts";
import { FakeTime } from "../fake_time.ts";
import { timesOutAfter } from "../faults/outcome.ts";
import { bounded, eventually, sleep } from "../../support/waiting.ts";

const SMALL = { servers: 2, databasesEach: 2 };
const KEYS = Array.from({ length: 25 }, (_, i) => `key:${i}`);

/** A source that notes how far it was read and whether it was closed. */
class Source {
  read = 0;
  closed = 0;

  *sync(keys: readonly string[] = KEYS): Generator<string> {
    try {
      for (const key of keys) {
        this.read++;
        yield key;
      }
    } finally {
      this.closed++;
    }
  }

  async *async(keys: readonly string[] = KEYS): AsyncGenerator<string> {
    try {
      for (const key of keys) {
        await Promise.resolve();
        this.read++;
        yield key;
      }
    } finally {
      this.closed++;
    }
  }
}

Deno.test("mapBatches() takes what gives keys, and refuses all else by its type", async () => {
  await using cluster = new Cluster({ hosts: [{ port: 1 }] });
  for (
    const [source, what] of [
      ["abc", '"string"'],
      [7, '"number"'],
      [null, "null"],
      [undefined, '"undefined"'],
      [{}, '"object"'],
    ]
  ) {
    const error = assertThrows(
      () => cluster.mapBatches(source as string[], (map, key) => map.get(key)),
      TypeError,
    );
    assert(error.message.includes(String(what)), error.message);
  }
});

async function collect<T>(entries: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
}

Deno.test("Cluster.mapBatches() yields entries in the order of the keys", async () => {
  await using cluster = await makeTestCluster(SMALL);
  await cluster.map((m) => KEYS.map((key) => m.set(key, `${key}!`)));
  const expected = KEYS.map((key): [string, string] => [key, `${key}!`]);
  for (const batchSize of [1, 7, 25, 1_000]) {
    for (
      const make of [() => new Source().sync(), () => new Source().async()]
    ) {
      const entries = cluster.mapBatches(
        make(),
        (client, key) => client.get(key),
        { batchSize },
      );
      assertEquals(await collect(entries), expected);
    }
  }
  const list = cluster.mapBatches(KEYS, (client, key) => client.get(key));
  assertEquals(await collect(list), expected);
});

Deno.test("Cluster.mapBatches() yields what stands for several commands", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const client = cluster.getRoutingClient();
  const entries = client.mapBatches(
    new Map([["a", 1], ["b", 2]]),
    (map, [key, value]) =>
      map.set(key, value).then(() => RbPromise.all([map.strlen(key), key])),
  );
  assertEquals(await collect(entries), [
    [["a", 1], [1, "a"]],
    [["b", 2], [1, "b"]],
  ]);
  const plain = client.mapBatches(["a", "b"], (_, key) => key.toUpperCase());
  assertEquals(await collect(plain), [["a", "A"], ["b", "B"]]);
  const native = client.mapBatches(
    ["a"],
    async (map, key) => `${await map.get(key)}?`,
  );
  assertEquals(await collect(native), [["a", "1?"]]);
});

Deno.test("Cluster.mapBatches() takes an empty source", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 1 });
  const source = new Source();
  const entries = cluster.mapBatches(source.sync([]), (m, key) => m.get(key));
  assertEquals(await collect(entries), []);
  assertEquals(await entries.next(), { done: true, value: undefined });
  assertEquals(source.closed, 1);
});

Deno.test("Cluster.mapBatches() holds no more than three batches", async () => {
  await using cluster = await makeTestCluster(SMALL);
  for (const kind of ["sync", "async"] as const) {
    const source = new Source();
    let consumed = 0;
    const entries = cluster.mapBatches(
      source[kind](),
      (client, key) => client.get(key),
      { batchSize: 5 },
    );
    assertEquals(source.read, 0, "nothing is read before it is asked for");
    for await (const _ of entries) {
      // A slow consumer: the next two have all the time to be read.
      await new Promise((wake) => setTimeout(wake, 2));
      assertLessOrEqual(source.read, consumed - consumed % 5 + 15);
      consumed++;
    }
    assertEquals([consumed, source.read, source.closed], [25, 25, 1]);
  }
});

Deno.test("Cluster.mapBatches() works on the next two batches meanwhile", async () => {
  await using cluster = await makeTestCluster(SMALL);
  using _ = new FakeTime();
  await cluster.map((client) => KEYS.map((key) => client.get(key)));
  const source = new Source();
  let issued = 0;
  const entries = cluster.mapBatches(source.sync(), (client, key) => {
    issued++;
    return client.get(key);
  }, { batchSize: 5 });
  await bounded(entries.next());
  await eventually(() => issued >= 15);
  await sleep(20);
  assertEquals(issued, 15);
  await entries.return?.();
});

Deno.test("Cluster.mapBatches() sends the next batches before a turn is over", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 1 });
  const sent = () => cluster.stats().get(0)?.bytes.sent ?? 0;
  using _ = new FakeTime();
  const keys = KEYS.map((key) => key.padEnd(6, "_"));
  const map = () =>
    cluster.map((client) => keys.slice(0, 5).map((key) => client.get(key)));
  // The first one opens the connection.
  await map();
  const before = sent();
  await map();
  const batch = sent() - before;
  const entries = cluster.mapBatches(
    keys,
    (client, key) => client.get(key),
    { batchSize: 5 },
  );
  await entries.next();
  // A consumer that never waits keeps the turn busy with its promises.
  const end = before + 4 * batch;
  for (let i = 0; i < 50 && sent() < end; i++) await undefined;
  assertEquals(sent(), end);
  await entries.return?.();
});

Deno.test("Cluster.mapBatches() keeps the order of its batches when they are lost", async () => {
  const names = KEYS.slice(0, 16);
  await using server = await RedisServer.start({
    databases: names.length + 1,
  });
  await using proxy = await FaultProxy.start(server);
  await using cluster = new Cluster({
    hosts: names.map((_, index) => ({ ...proxy.host, db: index + 1 })),
  });
  // Those to SELECT and to the first batch; the next two are lost together.
  proxy.cut({ replies: 2 });
  const entries = cluster.mapBatches(
    ["first", "early", "late"],
    (client, value) =>
      void names.map((name) => client.append(name, `${value} `)),
    { batchSize: 1 },
  );
  const reason = await collect(entries).catch((reason) => reason);
  assertInstanceOf(reason, AggregateError);
  proxy.pass();
  // Whatever was lost: nothing is there twice, nor before what came earlier.
  const values = await cluster.map((m) => names.map((name) => m.get(name)));
  for (const { value } of values) {
    assert("first early late ".startsWith(value ?? ""), `${value}`);
  }
});

Deno.test("Cluster.mapBatches() is not refused for what it has under way itself", async () => {
  await using server = await RedisServer.start();
  for (const limits of [{ maxQueueCommands: 5 }, { maxQueueBytes: 400 }]) {
    await using cluster = new Cluster({
      hosts: [server.host],
      poolOptions: limits,
    });
    const map = (batchSize: number) =>
      collect(cluster.mapBatches(KEYS, (m, key) => m.get(key), { batchSize }));
    assertEquals((await map(5)).length, KEYS.length);
    assertEquals((await map(6)).length, KEYS.length);
  }
});

Deno.test("Cluster.mapBatches() bounds the time of each of its batches", async () => {
  await using quick = await RedisServer.start();
  await using stalled = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: [quick.host, stalled.host],
    timeout: 200,
  });
  const router = cluster.getRouter();
  const onHost = (id: number) =>
    KEYS.find((key) => router.getHostForKey(key) === id)!;
  using time = new FakeTime();
  await cluster.map((m) => [0, 1].map((id) => m.get(onHost(id))));
  stalled.pause();
  const entries = cluster.mapBatches(
    [0, 0, 1].map(onHost),
    (client, key) => client.get(key),
    { batchSize: 1 },
  );
  // The last one still has a clock when the one beside it needs none any more.
  assertEquals((await bounded(entries.next())).value?.[1], null);
  assertEquals((await bounded(entries.next())).value?.[1], null);
  await timesOutAfter(time, () => entries.next(), { timeout: 200 });
  stalled.resume();
});

Deno.test("Cluster.mapBatches() lets nothing overtake what a batch issues later", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const add = (client: MappingClient) =>
    client.get("n").then((n) => client.set("n", Number(n) + 1));
  const ways = [
    add,
    async (client: MappingClient) => {
      const n = await client.get("n");
      await client.set("n", Number(n) + 1);
    },
    // Whatever waits for the promise that is returned.
    (client: MappingClient) => {
      const n = client.get("n");
      n.then((n) => client.set("n", Number(n) + 1));
      return n;
    },
    (client: MappingClient) => void add(client),
  ];
  for (const way of ways) {
    await cluster.map((client) => client.set("n", 0));
    const options = { batchSize: 1 };
    await collect(cluster.mapBatches(KEYS, (client) => way(client), options));
    const n = await cluster.map((client) => client.get("n"));
    assertEquals(n, `${KEYS.length}`);
  }
});

Deno.test("Cluster.mapBatches() keeps an error until its turn comes", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const seen: string[] = [];
  const entries = cluster.mapBatches(["a", "b", "c"], async (client, key) => {
    await client.get(key);
    if (key === "b") throw new Error(key);
  }, { batchSize: 1 });
  await assertRejects(
    async () => {
      for await (const [key] of entries) {
        seen.push(key);
        // A rejection that nobody handles would end the program meanwhile.
        await new Promise((wake) => setTimeout(wake, 20));
      }
    },
    Error,
    "b",
  );
  assertEquals(seen, ["a"]);
});

Deno.test("Cluster.mapBatches() lets nothing overtake a command that blocks", async () => {
  await using cluster = await makeTestCluster(SMALL);
  for (let round = 0; round < 5; round++) {
    await cluster.map((client) => client.rpush("list", "item"));
    const taken = await collect(cluster.mapBatches(
      ["other", "pop", "delete"],
      (client, what): RbPromise<unknown> =>
        what === "other"
          ? client.get(what)
          : what === "pop"
          ? client.blpop(1, "list")
          : client.del("list"),
      { batchSize: 1 },
    ));
    assertEquals(taken[1], ["pop", ["list", "item"]]);
  }
});

Deno.test("Cluster.mapBatches() works on one batch at a time where time or room is short", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  for (
    const [scarce, timeout, expected] of [
      ["nothing", 5_000, 3],
      ["time", 200, 2],
      ["connections", 5_000, 2],
    ] as const
  ) {
    proxy.pass();
    await using cluster = new Cluster({
      hosts: [proxy.host],
      poolOptions: { maxConnections: 1 },
    });
    const client = cluster.getRoutingClient();
    using time = new FakeTime();
    await client.get("key");
    proxy.delay(30);
    let issued = 0;
    const entries = cluster.mapBatches(KEYS, (client, key) => {
      issued++;
      return client.get(key);
    }, { batchSize: 1, timeout });
    const first = entries.next();
    const other = scarce === "connections" ? client.get("key") : null;
    await eventually(() => time.delays.includes(30));
    await time.advance(30);
    await time.settled(first, 1);
    await eventually(() => issued >= expected);
    await sleep(10);
    assertEquals(issued, expected, scarce);
    await bounded(entries.return!());
    await time.settled(Promise.resolve(other));
  }
});

Deno.test("Cluster.mapBatches() closes its source when the consumer stops", async () => {
  await using cluster = await makeTestCluster(SMALL);
  for (const kind of ["sync", "async"] as const) {
    const source = new Source();
    const seen: string[] = [];
    for await (
      const [key] of cluster.mapBatches(
        source[kind](),
        (client, key) => client.get(key),
        { batchSize: 4 },
      )
    ) {
      seen.push(key);
      if (seen.length === 6) break;
    }
    assertEquals(seen, KEYS.slice(0, 6));
    // A generator that is at work closes as soon as it is done with that.
    await new Promise((wake) => setTimeout(wake));
    assertEquals(source.closed, 1);
    assertLessOrEqual(source.read, 16);
  }
});

Deno.test("Cluster.mapBatches() does not wait for what is given up", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 1 });
  const entries = cluster.mapBatches(
    ["a", "b"],
    (client, key): RbPromise<unknown> =>
      key === "a" ? client.get(key) : client.blpop(0, "list"),
    { batchSize: 1, timeout: Infinity },
  );
  await bounded(entries.next());
  await sleep(20);
  await bounded(entries.return!());
});

Deno.test("Cluster.mapBatches() stops although its source waits", async () => {
  await using cluster = await makeTestCluster(SMALL);
  for (const outcome of ["resolve", "reject"] as const) {
    const gate = Promise.withResolvers<unknown>();
    let closed = false;
    const source = async function* () {
      try {
        yield* ["a", "b"];
        await gate.promise;
        yield "c";
      } finally {
        closed = true;
      }
    };
    for await (
      const _ of cluster.mapBatches(
        source(),
        (client, key) => client.get(key),
        { batchSize: 2 },
      )
    ) break;
    assertEquals(closed, false);
    gate[outcome](new Error("Nobody wants to know"));
    await new Promise((wake) => setTimeout(wake));
    assertEquals(closed, true);
  }
});

Deno.test("Cluster.mapBatches() stops while a batch is asked for", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 1 });
  const entries = cluster.mapBatches(
    ["a"],
    (client, key) => client.blpop(0, key),
    { timeout: Infinity },
  );
  const next = entries.next();
  await sleep(20);
  await bounded(entries.return!());
  assertEquals(await bounded(next), { done: true, value: undefined });
});

Deno.test("Cluster.mapBatches() reads nothing more when its callback stops it", async () => {
  await using cluster = await makeTestCluster(SMALL);
  await cluster.map((client) => KEYS.map((key) => client.get(key)));
  const source = new Source();
  const entries = cluster.mapBatches(source.sync(), (client, key) => {
    if (key === "key:5") entries.return?.();
    return client.get(key);
  }, { batchSize: 5 });
  await entries.next();
  await eventually(() => source.closed === 1);
  await sleep(10);
  assertEquals([source.read, source.closed], [10, 1]);
});

Deno.test("Cluster.mapBatches() throws what a command fails with, and closes", async () => {
  await using cluster = await makeTestCluster(SMALL);
  await cluster.getRoutingClient().rpush("key:12", 1);
  const source = new Source();
  const seen: string[] = [];
  await assertRejects(
    async () => {
      for await (
        const [key] of cluster.mapBatches(
          source.async(),
          (client, key) => client.strlen(key),
          { batchSize: 5 },
        )
      ) seen.push(key);
    },
    CommandError,
    "WRONGTYPE",
  );
  assertEquals(seen, KEYS.slice(0, 10));
  assertEquals(source.closed, 1);
});

Deno.test("Cluster.mapBatches() throws what its callback or its source throws", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const source = new Source();
  await assertRejects(
    () =>
      collect(cluster.mapBatches(source.sync(), () => {
        throw new Error("Thrown by the callback");
      })),
    Error,
    "Thrown by the callback",
  );
  assertEquals(source.closed, 1);
  async function* broken(): AsyncGenerator<string> {
    yield* KEYS.slice(0, 5);
    await Promise.resolve();
    throw new Error("Thrown by the source");
  }
  const seen: string[] = [];
  await assertRejects(
    async () => {
      for await (
        const [key] of cluster.mapBatches(
          broken(),
          (client, key) => client.get(key),
          { batchSize: 5 },
        )
      ) seen.push(key);
    },
    Error,
    "Thrown by the source",
  );
  assertEquals(seen, KEYS.slice(0, 5));
});

Deno.test("Cluster.mapBatches() closes its source after the error of any entry", async () => {
  await using cluster = await makeTestCluster(SMALL);
  for (const failing of [5, 7]) {
    const source = new Source();
    const seen: string[] = [];
    await assertRejects(
      async () => {
        for await (
          const [key] of cluster.mapBatches(
            source.sync(),
            (client, key) =>
              client.get(key).then(() => {
                if (key === KEYS[failing]) throw new Error("No good");
              }),
            { batchSize: 5 },
          )
        ) seen.push(key);
      },
      Error,
      "No good",
    );
    assertEquals([seen, source.closed], [KEYS.slice(0, failing), 1]);
  }
});

Deno.test("Cluster.mapBatches() throws its own error, not that of closing", async () => {
  await using cluster = await makeTestCluster(SMALL);
  await cluster.getRoutingClient().rpush("key:7", 1);
  function* stubborn(): Generator<string> {
    try {
      yield* KEYS;
    } finally {
      // deno-lint-ignore no-unsafe-finally
      throw new Error("Thrown while closing");
    }
  }
  await assertRejects(
    () =>
      collect(cluster.mapBatches(
        stubborn(),
        (client, key) => client.strlen(key),
        { batchSize: 5 },
      )),
    CommandError,
    "WRONGTYPE",
  );
});

Deno.test("Cluster.mapBatches() serves calls of next() in their order", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const entries = cluster.mapBatches(
    KEYS,
    (client, key) => client.strlen(key),
    { batchSize: 3 },
  );
  const results = await Promise.all(KEYS.map(() => entries.next()));
  assertEquals(results.map(({ value }) => value), KEYS.map((key) => [key, 0]));
  assertEquals((await entries.next()).done, true);
});

Deno.test("Cluster.mapBatches() names the option that is wrong", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 1 });
  const wrong: [Record<string, unknown>, string][] = [
    [{ size: 5 }, 'Unknown option "size" of mapBatches'],
    [{ batchSize: 0 }, 'The option "batchSize" of mapBatches'],
    [{ batchSize: 1.5 }, 'The option "batchSize" of mapBatches'],
  ];
  for (const [options, message] of wrong) {
    assertThrows(
      () => cluster.mapBatches([], () => {}, options as MapBatchesOptions),
      TypeError,
      message,
    );
  }
});

Deno.test("Cluster.mapBatches() with settled goes on to the end, with an outcome for each key", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const isText = (key: string) => key.endsWith("7");
  await cluster.map((m) =>
    KEYS.filter(isText).map((key) => m.set(key, "text"))
  );
  const source = new Source();
  const entries = cluster.mapBatches(source.async(), (m, key) => m.incr(key), {
    batchSize: 4,
    settled: true,
  });
  const seen: [string, string][] = [];
  for await (const [key, outcome] of entries) {
    if (outcome.status === "fulfilled") assertEquals(outcome.value, 1);
    else assertInstanceOf(outcome.reason, CommandError);
    seen.push([key, outcome.status]);
  }
  assertEquals(
    seen,
    KEYS.map((key) => [key, isText(key) ? "rejected" : "fulfilled"]),
  );
  assertEquals([source.read, source.closed], [KEYS.length, 1]);
});

Deno.test("Cluster.mapBatches() with settled waits for asynchronous callbacks, and goes on when one throws", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const failing = cluster.mapBatches(KEYS, async (m, key) => {
    await m.set(key, "text");
    return await m.incr(key);
  }, { settled: true, batchSize: 10 });
  for (const [, outcome] of await collect(failing)) {
    assertEquals(outcome.status, "rejected");
  }
  const throwing = cluster.mapBatches(KEYS, (m, key) => {
    if (key === KEYS[12]) throw new RangeError("Twelve");
    return m.get(key);
  }, { settled: true, batchSize: 10 });
  const outcomes = await collect(throwing);
  assertEquals(outcomes.length, KEYS.length);
  for (const [key, outcome] of outcomes) {
    const expected = key === KEYS[12] ? "rejected" : "fulfilled";
    assertEquals(outcome.status, expected);
  }
});

for (const [hosts, size] of [[4, 1_000], [20, 1_280]]) {
  Deno.test(`mapBatches() makes batches of ${size} keys for ${hosts} hosts`, async () => {
    await using cluster = await makeTestCluster({
      servers: 1,
      databasesEach: hosts,
    });
    const keys = Array.from({ length: 2_000 }, (_, id) => `key:${id}`);
    const source = new Source();
    let read = 0;
    const entries = cluster.mapBatches(source.sync(keys), (map, key) => {
      read ||= source.read;
      return map.get(key);
    });
    assertEquals(await entries.next(), { done: false, value: ["key:0", null] });
    await entries.return?.();
    assertEquals(read, size);
  });
}
