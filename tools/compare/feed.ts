/**
 * What fills servers without a client: commands as plain bytes, so that nothing
 * that is compared warms up or leaves garbage meanwhile.
 *
 * @module
 */

import { RawClient } from "../../support/raw_client.ts";
import type { Words } from "./commands/row.ts";
import type { ServerAddress } from "./contender.ts";

const MARK = "end-of-feed";

/** A connection of its own to each server, all in the same database. */
export class Feed implements Disposable {
  readonly #servers: readonly RawClient[];

  private constructor(servers: readonly RawClient[]) {
    this.#servers = servers;
  }

  /** Connects to the servers. */
  static async open(
    servers: readonly ServerAddress[],
    database: number,
  ): Promise<Feed> {
    return new Feed(
      await Promise.all(
        servers.map((server) => RawClient.connect({ ...server, db: database })),
      ),
    );
  }

  /**
   * Has each server execute what {@linkcode encode} has made of commands.
   *
   * @throws {Error} When a server refuses one of them.
   */
  async send(texts: readonly string[]): Promise<void> {
    await Promise.all(texts.map(async (text, at) => {
      const server = this.#servers[at];
      // A server that nobody reads from stops reading.
      await Promise.all([
        server.write(text + encode([["ECHO", MARK]])),
        readToMark(server),
      ]);
    }));
  }

  [Symbol.dispose](): void {
    for (const server of this.#servers) server.close();
  }
}

/** Commands as they travel. */
export function encode(commands: Iterable<Words>): string {
  const parts: string[] = [];
  for (const words of commands) {
    parts.push(`*${words.length}\r\n`);
    for (const word of words) {
      parts.push(`$${byteLength(word)}\r\n${word}\r\n`);
    }
  }
  return parts.join("");
}

async function readToMark(server: RawClient): Promise<void> {
  let tail = "\r\n";
  let refusal: string | undefined;
  while (!tail.endsWith(`\r\n${MARK}\r\n`)) {
    const text = await server.read();
    if (text === null) throw new Error("A server closed while it was filled");
    refusal ??= /\r\n-([^\r]*)/.exec(tail + text)?.[1];
    tail = (tail + text).slice(-2 * MARK.length);
  }
  if (refusal !== undefined) {
    throw new Error(`A server cannot be filled: "${refusal}"`);
  }
}

const encoder = new TextEncoder();

function byteLength(text: string): number {
  return encoder.encode(text).length;
}
