import { assertEquals } from "./equality.ts";

type Loose = Record<PropertyKey, unknown>;

/** Fails unless `actual` has all of `expected`, whatever else it has. */
export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  if (typeof actual !== "object" || actual === null) {
    throw new TypeError(
      `Cannot assertObjectMatch ${actual === null ? null : typeof actual}`,
    );
  }
  assertEquals(
    new Projection().of(actual, expected),
    new Projection().of(expected, expected),
    msg,
  );
}

/** Cuts a value down to what a pattern names, as plain objects. */
class Projection {
  /** What a value became: a cycle leads back to its own projection. */
  readonly #made = new Map<object, Map<object, unknown>>();

  of(value: unknown, pattern: unknown): unknown {
    if (!isContainer(value) || !isContainer(pattern)) return value;
    const known = this.#made.get(value)?.get(pattern);
    if (known !== undefined) return known;
    if (Array.isArray(value) && Array.isArray(pattern)) {
      const made = this.#keep(value, pattern, [] as unknown[]);
      const length = Math.min(value.length, pattern.length);
      for (let i = 0; i < length; i++) {
        made.push(this.of(value[i], pattern[i]));
      }
      return made;
    }
    if (value instanceof Map && pattern instanceof Map) {
      const made = this.#keep(value, pattern, new Map<unknown, unknown>());
      for (const [key, member] of value) {
        if (pattern.has(key)) made.set(key, this.of(member, pattern.get(key)));
      }
      return made;
    }
    if (value instanceof Set && pattern instanceof Set) {
      return value.intersection(pattern);
    }
    return this.#ofObject(value as Loose, pattern as Loose);
  }

  #ofObject(value: Loose, pattern: Loose): Loose {
    const made = this.#keep(value, pattern, {} as Loose);
    const keys = Reflect.ownKeys(value);
    const wanted = Reflect.ownKeys(pattern);
    const shared = keys.filter((key) => wanted.includes(key));
    // Nothing in common: show what there is, rather than an empty object.
    const shown = shared.length === 0 && wanted.length > 0 ? keys : shared;
    for (const key of shown) {
      Object.defineProperty(made, key, {
        value: this.of(value[key], pattern[key]),
        configurable: true,
        enumerable: true,
        writable: true,
      });
    }
    return made;
  }

  #keep<T>(value: object, pattern: object, made: T): T {
    const patterns = this.#made.get(value) ?? new Map<object, unknown>();
    this.#made.set(value, patterns.set(pattern, made));
    return made;
  }
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null &&
    !(value instanceof RegExp) && !(value instanceof Date);
}
