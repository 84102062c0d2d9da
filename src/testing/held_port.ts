/**
 * Ports that stay with whoever has them.
 *
 * @module
 */

import { connect, type Socket } from "node:net";

/** How often one is sought that can be held. */
const ATTEMPTS = 5;

/**
 * A TCP port that nobody else is given while nobody listens on it: a server that
 * is down for a moment comes back, and whoever dials it meanwhile is refused,
 * where other programs look for free ports all the time.
 *
 * A connection from the port to itself holds it. The system gives such a port to
 * nobody who asks for any, and lets those listen on it who ask for this one.
 */
export class HeldPort implements AsyncDisposable {
  /** The number of the port. */
  readonly number: number;
  readonly #socket: Socket | undefined;

  private constructor(number: number, socket?: Socket) {
    this.number = number;
    this.#socket = socket;
  }

  /**
   * Takes a free port.
   *
   * @param hostname The address on which it is free, one of this machine.
   * @returns The port; where the system does not let it be held, one that was
   * free a moment ago.
   */
  static async take(hostname: string): Promise<HeldPort> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const number = findFreePort(hostname);
      // Somebody else may have been faster.
      const socket = await joined(hostname, number).catch(() => undefined);
      if (socket !== undefined) return new HeldPort(number, socket);
    }
    return new HeldPort(findFreePort(hostname));
  }

  /** Lets others have it. */
  async [Symbol.asyncDispose](): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined || socket.closed) return;
    await new Promise<void>((resolve) => {
      socket.ref().once("close", () => resolve());
      socket.destroy();
    });
  }
}

/** A port on which nobody listens. */
function findFreePort(hostname: string): number {
  using listener = Deno.listen({ hostname, port: 0 });
  return listener.addr.port;
}

/** A connection from a port to itself. */
function joined(hostname: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: hostname,
      port,
      localAddress: hostname,
      localPort: port,
    });
    socket.once("error", reject);
    socket.once("connect", () => {
      // It does not keep the program alive.
      socket.unref();
      resolve(socket);
    });
  });
}
