/**
 * The replies that are bytes of a given size.
 *
 * @module
 */

import type { Reply } from "../../values.ts";
import { BulkCollector } from "./bulk_collector.ts";
import type { LineReader } from "./line_reader.ts";
import { malformed } from "./malformed.ts";
import { errorReply } from "./reply_errors.ts";
import {
  decodeErrorText,
  decodeText,
  type TextSource,
  textSource,
} from "./reply_text.ts";
import { BULK_ERROR, BULK_STRING, VERBATIM_STRING } from "./reply_types.ts";

/** A smaller bulk waits in the receive buffer until it is whole. */
const COLLECT_SIZE = 16_384;

/** A verbatim string starts with three letters and a colon. */
const FORMAT_SIZE = 4;
const COLON = 0x3a;

/**
 * Reads bulks where they are, in the receive buffer, when they are small and
 * collects large ones in memory of their own.
 */
export class BulkReader {
  readonly #input: LineReader;
  readonly #maxBytes: number;
  readonly #collector = new BulkCollector();
  /** Whether a large bulk is being collected. */
  #collecting = false;
  /** The type of the bulk being read, and whether it is wanted as bytes. */
  #type = BULK_STRING;
  #asBytes = false;

  /**
   * @param input What to read from.
   * @param maxBytes How many bytes a bulk may have.
   */
  constructor(input: LineReader, maxBytes: number) {
    this.#input = input;
    this.#maxBytes = maxBytes;
  }

  /** Whether a large bulk has begun and has to be resumed. */
  get pending(): boolean {
    return this.#collecting;
  }

  /**
   * Reads the bulk at the start of the input.
   *
   * @returns The reply; undefined when it has not arrived whole.
   */
  read(type: number, asBytes: boolean): Reply | undefined {
    const input = this.#input;
    this.#type = type;
    this.#asBytes = asBytes;
    const size = input.size();
    if (size === undefined) return undefined;
    const from = input.after;
    if (size === -1) {
      if (type !== BULK_STRING) throw malformed(type, "has no valid size");
      input.start = from;
      return null;
    }
    if (size > this.#maxBytes) {
      throw malformed(type, `has more than ${this.#maxBytes} bytes`);
    }
    if (input.lineEnd(from + size, type)) {
      input.start = input.after;
      return this.#reply(input, from, from + size);
    }
    if (size < COLLECT_SIZE) return undefined;
    input.start = from;
    this.#collecting = true;
    this.#collector.begin(size, asBytes);
    return this.resume();
  }

  /** Reads on in the bulk that is pending, like {@linkcode BulkReader.read}. */
  resume(): Reply | undefined {
    const input = this.#input;
    const collector = this.#collector;
    input.start += collector.take(input.bytes, input.start, input.end);
    if (!collector.complete || !input.lineEnd(input.start, this.#type)) {
      return undefined;
    }
    input.start = input.after;
    const { bytes, size } = collector;
    this.drop();
    if (this.#asBytes && this.#type === BULK_STRING) return bytes;
    return this.#reply(textSource(bytes), 0, size);
  }

  /**
   * Reads bulk strings and nulls that follow each other and are there as a
   * whole: the hot path of an MGET.
   *
   * @param items Where they go, if anywhere.
   * @param from The index of the first one.
   * @param to The index of the first one that is not wanted.
   * @param asBytes Whether they are wanted as bytes.
   * @returns The index of the first one that was not read.
   */
  readStrings(
    items: Reply[] | null,
    from: number,
    to: number,
    asBytes: boolean,
  ): number {
    const input = this.#input;
    const { bytes } = input;
    let index = from;
    for (; index < to; index++) {
      if (input.start >= input.end || bytes[input.start] !== BULK_STRING) break;
      const size = input.shortNumber();
      let value: Reply = null;
      if (size === -1) {
        if (!input.nullSize()) break;
      } else {
        const start = input.after;
        const end = start + size;
        if (size > this.#maxBytes || !input.lineEnd(end, BULK_STRING)) break;
        value = asBytes
          ? bytes.slice(start, end)
          : decodeText(input, start, end);
      }
      if (items !== null) items[index] = value;
      input.start = input.after;
    }
    return index;
  }

  /**
   * Where a socket may put further bytes of the bulk that is pending; undefined
   * when they go to the receive buffer.
   */
  room(): Uint8Array<ArrayBuffer> | undefined {
    const { start, end } = this.#input;
    // What is still in the buffer comes before what a socket reads next.
    if (!this.pending || start !== end) return undefined;
    return this.#collector.room();
  }

  /** Counts bytes that were put into the room. */
  filled(count: number): void {
    this.#collector.filled(count);
  }

  /** Lets go of the bulk that is pending. */
  drop(): void {
    this.#collecting = false;
    this.#collector.end();
  }

  #reply(source: TextSource, from: number, to: number): Reply {
    if (this.#type === BULK_ERROR) {
      return errorReply(decodeErrorText(source, from, to));
    }
    if (this.#type === VERBATIM_STRING) {
      from += FORMAT_SIZE;
      if (from > to || source.bytes[from - 1] !== COLON) {
        throw malformed(VERBATIM_STRING, "does not start with a format");
      }
    }
    return this.#asBytes
      ? source.bytes.slice(from, to)
      : decodeText(source, from, to);
  }
}
