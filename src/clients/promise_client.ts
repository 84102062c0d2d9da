/**
 * What mapping clients and a fanout to one host have in common: each command
 * gives a promise that shows its value.
 *
 * @module
 */

import type { Arguments } from "../commands/arguments.ts";
import type { Form } from "../commands/spec.ts";
import { specOf } from "../commands/table.ts";
import { spell } from "../commands/words.ts";
import { placedAt, RbPromise } from "../promise.ts";
import type { Argument, Reply } from "../values.ts";
import type { CommandFlags } from "../delivery/command.ts";
import type { Dispatcher } from "../delivery/dispatcher.ts";
import { readCallOptions } from "./client_options.ts";
import { type CommandTarget, installCommands } from "./install_commands.ts";
import {
  issue,
  issueByKey,
  issueWhole,
  type Target,
} from "../delivery/issue.ts";
import { Surface } from "./redis_surface.ts";

/** Everything that one map has promised. */
export interface Ledger {
  /** Whether its clients give records and pairs where replies are lists. */
  readonly records: boolean;
  /** What carries the commands. */
  readonly dispatcher: Dispatcher;
  /** Notes a promise that the map waits for. */
  enter(promise: RbPromise<unknown>): void;
  /** Notes a translated reply, which settles a little after its command. */
  await(pending: Promise<unknown>): void;
}

/** Settles a promise, unless its owner has settled it by hand. */
export function settleWith(settle: () => void): void {
  try {
    settle();
  } catch {
    // The owner's doing is no concern of the map, nor of the program.
  }
}

/** A client of a map, for one host if that is named. */
export function createPromiseClient(
  ledger: Ledger,
  target?: Target,
): PromiseClient {
  return ledger.records
    ? new RecordsPromiseClient(ledger, target)
    : new PromiseClient(ledger, target);
}

/** A client whose commands return {@linkcode RbPromise}s. */
export class PromiseClient implements CommandTarget {
  readonly #ledger: Ledger;
  readonly #target: Target | undefined;
  #surface: Surface | undefined = undefined;

  /**
   * @param ledger The map it belongs to.
   * @param target Where commands go; without it their keys decide.
   */
  constructor(ledger: Ledger, target?: Target) {
    this.#ledger = ledger;
    this.#target = target;
  }

  /** Sends any command by its name. */
  sendCommand(
    command: string,
    args: readonly Argument[] = [],
    options?: CommandFlags,
  ): RbPromise<Reply> {
    try {
      const flags = options === undefined
        ? undefined
        : readCallOptions(options, "sendCommand in a map");
      const [name, words] = spell(command, args);
      return this.#enter(this.#issue(specOf(name).form(), words, flags));
    } catch (error) {
      return this.refuse(error);
    }
  }

  /** Issues a command whose arguments stand as they are. */
  issue(form: Form, args: Argument[]): RbPromise<unknown> {
    return this.#enter(
      form.isWhole(args)
        ? this.#issueWhole(form, args)
        : this.#issue(form, args),
    );
  }

  /** Issues a command whose first argument is its only key. */
  issueByKey(
    form: Form,
    args: Arguments,
    second?: Argument,
  ): RbPromise<unknown> {
    return this.#enter(this.#issueByKey(form, args, second));
  }

  /** Calls a method of the surface, which makes the command. */
  translate(method: string, args: unknown[]): RbPromise<unknown> {
    this.#surface ??= new Surface((command, args, options) =>
      this.#issue(specOf(command).form(), args, options)
    );
    const promise = new RbPromise<unknown>();
    this.#ledger.await(
      this.#surface.call(method, args).then(
        (value) => settleWith(() => promise.resolve(value)),
        (reason) => settleWith(() => promise.reject(reason)),
      ),
    );
    return this.#enter(promise);
  }

  /** Fails, as commands do. */
  refuse(error: unknown): RbPromise<Reply> {
    return this.#enter(this.#refused(error));
  }

  /** The promise of most commands finds its outcome where they are kept. */
  #issueByKey(
    form: Form,
    args: Arguments,
    second: Argument | undefined,
  ): RbPromise<unknown> {
    const { dispatcher } = this.#ledger;
    const id = this.#target;
    try {
      if (dispatcher.options.callSites === true) {
        const promise = new RbPromise<Reply>();
        issueByKey(dispatcher, id, form, promise, args, second);
        return promise;
      }
      const run = issueByKey(dispatcher, id, form, undefined, args, second);
      return placedAt(run, run.length - 1);
    } catch (error) {
      return this.#refused(error);
    }
  }

  #issueWhole(form: Form, args: Argument[]): RbPromise<unknown> {
    const { dispatcher } = this.#ledger;
    try {
      if (dispatcher.options.callSites === true) return this.#issue(form, args);
      const run = issueWhole(dispatcher, this.#target, form, undefined, args);
      return placedAt(run, run.length - 1);
    } catch (error) {
      return this.#refused(error);
    }
  }

  #refused(error: unknown): RbPromise<Reply> {
    const promise = new RbPromise<Reply>();
    this.#ledger.dispatcher.refuse(promise, error);
    return promise;
  }

  #issue(
    form: Form,
    args: readonly Argument[],
    flags?: CommandFlags,
  ): RbPromise<Reply> {
    const promise = new RbPromise<Reply>();
    const { dispatcher } = this.#ledger;
    issue(dispatcher, this.#target, form, args, promise, flags);
    return promise;
  }

  #enter<T>(promise: RbPromise<T>): RbPromise<T> {
    this.#ledger.enter(promise);
    return promise;
  }
}

installCommands(PromiseClient.prototype);

/** The same with records and pairs where replies are lists. */
export class RecordsPromiseClient extends PromiseClient {}

installCommands(RecordsPromiseClient.prototype, true);
