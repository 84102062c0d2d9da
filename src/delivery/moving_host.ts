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
  readonly #writing: Dispatcher;
  readonly #asking: Dispatcher;
  readonly #hostId: number;

  /**
   * @param writing What carries scripts, and commands that write keys.
   * @param hostId The host that they go to.
   * @param asking What carries all others, which wait for no replicas.
   */
  constructor(writing: Dispatcher, hostId: number, asking = writing) {
    this.#writing = writing;
    this.#asking = asking;
    this.#hostId = hostId;
  }

  command(name: string, ...args: Argument[]): Promise<Reply> {
    const spec = specOf(name);
    const asks = spec.reads || spec.row.keys === undefined;
    const dispatcher = asks ? this.#asking : this.#writing;
    return this.#issue(dispatcher, spec.form(), args);
  }

  /** The same of one that reads, with text in its reply. */
  texts(name: string, ...args: Argument[]): Promise<Reply> {
    return this.#issue(this.#asking, specOf(name).form(), args, false);
  }

  run(
    script: Script,
    keys: readonly Key[],
    args: readonly Argument[],
  ): Promise<Reply> {
    const call = scriptCall(script, keys, args);
    return this.#issue(this.#writing, call.form, call.args);
  }

  #issue(
    dispatcher: Dispatcher,
    form: Form,
    args: readonly Argument[],
    returnUint8Arrays = true,
  ): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const settler = { resolve, reject };
    const flags = { returnUint8Arrays };
    issue(dispatcher, this.#hostId, form, args, settler, flags);
    return promise;
  }
}
