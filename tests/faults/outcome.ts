/**
 * How something failed, and after what time.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
} from "@std/assert";
import type { Outcome } from "../../mod.ts";

/** The end of something that was expected to fail. */
export interface Failure<E> {
  /** What it failed with. */
  readonly error: E;
  /** Milliseconds from the call to its end. */
  readonly time: number;
}

/** A class of errors. */
// deno-lint-ignore no-explicit-any -- their constructors have little in common
type ErrorClass<E extends Error> = new (...args: any[]) => E;

/** Waits for a failure with an error of exactly that class, and takes the time. */
export async function failureOf<E extends Error>(
  errorClass: ErrorClass<E>,
  call: () => PromiseLike<unknown>,
): Promise<Failure<E>> {
  const start = performance.now();
  let error: unknown;
  try {
    await call();
  } catch (reason) {
    error = reason;
  }
  const time = performance.now() - start;
  assert(error instanceof Error, `It should have failed, but gave no error`);
  if (error.constructor !== errorClass) throw error;
  return { error: error as E, time };
}

/** Checks what an error knows of its command. */
export function assertOutcome(
  error: { hostId?: number; command?: string; outcome?: Outcome },
  expected: { hostId: number; command: string | undefined; outcome: Outcome },
): void {
  const { hostId, command, outcome } = error;
  assertEquals({ hostId, command, outcome }, expected);
}

/** Checks that a time is the expected one, give or take 100 ms. */
export function assertTime(time: number, expected: number): void {
  // A timer of the runtime may go off a moment early.
  assertGreaterOrEqual(time, expected - 5);
  assertLessOrEqual(time, expected + 100);
}

/** Waits. */
export function sleep(time: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, time));
}

/** Waits until something holds, for at most `timeout` milliseconds. */
export async function eventually(
  check: () => boolean | Promise<boolean>,
  timeout = 5_000,
): Promise<void> {
  const deadline = performance.now() + timeout;
  while (!await check()) {
    if (performance.now() > deadline) {
      throw new Error(`It did not hold within ${timeout} ms`);
    }
    await sleep(5);
  }
}
