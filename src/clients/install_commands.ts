/**
 * Gives the prototypes of the clients their methods.
 *
 * @module
 */

import type { Arguments } from "../commands/arguments.ts";
import type { Argument } from "../values.ts";
import { DIRECT_COMMANDS, type DirectCommand } from "./direct_commands.ts";
import { needsConnection } from "../delivery/issue.ts";
import { COMMAND_METHODS } from "./redis_surface.ts";

/** What the methods call; every client has it. */
export interface CommandTarget {
  /** Issues a command whose arguments stand as they are. */
  issue(command: string, args: Argument[]): unknown;
  /**
   * The same for a command whose first argument is its only key and about which
   * nothing else is out of the ordinary. One or two arguments need no list.
   */
  issuePlain(command: string, args: Arguments, second?: Argument): unknown;
  /** Calls a method of the surface, which makes the command. */
  translate(method: string, args: unknown[]): unknown;
  /** Fails, the way in which all commands of the client fail. */
  refuse(error: Error): unknown;
}

/** Methods that are no single command, or one without a reply. */
const REFUSED = new Set([
  "monitor",
  "pipeline",
  "psubscribe",
  "subscribe",
  "sync",
  "tx",
]);

/**
 * Adds one method for each command of `@db/redis` that the prototype does not
 * have already. An ordinary prototype rather than a Proxy: stack traces,
 * completion and the speed of a plain call stay.
 */
export function installCommands(prototype: CommandTarget): void {
  for (const name of COMMAND_METHODS) {
    if (name in prototype) continue;
    const direct = DIRECT_COMMANDS.get(name);
    Object.defineProperty(prototype, name, {
      value: REFUSED.has(name)
        ? refusedMethod(name)
        : direct === undefined
        ? translatedMethod(name)
        : directMethod(name, direct),
      configurable: true,
      writable: true,
    });
  }
}

function refusedMethod(name: string) {
  return function (this: CommandTarget): unknown {
    return this.refuse(needsConnection(name, "it changes its connection"));
  };
}

function translatedMethod(name: string) {
  return function (this: CommandTarget, ...args: unknown[]): unknown {
    return this.translate(name, args);
  };
}

function directMethod(name: string, direct: DirectCommand) {
  const { command, min, max, plain } = direct;
  if (plain && max === 1) return methodOfOne(name, command);
  if (plain && max === 2 && min === 2) return methodOfTwo(name, command);
  const issue = plain ? "issuePlain" : "issue";
  return function (this: CommandTarget, ...args: unknown[]): unknown {
    return args.length >= min && args.length <= max && areScalars(args)
      ? this[issue](command, args)
      : this.translate(name, args);
  };
}

/*
 * The methods with one or two arguments are called most often: without a rest
 * parameter they make no list.
 */

function methodOfOne(name: string, command: string) {
  return function (this: CommandTarget, key?: unknown): unknown {
    return arguments.length === 1 && isScalar(key)
      ? this.issuePlain(command, key)
      : this.translate(name, [...arguments]);
  };
}

function methodOfTwo(name: string, command: string) {
  return function (
    this: CommandTarget,
    key?: unknown,
    other?: unknown,
  ): unknown {
    if (arguments.length !== 2 || !isScalar(key) || !isScalar(other)) {
      return this.translate(name, [...arguments]);
    }
    // Of itself, an undefined one would pass for none at all.
    return other === undefined
      ? this.issuePlain(command, [key, other])
      : this.issuePlain(command, key, other);
  };
}

/**
 * Whether no argument is an options object or a list. What else is wrong with
 * them is found out where they are checked.
 */
function areScalars(args: unknown[]): args is Argument[] {
  for (const argument of args) {
    if (!isScalar(argument)) return false;
  }
  return true;
}

function isScalar(argument: unknown): argument is Argument {
  return typeof argument !== "object" || argument instanceof Uint8Array;
}
