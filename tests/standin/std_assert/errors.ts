/** Assertions about what a function throws or a promise rejects with. */
import { AssertionError } from "./assertion_error.ts";
import { suffix } from "./text.ts";

/** Any class of errors, abstract ones too. */
// deno-lint-ignore no-explicit-any
export type ErrorType<E extends Error> = abstract new (...args: any[]) => E;

/** Fails unless `error` is an Error, of `ErrorClass`, whose text matches. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: ErrorType<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) {
    throw new AssertionError(
      `Expected "error" to be an Error object${suffix(msg)}`,
    );
  }
  if (ErrorClass !== undefined && !(error instanceof ErrorClass)) {
    throw new AssertionError(
      `Expected error to be instance of "${ErrorClass.name}", ` +
        `but was "${error.constructor?.name}"${suffix(msg)}`,
      { cause: error },
    );
  }
  if (!msgMatches || matches(error.message, msgMatches)) return;
  const wanted = typeof msgMatches === "string"
    ? JSON.stringify(msgMatches)
    : String(msgMatches);
  throw new AssertionError(
    `Expected error message to include ${wanted}, ` +
      `but got ${JSON.stringify(error.message)}${suffix(msg)}`,
    { cause: error },
  );
}

/** Fails unless `fn` throws; returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Fails unless `fn` throws an `ErrorClass`; returns it. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorType<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  classOrMsg?: ErrorType<E> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const wanted = expectation(classOrMsg, msgIncludes, msg);
  try {
    fn();
  } catch (error) {
    checkFailure(error, wanted, "thrown");
    return error;
  }
  throw new AssertionError(
    `Expected function to throw${suffix(wanted.msg)}`,
  );
}

/** Fails unless `fn` returns a promise that rejects; resolves to its reason. */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
/** Fails unless `fn`'s promise rejects with an `ErrorClass`; resolves to it. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorType<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: ErrorType<E> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const wanted = expectation(classOrMsg, msgIncludes, msg);
  const promise = call(fn);
  if (promise === undefined) {
    throw new AssertionError(
      `Function throws when expected to reject${suffix(wanted.msg)}`,
    );
  }
  try {
    await promise;
  } catch (error) {
    checkFailure(error, wanted, "rejected");
    return error;
  }
  throw new AssertionError(
    `Expected function to reject${suffix(wanted.msg)}`,
  );
}

interface Expectation<E extends Error> {
  ErrorClass: ErrorType<E> | undefined;
  msgIncludes: string | undefined;
  msg: string | undefined;
}

/** The second argument is a class or the message; the rest moves along. */
function expectation<E extends Error>(
  classOrMsg: ErrorType<E> | string | undefined,
  msgIncludes: string | undefined,
  msg: string | undefined,
): Expectation<E> {
  if (typeof classOrMsg === "string") {
    return { ErrorClass: undefined, msgIncludes: undefined, msg: classOrMsg };
  }
  return { ErrorClass: classOrMsg, msgIncludes, msg };
}

function checkFailure<E extends Error>(
  error: unknown,
  { ErrorClass, msgIncludes, msg }: Expectation<E>,
  verb: string,
): void {
  if (ErrorClass === undefined) return;
  if (!(error instanceof Error)) {
    throw new AssertionError(`A non-Error object was ${verb}${suffix(msg)}`);
  }
  assertIsError(error, ErrorClass, msgIncludes, msg);
}

/** What `fn` returns when that is a promise; nothing when it throws. */
function call(
  fn: () => PromiseLike<unknown>,
): PromiseLike<unknown> | undefined {
  try {
    const result = fn();
    const isPromise = typeof result === "object" && result !== null &&
      typeof result.then === "function";
    return isPromise ? result : undefined;
  } catch {
    return undefined;
  }
}

function matches(message: string, wanted: string | RegExp): boolean {
  return typeof wanted === "string"
    ? message.includes(wanted)
    : wanted.test(message);
}
