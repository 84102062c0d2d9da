/**
 * The run: neighbouring commands of one kind, which take little memory and may
 * travel as one.
 *
 * @module
 */

import {
  type Arguments,
  countOf,
  isList,
  lengthOf,
} from "../commands/arguments.ts";
import { type Outcomes, Rejection } from "../promise.ts";
import type { CommandSpec, Form, Merging, Step } from "../commands/spec.ts";
import { specOf } from "../commands/table.ts";
import type { Argument, Key, Reply } from "../values.ts";
import type { Encoder } from "../wire/resp/encoder.ts";
import {
  ASKING,
  BYTES,
  Command,
  fail,
  isFailure,
  MAY_HAVE_RUN,
  outcomeOf,
  type Resolve,
  type Settler,
  WITH_SOURCE,
} from "./command.ts";

/*
 * A server runs a command to its end before it looks at the next client, so the
 * size of merged commands bounds how long others wait: about 0.2 ms for an MGET
 * of 1,000 small values, and 1 ms for an MSET of 4,000.
 */

/**
 * The most GETs that travel as one MGET. With half as many, servers need a tenth
 * more time for each; with more they need no less, and nobody knows beforehand
 * how large the reply will be.
 */
export const MAX_MERGED_GETS = 1_000;

/**
 * The most SETs that travel as one MSET. With 1,000, servers need a fifth more
 * time for each: what they free in between lies scattered in their memory, and so
 * does what they allocate there.
 */
export const MAX_MERGED_SETS = 4_000;

/** The most bytes of keys and values in one MSET, give or take the last SET. */
export const MAX_MERGED_BYTES = 256 * 1024;

/**
 * What neighbours of one kind travel as.
 *
 * Only plain GETs and SETs of two arguments are merged. A SET with options stays
 * alone, since MSET has none. A GET without a neighbour is an MGET of one key,
 * so that a key of another type reads as null whatever its neighbours are.
 *
 * @param command What the commands are.
 * @param argCount How many arguments each of them has.
 * @returns How they are merged; nothing when they travel one by one.
 */
export function mergingOf(
  { row }: CommandSpec,
  argCount: number,
): Merging | undefined {
  return row.merges?.argCount === argCount ? row.merges : undefined;
}

/** Runs that are not merged are as long as those of GETs, */
const MAX_LENGTH = MAX_MERGED_GETS;

/**
 * unless their commands have that many arguments in all: a list that grows beyond
 * is copied several times over, and room for all of it made for nothing.
 */
const MAX_ARGS = 2 * MAX_MERGED_SETS;

/** The arguments of commands that nobody asks for any more. */
const NONE = Object.freeze([]) as unknown as Argument[];

/** Names the group of a key. */
export type GroupOf = (key: Key) => number;

/** What all commands of a {@linkcode Run} have in common. */
export interface RunKind {
  /** What they are, and what becomes of their replies. */
  readonly form: Form;
  /** How many arguments each has. */
  readonly argCount: number;
  /** What is out of the ordinary about them, in bits. */
  readonly flags: number;
}

/**
 * Commands of one kind that were issued one after the other. A map keeps a great
 * many commands alive at once, and the collector of garbage copies all that
 * lives: here a command is its arguments and its outcome in two lists, and these
 * are short, so that they never have to grow by much. The promise of a command
 * finds its outcome here, unless there is a settler that is to be told.
 */
export class Run implements RunKind, Outcomes {
  readonly form: Form;
  readonly argCount: number;
  readonly flags: number;
  readonly #merging: Merging | undefined;
  /** Whether all of them get the same reply. */
  readonly #sharesReply: boolean;
  /** Names groups, where only what belongs to the same one may be merged. */
  readonly #groupOf: GroupOf | undefined;
  /** Whether so many commands were found to belong to one group. */
  #checked = 0;
  #isOneGroup = true;
  /** Those of all commands, one after the other. */
  #args: Argument[];
  /**
   * Whoever is to be told of an outcome, by the index of the command. Of one that
   * settles a promise of the language it is what resolves that.
   */
  #settlers: (Settler | Resolve | undefined)[] | undefined = undefined;
  /** What has come for the others; an index without anything is pending. */
  #outcomes: readonly unknown[] | undefined = undefined;
  /** How many commands it has. */
  length = 0;
  /** Bytes of the keys and values of a merged SET. */
  #bytes = 0;

