import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import {
  type Outcomes,
  placedAt,
  RbPromise,
  Rejection,
} from "../src/promise.ts";

/** Outcomes in plain lists. */
class Places implements Outcomes {
  readonly outcomes: unknown[] = [];
  readonly watching = new Map<number, RbPromise<unknown>>();

  outcomeAt(index: number): unknown {
    return this.outcomes[index];
  }

  watch(index: number, promise: RbPromise<unknown>): void {
    assert(!this.watching.has(index), "it is watched for once");
    this.watching.set(index, promise);
  }

  resolve(index: number, result: unknown): void {
    const promise = this.watching.get(index);
    if (promise === undefined) this.outcomes[index] = result;
    else settle(() => promise.resolve(result));
  }

  reject(index: number, result: unknown): void {
    const promise = this.watching.get(index);
    if (promise === undefined) {
      this.outcomes[index] = new Rejection(() => result);
    } else settle(() => promise.reject(result));
  }
}

/** Its owner may have settled it by hand. */
function settle(run: () => void): void {
  try {
    run();
  } catch (error) {
    assertInstanceOf(error, Error);
  }
}

/** Three promises and the places of their outcomes. */
function three(): [Places, ...RbPromise<unknown>[]] {
  const places = new Places();
  return [places, ...[0, 1, 2].map((index) => placedAt(places, index))];
}

Deno.test("a placed promise shows what stands in its place", () => {
  const [places, one, two, three_] = three();
  places.resolve(0, null);
  places.reject(1, "wrong");
  assertEquals([one.isResolved, one.isRejected, one.isPending], [
    true,
    false,
    false,
  ]);
  assertEquals([two.isResolved, two.isRejected, two.isPending], [
    false,
    true,
    false,
  ]);
  assertEquals([three_.isResolved, three_.isRejected, three_.isPending], [
    false,
    false,
    true,
  ]);
  assertEquals([one.value, one.reason], [null, undefined]);
  assertEquals([two.value, two.reason], [undefined, "wrong"]);
  assertEquals([three_.value, three_.reason], [undefined, undefined]);
  assertEquals(
    [one, two, three_].map((promise) => Deno.inspect(promise)),
    [
      "RbPromise { null }",
      'RbPromise { <rejected> "wrong" }',
      "RbPromise { <pending> }",
    ],
  );
  assertEquals(places.watching.size, 0, "a look is no callback");
});

Deno.test("a placed promise takes over its outcome when it is looked at", () => {
  const [places, one, two, last] = three();
  places.resolve(0, "value");
  places.reject(1, "reason");
  places.resolve(2, "last");
  assertEquals([one.value, two.reason, last.isPending], [
    "value",
    "reason",
    false,
  ]);
  places.outcomes.length = 0;
  assertEquals([one.value, two.reason, last.value], [
    "value",
    "reason",
    "last",
  ]);
});

Deno.test("a placed promise tells its callbacks, before and after", async () => {
  const [places, one, two] = three();
  const heard: unknown[] = [];
  const hear = (outcome: unknown) => void heard.push(outcome);
  one.done(hear);
  one.then(hear).done(() => hear("then"));
  two.catch(hear);
  const native = Promise.allSettled([one, two]);
  await Promise.resolve();
  places.resolve(0, "value");
  places.reject(1, "reason");
  assertEquals(heard, ["value", "value", "then", "reason"]);
  one.done(hear);
  two.done(null, hear);
  assertEquals(heard.slice(4), ["value", "reason"]);
  assertEquals((await native).map(({ status }) => status), [
    "fulfilled",
    "rejected",
  ]);
  const [other, late] = three();
  other.resolve(0, "late");
  late.done(hear);
  assertEquals(heard.at(-1), "late");
  assertEquals(other.watching.size, 0, "what is there need not be told");
});

Deno.test("a placed promise can be gathered and followed", () => {
  const [places, one, two, last] = three();
  const all = RbPromise.all([one, two, 3]);
  const follower = new RbPromise<unknown>();
  follower.resolve(last);
  places.resolve(0, 1);
  assert(all.isPending);
  places.resolve(1, 2);
  places.reject(2, "wrong");
  assertEquals(all.value, [1, 2, 3]);
  assertEquals(follower.reason, "wrong");
});

Deno.test("a placed promise that is settled by hand stays so", () => {
  const [places, one, two, last] = three();
  one.resolve("by hand");
  two.reject("by hand");
  const cause = new RbPromise<unknown>();
  last.resolve(cause);
  for (const index of [0, 1, 2]) places.resolve(index, "reply");
  assertEquals([one.value, two.reason], ["by hand", "by hand"]);
  assert(last.isPending);
  cause.resolve("followed");
  assertEquals(last.value, "followed");

  const [own, itself] = three();
  assertThrows(() => itself.resolve(itself), TypeError, "with itself");
  own.resolve(0, "reply");
  assertEquals(itself.value, "reply");

  const [others, settled] = three();
  others.resolve(0, "reply");
  assertThrows(() => settled.resolve("by hand"), Error, "Cannot settle");
  assertThrows(() => settled.reject("by hand"), Error, "Cannot settle");
  assertEquals(settled.value, "reply");
});
