/**
 * Where replies end in a stream of bytes, without a look at what they say.
 *
 * @module
 */

const LF = 0x0a;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

/** Replies that carry a length and then as many bytes: `$ ! =`. */
const BLOBS = new Set([0x24, 0x21, 0x3d]);
const PUSH = 0x3e;
/** Replies that carry a count and then as many replies: `* ~ >`. */
const LISTS = new Set([0x2a, 0x7e, PUSH]);
const MAP = 0x25;
const ATTRIBUTE = 0x7c;

/**
 * Counts the replies of a server (RESP2 and RESP3) in a stream that arrives in
 * pieces of any size. A message that the server pushes (RESP3) is none. It
 * believes what it reads: a proxy hands on nonsense too.
 */
export class ReplyCounter {
  /** How many whole replies it has seen. */
  count = 0;
  /** Whether it is between two replies or messages, and not within one. */
  isBetween = true;
  /** The type of the line being read, or 0 between two lines. */
  #type = 0;
  #number = 0;
  #isNegative = false;
  /** Bytes of a blob, its line end included, still to skip. */
  #skip = 0;
  /** Parts of the current reply that are still to come. */
  #parts = 1;
  /** Whether what is being read is a push message. */
  #isPush = false;

  /**
   * Reads on.
   *
   * @param bytes The next piece of the stream.
   * @param limit The count at which to stop.
   * @returns How many of the bytes were read: all, unless the count reached
   * the limit before.
   */
  advance(bytes: Uint8Array, limit = Infinity): number {
    let at = 0;
    while (at < bytes.length && this.count < limit) {
      at += this.#readOn(bytes, at);
    }
    return at;
  }

  /**
   * Reads on to the end of the reply or message that has begun.
   *
   * @param bytes The next piece of the stream.
   * @returns How many of the bytes were read.
   */
  finish(bytes: Uint8Array): number {
    let at = 0;
    while (at < bytes.length && !this.isBetween) at += this.#readOn(bytes, at);
    return at;
  }

  #readOn(bytes: Uint8Array, at: number): number {
    if (this.#skip === 0) {
      this.#readByte(bytes[at]!);
      return 1;
    }
    const step = Math.min(this.#skip, bytes.length - at);
    this.#skip -= step;
    if (this.#skip === 0) this.#endPart();
    return step;
  }

  #readByte(byte: number): void {
    if (this.#type === 0) {
      if (this.isBetween) this.#isPush = byte === PUSH;
      this.isBetween = false;
      this.#type = byte;
      this.#number = 0;
      this.#isNegative = false;
    } else if (byte === LF) {
      this.#endLine();
    } else if (byte === MINUS) {
      this.#isNegative = true;
    } else if (byte >= ZERO && byte <= NINE) {
      // Of lines that carry no count, nobody reads the number.
      this.#number = this.#number * 10 + byte - ZERO;
    }
  }

  #endLine(): void {
    const type = this.#type;
    const size = this.#isNegative ? 0 : this.#number;
    this.#type = 0;
    if (BLOBS.has(type) && !this.#isNegative) {
      this.#skip = size + 2;
      return;
    }
    if (LISTS.has(type)) this.#parts += size;
    if (type === MAP) this.#parts += 2 * size;
    // An attribute goes before a reply and is no part of the count itself.
    if (type === ATTRIBUTE) this.#parts += 2 * size + 1;
    this.#endPart();
  }

  #endPart(): void {
    if (--this.#parts > 0) return;
    this.#parts = 1;
    this.isBetween = true;
    if (!this.#isPush) this.count++;
  }
}
