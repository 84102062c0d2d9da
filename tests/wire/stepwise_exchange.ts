/**
 * An exchange that grows and is given up when a test says so.
 *
 * @module
 */

import type { Reply } from "../../src/values.ts";
import type { Encoder } from "../../src/wire/resp/encoder.ts";
import type { Exchange } from "../../src/wire/exchange.ts";

/** Some commands without arguments, which are encoded as they are added. */
export class StepwiseExchange implements Exchange {
  /** What came back, in order. */
  readonly replies: Reply[] = [];
  /** Whether nobody waits for it any more. */
  abandoned = false;
  wantsBytes = false;
  readonly forgeable: boolean = false;
  readonly #names: string[];
  #written = 0;
  #isSealed: boolean;

  /** @param names The first commands; sealed unless told otherwise. */
  constructor(names: readonly string[], isSealed = true) {
    this.#names = [...names];
    this.#isSealed = isSealed;
  }

  /** How many of its commands were encoded. */
  get sent(): number {
    return this.#written;
  }

  /** Adds commands; tell the connection to proceed. */
  add(...names: string[]): void {
    this.#names.push(...names);
  }

  /** Nothing more is added. */
  seal(): void {
    this.#isSealed = true;
  }

  encode(encoder: Encoder, limit: number): number {
    const before = this.#written;
    while (
      !this.abandoned && this.#written < this.#names.length &&
      encoder.length < limit
    ) encoder.command(this.#names[this.#written++], []);
    return this.#written - before;
  }

  get encoded(): boolean {
    return this.abandoned ||
      this.#isSealed && this.#written === this.#names.length;
  }

  accept(reply: Reply): void {
    this.replies.push(reply);
  }

  get awaited(): boolean {
    return this.replies.length < this.#written;
  }

  get finished(): boolean {
    return this.encoded && this.replies.length === this.#written;
  }
}
