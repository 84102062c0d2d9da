import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { RbPromise } from "../src/promise.ts";

/** Lets everything run that is queued. */
function turn(): Promise<void> {
  return new Promise((wake) => setTimeout(wake));
}

/** The errors that nobody caught while `run` was at work. */
async function uncaughtErrors(run: () => void): Promise<unknown[]> {
  const errors: unknown[] = [];
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    errors.push(event.error);
  };
  const onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    errors.push(event.reason);
  };
  globalThis.addEventListener("error", onError);
  globalThis.addEventListener("unhandledrejection", onRejection);
  try {
    run();
    await turn();
  } finally {
    globalThis.removeEventListener("error", onError);
    globalThis.removeEventListener("unhandledrejection", onRejection);
  }
  return errors;
}

Deno.test("RbPromise.resolved() is resolved from the start", () => {
  const promise = RbPromise.resolved(42);
  assert(promise.isResolved);
  assertFalse(promise.isPending);
  assertFalse(promise.isRejected);
  assertEquals(promise.value, 42);
  assertEquals(promise.reason, undefined);
});

Deno.test("RbPromise.rejected() is rejected from the start", () => {
  const error = new Error("So fail");
  const promise = RbPromise.rejected(error);
  assertFalse(promise.isResolved);
  assertFalse(promise.isPending);
  assert(promise.isRejected);
  assertStrictEquals(promise.reason, error);
  assertEquals(promise.value, undefined);
});

Deno.test("RbPromise shows neither value nor reason while it is pending", () => {
  const promise = new RbPromise<number>();
  assert(promise.isPending);
  assertEquals([promise.value, promise.reason], [undefined, undefined]);
});

Deno.test("RbPromise.done() calls back at once on success", () => {
  const results: number[] = [];
  const promise = new RbPromise<number>();
  assertStrictEquals(
    promise.done((value) => results.push(value)),
    promise,
  );
  assertEquals(results, []);
  promise.resolve(42);
  assertEquals(results, [42]);
  RbPromise.resolved(23).done((value) => results.push(value));
  assertEquals(results, [42, 23]);
});

Deno.test("RbPromise.done() calls back at once on failure", () => {
  const results: unknown[] = [];
  const promise = new RbPromise<number>();
  promise.done(null, (reason) => results.push(reason));
  assertEquals(results, []);
  promise.reject(42);
  assertEquals(results, [42]);
  RbPromise.rejected(23).done(undefined, (reason) => results.push(reason));
  assertEquals(results, [42, 23]);
});

Deno.test("RbPromise.done() calls back in the order of attachment", () => {
  const order: string[] = [];
  const promise = new RbPromise<number>();
  promise.done(() => {
    order.push("first");
    promise.done(() => order.push("attached by the first"));
  });
  promise.then(() => order.push("second"));
  promise.done(() => order.push("third"));
  promise.resolve(1);
  assertEquals(order, ["first", "attached by the first", "second", "third"]);
});

Deno.test("RbPromise.done() makes what a callback throws an uncaught error", async () => {
  const error = new Error("Thrown by a callback");
  const seen: number[] = [];
  const errors = await uncaughtErrors(() => {
    const promise = new RbPromise<number>();
    promise.done(() => {
      throw error;
    });
    promise.done((value) => seen.push(value));
    promise.resolve(1);
    assert(promise.isResolved);
  });
  assertEquals(seen, [1]);
  assertEquals(errors, [error]);
});

Deno.test("RbPromise.then() gives a promise of what the callback returns", () => {
  const promise = RbPromise.resolved([1, 2, 3]);
  assertEquals(promise.then((value) => [...value, 4]).value, [1, 2, 3, 4]);
  const recovered = RbPromise.rejected<number>("broken").then(
    null,
    (reason) => `${reason}, mended`,
  );
  assertEquals(recovered.value, "broken, mended");
});

Deno.test("RbPromise.then() passes through what has no callback", () => {
  assertEquals(RbPromise.resolved(1).then().value, 1);
  assertEquals(RbPromise.resolved(1).then(null, () => 2).value, 1);
  assertEquals(RbPromise.rejected("no").then((value) => value).reason, "no");
});

Deno.test("RbPromise.then() rejects with what the callback throws", async () => {
  const error = new Error("Thrown by a callback");
  const errors = await uncaughtErrors(() => {
    const promise = RbPromise.resolved(1).then(() => {
      throw error;
    });
    assertStrictEquals(promise.reason, error);
  });
  assertEquals(errors, []);
});

Deno.test("RbPromise.then() rejects when the thenable it follows throws", async () => {
  const error = new Error("Thrown by then");
  const broken: PromiseLike<number> = {
    then: () => {
      throw error;
    },
  };
  const hasty = {
    then(onSuccess: (value: number) => void, onFailure: (e: unknown) => void) {
      onSuccess(1);
      onSuccess(2);
      onFailure("too late");
      throw error;
    },
  } as PromiseLike<number>;
  const errors = await uncaughtErrors(() => {
    const derived = RbPromise.resolved(1).then(() => broken);
    assertStrictEquals(derived.reason, error);
    const outer = new RbPromise<number>();
    const seen: unknown[] = [];
    outer.done(null, (reason) => seen.push(reason));
    outer.resolve(broken);
    assertEquals(seen, [error]);
    assertEquals(RbPromise.resolved(1).then(() => hasty).value, 1);
  });
  assertEquals(errors, []);
});

