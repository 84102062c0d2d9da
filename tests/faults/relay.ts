/**
 * A way to a server whose connections are late one by one: what was held on one
 * may arrive long after what followed it on another, as it does where packets
 * are lost.
 *
 * @module
 */

import type { RawAddress } from "../../support/raw_client.ts";

const CHUNK_SIZE = 65_536;

/** One connection of a client, and the one to the server that belongs to it. */
export class RelayLink {
  /** What the client has sent so far, whether it has arrived or not. */
  text = "";
  /** Resolves when the server has got all of it, or is done with it. */
  readonly ended: Promise<void>;
  readonly #client: Deno.Conn;
  readonly #server: Deno.Conn;
  #held: PromiseWithResolvers<void> | undefined = undefined;
  #keepsReplies = false;

  constructor(client: Deno.Conn, server: Deno.Conn, isHeld: boolean) {
    this.#client = client;
    this.#server = server;
    if (isHeld) this.hold();
    this.ended = this.#run();
  }

  /** Keeps what the client sends, also when that hangs up, until let go. */
  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  /** Lets go what was held. */
  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  /** Gives the client no further replies. */
  mute(): void {
    this.#keepsReplies = true;
  }

  /** Ends the client's side; what was held still goes to the server. */
  hangUp(): void {
    close(this.#client);
  }

  async #run(): Promise<void> {
    await Promise.all([this.#passRequests(), this.#passReplies()]);
    close(this.#client);
    close(this.#server);
  }

  async #passRequests(): Promise<void> {
    const chunk = new Uint8Array(CHUNK_SIZE);
    const decoder = new TextDecoder("latin1");
    const waiting: Uint8Array[] = [];
    let arriving = Promise.resolve();
    const arrive = async () => {
      await this.#held?.promise;
      const bytes = waiting.shift()!;
      for (let at = 0; at < bytes.length;) {
        at += await this.#server.write(bytes.subarray(at));
      }
    };
    for (;;) {
      const size = await this.#client.read(chunk).catch(() => null);
      if (size === null) break;
      this.text += decoder.decode(chunk.subarray(0, size));
      waiting.push(chunk.slice(0, size));
      // A server that is done with it takes no more.
      arriving = arriving.then(arrive).catch(() => {});
    }
    await arriving;
    await (this.#server as Deno.TcpConn).closeWrite().catch(() => {});
  }

  async #passReplies(): Promise<void> {
    const chunk = new Uint8Array(CHUNK_SIZE);
    for (;;) {
      const size = await this.#server.read(chunk).catch(() => null);
      if (size === null) break;
      if (this.#keepsReplies) continue;
      await writeAll(this.#client, chunk.slice(0, size)).catch(() => {});
    }
    close(this.#client);
  }
}

/** Joins connections on a free port of 127.0.0.1 to those of a server. */
export class Relay implements AsyncDisposable {
  /** The links so far, also those that have ended. */
  readonly links: RelayLink[] = [];
  /** Whether new links hold what is sent over them. */
  holdsNew = false;
  #target: RawAddress;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #accepting: Promise<void>;

  constructor(target: RawAddress) {
    this.#target = target;
    this.#accepting = this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Leads new connections to another server. */
  leadTo(target: RawAddress): void {
    this.#target = target;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    for (const link of this.links) {
      link.release();
      link.hangUp();
    }
    await Promise.all(this.links.map(({ ended }) => ended));
  }

  async #accept(): Promise<void> {
    for (;;) {
      let client: Deno.TcpConn;
      try {
        client = await this.#listener.accept();
      } catch {
        return; // closed
      }
      const { hostname, port = 0 } = this.#target;
      const server = await Deno.connect({ hostname, port });
      server.setNoDelay(true);
      client.setNoDelay(true);
      this.links.push(new RelayLink(client, server, this.holdsNew));
    }
  }
}

async function writeAll(end: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await end.write(bytes.subarray(at));
  }
}

function close(end: Deno.Conn): void {
  try {
    end.close();
  } catch {
    // It is closed already.
  }
}
