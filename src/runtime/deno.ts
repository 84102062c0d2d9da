/**
 * Sockets and timers of Deno.
 *
 * @module
 */

import type { Address, Runtime, Socket, Timer } from "./runtime.ts";

/** Deno. */
export const denoRuntime: Runtime = {
  get asciiEncoding(): "latin1" | "utf8" {
    // Before Deno 2.9 "latin1" goes character by character, a hundred times
    // slower, and makes a string that takes 30 times its length of memory.
    const [major, minor] = Deno.version.deno.split(".").map(Number);
    return major === 2 && minor < 9 ? "utf8" : "latin1";
  },
  connect,
  unref(timer: Timer): void {
    Deno.unrefTimer(timer as unknown as number);
  },
  isUntrusted(error: unknown): boolean {
    return error instanceof Deno.errors.InvalidData;
  },
};

async function connect(
  address: Address,
  signal: AbortSignal,
): Promise<Socket> {
  if (address.path !== undefined) {
    // A unix socket connects or refuses at once; there is nothing to abort.
    return await Deno.connect({ transport: "unix", path: address.path });
  }
  try {
    const socket = await connectTcp(address, signal);
    socket.setNoDelay(true);
    return address.tls ? await secure(socket, address, signal) : socket;
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

/**
 * Opens a TCP socket, or none. `Deno.connect` asks its signal at the very end
 * whether to throw, and when the socket was opened in the moment of the abort,
 * nobody gets hold of it any more (Deno 2.9). So the signal it is given stops it,
 * but throws nothing, and what comes too late is closed here.
 */
async function connectTcp(
  { hostname, port }: Address,
  signal: AbortSignal,
): Promise<Deno.TcpConn> {
  const controller = new AbortController();
  const quiet = Object.assign(controller.signal, { throwIfAborted: () => {} });
  const onAbort = () => controller.abort();
  signal.addEventListener("abort", onAbort);
  try {
    const socket = await Deno.connect({ hostname, port, signal: quiet });
    if (signal.aborted) {
      socket.close();
      throw signal.reason;
    }
    return socket;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function secure(
  plain: Deno.TcpConn,
  { hostname, caCerts }: Address,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = await Deno.startTls(plain, {
    hostname,
    caCerts: [...caCerts ?? []],
  });
  const onAbort = () => socket.close();
  signal.addEventListener("abort", onAbort);
  try {
    if (signal.aborted) onAbort();
    await socket.handshake();
    signal.throwIfAborted();
    return socket;
  } catch (error) {
    if (!signal.aborted) socket.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
