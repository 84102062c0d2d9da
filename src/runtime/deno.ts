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
    return error instanceof Deno.errors.InvalidData ||
      error instanceof Error && unusable.has(error);
  },
  objectionTo(address: Address): string | undefined {
    const { hostname, tls, cert, serverName = hostname } = address;
    return !tls || cert === undefined || serverName === hostname
      ? undefined
      : "in Deno, a client with a certificate checks a server by the host name " +
        'alone, so give either "cert" and "key" or "serverName"';
  },
};

/** What was wrong with certificates and keys to show. */
const unusable = new WeakSet<Error>();

async function connect(
  address: Address,
  signal: AbortSignal,
): Promise<Socket> {
  if (address.path !== undefined) {
    // A unix socket connects or refuses at once; there is nothing to abort.
    return await Deno.connect({ transport: "unix", path: address.path });
  }
  try {
    if (!address.tls) return await connectTcp(address, signal);
    const socket = address.cert === undefined
      ? await startTls(address, signal)
      : await connectWithCert(address, signal);
    return await secure(socket, signal);
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
export async function connectTcp(
  { hostname, port }: Pick<Address, "hostname" | "port">,
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
    socket.setNoDelay(true);
    return socket;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function startTls(
  address: Address,
  signal: AbortSignal,
): Promise<Deno.TlsConn> {
  const { hostname, serverName = hostname, caCerts = [] } = address;
  return await Deno.startTls(await connectTcp(address, signal), {
    hostname: serverName,
    caCerts: [...caCerts],
  });
}

/**
 * Opens a socket that shows a certificate. The one function of Deno that does so
 * opens it itself, and cannot be aborted: what comes too late is closed. It has
 * no switch for small writes, which may be held back until what was written
 * before has arrived.
 */
async function connectWithCert(
  { hostname, port, cert, key, caCerts = [] }: Address,
  signal: AbortSignal,
): Promise<Deno.TlsConn> {
  signal.throwIfAborted();
  const options = { hostname, port, caCerts: [...caCerts] };
  const opening = Deno.connectTls({ ...options, cert: cert!, key: key! });
  const { promise: end, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([opening, end]);
  } catch (error) {
    opening.then((socket) => socket.close(), () => {});
    // What goes wrong with a network is of a class of Deno's own.
    if (!signal.aborted && error instanceof Error && error.name === "Error") {
      unusable.add(error);
    }
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Sees the handshake through, or closes the socket. */
async function secure(
  socket: Deno.TlsConn,
  signal: AbortSignal,
): Promise<Socket> {
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
