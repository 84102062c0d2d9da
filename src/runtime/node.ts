/**
 * Sockets and timers of Node.js, and of Bun, which has the same modules.
 *
 * @module
 */

import type { OnReadOpts } from "node:net";
import type { ConnectionOptions, SecureContext } from "node:tls";
import { NodeSocket } from "./node_socket.ts";
import type { Address, Runtime, Socket, Timer } from "./runtime.ts";

/** Node.js or Bun. */
export const nodeRuntime: Runtime = {
  asciiEncoding: "latin1",
  connect(address: Address, signal: AbortSignal): Promise<Socket> {
    return address.tls ? connectTls(address, signal) : connect(address, signal);
  },
  unref(timer: Timer): void {
    timer.unref();
  },
  isUntrusted(error: unknown): boolean {
    return error instanceof Error && untrusted.has(error);
  },
};

/** What was wrong with servers that cannot be trusted. */
const untrusted = new WeakSet<Error>();

/** The options of `tls.connect`, and one that its types do not have. */
interface TlsOptions extends ConnectionOptions {
  onread: OnReadOpts;
}

/*
 * The modules are imported when they are needed: Deno has them too, and would
 * load them for nothing.
 */

async function connect(
  { hostname, port, path }: Address,
  signal: AbortSignal,
): Promise<Socket> {
  const { connect } = await import("node:net");
  signal.throwIfAborted();
  const where = path === undefined ? { host: hostname, port } : { path };
  const socket = new NodeSocket((onread) => connect({ ...where, onread }));
  await socket.opened("connect", signal);
  return socket;
}

async function connectTls(
  { hostname, port, caCerts }: Address,
  signal: AbortSignal,
): Promise<Socket> {
  const net = await import("node:net");
  const tls = await import("node:tls");
  signal.throwIfAborted();
  const options = (onread: OnReadOpts): TlsOptions => ({
    host: hostname,
    port,
    rejectUnauthorized: true,
    // An address is checked too, but has no place in the greeting.
    ...(net.isIP(hostname) ? {} : { servername: hostname }),
    ...(caCerts ? { secureContext: contextFor(caCerts, tls) } : {}),
    onread,
  });
  const socket = new NodeSocket((onread) => tls.connect(options(onread)));
  try {
    await socket.opened("secureConnect", signal);
    return socket;
  } catch (error) {
    if (!signal.aborted && error instanceof Error && !isLoss(error)) {
      untrusted.add(error);
    }
    throw error;
  }
}

/** Reading all certificates takes some milliseconds: once for all connections. */
const contexts = new WeakMap<readonly string[], SecureContext>();

function contextFor(
  caCerts: readonly string[],
  tls: typeof import("node:tls"),
): SecureContext {
  let context = contexts.get(caCerts);
  if (context === undefined) {
    // Alone they would take the place of those of the system. Those that the
    // program was started with are known from Node.js 22.15 on.
    const others = tls.getCACertificates?.("default") ?? tls.rootCertificates;
    context = tls.createSecureContext({ ca: [...others, ...caCerts] });
    contexts.set(caCerts, context);
  }
  return context;
}

/** Whether a handshake ended with the link, rather than by what was said. */
function isLoss({ code }: Error & { code?: unknown }): boolean {
  return code === undefined || /^E(?!RR|PROTO$)[A-Z_]+$/.test(String(code));
}
