/**
 * Transactions: several commands that run as one, between MULTI and EXEC.
 *
 * @module
 */

import { takeArguments } from "../commands/arguments.ts";
import type { Form, Step } from "../commands/spec.ts";
import { transactionCall } from "../commands/transaction.ts";
import { reasonNotToShare } from "../commands/traits.ts";
import type { Key, Reply } from "../values.ts";
import { withCallSite } from "./call_sites.ts";
import {
  fail,
  flagBits,
  isFailure,
  outcomeOf,
  type Settler,
} from "./command.ts";
import type { Carrier } from "./issuer.ts";
import { kindOf } from "./error_codes.ts";
import { needsConnection, placeOf } from "./issue.ts";
import { succeed } from "./run.ts";

/**
 * Issues commands that run as one: all of them, with nothing in between, or none.
 * What is wrong with one of them rejects all before anything is sent.
 *
 * @param carrier What carries it.
 * @param key Where it goes: to the host of that key.
 * @param steps The commands.
 * @param settlers The promise of each of them.
 */
export function transact(
  carrier: Carrier,
  key: Key,
  steps: readonly Step[],
  settlers: readonly Settler[],
): void {
  const { cluster } = carrier;
  let group: number | undefined;
  const hostOf = () =>
    cluster.topology.hostOf(group ?? cluster.topology.groupOf(key));
  const told = settlers.map((settler) => withCallSite(carrier, settler));
  const settler = new TransactionSettler(steps, told, {
    hostOf,
    onError: (error) => cluster.countError(hostOf(), kindOf(error)),
  });
  try {
    const { form, args } = transactionCall(steps.map(checked));
    group = placeOf(cluster, { key }, form, args)!;
    carrier.send(
      group,
      form,
      args,
      settler,
      flagBits(undefined, carrier.options.idempotent),
      key,
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
  readonly #steps: readonly Step[];
  readonly #settlers: readonly Settler[];
  readonly #hostOf: () => number;
  readonly #onError: (error: Error) => void;

  constructor(
    steps: readonly Step[],
    settlers: readonly Settler[],
    { hostOf, onError }: {
      hostOf: () => number;
      onError: (error: Error) => void;
    },
  ) {
    this.#steps = steps;
    this.#settlers = settlers;
    this.#hostOf = hostOf;
    this.#onError = onError;
  }

  resolve(reply: Reply): void {
    const replies = reply as Reply[];
    const hostId = this.#hostOf();
    this.#settlers.forEach((settler, index) => {
      const { form } = this.#steps[index];
      const to = { form, hostId };
      const error = settleWith(settler, replies[index], to);
      if (error !== undefined) this.#onError(error);
    });
  }

  reject(reason: unknown): void {
    for (const settler of this.#settlers) fail(settler, reason);
  }
}

/**
 * Settles the promise of a command: an error reply rejects it, any other
 * resolves it.
 *
 * @returns The error that it was rejected with, if it was.
 */
function settleWith(
  settler: Settler,
  reply: Reply,
  { form, hostId }: { readonly form: Form; readonly hostId: number },
): Error | undefined {
  const outcome = outcomeOf(form, reply, hostId);
  if (isFailure(outcome)) {
    fail(settler, outcome);
    return outcome;
  }
  succeed(settler, outcome);
  return undefined;
}
