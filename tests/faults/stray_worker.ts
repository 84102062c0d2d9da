/**
 * A server in a thread of its own, which can speak while the program that uses
 * it is busy: it answers PING and GET, and says what else it is told to.
 *
 * @module
 */

import { ScriptedServer } from "./scripted_server.ts";

const COMMAND = /\*\d+\r\n\$\d+\r\n(\w+)\r\n(?:\$\d+\r\n(\S+)\r\n)?/g;

interface Order {
  /** What to say on every open link. */
  say: string;
  /** Set to 1 when it is said. */
  done: Int32Array;
}

/** What a worker sees of its own scope. */
const scope = self as unknown as {
  onmessage: (event: MessageEvent<Order>) => void;
  postMessage(message: unknown): void;
};

const links = new Set<{ write(text: string): Promise<void> }>();

const server = new ScriptedServer(async (link) => {
  links.add(link);
  for (;;) {
    const text = await link.read();
    if (text === undefined) break;
    for (const [, name, argument = "PONG"] of text.matchAll(COMMAND)) {
      const value = name === "PING" ? argument : `value of ${argument}`;
      await link.write(`$${value.length}\r\n${value}\r\n`);
    }
  }
  links.delete(link);
});

scope.onmessage = async ({ data: { say, done } }) => {
  // One that the client has hung up hears nothing.
  for (const link of links) await link.write(say).catch(() => {});
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
};
scope.postMessage(server.port);
