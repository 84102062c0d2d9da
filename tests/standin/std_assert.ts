/**
 * Stands in for `@std/assert` where JSR is out of reach: what the tests use of
 * it, over `node:assert`.
 *
 * @module
 */

import {
  AssertionError,
  deepStrictEqual,
  match,
  notDeepStrictEqual,
  notStrictEqual,
  ok,
  rejects,
  strictEqual,
  throws,
} from "node:assert";

// deno-lint-ignore no-explicit-any
type Class<T> = abstract new (...args: any[]) => T;

/** What an error has to be. */
type Wanted<E> =
  | [msg?: string]
  | [ErrorClass: Class<E>, msgIncludes?: string, msg?: string];

type Assertion<A, E = A> = (actual: A, expected: E, msg?: string) => void;
type Comparison = <T>(actual: T, expected: T, msg?: string) => void;

/** Lets an assertion say `msg` before what it says by itself. */
function explained<A, E>(assertion: Assertion<A, E>): Assertion<A, E> {
  return (actual, expected, msg) => {
    try {
      assertion(actual, expected);
    } catch (error) {
      if (msg && error instanceof AssertionError) {
        error.message = `${msg}: ${error.message}`;
      }
      throw error;
    }
  };
}

function ordered(
  sign: string,
  holds: <T>(actual: T, expected: T) => boolean,
): Comparison {
  return explained((actual, expected) =>
    ok(holds(actual, expected), `${actual} is not ${sign} ${expected}`)
  );
}

export function assert(expr: unknown, msg = "Not true"): asserts expr {
  ok(expr, msg);
}

export function assertFalse(expr: unknown, msg = "Not false"): void {
  ok(!expr, msg);
}

export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  explained(strictEqual)(actual, expected, msg);
}

export const assertEquals: Comparison = explained(deepStrictEqual);
export const assertNotEquals: Comparison = explained(notDeepStrictEqual);
export const assertNotStrictEquals: Comparison = explained(notStrictEqual);
export const assertLess: Comparison = ordered("<", (a, b) => a < b);
export const assertLessOrEqual: Comparison = ordered("<=", (a, b) => a <= b);
export const assertGreater: Comparison = ordered(">", (a, b) => a > b);
export const assertGreaterOrEqual: Comparison = ordered(">=", (a, b) => a >= b);

export const assertMatch: Assertion<string, RegExp> = explained(match);

export const assertStringIncludes: Assertion<string> = explained(
  (actual, expected) =>
    ok(actual.includes(expected), `"${actual}" lacks "${expected}"`),
);

export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance: number = Math.abs(expected * 1e-7),
  msg?: string,
): void {
  assertLessOrEqual(Math.abs(actual - expected), tolerance, msg);
}

export function assertInstanceOf<T extends Class<unknown>>(
  actual: unknown,
  expectedType: T,
  msg?: string,
): asserts actual is InstanceType<T> {
  if (actual instanceof expectedType) return;
  const text = `${Deno.inspect(actual)} is no ${expectedType.name}`;
  ok(false, msg ? `${msg}: ${text}` : text);
}

export function assertThrows(fn: () => unknown, msg?: string): unknown;
export function assertThrows<E extends Error>(
  fn: () => unknown,
  ErrorClass: Class<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  ...wanted: Wanted<Error>
): unknown {
  let thrown: unknown;
  const check = (error: unknown) => isWanted(thrown = error, wanted);
  throws(fn, check, messageOf(wanted));
  return thrown;
}

export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
export function assertRejects<E extends Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: Class<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  ...wanted: Wanted<Error>
): Promise<unknown> {
  let reason: unknown;
  const run = fn as () => Promise<unknown>;
  const check = (error: unknown) => isWanted(reason = error, wanted);
  await rejects(run, check, messageOf(wanted));
  return reason;
}

function messageOf([type, , msg]: Wanted<Error>): string | undefined {
  return typeof type === "string" ? type : msg;
}

function isWanted(error: unknown, [type, text = "", msg]: Wanted<Error>): true {
  if (typeof type === "function") {
    assertInstanceOf(error, type, msg);
    assertStringIncludes(error.message, text, msg);
  }
  return true;
}
