/**
 * How a command starts on the wire: the count of its words, then its name.
 *
 * @module
 */

import { commandWords } from "../../commands/words.ts";

/** Frames are kept for commands of up to so many arguments, */
const MAX_CACHED_ARGUMENTS = 8;
/** for so many names, none longer than this: names may come from a user. */
const MAX_CACHED_NAMES = 512;
const MAX_CACHED_LENGTH = 64;

/** The frames of a name, by the number of arguments. */
type Frames = (Uint8Array | undefined)[];

const cache: Map<string, Frames> = new Map();
const encoder = new TextEncoder();

/**
 * The bytes before the first argument, such as `*2\r\n$3\r\nGET\r\n`; the
 * caller must not change them.
 *
 * @param name The command. A name of several words ("SCRIPT EXISTS") is sent
 * as that many.
 * @param argCount How many arguments follow.
 * @throws {TypeError} When the name is empty, no string, or holds CR or LF.
 */
export function commandFrame(name: string, argCount: number): Uint8Array {
  const frames = cache.get(name);
  const frame = frames?.[argCount];
  if (frame !== undefined) return frame;
  const built = buildFrame(name, argCount);
  if (
    argCount <= MAX_CACHED_ARGUMENTS && name.length <= MAX_CACHED_LENGTH
  ) {
    keep(name, frames)[argCount] = built;
  }
  return built;
}

function keep(name: string, known: Frames | undefined): Frames {
  if (known !== undefined) return known;
  // Starting over is simple, and costs little when it happens.
  if (cache.size >= MAX_CACHED_NAMES) cache.clear();
  const frames: Frames = new Array(MAX_CACHED_ARGUMENTS + 1).fill(undefined);
  cache.set(name, frames);
  return frames;
}

function buildFrame(name: string, argCount: number): Uint8Array {
  const words = commandWords(name);
  let text = `*${words.length + argCount}\r\n`;
  for (const word of words) {
    text += `$${encoder.encode(word).length}\r\n${word}\r\n`;
  }
  return encoder.encode(text);
}
