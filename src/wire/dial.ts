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
import { type Address, runtime } from "../runtime/mod.ts";
import type { Argument, Reply } from "../values.ts";
import { ask } from "./ask.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { provesLife } from "./liveness.ts";
import type { DialManner } from "./pool_types.ts";
import { asSentinel } from "./mistaken.ts";
import { TimeLimit } from "./time_limit.ts";

/** Where a server listens and how to introduce oneself. */
export interface Endpoint extends Address {
  /** For AUTH. */
  username?: string | undefined;
  /** For AUTH; a function is asked for it, once for each connection. */
  password?: string | (() => string | Promise<string>) | undefined;
  /** For SELECT. */
  db: number;
  /** For CLIENT SETNAME. */
  name?: string | undefined;
}

/** What a server is to its data. */
export type ServerRole = "primary" | "replica";

/** What is said on a new connection beside who one is, for as long as it takes. */
export interface Greeting {
  /** What to say, for once. */
  commands(): Argument[][];
  /**
   * Takes the replies to that.
   *
   * @returns Whether it is to be said again, as it is out of date by now.
   * @throws {Error} If the connection is of no use.
   */
  take(replies: readonly Reply[]): boolean;
}

/** Settings of {@linkcode dial}. */
export interface DialOptions extends ConnectionOptions {
  /** Milliseconds for socket, TLS and handshake together. */
  timeout: number;
  /** The version of the protocol to speak. */
  protocol: 2 | 3;
  /**
   * What to say first.
   *
   * @default {"full"}
   */
  manner?: DialManner;
  /**
   * What the server has to be: one that says by ROLE that it is something else is
   * not taken, nor is a replica that is not in touch with its primary. Without it
   * anything will do.
   */
  role?: ServerRole | undefined;
  /**
   * Whether it shall answer reads of slots that it only replicates (READONLY).
   *
   * @default {false}
   */
  readOnly?: boolean;
  /** What else is said, unless the manner is bare. */
  greeting?: Greeting | undefined;
  /** Aborted when nobody wants the connection any more. */
  signal?: AbortSignal;
}

/** How often a greeting is said again before it has to do. */
const MOST_GREETINGS = 10;

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
  const { timeout, signal: outer, traffic } = options;
  const heard = () => traffic?.bytesReceived ?? 0;
  const limit = new TimeLimit(timeout, outer, heard);
  const { signal } = limit;
  try {
    signal.throwIfAborted();
    const socket = await runtime.connect(endpoint, signal);
    const connection = new Connection(socket, options);
    await introduce(connection, endpoint, { ...options, signal });
    return connection;
  } catch (error) {
    // Of what was waited for when the time was up, its own error tells more.
    throw signal.aborted && !(error instanceof TimeoutError)
      ? signal.reason
      : dialError(error);
  } finally {
    limit.stop();
  }
}

/** Authenticates, selects and names, all in one write. */
async function introduce(
  connection: Connection,
  endpoint: Endpoint,
  { protocol, manner = "full", role, readOnly = false, greeting, signal }:
    & DialOptions
    & { signal: AbortSignal },
): Promise<void> {
  const onAbort = () => connection.close(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    // Aborted while the socket was on its way here: no event will tell.
    signal.throwIfAborted();
    // Only now, since nobody needs it of a server that is not there.
    const password = typeof endpoint.password === "function"
      ? await askPassword(endpoint.password, signal)
      : endpoint.password;
    const commands = introduction(endpoint, password, {
      protocol,
      bare: manner === "bare",
    });
    const asksRole = role !== undefined && manner !== "bare";
    if (readOnly && manner !== "bare") commands.push(["READONLY"]);
    if (asksRole) commands.push(["ROLE"]);
    const onlyProves = commands.length === 0 && manner === "proven";
    if (onlyProves) commands.push(["PING"]);
    const own = manner === "bare" ? undefined : greeting;
    const count = commands.length;
    if (own !== undefined) commands.push(...own.commands());
    if (commands.length === 0) return;
    const replies = await ask(connection, commands);
    replies.forEach((reply, index) => {
      const isRole = asksRole && index === count - 1;
      if (!(reply instanceof CommandError)) {
        if (isRole) assertRole(role, reply);
        return;
      }
      if (onlyProves && provesLife(reply)) return;
      // One that is busy with a script tells nothing else, and runs nothing else.
      if (isRole && role === "primary" && reply.code === "BUSY") return;
      throw refusal(String(commands[index][0]), reply, password);
    });
    if (own === undefined) return;
    let said = replies.slice(count);
    for (let round = 0; own.take(said) && round < MOST_GREETINGS; round++) {
      said = await ask(connection, own.commands());
    }
  } catch (error) {
    connection.close();
    await connection.closed;
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Asks for a password, for as long as the connection has time. */
async function askPassword(
  source: () => string | Promise<string>,
  signal: AbortSignal,
): Promise<string> {
  const { promise: end, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  let password: unknown;
  try {
    password = await Promise.race([(async () => await source())(), end]);
  } catch (cause) {
    if (!signal.aborted) {
      throw passwordError("The function for the password failed", { cause });
    }
    if (!(signal.reason instanceof TimeoutError)) throw signal.reason;
    throw new TimeoutError("The function for the password gave none in time", {
      outcome: "not-sent",
    });
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
  if (typeof password === "string" && password.isWellFormed()) return password;
  throw passwordError(
    typeof password === "string"
      ? "The function for the password gave a string with a lone surrogate"
      : "The function for the password gave no string, but a value of type " +
        `"${typeof password}"`,
  );
}

/** @param details The cause, if there is one: what the function threw. */
function passwordError(
  problem: string,
  details: { cause?: unknown } = {},
): ConnectionError {
  return new ConnectionError(problem, { ...details, outcome: "not-sent" });
}

/**
 * The commands that make a fresh connection the one that was asked for.
 *
 * @param bare Whether to say who one is and nothing else, which a server hears
 * while it is busy with a script as well.
 */
function introduction(
  { username, db, name }: Endpoint,
  password: string | undefined,
  { protocol, bare }: { protocol: 2 | 3; bare: boolean },
): Argument[][] {
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
  if (bare) return commands;
  if (db !== 0) commands.push(["SELECT", db]);
  if (name !== undefined) commands.push(["CLIENT", "SETNAME", name]);
  return commands;
}

/** Refuses a server that answers to ROLE that it is not what it should be. */
function assertRole(role: ServerRole, reply: Reply): void {
  const said = Array.isArray(reply) ? reply[0] : reply;
  if (role === "replica") {
    if (isInTouch(reply)) return;
    throw new ConnectionError(
      said === "slave"
        ? "The replica is not in touch with its primary"
        : `The server says that it is no replica, but has the role "${said}"`,
      { outcome: "not-sent" },
    );
  }
  if (said === "master") return;
  throw new ConnectionError(
    `The server says that it is no primary, but has the role "${said}"`,
    { outcome: "not-sent" },
  );
}

/**
 * Whether a reply to ROLE is that of a replica that has the data of its primary,
 * and hears of every change.
 */
export function isInTouch(reply: Reply): boolean {
  return Array.isArray(reply) && reply[0] === "slave" &&
    reply[3] === "connected";
}

/** The error for a refusal, in which nobody reads the password again. */
function refusal(
  command: string,
  reply: CommandError,
  secret: string | undefined,
): ConnectionError {
  const cause = secret && reply.message.includes(secret)
    ? new CommandError(reply.message.replaceAll(secret, "***"))
    : asSentinel(reply);
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
