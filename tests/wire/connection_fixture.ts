/**
 * A connection whose far end is the test.
 *
 * @module
 */

import { Connection } from "../../src/wire/connection.ts";
import type { Exchange } from "../../src/wire/exchange.ts";
import { FakeSocket } from "./fake_socket.ts";

/** A connection over a socket in memory, and what its owner is told. */
export class Fixture implements AsyncDisposable {
  readonly socket: FakeSocket;
  readonly connection: Connection;
  readonly losses: { error: Error; exchanges: Exchange[] }[] = [];
  idle = 0;

  constructor(socket = new FakeSocket()) {
    this.socket = socket;
    this.connection = new Connection(socket);
    this.connection.owner = {
      connectionIdle: () => this.idle++,
      connectionLost: (_, error, exchanges) =>
        this.losses.push({ error, exchanges }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.connection.close();
    await this.connection.closed;
  }
}
