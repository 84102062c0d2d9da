/**
 * A few commands with their replies, outside of any batch: handshakes, probes,
 * and what goes ahead of the commands of others.
 *
 * @module
 */

import type { Argument, Reply } from "../values.ts";
import type { Encoder } from "./resp/encoder.ts";
import type { Exchange } from "./exchange.ts";

/** Commands that leave in one go, none of which words its own errors. */
export class CommandExchange implements Exchange {
  readonly wantsBytes = false;
  readonly forgeable = false;
  /** Whether nobody waits for its replies: what follows it is waited for. */
  abandoned: boolean;
  readonly #commands: readonly Argument[][];
  readonly #onReply: (reply: Reply) => void;
  #encoded = false;
  #missing: number;

  /**
   * @param commands Each a name and its arguments.
   * @param onReply Told each reply, errors among them.
   * @param abandoned Whether nobody waits for the replies.
   */
  constructor(
    commands: readonly Argument[][],
    onReply: (reply: Reply) => void,
    abandoned = false,
  ) {
    this.#commands = commands;
    this.#onReply = onReply;
    this.#missing = commands.length;
    this.abandoned = abandoned;
  }

  encode(encoder: Encoder): number {
    for (const [name, ...args] of this.#commands) {
      encoder.command(String(name), args);
    }
    this.#encoded = true;
    return this.#commands.length;
  }

  get encoded(): boolean {
    return this.#encoded;
  }

  get awaited(): boolean {
    return this.#encoded && this.#missing > 0;
  }

  get finished(): boolean {
    return this.#encoded && this.#missing === 0;
  }

  accept(reply: Reply): void {
    this.#missing--;
    this.#onReply(reply);
  }
}
