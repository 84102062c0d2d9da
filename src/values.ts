/**
 * The values that go into a command and come out of a reply: a leaf that every
 * layer shares.
 *
 * @module
 */

import type { CommandError, DecodeError } from "./errors.ts";

/**
 * One argument of a command. Text travels as UTF-8, numbers as their decimal
 * text, bytes as they are.
 */
export type Argument = string | number | bigint | Uint8Array;

/**
 * A key. The same key may be written as text, as its UTF-8 bytes or, for a
 * whole number, as that number: all of them name the same entry on the same
 * host.
 */
export type Key = Argument;

/**
 * A reply as the wire delivers it. An error reply is a value here, because it
 * may stand anywhere inside an array (EXEC, EVAL); at the top it rejects the
 * promise of its command.
 */
export type Reply =
  | string
  | number
  | bigint
  | null
  | Uint8Array
  | CommandError
  | DecodeError
  | Reply[];

/**
 * The text of a number: whole numbers in plain digits, however large, since
 * Redis reads them so, and others as JavaScript writes them. It is what travels
 * to the server, and so what the host of a key is found by.
 *
 * @param value A number or a bigint.
 * @returns Its decimal text.
 */
export function numberText(value: number | bigint): string {
  const text = String(value);
  return Number.isInteger(value) && text.includes("e")
    ? String(BigInt(value))
    : text;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The text by which a key is known whichever way it was written; keys that are
 * no text have one of their own.
 */
export function keyText(key: Key): string {
  if (typeof key === "string") return key;
  if (!(key instanceof Uint8Array)) return numberText(key);
  try {
    return decoder.decode(key);
  } catch {
    // A lone surrogate is in no text that can be a key.
    return `\ud800${Array.from(key).join()}`;
  }
}
