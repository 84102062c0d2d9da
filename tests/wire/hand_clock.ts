/**
 * Timers that go off when a test says so.
 *
 * @module
 */

/** A timer that has not gone off. */
interface Alarm {
  readonly due: number;
  readonly ring: () => void;
}

/** Far from the ids that the runtime gives out. */
const FIRST_ID = 2 ** 40;

/**
 * Stands in for the timers and the clock of the runtime until it is disposed
 * of. Only what sets its timers meanwhile is driven by it.
 */
export class HandClock implements Disposable {
  readonly #alarms = new Map<number, Alarm>();
  readonly #restore: (() => void)[] = [];
  #now: number;
  #nextId = FIRST_ID;

  constructor() {
    // A whole number, so that sums of whole times are exact.
    this.#now = Math.ceil(performance.now());
    const { clearTimeout } = globalThis;
    this.#replace(
      globalThis,
      "setTimeout",
      (ring: () => void, delay = 0) => this.#set(ring, delay),
    );
    this.#replace(globalThis, "clearTimeout", (id?: number) => {
      if (id === undefined || !this.#alarms.delete(id)) clearTimeout(id);
    });
    this.#replace(performance, "now", () => this.#now);
  }

  /** Milliseconds until each pending timer goes off, the next one first. */
  get pending(): number[] {
    return [...this.#alarms.values()].map(({ due }) => due - this.#now)
      .sort((a, b) => a - b);
  }

  /** Lets time pass, and timers go off in their order, also those they set. */
  async pass(time: number): Promise<void> {
    const end = this.#now + time;
    for (;;) {
      await settle();
      const next = [...this.#alarms].filter(([, { due }]) => due <= end)
        .sort(([, one], [, other]) => one.due - other.due)[0];
      if (next === undefined) break;
      const [id, { due, ring }] = next;
      this.#alarms.delete(id);
      this.#now = Math.max(this.#now, due);
      ring();
    }
    this.#now = end;
  }

  [Symbol.dispose](): void {
    for (const restore of this.#restore) restore();
  }

  #set(ring: () => void, delay: number): number {
    const id = this.#nextId++;
    this.#alarms.set(id, { due: this.#now + delay, ring });
    return id;
  }

  #replace(holder: object, name: string, value: unknown): void {
    const descriptor = Object.getOwnPropertyDescriptor(holder, name);
    Object.defineProperty(holder, name, {
      value,
      configurable: true,
      writable: true,
    });
    this.#restore.push(() => {
      if (descriptor === undefined) Reflect.deleteProperty(holder, name);
      else Object.defineProperty(holder, name, descriptor);
    });
  }
}

/** Has the value that is given stand for every random number. */
export function withRandom(value: number): Disposable {
  const { random } = Math;
  Math.random = () => value;
  return { [Symbol.dispose]: () => void (Math.random = random) };
}

/** Lets everything happen that needs no timer. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await undefined;
}
