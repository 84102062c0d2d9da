import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertIsError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertNotInstanceOf,
  assertNotMatch,
  assertNotStrictEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  equal,
  fail,
  unimplemented,
  unreachable,
} from "./std_assert.ts";

class Point {
  #x: number;
  constructor(x: number) {
    this.#x = x;
  }
  get x(): number {
    return this.#x;
  }
}

const CYCLE: unknown[] = [1];
CYCLE.push(CYCLE);
const SAME_CYCLE: unknown[] = [1];
SAME_CYCLE.push(SAME_CYCLE);

const EQUAL: [unknown, unknown][] = [
  [NaN, NaN],
  [0, -0],
  [5n, 5n],
  ["a", "a"],
  [null, null],
  [[1, [2]], [1, [2]]],
  [{ a: 1, b: { c: 2 } }, { b: { c: 2 }, a: 1 }],
  [Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  [new Map([["a", [1]], ["b", [2]]]), new Map([["b", [2]], ["a", [1]]])],
  [new Map([[{ k: 1 }, 1]]), new Map([[{ k: 1 }, 1]])],
  [new Set([[1], [2]]), new Set([[2], [1]])],
  [new Uint8Array([1, 2]), new Uint8Array([1, 2])],
  [new Uint8Array([1]).buffer, new Uint8Array([1]).buffer],
  [new Date(5), new Date(5)],
  [new Date(NaN), new Date(NaN)],
  [/a/g, /a/g],
  [new URL("redis://a:1"), new URL("redis://a:1")],
  [new Point(1), new Point(1)],
  [CYCLE, SAME_CYCLE],
];

const UNEQUAL: [unknown, unknown][] = [
  [1, "1"],
  [1, 1n],
  [null, undefined],
  [{}, null],
  [{ a: undefined }, {}],
  [{ a: undefined }, { b: undefined }],
  [[1, 2], [2, 1]],
  [[undefined], []],
  [[], {}],
  [new Map([["a", 1]]), new Map([["a", 2]])],
  [new Map([["a", undefined]]), new Map([["b", undefined]])],
  [new Map([[{ k: 1 }, 1]]), new Map([[{ k: 1 }, 2]])],
  [new Set([1]), new Set([2])],
  [new Set([[1], [1]]), new Set([[1], [2]])],
  [new Uint8Array([1]), new Uint8Array([2])],
  [new Uint8Array([1]), new Uint16Array([1])],
  [new Uint8Array([1]), [1]],
  [new Date(5), new Date(6)],
  [/a/g, /a/i],
  [new Point(1), new Point(2)],
  [new Error("a"), new TypeError("a")],
];

Deno.test("equal() agrees on equal values, both ways", () => {
  for (const [a, b] of EQUAL) {
    assert(equal(a, b), `${Deno.inspect(a)} and ${Deno.inspect(b)}`);
    assert(equal(b, a), `${Deno.inspect(b)} and ${Deno.inspect(a)}`);
  }
});

Deno.test("equal() tells different values apart, both ways", () => {
  for (const [a, b] of UNEQUAL) {
    assertFalse(equal(a, b), `${Deno.inspect(a)} and ${Deno.inspect(b)}`);
    assertFalse(equal(b, a), `${Deno.inspect(b)} and ${Deno.inspect(a)}`);
  }
});

Deno.test("assertEquals() shows what differs", () => {
  assertEquals({ a: [1] }, { a: [1] });
  const error = assertThrows(
    () => assertEquals({ a: 1, b: 2 }, { a: 1, b: 3 }, "Oh"),
    AssertionError,
    "Values are not equal: Oh",
  );
  assertStringIncludes(
    error.message,
    "\n      a: 1,\n-     b: 2,\n+     b: 3,",
  );
});

Deno.test("assertEquals() shows long values without comparing lines", () => {
  const long = Array.from({ length: 600 }, (_, i) => i);
  assertThrows(() => assertEquals(long, [...long, 600]), AssertionError);
});

Deno.test("assertNotEquals() fails on equal values", () => {
  assertNotEquals([1], [2]);
  assertThrows(() => assertNotEquals([1], [1]), AssertionError, "not to be");
});

Deno.test("assertStrictEquals() wants the same value", () => {
  const list = [1];
  assertStrictEquals(list, list);
  assertStrictEquals(NaN, NaN);
  assertThrows(() => assertStrictEquals(0, -0), AssertionError);
  assertThrows(
    () => assertStrictEquals([1], [1]),
    AssertionError,
    "not reference-equal",
  );
  assertNotStrictEquals([1], [1]);
  assertThrows(() => assertNotStrictEquals(1, 1), AssertionError);
});

Deno.test("assertThrows() returns the error and checks class and text", () => {
  const error = assertThrows(
    () => {
      throw new RangeError("Too far");
    },
    RangeError,
    "far",
  );
  assertEquals(error.message, "Too far");
  assertEquals(
    assertThrows(() => {
      throw 5;
    }),
    5,
  );
});

Deno.test("assertThrows() fails without the error that is wanted", () => {
  const wrong = () => {
    throw new TypeError("a");
  };
  assertThrows(
    () => assertThrows(() => {}, "Oh"),
    AssertionError,
    "Expected function to throw: Oh",
  );
  assertThrows(() => assertThrows(wrong, RangeError), AssertionError);
  assertThrows(() => assertThrows(wrong, TypeError, "b"), AssertionError);
  assertThrows(
    () =>
      assertThrows(() => {
        throw 5;
      }, TypeError),
    AssertionError,
    "A non-Error object was thrown.",
  );
});

Deno.test("assertRejects() resolves to the reason", async () => {
  const error = await assertRejects(
    () => Promise.reject(new RangeError("Too far")),
    RangeError,
    "far",
  );
  assertEquals(error.message, "Too far");
  assertEquals(await assertRejects(() => Promise.reject(5)), 5);
});

Deno.test("assertRejects() fails without the reason that is wanted", async () => {
  const cases: [() => PromiseLike<unknown>, string][] = [
    [() => Promise.resolve(), "Expected function to reject."],
    [() => {
      throw new TypeError("a");
    }, "Function throws when expected to reject."],
    [() => Promise.reject(new TypeError("a")), "Expected error to be instance"],
    [() => Promise.reject(5), "A non-Error object was rejected."],
  ];
  for (const [fn, text] of cases) {
    await assertRejects(
      () => assertRejects(fn, RangeError),
      AssertionError,
      text,
    );
  }
});

Deno.test("assertIsError() takes a pattern", () => {
  assertIsError(new TypeError("abc"), TypeError, /^a.c$/);
  assertThrows(
    () => assertIsError(new TypeError("abc"), TypeError, /x/),
    AssertionError,
  );
});

Deno.test("assertObjectMatch() compares what the pattern names", () => {
  const actual = {
    a: 1,
    list: [{ b: 2, c: 3 }, 4],
    map: new Map([["d", 5], ["e", 6]]),
    extra: true,
  };
  assertObjectMatch(actual, { a: 1, list: [{ b: 2 }] });
  assertObjectMatch(actual, { map: new Map([["d", 5]]) });
  assertThrows(() => assertObjectMatch(actual, { a: 2 }), AssertionError);
  assertThrows(() => assertObjectMatch(actual, { z: 1 }), AssertionError);
  assertThrows(
    () => assertObjectMatch(actual, { list: [{ b: 3 }] }),
    AssertionError,
  );
});

Deno.test("assertArrayIncludes() looks for equals", () => {
  assertArrayIncludes([[1], [2], 3], [3, [1]]);
  assertArrayIncludes(new Uint8Array([1, 2]), [2]);
  assertThrows(
    () => assertArrayIncludes([1], [2]),
    AssertionError,
    "missing: [",
  );
});

Deno.test("assertAlmostEquals() allows a tolerance", () => {
  assertAlmostEquals(0.1 + 0.2, 0.3);
  assertAlmostEquals(10, 11, 1);
  assertAlmostEquals(Infinity, Infinity);
  assertThrows(() => assertAlmostEquals(10, 11), AssertionError);
  assertThrows(() => assertAlmostEquals(10, 12, 1), AssertionError);
});

Deno.test("the simple assertions hold", () => {
  assert(1);
  assertFalse(0);
  assertExists(0);
  assertInstanceOf(new TypeError("a"), Error);
  assertNotInstanceOf([], Map);
  assertMatch("abc", /b/);
  assertNotMatch("abc", /x/);
  assertStringIncludes("abc", "b");
  assertGreater(2, 1);
  assertGreaterOrEqual(2n, 2n);
  assertLess(1, 2);
  assertLessOrEqual("a", "a");
});

Deno.test("the simple assertions fail", () => {
  const failing: (() => unknown)[] = [
    () => assert(0, "Oh"),
    () => assertFalse(1, "Oh"),
    () => assertExists(null),
    () => assertExists(undefined),
    () => assertInstanceOf(new Error("a"), TypeError),
    () => assertInstanceOf(null, TypeError),
    () => assertNotInstanceOf([], Array),
    () => assertMatch("abc", /x/),
    () => assertNotMatch("abc", /b/),
    () => assertStringIncludes("abc", "x"),
    () => assertGreater(1, 1),
    () => assertGreaterOrEqual(1, 2),
    () => assertLess(1, 1),
    () => assertLessOrEqual(2, 1),
    () => fail(),
    () => unreachable(),
    () => unimplemented(),
  ];
  for (const run of failing) assertThrows(run, AssertionError);
});
