/**
 * The commands of a batch, in runs, with two cursors over them: the next one to be
 * encoded, and the next one to be answered.
 *
 * @module
 */

import type { Form } from "../commands/spec.ts";
import type { Encoder } from "../wire/resp/encoder.ts";
import { type Command, MAY_HAVE_RUN } from "./command.ts";
import { type Grouping, GroupPlaces } from "./group_places.ts";
import type { Run } from "./run.ts";

/** The commands of a run from an index on, which have no reply. */
export interface Rest {
  readonly run: Run;
  readonly from: number;
  /** The index of the first one that was not sent, */
  readonly sent: number;
  /** and of the first one that is not in doubt from an earlier attempt. */
  readonly doubted: number;
}

/** A command without a reply. */
export interface Unanswered {
  readonly command: Command;
  readonly progress: "sent" | "unsent";
}

/** The runs of a batch that has none yet. */
const NONE: Run[] = [];

/** Runs in the order of issue. The last one may grow. */
export class RunQueue {
  /** How many commands there are in the runs, */
  length = 0;
  /** how many of them are encoded, */
  encoded = 0;
  /** and how many have their reply. */
  answered = 0;
  /** The run that still grows; none if there are no commands. */
  last: Run | undefined = undefined;
  /** How many may have run before they were taken off a connection. */
  #doubted = 0;
  #runs: Run[] = NONE;
  /** The run, and the command in it, that is encoded next, */
  #sendRun = 0;
  #sendIndex = 0;
  /** and that gets the next reply. */
  #answerRun = 0;
  #answerIndex = 0;
  /** Which groups its commands belong to, once somebody has asked. */
  #groupPlaces: GroupPlaces | undefined = undefined;

  /** The runs themselves; those that are answered have no arguments any more. */
  get runs(): readonly Run[] {
    return this.#runs;
  }

  /** The run that the next reply is for, */
  get current(): Run {
    return this.#runs[this.#answerRun];
  }

  /** and the index of the command in it. */
  get index(): number {
    return this.#answerIndex;
  }

  /** Adds a run without commands, which grows from now on. */
  add(run: Run): void {
    // A list that grows has room for many, and most batches have one.
    if (this.#runs.length === 0) this.#runs = [run];
    else this.#runs.push(run);
    this.last = run;
  }

  /**
   * Encodes further commands until the encoder holds `limit` bytes.
   *
   * @param grows Whether the last run waits, as it grows.
   * @returns How many frames there are to be answered.
   */
  encode(encoder: Encoder, limit: number, grows: boolean): number {
    const runs = this.#runs;
    const end = grows ? runs.length - 1 : runs.length;
    let frames = 0;
    while (this.#sendRun < end && encoder.length < limit) {
      const run = runs[this.#sendRun];
      const from = this.#sendIndex;
      const { length, merging } = run;
      if (merging === undefined) {
        this.#sendIndex = run.encodeSingly(encoder, from, limit);
        frames += (this.#sendIndex - from) *
          (run.isAsking ? run.form.frames + 1 : run.form.frames);
      } else {
        run.encodeMerged(encoder, merging.as);
        this.#sendIndex = length;
        frames += run.isAsking ? 2 : 1;
      }
      this.encoded += this.#sendIndex - from;
      if (this.#sendIndex === length) {
        this.#sendRun++;
        this.#sendIndex = 0;
      }
    }
    return frames;
  }

  /** Notes that so many commands of the current run are answered. */
  advance(count: number): void {
    const run = this.#runs[this.#answerRun];
    this.answered += count;
    this.#answerIndex += count;
    if (this.#answerIndex < run.length) return;
    run.drop();
    this.#answerRun++;
    this.#answerIndex = 0;
  }

  /** Notes that what was sent and has no reply may have run. */
  doubt(): void {
    this.#doubted = this.encoded;
  }

  /** What was sent and has no reply is encoded again. */
  unsend(): void {
    this.encoded = this.answered;
    this.#sendRun = this.#answerRun;
    this.#sendIndex = this.#answerIndex;
  }

  /** What is to be added to the flags of a command of the current run. */
  flagsAt(index: number): number {
    const place = this.answered + index - this.#answerIndex;
    return place < this.#doubted ? MAY_HAVE_RUN : 0;
  }

  /** What has no reply, in order. */
  rest(): Rest[] {
    let from = this.#answerIndex;
    let place = this.answered - from;
    return this.#runs.slice(this.#answerRun).map((run) => {
      const sent = this.encoded - place;
      const rest = { run, from, sent, doubted: this.#doubted - place };
      place += run.length;
      from = 0;
      return rest;
    });
  }

  /**
   * Takes the commands without a reply out of their runs, in order.
   */
  unanswered(): Unanswered[] {
    const back: Unanswered[] = [];
    for (const { run, from, sent, doubted } of this.rest()) {
      for (let i = from; i < run.length; i++) {
        back.push({
          command: run.at(i, i < doubted ? MAY_HAVE_RUN : 0),
          progress: i < sent ? "sent" : "unsent",
        });
      }
      run.drop();
    }
    return back;
  }

  /** Takes out of its runs what was sent and may still change something. */
  changing(): Command[] {
    const commands: Command[] = [];
    for (const { run, from, sent } of this.rest()) {
      const end = run.form.command.reads ? 0 : Math.min(sent, run.length);
      for (let i = from; i < end; i++) commands.push(run.at(i));
      run.drop();
    }
    return commands;
  }

  /**
   * Whether any command without a reply belongs to a group.
   *
   * @param grouping Names groups; as long as it stays the same, each command is
   * looked at once.
   * @param refused Commands that are in no run any more.
   */
  holds(
    group: number,
    grouping: Grouping & { readonly groupsStay: boolean },
    refused: readonly { readonly command: Command }[],
  ): boolean {
    const places = grouping.groupsStay
      ? this.#groupPlaces ??= new GroupPlaces(grouping)
      : new GroupPlaces(grouping);
    return places.hasApart(group, refused) ||
      places.has(group, this.#runs, {
        run: this.#answerRun,
        index: this.#answerIndex,
        place: this.answered,
      });
  }

  /** Commands that are in no run any more are others from now on. */
  forgetGroups(): void {
    this.#groupPlaces = undefined;
  }

  /** Adds how many commands of each name there are, but for those of one form. */
  countNames(counts: Record<string, number>, except: Form): void {
    for (const { name, length, form } of this.#runs) {
      if (form === except) continue;
      counts[name] = (counts[name] ?? 0) + length;
    }
  }

  /** Lets go of all runs. */
  clear(): void {
    this.#runs = [];
    this.last = undefined;
    this.#groupPlaces = undefined;
    this.length =
      this.encoded =
      this.answered =
      this.#doubted =
        0;
    this.#sendRun = this.#sendIndex = 0;
    this.#answerRun = this.#answerIndex = 0;
  }
}
