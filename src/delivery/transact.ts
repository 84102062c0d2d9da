/**
 * Transactions: several commands that run as one, between MULTI and EXEC.
 *
 * @module
 */

import { takeArguments } from "../commands/arguments.ts";
import type { Step } from "../commands/spec.ts";
import { transactionCall } from "../commands/transaction.ts";
import { reasonNotToShare } from "../commands/traits.ts";
import type { Reply } from "../values.ts";
import { fail, flagBits, type Settler, settleWith } from "./command.ts";
import type { Carrier } from "./dispatcher.ts";
import { kindOf } from "./error_codes.ts";
import { needsConnection } from "./issue.ts";

/**
 * Issues commands that run as one: all of them, with nothing in between, or none.
 * What is wrong with one of them rejects all before anything is sent.
 *
 * @param carrier What carries it.
 * @param hostId Where it goes.
 * @param steps The commands.
 * @param settlers The promise of each of them.
 */
export function transact(
  carrier: Carrier,
  hostId: number,
  steps: readonly Step[],
  settlers: readonly Settler[],
): void {
  const settler = new TransactionSettler(steps, settlers, hostId);
  try {
    // Once it is under way, its cluster may be closed.
    const { counters } = carrier.cluster.host(hostId);
    settler.onError = (error) => counters.error(kindOf(error));
    const { form, args } = transactionCall(steps.map(checked));
    carrier.send(
      hostId,
      form,
      args,
      settler,
      flagBits(undefined, carrier.options.idempotent),
    );
  } catch (error) {
    carrier.refuse(settler, error);
  }
}

function checked({ form, args }: Step): Step {
  const own = takeArguments(form.name, args);
  const reason = reasonNotToShare(form.command, own);
  if (reason !== undefined) throw needsConnection(form.name, reason);
  return { form, args: own };
}

/** Hands out the replies of a transaction, or why there are none. */
class TransactionSettler implements Settler {
  /** Told of the error replies to its commands. */
  onError: ((error: Error) => void) | undefined = undefined;
  readonly #steps: readonly Step[];
  readonly #settlers: readonly Settler[];
  readonly #hostId: number;

  constructor(
    steps: readonly Step[],
    settlers: readonly Settler[],
    hostId: number,
  ) {
    this.#steps = steps;
    this.#settlers = settlers;
    this.#hostId = hostId;
  }

  resolve(reply: Reply): void {
    const replies = reply as Reply[];
    this.#settlers.forEach((settler, index) => {
      const { form } = this.#steps[index];
      const to = { form, hostId: this.#hostId };
      const error = settleWith(settler, replies[index], to);
      if (error !== undefined) this.onError?.(error);
    });
  }

  reject(reason: unknown): void {
    for (const settler of this.#settlers) fail(settler, reason);
  }
}
