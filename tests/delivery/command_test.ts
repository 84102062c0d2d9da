import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { specOf } from "../../src/commands/table.ts";
import { NativeSettler, newPromise, runOfOne } from "../../src/delivery/run.ts";
import { anotherTurn } from "../../src/runtime/turn.ts";

Deno.test("NativeSettler settles the promise that was made last", async () => {
  const pairs = Array.from({ length: 3 }, () => {
    const promise = newPromise();
    return { promise, settler: new NativeSettler() };
  });
  const reason = new Error("no");
  pairs[2].settler.resolve("c");
  pairs[0].settler.resolve("a");
  pairs[1].settler.reject(reason);
  // Only the first outcome counts.
  pairs[0].settler.reject(new Error("late"));
  pairs[1].settler.resolve("late");
  const outcomes = await Promise.allSettled(
    pairs.map(({ promise }) => promise),
  );
  assertEquals(outcomes, [
    { status: "fulfilled", value: "a" },
    { status: "rejected", reason },
    { status: "fulfilled", value: "c" },
  ]);
});

Deno.test("NativeSettler rejects so that it is told of once, or not if it is handled", async () => {
  const told: unknown[] = [];
  const onUnhandled = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    told.push(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", onUnhandled);
  try {
    const handled = newPromise();
    new NativeSettler().reject("handled");
    assertStrictEquals(await handled.catch((reason) => reason), "handled");
    newPromise();
    new NativeSettler().reject("nobody looks");
    await anotherTurn();
    await anotherTurn();
    assertEquals(told, ["nobody looks"]);
  } finally {
    globalThis.removeEventListener("unhandledrejection", onUnhandled);
  }
  await assertRejects(
    async () => {
      const promise = newPromise();
      new NativeSettler().reject(new TypeError("at once"));
      await promise;
    },
    TypeError,
    "at once",
  );
});

Deno.test("Command has the same waiter, however often it gets a place in a run", async () => {
  const promise = newPromise();
  const settler = new NativeSettler();
  const other = { resolve: () => {}, reject: () => {} };
  const form = specOf("GET").form();
  const runOf = (settler: NativeSettler | typeof other) =>
    runOfOne({ form, args: "key", second: undefined, settler, flags: 0 });
  const [own, others] = [settler, other].map((one) => runOf(one).at(0));
  const again = runOf(own.settler as NativeSettler).at(0);
  assertStrictEquals(again.waiter, own.waiter);
  assertStrictEquals(again.redirected().waiter, own.waiter);
  assertStrictEquals(others.waiter, other);
  again.settler.resolve("value");
  assertEquals(await promise, "value");
});
