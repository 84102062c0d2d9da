/**
 * The checksum that spreads keys over the hosts of a `PartitionRouter`.
 *
 * @module
 */

import type { Key } from "../values.ts";
import { codePointAt, numberKeyText } from "./key.ts";

/** The CRC-32 of zlib, gzip and Ethernet, bits reversed. */
const POLYNOMIAL = 0xedb88320;

/*
 * "Slicing by four": TABLE_n advances the checksum by one byte that is followed
 * by n further ones, so that up to four bytes are taken in one step.
 * M. Kounavis and F. Berry, "A Systematic Approach to Building High Performance
 * Software-based CRC Generators", 2005.
 */
const TABLE_0 = new Int32Array(256);
const TABLE_1 = new Int32Array(256);
const TABLE_2 = new Int32Array(256);
const TABLE_3 = new Int32Array(256);

for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) {
    crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
  }
  TABLE_0[byte] = crc;
}
for (let byte = 0; byte < 256; byte++) {
  TABLE_1[byte] = after(TABLE_0[byte]);
  TABLE_2[byte] = after(TABLE_1[byte]);
  TABLE_3[byte] = after(TABLE_2[byte]);
}

function after(crc: number): number {
  return (crc >>> 8) ^ TABLE_0[crc & 0xff];
}

/**
 * The CRC-32 of a key as the signed number that Python rb works with, straight
 * from the characters of a text, without encoding it first.
 *
 * @param key The key: a text counts as its UTF-8, a number as its decimal text.
 * @returns The checksum, from -2^31 to 2^31 - 1.
 * @throws {TypeError} If the value is no key, or a text with a lone surrogate.
 */
export function crc32(key: Key): number {
  if (typeof key === "string") return crcOfText(key);
  if (key instanceof Uint8Array) return crcOfBytes(key);
  return crcOfText(numberKeyText(key));
}

function crcOfText(text: string): number {
  const end = text.length;
  let crc = -1;
  let at = 0;
  for (; at + 3 < end; at += 4) {
    const a = text.charCodeAt(at);
    const b = text.charCodeAt(at + 1);
    const c = text.charCodeAt(at + 2);
    const d = text.charCodeAt(at + 3);
    if ((a | b | c | d) > 0x7f) return crcOfUnicode(text, at, crc);
    crc = take4(crc ^ (a | b << 8 | c << 16 | d << 24));
  }
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return crcOfUnicode(text, at, crc);
    crc = take1(crc ^ code);
  }
  return ~crc;
}

/** Continues where the first characters outside ASCII are. */
function crcOfUnicode(text: string, from: number, start: number): number {
  let crc = start;
  for (let at = from; at < text.length; at++) {
    const code = codePointAt(text, at);
    if (code < 0x80) {
      crc = take1(crc ^ code);
    } else if (code < 0x800) {
      crc = take2(crc ^ (code >> 6 | (code & 0x3f) << 8 | 0x80c0));
    } else if (code < 0x10000) {
      crc = take3(
        crc ^ (code >> 12 | (code & 0xfc0) << 2 | (code & 0x3f) << 16 |
          0x8080e0),
      );
    } else {
      crc = take4(
        crc ^ (code >> 18 | (code & 0x3f000) >> 4 | (code & 0xfc0) << 10 |
          (code & 0x3f) << 24 | 0x808080f0),
      );
      at++;
    }
  }
  return ~crc;
}

function crcOfBytes(bytes: Uint8Array): number {
  const end = bytes.length;
  let crc = -1;
  let at = 0;
  for (; at + 3 < end; at += 4) {
    crc = take4(
      crc ^ (bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 |
        bytes[at + 3] << 24),
    );
  }
  for (; at < end; at++) crc = take1(crc ^ bytes[at]);
  return ~crc;
}

/* Each takes the checksum with the next bytes already mixed into it. */

function take1(mixed: number): number {
  return TABLE_0[mixed & 0xff] ^ (mixed >>> 8);
}

function take2(mixed: number): number {
  return TABLE_1[mixed & 0xff] ^ TABLE_0[(mixed >>> 8) & 0xff] ^
    (mixed >>> 16);
}

function take3(mixed: number): number {
  return TABLE_2[mixed & 0xff] ^ TABLE_1[(mixed >>> 8) & 0xff] ^
    TABLE_0[(mixed >>> 16) & 0xff] ^ (mixed >>> 24);
}

function take4(mixed: number): number {
  return TABLE_3[mixed & 0xff] ^ TABLE_2[(mixed >>> 8) & 0xff] ^
    TABLE_1[(mixed >>> 16) & 0xff] ^ TABLE_0[mixed >>> 24];
}
