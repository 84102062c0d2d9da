/**
 * The transactions of one connection, as far as the texts of errors in the reply
 * to EXEC have to be compared with the arguments of what was queued.
 *
 * @module
 */

import type { Command, Settler } from "../delivery/command.ts";
import { type Cited, withoutCitations } from "../delivery/error_text.ts";

/** Follows the commands of a connection from MULTI to EXEC. */
export class Transactions {
  /** What was queued since MULTI; of those whose errors tell nothing, nothing. */
  #queued: (Cited | undefined)[] | undefined = undefined;

  /**
   * Notes a command that is about to be sent.
   *
   * @returns What its reply goes to.
   */
  follow({ spec, args, settler }: Command): Settler {
    const queued = this.#queued;
    switch (spec.row.queueing) {
      case "begins":
        this.#queued = [];
        return settler;
      case "ends":
        this.#queued = undefined;
        return queued?.some((command) => command !== undefined) === true
          ? cleaning(settler, queued)
          : settler;
      default:
        queued?.push(spec.forgeable ? { spec, args } : undefined);
        return settler;
    }
  }
}

/** Hands on the reply to EXEC, whose errors repeat no argument then. */
function cleaning(
  settler: Settler,
  queued: readonly (Cited | undefined)[],
): Settler {
  return {
    resolve: (reply) => {
      // One that was refused when it was queued has made EXEC fail as a whole.
      if (Array.isArray(reply)) {
        queued.forEach((command, index) => {
          if (command === undefined || index >= reply.length) return;
          reply[index] = withoutCitations(reply[index], command);
        });
      }
      settler.resolve(reply);
    },
    reject: (reason) => settler.reject(reason),
  };
}
