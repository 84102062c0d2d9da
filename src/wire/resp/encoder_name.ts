/**
 * Names of commands as they travel, each made once.
 *
 * @module
 */

import { commandWords } from "../../commands/words.ts";

const textEncoder = new TextEncoder();

/** So many names are kept, none longer than this: they may come from a user. */
const MAX_NAMES = 512;
const MAX_NAME_LENGTH = 64;

/** The words of a name, as they travel. */
export interface Name {
  /** How many words it has. */
  readonly words: number;
  /** The words, such as `$3\r\nGET\r\n`. */
  readonly bytes: Uint8Array;
}

const names: Map<string, Name> = new Map();

/**
 * The words of a name. One of several words ("SCRIPT EXISTS") is sent as that
 * many.
 *
 * @param name The name of a command.
 * @throws {TypeError} When the name is empty, no string, or holds CR or LF.
 */
export function nameOf(name: string): Name {
  return names.get(name) ?? makeName(name);
}

function makeName(name: string): Name {
  const words = commandWords(name);
  let text = "";
  for (const word of words) {
    text += `$${textEncoder.encode(word).length}\r\n${word}\r\n`;
  }
  const made = { words: words.length, bytes: textEncoder.encode(text) };
  if (name.length > MAX_NAME_LENGTH) return made;
  // Starting over is simple, and costs little when it happens.
  if (names.size >= MAX_NAMES) names.clear();
  names.set(name, made);
  return made;
}
