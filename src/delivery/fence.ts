/**
 * The fence: what is sent before a connection takes over from another one.
 *
 * @module
 */

import type { Reply } from "../values.ts";
import type { Identity } from "../wire/identity.ts";
import type { Exchange } from "../wire/exchange.ts";
import type { Encoder } from "../wire/resp/encoder.ts";

/**
 * Has a server end a connection whose writes may still run, so that none of them
 * runs behind those that follow. The server executes one command after the
 * other: once it has executed this one, it reads nothing of that connection any
 * more. A user who may not do so gets an error, and goes on without.
 */
export class Fence implements Exchange {
  readonly #identity: Identity;
  readonly #onAnswered: () => void;
  #encoded = false;
  #answered = false;

  /**
   * @param identity By what the server knows the connection.
   * @param onAnswered Called when the server has answered.
   */
  constructor(identity: Identity, onAnswered: () => void) {
    this.#identity = identity;
    this.#onAnswered = onAnswered;
  }

  /** The address keeps it from another client with that id after a restart. */
  encode(encoder: Encoder): number {
    const { id, address } = this.#identity;
    encoder.command("CLIENT", ["KILL", "ID", id, "ADDR", address]);
    this.#encoded = true;
    return 1;
  }

  get encoded(): boolean {
    return this.#encoded;
  }

  get wantsBytes(): boolean {
    return false;
  }

  get forgeable(): boolean {
    return false;
  }

  accept(_reply: Reply): void {
    this.#answered = true;
    this.#onAnswered();
  }

  get finished(): boolean {
    return this.#answered;
  }

  /** What follows it is what anybody waits for. */
  get abandoned(): boolean {
    return true;
  }
}
