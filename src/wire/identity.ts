/**
 * By what a server knows a connection.
 *
 * @module
 */

import type { Reply } from "../values.ts";
import type { Exchange } from "./exchange.ts";
import type { Encoder } from "./resp/encoder.ts";

/** By what a server knows a connection. */
export interface Identity {
  /** A number that no other connection gets while the server runs. */
  readonly id: string;
  /** Where the server sees it come from. */
  readonly address: string;
}

/**
 * Asks a server for the identity of a connection (CLIENT INFO, since Redis 6.2).
 * A server or a user without that command has an answer too: there is none.
 */
export class IdentityQuestion implements Exchange {
  readonly #onAnswer: (identity: Identity | undefined) => void;
  #encoded = false;
  #answered = false;

  /** @param onAnswer Told the answer. */
  constructor(onAnswer: (identity: Identity | undefined) => void) {
    this.#onAnswer = onAnswer;
  }

  encode(encoder: Encoder): number {
    encoder.command("CLIENT", ["INFO"]);
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

  accept(reply: Reply): void {
    this.#answered = true;
    this.#onAnswer(typeof reply === "string" ? identityIn(reply) : undefined);
  }

  get finished(): boolean {
    return this.#answered;
  }

  /** Nobody waits for the answer. */
  get abandoned(): boolean {
    return true;
  }
}

function identityIn(info: string): Identity | undefined {
  const found = /\bid=(\d+) addr=(\S+)/.exec(info);
  return found === null ? undefined : { id: found[1], address: found[2] };
}
