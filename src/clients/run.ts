/**
 * The run: neighbouring commands of one kind, which take little memory and may
 * travel as one.
 *
 * @module
 */

import type { Argument, Reply } from "../values.ts";
import type { Encoder } from "../wire/encoder.ts";
import { MAX_MERGED, MAX_MERGED_BYTES, mergedName } from "./auto_batch.ts";
import {
  type Arguments,
  BYTES,
  Command,
  isList,
  type Settler,
  settleWith,
} from "./command.ts";
import { lengthOf } from "./command_size.ts";

/** Runs that are not merged are no longer than those that are. */
const MAX_LENGTH = MAX_MERGED;

/** The most arguments for which room is made at once. */
const MAX_ROOM = 4 * MAX_LENGTH;

/** What all commands of a {@linkcode Run} have in common. */
export interface RunKind {
  /** The name in capitals. */
  readonly name: string;
  /** How many arguments each has. */
  readonly argCount: number;
  /** What is out of the ordinary about them, in bits. */
  readonly flags: number;
}

/**
 * Commands of one kind that were issued one after the other. A map keeps a great
 * many commands alive at once, and the collector of garbage copies all that
 * lives: here a command is its arguments and its promise in two lists, and these
 * are short, so that they never have to grow by much.
 */
export class Run implements RunKind {
  readonly name: string;
  readonly argCount: number;
  readonly flags: number;
  readonly #mergedName: string | undefined;
  /** Those of all commands, one after the other. */
  readonly #args: Argument[];
  readonly #settlers: Settler[];
  /** How many commands it has. */
  length = 0;
  /** Bytes of the values of a merged SET. */
  #bytes = 0;

  /**
   * @param kind What its commands have in common.
   * @param merging Whether it may travel as one command.
   * @param capacity For how many commands to make room at once.
   */
  constructor(
    { name, argCount, flags }: RunKind,
    merging: boolean,
    capacity = 0,
  ) {
    this.#args = new Array(Math.min(capacity * argCount, MAX_ROOM));
    this.#settlers = new Array(capacity);
    this.name = name;
    this.argCount = argCount;
    this.flags = flags;
    this.#mergedName = merging ? mergedName(name, argCount) : undefined;
  }

  /**
   * The command that it travels as, if it is merged. A lone SET has nothing to be
   * merged with; of a GET, see {@linkcode mergedName}.
   */
  get mergedName(): string | undefined {
    return this.length === 1 && this.#mergedName === "MSET"
      ? undefined
      : this.#mergedName;
  }

  /** Whether replies are wanted as bytes. */
  get wantsBytes(): boolean {
    return (this.flags & BYTES) !== 0;
  }

  /** Whether commands are of its kind. */
  isOf(name: string, argCount: number, flags: number): boolean {
    return this.name === name && this.argCount === argCount &&
      this.flags === flags;
  }

  /** Whether it takes no further commands. */
  get full(): boolean {
    return this.length >= MAX_LENGTH || this.#bytes >= MAX_MERGED_BYTES;
  }

  /** Appends a command of its kind. */
  push(settler: Settler, args: Arguments, second?: Argument): void {
    const index = this.length++;
    this.#settlers[index] = settler;
    const from = index * this.argCount;
    if (isList(args)) {
      for (let i = 0; i < args.length; i++) this.#args[from + i] = args[i];
    } else {
      this.#args[from] = args;
      if (second !== undefined) this.#args[from + 1] = second;
    }
    if (this.#mergedName === "MSET") {
      this.#bytes += lengthOf(this.#args[from + 1]);
    }
  }

  /** The command at an index; `flags` are added to its own. */
  at(index: number, flags = 0): Command {
    const from = index * this.argCount;
    return new Command(
      this.name,
      this.#args.slice(from, from + this.argCount),
      this.#settlers[index],
      this.flags | flags,
    );
  }

  /** Encodes all of it as the merged command. */
  encodeMerged(encoder: Encoder, name: string): void {
    encoder.part(name, this.#args, 0, this.length * this.argCount);
  }

  /**
   * Encodes commands one by one from an index on, until the encoder holds
   * `limit` bytes.
   *
   * @returns The index of the first one that is not encoded.
   */
  encodeSingly(encoder: Encoder, index: number, limit: number): number {
    const { name, argCount, length } = this;
    while (index < length && encoder.length < limit) {
      encoder.part(name, this.#args, index * argCount, argCount);
      index++;
    }
    return index;
  }

  /**
   * Settles a command with its reply.
   *
   * @returns The error, if the reply was one.
   */
  settle(index: number, reply: Reply, hostId: number): Error | undefined {
    const settler = this.#settlers[index];
    if (typeof reply === "object" && reply !== null) {
      return settleWith(settler, reply, { name: this.name, hostId });
    }
    // Text, numbers and null: nearly all there are.
    try {
      settler.resolve(reply);
    } catch {
      // Its owner settled it by hand, which is no concern of the connection.
    }
    return undefined;
  }
}
