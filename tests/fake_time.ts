/**
 * Time that a test drives by hand, so that no clock of a busy machine is judged.
 *
 * @module
 */

import { eventually, isPending, turn } from "../support/waiting.ts";

/** The longest delay of a timer; as ever, what is longer takes no time at all. */
const MAX_DELAY = 2 ** 31 - 1;

interface Timer {
  readonly time: number;
  readonly call: () => void;
}

/** What `setTimeout` gives back while time is driven by hand. */
class TimerHandle implements Disposable {
  readonly #clear: (handle: TimerHandle) => void;
  isHeld = true;

  constructor(clear: (handle: TimerHandle) => void) {
    this.#clear = clear;
  }

  ref(): this {
    this.isHeld = true;
    return this;
  }

  unref(): this {
    this.isHeld = false;
    return this;
  }

  hasRef(): boolean {
    return this.isHeld;
  }

  [Symbol.dispose](): void {
    this.#clear(this);
  }
}

/**
 * Stands in for `setTimeout`, `clearTimeout`, `Deno.unrefTimer` and
 * `performance.now` until it is disposed of. Time stands still but for
 * {@linkcode FakeTime.advance}; sockets, processes and promises go on as ever.
 * What happens while it stands still has not waited for any timer: that is what
 * "at once" means in a test. Timers that run already are not touched.
 *
 * Start servers before, and wait for what comes over a socket with `eventually`
 * or `bounded` of `waiting.ts`, which keep to the real clock.
 */
export class FakeTime implements Disposable {
  readonly #timers = new Map<TimerHandle, Timer>();
  readonly #replaced = new DisposableStack();
  // Whole, so that sums of delays are exact.
  #now = Math.ceil(performance.now());

  constructor() {
    const stack = this.#replaced;
    stack.use(replaced(globalThis, "setTimeout", this.#set));
    stack.use(replaced(globalThis, "clearTimeout", this.#clear));
    stack.use(replaced(Deno, "unrefTimer", this.#unref));
    stack.use(replaced(performance, "now", () => this.#now));
  }

  /** Milliseconds of `performance.now()`. */
  get now(): number {
    return this.#now;
  }

  /** Milliseconds until each timer that is set, the next one first. */
  get delays(): number[] {
    return [...this.#timers.values()].map(({ time }) => time - this.#now)
      .sort((a, b) => a - b);
  }

  /** Whether each timer that is set keeps a program alive. */
  get held(): boolean[] {
    return [...this.#timers.keys()].map(({ isHeld }) => isHeld);
  }

  /** Goes on, from timer to timer, each of which gets a turn of its own. */
  async advance(time: number): Promise<void> {
    const end = this.#now + time;
    await turn();
    for (;;) {
      const next = this.#next(end);
      if (next === undefined) break;
      const [handle, { time, call }] = next;
      this.#now = Math.max(this.#now, time);
      this.#timers.delete(handle);
      call();
      await turn();
    }
    this.#now = end;
  }

  /** Goes on in small steps, with time for sockets in between, until it holds. */
  async until(
    check: () => boolean | Promise<boolean>,
    step = 10,
  ): Promise<void> {
    await eventually(async () => {
      if (await check()) return true;
      await this.advance(step);
      return await check();
    });
  }

  /** Goes on in small steps until something has settled. */
  async settled<T>(promise: PromiseLike<T>, step = 10): Promise<T> {
    await this.until(async () => !await isPending(promise), step);
    return await promise;
  }

  /** Waits for time to be driven on. */
  sleep(time: number): Promise<void> {
    return new Promise((wake) => this.#set(() => wake(), time));
  }

  [Symbol.dispose](): void {
    this.#replaced.dispose();
    this.#timers.clear();
  }

  #next(end: number): [TimerHandle, Timer] | undefined {
    let first: [TimerHandle, Timer] | undefined;
    for (const entry of this.#timers) {
      if (entry[1].time > end) continue;
      if (first === undefined || entry[1].time < first[1].time) first = entry;
    }
    return first;
  }

  readonly #set = (
    callback: (...args: unknown[]) => void,
    delay = 0,
    ...args: unknown[]
  ): TimerHandle => {
    const handle = new TimerHandle(this.#clear);
    const wait = delay > MAX_DELAY ? 0 : Math.max(0, delay);
    const time = this.#now + wait;
    this.#timers.set(handle, { time, call: () => callback(...args) });
    return handle;
  };

  readonly #clear = (handle: unknown): void => {
    if (handle instanceof TimerHandle) this.#timers.delete(handle);
    else this.#clearReal(handle);
  };

  readonly #unref = (handle: unknown): void => {
    if (handle instanceof TimerHandle) handle.unref();
    else this.#unrefReal(handle as number);
  };

  readonly #clearReal = globalThis.clearTimeout as (handle: unknown) => void;
  readonly #unrefReal = Deno.unrefTimer;
}

/** Replaces a property until it is disposed of. */
export function replaced(
  owner: object,
  name: string,
  value: unknown,
): Disposable {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  const property = { value, writable: true, configurable: true };
  Object.defineProperty(owner, name, { ...property, enumerable: true });
  return {
    [Symbol.dispose]: () => {
      if (before === undefined) Reflect.deleteProperty(owner, name);
      else Object.defineProperty(owner, name, before);
    },
  };
}

/**
 * Has the clock stand still, while timers go on: for what depends on how long
 * something was idle.
 */
export function standingClock(): Disposable {
  const { now } = performance;
  const time = now.call(performance);
  performance.now = () => time;
  return {
    [Symbol.dispose]() {
      performance.now = now;
    },
  };
}
