/**
 * Gives the prototypes of the clients their methods.
 *
 * @module
 */

import type { Arguments } from "../commands/arguments.ts";
import { METHODS } from "../commands/method_table.ts";
import type { MethodRow, Readers } from "../commands/methods.ts";
import { type Script, scriptCall } from "../commands/script.ts";
import type { Form } from "../commands/spec.ts";
import { specOf } from "../commands/table.ts";
import { reasonNotToShare } from "../commands/traits.ts";
import { needsConnection } from "../delivery/issue.ts";
import type { Argument, Key } from "../values.ts";
import { COMMAND_METHODS } from "./redis_surface.ts";

/** What the methods call; every client has it. */
export interface CommandTarget {
  /** Issues a command whose arguments stand as they are. */
  issue(form: Form, args: Argument[]): unknown;
  /**
   * The same for a command whose first argument is its only key and about which
   * nothing else is out of the ordinary. One or two arguments need no list.
   */
  issueByKey(form: Form, args: Arguments, second?: Argument): unknown;
  /** Calls a method of the surface, which makes the command. */
  translate(method: string, args: unknown[]): unknown;
  /** Fails, the way in which all commands of the client fail. */
  refuse(error: unknown): unknown;
}

/**
 * Adds one method for each row of the table, and one for each command that a
 * later `@db/redis` has beyond it, unless the prototype has it already. An
 * ordinary prototype rather than a Proxy: stack traces, completion and the speed
 * of a plain call stay.
 *
 * @param prototype What gets the methods.
 * @param records Whether they give records and pairs where replies are lists.
 */
export function installCommands(
  prototype: CommandTarget,
  records = false,
): void {
  for (const name of new Set([...METHODS.keys(), ...COMMAND_METHODS])) {
    if (Object.hasOwn(prototype, name)) continue;
    const row = METHODS.get(name);
    const value = row === undefined
      ? translatedMethod(name)
      : row.alone === true
      ? refusedMethod(name, row)
      : methodOf(name, row, records);
    define(prototype, name, value);
  }
  define(prototype, "run", run);
}

function define(prototype: object, name: string, value: unknown): void {
  Object.defineProperty(prototype, name, {
    value,
    configurable: true,
    writable: true,
  });
}

/** Runs a script. */
function run(
  this: CommandTarget,
  script: Script,
  keys?: readonly Key[],
  args?: readonly Argument[],
): unknown {
  try {
    const call = scriptCall(script, keys, args);
    return this.issue(call.form, call.args);
  } catch (error) {
    return this.refuse(error);
  }
}

function refusedMethod(name: string, row: MethodRow) {
  const [command, ...words] = row.command.split(" ");
  const reason = reasonNotToShare(specOf(command), words) ??
    "it gathers commands for one server, as a map does for all of them";
  return function (this: CommandTarget): unknown {
    return this.refuse(needsConnection(name, reason));
  };
}

function translatedMethod(name: string) {
  return function (this: CommandTarget, ...args: unknown[]): unknown {
    return this.translate(name, args);
  };
}

/** What a method is made from, looked up once. */
interface Maker {
  readonly name: string;
  readonly row: MethodRow;
  readonly records: boolean;
  /** Its form, unless a call says otherwise. */
  readonly form: Form;
  /** The subcommand, which goes before all arguments. */
  readonly prefix: readonly Argument[];
}

function methodOf(name: string, row: MethodRow, records: boolean) {
  const [command, ...prefix] = row.command.split(" ");
  const form = formOf(command, row, records);
  const maker: Maker = { name, row, records, form, prefix };
  const general = generalMethod(maker);
  if (prefix.length > 0 || row.plain < 1) return general;
  if (row.min <= 1 && form.isPlain(1) && row.max === 1) {
    return methodOfOne(form, general);
  }
  if (row.min === 2 && form.isPlain(2) && row.plain === 2) {
    return methodOfTwo(form, general);
  }
  return general;
}

function formOf(command: string, readers: Readers, records: boolean): Form {
  const reader = records ? readers.records ?? readers.reader : readers.reader;
  return specOf(command).form(reader, readers.bytes);
}

/** Any method: arguments without a meaning at the end are none. */
function generalMethod(maker: Maker) {
  const { row, prefix } = maker;
  const { command } = maker.form;
  return function (this: CommandTarget, ...given: unknown[]): unknown {
    let { form } = maker;
    let args: Argument[];
    try {
      // Of a list of any length, each is meant.
      while (
        given.length > row.min && row.max < Infinity &&
        (given.at(-1) === undefined || given.at(-1) === null)
      ) given.pop();
      if (given.length < row.min || given.length > row.max) {
        throw wrongCount(maker, given.length);
      }
      if (given.length <= row.plain && areScalars(given)) {
        args = given;
      } else if (row.make === undefined) {
        // What is wrong with them is said where they are checked.
        args = given as Argument[];
      } else {
        const made = row.make(...given as never[]);
        if (Array.isArray(made)) args = made;
        else {
          args = made.args;
          form = formOf(command.name, made, maker.records);
        }
      }
    } catch (error) {
      return this.refuse(error);
    }
    if (prefix.length > 0) args = [...prefix, ...args];
    return form.isPlain(args.length)
      ? this.issueByKey(form, args)
      : this.issue(form, args);
  };
}

/*
 * The methods with one or two arguments are called most often: without a rest
 * parameter they make no list.
 */

/** As they are: to spread them would take longer than the rest of a call. */
const listOfArguments = (given: IArguments) => given as unknown as unknown[];

type AnyMethod = (this: CommandTarget, ...args: unknown[]) => unknown;

function methodOfOne(form: Form, general: AnyMethod) {
  return function (this: CommandTarget, key?: unknown): unknown {
    return arguments.length === 1 && isScalar(key)
      ? this.issueByKey(form, key)
      : general.apply(this, listOfArguments(arguments));
  };
}

function methodOfTwo(form: Form, general: AnyMethod) {
  return function (
    this: CommandTarget,
    key?: unknown,
    other?: unknown,
  ): unknown {
    // Of itself, an undefined one would pass for none at all.
    return arguments.length === 2 && other !== undefined && isScalar(key) &&
        isScalar(other)
      ? this.issueByKey(form, key, other)
      : general.apply(this, listOfArguments(arguments));
  };
}

function wrongCount({ name, row }: Maker, count: number): TypeError {
  const { min, max } = row;
  const expected = max === Infinity
    ? `at least ${min}`
    : min === max
    ? `${min}`
    : `${min} to ${max}`;
  const noun = count === 1 ? "argument" : "arguments";
  // Other clients take the words of the server one by one.
  const hint = count > max && min < max && row.make !== undefined
    ? ", options together in one object"
    : "";
  return new TypeError(
    `Cannot call "${name}" with ${count} ${noun}: it takes ${expected}${hint}`,
  );
}

/**
 * Whether no argument is an options object or a list. What else is wrong with
 * them is found out where they are checked.
 */
function areScalars(args: unknown[]): args is Argument[] {
  for (const argument of args) {
    if (!isScalar(argument)) return false;
  }
  return true;
}

function isScalar(argument: unknown): argument is Argument {
  return typeof argument !== "object" || argument instanceof Uint8Array;
}
