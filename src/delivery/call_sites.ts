/**
 * Where callers asked for commands: for errors that lead to their code.
 *
 * @module
 */

import { CommandError, TransportError } from "../errors.ts";
import { PartialError } from "../partial_error.ts";
import type { Settler } from "./command.ts";

/** How many frames are kept, those of the library included. */
const DEPTH = 50;

/** Where the library is, as stacks tell it. */
const { href, pathname } = new URL("../", import.meta.url);

/** `@db/redis`, wherever a registry puts it. */
const DB_REDIS = /@db\/redis|\bdb__?redis\b/;

/** What carries commands, as far as it says whether their call sites are kept. */
interface Sited {
  readonly options: { readonly callSites?: boolean | undefined };
}

/** Errors that have the stack of a call. */
const placed = new WeakSet<Error>();

/**
 * A settler whose errors have the stack of the call that is being made now, if
 * that is asked for. They are made much later, when a reply is read or a timer
 * goes off, and a stack of that leads nowhere.
 *
 * @param carrier What carries the command.
 * @param settler Whoever is to be told.
 */
export function withCallSite(
  { options }: Sited,
  settler: Settler,
): Settler {
  if (options.callSites !== true) return settler;
  const site = captured();
  return {
    resolve: (reply) => settler.resolve(reply),
    reject: (reason) => settler.reject(at(site, reason)),
  };
}

/** Whether an error has the stack of the call that asked for its command. */
export function hasCallSite(error: Error): boolean {
  return placed.has(error);
}

/** An object whose stack is that of now; it is made text when it is asked for. */
function captured(): Error {
  const { stackTraceLimit } = Error;
  Reflect.set(Error, "stackTraceLimit", DEPTH);
  try {
    return new Error();
  } finally {
    Reflect.set(Error, "stackTraceLimit", stackTraceLimit);
  }
}

/** The same error with the stack of a call; what is not ours stays as it is. */
function at(site: Error, reason: unknown): unknown {
  const isOurs = reason instanceof TransportError ||
    reason instanceof CommandError || reason instanceof PartialError;
  if (!isOurs) return reason;
  const error = placed.has(reason) ? copyOf(reason) : reason;
  placed.add(error);
  let stack: string | undefined;
  Object.defineProperty(error, "stack", {
    get: () =>
      stack ??= `${error.name}: ${error.message}\n${framesOf(site).join("\n")}`,
    set: (value: string) => stack = value,
    configurable: true,
  });
  return error;
}

/** Commands that were merged share the error of their server. */
function copyOf(error: Error): Error {
  if (!(error instanceof CommandError)) return error;
  const { hostId, command } = error;
  return Object.assign(new CommandError(error.message), { hostId, command });
}

/** The frames of the caller. */
function framesOf({ stack = "" }: Error): string[] {
  const frames = stack.split("\n").filter((line) => /^\s*at /.test(line));
  const own = frames.filter((frame) => !isInternal(frame));
  // What the runtime itself calls for the library, such as Array.map.
  const first = own.findIndex((frame) => !frame.includes("<anonymous>"));
  // In a bundle, all of the program is in one place.
  return first < 0 ? frames : own.slice(first);
}

/** Whether a frame is one of the library, or of the methods of `@db/redis`. */
function isInternal(frame: string): boolean {
  return frame.includes(href) || frame.includes(pathname) ||
    DB_REDIS.test(frame);
}
