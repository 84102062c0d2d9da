/**
 * What may be an argument of a command.
 *
 * @module
 */

export { numberText } from "../values.ts";

/**
 * Checks that every argument can be sent as it is, without encoding it.
 *
 * @param name The command, for the error.
 * @param args Its arguments.
 * @throws {TypeError} When one is no string, number, bigint or bytes, is not
 * finite, or is text that UTF-8 cannot express. The error names its position,
 * from 1, and never its value.
 */
export function checkArguments(name: string, args: readonly unknown[]): void {
  for (let i = 0; i < args.length; i++) checkArgument(name, args[i], i + 1);
}

/**
 * Checks one argument like {@linkcode checkArguments}.
 *
 * @param position Where it stands, from 1.
 */
export function checkArgument(
  name: string,
  value: unknown,
  position = 1,
): void {
  const sendable = typeof value === "string"
    ? value.isWellFormed()
    : isSendable(value);
  if (!sendable) throw refusal(name, position, value);
}

/** Whether a value that is no string can be an argument. */
export function isSendable(value: unknown): boolean {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value);
    case "bigint":
      return true;
    default:
      return value instanceof Uint8Array;
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
