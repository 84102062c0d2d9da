/**
 * Asking a server that a test has started, by its unix socket.
 *
 * @module
 */

import { CommandError } from "../errors.ts";
import type { Reply } from "../values.ts";
import { ask } from "../wire/ask.ts";
import { countdown } from "../wire/countdown.ts";
import { dial } from "../wire/dial.ts";
import type { RedisServer } from "./redis_server.ts";

/** As whom to ask. */
export interface Credentials {
  /**
   * The name of the user.
   *
   * @default {"default"}
   */
  username?: string | undefined;
  /** The password of the user. */
  password: string;
}

/** Milliseconds that an answer may take, of a server that is awake. */
const TIMEOUT = 5_000;

/**
 * Asks a server one thing, over a connection of its own.
 *
 * @param server The server.
 * @param words The command and its arguments.
 * @param auth As whom, if it wants to know.
 * @returns The reply.
 * @throws {CommandError} If the reply is an error.
 * @throws {Error} If there is none.
 */
export async function askServer(
  server: RedisServer,
  words: readonly (string | number)[],
  auth?: Credentials,
): Promise<Reply> {
  const { path, hostname } = server;
  const endpoint = { hostname, port: 0, path, tls: false, db: 0, ...auth };
  const settings = { timeout: TIMEOUT, protocol: 2 } as const;
  const connection = await dial(endpoint, settings);
  const stop = countdown(TIMEOUT, () => connection.close());
  try {
    const [reply] = await ask(connection, [[...words]]);
    if (reply instanceof CommandError) throw reply;
    return reply;
  } finally {
    stop();
    connection.close();
    await connection.closed;
  }
}

/** Reads a flat list of names and values. */
export function fieldsOf(reply: Reply): Map<string, string> {
  const fields = new Map<string, string>();
  if (!Array.isArray(reply)) return fields;
  for (let i = 0; i + 1 < reply.length; i += 2) {
    fields.set(String(reply[i]), String(reply[i + 1]));
  }
  return fields;
}

/**
 * Waits until something holds.
 *
 * @param what What that is, for the error.
 * @param timeout How long at most, in milliseconds.
 * @param check Whether it holds. What it throws counts as "no".
 * @throws {Error} If it does not hold in time.
 */
export async function until(
  what: string,
  timeout: number,
  check: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + timeout;
  let reason: unknown;
  do {
    try {
      if (await check()) return;
    } catch (error) {
      reason = error;
    }
    await new Promise((wake) => setTimeout(wake, PAUSE));
  } while (Date.now() < deadline);
  throw new Error(`Waited ${timeout} ms in vain: ${what}`, { cause: reason });
}

const PAUSE = 20;
