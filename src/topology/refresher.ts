/**
 * Refreshing what is known of the hosts: one question at a time.
 *
 * @module
 */

import { runtime, type Timer } from "../runtime/mod.ts";

/** Milliseconds between the end of one refresh and the next, */
const PAUSE = 50;
/** and the most of them after several that failed. */
const LONGEST_PAUSE = 800;

/** What a refresh came to. */
type Result = { readonly error: unknown } | undefined;

/**
 * Refreshes when it is asked to, however often that is: what is asked for during
 * a refresh, or shortly after it, is one more.
 */
export class Refresher {
  readonly #refresh: () => Promise<void>;
  #state: "idle" | "busy" | "stopped" = "idle";
  #isWanted = false;
  #failures = 0;
  /** Ends the pause after a refresh. */
  #timer: Timer | undefined = undefined;
  #pauseEnd = 0;
  /** Told of the refresh that is under way, */
  #present: ((result: Result) => void)[] = [];
  /** and of the next one. */
  #next: ((result: Result) => void)[] = [];

  /** @param refresh Finds out what is new; a failure of it changes nothing. */
  constructor(refresh: () => Promise<void>) {
    this.#refresh = refresh;
  }

  /** Asks for a refresh. */
  request(): void {
    this.#isWanted = true;
    if (this.#state === "idle") this.#run();
  }

  /**
   * Asks for a refresh and waits for it.
   *
   * @throws What it failed with, or an error if there will be none any more.
   */
  refreshed(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (this.#state === "stopped") {
      reject(closed());
      return promise;
    }
    this.#next.push((result) =>
      result === undefined ? resolve() : reject(result.error)
    );
    this.request();
    // Whoever waits for one keeps the program alive.
    if (this.#timer !== undefined) this.#pause();
    return promise;
  }

  /** Refreshes no more. */
  stop(): void {
    this.#state = "stopped";
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = [...this.#present, ...this.#next];
    this.#present = this.#next = [];
    for (const tell of waiting) tell({ error: closed() });
  }

  async #run(): Promise<void> {
    this.#state = "busy";
    this.#isWanted = false;
    this.#present = this.#next;
    this.#next = [];
    let result: Result;
    try {
      await this.#refresh();
      this.#failures = 0;
    } catch (error) {
      // Whatever asked for it will do so again, as long as it is not right.
      result = { error };
      this.#failures++;
    }
    if (this.#state !== "busy") return;
    const waiting = this.#present;
    this.#present = [];
    const doublings = Math.max(0, this.#failures - 1);
    const pause = Math.min(LONGEST_PAUSE, PAUSE * 2 ** doublings);
    this.#pauseEnd = performance.now() + pause;
    this.#pause();
    for (const tell of waiting) tell(result);
  }

  /** Waits for the end of the pause; the program does so if anybody does. */
  #pause(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#state = "idle";
      if (this.#isWanted) this.#run();
    }, Math.max(0, this.#pauseEnd - performance.now()));
    if (this.#next.length === 0) runtime.unref(this.#timer);
  }
}

function closed(): Error {
  return new Error("The cluster is closed");
}
