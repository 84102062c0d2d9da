/**
 * From commands to bytes, with no I/O.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { ScriptSource } from "../../commands/spec.ts";
import { type Argument, numberText } from "../../values.ts";
import {
  isBytes,
  isSendable,
  lengthOf,
  refusal,
} from "../../commands/arguments.ts";
import { type Name, nameOf } from "./encoder_name.ts";

const CR = 0x0d;
const LF = 0x0a;
const DOLLAR = 0x24;
const ASTERISK = 0x2a;
const DIGIT_0 = 0x30;

/** Up to this length, a loop over the characters is faster than a call. */
const SHORT_TEXT = 48;

/** Up to this length, reserving the most that text can take is no waste. */
const MEDIUM_TEXT = 4_096;

/** The most bytes of UTF-8 that one character of a string takes. */
const MAX_BYTES_PER_CHARACTER = 3;

/** Up to this length, a loop over bytes is faster than a call. */
const SHORT_BYTES = 32;

/** `$`, a length of up to ten digits, and two times CR LF. */
const BULK_OVERHEAD = 16;

/** A buffer that grew by more than this factor is not kept. */
const MAX_GROWTH = 16;

/**
 * Neighbours that have so many bytes of arguments in common are copied from each
 * other. To find out what differs takes longer than to write less than that.
 */
const COMMON_BYTES = 40;

/** How many scripts are known by their hashes; programs may make any number. */
const MAX_SCRIPTS = 1_024;

const textEncoder = new TextEncoder();

/**
 * Writes commands one after the other into one reused buffer.
 *
 * @example Several commands in one write
 * ```ts ignore
 * const encoder = new Encoder();
 * encoder.command("SET", ["key", 1]);
 * encoder.command("GET", ["key"]);
 * console.log(encoder.bytes().length); // 47
 * encoder.clear();
 * ```
 */
export class Encoder {
  readonly #capacity: number;
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;
  /** The command that is being written, and where it starts. */
  #name = "";
  /** and its words. */
  #words: Name | undefined = undefined;
  #start = 0;
  /** The argument that comes next, from 1. */
  #position = 1;
  /** Where each argument of the last one of many commands stands, and the end. */
  readonly #places: number[] = [];
  /** Whether each of them was another one before: to compare texts takes time. */
  readonly #varies: boolean[] = [];
  /** The scripts whose source has been written, by their hashes. */
  readonly #scripts = new Set<string>();

  /** @param capacity The bytes that are allocated at first, and kept. */
  constructor(capacity = 65_536) {
    this.#capacity = capacity;
    this.#bytes = new Uint8Array(capacity);
  }

  /** How many bytes have been written since the last clear. */
  get length(): number {
    return this.#length;
  }

  /**
   * Writes a command.
   *
   * @param name The command, such as "GET" or "SCRIPT EXISTS".
   * @param args Its arguments.
   * @throws {TypeError} When the name or an argument cannot be sent; then
   * nothing of the command stays.
   */
  command(name: string, args: readonly Argument[]): void {
    this.commandFrom(name, args, 0, args.length);
  }

  /**
   * Writes a command whose arguments are a part of a longer list.
   *
   * @param name The command.
   * @param list What holds its arguments.
   * @param from Where they start.
   * @param count How many there are.
   * @throws {TypeError} When the name or an argument cannot be sent.
   */
  commandFrom(
    name: string,
    list: readonly Argument[],
    from: number,
    count: number,
  ): void {
    this.#header(name, count);
    for (let i = from; i < from + count; i++) this.#argument(list[i]);
  }

  /**
   * Writes commands of one name and length, whose arguments follow each other in a
   * list, until it holds `limit` bytes.
   *
   * @param name The command.
   * @param list What holds the arguments of all of them.
   * @param which How many arguments each has, the index of the first command and
   * of the first one that is not wanted, and the limit.
   * @returns The index of the first one that is not written.
   */
  commandsFrom(
    name: string,
    list: readonly Argument[],
    { argCount, from, to, limit }: {
      argCount: number;
      from: number;
      to: number;
      limit: number;
    },
  ): number {
    let index = from;
    const isAlike = this.#areAlike(list, { argCount, from, to });
    if (isAlike && this.#length < limit) {
      this.#placed(name, list, index++ * argCount, argCount);
    }
    for (; index < to && this.#length < limit; index++) {
      if (isAlike) this.#next(list, index * argCount, argCount);
      else this.commandFrom(name, list, index * argCount, argCount);
    }
    return index;
  }

