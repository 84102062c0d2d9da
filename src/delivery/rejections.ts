/**
 * Telling the callers of a batch that was given up, one command at a step.
 *
 * @module
 */

import type { CommandError } from "../errors.ts";
import { Rejection } from "../promise.ts";
import type { Reason, Refuge } from "./batch_options.ts";
import { type Command, fail } from "./command.ts";
import type { Returned } from "./policy.ts";
import type { Rest } from "./run_queue.ts";

/** What keeps count of those that are told. */
export interface Rejecter {
  /** Rejects a command, */
  reject(command: Command, reason: unknown): void;
  /** be it with the error of its server. */
  refuse(command: Command, error: CommandError): void;
  /** One is about to be rejected with that, */
  failed(reason: unknown): void;
  /** and has been. */
  told(): void;
}

/**
 * Rejects commands.
 *
 * @param rejecter What has them.
 * @param given Those that were refused and waited for a decision, and those
 * without a reply.
 * @param reason Makes the error of each.
 */
export function* rejections(
  rejecter: Rejecter,
  { refused, rest }: {
    refused: readonly Omit<Returned, "batch">[];
    rest: readonly Rest[];
  },
  reason: Reason,
): Iterator<void> {
  for (const { command, error, wayOut } of refused) {
    // Of what was merged, it is not known which command was refused.
    const own = wayOut === "apart" ? undefined : error;
    const why = reason(command, false, own);
    if (error !== undefined && why === error) rejecter.refuse(command, error);
    else rejecter.reject(command, why);
    yield;
  }
  for (const { run, from, sent, doubted } of rest) {
    let start = from;
    // What was sent, and what is in doubt, are its first commands.
    for (const limit of [sent, doubted, run.length].sort((a, b) => a - b)) {
      const end = Math.min(limit, run.length);
      if (end <= start) continue;
      const command = run.described(start < doubted);
      const make = (count: number) =>
        reason({ ...command, count }, end <= sent);
      const first = make(end - start);
      const rejection = sameFor(first, () => make(0));
      for (; start < end; start++) {
        rejecter.failed(first);
        run.reject(start, rejection);
        rejecter.told();
        yield;
      }
    }
  }
}

/** The same where others can answer them, who are asked first. */
export function* departures(
  rejecter: Rejecter,
  { leaving, refuge }: {
    leaving: readonly Omit<Returned, "batch">[];
    refuge: Refuge;
  },
  reason: Reason,
): Iterator<void> {
  for (const { command, progress } of leaving) {
    if (!refuge.take(command)) {
      const why = reason(command, progress === "sent");
      rejecter.failed(why);
      fail(command.settler, why);
    }
    rejecter.told();
    yield;
  }
}

/**
 * The rejection of commands that fail alike. Their errors are counted now, all
 * with the first one, and made when somebody looks at them.
 */
function sameFor(reason: unknown, another: () => unknown): Rejection {
  let first: { readonly reason: unknown } | undefined = { reason };
  return new Rejection(() => {
    const reason = first === undefined ? another() : first.reason;
    first = undefined;
    return reason;
  });
}
