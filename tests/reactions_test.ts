// The order in which callbacks of promises run, and what does not disturb it.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { countRejections, RbPromise } from "../src/promise.ts";
import { countDue } from "../src/reactions.ts";

type Settle = (promise: RbPromise<string>) => void;

/** Both ways to settle a promise. */
const SETTLERS: Record<string, Settle> = {
  "resolve()": (promise) => promise.resolve("result"),
  "reject()": (promise) => promise.reject("result"),
  "resolve() with a resolved promise": (promise) =>
    promise.resolve(RbPromise.resolved("result")),
  "resolve() with a rejected promise": (promise) =>
    promise.resolve(RbPromise.rejected("result")),
  "resolve() with a thenable": (promise) =>
    promise.resolve({
      then: (onSuccess: (value: string) => void) => onSuccess("result"),
    } as PromiseLike<string>),
};

/** Calls back either way. */
function either(promise: RbPromise<string>, note: () => unknown) {
  return promise.done(note, note);
}

for (const [how, settle] of Object.entries(SETTLERS)) {
  Deno.test(`RbPromise.${how} in a callback runs what is due for it alone, at once`, () => {
    const order: string[] = [];
    const note = (name: string) => () => void order.push(name);
    const outer = new RbPromise<string>();
    const inner = new RbPromise<string>();
    either(outer, note("outer 1"));
    either(outer, () => {
      settle(inner);
      order.push("settled");
    });
    either(outer, note("outer 3"));
    either(inner, note("inner 1"));
    either(inner, note("inner 2"));
    settle(outer);
    assertEquals(order, [
      "outer 1",
      "inner 1",
      "inner 2",
      "settled",
      "outer 3",
    ]);
    assertEquals(countDue(), 0);
  });

  Deno.test(`RbPromise.${how} calls back at once, and each once`, () => {
    const promise = new RbPromise<string>();
    const seen: unknown[] = [];
    promise.done(
      (value) => seen.push(["value", value]),
      (reason) => seen.push(["reason", reason]),
    );
    promise.done(null, null);
    promise.done();
    promise.then(undefined, undefined).done(
      (value) => seen.push(["value", value]),
      (reason) => seen.push(["reason", reason]),
    );
    settle(promise);
    const kind = promise.isRejected ? "reason" : "value";
    assertEquals(seen, [[kind, "result"], [kind, "result"]]);
    assertThrows(() => promise.resolve("again"), Error, "Cannot settle");
    assertThrows(() => promise.reject("again"), Error, "Cannot settle");
    assertEquals(seen.length, 2);
  });
}

Deno.test("RbPromise passes its callbacks a value that is undefined, null or false", () => {
  for (const value of [undefined, null, false, 0, ""]) {
    const seen: unknown[] = [];
    const promise = new RbPromise<unknown>();
    promise.done((value) => seen.push(value));
    promise.resolve(value);
    promise.then((value) => seen.push(value));
    assertEquals(seen, [value, value]);
    assert(promise.isResolved && !promise.isPending && !promise.isRejected);
    const failed = new RbPromise<unknown>();
    failed.catch((reason) => seen.push(reason));
    failed.reject(value);
    assertEquals(seen.at(-1), value);
    assert(failed.isRejected && !failed.isPending && !failed.isResolved);
    assertEquals(RbPromise.all([promise, value]).value, [value, value]);
  }
});

Deno.test("RbPromise goes on with the others when a derived one was settled by its own callback", () => {
  const source = new RbPromise<number>();
  const order: string[] = [];
  const derived: RbPromise<unknown> = source.then((value) => {
    derived.resolve("by hand");
    order.push("first");
    return value;
  });
  const thrown: RbPromise<unknown> = source.then(() => {
    thrown.reject("by hand");
    throw new Error("Thrown by a callback");
  });
  const following: RbPromise<unknown> = source.then(() => {
    following.resolve("by hand");
    return new RbPromise<string>();
  });
  source.done(() => order.push("last"));
  source.resolve(1);
  assertEquals(order, ["first", "last"]);
  assertEquals([derived.value, thrown.reason, following.value], [
    "by hand",
    "by hand",
    "by hand",
  ]);
  assertEquals(countDue(), 0);
});

Deno.test("RbPromise runs what a chain has left after a callback that threw", () => {
  const source = new RbPromise<number>();
  const order: string[] = [];
  const failed = source.then(() => {
    throw "no";
  });
  failed.then(() => order.push("not this")).catch(() => order.push("caught"));
  failed.finally(() => order.push("either way"));
  source.then(() => order.push("beside"));
  source.resolve(1);
  assertEquals(order, ["caught", "either way", "beside"]);
});

Deno.test("countRejections() counts every promise that is rejected, once", () => {
  const before = countRejections();
  const promise = new RbPromise<number>();
  promise.reject("one");
  RbPromise.rejected("two");
  RbPromise.resolved("none");
  promise.catch(() => "none");
  assertEquals(countRejections() - before, 2);
  promise.then((value) => value);
  assertEquals(countRejections() - before, 3);
  const follower = new RbPromise<number>();
  follower.resolve(promise);
  assertEquals(countRejections() - before, 4);
});

Deno.test("RbPromise.finally() leaves it to the promise of its callback, whichever way", () => {
  const gates = [new RbPromise<void>(), new RbPromise<void>()];
  const [resolved, rejected] = gates.map((gate) =>
    [RbPromise.resolved(1), RbPromise.rejected("no")].map((promise) =>
      promise.finally(() => gate)
    )
  );
  gates[0].resolve();
  gates[1].reject("gate");
  assertEquals([resolved[0].value, resolved[1].reason], [1, "no"]);
  assertEquals(rejected.map(({ reason }) => reason), ["gate", "gate"]);
  assertEquals(RbPromise.resolved(1).finally(null).value, 1);
  assertEquals(RbPromise.rejected("no").finally(null).reason, "no");
});
