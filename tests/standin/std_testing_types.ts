/**
 * Stands in for `@std/testing/types` where JSR is out of reach: checks that a
 * type checker answers and that do nothing when they run.
 *
 * @module
 */

/** Compiles only when `T` is the type of `expectTrue`: `true` or `false`. */
export function assertType<T extends boolean>(_expectTrue: T): void {}

/** Compiles only when `T` is `true`. */
export type AssertTrue<T extends true> = never;

/** Compiles only when `T` is `false`. */
export type AssertFalse<T extends false> = never;

/** Compiles only when `T` is `Expected`. */
export type Assert<T extends boolean, Expected extends T> = never;

/** Whether the union `T` has the member `U`. */
export type Has<T, U> = IsAny<T> extends true ? true
  : IsAny<U> extends true ? false
  : IsNever<Extract<T, U>> extends true ? false
  : true;

/** Whether the union `T` lacks the member `U`. */
export type NotHas<T, U> = Has<T, U> extends true ? false : true;

/** Whether `T` may be `null` or `undefined`. */
export type IsNullable<T> = IsAny<T> extends true ? false
  : IsNever<Extract<T, null | undefined>> extends true ? false
  : true;

/** Whether `T` is `any`, the only type that lets `1` be `0`. */
export type IsAny<T> = 0 extends (1 & T) ? true : false;

/** Whether `T` is `never`. */
export type IsNever<T> = [T] extends [never] ? true : false;

/** Whether `T` is `unknown`. */
export type IsUnknown<T> = IsAny<T> extends true ? false
  : unknown extends T ? true
  : false;

/** Whether `T` and `U` are the same type, `any` and `never` included. */
export type IsExact<T, U> = IsIdentical<Flat<T>, Flat<U>>;

/**
 * Two conditional types are assignable only when what they test for is
 * identical, so a checker compares `T` and `U` without widening either.
 * (Spelled out: through an alias it would compare by variance, and say yes.)
 */
type IsIdentical<T, U> = (<X>() => X extends T ? 1 : 2) extends
  (<X>() => X extends U ? 1 : 2) ? true : false;

/** Joins intersections into one record, at every depth; cycles end at `Seen`. */
type Flat<T, Seen = never> = IsAny<T> extends true ? T
  : T extends Seen ? T
  : T extends Record<PropertyKey, unknown>
    ? { [K in keyof T]: Flat<T[K], Seen | T> }
  : T;
