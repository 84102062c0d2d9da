/**
 * Keys for people, and for programs.
 *
 * @module
 */

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * What must not reach a terminal as it is: control characters, half pairs, and
 * what changes the direction of the text behind it.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/**
 * A key as it is shown: as it is where that is plain, otherwise in quotes, with
 * escapes for each byte that is not.
 */
export function shownKey(key: Uint8Array | string): string {
  const text = typeof key === "string" ? key : textOf(key);
  if (
    text !== undefined && text !== "" && !UNPRINTABLE.test(text) &&
    !/^["\s]|\\|\s$/.test(text)
  ) {
    return text;
  }
  const bytes = typeof key === "string" ? new TextEncoder().encode(key) : key;
  return `"${Array.from(bytes, escaped).join("")}"`;
}

/** A key in JSON: as `key`, or as `keyBase64` where it is no text. */
export function jsonKey(
  key: Uint8Array | string,
): { key: string } | { keyBase64: string } {
  const text = typeof key === "string" ? key : textOf(key);
  if (text !== undefined) return { key: text };
  const binary = Array.from(
    key as Uint8Array,
    (byte) => String.fromCharCode(byte),
  ).join("");
  return { keyBase64: btoa(binary) };
}

/** The text of bytes, if they are UTF-8. */
function textOf(key: Uint8Array): string | undefined {
  try {
    return decoder.decode(key);
  } catch {
    return undefined;
  }
}

function escaped(byte: number): string {
  const character = String.fromCharCode(byte);
  if (character === '"' || character === "\\") return `\\${character}`;
  return byte >= 0x20 && byte < 0x7f
    ? character
    : `\\x${byte.toString(16).padStart(2, "0")}`;
}
