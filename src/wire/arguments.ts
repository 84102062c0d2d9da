/**
 * What may be an argument of a command, and how large it is.
 *
 * @module
 */

import type { Argument } from "../values.ts";

export { numberText } from "../values.ts";

/** Added for every value: its header, its CR LF, and what holds it in memory. */
const OVERHEAD = 32;

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
  for (let i = 0; i < args.length; i++) {
    const value = args[i];
    const sendable = typeof value === "string"
      ? value.isWellFormed()
      : isSendable(value);
    if (!sendable) throw refusal(name, i + 1, value);
  }
}

/**
 * Estimates what a command takes in memory and on the wire, in no time: 32
 * bytes for every value plus the length of its text, which counts one byte a
 * character, or of its bytes. Text that is not ASCII takes up to three times
 * its length on the wire.
 *
 * @param name The command.
 * @param args Its arguments.
 * @returns The estimate in bytes.
 */
export function encodedSize(name: string, args: readonly Argument[]): number {
  let size = name.length + (args.length + 1) * OVERHEAD;
  for (let i = 0; i < args.length; i++) {
    const value = args[i];
    if (typeof value === "string") size += value.length;
    else if (typeof value === "object") size += value.byteLength;
  }
  return size;
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
