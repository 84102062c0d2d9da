// When a map has ended, and what it throws.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  CommandError,
  type CommandTuple,
  type MappingClient,
  type RbPromise,
  Script,
  UnroutableCommandError,
} from "../../mod.ts";
import { makeTestCluster } from "../../src/testing.ts";
import { reasonOf } from "../faults/proxied.ts";

const ONE = { servers: 1, databasesEach: 1 };

/** A cluster of one host with a key that holds text. */
async function withText() {
  const cluster = await makeTestCluster(ONE);
  await cluster.getRoutingClient().set("text", "value");
  return cluster;
}

/** What a caller without types may do. */
type Untyped = Record<string, (...args: unknown[]) => RbPromise<unknown>>;

/** Commands whose callback issues another one, by how each of them travels. */
const FOLLOWERS: Record<
  string,
  [
    (map: MappingClient) => RbPromise<unknown>,
    (map: MappingClient) => RbPromise<unknown>,
  ]
> = {
  "a direct command after a direct one": [
    (map) => map.get("text"),
    (map) => map.get("text"),
  ],
  "a direct command after a translated one": [
    (map) => map.set("text", "value", { ex: 60 }),
    (map) => map.get("text"),
  ],
  "a translated command after a direct one": [
    (map) => map.get("text"),
    (map) => map.set("text", "value", { ex: 60 }),
  ],
  "a translated command after a translated one": [
    (map) => map.set("text", "value", { ex: 60 }),
    (map) => map.set("text", "value", { ex: 60 }),
  ],
  "a raw command after a merged one": [
    (map) => map.set("text", "value"),
    (map) => map.sendCommand("STRLEN", ["text"]),
  ],
};

for (const [what, [first, next]] of Object.entries(FOLLOWERS)) {
  Deno.test(`a map waits for ${what}`, async () => {
    await using cluster = await withText();
    const later: RbPromise<unknown>[] = [];
    await cluster.map((map) => {
      first(map).done(() => later.push(next(map)));
    });
    assertEquals(later.map(({ isResolved }) => isResolved), [true]);

    const map = cluster.getMappingClient();
    first(map).then(() => later.push(next(map)));
    await map.join();
    assertEquals(later.map(({ isResolved }) => isResolved), [true, true]);

    {
      await using map = cluster.map();
      first(map).then(() => next(map)).done(() => later.push(next(map)));
    }
    assertEquals(later.map(({ isResolved }) => isResolved), [true, true, true]);
  });
}

/** Failures that nobody looks at but the map itself. */
const FAILURES: Record<string, (map: MappingClient) => unknown> = {
  "an error reply": (map) => map.lpop("text"),
  "an error reply to a raw command": (map) => map.sendCommand("LPOP", ["text"]),
  "an error reply to a translated command": (map) => map.hset("text", { a: 1 }),
  "an argument that cannot be sent": (map) =>
    map.get(undefined as unknown as string),
  "an argument of a translated command that cannot be sent": (map) =>
    map.set("key", undefined as unknown as string, { ex: 60 }),
  "a raw command without a name": (map) => map.sendCommand(""),
  "a raw command that cannot be routed": (map) => map.sendCommand("PING"),
  "a method that needs a connection": (map) => (map as unknown as Untyped).tx(),
  "another one": (map) => (map as unknown as Untyped).subscribe("news"),
  "what a callback issues": (map) =>
    map.get("text").done(() => map.lpop("text")),
  "what a callback of a translated command is refused": (map) =>
    map.set("text", "value", { ex: 60 }).done(() =>
      map.set("key", undefined as unknown as string, { ex: 60 })
    ),
};

for (const [what, fail] of Object.entries(FAILURES)) {
  Deno.test(`a map throws ${what} that nobody looked at`, async () => {
    await using cluster = await withText();
    assertInstanceOf(
      await reasonOf(cluster.map((map) => void fail(map))),
      Error,
    );
    const map = cluster.getMappingClient();
    fail(map);
    const error = await reasonOf(map.join());
    assertInstanceOf(error, Error);
    assert(!(error instanceof AggregateError));
    await map.join();
    // With settled it is for its promise alone.
    await cluster.map((map) => void fail(map), { settled: true });
  });
}

Deno.test("a map that returns a promise reports all failures in the order of issue", async () => {
  await using cluster = await withText();
  let rest: RbPromise<unknown> | undefined;
  const error = await reasonOf(cluster.map((map) => {
    map.lpop("text");
    const returned = map.sadd("text", "member");
    rest = map.strlen("text");
    return returned;
  }));
  assertInstanceOf(error, AggregateError);
  assertEquals(error.errors.map(({ command }) => command), ["LPOP", "SADD"]);
  assertEquals(error.message.slice(0, 24), "2 of 3 commands failed, ");
  assertEquals(rest?.value, 5);
});

