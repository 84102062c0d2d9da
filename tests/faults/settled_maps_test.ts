// With `settled: true` nothing is thrown for a command. Covered: mapBatches, whose
// keys each have an outcome, and maps, fanouts and executeCommands, whose promises
// tell; whatever callbacks return, be it a value, a list, a record, a promise of
// any kind or a thenable; reasons that are no errors; callbacks that throw for one
// key; error replies, dead hosts, full queues and time that is up; text and bytes.
// What is thrown all the same: what the source throws, and the reason of a signal.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import {
  Cluster,
  CommandError,
  ConnectionError,
  type MapBatchesOptions,
  type MappingClient,
  QueueFullError,
  RbPromise,
  TimeoutError,
} from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { FakeTime } from "../fake_time.ts";
import { bounded, eventually, isPending } from "./outcome.ts";
import { assertQuiet, connected, Proxied, reasonOf } from "./proxied.ts";
import { UnhandledRejections } from "./settlement.ts";

type Outcome = PromiseSettledResult<unknown>;

/** Maps with outcomes, and collects them by their keys. */
async function outcomesOf(
  cluster: Cluster,
  keys: Iterable<string> | AsyncIterable<string>,
  callback: (map: MappingClient, key: string) => unknown,
  options: MapBatchesOptions = {},
): Promise<[string, Outcome][]> {
  const settled = { ...options, settled: true } as const;
  const entries = cluster.mapBatches(keys, callback, settled);
  return await bounded(Array.fromAsync(entries));
}

