/**
 * The keys that a batch reads, to be asked whether one of them is a given one.
 *
 * @module
 */

import { type Key, keyText } from "../values.ts";

/** What hashes begin with, so that nobody can tell which keys share one. */
const SEED = crypto.getRandomValues(new Int32Array(1))[0];
/** The least number of places. */
const FEW = 64;

/**
 * Keys that are added one by one by the thousand, while few are ever asked for:
 * adding one notes it and nothing else, and the first question has all that were
 * added since the last one entered into a table of numbers. That takes a fifth of the
 * time of a `Set` of strings, which hashes in another way, and grows entry by entry.
 */
export class ReadKeys {
  /** In the order of arrival; up to `#entered` they are texts. */
  readonly #keys: Key[] = [];
  /** By hashes, with linear probing: the index of a key and one, or 0. */
  #places = new Int32Array(0);
  #entered = 0;

  /** How many there are; one that was added twice counts twice. */
  get size(): number {
    return this.#keys.length;
  }

  /** Adds a key. */
  add(key: Key): void {
    this.#keys.push(key);
  }

  /** Whether a key is among them. */
  has(text: string): boolean {
    if (this.#entered < this.#keys.length) this.#enterAll();
    return this.#entered > 0 && this.#places[this.#placeOf(text)] !== 0;
  }

  /** The texts of all of them, in the order of arrival. */
  *texts(): Iterable<string> {
    for (const key of this.#keys) yield keyText(key);
  }

  #enterAll(): void {
    const keys = this.#keys;
    if (keys.length * 2 > this.#places.length) {
      // At most half full, and room for as many again.
      let size = FEW;
      while (size < keys.length * 2) size *= 2;
      this.#places = new Int32Array(size);
      this.#entered = 0;
    }
    for (; this.#entered < keys.length; this.#entered++) {
      const text = keyText(keys[this.#entered]);
      keys[this.#entered] = text;
      const place = this.#placeOf(text);
      if (this.#places[place] === 0) this.#places[place] = this.#entered + 1;
    }
  }

  /** Where a key stands in the table, or would. */
  #placeOf(text: string): number {
    const places = this.#places;
    const mask = places.length - 1;
    let place = hashOf(text) & mask;
    while (places[place] !== 0 && this.#keys[places[place] - 1] !== text) {
      place = place + 1 & mask;
    }
    return place;
  }
}

/** The hash of Fowler, Noll and Vo (FNV-1a), over the units of a text. */
function hashOf(text: string): number {
  let hash = SEED;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  // Its lower bits know little of the upper bits of what came last.
  return hash ^ hash >>> 15;
}
