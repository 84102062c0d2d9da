/**
 * What routing and local clients have in common: one command, one native
 * promise.
 *
 * @module
 */

import type { Arguments } from "../commands/arguments.ts";
import type { Form } from "../commands/spec.ts";
import { specOf } from "../commands/table.ts";
import { spell } from "../commands/words.ts";
import type { Argument, Key, Reply } from "../values.ts";
import type { CommandFlags } from "../delivery/command.ts";
import { NativeSettler, newPromise } from "../delivery/run.ts";
import {
  anySignal,
  type CallOptions,
  type ClientOptions,
  readCallOptions,
} from "./client_options.ts";
import {
  type CollectionScanOptions,
  FIELDS,
  MEMBERS,
  scanCollection,
  SCORED,
} from "./collection_scan.ts";
import { Dispatcher } from "../delivery/dispatcher.ts";
import type { ClusterView } from "../delivery/cluster_view.ts";
import type { DispatchOptions } from "../delivery/issuer.ts";
import { Lanes } from "../delivery/lane.ts";
import { printAs } from "../inspect.ts";
import { type CommandTarget, installCommands } from "./install_commands.ts";
import { issue, issueByKey } from "../delivery/issue.ts";
import { Surface } from "./redis_surface.ts";

/** A client whose commands travel together and return native promises. */
export class NativeClient implements CommandTarget {
  readonly #dispatcher: Dispatcher;
  readonly #hostId: number | undefined;
  /** Made when a method is called that has no row. */
  #surface: Surface | undefined = undefined;

  /**
   * @param dispatcher What carries the commands.
   * @param hostId Where they all go; without it the router decides on each.
   */
  constructor(dispatcher: Dispatcher, hostId?: number) {
    this.#dispatcher = dispatcher;
    this.#hostId = hostId;
  }

  /** Sends any command by its name. */
  sendCommand(
    command: string,
    args: readonly Argument[] = [],
    options?: CallOptions,
  ): Promise<Reply> {
    try {
      const call = options === undefined
        ? undefined
        : readCallOptions(options, "sendCommand");
      const dispatcher = this.#dispatcherFor(call);
      const [name, words] = spell(command, args);
      return this.#issue(dispatcher, specOf(name).form(), words, call);
    } catch (error) {
      return this.refuse(error);
    }
  }

  /** Goes through the members of a set. */
  sscanAll(key: Key, options?: CollectionScanOptions): unknown {
    return scanCollection(this.#source, MEMBERS, key, options);
  }

  /** Goes through the fields of a hash with their values. */
  hscanAll(key: Key, options?: CollectionScanOptions): unknown {
    return scanCollection(this.#source, FIELDS, key, options);
  }

  /** Goes through the members of a sorted set with their scores. */
  zscanAll(key: Key, options?: CollectionScanOptions): unknown {
    return scanCollection(this.#source, SCORED, key, options);
  }

  /** Issues a command whose arguments stand as they are. */
  issue(form: Form, args: Argument[]): Promise<unknown> {
    return this.#issue(this.#dispatcher, form, args);
  }

  /** Issues a command whose first argument is its only key. */
  issueByKey(
    form: Form,
    args: Arguments,
    second?: Argument,
  ): Promise<unknown> {
    const promise = newPromise();
    const settler = new NativeSettler();
    const dispatcher = this.#dispatcher;
    try {
      issueByKey(dispatcher, this.#hostId, form, settler, args, second);
    } catch (error) {
      dispatcher.refuse(settler, error);
    }
    return promise;
  }

  /** Calls a method of the surface, which makes the command. */
  translate(method: string, args: unknown[]): Promise<unknown> {
    this.#surface ??= new Surface((command, args, options) =>
      this.#issue(this.#dispatcher, specOf(command).form(), args, options)
    );
    return this.#surface.call(method, args);
  }

  /** Fails, as commands do. */
  refuse(error: unknown): Promise<never> {
    const promise = newPromise();
    this.#dispatcher.refuse(new NativeSettler(), error);
    return promise as Promise<never>;
  }

  /** The shared one, unless a call has limits of its own. */
  #dispatcherFor(call: CallOptions | undefined): Dispatcher {
    return call?.timeout === undefined && call?.signal === undefined
      ? this.#dispatcher
      : this.#ownDispatcher(call);
  }

  #ownDispatcher(limits: Pick<CallOptions, "timeout" | "signal">): Dispatcher {
    const { cluster, options } = this.#dispatcher;
    return new Dispatcher(cluster, overridden(options, limits));
  }

  get #source() {
    return {
      begin: (limits: CollectionScanOptions) => this.#ownDispatcher(limits),
      hostId: this.#hostId,
    };
  }

  #issue(
    dispatcher: Dispatcher,
    form: Form,
    args: readonly Argument[],
    flags?: CommandFlags,
  ): Promise<Reply> {
    const promise = newPromise();
    const settler = new NativeSettler();
    issue(dispatcher, this.#hostId, form, args, settler, flags);
    return promise;
  }
}

installCommands(NativeClient.prototype);

/** The same with records and pairs where replies are lists. */
export class RecordsNativeClient extends NativeClient {}

installCommands(RecordsNativeClient.prototype, true);
printAs("LocalClient", NativeClient, RecordsNativeClient);

/** How a client issues that has lanes of its own. */
export function sharedOptions(
  cluster: ClusterView,
  options: ClientOptions,
): DispatchOptions {
  return {
    timeout: options.timeout ?? cluster.timeout,
    signal: anySignal(cluster.signal, options.signal),
    autoBatch: false,
    idempotent: options.idempotent ?? false,
    callSites: options.callSites ?? cluster.callSites,
    replicated: options.replicated ?? cluster.replicated,
    lanes: new Lanes(),
  };
}

function overridden(
  options: DispatchOptions,
  { timeout, signal }: Pick<CallOptions, "timeout" | "signal">,
): DispatchOptions {
  return {
    ...options,
    timeout: timeout ?? options.timeout,
    signal: anySignal(options.signal, signal),
  };
}
