import { assertEquals, assertRejects } from "@std/assert";
import { Refresher } from "../../src/topology/refresher.ts";
import { isPending, turn } from "../../support/waiting.ts";
import { FakeTime } from "../fake_time.ts";

/** A refresher whose refreshes end when the test says so. */
class Bench {
  readonly time = new FakeTime();
  readonly runs: PromiseWithResolvers<void>[] = [];
  readonly refresher = new Refresher(() => {
    const run = Promise.withResolvers<void>();
    this.runs.push(run);
    return run.promise;
  });

  request(count: number): void {
    for (let i = 0; i < count; i++) this.refresher.request();
  }

  [Symbol.dispose](): void {
    this.refresher.stop();
    this.time[Symbol.dispose]();
  }
}

Deno.test("Refresher makes two refreshes of whatever is asked for at once", async () => {
  using bench = new Bench();
  const { runs, time } = bench;
  bench.request(10_000);
  assertEquals(runs.length, 1);
  bench.request(10_000);
  await turn();
  assertEquals(runs.length, 1);
  runs[0].resolve();
  await turn();
  bench.request(10_000);
  // Not at once: there is a pause between them.
  assertEquals(runs.length, 1);
  await time.advance(50);
  assertEquals(runs.length, 2);
  runs[1].resolve();
  await time.advance(10_000);
  assertEquals(runs.length, 2);
  bench.request(1);
  assertEquals(runs.length, 3);
  runs[2].resolve();
});

Deno.test("Refresher goes on after a refresh that failed", async () => {
  using bench = new Bench();
  bench.request(1);
  bench.runs[0].reject(new Error("There is nobody to ask"));
  await bench.time.advance(50);
  bench.request(1);
  assertEquals(bench.runs.length, 2);
});

Deno.test("Refresher.stop() ends it, in the middle of a refresh or of the pause behind it", async () => {
  for (const isOver of [false, true]) {
    using bench = new Bench();
    bench.request(1);
    if (isOver) {
      bench.runs[0].resolve();
      await turn();
    }
    bench.request(1);
    bench.refresher.stop();
    bench.runs[0].resolve();
    await bench.time.advance(1_000);
    bench.request(1);
    assertEquals(bench.runs.length, 1);
  }
});

Deno.test("Refresher keeps no program alive", async () => {
  using bench = new Bench();
  bench.request(1);
  bench.runs[0].resolve();
  await turn();
  assertEquals(bench.time.held, [false]);
});

Deno.test("Refresher.refreshed() waits for a refresh that begins later", async () => {
  using bench = new Bench();
  const { runs, time, refresher } = bench;
  bench.request(1);
  const refreshed = refresher.refreshed();
  runs[0].resolve();
  assertEquals(await isPending(refreshed), true);
  await time.advance(50);
  runs[1].reject(new Error("There is nobody to ask"));
  await assertRejects(() => refreshed, Error, "nobody to ask");
  // The pause grows with every failure.
  const again = refresher.refreshed();
  const failed = assertRejects(() => again, Error, "gone");
  await time.advance(50);
  runs[2].reject(new Error("It is gone"));
  await failed;
  const last = refresher.refreshed();
  const stopped = assertRejects(() => last, Error, "is closed");
  await time.advance(50);
  assertEquals(runs.length, 3);
  await time.advance(50);
  assertEquals(runs.length, 4);
  refresher.stop();
  await stopped;
  await assertRejects(() => refresher.refreshed(), Error, "is closed");
});
