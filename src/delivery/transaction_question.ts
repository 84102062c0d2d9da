/**
 * Asking a server whether it takes transactions.
 *
 * @module
 */

import { CommandError } from "../errors.ts";
import { CommandExchange } from "../wire/command_exchange.ts";

/**
 * Has a server run an empty transaction, which it refuses to a user who may not
 * issue one.
 *
 * @param onAnswer Told with what it was refused, if it was.
 */
export function transactionQuestion(
  onAnswer: (error: CommandError | undefined) => void,
): CommandExchange {
  let missing = 2;
  let refusal: CommandError | undefined;
  return new CommandExchange([["MULTI"], ["EXEC"]], (reply) => {
    if (reply instanceof CommandError) refusal ??= reply;
    if (--missing > 0) return;
    if (refusal !== undefined) refusal.outcome = "not-sent";
    onAnswer(refusal);
  });
}
