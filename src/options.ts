/**
 * Checks of options: a wrong one is refused by its name. A leaf.
 *
 * @module
 */

/** Says what was expected, or nothing when the value is fine. */
export type Check = (value: unknown) => string | undefined;

/**
 * Checks every option by its name; `undefined` counts as not given. Values are
 * not repeated in errors, since some are secret.
 *
 * @param options The options as a caller gave them.
 * @param checks One for each option there is.
 * @param what Whose options they are, for the error.
 * @throws {TypeError} If one is unknown or not as expected.
 */
export function assertOptions(
  options: unknown,
  checks: Readonly<Record<string, Check>>,
  what: string,
): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`The options of ${what} are not an object`);
  }
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (check === undefined) {
      const known = Object.keys(checks).map((name) => `"${name}"`).join(", ");
      throw new TypeError(
        `Unknown option "${name}" of ${what}: there are ${known}`,
      );
    }
    if (value === undefined) continue;
    const expected = check(value);
    if (expected !== undefined) {
      throw new TypeError(`The option "${name}" of ${what} is not ${expected}`);
    }
  }
}

/** Accepts text. */
export function isText(value: unknown): string | undefined {
  return typeof value === "string" ? undefined : "a string";
}

/** Accepts text that is not empty. */
export function isFilledText(value: unknown): string | undefined {
  return typeof value === "string" && value !== ""
    ? undefined
    : "a string that is not empty";
}

/** Accepts a list of texts. */
export function isTexts(value: unknown): string | undefined {
  return Array.isArray(value) && value.every((one) => typeof one === "string")
    ? undefined
    : "a list of strings";
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

/** Accepts an object. */
export function isObject(value: unknown): string | undefined {
  return typeof value === "object" && value !== null ? undefined : "an object";
}

/** Accepts an AbortSignal. */
export function isSignal(value: unknown): string | undefined {
  return value instanceof AbortSignal ? undefined : "an AbortSignal";
}
