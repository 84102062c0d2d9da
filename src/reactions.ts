/**
 * The callbacks of promises that have settled, and in which order they run.
 *
 * @module
 */

import { type AsyncContext, contextsDiffer } from "./async_context.ts";

/** A promise holds a value. */
export const RESOLVED = 2;
/** A promise holds a reason. */
export const REJECTED = 3;

/** A pair of callbacks that waits for a promise to settle. */
export interface Reaction {
  onSuccess: ((value: never) => unknown) | null | undefined;
  onFailure: ((reason: unknown) => unknown) | null | undefined;
  /** In which context they run, if they are those of a caller. */
  context?: AsyncContext | undefined;
}

/** The callbacks of a promise that has settled, as far as they are due. */
interface Turn {
  readonly reactions: readonly Reaction[];
  /** The index of the next one. */
  next: number;
  readonly state: 2 | 3;
  readonly result: unknown;
}

/**
 * What is due, the next at the end. A promise that settles because of a callback
 * goes before what its own cause has left, so the order is that of a recursion,
 * which a chain of thousands would not survive.
 */
const due: Turn[] = [];

/** How many promises have callbacks that are due. */
export function countDue(): number {
  return due.length;
}

/** Makes the callbacks of a promise due. */
export function enqueue(
  reactions: readonly Reaction[],
  state: 2 | 3,
  result: unknown,
): void {
  due.push({ reactions, next: 0, state, result });
}

/** Runs the callbacks that became due since there were `mark` promises. */
export function runDue(mark: number): void {
  while (due.length > mark) {
    const turn = due[due.length - 1];
    const reaction = turn.reactions[turn.next++];
    // Before its last callback, so that a chain does not pile up.
    if (turn.next === turn.reactions.length) due.pop();
    react(reaction, turn.state, turn.result);
  }
}

/**
 * Calls one of two callbacks, in their context. What it throws is an uncaught
 * error.
 */
export function react(
  reaction: Reaction,
  state: 2 | 3,
  result: unknown,
): void {
  const { context } = reaction;
  if (context === undefined || !contextsDiffer) call(reaction, state, result);
  else context.runInAsyncScope(call, undefined, reaction, state, result);
}

function call(
  { onSuccess, onFailure }: Reaction,
  state: 2 | 3,
  result: unknown,
): void {
  try {
    if (state === RESOLVED) onSuccess?.(result as never);
    else onFailure?.(result);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
