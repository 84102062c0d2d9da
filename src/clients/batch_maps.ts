/**
 * The maps that `mapBatches` consists of.
 *
 * @module
 */

import { isThenable, RbPromise } from "../promise.ts";
import type { RunningBatch } from "./map_batches.ts";
import { placeKeys } from "./failure_places.ts";
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
  /** Whether a failure is for its key alone. */
  settled: boolean;
}

/**
 * Makes the function that puts a batch of keys under way as a map of its own.
 *
 * A map may be followed before it is settled when that changes nothing: when
 * the callback is not heard of again, so that nothing more can be issued, and
 * when neither room nor time is short.
 */
export function batchMaps<K, R>(
  { begin, callback, timeout, settled }: BatchMapsOptions<K, R>,
): (keys: readonly K[]) => RunningBatch {
  let lastTime = Infinity;
  let issued = 0;
  return (keys) => {
    const first = issued;
    issued += keys.length;
    const mapping = begin();
    /**
     * How many commands there were before those for each key, unless each has one
     * so far.
     */
    let starts: number[] | undefined;
    const client = createMappingClient(mapping);
    const { dispatcher } = mapping;
    // As it is asked for no more while any of it waits.
    dispatcher.patience = Infinity;
    const start = performance.now();
    let isOver = false;
    let hasForeign = false;
    const returned: unknown[] = new Array(keys.length);
    /** How many keys have had their turn. */
    let count = 0;
    const issueFor = (key: K): unknown => {
      const result = callback(client, key);
      if (!isForeign(result)) return result;
      hasForeign = true;
      const promise = Promise.resolve(result);
      // Whoever consumes it has not come that far when it rejects.
      promise.catch(() => {});
      return promise;
    };
    const issue = (): unknown[] | Promise<unknown[]> => {
      while (count < keys.length) {
        const key = keys[count];
        const { issued } = mapping;
        if (issued !== count) starts ??= [...Array(count).keys()];
        starts?.push(issued);
        const index = count++;
        returned[index] = settled
          ? attempt(() => issueFor(key))
          : issueFor(key);
        if (dispatcher.crowded) return dispatcher.roomy().then(issue, inVain);
      }
      // The turn may last as long as the batch before is being consumed.
      dispatcher.flush();
      isOver = !hasForeign;
      return returned;
    };
    const inVain = (reason: unknown): unknown[] | Promise<unknown[]> => {
      if (!settled) throw reason;
      // Of the others none waits for as long again; where there is room they go.
      dispatcher.patience = 0;
      return issue();
    };
    const run = mapping.run(issue);
    const results = settled
      ? run.catch((error) =>
        keys.map((_, index) =>
          index < count ? returned[index] : RbPromise.rejected(error)
        )
      )
      : run;
    run.catch((error) =>
      placeKeys(
        error,
        (index) =>
          first + (starts?.findLastIndex((start) => start <= index) ??
            Math.min(index, count - 1)),
      )
    );
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

/** What a call gives, or a promise that is rejected with what it throws. */
function attempt(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return RbPromise.rejected(error);
  }
}

/** Whether a result stands for work that the dispatcher does not see. */
function isForeign(result: unknown): result is PromiseLike<unknown> {
  return !(result instanceof RbPromise) && isThenable(result);
}
