/**
 * Waiting for events, by the real clock, also while time is driven by hand.
 *
 * @module
 */

const { setTimeout, clearTimeout } = globalThis;
const now = performance.now.bind(performance);

/**
 * So long may take what takes no time on a machine that does nothing else, in
 * milliseconds. Tests that are not about time give it as the `timeout` of what
 * sends much: that of a cluster is short for a busy machine.
 */
export const PATIENCE = 60_000;

/** Waits for a turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((wake) => setTimeout(wake));
}

/** Waits. What is asserted behind it must hold however long it took. */
export function sleep(time: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, time));
}

/** Waits until something holds; fails when it never does. */
export async function eventually(
  check: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = now() + PATIENCE;
  while (!await check()) {
    if (now() > end) throw new Error(`It never held: ${check}`);
    await sleep(5);
  }
}

/** Waits for a promise; fails when it never settles, instead of hanging. */
export async function bounded<T>(promise: PromiseLike<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("It never settled")), PATIENCE);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether a promise is pending, after a few turns of the event loop. */
export async function isPending(
  promise: PromiseLike<unknown>,
): Promise<boolean> {
  let pending = true;
  const end = () => pending = false;
  promise.then(end, end);
  for (let i = 0; i < 3 && pending; i++) await turn();
  return pending;
}

/**
 * Does something over and over while something else goes on, and ends with that.
 * The first error of either is thrown.
 */
export async function meanwhile<T>(
  work: () => Promise<T>,
  again: () => Promise<unknown>,
): Promise<T> {
  let isOver = false;
  const repeating = (async () => {
    while (!isOver) await again();
  })();
  const working = work();
  try {
    return await Promise.race([working, repeating.then(() => working)]);
  } finally {
    isOver = true;
    await bounded(Promise.allSettled([working, repeating]));
  }
}
