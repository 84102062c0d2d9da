import { AsyncLocalStorage } from "node:async_hooks";
import { channel } from "node:diagnostics_channel";
import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { currentContext, isOfEngine } from "../src/async_context.ts";

// What is imported above has noticed this one, and restored both.
new AsyncLocalStorage().run(1, () => {});
const { prototype } = AsyncLocalStorage;
const { run, enterWith } = prototype;

let copies = 0;

/** The module as it is in a program in which nothing is stored yet. */
async function freshCopy(): Promise<
  typeof import("../src/async_context.ts")
> {
  const url = new URL(`../src/async_context.ts?${copies++}`, import.meta.url);
  return await import(url.href);
}

/** All ways to the first store. */
const FIRST_STORES: Record<
  string,
  (storage: AsyncLocalStorage<string>) => void
> = {
  "run()": (storage) =>
    assertEquals(storage.run("ann", (...args) => args, 1, 2), [1, 2]),
  "run() of a subclass": () => {
    class Own extends AsyncLocalStorage<string> {
      override run<R>(store: string, callback: () => R): R {
        return super.run(store.toUpperCase(), callback);
      }
    }
    const own = new Own();
    assertEquals(own.run("ann", () => own.getStore()), "ANN");
  },
  "runStores() of a channel": (storage) => {
    const bound = channel("rb:test of contexts");
    bound.bindStore(storage);
    bound.runStores("ann", () => assertEquals(storage.getStore(), "ann"));
  },
  "enterWith()": (storage) => {
    storage.enterWith("ann");
    assertEquals(storage.getStore(), "ann");
  },
};

for (const [way, store] of Object.entries(FIRST_STORES)) {
  Deno.test(`contextsDiffer from the first store on, by ${way}, which leaves no trace`, async () => {
    const copy = await freshCopy();
    const storage = new AsyncLocalStorage<string>();
    assertEquals(storage.getStore(), undefined);
    assertFalse(copy.contextsDiffer);
    assertFalse(prototype.run === run);
    const before = copy.currentContext("test");
    assertStrictEquals(copy.currentContext("test"), before);
    store(storage);
    assert(copy.contextsDiffer);
    assertStrictEquals(prototype.run, run);
    assertStrictEquals(prototype.enterWith, enterWith);
    // What was asked for before has no store, wherever it is called.
    storage.run("bob", () => {
      const seen = [before, copy.currentContext("test")].map((context) =>
        context.runInAsyncScope(() => storage.getStore())
      );
      assertEquals(seen, [undefined, "bob"]);
    });
  });
}

Deno.test("contextsDiffer is noticed by each of several copies", async () => {
  const copies = [await freshCopy(), await freshCopy(), await freshCopy()];
  new AsyncLocalStorage().run(1, () => {});
  assertEquals(copies.map((copy) => copy.contextsDiffer), [true, true, true]);
  assertStrictEquals(prototype.run, run);
  new AsyncLocalStorage().enterWith(1);
  assertStrictEquals(prototype.enterWith, enterWith);
});

Deno.test("contextsDiffer leaves what others have made of AsyncLocalStorage", async () => {
  const copy = await freshCopy();
  const noticing = prototype.run;
  const calls: unknown[] = [];
  const others = function (this: unknown, ...args: unknown[]): unknown {
    calls.push(args[0]);
    return Reflect.apply(noticing, this, args);
  };
  Reflect.set(prototype, "run", others);
  try {
    new AsyncLocalStorage().run(1, () => {});
    assert(copy.contextsDiffer);
    assertStrictEquals(prototype.run as unknown, others);
    new AsyncLocalStorage().run(2, () => {});
    assertEquals(calls, [1, 2]);
  } finally {
    Reflect.set(prototype, "run", run);
  }
});

Deno.test("contextsDiffer where a store cannot be noticed, or the runtime traces", async () => {
  const descriptor = { value: run, writable: false, configurable: true };
  Object.defineProperty(prototype, "run", descriptor);
  try {
    assert((await freshCopy()).contextsDiffer);
  } finally {
    Object.defineProperty(prototype, "run", { ...descriptor, writable: true });
  }
  const symbol = Symbol.for("opentelemetry.js.api.1");
  const given = Reflect.get(globalThis, symbol);
  Reflect.set(globalThis, symbol, { context: {} });
  try {
    assert((await freshCopy()).contextsDiffer);
  } finally {
    Reflect.set(globalThis, symbol, given);
  }
});

Deno.test("currentContext() keeps the context that held, and leaves the other one", () => {
  const storage = new AsyncLocalStorage<string>();
  const none = currentContext("test");
  const ann = storage.run("ann", () => currentContext("test"));
  storage.run("bob", () => {
    const stores = [none, ann].map((context) =>
      context.runInAsyncScope(() => storage.getStore())
    );
    assertEquals(stores, [undefined, "ann"]);
    assertThrows(() =>
      ann.runInAsyncScope(() => {
        throw new RangeError("Thrown");
      }), RangeError);
    assertEquals(storage.getStore(), "bob");
  });
});

Deno.test("isOfEngine() knows the callbacks of await from those of people", async () => {
  const seen: unknown[] = [];
  await {
    then(...callbacks: ((value?: unknown) => void)[]) {
      seen.push(...callbacks);
      callbacks[0]();
    },
  };
  assertEquals(seen.map(isOfEngine), [true, true]);
  const own = function (value: unknown) {
    return value;
  };
  for (
    const other of [
      (value: unknown) => value,
      own,
      own.bind(null),
      ((value: unknown) => value).bind(null),
      console.log,
      undefined,
      null,
      "text",
    ]
  ) assertFalse(isOfEngine(other));
  assert(isOfEngine(seen[0]));
});
