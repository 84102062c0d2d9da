/**
 * What tests of types are written with.
 *
 * @module
 */

/**
 * Whether two types are the same, `any` and `never` included: two conditional
 * types are assignable only when what they test for is identical.
 */
type IsExact<T, U> = (<X>() => X extends T ? 1 : 2) extends
  (<X>() => X extends U ? 1 : 2) ? true : false;

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

/** Compiles only when a type has none of the members of `Names`. */
export function lacks<T, Names extends string>(
  _none: IsExact<Extract<keyof T, Names>, never>,
): void {}