Deno.test("what a map leaves behind knows the error of its callback", async () => {
  await using cluster = await withText();
  const thrown = new Error("Thrown by the callback");
  const callbacks = [
    (map: MappingClient) => {
      left = map.get("text");
      throw thrown;
    },
    async (map: MappingClient) => {
      await map.get("text");
      left = map.get("text");
      throw thrown;
    },
  ];
  let left: RbPromise<unknown> | undefined;
  for (const callback of callbacks) {
    assertStrictEquals(await reasonOf(cluster.map(callback)), thrown);
    const reason = left?.reason as DOMException & { cause: unknown };
    assertEquals(reason.name, "AbortError");
    assertStrictEquals(reason.cause, thrown);
  }
  const map = cluster.getMappingClient();
  const cancelled = map.get("text");
  map.cancel();
  const reason = cancelled.reason as DOMException;
  assertEquals([reason.name, "cause" in reason && reason.cause], [
    "AbortError",
    false,
  ]);
});

Deno.test("a client of a map that was given up refuses with the same reason", async () => {
  await using cluster = await withText();
  const map = cluster.getMappingClient();
  map.cancel("given up");
  const later = [
    map.get("text"),
    map.blpop(1, "list"),
    map.sendCommand("GET", ["text"]),
    map.mget("text", "other"),
  ];
  for (const promise of later) {
    assertEquals(await reasonOf(promise), "given up");
  }
  assertEquals(cluster.stats().get(0)?.queue, { commands: 0, bytes: 0 });
});

Deno.test("a fanout waits for translated commands, and gives options on", async () => {
  await using cluster = await withText();
  let config: RbPromise<unknown> | undefined;
  let later: RbPromise<unknown> | undefined;
  await cluster.all((all) => {
    config = all.set("text", "value", { ex: 60 });
    config.done(() => later = all.configGet("maxmemory"));
  });
  assert(config?.isResolved && later?.isResolved);
  const replies = await cluster.all((all) =>
    all.sendCommand("GET", ["text"], { returnUint8Arrays: true })
  );
  assertEquals(replies.get(0), new TextEncoder().encode("value"));
  const error = await reasonOf(
    cluster.all((all) => void (all as unknown as Untyped).tx()),
  );
  assertInstanceOf(error, Error);
  const failed = await reasonOf(cluster.all((all) => void all.lpop("text")));
  assertInstanceOf(failed, CommandError);
  const none = await cluster.fanout([], (some) => some.ping());
  assertEquals(none.size, 0);
});

Deno.test("dump() gives bytes that restore() takes, on every kind of client", async () => {
  await using cluster = await withText();
  const routing = cluster.getRoutingClient();
  const dumps = [
    await routing.dump("text"),
    await cluster.getLocalClient(0).dump("text"),
    await cluster.map((map) => map.dump("text")),
    (await cluster.all((all) => all.dump("text"))).get(0),
  ] as unknown[];
  for (const [index, dump] of dumps.entries()) {
    assertInstanceOf(dump, Uint8Array);
    await routing.restore(`copy:${index}`, 0, dump);
    assertEquals(await routing.get(`copy:${index}`), "value");
  }
});

Deno.test("methods that need a connection of their own are refused, whoever is asked", async () => {
  await using cluster = await withText();
  const clients = [
    cluster.getRoutingClient(),
    cluster.getLocalClient(0),
    cluster.getMappingClient({ settled: true }),
    cluster.getFanoutClient("all", { settled: true }),
  ] as unknown as Untyped[];
  const methods = [
    "monitor",
    "pipeline",
    "psubscribe",
    "subscribe",
    "sync",
    "tx",
  ];
  for (const client of clients) {
    for (const method of methods) {
      const error = await reasonOf(client[method]("name"));
      assertInstanceOf(error, UnroutableCommandError);
      assert(error.message.includes("cluster.connect(hostId)"));
    }
  }
});

Deno.test("executeCommands() refuses a script without lists, and options that no client has", async () => {
  await using cluster = await withText();
  const script = new Script("return 1");
  for (const rest of [["key"], [["key"], "argument"]]) {
    const tuples = [[script, ...rest]] as unknown as CommandTuple[];
    const error = await reasonOf(cluster.executeCommands({ key: tuples }));
    assertInstanceOf(error, TypeError);
    assert(error.message.includes("must be arrays"));
  }
  const wrong = { time: 5 } as Record<string, unknown>;
  for (
    const open of [
      () => cluster.getLocalClient(0, wrong),
      () => cluster.getRoutingClient(wrong),
      () => cluster.getMappingClient(wrong),
      () => cluster.getFanoutClient("all", wrong),
    ]
  ) assertThrows(open, TypeError, 'Unknown option "time"');
  const error = await reasonOf(cluster.connect(0, wrong));
  assertInstanceOf(error, TypeError);
});
