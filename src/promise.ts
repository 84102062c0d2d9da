/**
 * The promise of the mapping and fanout clients: a leaf that every layer
 * shares.
 *
 * @module
 */

import {
  type AsyncContext,
  contextsDiffer,
  currentContext,
  isOfEngine,
} from "./async_context.ts";
import type { Inspect } from "./inspect.ts";
import {
  countDue,
  enqueue,
  react,
  type Reaction,
  REJECTED,
  RESOLVED,
  runDue,
} from "./reactions.ts";

const PENDING = 0;
/** Another promise will settle it. */
const FOLLOWING = 1;

/**
 * Where the outcomes of many promises stand together. Most promises of a map have
 * no callbacks, and are looked at when all is over: until then nobody has to
 * touch them. One that is kept but never looked at keeps them all.
 */
export interface Outcomes {
  /**
   * The value at an index, or its {@linkcode Rejection}; `undefined` while it is
   * still to come.
   */
  outcomeAt(index: number): unknown;
  /** Has a promise told of an outcome that is still to come. */
  watch(index: number, promise: RbPromise<unknown>): void;
}

/**
 * An outcome that is no value. Commands that fail together share one: the reason
 * of each is made when somebody looks at it, since a million errors take seconds
 * and most of a gigabyte.
 */
export class Rejection {
  /** Makes a reason, another one each time. */
  readonly make: () => unknown;

  /** @param make Makes a reason, another one each time. */
  constructor(make: () => unknown) {
    this.make = make;
  }
}

let rejections = 0;

/**
 * How many promises were ever rejected. Those that find a rejection in their place
 * are not counted.
 */
export function countRejections(): number {
  return rejections;
}

/**
 * Attaches callbacks of the library itself, to which the context does not matter:
 * where they settle other promises, the callbacks of these have their own.
 */
export let whenSettled: (
  promise: RbPromise<unknown>,
  onSuccess: (value: unknown) => unknown,
  onFailure: (reason: unknown) => unknown,
) => void;

/** Makes a promise of the outcome at an index. */
export let placedAt: (outcomes: Outcomes, index: number) => RbPromise<unknown>;

/**
 * Whether a promise is rejected with that very reason, which somebody has got
 * from it: none is made for the question.
 */
export let isRejectedWith: (
  promise: RbPromise<unknown>,
  reason: unknown,
) => boolean;

/**
 * A promise that is settled from outside and that shows its value as soon as it
 * has one, with no further `await`.
 *
 * Mapping and fanout clients return it for every command; when the map has
 * ended, each of them is settled. Its callbacks run at once when it settles, in
 * the order in which they were attached, so that what they do is done when the
 * map returns, and in the asynchronous context in which they were attached: with
 * the active span and the `AsyncLocalStorage`s of whoever did that. It can be
 * awaited like any other promise. A rejected one that nobody looks at is not an
 * unhandled rejection: the map it belongs to throws.
 *
 * One of a map that is kept, but neither looked at nor given a callback, keeps the
 * replies of up to 1,000 neighbours in memory, of 4,000 if they are SETs.
 *
 * @typeParam T The type of the value.
 *
 * @example Settle it, read it
 * ```ts
 * import { RbPromise } from "@rb/rb";
 *
 * const size = new RbPromise<number>();
 * const doubled = size.then((value) => value * 2);
 * size.resolve(21);
 * console.log(doubled.value); // 42
 * ```
 */
export class RbPromise<T> implements Promise<T> {
  /** How far it is, or where its outcome will stand. */
  #state: 0 | 1 | 2 | 3 | Outcomes = PENDING;
  /**
   * The value or the reason, by the state; until then the callbacks that wait,
   * if any, or the index of its outcome. One field for all, since there are a
   * great many promises.
   */
  #result: unknown = undefined;

  static {
    placedAt = (outcomes, index) => {
      const promise = new RbPromise<unknown>();
      promise.#state = outcomes;
      promise.#result = index;
      return promise;
    };
    whenSettled = (promise, onSuccess, onFailure) =>
      RbPromise.#watch(promise, { onSuccess, onFailure });
    isRejectedWith = (promise, reason) =>
      RbPromise.#stateOf(promise) === REJECTED && promise.#result === reason;
  }

  /**
   * A promise that is resolved from the start.
   *
   * @param value The value it holds.
   */
  static resolved<T>(value: T): RbPromise<T> {
    const promise = new RbPromise<T>();
    RbPromise.#settle(promise, RESOLVED, value);
    return promise;
  }

