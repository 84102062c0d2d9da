import { assertEquals, assertThrows } from "@std/assert";
import {
  assertOptions,
  type Check,
  isFilledText,
  isFunction,
  isObject,
  isPositive,
  isSignal,
  isText,
  isTexts,
  isWhole,
  oneOf,
} from "../src/options.ts";

/** Each check, the words for what it expects, and values on either side of it. */
const CHECKS: readonly [
  check: Check,
  expected: string,
  fine: unknown[],
  wrong: unknown[],
][] = [
  [isText, "a string", ["", "a"], [1, null, undefined, ["a"], new String("a")]],
  [isFilledText, "a string that is not empty", ["a", " "], ["", 1, null]],
  [
    isTexts,
    "a list of strings",
    [[], ["a"], ["a", ""]],
    ["a", [1], ["a", 1], [1, "a"], { length: 0 }, null],
  ],
  [
    isWhole(1, 10),
    "an integer from 1 to 10",
    [1, 10],
    [0, 11, 1.5, NaN, Infinity, "1", 1n, null],
  ],
  [
    isWhole(0, Number.MAX_SAFE_INTEGER),
    "an integer from 0 to 9007199254740991",
    [0, -0, 2 ** 53 - 1],
    [-1, 2 ** 53],
  ],
  [
    isPositive,
    "a positive number",
    [Number.MIN_VALUE, 1, Infinity],
    [0, -0, -1, NaN, "1", 1n, null],
  ],
  [oneOf(2, 3), "2 or 3", [2, 3], [1, "2", 2n, undefined]],
  [oneOf(true, "a"), 'true or "a"', [true, "a"], [false, "true", "b"]],
  [isFunction, "a function or class", [() => {}, class {}], [{}, null, "f"]],
  [isObject, "an object", [{}, [], new Map()], [null, undefined, 1, "a"]],
  [
    isSignal,
    "an AbortSignal",
    [AbortSignal.abort(), new AbortController().signal],
    [{}, { aborted: false }, new AbortController(), null],
  ],
];

Deno.test("checks of options accept what fits and name what was expected", () => {
  for (const [check, expected, fine, wrong] of CHECKS) {
    for (const value of fine) {
      assertEquals(check(value), undefined, `${expected}: ${String(value)}`);
    }
    for (const value of wrong) {
      assertEquals(check(value), expected, `${expected}: ${String(value)}`);
    }
  }
});

Deno.test("assertOptions() takes an option that is undefined for one not given", () => {
  const checks = { name: isText, size: isWhole(1, 2) };
  assertOptions({}, checks, "a thing");
  assertOptions({ name: undefined, size: undefined }, checks, "a thing");
  assertOptions({ name: "", size: 2 }, checks, "a thing");
  assertThrows(
    () => assertOptions({ name: "a", size: 3 }, checks, "a thing"),
    TypeError,
    'The option "size" of a thing is not an integer from 1 to 2',
  );
});

Deno.test("assertOptions() refuses names that it does not know, given or not", () => {
  const checks = { name: isText, size: isPositive };
  for (const name of ["nmae", "constructor", "__proto__", "hasOwnProperty"]) {
    for (const value of [1, undefined]) {
      const options = Object.fromEntries([[name, value]]);
      assertThrows(
        () => assertOptions(options, checks, "a thing"),
        TypeError,
        `Unknown option "${name}" of a thing: there are "name", "size"`,
      );
    }
  }
});

Deno.test("assertOptions() refuses what is no object", () => {
  for (const options of [null, undefined, 1, "text", () => {}]) {
    assertThrows(
      () => assertOptions(options, {}, "a thing"),
      TypeError,
      "The options of a thing are not an object",
    );
  }
});