  /**
   * @param kind What its commands have in common.
   * @param merging Whether it may travel as one command; a function, where only
   * keys of the same group may.
   * @param capacity For how many commands to make room at once; no more than one
   * takes that is full.
   */
  constructor(
    { form, argCount, flags }: RunKind,
    merging: boolean | GroupOf,
    capacity = 0,
  ) {
    // A list that grows has room for many, and most are issued alone.
    this.#args = new Array((capacity || 1) * argCount);
    this.form = form;
    this.argCount = argCount;
    this.flags = flags;
    this.#merging = merging ? mergingOf(form.command, argCount) : undefined;
    this.#sharesReply = this.#merging?.reply === "same";
    this.#groupOf = typeof merging === "function" ? merging : undefined;
  }

  /**
   * The command that it travels as, if it is merged. A lone SET has nothing to be
   * merged with; of a GET, see {@linkcode mergingOf}.
   */
  get merging(): Merging | undefined {
    if (this.length === 1 && this.#sharesReply) return undefined;
    return this.#groupOf === undefined || this.#agrees(this.#groupOf)
      ? this.#merging
      : undefined;
  }

  /** Whether all keys belong to one group; two that do not end the search. */
  #agrees(groupOf: GroupOf): boolean {
    if (this.#merging === undefined || !this.#isOneGroup) return false;
    if (this.#checked === this.length) return true;
    const group = groupOf(this.#args[0] as Key);
    for (let i = Math.max(1, this.#checked); i < this.length; i++) {
      if (groupOf(this.#args[i * this.argCount] as Key) === group) continue;
      return this.#isOneGroup = false;
    }
    this.#checked = this.length;
    return true;
  }

  /** The name of its commands in capitals. */
  get name(): string {
    return this.form.name;
  }

  /** What it travels as. */
  get travelsAs(): CommandSpec {
    const { merging } = this;
    return merging === undefined ? this.form.command : specOf(merging.as);
  }

  /** Whether somebody is to be told of the outcome of a command. */
  get watched(): boolean {
    return this.#settlers !== undefined;
  }

  /** Whether replies are wanted as bytes. */
  get wantsBytes(): boolean {
    return (this.flags & BYTES) !== 0;
  }

  /** Whether commands are of its kind. */
  isOf(form: Form, argCount: number, flags: number): boolean {
    return this.form === form && this.argCount === argCount &&
      this.flags === flags;
  }

  /** Whether each command follows an ASKING, which has a reply of its own. */
  get isAsking(): boolean {
    return (this.flags & ASKING) !== 0;
  }

  /** Whether it takes no further commands. */
  get full(): boolean {
    return this.#sharesReply
      ? this.length >= MAX_MERGED_SETS || this.#bytes >= MAX_MERGED_BYTES
      : this.length >= MAX_LENGTH || this.length * this.argCount >= MAX_ARGS;
  }

  /** Appends a command of its kind, with whoever is to be told, if anybody. */
  push(
    settler: Settler | undefined,
    args: Arguments,
    second?: Argument,
  ): void {
    const index = this.length++;
    if (settler !== undefined) {
      // There is room for as many as for arguments.
      this.#settlers ??= new Array(this.#args.length / this.argCount | 0);
      this.#settlers[index] = settler.kept ?? settler;
    }
    const from = index * this.argCount;
    if (isList(args)) {
      for (let i = 0; i < args.length; i++) this.#args[from + i] = args[i];
    } else {
      this.#args[from] = args;
      if (second !== undefined) this.#args[from + 1] = second;
    }
    if (this.#sharesReply) {
      this.#bytes += lengthOf(this.#args[from]) +
        lengthOf(this.#args[from + 1]);
    }
  }

  /** The command at an index; `flags` are added to its own. */
  at(index: number, flags = 0): Command {
    const from = index * this.argCount;
    return new Command(
      this.form,
      this.#args.slice(from, from + this.argCount),
      this.#settlerAt(index),
      // Whoever was to take it this one time has had its turn.
      this.flags & ~ASKING | flags,
    );
  }

  /**
   * The group of the command at an index.
   *
   * @param groups Names the group of a key, and that of a command whose key is not
   * told by its place alone.
   */
  groupAt(
    index: number,
    groups: {
      readonly groupOf: GroupOf;
      groupOfCommand(command: Command): number | undefined;
    },
  ): number | undefined {
    const { argCount } = this;
    const { soleKey } = this.form.command;
    return soleKey < 0 || soleKey >= argCount
      ? groups.groupOfCommand(this.at(index))
      : groups.groupOf(this.#args[index * argCount + soleKey] as Key);
  }

  /** Its commands as those who word errors see them. */
  described(mayHaveRun: boolean): Pick<Command, "name" | "mayHaveRun"> {
    const { name, flags } = this;
    return { name, mayHaveRun: mayHaveRun || (flags & MAY_HAVE_RUN) !== 0 };
  }

  /** Rejects a command that gets no reply. */
  reject(index: number, rejection: Rejection): void {
    const settler = this.#settlers?.[index];
    if (settler === undefined) this.#place(index, rejection);
    else fail(settlerOf(settler), rejection.make());
  }

  /** Encodes all of it as the merged command. */
  encodeMerged(encoder: Encoder, name: string): void {
    if (this.isAsking) encoder.command("ASKING", NONE);
    encoder.commandFrom(name, this.#args, 0, this.length * this.argCount);
  }

  /**
   * Encodes commands one by one from an index on, until the encoder holds
   * `limit` bytes.
   *
   * @returns The index of the first one that is not encoded.
   */
  encodeSingly(encoder: Encoder, index: number, limit: number): number {
    const { argCount, length } = this;
    const { name, script, steps } = this.form;
    if (steps !== undefined) {
      return this.#encodeTransactions(encoder, steps, index, limit);
    }
    const withSource = (this.flags & WITH_SOURCE) !== 0;
    const write = (from: number, to: number, limit: number) => {
      const which = { argCount, from, to, limit, withSource };
      return script === undefined
        ? encoder.commandsFrom(name, this.#args, which)
        : encoder.scriptsFrom(script, this.#args, which);
    };
    if (!this.isAsking) return write(index, length, limit);
    while (index < length && encoder.length < limit) {
      encoder.command("ASKING", NONE);
      // It does not leave without the command behind it.
      index = write(index, index + 1, Infinity);
    }
    return index;
  }

  /** None of them leaves in part: MULTI without EXEC would hold what follows. */
  #encodeTransactions(
    encoder: Encoder,
    steps: readonly Step[],
    index: number,
    limit: number,
  ): number {
    const { argCount, length } = this;
    for (; index < length && encoder.length < limit; index++) {
      encoder.command("MULTI", NONE);
      let from = index * argCount;
      for (const { form, args } of steps) {
        encoder.commandFrom(form.name, this.#args, from, args.length);
        from += args.length;
      }
      encoder.command("EXEC", NONE);
    }
    return index;
  }

  /**
   * Settles a command with its reply.
   *
   * @returns The error, if the reply was one.
   */
  settle(index: number, reply: Reply, hostId: number): Error | undefined {
    if (isObject(reply) || this.form.reader !== undefined) {
      return this.#settleRead(index, reply, hostId);
    }
    // Text, numbers and null: nearly all there are.
    const settler = this.#settlers?.[index];
    if (settler === undefined) this.#place(index, reply);
    else succeed(settler, reply);
    return undefined;
  }

  /** The same for a reply that has to be looked at. */
  #settleRead(index: number, reply: Reply, hostId: number): Error | undefined {
    const outcome = outcomeOf(this.form, reply, hostId);
    const settler = this.#settlers?.[index];
    if (isFailure(outcome)) {
      if (settler === undefined) this.#place(index, rejectedWith(outcome));
      else fail(settlerOf(settler), outcome);
      return outcome;
    }
    if (settler === undefined) this.#place(index, outcome);
    else succeed(settler, outcome);
    return undefined;
  }

  /**
   * Settles all commands with the replies of a list, which stays here, if nobody
   * has to be told and nothing in it has to be looked at.
   *
   * @returns Whether that was so; otherwise nothing has happened.
   */
  placeAll(replies: readonly Reply[]): boolean {
    if (this.#settlers !== undefined || this.form.reader !== undefined) {
      return false;
    }
    if (replies.some(isObject)) return false;
    this.#outcomes = replies;
    return true;
  }

  /** The same with one reply for all of them. */
  placeSame(reply: Reply): boolean {
    if (this.#settlers !== undefined || this.form.reader !== undefined) {
      return false;
    }
    if (isObject(reply)) return false;
    this.#outcomes = new Array(this.length).fill(reply);
    return true;
  }

  /** Lets go of the arguments: no command will be asked for any more. */
  drop(): void {
    this.#args = NONE;
  }

  outcomeAt(index: number): unknown {
    return this.#outcomes?.[index];
  }

  watch(index: number, promise: Settler): void {
    (this.#settlers ??= [])[index] = promise;
  }

  /** Whoever is to be told, or what puts the outcome in its place. */
  #settlerAt(index: number): Settler {
    const settler = this.#settlers?.[index];
    if (settler !== undefined) return settlerOf(settler);
    return {
      resolve: (reply) => {
        const settler = this.#settlers?.[index];
        if (settler === undefined) this.#place(index, reply);
        else settlerOf(settler).resolve(reply);
      },
      reject: (reason) => {
        const settler = this.#settlers?.[index];
        if (settler === undefined) {
          this.#place(index, new Rejection(() => reason));
        } else settlerOf(settler).reject(reason);
      },
    };
  }

  #place(index: number, outcome: unknown): void {
    const outcomes = this.#outcomes ??= new Array(this.length);
    (outcomes as unknown[])[index] = outcome;
  }
}

/** A command on its own, until it gets its place in a batch. */
export function runOfOne(
  { form, args, second, settler, flags }: Pick<RunKind, "form" | "flags"> & {
    readonly args: Arguments;
    readonly second: Argument | undefined;
    readonly settler: Settler | undefined;
  },
): Run {
  const argCount = countOf(args, second);
  const run = new Run({ form, argCount, flags }, false);
  run.push(settler, args, second);
  return run;
}

function isObject(reply: Reply): boolean {
  return typeof reply === "object" && reply !== null;
}

/** Stands apart, since a variable that a function keeps costs every call. */
function rejectedWith(reason: unknown): Rejection {
  return new Rejection(() => reason);
}

/** What resolves the promise that was made last. */
let newest: Resolve;

const note = (resolve: Resolve) => {
  newest = resolve;
};

/** A promise, which the {@linkcode NativeSettler} that is made next settles. */
export function newPromise(): Promise<Reply> {
  return new Promise(note);
}

/**
 * Settles a promise of the language, the one that was made last. Of what the
 * language makes for that it needs one function alone: whatever lives until its
 * reply is there is copied by the collector of garbage, where there are many calls
 * under `Promise.all`.
 */
export class NativeSettler implements Settler {
  readonly resolve: Resolve;

  /** @param resolve What resolves another promise than the one made last. */
  constructor(resolve?: Resolve) {
    this.resolve = resolve ?? newest;
    // It would keep the promise, and that its value.
    if (resolve === undefined) newest = ignore;
  }

  get kept(): Resolve {
    return this.resolve;
  }

  /** Rejects it, by way of another promise, which nobody else has to look at. */
  reject(reason: unknown): void {
    const rejected = Promise.reject(reason);
    rejected.catch(ignore);
    this.resolve(rejected);
  }
}

function ignore(): void {}

function settlerOf(settler: Settler | Resolve): Settler {
  return typeof settler === "function" ? new NativeSettler(settler) : settler;
}

/** Resolves the promise of a command. */
export function succeed(settler: Settler | Resolve, value: Reply): void {
  if (typeof settler === "function") return settler(value);
  try {
    settler.resolve(value);
  } catch {
    // Its owner settled it by hand, which is no concern of the connection.
  }
}
