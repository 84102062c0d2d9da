/**
 * What lies between the client that is recorded and its server, and notes what
 * both say.
 *
 * @module
 */

import { fromLatin1, readCommands, toLatin1 } from "../../support/recorded.ts";
import { endOfReply } from "./replies.ts";

const HOSTNAME = "127.0.0.1";
const CHUNK_SIZE = 65_536;

/** What is left of a text that is made shorter, in bytes. */
const CUT_SIZE = 300;

/** How a tap treats what comes next. */
export interface TapOptions {
  /** What it answers itself, one character a byte; then no server is asked. */
  readonly answer?: string | undefined;
  /** Whether a text that a server sends is made shorter. */
  readonly cut?: boolean | undefined;
}

/** A listener that carries one connection at a time to a server. */
export class Tap implements AsyncDisposable {
  readonly #listener: Deno.TcpListener;
  readonly #port: number;
  readonly #connections = new Set<Deno.Conn>();
  readonly #running = new Set<Promise<void>>();
  readonly #accepting: Promise<void>;
  #options: TapOptions = {};
  #sent = "";
  #replied = "";
  /** A reply of which not all has come, where it is made shorter. */
  #partial = "";
  #arrival = Promise.withResolvers<void>();

  /** @param port Where the server listens on the loopback. */
  constructor(port: number) {
    this.#port = port;
    this.#listener = Deno.listen({ hostname: HOSTNAME, port: 0 });
    this.#accepting = this.#accept();
  }

  /** Where the tap listens. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** Forgets what was said so far. */
  begin(options: TapOptions): void {
    this.#options = options;
    this.#sent = "";
    this.#replied = "";
    this.#partial = "";
  }

  /** The commands that the client has sent since then. */
  get commands(): string[][] {
    return readCommands(this.#sent).commands;
  }

  /** What the client was sent since then. */
  get replied(): string {
    return this.#replied;
  }

  /** Waits until as many replies have come as there are commands. */
  async whole(): Promise<string> {
    for (;;) {
      let end: number | undefined = 0;
      for (let left = this.commands.length; left > 0; left--) {
        end = endOfReply(this.#replied, end);
        if (end === undefined) break;
      }
      if (end !== undefined) return this.#replied;
      await this.#arrival.promise;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    for (const connection of this.#connections) close(connection);
    await Promise.all(this.#running);
  }

  async #accept(): Promise<void> {
    for (;;) {
      let client: Deno.Conn;
      try {
        client = await this.#listener.accept();
      } catch {
        return; // closed
      }
      const running = this.#carry(client).catch(() => {});
      this.#running.add(running);
      running.finally(() => this.#running.delete(running));
    }
  }

  async #carry(client: Deno.Conn): Promise<void> {
    const server = await Deno.connect({ hostname: HOSTNAME, port: this.#port });
    this.#connections.add(client).add(server);
    const end = () => {
      close(client);
      close(server);
    };
    await Promise.all([
      pump(client, (chunk) => this.#toServer(chunk, { client, server }))
        .finally(end),
      pump(server, (chunk) => this.#toClient(toLatin1(chunk), client))
        .finally(end),
    ]);
    this.#connections.delete(client);
    this.#connections.delete(server);
  }

  async #toServer(
    chunk: Uint8Array,
    { client, server }: { client: Deno.Conn; server: Deno.Conn },
  ): Promise<void> {
    this.#sent += toLatin1(chunk);
    const { answer } = this.#options;
    if (answer === undefined) return await writeAll(server, chunk);
    if (readCommands(this.#sent).rest === "") await this.#say(answer, client);
  }

  async #toClient(text: string, client: Deno.Conn): Promise<void> {
    if (!this.#options.cut) return await this.#say(text, client);
    this.#partial += text;
    if (endOfReply(this.#partial, 0) === undefined) return;
    await this.#say(shortened(this.#partial), client);
    this.#partial = "";
  }

  async #say(text: string, client: Deno.Conn): Promise<void> {
    this.#replied += text;
    this.#arrival.resolve();
    this.#arrival = Promise.withResolvers<void>();
    await writeAll(client, fromLatin1(text));
  }
}

/** The same text with less of it, as if the server had no more to say. */
function shortened(reply: string): string {
  const [, type, size] = /^([$=])(\d+)\r\n/.exec(reply) ?? [];
  if (size === undefined || Number(size) <= CUT_SIZE) return reply;
  const start = reply.indexOf("\r\n") + 2;
  const body = reply.slice(start, start + CUT_SIZE);
  return `${type}${CUT_SIZE}\r\n${body}\r\n`;
}

async function pump(
  from: Deno.Conn,
  take: (chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  const chunk = new Uint8Array(CHUNK_SIZE);
  for (;;) {
    const size = await from.read(chunk).catch(() => null);
    if (size === null) return;
    await take(chunk.slice(0, size));
  }
}

async function writeAll(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  let at = 0;
  while (at < bytes.length) at += await to.write(bytes.subarray(at));
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
