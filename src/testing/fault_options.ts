/**
 * The options of a fault proxy, and their checks.
 *
 * @module
 */

import type { Check } from "../options.ts";

/** The server behind a proxy; a `RedisServer` is one. */
export interface FaultProxyTarget {
  /**
   * Its address.
   *
   * @default {"127.0.0.1"}
   */
  readonly hostname?: string | undefined;
  /** Its TCP port; 0 means that it has none. */
  readonly port?: number | undefined;
  /** The path of its unix socket, used when it has no port. */
  readonly path?: string | undefined;
}

/** How a proxy is reached. */
export interface FaultProxyOptions {
  /**
   * Whether the proxy listens on a port of 127.0.0.1 or on a unix socket.
   *
   * @default {"tcp"}
   */
  transport?: "tcp" | "unix" | undefined;
}

/** How much of the replies a cut lets through first. */
export interface CutOptions {
  /**
   * Whole replies that each connection still passes. One that is under way
   * counts as the first; what a server pushes (RESP3) is no reply.
   *
   * @default {0}
   */
  replies?: number | undefined;
  /**
   * Bytes that each connection passes after those replies; the next one drops
   * it. They may be more than one reply.
   *
   * @default {0}
   */
  bytes?: number | undefined;
}

/** What is held. */
export interface HoldOptions {
  /**
   * The direction whose bytes are kept; those of the other one pass.
   *
   * @default {"both"}
   */
  direction?: "requests" | "replies" | "both" | undefined;
}

/** Which commands are answered with an error, and what follows. */
export interface AnswerOptions {
  /**
   * The names of the commands that are answered; all others go to the server.
   * Of a command of two words, it is the first.
   *
   * @default {"all commands, also those that a client sends by itself"}
   */
  commands?: readonly string[] | undefined;
  /**
   * How many commands are answered, on all connections together; those behind
   * them go to the server.
   *
   * @default {Infinity}
   */
  times?: number | undefined;
  /**
   * Whether an answer ends its connection. What was sent behind its command
   * gets no reply and never reaches the server.
   *
   * @default {false}
   */
  close?: boolean | undefined;
}

/** How connections are refused. */
export interface RefuseOptions {
  /**
   * An error, without the `-` in front of it, that new connections are told
   * before they are closed: they are accepted then, as by a server that has
   * too many clients.
   *
   * @default {"none: nobody listens"}
   */
  error?: string | undefined;
}

/** Refuses a target that leads nowhere. */
export function checkTarget({ hostname, port, path }: FaultProxyTarget): void {
  const texts = { hostname, path };
  for (const [name, value] of Object.entries(texts)) {
    if (value === undefined || typeof value === "string") continue;
    throw new TypeError(`The "${name}" of a target is not a string`);
  }
  if (port !== undefined && !(Number.isInteger(port) && port >= 0)) {
    throw new TypeError('The "port" of a target is not a port');
  }
  if (port || path) return;
  throw new TypeError("The target of a proxy needs a port or a path");
}

/** Refuses an argument that is no number. */
export function checkNumber(name: string, value: unknown): void {
  if (typeof value === "number") return;
  throw new TypeError(`Argument "${name}" is not a number`);
}

/** Refuses an argument that is no amount. */
export function checkAmount(name: string, value: number, least: number): void {
  checkNumber(name, value);
  if (value >= least && (Number.isInteger(value) || value === Infinity)) return;
  throw new RangeError(
    `Argument "${name}" must be an integer from ${least}, not "${value}"`,
  );
}

/** An error reply of one line, as it goes over the wire. */
export function errorReply(
  name: string,
  error: unknown,
): Uint8Array<ArrayBuffer> {
  if (typeof error !== "string") {
    throw new TypeError(`Argument "${name}" is not a string`);
  }
  if (!/^[^-\r\n][^\r\n]*$/.test(error)) {
    throw new RangeError(
      `Argument "${name}" must be one line of text without a "-" in front`,
    );
  }
  return new TextEncoder().encode(`-${error}\r\n`);
}

/** Accepts a number. */
export const isNumber: Check = (value) =>
  typeof value === "number" ? undefined : "a number";

/** Accepts true and false. */
export const isBoolean: Check = (value) =>
  typeof value === "boolean" ? undefined : "true or false";

/** Accepts a list of names of commands, each of one word. */
export const isNames: Check = (value) =>
  Array.isArray(value) && value.length > 0 &&
    value.every((name) => typeof name === "string" && /^\S+$/.test(name))
    ? undefined
    : "a list of names of one word each";
