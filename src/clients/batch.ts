/**
 * The batch: commands of one client for one host that leave together.
 *
 * @module
 */

import { ProtocolError } from "../errors.ts";
import type { Reply } from "../values.ts";
import type { Connection } from "../wire/connection.ts";
import type { Encoder } from "../wire/encoder.ts";
import type { Exchange } from "../wire/exchange.ts";
import { mergeableRun, MERGED_NAME } from "./auto_batch.ts";
import type { Command } from "./command.ts";
import { CommandTable } from "./command_table.ts";

/** Settings of a {@linkcode Batch}. */
export interface BatchOptions {
  /** The host that its commands go to. */
  hostId: number;
  /** Whether neighbouring GETs and SETs are merged. */
  autoBatch: boolean;
  /** When its time is up, in milliseconds of `performance.now()`. */
  deadline: number;
  /** Called once, when every command is settled. */
  onSettled: (batch: Batch) => void;
  /** Called for every error reply. */
  onErrorReply?: (error: Error) => void;
}

/**
 * The commands that one client issued for one host in one turn of the event
 * loop. It owns them until each is settled: it encodes them, matches replies to
 * them, and after a failure says which had left and hands back which had not.
 */
export class Batch implements Exchange {
  /** How many commands were ever added. */
  issued = 0;
  /** An estimate of the memory its commands take, in bytes. */
  size = 0;
  /** How many commands were encoded, those sent again counted again. */
  sent = 0;
  /** How many commands got a reply. */
  replies = 0;
  /** How many commands were rejected. */
  errors = 0;
  /** The connection that it was sent over last. */
  carrier: Connection | undefined = undefined;
  /** How many times it was put on a connection and failed. */
  attempts = 0;
  /** When its time is up, in milliseconds of `performance.now()`. */
  readonly deadline: number;
  /** The host that its commands go to. */
  readonly hostId: number;

  /** In the order of issue. */
  #commands = new CommandTable();
  readonly #autoBatch: boolean;
  readonly #onSettled: (batch: Batch) => void;
  readonly #onErrorReply: ((error: Error) => void) | undefined;
  /** How many commands each merged frame stands for; unused without merging. */
  #frames: number[] = [];
  #nextFrame = 0;
  /** Commands that are encoded, and so count as sent. */
  #sent = 0;
  /** Commands that have their reply. */
  #answered = 0;
  /** The names of commands that it no longer has, since it was recovered. */
  readonly #parted: string[] = [];
  #sealed = false;
  #abandoned = false;
  #reported = false;

  /** @param options Its host, its deadline, whether to merge. */
  constructor(options: BatchOptions) {
    this.hostId = options.hostId;
    this.deadline = options.deadline;
    this.#autoBatch = options.autoBatch;
    this.#onSettled = options.onSettled;
    this.#onErrorReply = options.onErrorReply;
  }

  /** Whether it takes no further commands, because it is on its way. */
  get sealed(): boolean {
    return this.#sealed;
  }

  /** Closes it for further commands. */
  seal(): void {
    this.#sealed = true;
  }

  /** Adds a command of `size` bytes. */
  add(command: Command, size: number): void {
    this.#commands.push(command);
    this.issued++;
    this.size += size;
  }

