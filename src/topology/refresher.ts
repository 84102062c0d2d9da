/**
 * Refreshing what is known of the hosts: one question at a time.
 *
 * @module
 */

import { runtime, type Timer } from "../runtime/mod.ts";

/** Milliseconds between the end of one refresh and the next. */
const PAUSE = 50;

/**
 * Refreshes when it is asked to, however often that is: what is asked for during
 * a refresh, or shortly after it, is one more.
 */
export class Refresher {
  readonly #refresh: () => Promise<void>;
  #state: "idle" | "busy" | "stopped" = "idle";
  #isWanted = false;
  #timer: Timer | undefined = undefined;

  /** @param refresh Finds out what is new; a failure of it changes nothing. */
  constructor(refresh: () => Promise<void>) {
    this.#refresh = refresh;
  }

  /** Asks for a refresh. */
  request(): void {
    this.#isWanted = true;
    if (this.#state === "idle") this.#run();
  }

  /** Refreshes no more. */
  stop(): void {
    this.#state = "stopped";
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    this.#state = "busy";
    this.#isWanted = false;
    try {
      await this.#refresh();
    } catch {
      // Whatever asked for it will do so again, as long as it is not right.
    }
    if (this.#state !== "busy") return;
    this.#timer = setTimeout(() => {
      this.#state = "idle";
      if (this.#isWanted) this.#run();
    }, PAUSE);
    runtime.unref(this.#timer);
  }
}
