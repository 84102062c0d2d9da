/**
 * Stands in for `@std/assert` where JSR is out of reach: the same names,
 * signatures and rules.
 *
 * @module
 */
export { AssertionError } from "./std_assert/assertion_error.ts";
export { equal } from "./std_assert/equal.ts";
export {
  type ArrayLikeArg,
  assertArrayIncludes,
  assertEquals,
  assertNotEquals,
  assertNotStrictEquals,
  assertStrictEquals,
} from "./std_assert/equality.ts";
export {
  assertIsError,
  assertRejects,
  assertThrows,
} from "./std_assert/errors.ts";
export { assertObjectMatch } from "./std_assert/object_match.ts";
export {
  assert,
  assertAlmostEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotInstanceOf,
  assertNotMatch,
  assertStringIncludes,
  fail,
  type Falsy,
  unimplemented,
  unreachable,
} from "./std_assert/simple.ts";
