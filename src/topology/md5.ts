/**
 * MD5 for short texts such as keys. Here it spreads keys over a ring; it keeps
 * nothing secret. A call into `node:crypto` costs several microseconds, this
 * one a fraction of one.
 *
 * @module
 */

import type { Key } from "../values.ts";
import { codePointAt, numberKeyText } from "./key.ts";

/** The constants of RFC 1321, section 3.4: the integer part of 2^32 |sin i|. */
const SINES = Int32Array.from(
  { length: 64 },
  (_, i) => Math.floor(2 ** 32 * Math.abs(Math.sin(i + 1))) | 0,
);

/*
 * One block of 64 bytes, as bytes and as words. Four bytes more let a character
 * be written whole that reaches into the next block. The words are little
 * endian, as MD5 wants them and as every machine of today has them.
 */
const BLOCK = new Uint8Array(68);
const WORDS = new Int32Array(BLOCK.buffer);
const STATE = new Int32Array(4);
const STATE_BYTES = new Uint8Array(STATE.buffer);

/**
 * The MD5 digest of a key.
 *
 * @param key The key: a text counts as its UTF-8, a number as its decimal text.
 * @returns The 16 bytes of the digest.
 * @throws {TypeError} If the value is no key, or a text with a lone surrogate.
 */
export function md5(key: Key): Uint8Array {
  digest(key);
  return STATE_BYTES.slice();
}

/**
 * The first four bytes of the MD5 digest of a key, least significant first.
 *
 * @param key The key: a text counts as its UTF-8, a number as its decimal text.
 * @returns A number from 0 to 2^32 - 1.
 * @throws {TypeError} If the value is no key, or a text with a lone surrogate.
 */
export function md5Word(key: Key): number {
  if (isAgain && key === lastKey && typeof key === "string") return lastWord;
  digest(key);
  lastKey = key;
  return lastWord = STATE[0] >>> 0;
}

let lastKey: Key | undefined;
let lastWord = 0;
let isAgain = false;

/**
 * Says whether what is hashed next is likely to be the text that was hashed last: two
 * rings are asked about each key that moves. To compare them takes time as well.
 */
export function hashAgain(is: boolean): void {
  isAgain = is;
}

/** Leaves the digest of a key in `STATE`. */
function digest(key: Key): void {
  STATE[0] = 0x67452301;
  STATE[1] = 0xefcdab89;
  STATE[2] = 0x98badcfe;
  STATE[3] = 0x10325476;
  if (typeof key === "string") finish(addText(key));
  else if (key instanceof Uint8Array) finish(addBytes(key));
  else finish(addText(numberKeyText(key)));
}

/** Takes a text; returns its length in bytes. */
function addText(text: string): number {
  let used = 0;
  let blocks = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) {
      BLOCK[used++] = code;
    } else {
      const point = codePointAt(text, at);
      used = putCharacter(point, used);
      if (point > 0xffff) at++;
    }
    if (used >= 64) {
      addBlock();
      WORDS[0] = WORDS[16];
      used -= 64;
      blocks++;
    }
  }
  return blocks * 64 + used;
}

/** Writes a character outside ASCII as UTF-8; returns where the next one goes. */
function putCharacter(code: number, at: number): number {
  let next = at;
  if (code < 0x800) {
    BLOCK[next++] = code >> 6 | 0xc0;
  } else {
    if (code < 0x10000) {
      BLOCK[next++] = code >> 12 | 0xe0;
    } else {
      BLOCK[next++] = code >> 18 | 0xf0;
      BLOCK[next++] = code >> 12 & 0x3f | 0x80;
    }
    BLOCK[next++] = code >> 6 & 0x3f | 0x80;
  }
  BLOCK[next++] = code & 0x3f | 0x80;
  return next;
}

/** Takes bytes; returns their number. */
function addBytes(bytes: Uint8Array): number {
  let used = 0;
  for (let at = 0; at < bytes.length; at++) {
    BLOCK[used++] = bytes[at];
    if (used === 64) {
      addBlock();
      used = 0;
    }
  }
  return bytes.length;
}

/** Ends a message of so many bytes, the last of which are in the block. */
function finish(length: number): void {
  let used = length & 63;
  BLOCK[used++] = 0x80;
  while (used & 3) BLOCK[used++] = 0;
  let word = used >> 2;
  if (word > 14) {
    WORDS[15] = word === 15 ? 0 : WORDS[15];
    addBlock();
    word = 0;
  }
  while (word < 14) WORDS[word++] = 0;
  WORDS[14] = length << 3;
  WORDS[15] = length / 2 ** 29;
  addBlock();
}

/** Works the block into the state: RFC 1321, section 3.4, four steps a turn. */
function addBlock(): void {
  let a = STATE[0];
  let b = STATE[1];
  let c = STATE[2];
  let d = STATE[3];
  for (let i = 0; i < 16; i += 4) {
    a = b + rotate(a + term(i, i) + (d ^ b & (c ^ d)), 7) | 0;
    d = a + rotate(d + term(i + 1, i + 1) + (c ^ a & (b ^ c)), 12) | 0;
    c = d + rotate(c + term(i + 2, i + 2) + (b ^ d & (a ^ b)), 17) | 0;
    b = c + rotate(b + term(i + 3, i + 3) + (a ^ c & (d ^ a)), 22) | 0;
  }
  for (let i = 16, w = 1; i < 32; i += 4, w += 20) {
    a = b + rotate(a + term(i, w) + (c ^ d & (b ^ c)), 5) | 0;
    d = a + rotate(d + term(i + 1, w + 5) + (b ^ c & (a ^ b)), 9) | 0;
    c = d + rotate(c + term(i + 2, w + 10) + (a ^ b & (d ^ a)), 14) | 0;
    b = c + rotate(b + term(i + 3, w + 15) + (d ^ a & (c ^ d)), 20) | 0;
  }
  for (let i = 32, w = 5; i < 48; i += 4, w += 12) {
    a = b + rotate(a + term(i, w) + (b ^ c ^ d), 4) | 0;
    d = a + rotate(d + term(i + 1, w + 3) + (a ^ b ^ c), 11) | 0;
    c = d + rotate(c + term(i + 2, w + 6) + (d ^ a ^ b), 16) | 0;
    b = c + rotate(b + term(i + 3, w + 9) + (c ^ d ^ a), 23) | 0;
  }
  for (let i = 48, w = 0; i < 64; i += 4, w += 28) {
    a = b + rotate(a + term(i, w) + (c ^ (b | ~d)), 6) | 0;
    d = a + rotate(d + term(i + 1, w + 7) + (b ^ (a | ~c)), 10) | 0;
    c = d + rotate(c + term(i + 2, w + 14) + (a ^ (d | ~b)), 15) | 0;
    b = c + rotate(b + term(i + 3, w + 21) + (d ^ (c | ~a)), 21) | 0;
  }
  STATE[0] += a;
  STATE[1] += b;
  STATE[2] += c;
  STATE[3] += d;
}

/** What a step adds that no other step changes, summed off the critical path. */
function term(step: number, word: number): number {
  return WORDS[word & 15] + SINES[step] | 0;
}

function rotate(sum: number, bits: number): number {
  return sum << bits | sum >>> 32 - bits;
}
