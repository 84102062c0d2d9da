/**
 * Whether everything settles, and how.
 *
 * @module
 */

import { TransportError } from "../../mod.ts";
import { bounded } from "../../support/waiting.ts";

/** Counts rejections that nobody handles while it is in use. */
export class UnhandledRejections implements Disposable {
  readonly reasons: unknown[] = [];
  readonly #note = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    this.reasons.push(event.reason);
  };

  constructor() {
    addEventListener("unhandledrejection", this.#note);
  }

  [Symbol.dispose](): void {
    removeEventListener("unhandledrejection", this.#note);
  }
}

/** Whether a fault may have done that; anything else is a fault of its own. */
export function isExpected(reason: unknown): boolean {
  if (reason instanceof AggregateError) return reason.errors.every(isExpected);
  return reason instanceof TransportError || reason instanceof DOMException ||
    typeof reason === "number";
}

/** Waits for all to settle, and gives what they were rejected with. */
export async function reasonsOf(
  promises: PromiseLike<unknown>[],
): Promise<unknown[]> {
  const results = await bounded(Promise.allSettled(promises));
  return results.filter(({ status }) => status === "rejected")
    .map((result) => (result as PromiseRejectedResult).reason);
}
