/**
 * The errors that stand in replies, and which replies have them inside.
 *
 * @module
 */

import { CommandError, DecodeError } from "../../errors.ts";

/** How many errors were read as replies, or as parts of one. */
export let errorCount = 0;

let haveFlaws = false;
const flawed = new WeakSet<readonly unknown[]>();

/** An error that a server sent. */
export function errorReply(text: string): CommandError {
  return withoutStack(() => new CommandError(text));
}

/** What stands in the place of a value that cannot be given as text. */
export function undecodable(problem: string): DecodeError {
  return withoutStack(() =>
    new DecodeError(
      `Cannot give a value as text: ${problem}: ask for bytes with the ` +
        '"returnUint8Arrays" option of sendCommand()',
    )
  );
}

/** Notes that a list has errors inside, however deep: there are few such lists. */
export function noteFlaws(list: readonly unknown[]): void {
  haveFlaws = true;
  flawed.add(list);
}

/** Whether a list has errors inside, as it was read. */
export function hasFlaws(list: readonly unknown[]): boolean {
  return haveFlaws && flawed.has(list);
}

/** The stack of whoever reads a reply leads nowhere, and takes most of the time. */
function withoutStack<E extends Error>(make: () => E): E {
  errorCount++;
  const { stackTraceLimit } = Error;
  Reflect.set(Error, "stackTraceLimit", 0);
  try {
    return make();
  } finally {
    Reflect.set(Error, "stackTraceLimit", stackTraceLimit);
  }
}
