/**
 * The first line of a reply: its type byte, then a size, a number or a text.
 *
 * @module
 */

import { malformed } from "./malformed.ts";
import { ReceiveBuffer } from "./receive_buffer.ts";
import { parseSize } from "./reply_number.ts";

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

/** A receive buffer that finds the lines in it. */
export class LineReader extends ReceiveBuffer {
  /** Behind the line, or the bulk, that was found last. */
  after = 0;
  /** How much of an unfinished line has been searched for its end. */
  #scanned = 0;

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
