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
import {
  type Arguments,
  type Command,
  fail,
  isList,
  MAY_HAVE_RUN,
  type Settler,
} from "./command.ts";
import { Run } from "./run.ts";

/**
 * A batch that takes so much memory, by the estimate of its queue, need not wait
 * for the end of the turn: that are some 5,000 small commands.
 */
const LARGE_SIZE = 384 * 1024;

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
 * them, and after a failure says which had left and hands back which had not. It
 * may begin to leave while it still grows.
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

  /** Its commands in the order of issue. */
  #runs: Run[] = [];
  /** The run that still grows. */
  #last: Run | undefined = undefined;
  readonly #autoBatch: boolean;
  readonly #onSettled: (batch: Batch) => void;
  readonly #onErrorReply: ((error: Error) => void) | undefined;
  /** How many commands the runs have, */
  #count = 0;
  /** how many of them are encoded, and so count as sent, */
  #sent = 0;
  /** how many have their reply, */
  #answered = 0;
  /** and how many may have run although they have none. */
  #doubted = 0;
  /** The run, and the command in it, that is encoded next, */
  #sendRun = 0;
  #sendIndex = 0;
  /** and that gets the next reply. */
  #answerRun = 0;
  #answerIndex = 0;
  /** The names of commands that it no longer has, since it was recovered. */
  readonly #parted: string[] = [];
  #sealed = false;
  #large = false;
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

  /**
   * Whether it is so large that it had better begin to leave. It says so once: a
   * part of it can leave within a turn, but no more than one.
   */
  becameLarge(): boolean {
    if (this.#large || this.size < LARGE_SIZE) return false;
    this.#large = true;
    return true;
  }

  /** Closes it for further commands. */
  seal(): void {
    if (this.#sealed) return;
    this.#sealed = true;
    if (this.#count > 0 && this.settled) this.#report();
  }

  /** Adds a command that takes `size` bytes of memory. */
  add(
    name: string,
    args: Arguments,
    settler: Settler,
    flags: number,
    size: number,
  ): void {
    this.#push(name, args, settler, flags);
    this.issued++;
    this.size += size;
  }

  /** How many commands of each name were added, wherever they ended. */
  names(): Record<string, number> {
    const counts: Record<string, number> = Object.create(null);
    for (const name of this.#parted) counts[name] = (counts[name] ?? 0) + 1;
    for (const { name, length } of this.#runs) {
      counts[name] = (counts[name] ?? 0) + length;
    }
    return counts;
  }

  /** Whether any of its commands has a name that fits. */
  some(fits: (name: string) => boolean): boolean {
    return this.#runs.some(({ name }) => fits(name));
  }

  /** Whether any command has been sent and not been answered. */
  get awaited(): boolean {
    return this.#sent > this.#answered;
  }

  /** Whether all its commands are settled, one way or the other. */
  get settled(): boolean {
    return this.#abandoned || this.#sealed && this.#answered === this.#count;
  }

  get encoded(): boolean {
    return this.#abandoned || this.#sealed && this.#sent === this.#count;
  }

  get finished(): boolean {
    return this.encoded && !this.awaited;
  }

  get abandoned(): boolean {
    return this.#abandoned;
  }

  get wantsBytes(): boolean {
    return this.awaited && this.#runs[this.#answerRun].wantsBytes;
  }

  encode(encoder: Encoder, limit: number): number {
    // A run that may still grow has to wait.
    const runs = this.#sealed ? this.#runs.length : this.#runs.length - 1;
    let frames = 0;
    while (this.#sendRun < runs && encoder.length < limit) {
      const run = this.#runs[this.#sendRun];
      const from = this.#sendIndex;
      const { length, mergedName } = run;
      if (mergedName === undefined) {
        this.#sendIndex = run.encodeSingly(encoder, from, limit);
        frames += this.#sendIndex - from;
      } else {
        run.encodeMerged(encoder, mergedName);
        this.#sendIndex = length;
        frames++;
      }
      this.#sent += this.#sendIndex - from;
      this.sent += this.#sendIndex - from;
      if (this.#sendIndex === length) {
        this.#sendRun++;
        this.#sendIndex = 0;
      }
    }
    return frames;
  }

  accept(reply: Reply): void {
    const run = this.#runs[this.#answerRun];
    const from = this.#answerIndex;
    const count = run.mergedName === undefined ? 1 : run.length;
    const isMget = run.mergedName === "MGET";
    if (isMget && !fits(reply, count)) {
      throw new ProtocolError("The reply to MGET has the wrong shape");
    }
    this.#answered += count;
    this.replies += count;
    this.#answerIndex += count;
    if (this.#answerIndex === run.length) {
      this.#answerRun++;
      this.#answerIndex = 0;
    }
    if (!this.#abandoned) {
      if (isMget && Array.isArray(reply)) this.#scatter(run, reply);
      else this.#repeat(run, from, count, reply);
      if (this.settled) this.#report();
    } else if (this.#answered === this.#sent) {
      // Nobody reads them any more; let them go before the batch does.
      this.#clear();
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
    let place = this.#answered;
    for (const command of this.#unanswered()) {
      fail(command.settler, reason(command, place++ < this.#sent));
      this.errors++;
    }
    this.#report();
  }

  /** Notes that what was sent and has no reply may have run. */
  doubt(): void {
    this.#doubted = this.#sent;
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
    const sent = this.#sent;
    let place = this.#answered;
    const rest = [...this.#unanswered()];
    this.#partWithAnswered();
    this.#clear();
    const lost: Command[] = [];
    for (const command of rest) {
      if (place++ < sent && !mayRepeat(command)) {
        this.#parted.push(command.name);
        lost.push(command);
      } else {
        const { name, args, settler, flags } = command;
        this.#push(name, args, settler, flags);
      }
    }
    for (const command of lost) fail(command.settler, reason(command));
    this.errors += lost.length;
    if (this.#count > 0) return;
    this.#sealed = true;
    this.#report();
  }

  #push(
    name: string,
    args: Arguments,
    settler: Settler,
    flags: number,
  ): void {
    const argCount = isList(args) ? args.length : 1;
    let run = this.#last;
    const isOfKind = run?.isOf(name, argCount, flags) === true;
    if (run === undefined || !isOfKind || run.full) {
      // Where one run was full, the next one will be.
      const capacity = isOfKind ? run?.length : 0;
      run = new Run({ name, argCount, flags }, this.#autoBatch, capacity);
      this.#last = run;
      this.#runs.push(run);
    }
    run.push(args, settler);
    this.#count++;
  }

  /** The commands without a reply, in order. */
  *#unanswered(): Generator<Command> {
    let place = this.#answered;
    let index = this.#answerIndex;
    for (const run of this.#runs.slice(this.#answerRun)) {
      for (; index < run.length; index++) {
        yield run.at(index, place++ < this.#doubted ? MAY_HAVE_RUN : 0);
      }
      index = 0;
    }
  }

  /** Keeps of what was answered no more than its names. */
  #partWithAnswered(): void {
    const whole = this.#runs.slice(0, this.#answerRun);
    for (const { name, length } of whole) {
      for (let i = 0; i < length; i++) this.#parted.push(name);
    }
    for (let i = 0; i < this.#answerIndex; i++) {
      this.#parted.push(this.#runs[this.#answerRun].name);
    }
  }

  #clear(): void {
    this.#runs = [];
    this.#last = undefined;
    this.#count =
      this.#sent =
      this.#answered =
      this.#doubted =
        0;
    this.#sendRun = this.#sendIndex = 0;
    this.#answerRun = this.#answerIndex = 0;
  }

  /** A callback of a promise may have abandoned it while it was settled. */
  #report(): void {
    if (this.#reported) return;
    this.#reported = true;
    this.#onSettled(this);
  }

  #scatter(run: Run, replies: readonly Reply[]): void {
    for (let i = 0; i < replies.length; i++) {
      const error = run.settle(i, replies[i], this.hostId);
      if (error !== undefined) this.#note(error);
    }
  }

  #repeat(run: Run, from: number, count: number, reply: Reply): void {
    for (let i = from; i < from + count; i++) {
      const error = run.settle(i, reply, this.hostId);
      if (error !== undefined) this.#note(error);
    }
  }

  #note(error: Error): void {
    this.errors++;
    this.#onErrorReply?.(error);
  }
}

/** Whether a reply to a merged GET is a list of that many, or an error. */
function fits(reply: Reply, count: number): boolean {
  return Array.isArray(reply) ? reply.length === count : reply instanceof Error;
}
