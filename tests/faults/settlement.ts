/**
 * Whether everything settles, and how.
 *
 * @module
 */

import { TransportError } from "../../mod.ts";

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

/** Waits for all to settle, but no longer than `time` milliseconds. */
export async function settledWithin(
  promises: PromiseLike<unknown>[],
  time: number,
): Promise<{ status: "settled" | "pending"; reasons: unknown[] }> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((wake) => {
    timer = setTimeout(() => wake(undefined), time);
  });
  const all = Promise.allSettled(promises);
  const results = await Promise.race([all, late]);
  clearTimeout(timer);
  if (results === undefined) return { status: "pending", reasons: [] };
  const reasons = results.filter(({ status }) => status === "rejected")
    .map((result) => (result as PromiseRejectedResult).reason);
  return { status: "settled", reasons };
}
