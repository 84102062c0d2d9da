/**
 * How something failed, and that it was the time limit where it was that.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { type Outcome, TimeoutError } from "../../mod.ts";
import type { FakeTime } from "../fake_time.ts";
import { bounded, eventually, isPending } from "../../support/waiting.ts";

export {
  bounded,
  eventually,
  isPending,
  sleep,
  turn,
} from "../../support/waiting.ts";

/** The end of something that was expected to fail. */
export interface Failure<E> {
  /** What it failed with. */
  readonly error: E;
}

/** A class of errors. */
// deno-lint-ignore no-explicit-any -- their constructors have little in common
type ErrorClass<E extends Error> = new (...args: any[]) => E;

/** Waits for a failure with an error of exactly that class. */
export async function failureOf<E extends Error>(
  errorClass: ErrorClass<E>,
  call: () => PromiseLike<unknown>,
): Promise<Failure<E>> {
  let error: unknown;
  try {
    await bounded(call());
  } catch (reason) {
    error = reason;
  }
  assert(error instanceof Error, `It should have failed, but gave no error`);
  if (error.constructor !== errorClass) throw error;
  return { error: error as E };
}

/** Checks what an error knows of its command. */
export function assertOutcome(
  error: { hostId?: number; command?: string; outcome?: Outcome },
  expected: { hostId: number; command: string | undefined; outcome: Outcome },
): void {
  const { hostId, command, outcome } = error;
  assertEquals({ hostId, command, outcome }, expected);
}

/** How something runs out of time. */
export interface TimesOut<E extends Error> {
  /** The milliseconds that it has. */
  timeout: number;
  /**
   * Waited for, by the real clock, before time goes on.
   *
   * @default {() => true}
   */
  ready?: () => boolean | Promise<boolean>;
  /**
   * The class of its error.
   *
   * @default {TimeoutError}
   */
  errorClass?: ErrorClass<E>;
}

/**
 * Checks that something fails because its time is up, and not a millisecond
 * before or after.
 *
 * @param time The time, which is driven on.
 * @param call What takes too long.
 */
export async function timesOutAfter<E extends Error = TimeoutError>(
  time: FakeTime,
  call: () => PromiseLike<unknown>,
  options: TimesOut<E>,
): Promise<E> {
  const { timeout, ready = () => true } = options;
  const errorClass = options.errorClass ?? TimeoutError;
  const failing = failureOf<Error>(errorClass, call);
  // It is awaited further down, whatever happens first.
  failing.catch(() => {});
  await eventually(ready);
  await time.advance(timeout - 1);
  assert(await isPending(failing), `It ended before ${timeout} ms had passed`);
  await time.advance(1);
  assert(!await isPending(failing), `It went on after ${timeout} ms`);
  return (await failing).error as E;
}