  /**
   * A promise that is rejected from the start.
   *
   * @param reason The reason it holds.
   */
  static rejected<T = never>(reason: unknown): RbPromise<T> {
    const promise = new RbPromise<T>();
    RbPromise.#settle(promise, REJECTED, reason);
    return promise;
  }

  /**
   * A promise of all values of a list, in its order. It rejects with the first
   * reason. Plain values count as resolved.
   */
  static all<T extends readonly unknown[] | []>(
    promises: T,
  ): RbPromise<{ -readonly [I in keyof T]: Awaited<T[I]> }>;
  /** A promise of a Map with the same keys and the values of its promises. */
  static all<K, T>(
    promises: ReadonlyMap<K, T>,
  ): RbPromise<Map<K, Awaited<T>>>;
  /** A promise of all values of an iterable, in its order. */
  static all<T>(promises: Iterable<T>): RbPromise<Awaited<T>[]>;
  /** A promise of a record with the same fields and the values of its promises. */
  static all<R extends Record<string, unknown>>(
    promises: R,
  ): RbPromise<{ [K in keyof R]: Awaited<R[K]> }>;
  static all(
    promises: Iterable<unknown> | Record<string, unknown>,
  ): RbPromise<unknown> {
    if (promises instanceof Map) {
      const keys = [...promises.keys()];
      return RbPromise.#gather([...promises.values()]).then((values) =>
        new Map(keys.map((key, index) => [key, values[index]]))
      );
    }
    if (Symbol.iterator in promises) {
      return RbPromise.#gather([...promises as Iterable<unknown>]);
    }
    const fields = Object.keys(promises);
    return RbPromise.#gather(Object.values(promises)).then((values) => {
      const record: Record<string, unknown> = Object.create(null);
      fields.forEach((field, index) => record[field] = values[index]);
      // `__proto__` above was an ordinary field; spreading keeps it one.
      return { ...record };
    });
  }

  /** A promise of all values, in order; rejects with the first reason. */
  static #gather(items: unknown[]): RbPromise<unknown[]> {
    const all = new RbPromise<unknown[]>();
    const values: unknown[] = new Array(items.length);
    let missing = items.length;
    if (missing === 0) RbPromise.#settle(all, RESOLVED, values);
    items.forEach((item, index) => {
      const promise = new RbPromise<unknown>();
      RbPromise.#watch(promise, {
        onSuccess: (value) => {
          values[index] = value;
          if (--missing === 0 && RbPromise.#isFree(all)) {
            RbPromise.#settle(all, RESOLVED, values);
          }
        },
        onFailure: (reason) => {
          if (RbPromise.#isFree(all)) RbPromise.#settle(all, REJECTED, reason);
        },
      });
      promise.resolve(item);
    });
    return all;
  }

  /** The value once resolved; `undefined` until then and when rejected. */
  get value(): T {
    const isResolved = RbPromise.#stateOf(this) === RESOLVED;
    return (isResolved ? this.#result : undefined) as T;
  }

  /** The reason once rejected; `undefined` until then and when resolved. */
  get reason(): unknown {
    return RbPromise.#stateOf(this) === REJECTED
      ? RbPromise.#reasonOf(this)
      : undefined;
  }

  /** Whether it is not settled yet. */
  get isPending(): boolean {
    return RbPromise.#stateOf(this) < RESOLVED;
  }

  /** Whether it holds a value. */
  get isResolved(): boolean {
    return RbPromise.#stateOf(this) === RESOLVED;
  }

  /** Whether it holds a reason. */
  get isRejected(): boolean {
    return RbPromise.#stateOf(this) === REJECTED;
  }

  /**
   * Resolves it. Given another promise, it follows that one.
   *
   * @param value The value, or a promise of it.
   * @throws {TypeError} If it is asked to follow itself.
   * @throws {Error} If it is settled already, or follows another promise.
   */
  resolve(value: T | PromiseLike<T>): void {
    if (typeof this.#state === "object") RbPromise.#detach(this);
    // Nobody waits for most promises yet, so nothing becomes due.
    if (this.#result === undefined) return RbPromise.#resolve(this, value);
    const mark = countDue();
    RbPromise.#resolve(this, value);
    runDue(mark);
  }

  /**
   * Rejects it.
   *
   * @param reason Why there is no value, usually an Error.
   * @throws {Error} If it is settled already, or follows another promise.
   */
  reject(reason: unknown): void {
    if (typeof this.#state === "object") RbPromise.#detach(this);
    const mark = countDue();
    RbPromise.#assertPending(this);
    RbPromise.#settle(this, REJECTED, reason);
    runDue(mark);
  }

  /**
   * Attaches callbacks and returns this same promise. They run at once if it is
   * settled. What they throw is an uncaught error of the program, as in an event
   * listener: it never disturbs the other callbacks.
   *
   * @param onSuccess Called with the value.
   * @param onFailure Called with the reason.
   */
  done(
    onSuccess?: ((value: T) => unknown) | null,
    onFailure?: ((reason: unknown) => unknown) | null,
  ): this {
    const context = RbPromise.#contextFor(this, onSuccess, onFailure);
    RbPromise.#watch(this, { onSuccess, onFailure, context });
    return this;
  }

  /**
   * Attaches callbacks and returns a promise of what they return. What they
   * throw is the reason of that promise; no map reports it, so whoever uses a
   * callback that may throw has to look there.
   *
   * @param onSuccess Called with the value; without it the value passes through.
   * @param onFailure Called with the reason; without it the reason passes through.
   */
  then<A = T, B = never>(
    onSuccess?: ((value: T) => A | PromiseLike<A>) | null,
    onFailure?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): RbPromise<A | B> {
    const derived = new RbPromise<A | B>();
    const context = RbPromise.#contextFor(this, onSuccess, onFailure);
    RbPromise.#watch(this, {
      onSuccess: (result: T) =>
        RbPromise.#adopt(derived, onSuccess, { state: RESOLVED, result }),
      onFailure: (result) =>
        RbPromise.#adopt(derived, onFailure, { state: REJECTED, result }),
      context,
    });
    return derived;
  }

  /**
   * Attaches a callback for the failure alone.
   *
   * @param onFailure Called with the reason.
   */
  catch<B = never>(
    onFailure?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): RbPromise<T | B> {
    return this.then(null, onFailure);
  }

  /**
   * Attaches a callback that runs either way and sees neither value nor reason.
   * A promise that it returns is waited for.
   *
   * @param onSettled Called when it is settled; what it throws is the new reason.
   */
  finally(onSettled?: (() => void) | null): RbPromise<T> {
    const settle = onSettled as (() => unknown) | null | undefined;
    return this.then(
      (value) => {
        const wait = settle?.();
        return isThenable(wait) ? wait.then(() => value) : value;
      },
      (reason) => {
        const wait = settle?.();
        if (!isThenable(wait)) throw reason;
        return wait.then(() => {
          throw reason;
        });
      },
    );
  }

  /** The name that `Object.prototype.toString` shows. */
  get [Symbol.toStringTag](): string {
    return "RbPromise";
  }

  /** Shows the state: `RbPromise { 42 }`, `RbPromise { <pending> }`. */
  [Symbol.for("Deno.customInspect")](
    inspect: Inspect,
    options: object,
  ): string {
    return RbPromise.#shown(this, inspect, options);
  }

  /** Shows the state, in Node.js and Bun. */
  [Symbol.for("nodejs.util.inspect.custom")](
    _depth: number,
    options: object,
    inspect: Inspect,
  ): string {
    return RbPromise.#shown(this, inspect, options);
  }

  /*
   * What follows is static, since each instance would have to carry a mark of
   * the class to have private methods, and there are a great many of them.
   */

  /** Attaches callbacks, which run at once if it is settled. */
  static #watch(promise: RbPromise<unknown>, reaction: Reaction): void {
    if (typeof promise.#state === "object") RbPromise.#detach(promise);
    const state = promise.#state;
    if (state === RESOLVED) react(reaction, state, promise.#result);
    else if (state === REJECTED) {
      react(reaction, state, RbPromise.#reasonOf(promise));
    } else ((promise.#result ??= []) as Reaction[]).push(reaction);
  }

  /** The context that callbacks of a caller need, if they have to wait. */
  static #contextFor(
    promise: RbPromise<unknown>,
    onSuccess: unknown,
    onFailure: unknown,
  ): AsyncContext | undefined {
    if (!contextsDiffer) return currentContext("RbPromise");
    if (RbPromise.#stateOf(promise) >= RESOLVED) return undefined;
    // An await attaches both, and brings its own context.
    const isOurs = typeof (onSuccess ?? onFailure) !== "function" ||
      typeof onFailure === "function" && isOfEngine(onSuccess);
    return isOurs ? undefined : currentContext("RbPromise");
  }

  static #shown(
    promise: RbPromise<unknown>,
    inspect: Inspect,
    options: object,
  ): string {
    if (promise.isPending) return "RbPromise { <pending> }";
    const [prefix, result] = promise.isRejected
      ? ["<rejected> ", promise.reason]
      : ["", promise.value];
    return `RbPromise { ${prefix}${inspect(result, options)} }`;
  }

  /**
   * Its state. An outcome that stands elsewhere is taken over, so that the others
   * there are not kept.
   */
  static #stateOf(promise: RbPromise<unknown>): 0 | 1 | 2 | 3 {
    const state = promise.#state;
    if (typeof state !== "object") return state;
    const outcome = state.outcomeAt(promise.#result as number);
    if (outcome === undefined) return PENDING;
    promise.#result = outcome;
    return promise.#state = outcome instanceof Rejection ? REJECTED : RESOLVED;
  }

  /** Why it is rejected: from the first look on, always the same. */
  static #reasonOf(promise: RbPromise<unknown>): unknown {
    const result = promise.#result;
    return result instanceof Rejection
      ? promise.#result = result.make()
      : result;
  }

  /** Makes it an ordinary promise, which is told of an outcome still to come. */
  static #detach(promise: RbPromise<unknown>): void {
    const outcomes = promise.#state as Outcomes;
    const index = promise.#result as number;
    if (RbPromise.#stateOf(promise) !== PENDING) return;
    promise.#state = PENDING;
    promise.#result = undefined;
    outcomes.watch(index, promise);
  }

  /** Settles it. Whoever is called from outside has to run what is due then. */
  static #settle(
    promise: RbPromise<unknown>,
    state: 2 | 3,
    result: unknown,
  ): void {
    const reactions = promise.#result as Reaction[] | undefined;
    promise.#state = state;
    promise.#result = result;
    if (state === REJECTED) rejections++;
    if (reactions === undefined) return;
    enqueue(reactions, state, result);
  }

  static #resolve(promise: RbPromise<unknown>, value: unknown): void {
    if (isThenable(value)) {
      RbPromise.#follow(promise, value);
    } else {
      RbPromise.#assertPending(promise);
      RbPromise.#settle(promise, RESOLVED, value);
    }
  }

  static #follow(
    promise: RbPromise<unknown>,
    other: PromiseLike<unknown>,
  ): void {
    if (other === promise) {
      throw new TypeError("Cannot resolve a promise with itself");
    }
    RbPromise.#assertPending(promise);
    promise.#state = FOLLOWING;
    if (other instanceof RbPromise) {
      RbPromise.#watch(other, {
        onSuccess: (value) => RbPromise.#settle(promise, RESOLVED, value),
        onFailure: (reason) => RbPromise.#settle(promise, REJECTED, reason),
      });
      return;
    }
    // Anybody's `then` may throw, or call back more than once.
    const settle = (state: 2 | 3, result: unknown) => {
      if (promise.#state !== FOLLOWING) return;
      const mark = countDue();
      RbPromise.#settle(promise, state, result);
      runDue(mark);
    };
    try {
      other.then(
        (value) => settle(RESOLVED, value),
        (reason) => settle(REJECTED, reason),
      );
    } catch (error) {
      settle(REJECTED, error);
    }
  }

  /**
   * Settles a derived promise by its callback, or passes the result through;
   * unless its owner has settled it by hand.
   */
  static #adopt<V>(
    derived: RbPromise<unknown>,
    callback: ((result: V) => unknown) | null | undefined,
    { state, result }: { state: 2 | 3; result: V },
  ): void {
    if (callback === null || callback === undefined) {
      if (RbPromise.#isFree(derived)) {
        RbPromise.#settle(derived, state, result);
      }
      return;
    }
    try {
      const returned = callback(result);
      if (RbPromise.#isFree(derived)) RbPromise.#resolve(derived, returned);
    } catch (error) {
      if (RbPromise.#isFree(derived)) {
        RbPromise.#settle(derived, REJECTED, error);
      }
    }
  }

  /** Whether it is still open what will settle it. */
  static #isFree(promise: RbPromise<unknown>): boolean {
    return promise.#state === PENDING;
  }

  static #assertPending(promise: RbPromise<unknown>): void {
    if (!RbPromise.#isFree(promise)) {
      throw new Error(
        "Cannot settle a promise that is no longer pending or follows another",
      );
    }
  }
}

/** Whether a value can be awaited for another one. */
export function isThenable<T>(value: unknown): value is PromiseLike<T> {
  return (typeof value === "object" && value !== null ||
    typeof value === "function") &&
    "then" in value && typeof value.then === "function";
}
