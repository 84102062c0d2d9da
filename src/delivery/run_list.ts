/**
 * The commands of a batch in runs, and how far each has come.
 *
 * @module
 */

import type { Argument } from "../values.ts";
import type { Encoder } from "../wire/resp/encoder.ts";
import {
  type Arguments,
  type Command,
  countOf,
  MAY_HAVE_RUN,
  type Settler,
} from "./command.ts";
import { Run } from "./run.ts";

/**
 * Commands in the order of issue, with two cursors: the next to be encoded and,
 * behind it, the next to be answered.
 */
export class RunList {
  readonly #merging: boolean;
  readonly #runs: Run[] = [];
  /** The run that still grows. */
  #last: Run | undefined = undefined;
  #length = 0;
  #sent = 0;
  #answered = 0;
  #doubted = 0;
  /** The run, and the command in it, that is encoded next, */
  #sendRun = 0;
  #sendIndex = 0;
  /** and that gets the next reply. */
  #answerRun = 0;
  #answerIndex = 0;

  /** @param merging Whether runs may travel as one command. */
  constructor(merging: boolean) {
    this.#merging = merging;
  }

  /** How many commands there are. */
  get length(): number {
    return this.#length;
  }

  /** How many of them are encoded. */
  get sent(): number {
    return this.#sent;
  }

  /** How many of them have their reply. */
  get answered(): number {
    return this.#answered;
  }

  /** Whether somebody is to be told of the outcome of a command. */
  get watched(): boolean {
    return this.#runs.some((run) => run.watched);
  }

  /** Whether the next reply is wanted as bytes. */
  get wantsBytes(): boolean {
    return this.#sent > this.#answered &&
      this.#runs[this.#answerRun].wantsBytes;
  }

  /** Appends a command; it is the last one of the run. */
  push(
    name: string,
    args: Arguments,
    settler: Settler | undefined,
    flags: number,
    second?: Argument,
  ): Run {
    const argCount = countOf(args, second);
    let run = this.#last;
    const isOfKind = run?.isOf(name, argCount, flags) === true;
    if (run === undefined || !isOfKind || run.full) {
      // Where one run was full, the next one will be.
      const capacity = isOfKind ? run?.length : 0;
      run = new Run({ name, argCount, flags }, this.#merging, capacity);
      this.#last = run;
      this.#runs.push(run);
    }
    run.push(settler, args, second);
    this.#length++;
    return run;
  }

  /**
   * Encodes further commands until the encoder holds `limit` bytes.
   *
   * @param whole Whether no command will follow; otherwise the last run waits.
   * @returns How many replies they will get.
   */
  encode(encoder: Encoder, limit: number, whole: boolean): number {
    const end = whole ? this.#runs.length : this.#runs.length - 1;
    let frames = 0;
    while (this.#sendRun < end && encoder.length < limit) {
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
      if (this.#sendIndex === length) {
        this.#sendRun++;
        this.#sendIndex = 0;
      }
    }
    return frames;
  }

  /** The run of the command that gets the next reply, */
  get nextRun(): Run {
    return this.#runs[this.#answerRun];
  }

  /** and its index in there. */
  get nextIndex(): number {
    return this.#answerIndex;
  }

  /** Notes that so many commands of the next run are answered. */
  advance(count: number): void {
    this.#answered += count;
    this.#answerIndex += count;
    if (this.#answerIndex < this.nextRun.length) return;
    this.nextRun.drop();
    this.#answerRun++;
    this.#answerIndex = 0;
  }

  /** Notes that what was sent and has no reply may have run. */
  doubt(): void {
    this.#doubted = this.#sent;
  }

  /**
   * Takes the commands without a reply, in order, and says whether each was
   * sent.
   */
  *unanswered(): Generator<[command: Command, sent: boolean]> {
    const sent = this.#sent;
    const doubted = this.#doubted;
    let place = this.#answered;
    let index = this.#answerIndex;
    for (const run of this.#runs.slice(this.#answerRun)) {
      for (; index < run.length; index++, place++) {
        const flags = place < doubted ? MAY_HAVE_RUN : 0;
        yield [run.at(index, flags), place < sent];
      }
      index = 0;
      run.drop();
    }
  }

  /** Counts its commands by their names. */
  countNames(counts: Record<string, number>): void {
    for (const { name, length } of this.#runs) {
      counts[name] = (counts[name] ?? 0) + length;
    }
  }

  /** Counts those of its commands that have their reply by their names. */
  countAnswered(counts: Record<string, number>): void {
    this.#runs.slice(0, this.#answerRun + 1).forEach((run, index) => {
      const { name } = run;
      const whole = index < this.#answerRun;
      counts[name] = (counts[name] ?? 0) +
        (whole ? run.length : this.#answerIndex);
    });
  }
}
