// The time and the signal of a map bound all that it waits for, not its commands
// alone. Covered: callbacks of map, fanout (with targets too), all and mapBatches
// that wait for what never comes, be it a promise of any kind, a thenable, the
// map itself or the next turn of a loop; what mapBatches gets from its callback;
// sources that give no key, or do not close; join(), as a call and of a block;
// executeCommands; signals of the call, the client and the cluster.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import {
  type Cluster,
  CommandError,
  type MapOptions,
  RbPromise,
  type RoutingClient,
  TimeoutError,
} from "../../mod.ts";
import { FakeTime } from "../fake_time.ts";
import { bounded, eventually, isPending, timesOutAfter } from "./outcome.ts";
import { assertQuiet, connected, Proxied, reasonOf } from "./proxied.ts";

const TIMEOUT = 200;

/** What settles never. */
function never(): Promise<never> {
  return new Promise(() => {});
}

/** What a callback may wait for; `own` is the promise of its map. */
const WAITS: Record<
  string,
  (issue: () => RbPromise<unknown>, own: () => PromiseLike<unknown>) => unknown
> = {
  "a native promise": never,
  "a promise of ours": () => new RbPromise(),
  "a thenable": () => ({ then: () => {} }),
  "the map itself": async (_, own) => {
    await Promise.resolve();
    await own();
  },
  "the map itself, behind a command": async (issue, own) => {
    await issue();
    await own();
  },
  "the map itself, by a callback of a command": (issue, own) =>
    issue().then(() => own()),
  "a promise behind many commands": async (issue) => {
    for (let i = 0; i < 100; i++) issue();
    await never();
  },
  "a command and more": (issue) => Promise.all([issue(), never()]),
  "one of its own promises, made to follow another one": (issue) => {
    const promise = issue();
    promise.resolve(never());
    return promise;
  },
};

type Run = (
  cluster: Cluster | RoutingClient,
  callback: (issue: () => RbPromise<unknown>) => unknown,
  options: MapOptions,
) => Promise<unknown>;

/** All that takes a callback. */
const DOORS: Record<string, Run> = {
  "map()": (cluster, callback, options) =>
    cluster.map((map) => callback(() => map.incr("n")), options),
  "fanout()": (cluster, callback, options) =>
    cluster.fanout([0], (some) => callback(() => some.incr("n")), options),
  "fanout() with targets": (cluster, callback, options) =>
    cluster.fanout(
      (all) => callback(() => all.target([0]).incr("n")),
      options,
    ),
  "fanout() with a target by key": (cluster, callback, options) =>
    cluster.fanout(
      (all) => callback(() => all.targetKey("n").incr("n")),
      options,
    ),
  "all()": (cluster, callback, options) =>
    cluster.all((all) => callback(() => all.incr("n")), options),
  "mapBatches()": async (cluster, callback, options) => {
    const entries = cluster.mapBatches(
      ["key"],
      (map) => callback(() => map.incr("n")),
      options,
    );
    for await (const _ of entries);
  },
};

/** Runs a callback that is given the promise of its own map. */
function start(
  cluster: Cluster | RoutingClient,
  door: Run,
  wait: (typeof WAITS)[string],
  options: MapOptions,
): { promises: RbPromise<unknown>[]; ended: Promise<unknown> } {
  const promises: RbPromise<unknown>[] = [];
  const { promise: own, resolve } = Promise.withResolvers<unknown>();
  const callback = (issue: () => RbPromise<unknown>) =>
    wait(() => {
      const promise = issue();
      promises.push(promise);
      return promise;
    }, () => own);
  const ended = door(cluster, callback, options);
  resolve(ended);
  // Its callback may wait for it as well.
  own.catch(() => {});
  return { promises, ended };
}

