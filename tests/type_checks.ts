/**
 * What tests of types are written with.
 *
 * @module
 */

import type { IsExact } from "@std/testing/types";

/** A value whose type is looked at. */
export interface Typed<T> {
  /** Compiles with `true` only when the type is exactly `E`. */
  is<E>(expectTrue: IsExact<T, E>): void;
}

/** Looks at the type of a value; used in functions that are never called. */
export function typeOf<T>(_value: T): Typed<T> {
  return { is: () => {} };
}

/** Takes a function for its types alone. */
export function check<A extends unknown[]>(
  _types: (...args: A) => unknown,
): void {}
