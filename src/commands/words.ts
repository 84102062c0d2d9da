/**
 * The words of a command, as a server reads them: its name, its subcommand, its
 * options. Whatever decides by a word decodes it here.
 *
 * @module
 */

import { type Argument, numberText } from "../values.ts";

/** No word of a command is longer; longer arguments are data, left alone. */
const LONGEST_WORD = 32;

const LOWER = /[a-z]+/g;
const LOWER_A = 0x61;
const LOWER_Z = 0x7a;
const LAST_OF_ASCII = 0x7f;
const BEYOND_ASCII = /[\u0080-\uffff]/;

/**
 * Text in upper case, as far as a server minds the case of words: only letters
 * of ASCII are changed. (In Unicode, "ſ" has "S" as its capital.)
 */
export function upperCase(text: string): string {
  // Methods write their words in capitals, and so do most people.
  return hasNoLower(text) ? text : toCapitals(text);
}

function hasNoLower(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > LAST_OF_ASCII || code >= LOWER_A && code <= LOWER_Z) {
      return false;
    }
  }
  return true;
}

function toCapitals(text: string): string {
  return BEYOND_ASCII.test(text)
    ? text.replace(LOWER, (letters) => letters.toUpperCase())
    : text.toUpperCase();
}

/**
 * An argument as a word of the command language, written as text or as bytes.
 *
 * @param argument The argument.
 * @returns It in upper case, or an empty text when it cannot be a word.
 */
export function wordOf(argument: Argument | undefined): string {
  return typeof argument === "string" || argument instanceof Uint8Array
    ? upperCase(shortText(argument))
    : "";
}

/**
 * An argument as the number that a server reads there.
 *
 * @param argument The argument.
 * @returns The number; NaN when it is none.
 */
export function numberOf(argument: Argument | undefined): number {
  if (argument === undefined) return NaN;
  if (typeof argument === "number") return argument;
  const text = typeof argument === "string" || argument instanceof Uint8Array
    ? shortText(argument)
    : typeof argument === "bigint"
    ? numberText(argument)
    : "";
  return text.trim() === "" ? NaN : Number(text);
}

function shortText(argument: string | Uint8Array): string {
  if (argument.length > LONGEST_WORD) return "";
  return typeof argument === "string"
    ? argument
    : String.fromCharCode(...argument);
}

/**
 * The words of a command's name: "SCRIPT EXISTS" has two.
 *
 * @throws {TypeError} When it has none, is no string, or holds CR or LF.
 */
export function commandWords(name: string): string[] {
  if (typeof name !== "string") {
    throw new TypeError("The name of a command must be a string");
  }
  if (/[\r\n]/.test(name) || !name.isWellFormed()) {
    throw new TypeError(
      "The name of a command cannot hold CR, LF or a lone surrogate",
    );
  }
  const words = name.split(" ").filter((word) => word !== "");
  if (words.length > 0) return words;
  throw new TypeError("The name of a command cannot be empty");
}

/**
 * A command as people write it, in the form in which it is issued: the name in
 * capitals, and a subcommand behind a blank as the first argument. The list of
 * arguments is copied, as its owner may change it before they leave.
 *
 * @throws {TypeError} When the name cannot be sent, or the arguments are no list.
 */
export function spell(
  command: string,
  args: readonly Argument[],
): [name: string, args: Argument[]] {
  const [name, ...subcommands] = commandWords(command).map(upperCase);
  if (!Array.isArray(args)) {
    throw new TypeError(`The arguments of "${name}" must be an array`);
  }
  return [name, [...subcommands, ...args]];
}
