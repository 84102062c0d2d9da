/**
 * Values that tell where they belong, and counters that tell how often they
 * were counted.
 *
 * @module
 */

import type { Fate } from "./journal.ts";

/**
 * Makes values that occur once each and name their key, so that a reply that
 * reached the wrong caller gives itself away.
 */
export class Values {
  #next = 0;
  readonly #unsent = new Set<number>();

  /** How many were made. */
  get count(): number {
    return this.#next;
  }

  /**
   * A value for a key.
   *
   * @param key The key that it names.
   * @param size How many characters it has at least.
   */
  make(key: string, size = 0): string {
    const start = `${key}=${this.#next++}=`;
    const length = Math.max(size, start.length + 8);
    const end = `=${length}`;
    return start + "x".repeat(length - start.length - end.length) + end;
  }

  /** Notes that a value cannot be on any server: its command did not run. */
  drop(value: string): void {
    this.#unsent.add(numberOf(value));
  }

  /** Says what is wrong with a value that was read at a key, if anything is. */
  fault(key: string, value: unknown): string | undefined {
    if (value === null) return undefined;
    if (typeof value !== "string") return `it is a ${typeof value}`;
    if (!value.startsWith(`${key}=`)) return `it is "${value.slice(0, 60)}"`;
    if (!value.endsWith(`=${value.length}`)) {
      return `it has ${value.length} characters: ...${value.slice(-20)}`;
    }
    const number = numberOf(value);
    if (!(number < this.#next)) return "it was never made";
    if (this.#unsent.has(number)) return "it was reported as not written";
    return undefined;
  }

  /** Lets go of what it remembers. */
  forget(): void {
    this.#unsent.clear();
  }
}

function numberOf(value: string): number {
  const start = value.indexOf("=") + 1;
  return Number(value.slice(start, value.indexOf("=", start)));
}

/** A counter on a server, and what its replies said. */
export class Counter {
  /** Its key. */
  readonly key: string;
  /** Where it starts, far from all others. */
  readonly base: number;
  /** How many increments were issued. */
  attempted = 0;
  /** How many of them were reported as not sent, or as refused. */
  unsent = 0;
  /** How many of them were answered. */
  acknowledged = 0;
  /** The replies; each may come once. */
  readonly #seen = new Set<number>();

  /**
   * @param key Its key.
   * @param index Its place among all counters.
   */
  constructor(key: string, index: number) {
    this.key = key;
    this.base = (index + 1) * 10_000_000;
  }

  /** Takes the reply of an increment, and says what is wrong with it. */
  replied(value: unknown): string | undefined {
    this.acknowledged++;
    const count = Number(value) - this.base;
    const most = this.attempted - this.unsent;
    if (!(count >= 1 && count <= most)) {
      return `it counts ${count}, with ${most} that may have run`;
    }
    if (this.#seen.has(count)) return `${count} came twice`;
    this.#seen.add(count);
    return undefined;
  }

  /** Notes that an increment has run, and nobody heard what it counted. */
  ran(): void {
    this.acknowledged++;
  }

  /** Notes that an increment failed; one that is refused did not run, either. */
  failed(fate: Fate): void {
    if (fate === "not-sent" || fate === "refused") this.unsent++;
  }

  /** Says what is wrong with the value that its server holds at the end. */
  fault(value: number): string | undefined {
    const count = value - this.base;
    const most = this.attempted - this.unsent;
    if (count >= this.acknowledged && count <= most) return undefined;
    return `it counted ${count}, with ${this.acknowledged} acknowledged and ` +
      `${most} that may have run`;
  }

  /** Lets go of what it remembers. */
  forget(): void {
    this.#seen.clear();
  }
}
