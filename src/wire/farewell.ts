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

/**
 * Why a connection ended whose only reply was a farewell.
 *
 * The text alone proves nothing, since a script may answer with the same one.
 * The proof that nothing has run is that no command could have been answered so:
 * none was written, or the first of them words no errors of its own.
 *
 * @param reply The farewell.
 * @param proven Whether only the server itself can have said it.
 * @returns The error, with `outcome: "not-sent"` where that is proven.
 */
export function turnedAway(
  reply: CommandError,
  proven: boolean,
): ConnectionError {
  return proven
    ? new ConnectionError(`The server turned us away: ${reply.message}`, {
      cause: reply,
      outcome: "not-sent",
    })
    : new ConnectionError(
      "The server closed the connection after an error that a full server " +
        "gives, or a script",
      // The words of a script may be those of its caller: they stay here.
      { outcome: "unknown" },
    );
}
