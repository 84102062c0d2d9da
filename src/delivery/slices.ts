/**
 * Work that would hold up the event loop, a slice at a time.
 *
 * @module
 */

import { setTimeout } from "node:timers";

/*
 * A timer ends each slice, since one immediate behind the other keeps Deno from
 * looking at its sockets (for 61 of them, in 2.9). It is that of Node.js, whose
 * types are the same everywhere.
 */

/**
 * How many steps make a slice: as many as take some milliseconds, if each makes
 * an error. What sockets and timers have to wait for is one of them.
 */
const SLICE = 1_000;

/**
 * Goes through steps in their order: the first slice at once, each further one
 * in another turn of the event loop, between which sockets are read.
 *
 * A million commands are rejected like this: in one go it would take seconds, in
 * which the replies of other servers would not be read before their time is up.
 *
 * @param steps Each runs when the next one is asked for; they must not throw.
 */
export function inSlices(steps: Iterator<unknown>): void {
  for (let i = 0; i < SLICE; i++) {
    if (steps.next().done) return;
  }
  setTimeout(() => inSlices(steps), 0);
}
