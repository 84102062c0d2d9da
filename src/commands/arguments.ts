/**
 * The arguments of a command: what may be one, how many there are, how much
 * memory they take.
 *
 * @module
 */

import type { Argument } from "../values.ts";

/**
 * Reads the arguments of a command, once and for all: what their owner does to
 * them afterwards changes nothing. Bytes are copied.
 *
 * @param name The command, for the error.
 * @param args Its arguments, in a list that nobody else changes.
 * @returns The arguments to send.
 * @throws {TypeError} When one is no string, number, bigint or bytes, is not
 * finite, or is text that UTF-8 cannot express. The error names its position,
 * from 1, and never its value.
 */
export function takeArguments(
  name: string,
  args: readonly Argument[],
): readonly Argument[] {
  let taken: Argument[] | undefined = undefined;
  for (let i = 0; i < args.length; i++) {
    const value = args[i];
    const own = takeArgument(name, value, i + 1);
    if (own !== value) (taken ??= [...args])[i] = own;
  }
  return taken ?? args;
}

/**
 * Reads one argument like {@linkcode takeArguments}.
 *
 * @param position Where it stands, from 1.
 */
export function takeArgument(
  name: string,
  value: Argument,
  position = 1,
): Argument {
  if (typeof value === "string") {
    if (value.isWellFormed()) return value;
  } else if (typeof value === "object" && isBytes(value)) {
    return copyOf(name, value, position);
  } else if (isSendable(value)) {
    return value;
  }
  throw refusal(name, position, value);
}

const { get: typeOf } = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)!;

/** Whether it really is one, whatever its prototype and its getters say. */
export function isBytes(value: unknown): value is Uint8Array {
  return typeOf!.call(value) === "Uint8Array";
}

/** A plain copy, to which getters of a subclass contribute nothing. */
function copyOf(name: string, value: Uint8Array, position: number): Uint8Array {
  try {
    return new Uint8Array(value);
  } catch {
    throw new TypeError(
      `Argument ${position} of "${name}" is a Uint8Array whose buffer was ` +
        "transferred or shrunk",
    );
  }
}

/** Whether a value that is no string can be an argument. */
export function isSendable(value: unknown): boolean {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value);
    case "bigint":
      return true;
    default:
      return isBytes(value);
  }
}

/** The error for an argument that cannot be sent; `position` counts from 1. */
export function refusal(
  name: string,
  position: number,
  value: unknown,
): TypeError {
  return new TypeError(`Argument ${position} of "${name}" ${fault(value)}`);
}

function fault(value: unknown): string {
  switch (typeof value) {
    case "string":
      return "has a lone surrogate, which UTF-8 cannot express: send it as a Uint8Array";
    case "number":
      return `is ${value}: expected a finite number`;
    default:
      return `is ${
        kindOf(value)
      }: expected a string, a number, a bigint or a Uint8Array`;
  }
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/**
 * The arguments of a command. One may stand for itself, and a second one then
 * travels beside it: the commands that are called most often need no list.
 */
export type Arguments = Argument | readonly Argument[];

/** Whether arguments are a list. */
export function isList(args: Arguments): args is readonly Argument[] {
  return typeof args === "object" && Array.isArray(args);
}

/** How many arguments there are. */
export function countOf(args: Arguments, second: Argument | undefined): number {
  if (isList(args)) return args.length;
  return second === undefined ? 1 : 2;
}

/** What is counted for a command beside its arguments. */
const COMMAND_BYTES = 64;

/** What is counted for a number. */
const NUMBER_BYTES = 8;

/** An estimate for a command, in bytes. */
export function sizeOf(args: Arguments, second?: Argument): number {
  if (!isList(args)) {
    const size = COMMAND_BYTES + lengthOf(args);
    return second === undefined ? size : size + lengthOf(second);
  }
  let size = COMMAND_BYTES;
  for (let i = 0; i < args.length; i++) size += lengthOf(args[i]);
  return size;
}

/** An estimate for one argument, in bytes. */
export function lengthOf(argument: Argument): number {
  return typeof argument === "object" || typeof argument === "string"
    ? argument.length
    : NUMBER_BYTES;
}
