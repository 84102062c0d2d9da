/**
 * Maps over sources of any length, a batch at a time.
 *
 * @module
 */

import { RbPromise } from "../promise.ts";

/** The keys of one batch with their promises, settled. */
type MappedBatch<K, R> = [K, R][];

/**
 * Maps batch after batch: while the consumer works on one, the next one is
 * under way, and no more than these two are held.
 *
 * @param source The keys.
 * @param batchSize How many keys make a batch.
 * @param mapBatch Issues the commands of a batch and waits for them.
 * @returns The entries in the order of the source.
 */
export async function* mapBatches<K, R>(
  source: Iterable<K> | AsyncIterable<K>,
  batchSize: number,
  mapBatch: (keys: K[]) => Promise<R[]>,
): AsyncGenerator<[K, Awaited<R>], void, undefined> {
  const batches = chunks(source, batchSize);
  let pending: Promise<MappedBatch<K, R> | undefined> | undefined;
  const start = async () => {
    const { done, value: keys } = await batches.next();
    if (done) return undefined;
    const values = await mapBatch(keys);
    return keys.map((key, index): [K, R] => [key, values[index]]);
  };
  try {
    pending = start();
    for (;;) {
      const batch = await pending;
      if (batch === undefined) return;
      pending = start();
      // Its error is thrown when its turn comes, or not at all.
      pending.catch(() => {});
      for (const [key, value] of batch) yield [key, await valueOf(value)];
    }
  } finally {
    await pending?.catch(() => {});
    await batches.return?.();
  }
}

/** The value of a settled promise needs no turn of the event loop. */
function valueOf<R>(value: R): Awaited<R> | Promise<Awaited<R>> {
  return value instanceof RbPromise && value.isResolved
    ? value.value
    : Promise.resolve(value);
}

/** Cuts a source into arrays; closes it when no more is wanted. */
async function* chunks<K>(
  source: Iterable<K> | AsyncIterable<K>,
  size: number,
): AsyncGenerator<K[], void, undefined> {
  let chunk: K[] = [];
  for await (const key of source) {
    chunk.push(key);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
