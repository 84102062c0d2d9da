/**
 * A host of a cluster as keys move from it or to it.
 *
 * @module
 */

import { type Script, scriptCall } from "../commands/script.ts";
import type { Form } from "../commands/spec.ts";
import { specOf } from "../commands/table.ts";
import type { MovingHost } from "../moving/mod.ts";
import type { Argument, Key, Reply } from "../values.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { issue } from "./issue.ts";

/** Sends what moves keys the way of all commands; their replies are bytes. */
export class DispatchedHost implements MovingHost {
  readonly #dispatcher: Dispatcher;
  readonly #hostId: number;

  /**
   * @param dispatcher What carries the commands.
   * @param hostId The host that they go to.
   */
  constructor(dispatcher: Dispatcher, hostId: number) {
    this.#dispatcher = dispatcher;
    this.#hostId = hostId;
  }

  command(name: string, ...args: Argument[]): Promise<Reply> {
    return this.#issue(specOf(name).form(), args);
  }

  /** The same with text in its reply. */
  texts(name: string, ...args: Argument[]): Promise<Reply> {
    return this.#issue(specOf(name).form(), args, false);
  }

  run(
    script: Script,
    keys: readonly Key[],
    args: readonly Argument[],
  ): Promise<Reply> {
    const call = scriptCall(script, keys, args);
    return this.#issue(call.form, call.args);
  }

  #issue(
    form: Form,
    args: readonly Argument[],
    returnUint8Arrays = true,
  ): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const settler = { resolve, reject };
    const flags = { returnUint8Arrays };
    issue(this.#dispatcher, this.#hostId, form, args, settler, flags);
    return promise;
  }
}
