/**
 * From bytes to replies: RESP2 and RESP3, with no I/O.
 *
 * @module
 */

import { ProtocolError } from "../../errors.ts";
import type { Reply } from "../../values.ts";
import { BulkReader } from "./bulk_reader.ts";
import { readLine } from "./line_reply.ts";
import { malformed } from "./malformed.ts";
import { errorCount, noteFlaws } from "./reply_errors.ts";
import { LineReader, READ_SIZE } from "./line_reader.ts";
import * as types from "./reply_types.ts";

/** Bounds on what a server may send. */
export interface ParserOptions {
  /**
   * How deep arrays may be nested.
   *
   * @default {1_024}
   */
  maxDepth?: number | undefined;
  /**
   * How many bytes one value may have; Redis itself allows 512 MiB.
   *
   * @default {536_870_912}
   */
  maxBulkBytes?: number | undefined;
  /**
   * How many elements one array may have.
   *
   * @default {4_294_967_295}
   */
  maxElements?: number | undefined;
}

/** Stands for a reply that has not arrived whole. */
export const INCOMPLETE: unique symbol = Symbol("incomplete");

/** Stands for an aggregate whose elements come next. */
const OPENED: unique symbol = Symbol("opened");

/** An aggregate that is not complete. */
interface Frame {
  /** What has come, or null for an attribute, which is dropped. */
  readonly items: Reply[] | null;
  /** How many elements it has. */
  readonly size: number;
  /** How many of them have come. */
  count: number;
  /** How many errors had been read when it began. */
  readonly errors: number;
}

/** For so many elements room is made at once, whatever size was announced. */
const MAX_ROOM = 1_024;

/**
 * Reads replies from the bytes of one connection, in order.
 *
 * Whatever has arrived is looked at once: the state of an unfinished reply is
 * kept, however it is cut. After bytes that are not the protocol every further
 * read throws the same error, since nothing behind them can be trusted.
 *
 * @example Reading replies as bytes arrive
 * ```ts ignore
 * const parser = new Parser();
 * parser.push(new TextEncoder().encode("$5\r\nhel"));
 * console.log(parser.read() === INCOMPLETE); // true
 * parser.push(new TextEncoder().encode("lo\r\n:1\r\n"));
 * console.log(parser.read(), parser.read()); // hello 1
 * ```
 */
export class Parser {
  readonly #maxDepth: number;
  readonly #maxElements: number;

  readonly #input = new LineReader();
  readonly #bulks: BulkReader;
  /** The aggregate whose elements come next, inside those of the stack. */
  #frame: Frame | undefined;
  #stack: Frame[] = [];
  /** Whether the room that was given out last belongs to a large bulk. */
  #direct = false;
  /** Whether a reply is half read, how it is wanted, and its type. */
  #begun = false;
  #asBytes = false;
  #type = 0;
  #lastType = 0;
  #failure: ProtocolError | undefined;

  /** @param options Bounds on what is accepted. */
  constructor(options: ParserOptions = {}) {
    this.#maxDepth = options.maxDepth ?? 1_024;
    this.#maxElements = options.maxElements ?? 4_294_967_295;
    const maxBulkBytes = options.maxBulkBytes ?? 536_870_912;
    this.#bulks = new BulkReader(this.#input, maxBulkBytes);
  }

  /** The type byte of the reply that was read last; 0 before the first. */
  get lastType(): number {
    return this.#lastType;
  }

  /** Whether nothing is buffered and no reply is half read. */
  get idle(): boolean {
    return !this.#begun && this.#input.start === this.#input.end;
  }

  /**
   * Where the next read of a socket may put its bytes, 64 KiB or more. It is
   * valid until {@linkcode Parser.filled}.
   */
  room(): Uint8Array<ArrayBuffer> {
    const room = this.#bulks.room();
    this.#direct = room !== undefined;
    return room ?? this.#input.room(READ_SIZE);
  }

