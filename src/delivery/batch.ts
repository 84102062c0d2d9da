/**
 * The batch: commands of one client for one host that leave together.
 *
 * @module
 */

import { mayAnswerAnything } from "../commands/traits.ts";
import { ProtocolError } from "../errors.ts";
import type { Argument, Reply } from "../values.ts";
import type { Connection } from "../wire/connection.ts";
import type { Encoder } from "../wire/resp/encoder.ts";
import type { Exchange } from "../wire/exchange.ts";
import { type Arguments, type Command, fail, type Settler } from "./command.ts";
import type { Run } from "./run.ts";
import { RunList } from "./run_list.ts";

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

  /** Its commands, but for those that were settled before it was recovered. */
  #commands: RunList;
  readonly #autoBatch: boolean;
  readonly #onSettled: (batch: Batch) => void;
  readonly #onErrorReply: ((error: Error) => void) | undefined;
  /** How many commands it no longer has, by their names. */
  readonly #parted: Record<string, number> = Object.create(null);
  #sealed = false;
  #large = false;
  #abandoned = false;
  #reported = false;

  /** @param options Its host, its deadline, whether to merge. */
  constructor(options: BatchOptions) {
    this.hostId = options.hostId;
    this.deadline = options.deadline;
    this.#autoBatch = options.autoBatch;
    this.#commands = new RunList(options.autoBatch);
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
    this.#sealed = true;
  }

  /**
   * Adds a command that takes `size` bytes of memory.
   *
   * @param settler Is told of its outcome, if given.
   * @returns Where its outcome will stand otherwise, as the last one.
   */
  add(
    name: string,
    args: Arguments,
    settler: Settler | undefined,
    flags: number,
    size: number,
    second?: Argument,
  ): Run {
    this.issued++;
    this.size += size;
    return this.#commands.push(name, args, settler, flags, second);
  }

  /** How many commands of each name were added, wherever they ended. */
  names(): Record<string, number> {
    const counts = Object.assign(Object.create(null), this.#parted);
    this.#commands.countNames(counts);
    return counts;
  }

  /** Whether somebody is to be told of the outcome of a command. */
  get watched(): boolean {
    return this.#commands.watched;
  }

  /** Whether any command has been sent and not been answered. */
  get awaited(): boolean {
    return this.#commands.sent > this.#commands.answered;
  }

  /**
   * Whether all its commands are settled, one way or the other. While it grows
   * its last run has not left, so neither this nor `encoded` holds.
   */
  get settled(): boolean {
    return this.#abandoned || this.#commands.answered === this.#commands.length;
  }

  get encoded(): boolean {
    return this.#abandoned || this.#commands.sent === this.#commands.length;
  }

  get finished(): boolean {
    return this.encoded && !this.awaited;
  }

  get abandoned(): boolean {
    return this.#abandoned;
  }

  get forgeable(): boolean {
    return mayAnswerAnything(this.#commands.nextRun.name);
  }

  get wantsBytes(): boolean {
    return this.#commands.wantsBytes;
  }

  encode(encoder: Encoder, limit: number): number {
    const commands = this.#commands;
    const before = commands.sent;
    const frames = commands.encode(encoder, limit, this.#sealed);
    this.sent += commands.sent - before;
    return frames;
  }

  accept(reply: Reply): void {
    const { nextRun: run, nextIndex: from } = this.#commands;
    const { mergedName } = run;
    const count = mergedName === undefined ? 1 : run.length;
    if (mergedName === "MGET" && !fits(reply, count)) {
      throw new ProtocolError("The reply to MGET has the wrong shape");
    }
    this.#commands.advance(count);
    this.replies += count;
    if (!this.#abandoned) {
      if (mergedName === "MGET" && Array.isArray(reply)) {
        this.#scatter(run, reply);
      } else {
        this.#repeat(run, reply, { from, to: from + count });
      }
      if (this.settled) this.#report();
    } else if (!this.awaited) {
      // Nobody reads them any more; let them go before the batch does.
      this.#commands = new RunList(this.#autoBatch);
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
    for (const [command, sent] of this.#commands.unanswered()) {
      fail(command.settler, reason(command, sent));
      this.errors++;
    }
    this.#report();
  }

  /** Notes that what was sent and has no reply may have run. */
  doubt(): void {
    this.#commands.doubt();
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
    const before = this.#commands;
    const after = new RunList(this.#autoBatch);
    this.#commands = after;
    before.countAnswered(this.#parted);
    const lost: Command[] = [];
    for (const [command, sent] of before.unanswered()) {
      const { name, args, settler, flags } = command;
      if (sent && !mayRepeat(command)) lost.push(command);
      else after.push(name, args, settler, flags);
    }
    for (const { name } of lost) {
      this.#parted[name] = (this.#parted[name] ?? 0) + 1;
    }
    for (const command of lost) fail(command.settler, reason(command));
    this.errors += lost.length;
    if (after.length > 0) return;
    this.#sealed = true;
    this.#report();
  }

  /** A callback of a promise may have abandoned it while it was settled. */
  #report(): void {
    if (this.#reported) return;
    this.#reported = true;
    this.#onSettled(this);
  }

  #scatter(run: Run, replies: readonly Reply[]): void {
    if (run.placeAll(replies)) return;
    for (let i = 0; i < replies.length; i++) {
      const error = run.settle(i, replies[i], this.hostId);
      if (error !== undefined) this.#note(error);
    }
  }

  #repeat(
    run: Run,
    reply: Reply,
    { from, to }: { from: number; to: number },
  ): void {
    if (from === 0 && to > 1 && run.placeSame(reply)) return;
    for (let i = from; i < to; i++) {
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
