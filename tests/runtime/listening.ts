/**
 * Servers of a few lines, for sockets to talk to.
 *
 * @module
 */

import { assertRejects } from "@std/assert";
import type { Address, Socket } from "../../src/runtime/runtime.ts";
import { eventually } from "../../support/waiting.ts";

/** Where they listen. */
export const HOSTNAME = "127.0.0.1";
/** The signal of what is never aborted. */
export const NEVER = new AbortController().signal;

type Serve = (link: Deno.Conn) => Promise<void>;

/**
 * A server that does the same with every connection. It hangs up at the end, or
 * when a test has waited for far too long.
 */
export function listen(serve: Serve): AsyncDisposable & { address: Address } {
  const listener = Deno.listen({ hostname: HOSTNAME, port: 0 });
  const links = new Set<Deno.Conn>();
  const running: Promise<void>[] = [];
  const hangUp = () => links.forEach(close);
  const limit = setTimeout(hangUp, 20_000);
  function close(link: Deno.Conn): void {
    if (links.delete(link)) link.close();
  }
  const accepting = (async () => {
    for await (const link of listener) {
      links.add(link);
      running.push(serve(link).catch(() => {}).finally(() => close(link)));
    }
  })();
  return {
    address: { hostname: HOSTNAME, port: listener.addr.port, tls: false },
    async [Symbol.asyncDispose]() {
      clearTimeout(limit);
      listener.close();
      hangUp();
      await accepting;
      await Promise.all(running);
    },
  };
}

export async function writeAll(
  link: Deno.Conn,
  bytes: Uint8Array,
): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    rest = rest.subarray(await link.write(rest));
  }
}

/** Waits until the other side has hung up. */
export async function hangup(link: Deno.Conn): Promise<void> {
  while (await link.read(new Uint8Array(1_024)) !== null);
}

/** Waits until a closed socket has no operations left. */
export async function end(socket: Socket): Promise<void> {
  const reading = socket.read(new Uint8Array(1));
  socket.close();
  await assertRejects(() => reading);
}

/** Waits until a number has stopped growing: all buffers on the way are full. */
export async function atRest(count: () => number): Promise<void> {
  let last = 0;
  let samples = 0;
  await eventually(() => {
    samples = count() > 0 && count() === last ? samples + 1 : 0;
    last = count();
    return samples === 20;
  });
}
