/**
 * Maps over sources of any length, a batch at a time.
 *
 * @module
 */

import { TimeoutError } from "../errors.ts";
import { isThenable, RbPromise } from "../promise.ts";
import { placeFailure } from "./failure_places.ts";
import { within } from "./within.ts";

/** A batch that is under way. */
export interface RunningBatch {
  /**
   * What the callback returned for each key, once all is settled; of promises
   * that are not ours, a native one.
   */
  readonly results: Promise<unknown[]>;
  /**
   * Whether the next batch may be put under way before this one is settled, and
   * all comes out as if it had not been.
   */
  readonly mayBeFollowed: boolean;
  /** Waits for one of the results, as long as the batch has time. */
  within<T>(result: PromiseLike<T>): Promise<T>;
  /** Gives up what is not settled. */
  cancel(): void;
}

/** How to read the source, and what its entries are. */
export interface BatchEntriesOptions {
  /** How many keys make a batch. */
  readonly batchSize: number;
  /** Whether values are outcomes, so that no key ends the others. */
  readonly settled: boolean;
  /** Milliseconds for each key, and for closing; forever without them. */
  readonly timeout?: number | undefined;
  /** Gives up when aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** A batch whose commands are settled, and how far it has been consumed. */
interface MappedBatch<K> {
  readonly keys: K[];
  readonly results: unknown[];
  readonly within: RunningBatch["within"];
  next: number;
}

/** A batch that is being read from the source, or under way. */
interface PendingBatch<K> {
  readonly mapped: Promise<MappedBatch<K> | undefined>;
  /** Whether it is under way and the next one may be. */
  mayBeFollowed(): boolean;
  /** Gives it up. */
  cancel(): void;
}

/**
 * How many batches are under way at a time, if they may. With two, servers have
 * work while the replies of one are read and the next is issued; with one they
 * pause meanwhile, and a key takes a fifth longer.
 */
const AHEAD = 2;

/**
 * The entries of a mapped source in its order. While the consumer works on one
 * batch the next one is under way, or the next two where that makes no
 * difference to anybody. No more than these three are held.
 *
 * An iterator written out, because a million passes through an async generator
 * take longer than the commands do.
 */
export class BatchEntries<K, V> implements AsyncIterableIterator<[K, V]> {
  readonly #chunks: Chunks<K>;
  readonly #options: BatchEntriesOptions;
  readonly #start: (keys: K[]) => RunningBatch;
  /** How many entries have been asked for. */
  #told = 0;
  #current: MappedBatch<K> | undefined = undefined;
  /** Those being read or under way, in order. */
  readonly #pending: PendingBatch<K>[] = [];
  /** The call of `next` that waits for a batch; others queue behind it. */
  #advancing: Promise<unknown> | undefined = undefined;
  #done = false;

  /**
   * @param source The keys.
   * @param start Issues the commands of a batch.
   * @param options How many keys make a batch, how long to wait for them, and
   * what the entries are.
   */
  constructor(
    source: Iterable<K> | AsyncIterable<K>,
    start: (keys: K[]) => RunningBatch,
    options: BatchEntriesOptions,
  ) {
    this.#chunks = new Chunks(source, options);
    this.#options = options;
    this.#start = start;
  }

