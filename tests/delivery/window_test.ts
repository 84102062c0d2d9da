import { assertEquals } from "@std/assert";
import { Window } from "../../src/delivery/window.ts";

const TEN_SECONDS = 10_000;

/** How much of the window there is at a time. */
function countsAt(window: Window, now: number): number[] {
  const { milliseconds, commands, errors, latency } = window.summary(now);
  return [milliseconds, commands, errors, latency.count];
}

Deno.test("Window has what was counted, over the time since", () => {
  const window = new Window();
  assertEquals(countsAt(window, 123_456), [0, 0, 0, 0]);
  window.add({ issued: 5, errors: 1 }, 100, 123_556);
  window.add({ issued: 2, errors: 0 }, 30, 124_000);
  assertEquals(countsAt(window, 125_456), [2_000, 7, 1, 7]);
  const { latency } = window.summary(125_456);
  assertEquals([latency.sum, latency.max], [560, 100]);
});

Deno.test("Window forgets what is older than a minute, a slice at a time", () => {
  const window = new Window();
  for (let slice = 0; slice < 20; slice++) {
    window.add({ issued: 1, errors: 1 }, 1, slice * TEN_SECONDS + 5_000);
  }
  const now = 19 * TEN_SECONDS + 5_000;
  assertEquals(countsAt(window, now), [55_000, 6, 6, 6]);
  assertEquals(countsAt(window, now + TEN_SECONDS), [55_000, 5, 5, 5]);
  assertEquals(countsAt(window, now + 5 * TEN_SECONDS), [55_000, 1, 1, 1]);
  assertEquals(countsAt(window, now + 6 * TEN_SECONDS), [55_000, 0, 0, 0]);
});

Deno.test("Window forgets everything after a long silence", () => {
  const window = new Window();
  window.add({ issued: 1, errors: 0 }, 1, 1_000);
  window.add({ issued: 3, errors: 2 }, 2, 3_600_000_000);
  assertEquals(countsAt(window, 3_600_000_000).slice(1), [3, 2, 3]);
  assertEquals(window.summary(3_600_000_000).latency.max, 2);
});
