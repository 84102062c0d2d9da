/**
 * Whether a connection that was idle for long is still good.
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
 * Asks a connection whether it still answers, before a command is trusted to it.
 * One that holds bytes nobody asked for gives itself away too: they come in
 * place of the answer, which is a number of its own.
 *
 * @param connection A connection that nobody else uses.
 */
export async function isAlive(connection: Connection): Promise<boolean> {
  const token = String(++checks);
  const stop = countdown(TIMEOUT, () => connection.close());
  try {
    const [reply] = await ask(connection, [["PING", token]]);
    return reply === token || isDenial(reply);
  } catch {
    return false;
  } finally {
    stop();
  }
}

/** Whether it is what a user who may not PING gets, and nobody unasked. */
function isDenial(reply: Reply): boolean {
  return reply instanceof CommandError && reply.code === "NOPERM";
}
