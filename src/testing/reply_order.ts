/**
 * The place of a proxy's own answers among the replies of the server.
 *
 * @module
 */

import { ReplyCounter } from "./reply_counter.ts";

/** An error reply of the proxy itself, and the place it has. */
export interface Answer {
  /** How many replies go before it. */
  readonly after: number;
  /** The reply. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether the connection ends with it. */
  readonly close: boolean;
}

/** How many answers of a connection wait before it takes no more commands. */
const MAX_WAITING = 1_024;

/** Commands whose replies are not one each, and are pushed with RESP3. */
const UNCOUNTED = new Set([
  "SUBSCRIBE",
  "UNSUBSCRIBE",
  "PSUBSCRIBE",
  "PUNSUBSCRIBE",
  "SSUBSCRIBE",
  "SUNSUBSCRIBE",
]);

/**
 * Counts the commands and the replies of one connection: replies carry no name,
 * so an answer has to wait for those of the commands before it.
 */
export class ReplyOrder {
  /** The replies that have gone to the client, answers included. */
  readonly replies = new ReplyCounter();
  readonly #answers: Answer[] = [];
  /** Commands that have come. */
  #commands = 0;

  /**
   * Counts a command that goes to the server.
   *
   * @param name Its name, in capitals.
   */
  forwarded(name: string): void {
    if (!UNCOUNTED.has(name)) this.#commands = this.#last() + 1;
  }

  /**
   * Counts a command that is answered here.
   *
   * @param answer What it is answered.
   */
  answered(answer: Omit<Answer, "after">): void {
    const after = this.#last();
    this.#commands = after + 1;
    this.#answers.push({ ...answer, after });
  }

  /** Takes the answer whose turn it is, if there is one. */
  take(): Answer | undefined {
    const next = this.#answers[0];
    if (next === undefined || !this.replies.isBetween) return undefined;
    if (this.replies.count < next.after) return undefined;
    return this.#answers.shift();
  }

  /** How many replies may go to the client before an answer has to. */
  get limit(): number {
    return this.#answers[0]?.after ?? Infinity;
  }

  /** Whether so many answers wait that no more commands are to be taken. */
  get isFull(): boolean {
    return this.#answers.length >= MAX_WAITING;
  }

  /** A server that sends more replies than it got commands is ahead of them. */
  #last(): number {
    return Math.max(this.#commands, this.replies.count);
  }
}
