/**
 * The memory that replies arrive in, and the first line of each: its type byte,
 * then a size, a number or a text.
 *
 * @module
 */

import { type Buffer, isAscii } from "node:buffer";
import { malformed } from "./malformed.ts";
import { parseSize } from "./reply_number.ts";
import { type TextSource, textSource } from "./reply_text.ts";

const CR = 0x0d;
const LF = 0x0a;
const PLUS = 0x2b;
const MINUS = 0x2d;
const DIGIT_0 = 0x30;

/** The size that stands for null, behind the type byte. */
const NULL_SIZE = new TextEncoder().encode("-1\r\n");

/** As many digits are read without looking for the end of the line first. */
const SHORT_DIGITS = 15;

/** Bytes in a line of digits; far more than any number of Redis has. */
const MAX_NUMBER_LINE = 65_536;

/** What a line may be. */
export interface LineOptions {
  /** How many bytes it may have behind its type byte. */
  readonly maxBytes: number;
  /** Whether anything but digits and signs is refused as soon as it is seen. */
  readonly digits: boolean;
}

const NUMBER_LINE: LineOptions = { maxBytes: MAX_NUMBER_LINE, digits: true };

/** The least that one read of a socket may bring. */
export const READ_SIZE = 65_536;

/**
 * Twice a read, so that what is left of an unfinished reply rarely has to move
 * before the next read. Pages that are never touched take no memory.
 */
const BASE_SIZE = 2 * READ_SIZE;

/** From so many bytes on, one look at all of them saves one at each value. */
const MANY_BYTES = 4_096;

/**
 * The bytes that have arrived and are not read yet: from `start` up to, not
 * including, `end` of one reused buffer. They move only while room for more is
 * made, never while they are read. It finds the lines in them.
 */
export class LineReader implements TextSource {
  bytes: Uint8Array<ArrayBuffer>;
  buffer: Buffer;
  /** The first byte that is not read yet. */
  start = 0;
  /** Behind the last byte that has arrived. */
  end = 0;
  /** Whether all bytes that are not read yet are known to be ASCII. */
  ascii = false;
  /** Behind the line, or the bulk, that was found last. */
  after = 0;
  /** How much of an unfinished line has been searched for its end. */
  #scanned = 0;

  constructor() {
    const { bytes, buffer } = textSource(new Uint8Array(BASE_SIZE));
    this.bytes = bytes;
    this.buffer = buffer;
  }

  /** Where at least `size` further bytes may be put, all that is free. */
  room(size: number): Uint8Array<ArrayBuffer> {
    this.#reserve(size);
    return this.end === 0 ? this.bytes : this.bytes.subarray(this.end);
  }

  /** Takes bytes that were put into the room as arrived. */
  arrived(count: number): void {
    const known = this.ascii || this.start === this.end;
    const to = this.end + count;
    this.ascii = known && count >= MANY_BYTES &&
      isAscii(this.bytes.subarray(this.end, to));
    this.end = to;
  }

  /**
   * Whether exactly these bytes, a line with its type byte and its CR LF, come
   * next; then it sets `after`.
   */
  shortLine(line: Uint8Array): boolean {
    return this.#hasNext(this.start, line);
  }

  /** Whether the line is the size of a null; then it sets `after`. */
  nullSize(): boolean {
    return this.#hasNext(this.start + 1, NULL_SIZE);
  }