  /** The next entry. */
  next(): Promise<IteratorResult<[K, V]>> {
    if (this.#advancing !== undefined) {
      return this.#advancing.then(() => this.next());
    }
    const batch = this.#current;
    if (batch === undefined || batch.next === batch.keys.length) {
      const advancing = this.#advance();
      this.#advancing = advancing.then(() => {}, () => {})
        .then(() => this.#advancing = undefined);
      return advancing;
    }
    return this.#entry(batch);
  }

  /**
   * Stops: gives up what is under way and closes the source. A source that is
   * being read closes when it can; nobody waits for what it waits for.
   */
  async return(): Promise<IteratorResult<[K, V]>> {
    if (!this.#done) {
      this.#done = true;
      this.#current = undefined;
      for (const batch of this.#pending) batch.cancel();
      // The last one may still be read, for as long as its source likes.
      const begun = this.#chunks.isReading
        ? this.#pending.slice(0, -1)
        : this.#pending;
      for (const { mapped } of begun) await mapped.catch(() => {});
      await this.#chunks.close();
    }
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #advance(): Promise<IteratorResult<[K, V]>> {
    if (this.#done) return { done: true, value: undefined };
    let batch: MappedBatch<K> | undefined;
    try {
      // Its outcomes would all say that it is over.
      if (this.#options.settled) this.#options.signal?.throwIfAborted();
      this.#goOn();
      const [{ mapped }] = this.#pending;
      // Of several, the first one has been read already.
      if (this.#pending.length === 1) await this.#chunks.arrived();
      batch = await mapped;
    } catch (error) {
      // What was given up fails, but nobody wants it any more.
      if (this.#done) return { done: true, value: undefined };
      return await this.#fail(error);
    }
    if (batch === undefined || this.#done) return await this.return();
    this.#current = batch;
    this.#pending.shift();
    this.#goOn();
    return await this.#entry(batch);
  }

  /** Stops because of an error, after which a loop does not call `return`. */
  async #fail(error: unknown): Promise<never> {
    try {
      await this.return();
    } catch {
      // The source did not want to be closed; the first error is the news.
    }
    throw error;
  }

  /** Begins the next batch, unless it has to wait for those under way. */
  #goOn(): void {
    // A callback may have stopped it.
    if (this.#done) return;
    const last = this.#pending.at(-1);
    const may = last === undefined ||
      this.#pending.length < AHEAD && last.mayBeFollowed();
    if (may) this.#pending.push(this.#begin());
  }

  /** Reads a batch and puts it under way. */
  #begin(): PendingBatch<K> {
    let running: RunningBatch | undefined;
    const run = async () => {
      const keys = await this.#chunks.read();
      if (keys === undefined || this.#done) return undefined;
      running = this.#start(keys);
      this.#goOn();
      const results = await running.results;
      return { keys, results, within: running.within, next: 0 };
    };
    const mapped = run();
    // Its error is thrown when its turn comes, or not at all.
    mapped.catch(() => {});
    return {
      mapped,
      mayBeFollowed: () => running?.mayBeFollowed === true,
      cancel: () => running?.cancel(),
    };
  }

  #entry(batch: MappedBatch<K>): Promise<IteratorResult<[K, V]>> {
    const key = batch.keys[batch.next];
    const keyIndex = this.#told++;
    const result = batch.results[batch.next++];
    if (result instanceof RbPromise && result.isResolved) {
      return Promise.resolve(this.#success(key, result.value));
    }
    if (!(result instanceof RbPromise || result instanceof Promise)) {
      return Promise.resolve(this.#success(key, result));
    }
    return batch.within(result).then(
      (value) => this.#success(key, value),
      (reason) => {
        placeFailure(reason, { keyIndex });
        return this.#failure(key, reason);
      },
    );
  }

  #success(key: K, value: unknown): IteratorResult<[K, V]> {
    const told = this.#options.settled ? { status: "fulfilled", value } : value;
    return { done: false, value: [key, told as V] };
  }

  #failure(
    key: K,
    reason: unknown,
  ): IteratorResult<[K, V]> | Promise<never> {
    if (!this.#options.settled) return this.#fail(reason);
    return { done: false, value: [key, { status: "rejected", reason } as V] };
  }
}

/** Cuts a source into arrays. */
class Chunks<K> {
  readonly #iterator: Iterator<K> | AsyncIterator<K>;
  /** The source, if it is a list, and the index of the next key in it. */
  readonly #list: readonly K[] | undefined;
  #next = 0;
  readonly #isAsync: boolean;
  readonly #options: BatchEntriesOptions;
  /** When the last key came, or its wait began, by `performance.now()`. */
  #lastTime = 0;
  #ended = false;
  /** The read that waits for the source, if one does. */
  #reading: Promise<unknown> | undefined = undefined;

  constructor(
    source: Iterable<K> | AsyncIterable<K>,
    options: BatchEntriesOptions,
  ) {
    assertSource(source);
    this.#isAsync = Symbol.asyncIterator in source;
    this.#iterator = Symbol.asyncIterator in source
      ? source[Symbol.asyncIterator]()
      : source[Symbol.iterator]();
    this.#list = Array.isArray(source) ? source : undefined;
    this.#options = options;
  }

  /** Whether a read waits for the source. */
  get isReading(): boolean {
    return this.#reading !== undefined;
  }

  /** The next array, or nothing at the end. */
  async read(): Promise<K[] | undefined> {
    if (!this.#isAsync) return await this.#read();
    const reading = Promise.withResolvers<K[] | undefined>();
    this.#reading = reading.promise;
    reading.resolve(this.#read());
    try {
      return await reading.promise;
    } finally {
      this.#reading = undefined;
    }
  }

  /**
   * Waits for the read that is under way, if one is. Only then the time of the
   * source counts: one that waits for its consumer may read ahead for hours.
   *
   * @throws {TimeoutError} If no key comes in time.
   */
  async arrived(): Promise<void> {
    const reading = this.#reading;
    if (reading !== undefined) await this.#within(reading, "gave no key");
  }

  /** Tells the source that no more is wanted. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const closing = this.#iterator.return?.();
    // A generator closes after the read that is under way, be it hours later.
    if (this.isReading) Promise.resolve(closing).catch(() => {});
    else if (isThenable(closing)) await this.#within(closing, "did not close");
  }

  /** Waits for the source, which may depend on anything. */
  #within<T>(pending: PromiseLike<T>, problem: string): Promise<T> {
    const { timeout, signal } = this.#options;
    this.#lastTime = performance.now();
    return within(pending, {
      due: timeout === undefined ? undefined : () => this.#lastTime + timeout,
      signal,
      late: () =>
        new TimeoutError(
          `The source of mapBatches ${problem} in time: for ${timeout} ms; ` +
            'raise "timeout"',
          { outcome: "not-sent" },
        ),
    });
  }

  async #read(): Promise<K[] | undefined> {
    if (this.#list !== undefined) return this.#slice(this.#list);
    const { batchSize, timeout } = this.#options;
    const chunk: K[] = [];
    while (!this.#ended && chunk.length < batchSize) {
      const item = this.#iterator.next();
      // Awaiting each key of a synchronous source would cost more than its map.
      const { done, value } = this.#isAsync
        ? await item
        : item as IteratorResult<K>;
      if (done) this.#ended = true;
      else chunk.push(value);
      if (timeout !== undefined) this.#lastTime = performance.now();
    }
    return chunk.length === 0 ? undefined : chunk;
  }

  /** By index: an iterator's object for each key takes 4 % of a GET's time. */
  #slice(list: readonly K[]): K[] | undefined {
    const chunk: K[] = [];
    const end = Math.min(
      this.#next + this.#options.batchSize,
      list.length,
    );
    while (this.#next < end) chunk.push(list[this.#next++]);
    return chunk.length === 0 ? undefined : chunk;
  }
}

/** Refuses what gives no keys; a text would give its letters. */
function assertSource(source: unknown): void {
  const isObject = typeof source === "object" && source !== null;
  if (
    isObject && (Symbol.iterator in source || Symbol.asyncIterator in source)
  ) {
    return;
  }
  const what = source === null ? "null" : `a value of type "${typeof source}"`;
  throw new TypeError(
    `Cannot take ${what} for the keys of mapBatches(): expected a list, or ` +
      "anything else that gives one key after the other",
  );
}
