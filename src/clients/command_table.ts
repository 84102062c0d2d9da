/**
 * Many commands in little memory.
 *
 * @module
 */

import type { Argument, Reply } from "../values.ts";
import type { Encoder } from "../wire/encoder.ts";
import type { Mergeables } from "./auto_batch.ts";
import { Command, type Settler, settleWith } from "./command.ts";

/** The arguments of a command; a lone one stands for itself. */
type StoredArgs = Argument | readonly Argument[];

const BYTES = 1;
const IDEMPOTENT = 2;
const MAY_HAVE_RUN = 4;

/**
 * Commands in the order of issue, by column. A map keeps a great many of them
 * alive at once, and the collector of garbage copies all that lives: an object
 * for each, with its list of arguments, would double its work.
 */
export class CommandTable implements Mergeables {
  readonly #names: string[] = [];
  readonly #args: StoredArgs[] = [];
  readonly #settlers: Settler[] = [];
  /** Of those commands that have any; most have none. */
  readonly #flags = new Map<number, number>();

  /** How many commands there are. */
  get length(): number {
    return this.#names.length;
  }

  /** Appends a command. */
  push(command: Command): void {
    const { args } = command;
    const flags = flagsOf(command);
    if (flags !== 0) this.#flags.set(this.#names.length, flags);
    this.#names.push(command.name);
    this.#args.push(args.length === 1 ? args[0] : args);
    this.#settlers.push(command.settler);
  }

  /** The command at an index. */
  at(index: number): Command {
    const flags = this.#flags.get(index) ?? 0;
    const command = new Command(
      this.#names[index],
      this.#argsAt(index),
      this.#settlers[index],
      {
        returnUint8Arrays: (flags & BYTES) !== 0,
        idempotent: (flags & IDEMPOTENT) !== 0,
      },
    );
    command.mayHaveRun = (flags & MAY_HAVE_RUN) !== 0;
    return command;
  }

  /** The name of a command. */
  name(index: number): string {
    return this.#names[index];
  }

  /** How many arguments a command has. */
  argCount(index: number): number {
    const args = this.#args[index];
    return isList(args) ? args.length : 1;
  }

  /** One argument of a command. */
  arg(index: number, position: number): Argument {
    const args = this.#args[index];
    return isList(args) ? args[position] : args;
  }

  /** Whether the reply to a command is wanted as bytes. */
  bytes(index: number): boolean {
    return this.#flags.size > 0 &&
      ((this.#flags.get(index) ?? 0) & BYTES) !== 0;
  }

  /** Encodes a command as it is. */
  encode(encoder: Encoder, index: number): void {
    const args = this.#args[index];
    const name = this.#names[index];
    if (isList(args)) {
      encoder.command(name, args);
    } else {
      encoder.header(name, 1);
      encoder.argument(args);
    }
  }

  /** Encodes some commands of one kind as one command. */
  encodeMerged(
    encoder: Encoder,
    name: string,
    { start, count }: { start: number; count: number },
  ): void {
    encoder.header(name, count * this.argCount(start));
    for (let index = start; index < start + count; index++) {
      const args = this.#args[index];
      if (!isList(args)) encoder.argument(args);
      else for (const argument of args) encoder.argument(argument);
    }
  }

  /** Settles a command with its reply; returns the error if that was one. */
  settle(index: number, reply: Reply, hostId: number): Error | undefined {
    return settleWith(this.#settlers[index], this.#names[index], {
      reply,
      hostId,
    });
  }

  /** Notes that a command may have run. */
  doubt(index: number): void {
    this.#flags.set(index, (this.#flags.get(index) ?? 0) | MAY_HAVE_RUN);
  }

  /** Whether any of the commands has a name that fits. */
  some(fits: (name: string) => boolean): boolean {
    return this.#names.some(fits);
  }

  #argsAt(index: number): readonly Argument[] {
    const args = this.#args[index];
    return isList(args) ? args : [args];
  }
}

function flagsOf(command: Command): number {
  return (command.bytes ? BYTES : 0) | (command.idempotent ? IDEMPOTENT : 0) |
    (command.mayHaveRun ? MAY_HAVE_RUN : 0);
}

function isList(args: StoredArgs): args is readonly Argument[] {
  return typeof args === "object" && Array.isArray(args);
}
