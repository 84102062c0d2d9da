/**
 * The seam between the wire and whoever sends over it.
 *
 * @module
 */

import type { Reply } from "../values.ts";
import type { Encoder } from "./resp/encoder.ts";

/**
 * Some commands that leave in order over one connection, and the replies that
 * come back in that order. The connection drives it; its owner reads from it
 * what had left when the connection failed.
 */
export interface Exchange {
  /**
   * Encodes further frames until all are encoded or the encoder holds `limit`
   * bytes. What is encoded counts as sent, since it is written right after.
   *
   * One that still grows may have nothing to encode for a while.
   *
   * @returns How many replies the frames encoded by this call will get.
   */
  encode(encoder: Encoder, limit: number): number;
  /**
   * Whether all of it is encoded, so not while it still grows; an abandoned
   * exchange encodes no more.
   */
  readonly encoded: boolean;
  /** Whether its next reply is to be read as bytes rather than text. */
  readonly wantsBytes: boolean;
  /**
   * Whether an error as its next reply may be worded by whoever issued the
   * command (a script, a module), so that its text proves nothing.
   */
  readonly forgeable: boolean;
  /** Whether a frame that was encoded has no reply yet. */
  readonly awaited: boolean;
  /** Its next reply is so large that those behind it have waited for it. */
  clogs?(): void;
  /** Takes the next reply. */
  accept(reply: Reply): void;
  /** Whether every frame that was encoded has its reply, and all are encoded. */
  readonly finished: boolean;
  /** Whether nobody waits for its replies any more; they are still read. */
  readonly abandoned: boolean;
}

/** Stands for an exchange that is finished. */
const FINISHED: Exchange = Object.freeze({
  encode: () => 0,
  encoded: true,
  wantsBytes: false,
  forgeable: false,
  awaited: false,
  accept: () => {},
  finished: true,
  abandoned: true,
});

/** Stands for exchanges that were taken away while replies were outstanding. */
export class Unclaimed implements Exchange {
  readonly encoded = true;
  readonly wantsBytes = false;
  readonly forgeable = false;
  /** Whoever took them away waits until these replies are in. */
  readonly abandoned = false;
  #missing: number;

  /** @param missing How many replies are still to come. */
  constructor(missing: number) {
    this.#missing = missing;
  }

  encode(): number {
    return 0;
  }

  get awaited(): boolean {
    return this.#missing > 0;
  }

  get finished(): boolean {
    return this.#missing === 0;
  }

  accept(): void {
    this.#missing--;
  }
}

/**
 * First in, first out, with two cursors: the exchange to write next and, behind
 * it, the one whose reply comes next.
 */
export class ExchangeQueue {
  #items: Exchange[] = [];
  #head = 0;
  #unwritten = 0;

  /** Appends an exchange. */
  push(exchange: Exchange): void {
    this.#items.push(exchange);
  }

  /**
   * Lets go of an exchange that is finished, so that it may be sent again over
   * another connection.
   */
  forget(exchange: Exchange): void {
    const index = this.#items.indexOf(exchange, this.#head);
    if (index >= 0) this.#items[index] = FINISHED;
  }

  /**
   * Has another exchange take the place of all behind one that is not finished.
   *
   * @returns What was there.
   */
  replaceBehind(exchange: Exchange, substitute: Exchange): Exchange[] {
    const index = this.#items.indexOf(exchange, this.#head) + 1;
    this.#unwritten = Math.min(this.#unwritten, index);
    return this.#items.splice(index, Infinity, substitute);
  }

  /** The first exchange that is not wholly encoded, if any. */
  nextToWrite(): Exchange | undefined {
    while (this.#unwritten < this.#items.length) {
      const exchange = this.#items[this.#unwritten];
      if (!exchange.encoded) return exchange;
      this.#unwritten++;
    }
    return undefined;
  }

  /** The exchange that the next reply belongs to, if any. */
  nextToAnswer(): Exchange | undefined {
    while (this.#head < this.#items.length) {
      const exchange = this.#items[this.#head];
      if (!exchange.finished) return exchange;
      this.#head++;
    }
    if (this.#head > 0) this.#reset();
    return undefined;
  }

  /** Whether every exchange still in the queue has been abandoned. */
  get abandoned(): boolean {
    // From the end, since it is the older ones that are abandoned first.
    for (let i = this.#items.length - 1; i >= this.#head; i--) {
      if (!this.#items[i].abandoned) return false;
    }
    return true;
  }

  /** Whether anybody waits for a reply to what is written. */
  get awaited(): boolean {
    const last = Math.min(this.#unwritten, this.#items.length - 1);
    for (let i = last; i >= this.#head; i--) {
      const { awaited, abandoned } = this.#items[i];
      if (awaited && !abandoned) return true;
    }
    return false;
  }

  /** Empties the queue and returns what was not finished, in order. */
  drain(): Exchange[] {
    const rest = this.#items.slice(this.#head).filter((exchange) =>
      !exchange.finished
    );
    this.#reset();
    return rest;
  }

  /** Drops the finished front, so that a queue never empty does not grow. */
  compact(): void {
    if (this.#head < 256 || this.#head * 2 < this.#items.length) return;
    this.#items = this.#items.slice(this.#head);
    this.#unwritten = Math.max(0, this.#unwritten - this.#head);
    this.#head = 0;
  }

  #reset(): void {
    // A list that is made anew has room for many, and mostly holds one.
    if (this.#items.length === 1) this.#items.pop();
    else this.#items = [];
    this.#head = 0;
    this.#unwritten = 0;
  }
}
