/**
 * What a server says that lets nobody in, as it hangs up.
 *
 * @module
 */

import { CommandError, ConnectionError } from "../errors.ts";
import type { Reply } from "../values.ts";

/** Milliseconds in which a server that lets nobody in has hung up. */
export const FAREWELL_GRACE = 250;

/** Whether a reply is what a server says that lets nobody in. */
export function isFarewell(reply: Reply): reply is CommandError {
  return reply instanceof CommandError &&
    (reply.code === "DENIED" ||
      reply.message.startsWith("ERR max number of clients"));
}

/** Why a connection ended that a server did not want. */
export function turnedAway(reply: CommandError): ConnectionError {
  return new ConnectionError(`The server turned us away: ${reply.message}`, {
    cause: reply,
    outcome: "not-sent",
  });
}
