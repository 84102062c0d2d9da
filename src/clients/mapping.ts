/**
 * One map: what it has promised, and how it ends.
 *
 * @module
 */

import { TimeoutError } from "../errors.ts";
import { isThenable, RbPromise } from "../promise.ts";
import { combinedError } from "./combined_error.ts";
import type { Dispatcher } from "../delivery/dispatcher.ts";
import { isPlaceable, placeFailure } from "./failure_places.ts";
import { summarized } from "./failure_summary.ts";
import type { Ledger } from "./promise_client.ts";
import { PromiseLog } from "./promise_log.ts";
import { within } from "./within.ts";

/**
 * How many commands of a callback that awaits may wait for room in the queues of
 * their hosts. What is issued at once has to fit.
 */
const MAX_WAITING = 1_000;

/** Said of a callback that did not end, although all of its commands have. */
const PENDING =
  "its callback still waits for something that is no command of it; do not " +
  'await a map within its own callback, or raise "timeout"';

/** Said of callbacks of promises that did not end to issue commands. */
const ENDLESS =
  "the callbacks of its promises still issue commands; let them end, or raise " +
  '"timeout"';

/** Keeps what a map has promised, as far as the join needs it. */
export class Mapping implements Ledger {
  readonly dispatcher: Dispatcher;
  readonly records: boolean;
  /** What was promised since the last join. */
  #log: PromiseLog;
  /** Whether commands that fail are for their promises alone. */
  readonly #endsWell: boolean;
  /** Whether the log is of use. */
  #isLogged: boolean;
  readonly #pending = new Set<Promise<unknown>>();

  /**
   * @param dispatcher What carries the commands.
   * @param how Whether it ends well although commands failed, and whether its
   * clients give records.
   */
  constructor(
    dispatcher: Dispatcher,
    { settled = false, records = false }: {
      settled?: boolean | undefined;
      records?: boolean;
    } = {},
  ) {
    this.dispatcher = dispatcher;
    this.records = records;
    this.#log = new PromiseLog(dispatcher);
    this.#endsWell = settled;
    this.#isLogged = !settled;
  }

  enter(promise: RbPromise<unknown>): void {
    if (this.#isLogged) this.#log.push(promise);
  }

  /** How many commands were issued since the last join. */
  get issued(): number {
    return this.#log.length;
  }

  await(pending: Promise<unknown>): void {
    this.#pending.add(pending);
    pending.then(() => this.#pending.delete(pending));
  }

  /** Waits until every promise is settled. */
  async #settled(): Promise<void> {
    // A callback of a promise may issue further commands.
    do {
      await this.dispatcher.settled();
      await Promise.all(this.#pending);
    } while (!this.dispatcher.idle || this.#pending.size > 0);
  }

  /**
   * Waits for a promise of a caller, which may depend on anything, as long as the
   * map has time and is wanted.
   *
   * @param pending The promise.
   * @param problem What is wrong when the time is up, and what to do about it.
   */
  within<T>(pending: PromiseLike<T>, problem: string): Promise<T> {
    const { deadline, signal } = this.dispatcher.options;
    if (deadline === undefined && signal === undefined) {
      return Promise.resolve(pending);
    }
    return within(pending, {
      due: deadline === undefined ? undefined : () => deadline,
      signal,
      first: () => this.dispatcher.passed(),
      late: () => new TimeoutError(`The map did not end in time: ${problem}`),
    });
  }

  /** Waits until every promise is settled, and throws what went wrong. */
  join(): Promise<void> {
    return this.#watched(() => this.#join());
  }

  async #join(): Promise<void> {
    try {
      await this.within(this.#settled(), ENDLESS);
    } catch (error) {
      await this.#fail(error);
    }
    if (this.#endsWell) return;
    const log = this.#log;
    this.#log = new PromiseLog(this.dispatcher);
    throwReasons(log);
  }

  /** Rejects what is not settled; what was not sent will not be. */
  cancel(reason: unknown): void {
    this.dispatcher.options.observed?.end({ reason });
    this.dispatcher.abandon(reason);
  }

  /**
   * Runs a callback with a client of this map, then joins.
   *
   * @returns What the callback returns, awaited; where the map ends well although
   * that is rejected as one of its commands is, `undefined`.
   * @throws What the callback throws, after everything outstanding has been
   * cancelled; else what join throws.
   */
  run<R>(callback: () => R | PromiseLike<R>): Promise<Awaited<R>> {
    const { observed } = this.dispatcher.options;
    return observed === undefined
      ? this.#run(callback)
      : this.#watched(() => this.#run(() => observed.run(callback)));
  }

  async #run<R>(callback: () => R | PromiseLike<R>): Promise<Awaited<R>> {
    let result: Awaited<R>;
    this.#isLogged = true;
    try {
      const returned = callback();
      // Whoever goes on later waits rather than being refused.
      this.dispatcher.patience ||= MAX_WAITING;
      // A command that fails is reported by the join, in the order of issue.
      if (returned instanceof RbPromise) await this.#join();
      result = await (isThenable(returned)
        ? this.within(returned, PENDING)
        : returned);
    } catch (error) {
      if (!this.#isForPromises(error)) return await this.#fail(error);
      result = undefined as Awaited<R>;
    }
    await this.#join();
    return result;
  }

  /** Tells who observes the map what becomes of it. */
  #watched<T>(work: () => Promise<T>): Promise<T> {
    const { observed } = this.dispatcher.options;
    const result = work();
    if (observed !== undefined) {
      result.then(() => observed.end(), (reason) => observed.end({ reason }));
    }
    return result;
  }

  /** Whether a callback failed as a command did, and only its promise tells. */
  #isForPromises(reason: unknown): boolean {
    const isAborted = this.dispatcher.options.signal?.aborted === true;
    return this.#endsWell && !isAborted && this.#log.includes(reason);
  }

  /** Gives up what is left of it, and waits for no more than that. */
  async #fail(error: unknown): Promise<never> {
    this.dispatcher.abandon(cancelled(error));
    await this.dispatcher.passed();
    await Promise.all(this.#pending);
    throw error;
  }
}

/** The reason given to what a cancelled map leaves behind. */
export function cancelled(cause?: unknown): DOMException {
  const error = new DOMException("The map was cancelled", "AbortError");
  if (cause !== undefined) Object.assign(error, { cause });
  return error;
}

function throwReasons(log: PromiseLog): void {
  const all = log.failures();
  if (all.length === 0) return;
  const seen = new Set<unknown>();
  const reasons: unknown[] = [];
  for (const { index, reason } of all) {
    placeFailure(reason, { index });
    if (isOwn(reason) && seen.has(reason)) continue;
    seen.add(reason);
    reasons.push(reason);
  }
  const error = combinedError(
    reasons,
    () =>
      `${all.length} of ${log.length} commands failed, the first one so: ` +
      messageOf(reasons[0]),
  );
  throw reasons.length > 1 ? summarized(error as Error, all) : error;
}

/**
 * Whether an error is one of the library, which only the commands of a transaction
 * share. What a caller gave up with stands there for each command.
 */
function isOwn(reason: unknown): boolean {
  return isPlaceable(reason) || reason instanceof TypeError;
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
