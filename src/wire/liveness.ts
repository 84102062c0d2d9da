/**
 * Whether a server is there, and whether a connection that was idle is still
 * good.
 *
 * @module
 */

import { CommandError } from "../errors.ts";
import type { Reply } from "../values.ts";
import { ask } from "./ask.ts";
import type { Connection } from "./connection.ts";
import { countdown } from "./countdown.ts";

/** Milliseconds that an answer may take. */
const TIMEOUT = 1_000;

let checks = 0;

/**
 * Whether an error that a PING has ended with proves that a server is there.
 * Every answer of its own does: one that loads its data, is busy with a script,
 * cannot save, or does not know us, is there, and commands are told the rest.
 */
export function provesLife(error: unknown): boolean {
  return error instanceof CommandError;
}

/**
 * Asks a connection whether it still answers, before a command is trusted to it.
 * One that holds bytes nobody asked for gives itself away too: they come in
 * place of the answer, which is a number of its own. An error has no number, so
 * the question is asked once more: the server says the same again, or the number
 * where it has changed its mind.
 *
 * @param connection A connection that nobody else uses.
 */
export async function isAlive(connection: Connection): Promise<boolean> {
  const stop = countdown(TIMEOUT, () => connection.close());
  try {
    const first = await question(connection);
    if (first === true) return true;
    // Of other replies none is the answer.
    return first instanceof CommandError &&
      isSame(first, await question(connection));
  } catch {
    return false;
  } finally {
    stop();
  }
}

/** Asks for a number of its own; true when it comes, else what came. */
async function question(connection: Connection): Promise<Reply | true> {
  const token = String(++checks);
  const [reply] = await ask(connection, [["PING", token]]);
  return reply === token || reply;
}

/** Whether an error is answered by the question asked once more. */
function isSame(first: CommandError, second: Reply | true): boolean {
  return second === true ||
    second instanceof CommandError && second.message === first.message;
}