Deno.test("RbPromise.then() leaves a derived promise that is settled by hand", async () => {
  const errors = await uncaughtErrors(() => {
    const source = new RbPromise<number>();
    const derived = [
      source.then(),
      source.then((value) => value),
      source.then<number>(() => {
        throw new Error("Thrown by a callback");
      }),
      RbPromise.all([source]).then(([value]) => value),
    ];
    for (const promise of derived) promise.resolve(2);
    const all = RbPromise.all([source]);
    all.resolve([2]);
    source.resolve(1);
    assertEquals(derived.map(({ value }) => value), [2, 2, 2, 2]);
    assertEquals(all.value, [2]);
  });
  assertEquals(errors, []);
});

Deno.test("RbPromise settles chains of any length at once", async () => {
  const links = 20_000;
  const errors = await uncaughtErrors(() => {
    const source = new RbPromise<number>();
    let sum = source.then((value) => value);
    let followed: RbPromise<number> = source;
    let gathered: RbPromise<unknown> = source;
    const failing = new RbPromise<number>();
    let failed = failing;
    for (let i = 0; i < links; i++) {
      sum = sum.then((value) => value + 1);
      const inner = followed;
      followed = new RbPromise<number>();
      followed.resolve(inner);
      gathered = RbPromise.all([gathered]).then(([value]) => value);
      failed = failed.finally(() => {});
    }
    source.resolve(0);
    failing.reject("no");
    assertEquals([sum.value, followed.value], [links, 0]);
    assertEquals([gathered.value, failed.reason], [0, "no"]);
  });
  assertEquals(errors, []);
});

Deno.test("RbPromise calls back depth first, also from a callback", () => {
  const order: string[] = [];
  const outer = new RbPromise<void>();
  const inner = new RbPromise<void>();
  const note = (name: string) => () => void order.push(name);
  outer.then(note("a")).then(note("a.a")).done(note("a.a.a"));
  outer.done(() => {
    inner.resolve();
    order.push("after the inner ones");
  });
  outer.then(note("b")).then(note("b.a"));
  inner.then(note("inner")).then(note("inner.a"));
  inner.done(note("inner, too"));
  outer.resolve();
  assertEquals(order, [
    "a",
    "a.a",
    "a.a.a",
    "inner",
    "inner.a",
    "inner, too",
    "after the inner ones",
    "b",
    "b.a",
  ]);
});

Deno.test("RbPromise.then() follows promises from callbacks", async () => {
  const inner = new RbPromise<string>();
  const outer = RbPromise.resolved(1).then(() => inner);
  assert(outer.isPending);
  inner.resolve("later");
  assertEquals(outer.value, "later");
  const native = RbPromise.resolved(1).then(() => Promise.resolve("native"));
  assert(native.isPending);
  assertEquals(await native, "native");
  assertEquals(native.value, "native");
  const failed = RbPromise.resolved(1).then(() => Promise.reject("refused"));
  await assertRejects(
    async () =>
      await failed.then(null, (reason) => {
        throw new Error(String(reason));
      }),
    Error,
    "refused",
  );
});

Deno.test("RbPromise.catch() is called for failures alone", () => {
  assertEquals(
    RbPromise.rejected("no").catch((reason) => `${reason}!`).value,
    "no!",
  );
  assertEquals(RbPromise.resolved(1).catch(() => 2).value, 1);
});

Deno.test("RbPromise.finally() runs either way and changes nothing", () => {
  const seen: unknown[][] = [];
  const note = (...args: unknown[]) => void seen.push(args);
  assertEquals(RbPromise.resolved(1).finally(note).value, 1);
  assertEquals(RbPromise.rejected("no").finally(note).reason, "no");
  assertEquals(RbPromise.rejected("no").finally().reason, "no");
  assertEquals(seen, [[], []]);
});

Deno.test("RbPromise.finally() rejects with what its callback throws", () => {
  const promise = RbPromise.resolved(1).finally(() => {
    throw "from finally";
  });
  assertEquals(promise.reason, "from finally");
});

Deno.test("RbPromise.finally() waits for a promise from its callback", async () => {
  const gate = new RbPromise<void>();
  const resolved = RbPromise.resolved(1).finally(() => gate);
  const rejected = RbPromise.rejected("no").finally(() => gate);
  assert(resolved.isPending && rejected.isPending);
  gate.resolve(undefined);
  assertEquals([resolved.value, rejected.reason], [1, "no"]);
  const failing = RbPromise.resolved(1).finally(() => Promise.reject("late"));
  assertEquals(await failing.catch((reason) => reason), "late");
});

