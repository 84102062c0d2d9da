/**
 * Maps over sources of any length, a batch at a time.
 *
 * @module
 */

import { RbPromise } from "../promise.ts";

/** A batch whose commands have been issued. */
export interface IssuedBatch<R> {
  /** What the callback returned for each key, once all is settled. */
  readonly results: Promise<R[]>;
  /** Sends its commands, which were kept back until now. */
  release(): void;
  /** Gives up what is not settled. */
  cancel(): void;
}

/** A batch whose commands are settled, and how far it has been consumed. */
interface MappedBatch<K, R> {
  readonly keys: K[];
  readonly results: R[];
  next: number;
}

/**
 * The entries of a mapped source in its order. While the consumer works on one
 * batch the next one is under way; when the consumer is done and has to wait for
 * that one, the one after it is read and issued, to be sent as soon as the last
 * reply has come. So there are never more than two, and a command is sent when
 * all of the batches before are settled.
 *
 * An iterator written out, because a million passes through an async generator
 * take longer than the commands do.
 */
export class BatchEntries<K, R>
  implements AsyncIterableIterator<[K, Awaited<R>]> {
  readonly #chunks: Chunks<K>;
  readonly #issue: (keys: K[]) => IssuedBatch<R>;
  #current: MappedBatch<K, R> | undefined = undefined;
  /** The batch that is under way, */
  #pending: PendingBatch<K, R> | undefined = undefined;
  /** and the one that will be. */
  #upcoming: PendingBatch<K, R> | undefined = undefined;
  /** The call of `next` that waits for a batch; others queue behind it. */
  #advancing: Promise<unknown> | undefined = undefined;
  #done = false;

  /**
   * @param source The keys.
   * @param size How many of them make a batch.
   * @param issue Issues the commands of a batch, but keeps them back.
   */
  constructor(
    source: Iterable<K> | AsyncIterable<K>,
    size: number,
    issue: (keys: K[]) => IssuedBatch<R>,
  ) {
    this.#chunks = new Chunks(source, size);
    this.#issue = issue;
  }

  /** The next entry. */
  next(): Promise<IteratorResult<[K, Awaited<R>]>> {
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
  async return(): Promise<IteratorResult<[K, Awaited<R>]>> {
    if (!this.#done) {
      this.#done = true;
      this.#current = undefined;
      this.#upcoming?.cancel();
      this.#pending?.cancel();
      if (!this.#chunks.isReading) {
        await this.#pending?.mapped.catch(() => {});
        await this.#upcoming?.mapped.catch(() => {});
      }
      await this.#chunks.close();
    }
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #advance(): Promise<IteratorResult<[K, Awaited<R>]>> {
    if (this.#done) return { done: true, value: undefined };
    try {
      const pending = this.#pending ??= this.#prepare();
      pending.release();
      const upcoming = this.#upcoming = this.#prepare(pending);
      const batch = await pending.mapped;
      if (batch === undefined || this.#done) return await this.return();
      this.#current = batch;
      upcoming.release();
      this.#pending = upcoming;
      this.#upcoming = undefined;
      return await this.#entry(batch);
    } catch (error) {
      // What was given up fails, but nobody wants it any more.
      if (this.#done) return { done: true, value: undefined };
      await this.return();
      throw error;
    }
  }

  /** Reads a batch, after the one before it, and issues it. */
  #prepare(before?: PendingBatch<K, R>): PendingBatch<K, R> {
    const read = async () => {
      await before?.issued;
      const keys = await this.#chunks.read();
      return this.#done ? undefined : keys;
    };
    return new PendingBatch(read(), this.#issue);
  }

  #entry(
    batch: MappedBatch<K, R>,
  ): Promise<IteratorResult<[K, Awaited<R>]>> {
    const key = batch.keys[batch.next];
    const result = batch.results[batch.next++];
    if (result instanceof RbPromise && result.isResolved) {
      return Promise.resolve({ done: false, value: [key, result.value] });
    }
    return Promise.resolve(result).then((value) => ({
      done: false,
      value: [key, value],
    }));
  }
}

/** A batch that is being read from the source, is kept back, or is under way. */
class PendingBatch<K, R> {
  /** Settles when it was issued, or could not be. */
  readonly issued: Promise<unknown>;
  /** It, when its commands are settled; nothing when the source has ended. */
  readonly mapped: Promise<MappedBatch<K, R> | undefined>;
  #batch: IssuedBatch<R> | undefined = undefined;
  #released = false;

  constructor(
    keys: Promise<K[] | undefined>,
    issue: (keys: K[]) => IssuedBatch<R>,
  ) {
    const issued = keys.then((keys) => {
      if (keys === undefined) return undefined;
      this.#batch = issue(keys);
      if (this.#released) this.#batch.release();
      return { keys, results: this.#batch.results };
    });
    this.issued = issued.catch(() => {});
    this.mapped = issued.then(async (batch) =>
      batch && { keys: batch.keys, results: await batch.results, next: 0 }
    );
    // Its error is thrown when its turn comes, or not at all.
    this.mapped.catch(() => {});
  }

  /** Sends its commands as soon as they are issued. */
  release(): void {
    this.#released = true;
    this.#batch?.release();
  }

  /** Gives it up. */
  cancel(): void {
    this.#batch?.cancel();
  }
}

/** Cuts a source into arrays. */
class Chunks<K> {
  readonly #iterator: Iterator<K> | AsyncIterator<K>;
  readonly #isAsync: boolean;
  readonly #size: number;
  #ended = false;
  #isReading = false;

  constructor(source: Iterable<K> | AsyncIterable<K>, size: number) {
    this.#isAsync = Symbol.asyncIterator in source;
    this.#iterator = Symbol.asyncIterator in source
      ? source[Symbol.asyncIterator]()
      : source[Symbol.iterator]();
    this.#size = size;
  }

  /** Whether a read waits for the source. */
  get isReading(): boolean {
    return this.#isReading;
  }

  /** The next array, or nothing at the end. */
  async read(): Promise<K[] | undefined> {
    this.#isReading = this.#isAsync;
    try {
      return await this.#read();
    } finally {
      this.#isReading = false;
    }
  }

  /** Tells the source that no more is wanted. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const closing = this.#iterator.return?.();
    // A generator closes after the read that is under way, be it hours later.
    if (this.#isReading) Promise.resolve(closing).catch(() => {});
    else await closing;
  }

  async #read(): Promise<K[] | undefined> {
    const chunk: K[] = [];
    while (!this.#ended && chunk.length < this.#size) {
      const item = this.#iterator.next();
      // Awaiting each key of a synchronous source would cost more than its map.
      const { done, value } = this.#isAsync
        ? await item
        : item as IteratorResult<K>;
      if (done) this.#ended = true;
      else chunk.push(value);
    }
    return chunk.length === 0 ? undefined : chunk;
  }
}