for (const [name, door] of Object.entries(DOORS)) {
  for (const [what, wait] of Object.entries(WAITS)) {
    // Where it follows something else by hand, its owner settles it.
    const isByHand = what.startsWith("one of its own");
    /** Whether all has been issued and answered that a callback waits for first. */
    const areAnswered = (promises: RbPromise<unknown>[]) =>
      isByHand || !what.includes("command") && promises.length === 0 ||
      promises.length > 0 && promises.every((one) => one.isResolved);

    Deno.test(`fault 60: ${name} that waits for ${what} ends in its time`, async () => {
      await using host = await Proxied.start(1);
      const client = await connected(host.cluster);
      let promises: RbPromise<unknown>[] = [];
      {
        using time = new FakeTime();
        const error = await timesOutAfter(time, () => {
          const map = start(client, door, wait, { timeout: TIMEOUT });
          promises = map.promises;
          return map.ended;
        }, {
          timeout: TIMEOUT,
          ready: () => areAnswered(promises),
        });
        assertStringIncludes(error.message, "The map did not end in time: ");
        assertEquals([error.hostId, error.command], [undefined, undefined]);
        assertEquals(
          time.delays.filter((delay) => delay > 0 && delay < 1_000),
          [],
        );
      }
      assert(isByHand || promises.every((one) => one.isResolved));
      await assertQuiet(host.cluster);
      assertEquals(await client.incr("after"), 1);
    });

    Deno.test(`fault 60: ${name} that waits for ${what} ends with its signal`, async () => {
      await using host = await Proxied.start(1);
      const client = await connected(host.cluster);
      using _ = new FakeTime();
      const abort = new AbortController();
      const { signal } = abort;
      const { promises, ended } = start(client, door, wait, { signal });
      await eventually(() => areAnswered(promises));
      assert(await isPending(ended));
      const reason = new Error("It is not wanted");
      abort.abort(reason);
      assertStrictEquals(await bounded(reasonOf(ended)), reason);
      await assertQuiet(host.cluster);
      if (isByHand) return;
      // What is aborted from the start is refused, command by command if need be.
      const late = start(client, door, wait, { signal });
      const refused = await bounded(reasonOf(late.ended));
      const reasons = refused instanceof AggregateError
        ? refused.errors
        : [refused];
      assertEquals(new Set(reasons), new Set([reason]));
    });
  }
}

for (const owner of ["cluster", "client"] as const) {
  Deno.test(`fault 60: a callback ends with the signal of its ${owner}`, async () => {
    const abort = new AbortController();
    const { signal } = abort;
    await using host = await Proxied.start(
      1,
      owner === "cluster" ? { signal } : {},
    );
    const client = owner === "cluster"
      ? host.cluster
      : host.cluster.getRoutingClient({ signal });
    const maps = Object.values(DOORS).map((door) => door(client, never, {}));
    for (const map of maps) assert(await isPending(map));
    abort.abort("It is not wanted");
    for (const map of maps) {
      assertEquals(await bounded(reasonOf(map)), "It is not wanted");
    }
  });
}

Deno.test("fault 60: commands whose time is up as well say more, and go first", async () => {
  await using host = await Proxied.start(1);
  await connected(host.cluster);
  host.proxy.hold();
  for (const door of Object.values(DOORS)) {
    using time = new FakeTime();
    const error = await timesOutAfter(
      time,
      () =>
        door(host.cluster, async (issue) => {
          await issue();
        }, { timeout: TIMEOUT }),
      { timeout: TIMEOUT },
    );
    assertEquals([error.hostId, error.command], [0, "INCR"]);
  }
  host.proxy.pass();
});

Deno.test("fault 60: a callback that ends because of its signal says how", async () => {
  await using host = await Proxied.start(1);
  await connected(host.cluster);
  host.proxy.hold();
  const abort = new AbortController();
  const { signal } = abort;
  const wrapped = new Error("Stopped by the callback");
  const throws = host.cluster.map(async (map) => {
    await map.get("key").catch((cause) => {
      throw Object.assign(wrapped, { cause });
    });
  }, { signal });
  const returns = host.cluster.map(async (map) => {
    return await map.get("key").catch(() => "nothing");
  }, { signal, settled: true });
  abort.abort("It is not wanted");
  assertStrictEquals(await bounded(reasonOf(throws)), wrapped);
  assertEquals(wrapped.cause, "It is not wanted");
  assertEquals(await bounded(returns), "nothing");
  host.proxy.pass();
});

Deno.test("fault 60: what a callback issues after its time is refused, and knows why", async () => {
  await using host = await Proxied.start(1);
  await connected(host.cluster);
  const { promise: later, resolve } = Promise.withResolvers<void>();
  let late: Promise<unknown> | undefined;
  let error: unknown;
  {
    using time = new FakeTime();
    error = await timesOutAfter(time, () =>
      host.cluster.map(async (map) => {
        late = later.then(() => map.incr("n"));
        await late;
      }, { timeout: TIMEOUT }), { timeout: TIMEOUT });
  }
  resolve();
  const reason = await bounded(reasonOf(late!));
  assertInstanceOf(reason, DOMException);
  assertStrictEquals((reason as DOMException & Error).cause, error);
  assertEquals(await host.oracle.command("GET", "n"), null);
});

