/**
 * The largest of any number of entries.
 *
 * @module
 */

/** What counts of an entry. */
export interface Sized {
  /** What is one and the same entry, however often it comes. */
  readonly id: string;
  /** How large it is. */
  readonly size: number;
}

/**
 * Keeps the largest entries that it was given, no more than some number of them:
 * a binary heap whose root is the smallest.
 */
export class Largest<T extends Sized> {
  readonly #capacity: number;
  readonly #heap: T[] = [];
  readonly #ids = new Set<string>();

  /** @param capacity How many to keep, 1 or more. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Whether an entry of that size would be kept now. */
  takes(size: number): boolean {
    return this.#heap.length < this.#capacity || size > this.#heap[0].size;
  }

  /** Takes an entry, unless it has it already. */
  add(entry: T): void {
    if (!this.takes(entry.size) || this.#ids.has(entry.id)) return;
    this.#ids.add(entry.id);
    if (this.#heap.length < this.#capacity) {
      this.#rise(entry);
      return;
    }
    this.#ids.delete(this.#heap[0].id);
    this.#sink(entry);
  }

  /** What it has, the largest first. */
  sorted(): T[] {
    return [...this.#heap].sort((a, b) =>
      b.size - a.size || (a.id < b.id ? -1 : 1)
    );
  }

  /** Puts an entry at the end, and above all parents that are larger. */
  #rise(entry: T): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = at - 1 >> 1;
      if (heap[parent].size <= entry.size) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = entry;
  }

  /** Puts an entry in the place of the root, and below all that are smaller. */
  #sink(entry: T): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1].size < heap[child].size) {
        child++;
      }
      if (heap[child].size >= entry.size) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = entry;
  }
}
