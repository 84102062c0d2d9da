/**
 * Turns of the event loop.
 *
 * @module
 */

import { setImmediate } from "node:timers";

/**
 * How many are told in one turn: few enough that timers and sockets do not wait
 * for long.
 */
const TOLD_IN_A_TURN = 2_000;

let due: (() => void)[] = [];
let next = 0;

/**
 * Calls back in another turn of the event loop, behind timers and sockets, and
 * in the order of the calls.
 *
 * Whoever is refused is told like this: a loop that tries again at once would
 * otherwise never leave its turn, and nothing else in the program would go on.
 * Nor has a promise been handed out yet in its own call, and one that rejects
 * before anybody listens is an expensive one.
 *
 * @param callback Called once; it must not throw.
 */
export function inAnotherTurn(callback: () => void): void {
  due.push(callback);
  if (due.length === 1) setImmediate(tell);
}

/** Settles in another turn of the event loop. */
export function anotherTurn(): Promise<void> {
  return new Promise(inAnotherTurn);
}

/**
 * Makes a call, and lets its failure be known in another turn: for calls that
 * may fail without having waited for anything.
 */
export async function failingLater<T>(call: () => T): Promise<Awaited<T>> {
  try {
    return await call();
  } catch (error) {
    await anotherTurn();
    throw error;
  }
}

function tell(): void {
  const end = Math.min(due.length, next + TOLD_IN_A_TURN);
  while (next < end) due[next++]();
  if (next < due.length) {
    // One that goes on for ever would keep all that were told.
    if (next > due.length / 2) {
      due.splice(0, next);
      next = 0;
    }
    setImmediate(tell);
    return;
  }
  due = [];
  next = 0;
}
