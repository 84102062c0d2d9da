/**
 * How a method of a client makes a command of its arguments.
 *
 * @module
 */

import type { Argument } from "../values.ts";
import type { ReplyReader } from "./spec.ts";

/** What becomes of the reply to a method. */
export interface Readers {
  /** What the method promises; without it the reply stays as it is. */
  readonly reader?: ReplyReader;
  /** The same for clients that ask for records; without it `reader` holds. */
  readonly records?: ReplyReader;
  /**
   * Whether text in the reply is read as bytes.
   *
   * @default {false}
   */
  readonly bytes?: boolean;
}

/** The arguments of a command whose reply depends on how it was called. */
export interface Call extends Readers {
  /** The arguments. */
  readonly args: Argument[];
}

/**
 * Makes the arguments of a command from those of its method. Each has parameters
 * of its own, and checks what it is given.
 */
export type Make = (...args: never[]) => Argument[] | Call;

/** One method. */
export interface MethodRow extends Readers {
  /** The command in capitals, a subcommand behind a blank. */
  readonly command: string;
  /** The fewest arguments of the method, */
  readonly min: number;
  /** and the most. */
  readonly max: number;
  /**
   * How many of them, if they are no objects, are those of the command as they
   * stand; with more of them `make` is called.
   */
  readonly plain: number;
  /** Makes those of the command. */
  readonly make?: Make;
  /**
   * Whether it needs a connection of its own, so that clients that share theirs
   * refuse it.
   *
   * @default {false}
   */
  readonly alone?: boolean;
}

/** A row for each method of an interface. */
export type MethodRows<I> = { readonly [M in keyof I]: MethodRow };

/** Rows of methods that no client has that shares its connections. */
export type AloneRows = Readonly<Record<string, MethodRow>>;

/**
 * A method whose arguments are those of the command.
 *
 * @param command The command.
 * @param min The fewest arguments,
 * @param max and the most.
 * @param readers What becomes of its reply.
 */
export function plain(
  command: string,
  min: number,
  max = min,
  readers: Readers = {},
): MethodRow {
  return { command, min, max, plain: max, ...readers };
}

/**
 * A method whose arguments are made into those of the command.
 *
 * @param command The command.
 * @param min The fewest arguments of the method; the most are what `make` takes.
 * @param make Makes those of the command.
 * @param readers What becomes of its reply, and with how many arguments (none of
 * which is an object) it is as if it were plain.
 */
export function made(
  command: string,
  min: number,
  make: Make,
  { plain = -1, max = make.length, ...readers }: Readers & {
    plain?: number;
    max?: number;
  } = {},
): MethodRow {
  return { command, min, max, plain, make, ...readers };
}

/**
 * A method that needs a connection of its own, whatever its arguments are.
 *
 * @param command The command that does; empty where several go together.
 */
export function alone(command: string): MethodRow {
  return { command, min: 0, max: Infinity, plain: -1, alone: true };
}

/**
 * A method whose last arguments may also stand in one list, however long it is.
 *
 * @param command The command.
 * @param fixed How many arguments stand before them.
 * @param min The fewest arguments, when they are listed one by one.
 */
export function listed(
  command: string,
  fixed: number,
  min = fixed,
  readers: Readers = {},
): MethodRow {
  const make = (...given: Argument[]) => {
    const list: unknown = given[fixed];
    if (!Array.isArray(list) || given.length > fixed + 1) return given;
    return [...given.slice(0, fixed), ...list];
  };
  return { command, min, max: Infinity, plain: Infinity, make, ...readers };
}

/**
 * A method whose last arguments are pairs: two arguments, lists of two, a record
 * or a Map.
 *
 * @param command The command.
 * @param fixed How many arguments stand before them.
 */
export function paired(
  command: string,
  fixed: number,
  readers: Readers = {},
): MethodRow {
  const make = (...given: Argument[]) => {
    const first: unknown = given[fixed];
    if (isRecord(first)) {
      const args = given.slice(0, fixed);
      // What stands behind a record, and what is no pair, is said where the
      // arguments are checked.
      if (given.length > fixed + 1 && !Array.isArray(first)) return given;
      for (let i = fixed; i < given.length; i++) pushPairs(args, given[i]);
      if (args.length > fixed) return args;
      throw new TypeError(
        `Cannot issue "${command}": it was given no keys or fields`,
      );
    }
    return given;
  };
  return {
    command,
    min: fixed + 1,
    max: Infinity,
    plain: Infinity,
    make,
    ...readers,
  };
}

/** Adds a pair, or those of a record or a Map. */
export function pushPairs(args: Argument[], pairs: unknown): void {
  if (Array.isArray(pairs)) {
    if (pairs.length !== 2) {
      throw new TypeError(
        `A pair has 2 elements: one of the arguments has ${pairs.length}`,
      );
    }
    args.push(pairs[0], pairs[1]);
  } else if (pairs instanceof Map) {
    for (const [name, value] of pairs) args.push(name, value);
  } else if (isRecord(pairs)) {
    for (const name of Object.keys(pairs)) args.push(name, pairs[name]);
  } else {
    throw new TypeError("A pair is a list of 2 elements: one stands without");
  }
}

/** Whether a value has pairs: a list, a Map, or an object with fields. */
function isRecord(value: unknown): value is Record<string, Argument> {
  return typeof value === "object" && value !== null &&
    !ArrayBuffer.isView(value);
}
