/**
 * The slots of a Redis Cluster: which of them a key falls into.
 *
 * @module
 */

import type { Key } from "../values.ts";
import { codePointAt, numberKeyText } from "./key.ts";

/** How many slots there are. */
export const SLOT_COUNT = 16_384;

/** The CRC-16 of XMODEM, which Redis takes. */
const POLYNOMIAL = 0x1021;

/** What a byte makes of the checksum. */
const TABLE = new Uint16Array(256);

for (let byte = 0; byte < 256; byte++) {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) {
    crc = crc << 1 ^ (crc & 0x8000 ? POLYNOMIAL : 0);
  }
  TABLE[byte] = crc;
}

/**
 * The slot of a key, from 0 to 16,383: the CRC-16 of its hash tag, which is what
 * stands between the first `{` and the first `}` behind it, or of the whole key
 * where there is no such thing or nothing in between.
 *
 * @param key The key: a text counts as its UTF-8, a number as its decimal text.
 * @returns The number of the slot.
 * @throws {TypeError} If the value is no key, or a text with a lone surrogate.
 */
export function slotOf(key: Key): number {
  if (typeof key === "string") return slotOfText(key);
  if (key instanceof Uint8Array) return slotOfBytes(key);
  return slotOfText(numberKeyText(key));
}

function slotOfText(text: string): number {
  const open = text.indexOf("{");
  const close = open < 0 ? -1 : text.indexOf("}", open + 1);
  const tagged = close > open + 1;
  const end = tagged ? close : text.length;
  let crc = 0;
  for (let at = tagged ? open + 1 : 0; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) {
      return crcOfUnicode(text, { from: at, end, crc }) % SLOT_COUNT;
    }
    crc = next(crc, code);
  }
  return crc % SLOT_COUNT;
}

/** Goes on where the first character outside ASCII is. */
function crcOfUnicode(
  text: string,
  { from, end, crc }: { from: number; end: number; crc: number },
): number {
  for (let at = from; at < end; at++) {
    const code = codePointAt(text, at);
    if (code < 0x80) {
      crc = next(crc, code);
    } else if (code < 0x800) {
      crc = next(crc, 0xc0 | code >> 6);
      crc = next(crc, 0x80 | code & 0x3f);
    } else if (code < 0x10000) {
      crc = next(crc, 0xe0 | code >> 12);
      crc = next(crc, 0x80 | code >> 6 & 0x3f);
      crc = next(crc, 0x80 | code & 0x3f);
    } else {
      crc = next(crc, 0xf0 | code >> 18);
      crc = next(crc, 0x80 | code >> 12 & 0x3f);
      crc = next(crc, 0x80 | code >> 6 & 0x3f);
      crc = next(crc, 0x80 | code & 0x3f);
      at++;
    }
  }
  return crc;
}

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

function slotOfBytes(bytes: Uint8Array): number {
  const open = bytes.indexOf(OPEN_BRACE);
  const close = open < 0 ? -1 : bytes.indexOf(CLOSE_BRACE, open + 1);
  const tagged = close > open + 1;
  const end = tagged ? close : bytes.length;
  let crc = 0;
  for (let at = tagged ? open + 1 : 0; at < end; at++) {
    crc = next(crc, bytes[at]);
  }
  return crc % SLOT_COUNT;
}

function next(crc: number, byte: number): number {
  return crc << 8 & 0xffff ^ TABLE[crc >> 8 ^ byte];
}
