import { assertEquals, assertLess } from "@std/assert";
import { PromiseLog } from "../../src/clients/promise_log.ts";
import { RbPromise } from "../../src/promise.ts";

Deno.test("PromiseLog.reasons() are in the order of issue", () => {
  const log = new PromiseLog(() => 0);
  const promises = Array.from({ length: 5_000 }, () => new RbPromise());
  for (const promise of promises) log.push(promise);
  for (const at of [4_999, 2_047, 0, 2_048]) promises[at].reject(at);
  assertEquals(log.reasons(), [0, 2_047, 2_048, 4_999]);
  assertEquals(log.length, 5_000);
});

Deno.test("PromiseLog keeps every reason, whatever it lets go", () => {
  let progress = 0;
  const log = new PromiseLog(() => ++progress);
  const expected: number[] = [];
  for (let i = 0; i < 20_000; i++) {
    const promise = new RbPromise<number>();
    log.push(promise);
    if (i % 1_000 === 7) expected.push(i);
    if (i % 1_000 === 7) promise.reject(i);
    else promise.resolve(i);
  }
  assertEquals(log.reasons(), expected);
});

/** A promise that tells whether it is still in the log at the end. */
class Watched extends RbPromise<number> {
  static looks = 0;

  override get isRejected(): boolean {
    Watched.looks++;
    return super.isRejected;
  }
}

/** How many of 20,000 promises are left at the end. */
function left(progress: () => number, isRejected: (at: number) => boolean) {
  const log = new PromiseLog(progress);
  for (let i = 0; i < 20_000; i++) {
    const promise = new Watched();
    log.push(promise);
    if (isRejected(i)) promise.reject(i);
    else promise.resolve(i);
  }
  Watched.looks = 0;
  log.reasons();
  return Watched.looks;
}

Deno.test("PromiseLog lets those go that have resolved, wherever they stand", () => {
  let progress = 0;
  assertLess(left(() => ++progress, () => false), 4_000);
  // Both ends of each chunk stay.
  assertLess(left(() => ++progress, (at) => (at + 1) % 1_024 < 2), 4_000);
  assertEquals(left(() => 0, () => false), 20_000);
});
