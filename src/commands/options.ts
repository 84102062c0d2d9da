/**
 * The options of commands, each understood or refused by its name.
 *
 * @module
 */

import type { Argument } from "../values.ts";

/** An object with options, as a caller gave it. */
export type Options = Readonly<Record<string, unknown>>;

/** The options that a method takes, by their names. */
export class OptionNames {
  readonly #method: string;
  readonly #names: ReadonlySet<string>;

  /**
   * @param method The method, for the errors.
   * @param names The names, with blanks between them.
   */
  constructor(method: string, names: string) {
    this.#method = method;
    this.#names = new Set(names.split(" "));
  }

  /**
   * The options, if they are an object that has no others.
   *
   * @param options What the caller gave.
   * @returns The options; nothing if there are none.
   * @throws {TypeError} If they are no object, or one of them is unknown.
   */
  check(options: unknown): Options | undefined {
    if (options === undefined || options === null) return undefined;
    if (
      typeof options !== "object" || Array.isArray(options) ||
      ArrayBuffer.isView(options)
    ) {
      throw new TypeError(
        `The options of "${this.#method}" are not an object: there are ${this.#list}`,
      );
    }
    for (const name in options) {
      if (!this.#names.has(name)) {
        throw new TypeError(
          `Unknown option "${name}" of "${this.#method}": there are ${this.#list}`,
        );
      }
    }
    return options as Options;
  }

  /** Whether an option that is on or off is on. */
  isOn(options: Options, name: string): boolean {
    const value = options[name];
    if (value === undefined || value === null || value === false) return false;
    if (value === true) return true;
    throw new TypeError(
      `The option "${name}" of "${this.#method}" is not true or false`,
    );
  }

  /**
   * The word of an option that is one of some words.
   *
   * @returns The word in capitals; nothing if it is not given.
   */
  word(options: Options, name: string, words: string): string | undefined {
    const value = options[name];
    if (value === undefined || value === null) return undefined;
    const word = typeof value === "string" ? value.toUpperCase() : "";
    if (words.split(" ").includes(word)) return word;
    throw new TypeError(
      `The option "${name}" of "${this.#method}" is none of ${words}`,
    );
  }

  /**
   * An option that is an object itself.
   *
   * @param members The names it has, with blanks between them.
   * @returns The object; nothing if it is not given.
   */
  object(options: Options, name: string, members: string): Options | undefined {
    const value = options[name];
    if (value === undefined || value === null) return undefined;
    const names = members.split(" ");
    const isWhole = typeof value === "object" &&
      names.every((member) => Reflect.get(value, member) !== undefined) &&
      Object.keys(value).every((member) => names.includes(member));
    if (isWhole) return value as Options;
    throw new TypeError(
      `The option "${name}" of "${this.#method}" is no object of ${
        names.join(" and ")
      }`,
    );
  }

  /**
   * Which option is the only one: most calls have no other, and need no list that
   * grows.
   *
   * @param names Options that travel as a word and their value.
   * @returns The one of these; nothing where it is another one, or where there are
   * several.
   */
  lone<N extends readonly [name: string, word: string, isFlag: false]>(
    options: Options,
    names: readonly N[],
  ): N | undefined {
    let only: string | undefined = undefined;
    for (const name in options) {
      if (only !== undefined) return undefined;
      only = name;
    }
    for (const entry of names) {
      if (entry[0] !== only) continue;
      const value = options[only];
      return value === undefined || value === null ? undefined : entry;
    }
    return undefined;
  }

  /**
   * The only one that is given of some options that exclude each other.
   *
   * @param names The names, each with the word it travels as, and whether it is
   * only on or off.
   * @returns The word, and the value unless it is on; nothing if none is given.
   * @throws {TypeError} If there are several.
   */
  oneOf(
    options: Options,
    names: readonly (readonly [name: string, word: string, isFlag: boolean])[],
  ): Argument[] | undefined {
    let found: Argument[] | undefined = undefined;
    let first = "";
    for (const [name, word, isFlag] of names) {
      const value = options[name];
      if (value === undefined || value === null) continue;
      if (isFlag && !this.isOn(options, name)) continue;
      if (found !== undefined) {
        throw new TypeError(
          `The options "${first}" and "${name}" of "${this.#method}" exclude each other`,
        );
      }
      found = isFlag ? [word] : [word, value as Argument];
      first = name;
    }
    return found;
  }

  get #list(): string {
    return [...this.#names].map((name) => `"${name}"`).join(", ");
  }
}

/** A number that may be without end, as Redis writes it. */
export function score(value: unknown): Argument {
  if (value === Infinity) return "+inf";
  if (value === -Infinity) return "-inf";
  return value as Argument;
}

/** Adds an option with its value, if it is given. */
export function pushValue(
  args: Argument[],
  word: string,
  value: unknown,
): void {
  if (value === undefined || value === null) return;
  args.push(word, value as Argument);
}

/** When something expires: the options that exclude each other. */
export const EXPIRIES = [
  ["ex", "EX", false],
  ["px", "PX", false],
  ["exat", "EXAT", false],
  ["pxat", "PXAT", false],
] as const;

/** Adds what a page of a scan is to hold. */
export function pushScan(
  args: Argument[],
  names: OptionNames,
  options: unknown,
): Argument[] {
  const given = names.check(options);
  if (given === undefined) return args;
  pushValue(args, "MATCH", given.pattern);
  pushValue(args, "COUNT", given.count);
  pushValue(args, "TYPE", given.type);
  return args;
}

/** Adds how many to leave out and the most to give: `{ offset, count }`. */
export function pushLimit(
  args: Argument[],
  names: OptionNames,
  options: Options,
): void {
  const limit = names.object(options, "limit", "offset count");
  if (limit === undefined) return;
  args.push("LIMIT", limit.offset as Argument, limit.count as Argument);
}
