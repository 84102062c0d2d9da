import { assertEquals, assertLess } from "@std/assert";
import { PromiseLog } from "../../src/clients/promise_log.ts";
import { RbPromise } from "../../src/promise.ts";

/** Batches are settled, and commands fail, between any two looks; or neither. */
class Progress {
  readonly #settles: boolean;
  readonly #fails: boolean;
  #count = 0;

  constructor({ settles = false, fails = false } = {}) {
    this.#settles = settles;
    this.#fails = fails;
  }

  get settledBatches(): number {
    return this.#settles ? ++this.#count : 0;
  }

  get failedCommands(): number {
    return this.#fails ? ++this.#count : 0;
  }
}

function reasonsOf(log: PromiseLog): unknown[] {
  return log.failures().map(({ reason }) => reason);
}

Deno.test("PromiseLog.failures() are in the order of issue", () => {
  const log = new PromiseLog(new Progress());
  const promises = Array.from({ length: 5_000 }, () => new RbPromise());
  for (const promise of promises) log.push(promise);
  for (const at of [4_999, 2_047, 0, 2_048]) promises[at].reject(at);
  const reasons = [0, 2_047, 2_048, 4_999];
  assertEquals(
    log.failures(),
    reasons.map((at) => ({ index: at, reason: at })),
  );
  assertEquals(log.length, 5_000);
});

Deno.test("PromiseLog keeps every reason, whatever it lets go", () => {
  const log = new PromiseLog(new Progress({ settles: true }));
  const expected: number[] = [];
  for (let i = 0; i < 20_000; i++) {
    const promise = new RbPromise<number>();
    log.push(promise);
    if (i % 1_000 === 7) expected.push(i);
    if (i % 1_000 === 7) promise.reject(i);
    else promise.resolve(i);
  }
  assertEquals(reasonsOf(log), expected);
  // A reason here is the index of its command.
  assertEquals(log.failures().map(({ index }) => index), expected);
  assertEquals([log.includes(1_007), log.includes(1_008)], [true, false]);
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
function left(progress: Progress, isRejected: (at: number) => boolean) {
  const log = new PromiseLog(progress);
  for (let i = 0; i < 20_000; i++) {
    const promise = new Watched();
    log.push(promise);
    if (isRejected(i)) promise.reject(i);
    else promise.resolve(i);
  }
  Watched.looks = 0;
  reasonsOf(log);
  return Watched.looks;
}

Deno.test("PromiseLog lets those go that have resolved, wherever they stand", () => {
  const both = () => new Progress({ settles: true, fails: true });
  assertLess(left(both(), () => false), 4_000);
  // Both ends of each chunk stay.
  assertLess(left(both(), (at) => (at + 1) % 1_024 < 2), 4_000);
  assertEquals(left(new Progress({ fails: true }), () => false), 20_000);
});

Deno.test("PromiseLog.failures() looks at nothing when nothing has failed", () => {
  assertEquals(left(new Progress(), () => false), 0);
  assertEquals(left(new Progress(), (at) => at === 7), 20_000);
});
