import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";

// It holds for the original as well: `node:assert` alone checks both.
import { deepStrictEqual, rejects } from "node:assert";

const raise = (error: unknown) => () => {
  throw error;
};
const far = new RangeError("Too far");

/** Assertions that must fail, each with a message of its own. */
const FAILING: (() => unknown)[] = [
  () => assert(0, "Oh"),
  () => assertFalse(1, "Oh"),
  () => assertEquals([{ a: 1 }], [{ a: 2 }], "Oh"),
  () => assertEquals<unknown>({ a: undefined }, {}, "Oh"),
  () => assertEquals(new Map([["a", 1]]), new Map([["a", 2]]), "Oh"),
  () => assertEquals<unknown>(1n, 1, "Oh"),
  () => assertNotEquals([1], [1], "Oh"),
  () => assertStrictEquals([1], [1], "Oh"),
  () => assertNotStrictEquals(1, 1, "Oh"),
  () => assertAlmostEquals(10, 12, 1, "Oh"),
  () => assertLess(1, 1, "Oh"),
  () => assertLessOrEqual(2, 1, "Oh"),
  () => assertGreater(1, 1, "Oh"),
  () => assertGreaterOrEqual(1, 2, "Oh"),
  () => assertMatch("abc", /x/, "Oh"),
  () => assertStringIncludes("abc", "x", "Oh"),
  () => assertInstanceOf(far, TypeError, "Oh"),
  () => assertThrows(raise(far), TypeError, "far", "Oh"),
  () => assertThrows(raise(far), RangeError, "near", "Oh"),
  () => assertThrows(raise("far"), RangeError, "far", "Oh"),
  () => assertThrows(() => {}, "Oh"),
  () => assertRejects(() => Promise.reject(far), TypeError, "far", "Oh"),
  () => assertRejects(() => Promise.reject(far), RangeError, "near", "Oh"),
  () => assertRejects(() => Promise.resolve(), "Oh"),
  () => assertRejects(() => Promise.resolve(), RangeError, "far", "Oh"),
];

Deno.test("every assertion fails where it has to, and says what it was told", async () => {
  for (const failing of FAILING) {
    await rejects(
      async () => await failing(),
      (error: Error) => error.message.includes("Oh"),
      `${failing}`,
    );
  }
});

Deno.test("assertRejects() takes no throw for a rejection", async () => {
  await rejects(() => assertRejects(raise(far)));
});

Deno.test("assertThrows() and assertRejects() give what was thrown", async () => {
  deepStrictEqual(assertThrows(raise(5)), 5);
  deepStrictEqual(assertThrows(raise(far), Error, "far"), far);
  deepStrictEqual(await assertRejects(() => Promise.reject(5)), 5);
  const rejected = await assertRejects(() => Promise.reject(far), Error, "far");
  deepStrictEqual(rejected, far);
});