/** A cluster of one host, where "text" holds text. */
async function withText() {
  const stack = new AsyncDisposableStack();
  const { host } = stack.use(await RedisServer.start());
  const cluster = stack.use(new Cluster({ hosts: [host] }));
  await cluster.getRoutingClient().set("text", "value");
  return { cluster, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const THROWN = new Error("Thrown by the callback");

/** What a callback returns for one key, and what its outcome holds. */
const RETURNED: Record<
  string,
  [(map: MappingClient) => unknown, { value: unknown } | { reason: unknown }]
> = {
  "nothing": [() => {}, { value: undefined }],
  "null": [() => null, { value: null }],
  "a value": [() => 7, { value: 7 }],
  "an error as a value": [() => THROWN, { value: THROWN }],
  "a command": [(map) => map.get("text"), { value: "value" }],
  "a raw command with bytes": [
    (map) => map.sendCommand("GET", ["text"], { returnUint8Arrays: true }),
    { value: new TextEncoder().encode("value") },
  ],
  "a native promise": [() => Promise.resolve("value"), { value: "value" }],
  "a resolved promise of ours": [() => RbPromise.resolved(7), { value: 7 }],
  "a derived promise": [
    (map) => map.get("text").then((value) => `${value}!`),
    { value: "value!" },
  ],
  "an asynchronous callback": [
    async (map) => `${await map.get("text")}?`,
    { value: "value?" },
  ],
  "a thenable": [
    () => ({ then: (done: (value: number) => void) => done(7) }),
    { value: 7 },
  ],
  "a function with a then": [
    () =>
      Object.assign(() => {}, {
        then: (done: (value: number) => void) => done(7),
      }),
    { value: 7 },
  ],
  "a promise rejected with undefined": [
    () => Promise.reject(),
    { reason: undefined },
  ],
  "a promise rejected with null": [
    () => Promise.reject(null),
    { reason: null },
  ],
  "a promise rejected with text": [
    () => Promise.reject("reasons of state"),
    { reason: "reasons of state" },
  ],
  "a promise of ours rejected with a number": [
    () => RbPromise.rejected(7),
    { reason: 7 },
  ],
  "a thenable that rejects": [
    () => ({ then: (_: unknown, fail: (reason: unknown) => void) => fail(7) }),
    { reason: 7 },
  ],
  "a thenable that throws": [
    () => ({
      then: () => {
        throw THROWN;
      },
    }),
    { reason: THROWN },
  ],
  "what throws when it is looked at": [
    () => ({
      get then() {
        throw THROWN;
      },
    }),
    { reason: THROWN },
  ],
  "nothing, as it throws an error": [
    () => {
      throw THROWN;
    },
    { reason: THROWN },
  ],
  "nothing, as it throws undefined": [
    () => {
      throw undefined;
    },
    { reason: undefined },
  ],
  "nothing, as it throws behind a command": [
    (map) => {
      map.lpop("text");
      throw THROWN;
    },
    { reason: THROWN },
  ],
  "a callback of a command that throws": [
    (map) =>
      map.get("text").then(() => {
        throw THROWN;
      }),
    { reason: THROWN },
  ],
};

/** What fails with the error of a command. */
const FAILING: Record<string, (map: MappingClient) => PromiseLike<unknown>> = {
  "a command that fails": (map) => map.lpop("text"),
  "a raw command that fails": (map) => map.sendCommand("LPOP", ["text"]),
  "a translated command that fails": (map) => map.hset("text", { a: 1 }),
  "a native promise of a command that fails": async (map) =>
    await map.lpop("text"),
  "Promise.all() of commands": (map) =>
    Promise.all([map.get("text"), map.lpop("text"), map.lpop("text")]),
  "RbPromise.all() of commands": (map) =>
    RbPromise.all({ one: map.get("text"), other: map.lpop("text") }),
  "a promise that passes it on": (map) =>
    map.lpop("text").then((value) => value).finally(() => {}),
  "a thenable": (map) => {
    const promise = map.lpop("text");
    return { then: (...callbacks) => promise.then(...callbacks) };
  },
};

for (const [what, [callback, held]] of Object.entries(RETURNED)) {
  Deno.test(`fault 61: mapBatches() with outcomes goes on when a callback returns ${what}`, async () => {
    await using one = await withText();
    using unhandled = new UnhandledRejections();
    const expected = "value" in held
      ? { status: "fulfilled", ...held }
      : { status: "rejected", ...held };
    for (const batchSize of [1, 2, 1_000]) {
      const outcomes = await outcomesOf(
        one.cluster,
        ["a", "odd", "b", "odd", "c"],
        (map, key) => key === "odd" ? callback(map) : map.incr(key),
        { batchSize },
      );
      assertEquals(outcomes.map(([key]) => key), ["a", "odd", "b", "odd", "c"]);
      assertEquals(outcomes[1][1], expected as Outcome);
      assertEquals(outcomes[3][1], expected as Outcome);
      for (const index of [0, 2, 4]) {
        assertEquals(outcomes[index][1].status, "fulfilled");
      }
    }
    await assertQuiet(one.cluster);
    assertEquals(unhandled.reasons, []);
  });
}

for (const [what, callback] of Object.entries(FAILING)) {
  Deno.test(`fault 61: mapBatches() with outcomes goes on behind ${what}`, async () => {
    await using one = await withText();
    using unhandled = new UnhandledRejections();
    const outcomes = await outcomesOf(
      one.cluster,
      ["a", "odd", "b"],
      (map, key) => key === "odd" ? callback(map) : map.incr(key),
    );
    const [first, odd, last] = outcomes.map(([, outcome]) => outcome);
    assert(odd.status === "rejected");
    assertInstanceOf(odd.reason, CommandError);
    assertEquals([first, last], [
      { status: "fulfilled", value: 1 },
      { status: "fulfilled", value: 1 },
    ]);
    assertEquals(unhandled.reasons, []);
  });

  Deno.test(`fault 61: a map that ends well does so when its callback returns ${what}`, async () => {
    await using one = await withText();
    using unhandled = new UnhandledRejections();
    let last: RbPromise<unknown> | undefined;
    const run = (map: MappingClient) => {
      const returned = callback(map);
      last = map.incr("n");
      return returned;
    };
    const { cluster } = one;
    assertEquals(await cluster.map(run, { settled: true }), undefined);
    // It was not cancelled.
    assertEquals(last?.value, 1);
    assertInstanceOf(await reasonOf(cluster.map(run)), Error);
    await assertQuiet(cluster);
    assertEquals(unhandled.reasons, []);
  });
}

Deno.test("fault 61: a map that ends well after a join of its own does so too", async () => {
  await using one = await withText();
  const result = await one.cluster.map(async (map) => {
    const failed = map.lpop("text");
    await map.join();
    assert(failed.isRejected);
    return await failed;
  }, { settled: true });
  assertEquals(result, undefined);
});

Deno.test("fault 61: what a callback itself throws is thrown, with settled too", async () => {
  await using one = await withText();
  const { cluster } = one;
  const options = { settled: true };
  const callbacks: ((map: MappingClient) => unknown)[] = [
    () => {
      throw THROWN;
    },
    () => Promise.reject(THROWN),
    async (map) => {
      await map.lpop("text").catch(() => {});
      throw THROWN;
    },
    (map) =>
      map.get("text").then(() => {
        throw THROWN;
      }),
  ];
  for (const callback of callbacks) {
    assertStrictEquals(await reasonOf(cluster.map(callback, options)), THROWN);
  }
});

Deno.test("fault 61: lists and records of promises are values; their promises tell", async () => {
  await using one = await withText();
  const outcomes = await outcomesOf(
    one.cluster,
    ["list", "record"],
    (map, key) => {
      const promises = [map.get("text"), map.lpop("text")];
      return key === "list" ? promises : { ...promises };
    },
  );
  for (const [, outcome] of outcomes) {
    assert(outcome.status === "fulfilled");
    const [text, failed] = Object.values(
      outcome.value as RbPromise<unknown>[],
    );
    assertEquals(text.value, "value");
    assertInstanceOf(failed.reason, CommandError);
  }
});

Deno.test("fault 61: fanouts and executeCommands() that end well throw nothing for a command", async () => {
  await using one = await withText();
  const { cluster } = one;
  const options = { settled: true } as const;
  const outcomes = await cluster.all((all) => all.lpop("text"), options);
  assertEquals(outcomes.get(0)?.status, "rejected");
  assertEquals(
    await cluster.all((all) => all.targetKey("text").lpop("text"), options),
    undefined,
  );
  const wrong = undefined as unknown as string;
  const refused = await cluster.all((all) => all.get(wrong), options);
  assertEquals(refused.get(0)?.status, "rejected");
  const results = await cluster.executeCommands({
    text: [["LPOP", "text"], ["GET", "text"], [""]],
  }, options);
  assertEquals(results.text.map(({ isRejected }) => isRejected), [
    true,
    false,
    true,
  ]);
});

Deno.test("fault 61: mapBatches() with outcomes goes on while a host is down", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: [server.host, { hostname: "127.0.0.1", port: 1 }],
    poolOptions: { maxRetries: 0 },
  });
  const keys = Array.from({ length: 500 }, (_, i) => `key:${i}`);
  const router = cluster.getRouter();
  const outcomes = await outcomesOf(
    cluster,
    keys,
    (map, key) => map.incr(key),
    { batchSize: 50 },
  );
  assertEquals(outcomes.map(([key]) => key), keys);
  for (const [key, outcome] of outcomes) {
    if (router.getHostForKey(key) === 0) {
      assertEquals(outcome, { status: "fulfilled", value: 1 });
    } else {
      assert(outcome.status === "rejected");
      assertInstanceOf(outcome.reason, ConnectionError);
      assertEquals(outcome.reason.hostId, 1);
    }
  }
});

