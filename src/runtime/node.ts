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
  objectionTo(): undefined {},
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
  address: Address,
  signal: AbortSignal,
): Promise<Socket> {
  const net = await import("node:net");
  const tls = await import("node:tls");
  signal.throwIfAborted();
  const { hostname, port, serverName = hostname } = address;
  try {
    const secureContext = contextOf(address, tls);
    const options = (onread: OnReadOpts): TlsOptions => ({
      host: hostname,
      port,
      rejectUnauthorized: true,
      // An address is checked too, but has no place in the greeting.
      ...(net.isIP(serverName) ? {} : { servername: serverName }),
      ...(secureContext ? { secureContext } : {}),
      checkServerIdentity: (_, cert) =>
        tls.checkServerIdentity(serverName, cert),
      onread,
    });
    const socket = new NodeSocket((onread) => tls.connect(options(onread)));
    await socket.opened("secureConnect", signal);
    return socket;
  } catch (error) {
    if (!signal.aborted && error instanceof Error && !isLoss(error)) {
      untrusted.add(error);
    }
    throw error;
  }
}

/**
 * Reading all certificates takes some milliseconds: once for all connections to
 * an address, and for all addresses that only share what they trust.
 */
const contexts = new WeakMap<object, SecureContext>();

function contextOf(
  address: Address,
  tls: typeof import("node:tls"),
): SecureContext | undefined {
  const { caCerts, cert, key } = address;
  const owner = cert === undefined ? caCerts : address;
  if (owner === undefined) return undefined;
  let context = contexts.get(owner);
  if (context === undefined) {
    // Alone they would take the place of those of the system. Those that the
    // program was started with are known from Node.js 22.15 on.
    const others = tls.getCACertificates?.("default") ?? tls.rootCertificates;
    context = tls.createSecureContext({
      ...(caCerts ? { ca: [...others, ...caCerts] } : {}),
      ...(cert === undefined ? {} : { cert, key }),
    });
    contexts.set(owner, context);
  }
  return context;
}

/** Whether a handshake ended with the link, rather than by what was said. */
function isLoss({ code }: Error & { code?: unknown }): boolean {
  return code === undefined || /^E(?!RR|PROTO$)[A-Z_]+$/.test(String(code));
}
