/**
 * What a key is: its type check, its text, and the characters that text is made
 * of. Everything that hashes a key starts here.
 *
 * @module
 */

import { type Key, numberText } from "../values.ts";

/** Where a key stands, for the error that refuses it. */
export interface KeyPlace {
  /** The name of the command the key belongs to. */
  command: string;
  /** The position of the key among the arguments, from 0. */
  argument: number;
}

/**
 * Checks that a value can be a key at all, since TypeScript's types are gone at
 * run time and `undefined` would otherwise be routed like any other text.
 *
 * @param value The value to check.
 * @param place The command and the argument the value comes from, if any.
 * @throws {TypeError} If it is neither a string, a number other than NaN, a
 * bigint nor a Uint8Array, or a text with a lone surrogate.
 *
 * @example Refuse what is no key
 * ```ts
 * import { assertKey } from "@rb/rb";
 *
 * assertKey("user:1");
 * try {
 *   assertKey(undefined);
 * } catch (error) {
 *   console.log(error instanceof TypeError); // true
 * }
 * ```
 */
export function assertKey(
  value: unknown,
  place?: KeyPlace,
): asserts value is Key {
  if (isKey(value)) return;
  const of = place === undefined
    ? ""
    : ` of "${place.command}" (argument ${place.argument})`;
  throw new TypeError(
    `Cannot use "${
      nameOf(value)
    }" as a key${of}: expected a string with a UTF-8 form, a number, a bigint or a Uint8Array`,
  );
}

function isKey(value: unknown): value is Key {
  switch (typeof value) {
    case "string":
      return value.isWellFormed();
    case "number":
      return !Number.isNaN(value);
    case "bigint":
      return true;
    default:
      return value instanceof Uint8Array;
  }
}

/** What a value is, without showing it. */
function nameOf(value: unknown): string {
  if (typeof value === "string") return "lone surrogate";
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isNaN(value) ? "NaN" : typeof value;
}

/**
 * The text of a key that is neither a string nor bytes, exactly as it travels to
 * the server.
 *
 * @param key The key; it may turn out to be anything, as types are gone by now.
 * @returns Its decimal text.
 * @throws {TypeError} If it is no key.
 */
export function numberKeyText(key: number | bigint): string {
  assertKey(key);
  return numberText(key);
}

/**
 * The Unicode character that starts at an index of a text.
 *
 * @param text The text.
 * @param index Where the character starts.
 * @returns Its code point; beyond 0xffff it takes two indexes.
 * @throws {TypeError} If it is half of a surrogate pair, which has no UTF-8.
 */
export function codePointAt(text: string, index: number): number {
  const code = text.codePointAt(index)!;
  if ((code & 0x1ff800) === 0xd800) assertKey(text);
  return code;
}

/**
 * The part of a key that decides its host when hash tags are on: what stands in
 * the first `{…}` that is not empty, else the whole key.
 *
 * @param key The key.
 * @returns The text or the bytes between the braces, or the key itself.
 */
export function hashTag(key: Key): Key {
  if (typeof key === "string") {
    let open = key.indexOf("{");
    while (open >= 0) {
      const close = key.indexOf("}", open + 1);
      if (close < 0) return key;
      if (close > open + 1) return key.slice(open + 1, close);
      open = key.indexOf("{", close + 1);
    }
  } else if (key instanceof Uint8Array) {
    let open = key.indexOf(OPEN_BRACE);
    while (open >= 0) {
      const close = key.indexOf(CLOSE_BRACE, open + 1);
      if (close < 0) return key;
      if (close > open + 1) return key.subarray(open + 1, close);
      open = key.indexOf(OPEN_BRACE, close + 1);
    }
  }
  return key;
}

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