Deno.test("RbPromise can be awaited like a native one", async () => {
  const promise = new RbPromise<string>();
  setTimeout(() => promise.resolve("awaited"));
  assertEquals(await promise, "awaited");
  assertEquals(await Promise.all([promise, RbPromise.resolved(2)]), [
    "awaited",
    2,
  ]);
  const error = new Error("Awaited failure");
  assertStrictEquals(
    await assertRejects(async () => await RbPromise.rejected(error)),
    error,
  );
});

Deno.test("RbPromise is no unhandled rejection when nobody looks", async () => {
  const errors = await uncaughtErrors(() => {
    RbPromise.rejected(new Error("Unseen"));
    RbPromise.rejected(new Error("Unseen")).then((value) => value);
    RbPromise.all([RbPromise.rejected(new Error("Unseen"))]);
  });
  assertEquals(errors, []);
});

Deno.test("RbPromise.resolve() follows another promise", () => {
  const inner = new RbPromise<number>();
  const outer = new RbPromise<number>();
  outer.resolve(inner);
  assert(outer.isPending);
  inner.reject("inner");
  assertEquals(outer.reason, "inner");
});

Deno.test("RbPromise.resolve() refuses itself", () => {
  const promise = new RbPromise<unknown>();
  assertThrows(() => promise.resolve(promise), TypeError, "with itself");
  promise.resolve(1);
  assertEquals(promise.value, 1);
  const derived: RbPromise<unknown> = new RbPromise<void>();
  const chained: RbPromise<unknown> = derived.then(() => chained);
  derived.resolve(undefined);
  assertInstanceOf(chained.reason, TypeError);
});

Deno.test("RbPromise cannot be settled twice", async () => {
  const errors = await uncaughtErrors(() => {
    for (
      const promise of [RbPromise.resolved(1), RbPromise.rejected<number>(1)]
    ) {
      assertThrows(() => promise.resolve(2), Error, "no longer pending");
      assertThrows(() => promise.reject(2), Error, "no longer pending");
    }
    const inner = new RbPromise<number>();
    const outer = new RbPromise<number>();
    outer.resolve(inner);
    assertThrows(() => outer.resolve(2), Error);
    assertThrows(() => outer.reject(2), Error);
    inner.resolve(1);
    assertEquals(outer.value, 1);
  });
  assertEquals(errors, []);
});

Deno.test("RbPromise.all() gathers a list in its order", () => {
  assertEquals(RbPromise.all([]).value, []);
  const late = new RbPromise<number>();
  const all = RbPromise.all([late, RbPromise.resolved(2), 3]);
  assert(all.isPending);
  late.resolve(1);
  assertEquals(all.value, [1, 2, 3]);
  assertEquals(RbPromise.all(new Set(["a", "b"])).value, ["a", "b"]);
});

Deno.test("RbPromise.all() gathers a record", () => {
  assertEquals(RbPromise.all({}).value, {});
  const all = RbPromise.all({
    key1: RbPromise.resolved(1),
    key2: 2,
    key3: RbPromise.resolved("three"),
  });
  assertEquals(all.value, { key1: 1, key2: 2, key3: "three" });
});

Deno.test("RbPromise.all() gathers a Map", () => {
  const key = { any: "object" };
  const all = RbPromise.all(
    new Map<unknown, unknown>([[key, RbPromise.resolved(1)], ["b", 2]]),
  );
  assertEquals([...all.value], [[key, 1], ["b", 2]]);
  const empty: RbPromise<Map<string, number>> = RbPromise.all(
    new Map<string, RbPromise<number>>(),
  );
  assertEquals(empty.value, new Map());
});

Deno.test("RbPromise.all() keeps fields called __proto__ and constructor", () => {
  const record: Record<string, number> = JSON.parse(
    '{"__proto__":1,"constructor":2}',
  );
  const { value } = RbPromise.all(record);
  assertEquals(Object.entries(value), [["__proto__", 1], ["constructor", 2]]);
  assertStrictEquals(Object.getPrototypeOf(value), Object.prototype);
});

Deno.test("RbPromise.all() rejects with the first reason, and once", async () => {
  const errors = await uncaughtErrors(() => {
    const all = RbPromise.all([
      RbPromise.resolved(1),
      RbPromise.rejected("two"),
      RbPromise.rejected("three"),
    ]);
    assert(all.isRejected);
    assertEquals(all.reason, "two");
    assertEquals(RbPromise.all({ a: RbPromise.rejected("b") }).reason, "b");
  });
  assertEquals(errors, []);
});

Deno.test("RbPromise.all() waits for native promises", async () => {
  assertEquals(await RbPromise.all([Promise.resolve(1), 2]), [1, 2]);
  assertEquals(
    await RbPromise.all([Promise.reject("no"), 2]).catch((reason) => reason),
    "no",
  );
});

Deno.test("RbPromise shows its state when it is inspected", () => {
  assertEquals(Deno.inspect(RbPromise.resolved(42)), "RbPromise { 42 }");
  assertEquals(Deno.inspect(new RbPromise()), "RbPromise { <pending> }");
  assertEquals(
    Deno.inspect(RbPromise.rejected("no")),
    'RbPromise { <rejected> "no" }',
  );
  assertEquals(String(new RbPromise()), "[object RbPromise]");
});
