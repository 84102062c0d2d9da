/**
 * The maps that `mapBatches` consists of.
 *
 * @module
 */

import { isThenable, RbPromise } from "../promise.ts";
import type { RunningBatch } from "./map_batches.ts";
import { cancelled, type Mapping } from "./mapping.ts";
import { createMappingClient, type MappingClient } from "./mapping_client.ts";

/**
 * A batch is followed at once only if the one before took no more than this part
 * of the time there is: its replies may come behind those of its follower, whose
 * clock runs while it waits in turn.
 */
const UNHURRIED = 1 / 10;

/** Said of what did not settle, although all commands have. */
const PENDING =
  "what its callback returned for a key still waits for something that is no " +
  'command of it; raise "timeout"';

/** Settings of {@linkcode batchMaps}. */
export interface BatchMapsOptions<K, R> {
  /** Begins a map in the lanes that all of them share. */
  begin: () => Mapping;
  /** Issues the commands for one key. */
  callback: (client: MappingClient, key: K) => R;
  /** Milliseconds that each map has. */
  timeout: number;
}

/**
 * Makes the function that puts a batch of keys under way as a map of its own.
 *
 * A map may be followed before it is settled when that changes nothing: when
 * the callback is not heard of again, so that nothing more can be issued, and
 * when neither room nor time is short.
 */
export function batchMaps<K, R>(
  { begin, callback, timeout }: BatchMapsOptions<K, R>,
): (keys: readonly K[]) => RunningBatch<R> {
  let lastTime = Infinity;
  return (keys) => {
    const mapping = begin();
    const client = createMappingClient(mapping);
    const { dispatcher } = mapping;
    // As it is asked for no more while any of it waits.
    dispatcher.patience = Infinity;
    const start = performance.now();
    let isOver = false;
    const returned: R[] = [];
    const issue = (): R[] | Promise<R[]> => {
      while (returned.length < keys.length) {
        const result = callback(client, keys[returned.length]);
        // Whoever consumes it has not come that far when it rejects.
        if (result instanceof Promise) result.catch(() => {});
        returned.push(result);
        if (dispatcher.crowded) return dispatcher.roomy().then(issue);
      }
      // The turn may last as long as the batch before is being consumed.
      dispatcher.flush();
      isOver = !returned.some(isForeign);
      return returned;
    };
    const results = mapping.run(issue);
    results.then(() => lastTime = performance.now() - start, () => {});
    return {
      results,
      get mayBeFollowed() {
        return isOver && lastTime < UNHURRIED * timeout &&
          dispatcher.mayBeFollowed;
      },
      within: (result) => mapping.within(result, PENDING),
      cancel: () => mapping.cancel(cancelled()),
    };
  };
}

/** Whether a result stands for work that the dispatcher does not see. */
function isForeign(result: unknown): boolean {
  return !(result instanceof RbPromise) && isThenable(result);
}
