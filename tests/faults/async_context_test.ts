// Asynchronous contexts: a callback runs in the one in which it was attached, and
// sees neither that of whoever opened the connection nor that of another caller
// who shares it. Covered: done, then, catch and finally, and chains of them; what
// settles by replies (merged or not, translated, blocking), by hand, by another
// promise, by an error reply, by time that is up, a signal, a refusal or a lost
// connection; maps, blocks, fanouts, executeCommands and mapBatches; awaits, and
// native promises of other clients; contexts that are nested in one turn; messages
// about batches.

import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { assert, assertEquals } from "@std/assert";
import {
  type BatchMessage,
  Cluster,
  type MapOptions,
  type MappingClient,
  RbPromise,
} from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { bounded, eventually } from "./outcome.ts";
import { Proxied } from "./proxied.ts";

const storage = new AsyncLocalStorage<string>();
const USERS = ["ann", "bob", "cid"];

/** Each way to attach a callback, of which either part may run. */
const WAYS: Record<
  string,
  (promise: RbPromise<unknown>, call: () => void) => void
> = {
  "done()": (promise, call) => void promise.done(call, call),
  "then()": (promise, call) => void promise.then(call, call),
  "catch()": (promise, call) =>
    void promise.then(() => {
      throw new Error("Thrown on");
    }).catch(call),
  "finally()": (promise, call) => void promise.finally(call),
  "a chain": (promise, call) =>
    void promise.then().catch(() => {}).then().finally(() => {}).done(call),
  "RbPromise.all()": (promise, call) =>
    void RbPromise.all([promise, 1]).done(call, call),
  "a promise that follows": (promise, call) => {
    const follower = new RbPromise<unknown>();
    follower.done(call, call);
    follower.resolve(promise);
  },
  "await": async (promise, call) => {
    await promise.catch(() => {});
    call();
  },
};

/** How commands travel, or do not. */
const COMMANDS: Record<string, (map: MappingClient) => RbPromise<unknown>> = {
  "a merged command": (map) => map.get("key"),
  "a raw command": (map) => map.sendCommand("STRLEN", ["key"]),
  "a translated command": (map) => map.set("key", "value", { ex: 60 }),
  "a command over several keys": (map) => map.mget("key", "other"),
  "a command that blocks": (map) => map.blpop(0.01, "list"),
  "a command that fails": (map) => map.lpop("text"),
  "a command that is refused": (map) => map.sendCommand("PING"),
  "a command that cannot be sent": (map) =>
    map.get(undefined as unknown as string),
};

