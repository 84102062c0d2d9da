/**
 * A few commands with their replies, outside of any batch: handshakes and
 * probes.
 *
 * @module
 */

import type { Argument, Reply } from "../values.ts";
import type { Connection } from "./connection.ts";
import type { Encoder } from "./resp/encoder.ts";
import type { Exchange } from "./exchange.ts";

/** An exchange that collects its replies. */
export class CommandExchange implements Exchange {
  readonly #commands: readonly Argument[][];
  readonly #replies: Reply[] = [];
  #encoded = false;

  private constructor(commands: readonly Argument[][]) {
    this.#commands = commands;
  }

  /**
   * Sends commands over a connection that nobody else uses.
   *
   * @param commands Each a name and its arguments.
   * @returns One reply for each command, error replies among them.
   * @throws {Error} If the connection is lost before the last one.
   */
  static run(
    connection: Connection,
    commands: readonly Argument[][],
  ): Promise<Reply[]> {
    const exchange = new CommandExchange(commands);
    return new Promise<Reply[]>((resolve, reject) => {
      connection.owner = {
        connectionIdle: () => resolve(exchange.#replies),
        connectionLost: (_, error) => reject(error),
      };
      connection.send(exchange);
    }).finally(() => connection.owner = undefined);
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

  get wantsBytes(): boolean {
    return false;
  }

  get forgeable(): boolean {
    return false;
  }

  accept(reply: Reply): void {
    this.#replies.push(reply);
  }

  get finished(): boolean {
    return this.#encoded && this.#replies.length === this.#commands.length;
  }

  get abandoned(): boolean {
    return false;
  }
}
