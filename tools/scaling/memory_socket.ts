/**
 * A server without a network: what is left when it answers is the client.
 *
 * @module
 */

import type { Socket } from "../../src/runtime/runtime.ts";

/** All keys and values have so many bytes. */
const SIZE = 16;

/** `$16`, CR LF, sixteen bytes, CR LF. */
const BULK = 5 + SIZE + 2;
const CR = 0x0d;
const DIGIT_0 = 0x30;

/** The third letter from the end tells the commands apart, merged or not. */
const TELLING = 3;
const LETTER_G = 0x47;
const LETTER_S = 0x53;
const LETTER_I = 0x49;

/** CLIENT INFO, which a connection asks once, is the only command with six. */
const CLIENT_SIZE = 6;
const INFO_SIZE = "$4\r\nINFO\r\n".length;

/** What a socket has room for at first; there may be thousands of them. */
const ROOM = 2 ** 14;

/** Values enough for the longest MGET. */
const BULKS = new TextEncoder().encode(
  `$${SIZE}\r\n${"v".repeat(SIZE)}\r\n`.repeat(1_024),
);
const OK = new TextEncoder().encode("+OK\r\n");
const INFO = new TextEncoder().encode("$18\r\nid=1 addr=memory:0\r\n");
const PONG = new TextEncoder().encode("+PONG\r\n");

/**
 * Answers GET, MGET, SET and MSET of keys and values of 16 bytes, PING and
 * CLIENT INFO, at once, and reads always with the same value.
 */
export class MemorySocket implements Socket {
  #bytes: Uint8Array = new Uint8Array(ROOM);
  #start = 0;
  #end = 0;
  #closed = false;
  #wake: PromiseWithResolvers<void> | undefined;

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#start === this.#end) {
      if (this.#closed) return null;
      this.#wake = Promise.withResolvers();
      await this.#wake.promise;
    }
    const count = Math.min(buffer.length, this.#end - this.#start);
    buffer.set(this.#bytes.subarray(this.#start, this.#start + count));
    this.#start += count;
    if (this.#start === this.#end) this.#start = this.#end = 0;
    return count;
  }

  write(bytes: Uint8Array): Promise<number> {
    for (let at = 0; at < bytes.length;) at = this.#answer(bytes, at);
    this.#wake?.resolve();
    this.#wake = undefined;
    return Promise.resolve(bytes.length);
  }

  close(): void {
    this.#closed = true;
    this.#wake?.resolve();
  }

  ref(): void {}

  unref(): void {}

  /** Answers the command at a place; returns the place of the next one. */
  #answer(bytes: Uint8Array, start: number): number {
    let at = start + 1;
    let words = 0;
    for (; bytes[at] !== CR; at++) words = words * 10 + bytes[at] - DIGIT_0;
    // Behind the CR LF: "$", one digit, CR LF, and the name.
    const nameSize = bytes[at + 3] - DIGIT_0;
    const letter = bytes[at + 6 + nameSize - TELLING];
    at += 6 + nameSize + 2;
    if (nameSize === CLIENT_SIZE) {
      this.#put(INFO);
      return at + INFO_SIZE;
    }
    const bulks = words - 1;
    if (letter === LETTER_I && bulks > 0) {
      // An idle connection is proven by a number, which comes back: of one digit
      // or more, so that the bytes between are to be looked for.
      const text = bytes.indexOf(CR, at) + 2;
      const end = bytes.indexOf(CR, text) + 2;
      this.#put(bytes.subarray(at, end));
      return end;
    }
    if (letter === LETTER_G) {
      if (nameSize > TELLING) {
        this.#put(new TextEncoder().encode(`*${bulks}\r\n`));
      }
      this.#put(BULKS.subarray(0, bulks * BULK));
    } else {
      this.#put(letter === LETTER_S ? OK : PONG);
    }
    return at + bulks * BULK;
  }

  #put(reply: Uint8Array): void {
    if (this.#end + reply.length > this.#bytes.length) {
      const larger = new Uint8Array(2 * (this.#bytes.length + reply.length));
      larger.set(this.#bytes.subarray(0, this.#end));
      this.#bytes = larger;
    }
    this.#bytes.set(reply, this.#end);
    this.#end += reply.length;
  }
}