/** A cluster that "opener" has connected. */
async function opened() {
  const stack = new AsyncDisposableStack();
  const { host } = stack.use(await RedisServer.start());
  const cluster = stack.use(new Cluster({ hosts: [host] }));
  await storage.run(
    "opener",
    () => cluster.getRoutingClient().set("text", "value"),
  );
  return { cluster, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

for (const [way, attach] of Object.entries(WAYS)) {
  Deno.test(`fault 67: callbacks by ${way} run in the context in which they were attached`, async () => {
    await using one = await opened();
    const seen: string[] = [];
    const expected: string[] = [];
    for (const [what, command] of Object.entries(COMMANDS)) {
      const note = (user: string) => () =>
        void seen.push(`${what}: ${user} is ${storage.getStore()}`);
      for (const user of USERS) expected.push(`${what}: ${user} is ${user}`);
      // All in one turn, over one connection.
      const client = one.cluster.getRoutingClient();
      await Promise.all(
        USERS.map((user) =>
          storage.run(
            user,
            () =>
              client.map((map) => attach(command(map), note(user)), {
                settled: true,
              }),
          )
        ),
      );
      // And without any context, although others have one.
      const plain = await client.map((map) => {
        attach(command(map), note("undefined"));
      }, { settled: true });
      expected.push(`${what}: undefined is undefined`);
      assertEquals(plain, undefined);
    }
    await eventually(() => seen.length === expected.length);
    assertEquals(seen.sort(), expected.sort());
  });
}

for (const [way, attach] of Object.entries(WAYS)) {
  Deno.test(`fault 67: callbacks by ${way} of promises that are settled by hand do so too`, async () => {
    const settlers: ((promise: RbPromise<unknown>) => void)[] = [
      (promise) => promise.resolve(1),
      (promise) => promise.reject(1),
      (promise) => promise.resolve(RbPromise.resolved(1)),
      (promise) => promise.resolve(Promise.resolve(1)),
    ];
    const seen: unknown[] = [];
    for (const settle of settlers) {
      const promise = new RbPromise<unknown>();
      for (const user of USERS) {
        storage.run(
          user,
          () => attach(promise, () => seen.push([user, storage.getStore()])),
        );
      }
      storage.run("opener", () => settle(promise));
    }
    const count = settlers.length * USERS.length;
    await eventually(() => seen.length === count);
    assertEquals(
      seen.sort(),
      settlers.flatMap(() => USERS.map((user) => [user, user])).sort(),
    );
  });
}

Deno.test("fault 67: each of several callbacks of a promise has its own context", () => {
  const promise = new RbPromise<number>();
  const seen: (string | undefined)[] = [];
  storage.run("ann", () => {
    promise.done(() => {
      seen.push(storage.getStore());
      // What a callback attaches has the context of the callback.
      storage.run(
        "nested",
        () => promise.done(() => seen.push(storage.getStore())),
      );
      seen.push(storage.getStore());
    });
    storage.run("bob", () => promise.done(() => seen.push(storage.getStore())));
    promise.then(() => {
      seen.push(storage.getStore());
    });
  });
  promise.done(() => seen.push(storage.getStore()));
  storage.run("opener", () => {
    promise.resolve(1);
    assertEquals(storage.getStore(), "opener");
  });
  assertEquals(seen, ["ann", "nested", "ann", "bob", "ann", undefined]);
});

Deno.test("fault 67: what a callback throws leaves its context", () => {
  const promise = new RbPromise<number>();
  const derived = storage.run("ann", () =>
    promise.then(() => {
      throw new Error(storage.getStore());
    }));
  storage.run("opener", () => {
    promise.resolve(1);
    assertEquals(storage.getStore(), "opener");
  });
  assertEquals((derived.reason as Error).message, "ann");
});

Deno.test("fault 67: a thousand callbacks of one context see it, whoever shares the connection", async () => {
  await using one = await opened();
  const keys = Array.from({ length: 1_000 }, (_, i) => `key:${i}`);
  const seen = new Map<string, Set<string | undefined>>();
  await Promise.all(USERS.map((user) =>
    storage.run(user, async () => {
      const own = new Set<string | undefined>();
      seen.set(user, own);
      await one.cluster.map((map) => {
        for (const key of keys) {
          map.get(key).done(() => own.add(storage.getStore()));
        }
      });
    })
  ));
  assertEquals([...seen], USERS.map((user) => [user, new Set([user])]));
});

Deno.test("fault 67: fanouts, executeCommands() and mapBatches() do so too", async () => {
  await using one = await opened();
  const { cluster } = one;
  const seen: unknown[] = [];
  const runs: Record<string, (note: () => void) => PromiseLike<unknown>> = {
    all: (note) => cluster.all((all) => void all.ping().done(note)),
    targets: (note) =>
      cluster.fanout((all) => void all.target([0]).ping().then(note)),
    targetKey: (note) =>
      cluster.fanout((all) => void all.targetKey("k").get("k").done(note)),
    block: async (note) => {
      await using map = cluster.map();
      map.incr("n").done(note);
    },
    executeCommands: (note) =>
      cluster.executeCommands({ key: [["GET", "key"]] }).then(({ key }) =>
        key[0].done(note)
      ),
    mapBatches: async (note) => {
      const keys = ["a", "b", "c"];
      const entries = cluster.mapBatches(
        keys,
        (map, key) => map.get(key).then((value) => value),
        { batchSize: 1 },
      );
      for await (const _ of entries);
      note();
    },
    "callbacks of mapBatches": async (note) => {
      const entries = cluster.mapBatches(
        ["a"],
        (map, key) => map.get(key).then(note),
      );
      for await (const _ of entries);
    },
  };
  for (const [name, run] of Object.entries(runs)) {
    await Promise.all(
      USERS.map((user) =>
        storage.run(
          user,
          () => run(() => seen.push([name, user, storage.getStore()])),
        )
      ),
    );
  }
  assertEquals(
    seen.sort(),
    Object.keys(runs).flatMap((name) => USERS.map((user) => [name, user, user]))
      .sort(),
  );
});

/** How a command ends without a reply of its own. */
const ENDS: Record<string, (host: Proxied, abort: AbortController) => unknown> =
  {
    "a signal": (_, abort) => abort.abort(),
    "a lost connection": ({ proxy }) => proxy.reset(),
    "a host that is removed": ({ cluster }) => cluster.removeHost(0),
    "time that is up": () => {},
  };

for (const [what, end] of Object.entries(ENDS)) {
  Deno.test(`fault 67: callbacks run in their context when ${what} ends their command`, async () => {
    await using host = await Proxied.start(1, { timeout: 300 });
    await storage.run("opener", () => host.cluster.getRoutingClient().get("n"));
    host.proxy.hold();
    const abort = new AbortController();
    const options: MapOptions = { signal: abort.signal, settled: true };
    const seen: unknown[] = [];
    const maps = USERS.map((user) =>
      storage.run(user, () =>
        host.cluster.map((map) => {
          map.incr("n").done(null, () => seen.push([user, storage.getStore()]));
        }, options))
    );
    await storage.run("opener", async () => {
      await eventually(() => host.cluster.stats().get(0)!.queue.commands === 3);
      end(host, abort);
    });
    await bounded(Promise.all(maps));
    host.proxy.pass();
    assertEquals(seen.sort(), USERS.map((user) => [user, user]));
  });
}

Deno.test("fault 67: messages about batches come in the context of whoever issued them", async () => {
  await using one = await opened();
  const { cluster } = one;
  const seen: [string, string | undefined][] = [];
  const onMessage = (message: unknown) => {
    const [name] = Object.keys((message as BatchMessage).commands);
    seen.push([name, storage.getStore()]);
  };
  subscribe("rb:batch", onMessage);
  try {
    const names = ["GET", "STRLEN", "TTL"];
    await Promise.all(USERS.map((user, index) =>
      storage.run(user, async () => {
        await cluster.getRoutingClient().sendCommand(names[index], ["key"]);
        await cluster.map((map) => map.sendCommand(names[index], ["key"]));
        await cluster.getLocalClient(0).sendCommand(names[index], ["key"]);
      })
    ));
    await cluster.getRoutingClient().incr("n");
    assertEquals(
      seen.sort(),
      [
        ...names.flatMap((name, i) => Array(3).fill([name, USERS[i]])),
        ["INCR", undefined],
      ].sort(),
    );
  } finally {
    unsubscribe("rb:batch", onMessage);
  }
});

Deno.test("fault 67: so do those about commands that have waited for room", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: [server.host],
    poolOptions: { maxQueueCommands: 4 },
  });
  const seen = new Map<string, Set<string | undefined>>();
  const onMessage = (message: unknown) => {
    const [name] = Object.keys((message as BatchMessage).commands);
    seen.set(name, (seen.get(name) ?? new Set()).add(storage.getStore()));
  };
  const names = ["GET", "STRLEN", "TTL"];
  const keys = Array.from({ length: 100 }, (_, i) => `key:${i}`);
  subscribe("rb:batch", onMessage);
  try {
    await bounded(
      Promise.all(USERS.map((user, index) =>
        storage.run(user, async () => {
          const entries = cluster.mapBatches(
            keys,
            (map, key) => map.sendCommand(names[index], [key]),
          );
          for await (const _ of entries);
        })
      )),
    );
  } finally {
    unsubscribe("rb:batch", onMessage);
  }
  for (const [index, name] of names.entries()) {
    assertEquals(seen.get(name), new Set([USERS[index]]));
  }
});

Deno.test("fault 67: whoever begins to listen is told of batches under way as well", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  await client.get("n");
  host.proxy.hold();
  const reply = storage.run("ann", () => client.incr("n"));
  await eventually(() => host.cluster.stats().get(0)!.queue.commands === 1);
  const messages: unknown[] = [];
  const onMessage = (message: unknown) => messages.push(message);
  subscribe("rb:batch", onMessage);
  host.proxy.pass();
  assertEquals(await bounded(reply), 1);
  unsubscribe("rb:batch", onMessage);
  assert(messages.length === 1);
});
