/**
 * Bytes of a reply as text: strict UTF-8, with a short cut for short ASCII.
 *
 * @module
 */

import { Buffer, constants, isAscii, isUtf8 } from "node:buffer";
import type { DecodeError } from "../../errors.ts";
import { runtime } from "../../runtime/mod.ts";
import { undecodable } from "./reply_errors.ts";
import { decodeShortAscii, SHORT_LENGTH } from "./short_ascii.ts";

/** The same memory twice: to index, and to decode. */
export interface TextSource {
  /** A plain array, since indexing it is the hot path. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What decodes the same bytes. */
  readonly buffer: Buffer;
  /** Whether they are known to be ASCII, all of them. */
  readonly ascii: boolean;
}

/** How ASCII is read; any encoding would do. */
const ASCII = runtime.asciiEncoding;

/** From this length on, it pays to know that text is ASCII. */
const LONG_LENGTH = 256;

/** What a decoder puts in place of bytes that are not UTF-8. */
const REPLACEMENT = "\ufffd";

/** A source over memory that the caller owns. */
export function textSource(bytes: Uint8Array<ArrayBuffer>): TextSource {
  const { buffer, byteOffset, byteLength } = bytes;
  return {
    bytes,
    buffer: Buffer.from(buffer, byteOffset, byteLength),
    ascii: false,
  };
}

/**
 * Decodes the bytes from `from` up to, not including, `to`. The string is a
 * copy of its own and keeps nothing of the source alive.
 *
 * @returns The text, or the error to stand in its place when the bytes are not
 * UTF-8 or are more than a string can hold.
 */
export function decodeText(
  source: TextSource,
  from: number,
  to: number,
): string | DecodeError {
  const length = to - from;
  if (length <= SHORT_LENGTH) {
    const text = decodeShortAscii(source.bytes, from, length);
    if (text !== undefined) return text;
  }
  if (length > constants.MAX_STRING_LENGTH) {
    return undecodable(
      `it has ${length} bytes, more than a string holds`,
    );
  }
  if (source.ascii) return source.buffer.toString(ASCII, from, to);
  const text = length < LONG_LENGTH
    ? decode(source, from, to)
    : decodeLong(source, from, to);
  return text ?? undecodable("its bytes are not UTF-8");
}

/**
 * Decodes the text of an error. It must say what went wrong in any case, so
 * bytes that are not UTF-8 are shown as `\xff`.
 */
export function decodeErrorText(
  source: TextSource,
  from: number,
  to: number,
): string {
  const text = decodeText(source, from, to);
  if (typeof text === "string") return text;
  return source.buffer.toString("latin1", from, to).replace(
    /[\x80-\xff]/g,
    (byte) => `\\x${byte.charCodeAt(0).toString(16)}`,
  );
}

function decode(
  source: TextSource,
  from: number,
  to: number,
): string | undefined {
  const text = source.buffer.toString("utf8", from, to);
  // The replacement character may also have been sent as such.
  return text.indexOf(REPLACEMENT) === -1 ||
      isUtf8(source.bytes.subarray(from, to))
    ? text
    : undefined;
}

/** Looking at the bytes first costs little and makes ASCII five times faster. */
function decodeLong(
  source: TextSource,
  from: number,
  to: number,
): string | undefined {
  const view = source.bytes.subarray(from, to);
  if (isAscii(view)) return source.buffer.toString(ASCII, from, to);
  return isUtf8(view) ? source.buffer.toString("utf8", from, to) : undefined;
}