Deno.test("fault 61: mapBatches() with outcomes goes on where there is no room, and when time is up", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxQueueCommands: 4 },
  });
  await connected(host.cluster);
  host.proxy.hold();
  const keys = Array.from({ length: 10 }, (_, i) => `key:${i}`);
  using time = new FakeTime();
  const run = outcomesOf(host.cluster, keys, (map, key) => map.incr(key), {
    timeout: 200,
    batchSize: 10,
  });
  assert(await isPending(run));
  const reasons = (await time.settled(run)).map(([, outcome]) => {
    assert(outcome.status === "rejected");
    return outcome.reason;
  });
  // The fifth has waited for room in vain; there is some when that is told.
  for (const [index, reason] of reasons.entries()) {
    const isFull = reason instanceof QueueFullError;
    assert(isFull && index > 4 || reason instanceof TimeoutError, `${reason}`);
  }
  host.proxy.pass();
  await assertQuiet(host.cluster);
});

Deno.test("fault 61: a promise that does not settle in time is an outcome as well", async () => {
  await using host = await Proxied.start(1);
  await connected(host.cluster);
  using time = new FakeTime();
  const run = outcomesOf(
    host.cluster,
    ["a", "odd", "b"],
    (map, key) => key === "odd" ? new Promise(() => {}) : map.incr(key),
    { timeout: 200 },
  );
  const [a, odd, b] = (await time.settled(run)).map(([, outcome]) => outcome);
  assert(odd.status === "rejected");
  assertInstanceOf(odd.reason, TimeoutError);
  assertEquals([a.status, b.status], ["fulfilled", "fulfilled"]);
});

Deno.test("fault 61: what the source throws is thrown, and the reason of the signal", async () => {
  await using one = await withText();
  const options = { settled: true, batchSize: 1 } as const;
  const source = (function* () {
    yield "a";
    throw THROWN;
  })();
  const keys: string[] = [];
  const ended = reasonOf((async () => {
    const callback = (map: MappingClient, key: string) => map.lpop(key);
    const entries = one.cluster.mapBatches(source, callback, options);
    for await (const [key] of entries) keys.push(key);
  })());
  assertStrictEquals(await bounded(ended), THROWN);
  assertEquals(keys, ["a"]);

  const abort = new AbortController();
  const { signal } = abort;
  const seen: Outcome[] = [];
  const endless = (function* () {
    for (;;) yield "text";
  })();
  const stopped = reasonOf((async () => {
    const entries = one.cluster.mapBatches(
      endless,
      (map, key) => map.lpop(key),
      { ...options, signal },
    );
    for await (const [, outcome] of entries) seen.push(outcome);
  })());
  await eventually(() => seen.length > 10);
  abort.abort("It is not wanted");
  assertEquals(await bounded(stopped), "It is not wanted");
});