  /** Whether it pays to copy what the first two commands have in common. */
  #areAlike(
    list: readonly Argument[],
    { argCount, from, to }: { argCount: number; from: number; to: number },
  ): boolean {
    if (to - from < 2) return false;
    const varies = this.#varies;
    let common = 0;
    for (let i = 0; i < argCount; i++) {
      const value = list[from * argCount + i];
      varies[i] = value !== list[(from + 1) * argCount + i];
      if (!varies[i]) common += lengthOf(value);
    }
    return common >= COMMON_BYTES;
  }

  /** Writes a command and notes where its arguments stand. */
  #placed(
    name: string,
    list: readonly Argument[],
    from: number,
    count: number,
  ): void {
    this.#header(name, count);
    for (let i = 0; i < count; i++) {
      this.#places[i] = this.#length;
      this.#argument(list[from + i]);
    }
    this.#places[count] = this.#length;
  }

  /**
   * Writes the next one of many commands. Much of it is what the last one had as
   * well, such as the names of fields and options: that is copied.
   */
  #next(list: readonly Argument[], from: number, count: number): void {
    const places = this.#places;
    const varies = this.#varies;
    /** What both have in common from here on, and the first argument in it. */
    let common = this.#start;
    let first = 0;
    this.#start = this.#length;
    for (let i = 0; i <= count; i++) {
      if (i < count && !varies[i]) {
        if (list[from + i] === list[from + i - count]) continue;
        varies[i] = true;
      }
      const end = places[i];
      const moved = this.#length - common;
      this.#copy(common, end);
      for (let at = first; at < i; at++) places[at] += moved;
      places[i] = this.#length;
      if (i === count) return;
      common = places[i + 1];
      first = i + 1;
      this.#position = i + 1;
      this.#argument(list[from + i]);
    }
  }

  /** Writes once more what has been written from one place up to another. */
  #copy(from: number, to: number): void {
    const size = to - from;
    this.#reserve(size);
    const bytes = this.#bytes;
    const at = this.#length;
    if (size > SHORT_BYTES) bytes.copyWithin(at, from, to);
    else for (let i = 0; i < size; i++) bytes[at + i] = bytes[from + i];
    this.#length = at + size;
  }

  /**
   * Writes runs of a script like {@linkcode Encoder.commandsFrom}: EVALSHA, or EVAL
   * with the source where that has not been written here before, or is wanted.
   *
   * @param script The script.
   * @param list What holds their arguments, the hash first.
   * @param which Which of them, and whether all of them get the source.
   * @returns The index of the first one that is not written.
   */
  scriptsFrom(
    script: ScriptSource,
    list: readonly Argument[],
    which: {
      argCount: number;
      from: number;
      to: number;
      limit: number;
      withSource: boolean;
    },
  ): number {
    const { argCount, from, to, limit, withSource } = which;
    let index = from;
    while (
      index < to && this.#length < limit &&
      (withSource || !this.#scripts.has(script.sha))
    ) {
      this.#withSource(script, list, index++ * argCount, argCount);
    }
    return this.commandsFrom("EVALSHA", list, { ...which, from: index });
  }

  #withSource(
    { script, sha }: ScriptSource,
    list: readonly Argument[],
    from: number,
    count: number,
  ): void {
    this.#header("EVAL", count);
    this.#argument(script);
    for (let i = from + 1; i < from + count; i++) this.#argument(list[i]);
    if (this.#scripts.size >= MAX_SCRIPTS) this.#scripts.clear();
    this.#scripts.add(sha);
  }

  #header(name: string, argCount: number): void {
    // Neighbours mostly have the same name.
    const last = name === this.#name ? this.#words : undefined;
    const { words, bytes } = this.#words = last ?? nameOf(name);
    this.#reserve(bytes.length + BULK_OVERHEAD);
    this.#name = name;
    this.#start = this.#length;
    this.#position = 1;
    this.#size(words + argCount, ASTERISK);
    this.#write(bytes);
  }

  #argument(value: Argument): void {
    if (typeof value === "string") this.#text(value);
    else if (typeof value === "object" && isBytes(value)) this.#data(value);
    else if (!isSendable(value)) throw this.#refuse(value);
    else this.#text(numberText(value as number | bigint));
    this.#position++;
  }

  /**
   * What has been written since the last clear: a view, valid until the next
   * write or clear.
   */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Forgets what has been written, and keeps the buffer unless it is huge. */
  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > MAX_GROWTH * this.#capacity) {
      this.#bytes = new Uint8Array(this.#capacity);
    }
  }

  #text(value: string): void {
    if (value.length > SHORT_TEXT || !this.#shortAscii(value)) {
      this.#longText(value);
    }
  }

  /** Writes short text, unless it turns out not to be ASCII. */
  #shortAscii(value: string): boolean {
    const length = value.length;
    this.#reserve(length + BULK_OVERHEAD);
    const bytes = this.#bytes;
    let at = writeSize(bytes, this.#length, length);
    let index = 0;
    // Four at a time, since the look at what kind of string it is takes longest.
    for (; index + 3 < length; index += 4, at += 4) {
      const a = value.charCodeAt(index);
      const b = value.charCodeAt(index + 1);
      const c = value.charCodeAt(index + 2);
      const d = value.charCodeAt(index + 3);
      if ((a | b | c | d) > 0x7f) return false;
      bytes[at] = a;
      bytes[at + 1] = b;
      bytes[at + 2] = c;
      bytes[at + 3] = d;
    }
    for (; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) return false;
      bytes[at++] = code;
    }
    bytes[at] = CR;
    bytes[at + 1] = LF;
    this.#length = at + 2;
    return true;
  }

  #longText(value: string): void {
    if (!value.isWellFormed()) throw this.#refuse(value);
    const most = value.length <= MEDIUM_TEXT
      ? value.length * MAX_BYTES_PER_CHARACTER
      : Buffer.byteLength(value);
    this.#reserve(most + BULK_OVERHEAD);
    const start = this.#length;
    // The size is known for sure only afterwards; for ASCII this is it.
    this.#size(value.length);
    const guessed = this.#length;
    const { written } = textEncoder.encodeInto(
      value,
      this.#bytes.subarray(guessed),
    );
    if (written !== value.length) {
      this.#length = start;
      this.#moveText(guessed, written);
    }
    this.#length += written;
    this.#lineEnd();
  }

  /** Writes the true size of a text, which may have more digits, before it. */
  #moveText(from: number, size: number): void {
    const target = this.#length + sizeHeaderLength(size);
    this.#bytes.copyWithin(target, from, from + size);
    this.#size(size);
  }

  #data(value: Uint8Array): void {
    this.#reserve(value.length + BULK_OVERHEAD);
    this.#size(value.length);
    this.#write(value);
    this.#lineEnd();
  }

  #write(value: Uint8Array): void {
    const length = value.length;
    if (length > SHORT_BYTES) {
      this.#bytes.set(value, this.#length);
    } else {
      const bytes = this.#bytes;
      const at = this.#length;
      for (let i = 0; i < length; i++) bytes[at + i] = value[i];
    }
    this.#length += length;
  }

  #size(size: number, type = DOLLAR): void {
    this.#length = writeSize(this.#bytes, this.#length, size, type);
  }

  #lineEnd(): void {
    this.#bytes[this.#length++] = CR;
    this.#bytes[this.#length++] = LF;
  }

  #reserve(size: number): void {
    const needed = this.#length + size;
    if (needed <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
  }

  #refuse(value: unknown): TypeError {
    this.#length = this.#start;
    return refusal(this.#name, this.#position, value);
  }
}

/** Writes the line that holds the size of something; returns where it ends. */
function writeSize(
  bytes: Uint8Array,
  at: number,
  size: number,
  type = DOLLAR,
): number {
  bytes[at++] = type;
  if (size < 10) {
    bytes[at++] = DIGIT_0 + size;
  } else if (size < 100) {
    const tens = (size / 10) | 0;
    bytes[at++] = DIGIT_0 + tens;
    bytes[at++] = DIGIT_0 + size - 10 * tens;
  } else {
    const digits = String(size);
    for (let i = 0; i < digits.length; i++) bytes[at++] = digits.charCodeAt(i);
  }
  bytes[at] = CR;
  bytes[at + 1] = LF;
  return at + 2;
}

function sizeHeaderLength(size: number): number {
  return "$".length + String(size).length + "\r\n".length;
}