Deno.test("fault 60: a callback without time or signal has any time", async () => {
  await using host = await Proxied.start(1, { timeout: TIMEOUT });
  await connected(host.cluster);
  using time = new FakeTime();
  const { promise, resolve } = Promise.withResolvers<string>();
  const map = host.cluster.map(async (map) => {
    await promise;
    return await map.incr("n");
  });
  await time.advance(100 * TIMEOUT);
  assert(await isPending(map));
  resolve("at last");
  assertEquals(await bounded(map), 1);
});

Deno.test("fault 60: join() within a callback waits for what was issued", async () => {
  await using host = await Proxied.start(1);
  const value = await bounded(host.cluster.map(async (map) => {
    const first = map.incr("n");
    await map.join();
    assertEquals(first.value, 1);
    await host.cluster.all(async (all) => {
      const second = all.incr("n");
      await all.join();
      assertEquals(second.value.get(0), 2);
    });
    return await map.incr("n");
  }, { timeout: 30_000 }));
  assertEquals(value, 3);
});

for (const how of ["join()", "a block", "all() as a block"]) {
  Deno.test(`fault 60: ${how} ends in its time although commands follow each other`, async () => {
    await using host = await Proxied.start(1);
    await connected(host.cluster);
    using time = new FakeTime();
    let count = 0;
    await timesOutAfter(time, async () => {
      const options = { timeout: TIMEOUT };
      const map = how === "all() as a block"
        ? host.cluster.all(options)
        : host.cluster.map(options);
      const next = () => {
        count++;
        map.incr("n").done(next);
      };
      next();
      if (how === "join()") await map.join();
      else await map[Symbol.asyncDispose]();
    }, { timeout: TIMEOUT, ready: () => count > 10 });
  });
}

for (const how of ["join()", "a block"]) {
  Deno.test(`fault 60: ${how} ends although callbacks issue commands for ever`, async () => {
    await using host = await Proxied.start(1);
    await connected(host.cluster);
    host.proxy.hold();
    const map = host.cluster.map({ timeout: 50 });
    let isOver = false;
    // It fails and fails, in one turn after the other.
    const next = () => void (isOver || map.incr("n").done(next, next));
    next();
    try {
      const error = await bounded(
        reasonOf(how === "join()" ? map.join() : map[Symbol.asyncDispose]()),
      );
      assertInstanceOf(error, TimeoutError);
      assertStringIncludes(error.message, "The map did not end in time: ");
    } finally {
      isOver = true;
    }
    host.proxy.pass();
  });
}

Deno.test("fault 60: executeCommands() ends in its time, and with its signal", async () => {
  await using host = await Proxied.start(1);
  await connected(host.cluster);
  const commands = { list: [["BLPOP", "list", 0] as const] };
  {
    using time = new FakeTime();
    await timesOutAfter(
      time,
      () => host.cluster.executeCommands(commands, { timeout: TIMEOUT }),
      {
        timeout: TIMEOUT,
      },
    );
  }
  const abort = new AbortController();
  const run = host.cluster.executeCommands(commands, { signal: abort.signal });
  abort.abort("It is not wanted");
  assertEquals(await bounded(reasonOf(run)), "It is not wanted");
});

/** Sources that do not go on behind so many keys. */
const SOURCES: Record<string, (count: number) => AsyncIterable<string>> = {
  "a generator": async function* (count) {
    for (let i = 0; i < count; i++) yield `key:${i}`;
    await never();
  },
  "an iterator": (count) => ({
    [Symbol.asyncIterator]: () => ({
      next: () =>
        count-- > 0
          ? Promise.resolve({ done: false, value: `key:${count}` })
          : never(),
    }),
  }),
  "a stream": (count) =>
    new ReadableStream({
      pull: (controller) => {
        if (count-- === 0) return never();
        controller.enqueue(`key:${count}`);
        return Promise.resolve();
      },
    }),
};