  /** Takes the first `count` bytes of the room as arrived. */
  filled(count: number): void {
    if (this.#failure !== undefined) return;
    if (this.#direct) this.#bulks.filled(count);
    else this.#input.arrived(count);
    this.#direct = false;
  }

  /** Copies bytes in, as if a socket had read them. */
  push(chunk: Uint8Array): void {
    if (this.#failure !== undefined) return;
    this.#input.room(chunk.length).set(chunk);
    this.#input.arrived(chunk.length);
  }

  /**
   * Reads the next reply.
   *
   * @param bytes Whether bulk and simple strings are wanted as bytes rather
   * than text; what counts is the call that meets the first byte of the reply.
   * @returns The reply, or {@linkcode INCOMPLETE} when more has to arrive.
   * @throws {ProtocolError} When the bytes are not the Redis protocol, now and
   * at every further call.
   */
  read(bytes = false): Reply | typeof INCOMPLETE {
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#begun) {
      if (this.#input.start === this.#input.end) return INCOMPLETE;
      this.#begun = true;
      this.#asBytes = bytes;
    }
    try {
      const reply = this.#reply();
      return reply === undefined ? INCOMPLETE : reply;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  #reply(): Reply | undefined {
    for (;;) {
      let value: Reply | undefined | typeof OPENED = this.#element();
      if (value === undefined) return value;
      if (value === OPENED) continue;
      let frame = this.#frame;
      while (frame !== undefined) {
        if (frame.items !== null) frame.items[frame.count] = value;
        if (++frame.count < frame.size) break;
        this.#frame = this.#stack.pop();
        if (frame.items === null) break;
        value = frame.items;
        if (errorCount !== frame.errors) noteFlaws(frame.items);
        frame = this.#frame;
      }
      if (frame === undefined) {
        this.#begun = false;
        this.#lastType = this.#type;
        return value;
      }
    }
  }

  #element(): Reply | undefined | typeof OPENED {
    const bulks = this.#bulks;
    if (bulks.pending) return bulks.resume();
    const frame = this.#frame;
    if (frame !== undefined && frame.count + 1 < frame.size) {
      // The last element completes its array, which is not done here.
      const to = frame.size - 1;
      frame.count = bulks.readStrings(
        frame.items,
        frame.count,
        to,
        this.#asBytes,
      );
    }
    const input = this.#input;
    if (input.start === input.end) return undefined;
    const type = input.bytes[input.start];
    if (frame === undefined) this.#type = type;
    switch (type) {
      case types.INTEGER: {
        const short = input.shortNumber();
        if (short === -1) return this.#line(type);
        input.start = input.after;
        return short;
      }
      case types.BULK_STRING:
      case types.BULK_ERROR:
      case types.VERBATIM_STRING:
        return bulks.read(type, this.#asBytes);
      case types.ARRAY:
      case types.SET:
      case types.PUSH:
      case types.MAP:
      case types.ATTRIBUTE:
        return this.#aggregate(type);
      default:
        return this.#line(type);
    }
  }

  #line(type: number): Reply | undefined {
    const input = this.#input;
    const value = readLine(input, type, this.#asBytes);
    if (value !== undefined) input.start = input.after;
    return value;
  }

  #aggregate(type: number): Reply | undefined | typeof OPENED {
    const input = this.#input;
    const size = input.size();
    if (size === undefined) return undefined;
    input.start = input.after;
    if (size === -1) {
      if (type !== types.ARRAY) throw malformed(type, "has no valid size");
      return null;
    }
    const isPairs = type === types.MAP || type === types.ATTRIBUTE;
    const count = isPairs ? 2 * size : size;
    if (count > this.#maxElements) {
      throw malformed(type, `has more than ${this.#maxElements} elements`);
    }
    const depth = this.#frame === undefined ? 0 : this.#stack.length + 1;
    if (depth >= this.#maxDepth) {
      throw malformed(type, `is nested more than ${this.#maxDepth} deep`);
    }
    const items: Reply[] | null = type === types.ATTRIBUTE
      ? null
      : new Array(Math.min(count, MAX_ROOM));
    if (count === 0) return items ?? OPENED;
    if (this.#frame !== undefined) this.#stack.push(this.#frame);
    this.#frame = { items, size: count, count: 0, errors: errorCount };
    return OPENED;
  }

  #fail(error: unknown): ProtocolError {
    this.#failure = error instanceof ProtocolError
      ? error
      : new ProtocolError("Cannot read a reply: reading it failed", {
        cause: error,
      });
    this.#frame = undefined;
    this.#stack = [];
    this.#bulks.drop();
    return this.#failure;
  }
}
