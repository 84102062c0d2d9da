/**
 * Where requests end in a stream of bytes, and which commands they are.
 *
 * @module
 */

const LF = 0x0a;
const SPACE = 0x20;
const MINUS = 0x2d;
const ASTERISK = 0x2a;
const ZERO = 0x30;
const NINE = 0x39;

/** More of a name than any command has. */
const MAX_NAME_LENGTH = 64;

/** What the next byte belongs to. */
type Place =
  | "start" // of a request
  | "inline"
  | "count" // of arguments
  | "size" // of an argument
  | "argument"; // with its line end

/**
 * Reads requests (arrays of arguments, and inline commands) in a stream that
 * arrives in pieces of any size. It believes what it reads: a proxy hands on
 * nonsense too.
 */
export class RequestReader {
  /** The command of the current request in capitals, as far as it is read. */
  name = "";
  /** Whether the name is complete; it is not for a request that has none. */
  isNamed = false;
  #place: Place = "start";
  #number = 0;
  #isNegative = false;
  /** Arguments of the current request that are still to come. */
  #arguments = 0;
  /** Bytes of the current argument that are still to come. */
  #skip = 0;
  /** Bytes that belong to the name: its line end does not. */
  #nameLeft = 0;

  /** Whether it is between two requests, and not within one. */
  get isBetween(): boolean {
    return this.#place === "start";
  }

  /**
   * Reads on to where the name is complete, or else to the end of the request,
   * or to the end of what there is.
   *
   * @param bytes The next piece of the stream.
   * @returns How many of the bytes were read.
   */
  advance(bytes: Uint8Array): number {
    if (this.isBetween) this.#begin();
    const wasNamed = this.isNamed;
    let at = 0;
    while (at < bytes.length) {
      at += this.#place === "argument"
        ? this.#readArgument(bytes.subarray(at))
        : this.#readByte(bytes[at]!);
      if (this.isBetween || this.isNamed !== wasNamed) break;
    }
    return at;
  }

  #begin(): void {
    this.name = "";
    this.isNamed = false;
    this.#nameLeft = 0;
  }

  #readByte(byte: number): number {
    switch (this.#place) {
      case "start":
        if (byte === ASTERISK) this.#expectNumber("count");
        else {
          this.#place = "inline";
          this.#readInline(byte);
        }
        break;
      case "inline":
        this.#readInline(byte);
        break;
      default:
        this.#readNumber(byte);
    }
    return 1;
  }

  #readInline(byte: number): void {
    if (byte > SPACE) {
      if (!this.isNamed) this.#readName(byte);
      return;
    }
    if (this.name !== "") this.isNamed = true;
    if (byte === LF) this.#place = "start";
  }

  #readName(byte: number): void {
    if (this.name.length >= MAX_NAME_LENGTH) return;
    this.name += String.fromCharCode(byte).toUpperCase();
  }

  #expectNumber(place: "count" | "size"): void {
    this.#place = place;
    this.#number = 0;
    this.#isNegative = false;
  }

  #readNumber(byte: number): void {
    if (byte === MINUS) this.#isNegative = true;
    else if (byte >= ZERO && byte <= NINE) {
      this.#number = this.#number * 10 + byte - ZERO;
    } else if (byte === LF) {
      const number = this.#isNegative ? 0 : this.#number;
      if (this.#place === "count") this.#endCount(number);
      else this.#endSize(number);
    }
  }

  #endCount(count: number): void {
    this.#arguments = count;
    if (count === 0) this.#place = "start";
    else this.#expectNumber("size");
  }

  #endSize(size: number): void {
    this.#place = "argument";
    this.#skip = size + 2;
    if (!this.isNamed) this.#nameLeft = size;
  }

  #readArgument(bytes: Uint8Array): number {
    const step = Math.min(this.#skip, bytes.length);
    const named = Math.min(this.#nameLeft, step);
    for (const byte of bytes.subarray(0, Math.min(named, MAX_NAME_LENGTH))) {
      this.#readName(byte);
    }
    this.#nameLeft -= named;
    this.#skip -= step;
    if (this.#skip === 0) this.#endArgument();
    return step;
  }

  #endArgument(): void {
    this.isNamed = true;
    if (--this.#arguments === 0) this.#place = "start";
    else this.#expectNumber("size");
  }
}
