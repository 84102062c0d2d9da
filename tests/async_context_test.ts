import { AsyncLocalStorage } from "node:async_hooks";
import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { currentContext, isOfEngine } from "../src/async_context.ts";

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