  /** How many commands of each name were added, wherever they ended. */
  names(): Record<string, number> {
    const counts: Record<string, number> = Object.create(null);
    const count = (name: string) => counts[name] = (counts[name] ?? 0) + 1;
    for (const name of this.#parted) count(name);
    for (let i = 0; i < this.#commands.length; i++) {
      count(this.#commands.name(i));
    }
    return counts;
  }

  /** Whether any of its commands has a name that fits. */
  some(fits: (name: string) => boolean): boolean {
    return this.#commands.some(fits);
  }

  /** Whether any command has been sent and not been answered. */
  get awaited(): boolean {
    return this.#sent > this.#answered;
  }

  /** Whether all its commands are settled, one way or the other. */
  get settled(): boolean {
    return this.#abandoned || this.#answered === this.#commands.length;
  }

  get encoded(): boolean {
    return this.#abandoned || this.#sent === this.#commands.length;
  }

  get finished(): boolean {
    return this.encoded && !this.awaited;
  }

  get abandoned(): boolean {
    return this.#abandoned;
  }

  get wantsBytes(): boolean {
    return this.#answered < this.#sent && this.#commands.bytes(this.#answered);
  }

  encode(encoder: Encoder, limit: number): number {
    let frames = 0;
    const commands = this.#commands;
    while (this.#sent < commands.length && encoder.length < limit) {
      const start = this.#sent;
      const run = this.#autoBatch ? mergeableRun(commands, start) : 0;
      const count = Math.max(1, run);
      if (run > 1 || (run === 1 && commands.name(start) === "GET")) {
        const merged = MERGED_NAME[commands.name(start)];
        commands.encodeMerged(encoder, merged, { start, count });
      } else {
        commands.encode(encoder, start);
      }
      if (this.#autoBatch) this.#frames.push(count);
      this.#sent += count;
      this.sent += count;
      frames++;
    }
    return frames;
  }

  accept(reply: Reply): void {
    const first = this.#answered;
    const count = this.#autoBatch ? this.#frames[this.#nextFrame] : 1;
    const isMerged = this.#autoBatch && this.#isMergedGet(first);
    if (isMerged && !fits(reply, count)) {
      throw new ProtocolError("The reply to MGET has the wrong shape");
    }
    this.#nextFrame++;
    this.#answered = first + count;
    this.replies += count;
    if (!this.#abandoned) {
      if (isMerged && Array.isArray(reply)) this.#scatter(first, reply);
      else this.#repeat(first, count, reply);
      if (this.settled) this.#report();
    } else if (this.#answered === this.#sent) {
      // Nobody reads them any more; let them go before the batch does.
      this.#commands = new CommandTable();
      this.#sent = this.#answered = 0;
    }
  }

  /**
   * Gives up: rejects every command that has no reply, and lets the replies
   * that still come pass unread.
   *
   * @param reason The error for a command, by whether it was sent.
   */
  abandon(reason: (command: Command, sent: boolean) => unknown): void {
    if (this.settled) return;
    this.#sealed = true;
    this.#abandoned = true;
    const commands = this.#commands;
    for (let i = this.#answered; i < commands.length; i++) {
      const command = commands.at(i);
      command.fail(reason(command, i < this.#sent));
      this.errors++;
    }
    this.#report();
  }

  /** Notes that what was sent and has no reply may have run. */
  doubt(): void {
    for (let i = this.#answered; i < this.#sent; i++) {
      this.#commands.doubt(i);
    }
  }

  /**
   * Takes it off a failed connection and makes it ready for another one. A sent
   * command that must not be sent again is rejected.
   *
   * @param mayRepeat Whether a command that was sent may be sent again.
   * @param reason The error for one that may not.
   */
  recover(
    mayRepeat: (command: Command) => boolean,
    reason: (command: Command) => unknown,
  ): void {
    const commands = this.#commands;
    const kept = new CommandTable();
    const lost: Command[] = [];
    for (let i = 0; i < commands.length; i++) {
      const command = commands.at(i);
      if (i >= this.#sent || (i >= this.#answered && mayRepeat(command))) {
        kept.push(command);
        continue;
      }
      this.#parted.push(command.name);
      if (i >= this.#answered) lost.push(command);
    }
    this.#commands = kept;
    this.#sent = this.#answered = this.#nextFrame = 0;
    this.#frames = [];
    for (const command of lost) command.fail(reason(command));
    this.errors += lost.length;
    if (kept.length === 0) this.#report();
  }

  /** A callback of a promise may have abandoned it while it was settled. */
  #report(): void {
    if (this.#reported) return;
    this.#reported = true;
    this.#onSettled(this);
  }

  #isMergedGet(index: number): boolean {
    return this.#commands.name(index) === "GET" &&
      this.#commands.argCount(index) === 1;
  }

  #scatter(first: number, replies: Reply[]): void {
    for (let i = 0; i < replies.length; i++) {
      this.#settle(first + i, replies[i]);
    }
  }

  #repeat(first: number, count: number, reply: Reply): void {
    for (let i = 0; i < count; i++) {
      this.#settle(first + i, reply);
    }
  }

  #settle(index: number, reply: Reply): void {
    const error = this.#commands.settle(index, reply, this.hostId);
    if (error === undefined) return;
    this.errors++;
    this.#onErrorReply?.(error);
  }
}

/** Whether a reply to a merged GET is a list of that many, or an error. */
function fits(reply: Reply, count: number): boolean {
  return Array.isArray(reply) ? reply.length === count : reply instanceof Error;
}