for (const [kind, source] of Object.entries(SOURCES)) {
  for (const count of [0, 1, 2, 5]) {
    Deno.test(`fault 60: mapBatches() ends where ${kind} gives no key behind ${count}`, async () => {
      await using host = await Proxied.start(1);
      await connected(host.cluster);
      const keys: string[] = [];
      const run = async (options: MapOptions) => {
        keys.length = 0;
        const entries = host.cluster.mapBatches(
          source(count),
          (map, key) => map.incr(key),
          { ...options, batchSize: 2 },
        );
        for await (const [key] of entries) keys.push(key);
      };
      // A batch that is not full is not mapped.
      const ready = () => keys.length === count - count % 2;
      {
        using time = new FakeTime();
        const error = await timesOutAfter(
          time,
          () => run({ timeout: TIMEOUT }),
          { timeout: TIMEOUT, ready },
        );
        assertEquals(
          error.message,
          'The source of mapBatches gave no key in time: for 200 ms; raise "timeout"',
        );
        assertEquals(error.outcome, "not-sent");
      }
      const abort = new AbortController();
      const ended = run({ signal: abort.signal });
      await eventually(ready);
      assert(await isPending(ended));
      abort.abort("It is not wanted");
      assertEquals(await bounded(reasonOf(ended)), "It is not wanted");
      await assertQuiet(host.cluster);
    });
  }
}

Deno.test("fault 60: a source may take its time for many keys, not for one", async () => {
  await using host = await Proxied.start(1);
  await connected(host.cluster);
  using time = new FakeTime();
  const source = (async function* () {
    for (let i = 0; i < 10; i++) {
      await time.sleep(TIMEOUT / 2);
      yield `key:${i}`;
    }
  })();
  const entries = host.cluster.mapBatches(source, (map, key) => map.incr(key), {
    timeout: TIMEOUT,
  });
  const all = Array.fromAsync(entries);
  assertEquals((await time.settled(all)).length, 10);
});

Deno.test("fault 60: a source that waits for its consumer has any time", async () => {
  await using host = await Proxied.start(1);
  await connected(host.cluster);
  using time = new FakeTime();
  const handled = Promise.withResolvers<void>();
  const source = (async function* () {
    yield "first";
    await handled.promise;
    yield "second";
  })();
  const entries = host.cluster.mapBatches(source, (map, key) => map.incr(key), {
    timeout: TIMEOUT,
    batchSize: 1,
  });
  assertEquals((await entries.next()).value, ["first", 1]);
  await time.advance(100 * TIMEOUT);
  const next = entries.next();
  await time.advance(TIMEOUT - 1);
  handled.resolve();
  assertEquals((await bounded(next)).value, ["second", 1]);
  assertEquals((await bounded(entries.next())).done, true);
});

Deno.test("fault 60: a source that does not close ends nothing but itself", async () => {
  await using host = await Proxied.start(1);
  await connected(host.cluster);
  const source = {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.resolve({ done: false, value: "text" }),
      return: never,
    }),
  };
  await host.cluster.getRoutingClient().set("text", "value");
  using time = new FakeTime();
  const entries = () =>
    host.cluster.mapBatches(source, (map, key) => map.lpop(key), {
      timeout: TIMEOUT,
      batchSize: 1,
    });
  const failing = reasonOf(entries().next());
  assertInstanceOf(await time.settled(failing), CommandError);
  const error = await timesOutAfter(
    time,
    async () => await entries().return?.(),
    { timeout: TIMEOUT },
  );
  assertStringIncludes(error.message, "did not close in time");
});

Deno.test("fault 60: mapBatches() ends at the key whose promise does not settle", async () => {
  await using host = await Proxied.start(1);
  await connected(host.cluster);
  using time = new FakeTime();
  const entries = host.cluster.mapBatches(
    [1, 2, 3],
    (map, key) => key === 2 ? never() : map.incr("n"),
    { timeout: TIMEOUT },
  );
  assertEquals((await bounded(entries.next())).value, [1, 1]);
  const second = entries.next();
  await time.advance(TIMEOUT - 1);
  assert(await isPending(second));
  await time.advance(1);
  const error = await bounded(reasonOf(second));
  assertInstanceOf(error, TimeoutError);
  assertStringIncludes(error.message, "what its callback returned for a key");
  assertEquals((await entries.next()).done, true);
});
