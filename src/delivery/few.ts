/**
 * Sets and maps that mostly hold one thing, or none.
 *
 * @module
 */

/**
 * An ordered set that mostly holds one thing. A `Set` makes a new table whenever its
 * last item leaves it, which several do for each command that is alone on its way.
 */
export class FewSet<T extends object> implements Iterable<T> {
  #only: T | undefined = undefined;
  /** Once there are several, until there is none. */
  #all: Set<T> | undefined = undefined;

  get size(): number {
    if (this.#all !== undefined) return this.#all.size;
    return this.#only === undefined ? 0 : 1;
  }

  /** The one that was added first. */
  get first(): T | undefined {
    return this.#all === undefined
      ? this.#only
      : this.#all.values().next().value;
  }

  has(item: T): boolean {
    return this.#all === undefined ? this.#only === item : this.#all.has(item);
  }

  add(item: T): void {
    if (this.#all !== undefined) this.#all.add(item);
    else if (this.#only === undefined) this.#only = item;
    else if (this.#only !== item) {
      this.#all = new Set([this.#only, item]);
      this.#only = undefined;
    }
  }

  /** Removes an item; says whether it was there. */
  delete(item: T): boolean {
    if (this.#all === undefined) {
      if (this.#only !== item) return false;
      this.#only = undefined;
      return true;
    }
    const wasThere = this.#all.delete(item);
    if (this.#all.size === 0) this.#all = undefined;
    return wasThere;
  }

  clear(): void {
    this.#only = undefined;
    this.#all = undefined;
  }

  [Symbol.iterator](): Iterator<T> {
    if (this.#all !== undefined) return this.#all.values();
    return (this.#only === undefined ? [] : [this.#only]).values();
  }
}

/** A map that mostly has one entry, for the same reason. */
export class FewMap<K extends object, V> implements Iterable<[K, V]> {
  #key: K | undefined = undefined;
  #value: V | undefined = undefined;
  /** Once there are several, until there is none. */
  #all: Map<K, V> | undefined = undefined;

  get size(): number {
    if (this.#all !== undefined) return this.#all.size;
    return this.#key === undefined ? 0 : 1;
  }

  get(key: K): V | undefined {
    if (this.#all !== undefined) return this.#all.get(key);
    return this.#key === key ? this.#value : undefined;
  }

  set(key: K, value: V): void {
    if (this.#all !== undefined) this.#all.set(key, value);
    else if (this.#key === undefined || this.#key === key) {
      this.#key = key;
      this.#value = value;
    } else {
      this.#all = new Map([[this.#key, this.#value as V], [key, value]]);
      this.#key = this.#value = undefined;
    }
  }

  delete(key: K): void {
    if (this.#all !== undefined) {
      this.#all.delete(key);
      if (this.#all.size === 0) this.#all = undefined;
    } else if (this.#key === key) this.#key = this.#value = undefined;
  }

  [Symbol.iterator](): Iterator<[K, V]> {
    if (this.#all !== undefined) return this.#all.entries();
    const entries: [K, V][] = this.#key === undefined
      ? []
      : [[this.#key, this.#value as V]];
    return entries.values();
  }
}
