/**
 * Deep equality with the rules of `@std/assert`: `NaN` equals itself, `0`
 * equals `-0`, a missing property differs from one that is `undefined`, and
 * values of two classes are never equal.
 *
 * @module
 */

/** Classes whose text form says everything about an instance. */
const TEXT_COMPARED: ReadonlySet<unknown> = new Set<unknown>([
  RegExp.prototype,
  URL.prototype,
  URLSearchParams.prototype,
]);

/** Compares deeply, as `@std/assert` does. */
export function equal(a: unknown, b: unknown): boolean {
  return new Comparison().same(a, b);
}

class Comparison {
  /** Pairs that are being compared further up: a cycle counts as equal. */
  readonly #underWay = new Map<object, object>();

  same(a: unknown, b: unknown): boolean {
    if (a === b || Object.is(a, b)) return true;
    if (!isObject(a) || !isObject(b)) return false;
    if (a instanceof Date && b instanceof Date) {
      return Object.is(a.getTime(), b.getTime());
    }
    if (prototypeOf(a) !== prototypeOf(b)) return false;
    const bytes = bytesOf(a);
    if (bytes !== undefined) return sameElements(bytes, bytesOf(b) ?? []);
    if (a instanceof WeakRef) {
      return this.same(a.deref(), (b as WeakRef<WeakKey>).deref());
    }
    if (a instanceof WeakMap || a instanceof WeakSet) {
      throw new TypeError(
        `Cannot compare ${a.constructor.name} instances`,
      );
    }
    if (this.#underWay.get(a) === b) return true;
    if (Object.keys(a).length !== Object.keys(b).length) return false;
    this.#underWay.set(a, b);
    if (a instanceof Set && b instanceof Set) {
      return a.size === b.size && this.#sameMembers([...a], [...b]);
    }
    if (a instanceof Map && b instanceof Map) {
      return a.size === b.size && this.#sameMaps(a, b);
    }
    if (TEXT_COMPARED.has(Object.getPrototypeOf(a))) {
      return String(a) === String(b);
    }
    return this.#sameProperties(a, b);
  }

  #sameMaps(a: Map<unknown, unknown>, b: Map<unknown, unknown>): boolean {
    if (![...a.keys()].some(isObject)) {
      for (const [key, value] of a) {
        if (!b.has(key) || !this.same(value, b.get(key))) return false;
      }
      return true;
    }
    return this.#sameMembers([...a], [...b]);
  }

  /** Pairs every member of `a` with one of `b` that nothing else has taken. */
  #sameMembers(a: unknown[], b: unknown[]): boolean {
    const left = [...b];
    for (const member of a) {
      const at = left.findIndex((other) => this.same(member, other));
      if (at < 0) return false;
      left.splice(at, 1);
    }
    return true;
  }

  #sameProperties(a: object, b: object): boolean {
    for (const key of propertiesOf(a).union(propertiesOf(b))) {
      if (!(key in a) || !(key in b)) return false;
      if (!this.same(Reflect.get(a, key), Reflect.get(b, key))) return false;
    }
    return true;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** A record without a prototype equals a plain one. */
function prototypeOf(value: object): unknown {
  return Object.getPrototypeOf(value) ?? Object.prototype;
}

function bytesOf(value: object): ArrayLike<unknown> | undefined {
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) {
    return new Uint8Array(value);
  }
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return value as Uint8Array;
  }
  return undefined;
}

function sameElements(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i] && !Object.is(a[i], b[i])) return false;
  }
  return true;
}

/**
 * The properties to compare: of a plain object or an array those that a
 * spread would copy, of any other its own and the inherited ones, since a
 * class keeps its accessors on the prototype.
 */
function propertiesOf(value: object): Set<PropertyKey> {
  const prototype = prototypeOf(value);
  if (prototype === Object.prototype || prototype === Array.prototype) {
    return new Set(Reflect.ownKeys({ ...value }));
  }
  const keys = new Set<PropertyKey>();
  let level: object | null = value;
  while (level !== null && level !== Object.prototype) {
    for (const key of Reflect.ownKeys(level)) keys.add(key);
    level = Object.getPrototypeOf(level);
  }
  return keys;
}
