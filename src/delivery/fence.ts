/**
 * The fence: what is sent before a connection takes over from another one.
 *
 * @module
 */

import { CommandExchange } from "../wire/command_exchange.ts";
import type { Identity } from "../wire/identity.ts";
import type { Link } from "./link.ts";

/**
 * Has a server end connections whose writes may still run, so that none of them
 * runs behind those that follow. The server executes one command after the
 * other: once it has executed CLIENT KILL, it reads nothing of that connection
 * any more. A user who may not do so gets an error, and goes on without.
 *
 * Where the host has moved meanwhile, the new address is told as well, since the
 * same server may be there; the old one remains to be told, should the host come
 * back to it.
 */
export class Fences {
  /** Connections whose writes may still run, and the addresses that were told. */
  readonly #open = new Map<Identity, Set<string>>();

  /** Whether any connection remains to be ended. */
  get pending(): boolean {
    return this.#open.size > 0;
  }

  /** Notes a connection that was given up while writes were outstanding. */
  add(identity: Identity): void {
    this.#open.set(identity, new Set());
  }

  /** Tells the server at the other end of a link, ahead of what follows. */
  raise(link: Link): void {
    for (const [identity, told] of this.#open) {
      if (!told.has(link.address)) this.#tell(link, identity, told);
    }
  }

  /** Has another one do as well what remains to be done. */
  copyTo(other: Fences): void {
    for (const [identity, told] of this.#open) {
      if (!other.#open.has(identity)) other.#open.set(identity, new Set(told));
    }
  }

  #tell(link: Link, identity: Identity, told: Set<string>): void {
    const { id, address, server } = identity;
    // The address keeps it from another client with that id after a restart.
    const kill = ["CLIENT", "KILL", "ID", id, "ADDR", address];
    const onReply = () => {
      told.add(link.address);
      if (link.address === server) this.#open.delete(identity);
    };
    link.send(new CommandExchange([kill], onReply, true));
  }
}
