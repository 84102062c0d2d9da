import { assertEquals } from "@std/assert";
import { inSlices } from "../../src/delivery/slices.ts";

/** Steps that note what they have done. */
function* counting(count: number, done: number[]): Iterator<void> {
  for (let i = 0; i < count; i++) {
    done.push(i);
    yield;
  }
}

/** A turn of the event loop, in which timers run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("inSlices() does what is short at once", () => {
  const done: number[] = [];
  inSlices(counting(100, done));
  assertEquals(done.length, 100);
});

Deno.test("inSlices() lets the event loop turn between slices, and keeps their order", async () => {
  const done: number[] = [];
  inSlices(counting(2_500, done));
  const lengths = [done.length];
  for (let i = 0; i < 10 && done.length < 2_500; i++) {
    await turn();
    if (done.length !== lengths.at(-1)) lengths.push(done.length);
  }
  assertEquals(lengths.length >= 3, true, `${lengths}`);
  assertEquals(done, Array.from({ length: 2_500 }, (_, index) => index));
});
