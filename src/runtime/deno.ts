/**
 * Sockets and timers of Deno.
 *
 * @module
 */

import { connectTls, isUntrusted } from "./node.ts";
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
    return error instanceof Deno.errors.InvalidData || isUntrusted(error);
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
  if (address.tls && address.cert !== undefined) {
    // Of Deno's own functions the one that shows a certificate cannot be
    // aborted, and takes no name of the server. Those of Node.js do both.
    return await connectTls(address, signal, systemCerts);
  }
  const socket = await connectTcp(address, signal);
  socket.setNoDelay(true);
  return address.tls ? await secure(socket, address, signal) : socket;
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
  { hostname, serverName = hostname, caCerts }: Address,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = await Deno.startTls(plain, {
    hostname: serverName,
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

/**
 * What the system trusts, if the program may read it (`--allow-sys=ca`): nobody
 * is asked for a permission in the middle of a connection.
 */
function systemCerts(tls: typeof import("node:tls")): readonly string[] {
  // The types do not know the kind; before 2.9 Deno adds to what is trusted.
  const name = { name: "sys", kind: "ca" } as unknown as
    & Deno.PermissionDescriptor
    & { name: "sys" };
  try {
    return Deno.permissions.querySync(name).state === "granted"
      ? tls.getCACertificates("default")
      : [];
  } catch {
    return [];
  }
}
