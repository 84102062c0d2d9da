/**
 * A server that follows a script instead of a protocol: for replies and
 * silences that no real server produces.
 *
 * @module
 */

import { fromLatin1, toLatin1 } from "./recorded.ts";

const HOSTNAME = "127.0.0.1";
const CHUNK_SIZE = 65_536;

/** CLIENT INFO, as it travels. */
const QUESTION = "*2\r\n$6\r\nCLIENT\r\n$4\r\nINFO\r\n";

/** One connection of a {@linkcode ScriptedServer}, seen from its script. */
export class ScriptedLink {
  /** What the client has sent so far, one character a byte. */
  text = "";
  readonly #connection: Deno.Conn;
  readonly #chunk = new Uint8Array(CHUNK_SIZE);

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /**
   * What the client sent next, as text; nothing once it has hung up. A question
   * for the identity of the connection, which travels with what is sent first,
   * is answered and left out.
   */
  async read(): Promise<string | undefined> {
    for (;;) {
      const text = await this.readAll();
      if (text === undefined || !text.includes(QUESTION)) return text;
      await this.write("-ERR unknown subcommand\r\n");
      const rest = text.replace(QUESTION, "");
      if (rest !== "") return rest;
    }
  }

  /** The same with all of it, as of a server that answers nothing. */
  async readAll(): Promise<string | undefined> {
    const size = await this.#connection.read(this.#chunk).catch(() => null);
    if (size === null) return undefined;
    const text = toLatin1(this.#chunk.subarray(0, size));
    this.text += text;
    return text;
  }

  /** Sends text, one character a byte, or bytes. */
  async write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? fromLatin1(data) : data;
    let at = 0;
    while (at < bytes.length) {
      at += await this.#connection.write(bytes.subarray(at));
    }
  }

  /** Swallows what comes; resolves when the client has hung up. */
  async hangup(): Promise<void> {
    while (await this.readAll() !== undefined);
  }
}

/** What a connection goes through; it is closed when the script ends. */
export type Script = (link: ScriptedLink, index: number) => Promise<void>;

/** A listener on a free port of 127.0.0.1 that plays a script. */
export class ScriptedServer implements AsyncDisposable {
  /** The links that were accepted so far, also those that are closed. */
  readonly accepted: ScriptedLink[] = [];
  readonly #listener: Deno.TcpListener;
  readonly #script: Script;
  readonly #connections = new Set<Deno.Conn>();
  readonly #running = new Set<Promise<void>>();
  readonly #accepting: Promise<void>;

  constructor(script: Script) {
    this.#script = script;
    this.#listener = Deno.listen({ hostname: HOSTNAME, port: 0 });
    this.#accepting = this.#accept();
  }

  /** A server that waits for a command and then sends these very bytes. */
  static replying(data: string | Uint8Array, hangsUp = false): ScriptedServer {
    return new ScriptedServer(async (link) => {
      if (await link.read() === undefined) return;
      await link.write(data);
      if (!hangsUp) await link.hangup();
    });
  }

  /** A server that accepts and never says a word. */
  static silent(): ScriptedServer {
    return new ScriptedServer((link) => link.hangup());
  }

  get hostname(): string {
    return HOSTNAME;
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** How many connections are open. */
  get open(): number {
    return this.#connections.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    for (const connection of this.#connections) close(connection);
    await Promise.all(this.#running);
  }

  async #accept(): Promise<void> {
    for (;;) {
      let connection: Deno.TcpConn;
      try {
        connection = await this.#listener.accept();
      } catch {
        return; // closed
      }
      // What a script writes in pieces arrives in pieces, and at once.
      connection.setNoDelay();
      const link = new ScriptedLink(connection);
      const index = this.accepted.push(link) - 1;
      this.#connections.add(connection);
      const running = this.#script(link, index)
        .catch(() => {})
        .finally(() => {
          this.#connections.delete(connection);
          close(connection);
        });
      this.#running.add(running);
      running.finally(() => this.#running.delete(running));
    }
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
