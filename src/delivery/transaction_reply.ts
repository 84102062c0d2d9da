/**
 * What a server answers to a transaction.
 *
 * @module
 */

import type { Form, Step } from "../commands/spec.ts";
import { CommandError, ProtocolError } from "../errors.ts";
import type { Reply } from "../values.ts";
import { withoutCitations } from "./error_text.ts";
import { isMoved, leadsElsewhere, provesNothingRan } from "./policy.ts";

/**
 * What the replies from that to MULTI to that to EXEC come to.
 *
 * @param form The transaction.
 * @param replies All of them, in order.
 * @returns The replies of its commands, or an error that says that none ran.
 * @throws {ProtocolError} If they are not those of a transaction; its commands
 * may have run then.
 */
export function replyToTransaction(
  { command, steps = [] }: Form,
  replies: readonly Reply[],
): Reply {
  // That to MULTI is the first one.
  steps.forEach(({ form }, index) => {
    const queued = replies[index + 1];
    if (isError(queued)) queued.command = form.name;
  });
  const results = replies.at(-1);
  if (Array.isArray(results) && results.length === steps.length) {
    return results.map((reply, index) => withoutWords(steps[index], reply));
  }
  const refusals = replies.slice(0, -1).filter(isError);
  // Its keys may have left the server between MULTI and EXEC.
  const hasLeft = isError(results) && replies[0] === "OK" &&
    provesNothingRan(results);
  const isDiscarded = isError(results) && (results.code === "EXECABORT" ||
    hasLeft || refusals.length === replies.length - 1);
  if (!isDiscarded) {
    throw new ProtocolError(
      "The replies to MULTI and EXEC are not those of a transaction, whose " +
        "commands may have run one by one",
    );
  }
  // Where it may go is told by what was refused, or by the end of the text.
  const because = /because of: (.*)$/s.exec(results.message)?.[1];
  if (because !== undefined) refusals.push(new CommandError(because));
  else if (hasLeft) refusals.push(results);
  const elsewhere = refusals.find((error) =>
    leadsElsewhere(command, error) || isMoved(error)
  );
  // Without MULTI, what EXEC says is of no interest.
  const whole = results.code === "EXECABORT" ? results : refusals[0];
  const error = elsewhere ?? whole;
  error.outcome = "not-sent";
  if (error !== refusals[0]) error.cause = refusals[0];
  return error;
}

function withoutWords({ form: { command }, args }: Step, reply: Reply): Reply {
  // Whatever words its own errors may put arguments into them.
  return command.forgeable
    ? withoutCitations(reply, { spec: command, args })
    : reply;
}

function isError(reply: Reply | undefined): reply is CommandError {
  return reply instanceof CommandError;
}
