/**
 * Opening a connection: the socket, TLS, and the handshake.
 *
 * @module
 */

import {
  CommandError,
  ConnectionError,
  ProtocolError,
  TimeoutError,
} from "../errors.ts";
import type { Argument } from "../values.ts";
import { CommandExchange } from "./command_exchange.ts";
import {
  Connection,
  type ConnectionOptions,
  type Socket,
} from "./connection.ts";
import { TimeLimit } from "./time_limit.ts";

/** Where a server listens and how to introduce oneself. */
export interface Endpoint {
  /** A host name or an address. */
  hostname: string;
  /** A TCP port. */
  port: number;
  /** The path of a unix socket, used instead of host name and port. */
  path?: string | undefined;
  /** Whether to speak TLS. */
  tls: boolean;
  /** Certificates (PEM) to trust beside those of the system. */
  caCerts?: readonly string[] | undefined;
  /** For AUTH. */
  username?: string | undefined;
  /** For AUTH. */
  password?: string | undefined;
  /** For SELECT. */
  db: number;
  /** For CLIENT SETNAME. */
  name?: string | undefined;
}

/** Settings of {@linkcode dial}. */
export interface DialOptions extends ConnectionOptions {
  /** Milliseconds for socket, TLS and handshake together. */
  timeout: number;
  /** The version of the protocol to speak. */
  protocol: 2 | 3;
  /** Whether to wait for a reply even where no handshake is needed. */
  prove?: boolean;
  /** Aborted when nobody wants the connection any more. */
  signal?: AbortSignal;
}

/**
 * Opens a connection that is ready for commands.
 *
 * @param endpoint Where to, and as whom.
 * @param options Time limit, protocol version, bounds.
 * @throws {TimeoutError} If the server was not ready in time.
 * @throws {ConnectionError} If it refused; the cause tells why, a
 * {@linkcode CommandError} when the server itself said no.
 * @throws {ProtocolError} If it does not speak the Redis protocol.
 */
export async function dial(
  endpoint: Endpoint,
  options: DialOptions,
): Promise<Connection> {
  using limit = new TimeLimit(options.timeout, options.signal);
  const { signal } = limit;
  try {
    signal.throwIfAborted();
    const socket = await openSocket(endpoint, signal);
    const connection = new Connection(socket, options);
    const commands = introduction(endpoint, options.protocol);
    if (commands.length === 0 && options.prove) commands.push(["PING"]);
    await introduce(connection, commands, {
      signal,
      secret: endpoint.password,
    });
    return connection;
  } catch (error) {
    throw signal.aborted ? signal.reason : dialError(error);
  }
}

async function openSocket(
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<Socket> {
  if (endpoint.path !== undefined) {
    // A unix socket connects or refuses at once; there is nothing to abort.
    return await Deno.connect({ transport: "unix", path: endpoint.path });
  }
  const socket = await connectTcp(endpoint, signal);
  socket.setNoDelay(true);
  return endpoint.tls ? await secure(socket, endpoint, signal) : socket;
}

/**
 * Opens a TCP socket, or none. `Deno.connect` asks its signal at the very end
 * whether to throw, and when the socket was opened in the moment of the abort,
 * nobody gets hold of it any more (Deno 2.9). So the signal it is given stops it,
 * but throws nothing, and what comes too late is closed here.
 */
async function connectTcp(
  { hostname, port }: Endpoint,
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
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = await Deno.startTls(plain, {
    hostname: endpoint.hostname,
    caCerts: [...endpoint.caCerts ?? []],
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

/** What a server says that is well and does not let everybody ask. */
const DENIALS = new Set(["NOAUTH", "NOPERM"]);

/** Authenticates, selects and names, all in one write. */
async function introduce(
  connection: Connection,
  commands: Argument[][],
  { signal, secret }: { signal: AbortSignal; secret: string | undefined },
): Promise<void> {
  if (commands.length === 0) return;
  const onAbort = () => connection.close(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    // Aborted while the socket was on its way here: no event will tell.
    signal.throwIfAborted();
    const replies = await CommandExchange.run(connection, commands);
    replies.forEach((reply, index) => {
      if (!(reply instanceof CommandError)) return;
      const command = String(commands[index][0]);
      // Who may not ask PING has an answer all the same.
      if (command === "PING" && DENIALS.has(reply.code)) return;
      throw refusal(command, reply, secret);
    });
  } catch (error) {
    connection.close();
    await connection.closed;
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** The commands that make a fresh connection the one that was asked for. */
function introduction(endpoint: Endpoint, protocol: 2 | 3): Argument[][] {
  const { username, password, db, name } = endpoint;
  const commands: Argument[][] = [];
  const credentials = username === undefined ? [] : [username];
  if (password !== undefined) credentials.push(password);
  if (protocol === 3) {
    const auth = credentials.length === 0
      ? []
      : ["AUTH", username ?? "default", password ?? ""];
    commands.push(["HELLO", 3, ...auth]);
  } else if (credentials.length > 0) {
    commands.push(["AUTH", ...credentials]);
  }
  if (db !== 0) commands.push(["SELECT", db]);
  if (name !== undefined) commands.push(["CLIENT", "SETNAME", name]);
  return commands;
}

/** The error for a refusal, in which nobody reads the password again. */
function refusal(
  command: string,
  reply: CommandError,
  secret: string | undefined,
): ConnectionError {
  const cause = secret && reply.message.includes(secret)
    ? new CommandError(reply.message.replaceAll(secret, "***"))
    : reply;
  cause.command = command;
  return new ConnectionError(
    `The server refused ${command}: ${cause.message}`,
    { cause, outcome: "not-sent" },
  );
}

function dialError(error: unknown): Error {
  if (
    error instanceof ConnectionError || error instanceof ProtocolError ||
    error instanceof TimeoutError
  ) {
    return error;
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new ConnectionError(`Cannot connect: ${reason}`, {
    cause: error,
    outcome: "not-sent",
  });
}
