/**
 * How a call becomes a command. A method is described by a pattern or, where
 * that is too little, by a function that lists the command and its arguments.
 *
 * A pattern is a line of words, in the order in which they are sent:
 *
 * - `GET` (upper case) is sent as it is,
 * - `key` is a parameter, sent even when the caller left it out,
 * - `[count]` is a parameter that is sent unless it is `undefined`,
 * - `[mode?]` is a parameter that is sent when it is truthy,
 * - `...keys` are all further arguments.
 *
 * What a pattern does not name is dropped.
 *
 * @module
 */
import type { Raw } from "../values.ts";

/** Lists the command and its arguments; may throw at the call itself. */
// deno-lint-ignore no-explicit-any
export type Build = (...args: any[]) => unknown[];

/** A method whose reply is turned into something else. */
export interface Method {
  build: Build;
  /** Gets the reply and the caller's arguments. */
  // deno-lint-ignore no-explicit-any
  parse?: (reply: any, ...args: any[]) => unknown;
  /** Whether strings are asked for as bytes. */
  binary?: boolean;
}

/** A description of every method of a family. */
export type Table<TFamily> = Record<keyof TFamily, string | Build | Method>;

/** Makes a method of a description. */
export function toMethod(entry: string | Build | Method): Method {
  if (typeof entry === "string") return { build: toBuild(entry) };
  return typeof entry === "function" ? { build: entry } : entry;
}

/** Makes a method of a pattern and of what to do with the reply. */
export function parsed(
  pattern: string,
  parse: (reply: Raw[]) => unknown,
): Method {
  return { build: toBuild(pattern), parse };
}

/** `[word, value]`, unless there is no value. */
export function option(word: string, value: unknown): unknown[] {
  return value === undefined ? [] : [word, value];
}

/** `[word, value]`, unless the value is `null`, `undefined`, `0` or empty. */
export function truthyOption(word: string, value: unknown): unknown[] {
  return value ? [word, value] : [];
}

/** `[word]` when it is switched on. */
export function flag(word: string, on: unknown): unknown[] {
  return on ? [word] : [];
}

/**
 * The three ways to name pairs: two arguments, any number of pairs, or one
 * record, whose entries `spread` lists.
 */
export function pairs(
  params: unknown[],
  spread: (name: string, value: unknown) => unknown[] = (name, value) => [
    name,
    value,
  ],
): unknown[] {
  const [first] = params;
  if (Array.isArray(first)) return params.flat();
  if (typeof first !== "object") return params;
  return Object.entries(first as Record<string, unknown>)
    .flatMap(([name, value]) => spread(name, value));
}

function toBuild(pattern: string): Build {
  const words = pattern.split(" ");
  return (...args) => {
    const built: unknown[] = [];
    let next = 0;
    for (const word of words) {
      if (/^[A-Z-]+$/.test(word)) {
        built.push(word);
      } else if (word.startsWith("...")) {
        built.push(...args.slice(next));
      } else {
        const value = args[next++];
        if (isSent(word, value)) built.push(value);
      }
    }
    return built;
  };
}

function isSent(word: string, value: unknown): boolean {
  if (!word.startsWith("[")) return true;
  return word.endsWith("?]") ? Boolean(value) : value !== undefined;
}
