/**
 * Options: read once, and understood or refused by name. A leaf.
 *
 * @module
 */

/** Says what was expected, or nothing when the value is fine. */
export type Check = (value: unknown) => string | undefined;

/** A check for each option there is, by its name. */
export type Checks = Readonly<Record<string, Check>>;

/**
 * Reads every option once and checks it; `undefined` counts as not given. What
 * an object says by getters, or by its class, counts like what it has itself.
 * Values are not repeated in errors, since some are secret.
 *
 * @param options The options as a caller gave them.
 * @param checks One for each option there is.
 * @param what Whose options they are, for the error.
 * @returns What was given, in an object of its own. Lists are copied too.
 * @throws {TypeError} If one is unknown or not as expected, or if the options
 * are something else than an object with names.
 */
export function readOptions<T>(options: T, checks: Checks, what: string): T {
  const read: Record<string, unknown> = {};
  for (const name of optionNames(options, what)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (check === undefined) {
      const known = Object.keys(checks);
      const list = known.map((one) => `"${one}"`).join(", ");
      const close = known.find((one) => isMeantBy(name, one));
      const hint = close === undefined ? "" : `; is it "${close}"?`;
      throw new TypeError(
        `Unknown option "${name}" of ${what}: there are ${list}${hint}`,
      );
    }
    const value = copied((options as Record<string, unknown>)[name]);
    if (value === undefined) continue;
    const expected = check(value);
    if (expected !== undefined) {
      throw new TypeError(`The option "${name}" of ${what} is not ${expected}`);
    }
    read[name] = value;
  }
  return read as T;
}

/** Whether somebody may have meant an option by a name that is part of its own. */
function isMeantBy(name: string, option: string): boolean {
  const [short, long] = [name.toLowerCase(), option.toLowerCase()]
    .sort((a, b) => a.length - b.length);
  return short.length > 2 && long.includes(short);
}

/**
 * The names under which an object says something, itself or by its class.
 *
 * @param options The object.
 * @param what Whose options they are, for the error.
 * @throws {TypeError} If it is no object, or one of a kind (a list, a `Map`, a
 * promise) whose content does not stand under names.
 */
export function optionNames(options: unknown, what: string): string[] {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`The options of ${what} are not an object`);
  }
  const tag = Object.prototype.toString.call(options);
  // What `import * as options` gives is a module.
  if (tag !== "[object Object]" && tag !== "[object Module]") {
    throw new TypeError(
      `The options of ${what} are not an object with names and values, but of ` +
        `the kind "${tag.slice("[object ".length, -1)}"`,
    );
  }
  const names = Object.getOwnPropertyNames(options);
  let prototype = Object.getPrototypeOf(options);
  while (prototype !== null && !isRoot(prototype)) {
    const inherited = Object.getOwnPropertyDescriptors(prototype);
    for (const [name, { value }] of Object.entries(inherited)) {
      // Methods, the constructor among them, are no options.
      if (typeof value === "function" || names.includes(name)) continue;
      names.push(name);
    }
    prototype = Object.getPrototypeOf(prototype);
  }
  return names;
}

/** Whether an object is the prototype of all, be it that of another realm. */
function isRoot(prototype: object): boolean {
  return prototype === Object.prototype ||
    Object.getPrototypeOf(prototype) === null &&
      Object.hasOwn(prototype, "isPrototypeOf");
}

/** Copies that nobody can change, which are taken as they are from then on. */
const copies = new WeakSet<readonly unknown[]>();

function copied(value: unknown): unknown {
  if (!Array.isArray(value) || copies.has(value)) return value;
  const copy = Object.freeze(Array.from(value));
  copies.add(copy);
  return copy;
}

/** Accepts text. */
export function isText(value: unknown): string | undefined {
  return typeof value === "string" ? undefined : "a string";
}

/** Accepts text that can be sent: half a surrogate pair has no bytes. */
export function isSendable(value: unknown): string | undefined {
  return typeof value === "string" && value.isWellFormed()
    ? undefined
    : "a string without lone surrogates";
}

/** Accepts an integer within bounds. */
export function isWhole(min: number, max: number): Check {
  return (value) =>
    Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max
      ? undefined
      : `an integer from ${min} to ${max}`;
}

/** Accepts a number above 0, `Infinity` included. */
export function isPositive(value: unknown): string | undefined {
  return typeof value === "number" && value > 0
    ? undefined
    : "a positive number";
}

/** Accepts one of some values. */
export function oneOf(...values: readonly unknown[]): Check {
  return (value) =>
    values.includes(value)
      ? undefined
      : values.map((one) => JSON.stringify(one)).join(" or ");
}

/** Accepts a function. */
export function isFunction(value: unknown): string | undefined {
  return typeof value === "function" ? undefined : "a function or class";
}

/** Accepts anything; for what is checked elsewhere. */
export function isAnything(): undefined {}

/** Accepts an object. */
export function isObject(value: unknown): string | undefined {
  return typeof value === "object" && value !== null ? undefined : "an object";
}

/** Accepts an AbortSignal. */
export function isSignal(value: unknown): string | undefined {
  return value instanceof AbortSignal ? undefined : "an AbortSignal";
}
