/**
 * A second parser to compare with: all bytes at once, slow and plain.
 *
 * @module
 */

import type { Plain } from "./reply_corpus.ts";

/** What a stream of replies holds, and how it ends. */
export interface Reference {
  readonly replies: Plain[];
  readonly end: "whole" | "incomplete" | "malformed";
}

/** Stands for an end of the bytes inside a reply. */
class Incomplete extends Error {}

/** Reads a stream whose bytes are the characters of a string. */
export function readReference(stream: string): Reference {
  const replies: Plain[] = [];
  const reader = new ReferenceReader(stream);
  try {
    while (reader.at < stream.length) replies.push(reader.reply());
    return { replies, end: "whole" };
  } catch (error) {
    const end = error instanceof Incomplete ? "incomplete" : "malformed";
    return { replies, end };
  }
}

class ReferenceReader {
  at = 0;
  readonly #stream: string;

  constructor(stream: string) {
    this.#stream = stream;
  }

  reply(): Plain {
    const type = this.#take(1);
    switch (type) {
      case "+":
        return decode(this.#line());
      case "-":
        return { error: errorText(this.#line()) };
      case ":":
        return integer(this.#line());
      case "(":
        return BigInt(match(this.#line(), /^[+-]?\d+$/).replace("+", ""));
      case ",":
        return match(
          this.#line(),
          /^[+-]?(\d+(\.\d*)?([eE][+-]?\d+)?|inf|nan)$/,
        );
      case "#":
        return match(this.#line(), /^[tf]$/) === "t" ? 1 : 0;
      case "_":
        match(this.#line(), /^$/);
        return null;
      case "$":
        return this.#nullable((size) => decode(this.#bulk(size)));
      case "!":
        return { error: errorText(this.#bulk(this.#size())) };
      case "=":
        return decode(match(this.#bulk(this.#size()), /^...:/s).slice(4));
      case "*":
        return this.#nullable((size) => this.#several(size));
      case "~":
      case ">":
        return this.#several(this.#size());
      case "%":
        return this.#several(2 * this.#size());
      case "|":
        this.#several(2 * this.#size());
        return this.reply();
      default:
        throw new Error("type");
    }
  }

  #nullable(read: (size: number) => Plain): Plain {
    const size = Number(match(this.#line(), /^(-1|\d+)$/));
    return size === -1 ? null : read(size);
  }

  #size(): number {
    return Number(match(this.#line(), /^\d+$/));
  }

  #bulk(size: number): string {
    const value = this.#take(size);
    if (this.#take(2) !== "\r\n") throw new Error("end");
    return value;
  }

  #several(count: number): Plain[] {
    const items: Plain[] = [];
    for (let i = 0; i < count; i++) items.push(this.reply());
    return items;
  }

  #line(): string {
    const end = this.#stream.slice(this.at).search(/[\r\n]/);
    if (end === -1) throw new Incomplete();
    const line = this.#take(end);
    if (this.#take(2) !== "\r\n") throw new Error("line");
    return line;
  }

  #take(count: number): string {
    const taken = this.#stream.slice(this.at, this.at + count);
    if (taken.length < count) throw new Incomplete();
    this.at += count;
    return taken;
  }
}

function match(text: string, pattern: RegExp): string {
  if (!pattern.test(text)) throw new Error("value");
  return text;
}

function integer(line: string): number | bigint {
  const value = BigInt(match(line, /^[+-]?\d+$/).replace("+", ""));
  if (BigInt.asIntN(64, value) !== value) throw new Error("range");
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function decode(bytes: string): Plain {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      Uint8Array.from(bytes, (character) => character.charCodeAt(0)),
    );
  } catch {
    return { undecodable: true };
  }
}

function errorText(bytes: string): string {
  const text = decode(bytes);
  if (typeof text === "string") return text;
  return bytes.replace(
    /[\x80-\xff]/g,
    (byte) => `\\x${byte.charCodeAt(0).toString(16)}`,
  );
}
