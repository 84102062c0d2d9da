/**
 * One map: what it has promised, and how it ends.
 *
 * @module
 */

import { RbPromise } from "../promise.ts";
import { combinedError } from "./combined_error.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Ledger } from "./promise_client.ts";

/** After how many further promises those are dropped that the join can spare. */
const LOOK_AFTER = 1_000;

/** Keeps what a map has promised, as far as the join needs it. */
export class Mapping implements Ledger {
  readonly dispatcher: Dispatcher;
  /** In the order of issue: all that have failed or may yet fail. */
  #promises: RbPromise<unknown>[] = [];
  /** How many there were since the last join. */
  #entered = 0;
  /** How many may be there until the next look at them. */
  #limit = LOOK_AFTER;
  readonly #endsWell: boolean;
  readonly #pending = new Set<Promise<unknown>>();

  /**
   * @param dispatcher What carries the commands.
   * @param settled Whether it ends well although commands failed.
   */
  constructor(dispatcher: Dispatcher, settled = false) {
    this.dispatcher = dispatcher;
    this.#endsWell = settled;
  }

  enter(promise: RbPromise<unknown>): void {
    if (this.#endsWell) return;
    this.#entered++;
    this.#promises.push(promise);
    if (this.#promises.length > this.#limit) this.#dropResolved();
  }

  await(pending: Promise<unknown>): void {
    this.#pending.add(pending);
    pending.then(() => this.#pending.delete(pending));
  }

  /** Waits until every promise is settled. */
  async settled(): Promise<void> {
    // A callback of a promise may issue further commands.
    do {
      await this.dispatcher.settled();
      await Promise.all(this.#pending);
    } while (!this.dispatcher.idle || this.#pending.size > 0);
  }

  /** Waits until every promise is settled, and throws what went wrong. */
  async join(): Promise<void> {
    await this.settled();
    const promises = this.#promises;
    const count = this.#entered;
    this.#promises = [];
    this.#entered = 0;
    this.#limit = LOOK_AFTER;
    throwReasons(promises, count);
  }

  /** Lets go of values, so that a map of any length can be run. */
  #dropResolved(): void {
    this.#promises = this.#promises.filter(({ isResolved }) => !isResolved);
    // Twice what is left: each promise is looked at a few times at most.
    this.#limit = Math.max(LOOK_AFTER, 2 * this.#promises.length);
  }

  /** Rejects what is not settled; what was not sent will not be. */
  cancel(reason: unknown): void {
    this.dispatcher.abandon(reason);
  }

  /**
   * Runs a callback with a client of this map, then joins.
   *
   * @returns What the callback returns, awaited.
   * @throws What the callback throws, after everything outstanding has been
   * cancelled; else what join throws.
   */
  async run<R>(callback: () => R | PromiseLike<R>): Promise<Awaited<R>> {
    let result: Awaited<R>;
    try {
      const returned = callback();
      // A command that fails is reported by the join, in the order of issue.
      if (returned instanceof RbPromise) await this.join();
      result = await returned;
    } catch (error) {
      this.cancel(cancelled(error));
      await this.settled();
      throw error;
    }
    await this.join();
    return result;
  }
}

/** The reason given to what a cancelled map leaves behind. */
export function cancelled(cause?: unknown): DOMException {
  const error = new DOMException("The map was cancelled", "AbortError");
  if (cause !== undefined) Object.assign(error, { cause });
  return error;
}

function throwReasons(promises: RbPromise<unknown>[], count: number): void {
  const reasons: unknown[] = [];
  for (const promise of promises) {
    if (promise.isRejected) reasons.push(promise.reason);
  }
  if (reasons.length > 0) {
    throw combinedError(
      reasons,
      () =>
        `${reasons.length} of ${count} commands failed, the first one so: ` +
        messageOf(reasons[0]),
    );
  }
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
