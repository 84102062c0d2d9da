/**
 * The memory that replies arrive in.
 *
 * @module
 */

import { type Buffer, isAscii } from "node:buffer";
import { type TextSource, textSource } from "./reply_text.ts";

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
 * made, never while they are read.
 */
export class ReceiveBuffer implements TextSource {
  bytes: Uint8Array<ArrayBuffer>;
  buffer: Buffer;
  /** The first byte that is not read yet. */
  start = 0;
  /** Behind the last byte that has arrived. */
  end = 0;
  /** Whether all bytes that are not read yet are known to be ASCII. */
  ascii = false;

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