  /**
   * Reads the digits of a short line that is there as a whole, and sets
   * `after`: the hot path.
   *
   * @returns The number; -1 when the line has to be looked at closely.
   */
  shortNumber(): number {
    const { bytes, start, end } = this;
    const limit = Math.min(end, start + 1 + SHORT_DIGITS);
    let at = start + 1;
    let value = 0;
    for (; at < limit; at++) {
      const digit = bytes[at] - DIGIT_0;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (at === start + 1 || at + 1 >= end) return -1;
    if (bytes[at] !== CR || bytes[at + 1] !== LF) return -1;
    this.#found(at + 2);
    return value;
  }

  /**
   * Finds the end of the line at `start`, and sets `after`.
   *
   * @returns Where its CR stands; -1 when the end has not arrived.
   * @throws {ProtocolError} When it is too long, or does not end in CR LF.
   */
  line(options: LineOptions): number {
    const { bytes, start, end } = this;
    const type = bytes[start];
    const limit = Math.min(end, start + 1 + options.maxBytes);
    let at = start + Math.max(1, this.#scanned);
    for (; at < limit; at++) {
      const byte = bytes[at];
      if (byte === CR || byte === LF) break;
      if (options.digits && !isDigitOrSign(byte)) {
        throw malformed(type, "is not a whole number");
      }
    }
    this.#scanned = at - start;
    if (at === end) return -1;
    if (bytes[at] !== CR) {
      throw malformed(type, fault(bytes[at], options.maxBytes));
    }
    if (at + 1 === end) return -1;
    if (bytes[at + 1] !== LF) throw malformed(type, "has a CR without LF");
    this.#found(at + 2);
    return at;
  }

  /**
   * Reads a line of digits, and sets `after`.
   *
   * @returns What is behind the type byte; undefined when it has not arrived.
   */
  digits(): string | undefined {
    const to = this.line(NUMBER_LINE);
    if (to === -1) return undefined;
    return this.buffer.toString("latin1", this.start + 1, to);
  }

  /**
   * Reads the size of a bulk or an aggregate, and sets `after`.
   *
   * @returns The size, -1 for null; undefined when the line has not arrived.
   */
  size(): number | undefined {
    const short = this.shortNumber();
    if (short !== -1) return short;
    if (this.nullSize()) return -1;
    const line = this.digits();
    if (line === undefined) return undefined;
    const size = parseSize(line);
    if (size === undefined) {
      throw malformed(this.bytes[this.start], "has no valid size");
    }
    return size;
  }

  /**
   * Checks what has arrived of the CR LF behind a bulk, and sets `after`.
   *
   * @returns Whether both have arrived.
   */
  lineEnd(at: number, type: number): boolean {
    const { bytes, end } = this;
    if (
      (at < end && bytes[at] !== CR) || (at + 1 < end && bytes[at + 1] !== LF)
    ) {
      throw malformed(type, "does not end in CR LF where its size says");
    }
    this.after = at + 2;
    return at + 2 <= end;
  }

  #hasNext(from: number, expected: Uint8Array): boolean {
    const { bytes, end } = this;
    if (end - from < expected.length) return false;
    for (let i = 0; i < expected.length; i++) {
      if (bytes[from + i] !== expected[i]) return false;
    }
    return this.#found(from + expected.length);
  }

  #found(after: number): true {
    this.#scanned = 0;
    this.after = after;
    return true;
  }

  #reserve(size: number): void {
    const unread = this.end - this.start;
    if (unread === 0) {
      this.start = this.end = 0;
      if (this.bytes.length > BASE_SIZE && size <= BASE_SIZE) {
        this.#move(BASE_SIZE);
      }
    }
    const capacity = this.bytes.length;
    if (capacity - this.end >= size) return;
    // Moving fewer bytes than were read since keeps the copying linear.
    if (unread <= this.start && capacity - unread >= size) {
      this.bytes.copyWithin(0, this.start, this.end);
      this.start = 0;
      this.end = unread;
    } else {
      this.#move(Math.max(2 * capacity, unread + size));
    }
  }

  #move(capacity: number): void {
    const { bytes, buffer } = textSource(new Uint8Array(capacity));
    bytes.set(this.bytes.subarray(this.start, this.end));
    this.bytes = bytes;
    this.buffer = buffer;
    this.end -= this.start;
    this.start = 0;
  }
}

function isDigitOrSign(byte: number): boolean {
  const digit = byte - DIGIT_0;
  return (digit >= 0 && digit <= 9) || byte === MINUS || byte === PLUS;
}

function fault(byte: number, maxBytes: number): string {
  return byte === LF
    ? "has an LF without CR"
    : `has a line that exceeds the limit of ${maxBytes}`;
}
