import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  HostCounters,
  LatencyHistogram,
  Window,
} from "../../src/delivery/stats.ts";
import type { Latency } from "../../src/delivery/stats_types.ts";
import { Random } from "../../support/random.ts";
import { FakeTime } from "../fake_time.ts";

const NOW = { queue: { commands: 0, bytes: 0 }, open: 0, idle: 0 };

Deno.test("HostCounters counts batches by their commands, over all and lately", () => {
  const counters = new HostCounters();
  using time = new FakeTime();
  const { now } = time;
  const batch = { issued: 10, sent: 12, replies: 9, errors: 1 };
  counters.count(batch, 2, now);
  counters.count({ issued: 1, sent: 1, replies: 1, errors: 0 }, 7, now);
  counters.error("TimeoutError");
  const stats = counters.summary(NOW);
  assertEquals([stats.sent, stats.replies, stats.timeouts], [13, 10, 1]);
  assertEquals(stats.batches, { count: 2, mean: 5.5, max: 10 });
  assertEquals([stats.latency.count, stats.latency.sum], [11, 27]);
  const { commands, errors, latency } = stats.recent;
  assertEquals([commands, errors, latency], [11, 1, stats.latency]);
});

Deno.test("HostCounters adds what others have counted, also of the last minute", () => {
  using time = new FakeTime();
  const { now } = time;
  const one = new HostCounters();
  const other = new HostCounters();
  one.count({ issued: 10, sent: 12, replies: 9, errors: 1 }, 2, now);
  one.error("TimeoutError");
  one.retries = 1;
  one.traffic.bytesSent = 100;
  other.count({ issued: 4, sent: 4, replies: 4, errors: 0 }, 8, now);
  other.error("TimeoutError");
  other.error("WRONGTYPE");
  other.opened = 2;
  other.traffic.bytesSent = 10;
  const together = new HostCounters();
  together.add(one);
  together.add(other);
  const stats = together.summary(NOW);
  assertEquals([stats.sent, stats.replies, stats.retries], [16, 13, 1]);
  assertEquals(stats.errors, { TimeoutError: 2, WRONGTYPE: 1 });
  assertEquals(stats.batches, { count: 2, mean: 7, max: 10 });
  assertEquals([stats.bytes.sent, stats.connections.opened], [110, 2]);
  assertEquals([stats.latency.count, stats.latency.max], [14, 8]);
  const { commands, errors, latency } = stats.recent;
  assertEquals([commands, errors, latency], [14, 1, stats.latency]);
  // What was added stays what it was.
  assertEquals(one.summary(NOW).recent.commands, 10);
});

const SHARES = { p50: 0.5, p90: 0.9, p99: 0.99 };

/** Distributions as durations have them, in milliseconds. */
const DISTRIBUTIONS: Readonly<Record<string, (random: Random) => number>> = {
  "the same for all": () => 0.25,
  "spread evenly": (random) => random.next() * 100,
  "with a long tail": (random) => -Math.log(1 - random.next()) * 3,
  "over nine orders of magnitude": (random) => 10 ** (random.next() * 9 - 3),
  "mostly fast, sometimes a timeout": (random) =>
    random.chance(0.02) ? 5_000 : 0.2 + random.next() / 10,
};

function record(values: readonly number[]): Latency {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(value, 1);
  return histogram.summary();
}

for (const [name, draw] of Object.entries(DISTRIBUTIONS)) {
  Deno.test(`LatencyHistogram is right to an eighth for durations ${name}`, () => {
    const random = new Random(1);
    for (const length of [1, 2, 10, 1_000, 20_000]) {
      const sorted = Array.from({ length }, () => draw(random))
        .sort((a, b) => a - b);
      const summary = record(sorted);
      assertEquals(summary.count, length);
      assertEquals(summary.max, sorted[length - 1]);
      for (const [percentile, share] of Object.entries(SHARES)) {
        const real = sorted[Math.ceil(share * length) - 1];
        const shown = summary[percentile as keyof typeof SHARES];
        assert(
          shown >= real * 0.999_999 && shown <= real * 9 / 8,
          `${percentile} of ${length}: ${shown} instead of ${real}`,
        );
      }
    }
  });
}

Deno.test("LatencyHistogram counts a weight as so many durations", () => {
  const weighted = new LatencyHistogram();
  weighted.record(1, 90);
  weighted.record(50, 9);
  weighted.record(2_000, 1);
  const single = record([
    ...Array<number>(90).fill(1),
    ...Array<number>(9).fill(50),
    2_000,
  ]);
  assertAlmostEquals(weighted.summary().sum, single.sum);
  assertEquals({ ...weighted.summary(), sum: 0 }, { ...single, sum: 0 });
  assert(single.p50 < 1.125 && single.p90 < 1.125);
  assert(single.p99 >= 50 && single.p99 < 56.25);
});

Deno.test("LatencyHistogram takes nothing, less than it can tell, and hours", () => {
  const none = { count: 0, sum: 0, p50: 0, p90: 0, p99: 0, max: 0 };
  const { buckets, ...rest } = new LatencyHistogram().summary();
  assertEquals(rest, none);
  assert(buckets.every(({ count }) => count === 0));
  assertEquals({ ...record([0, 0, 0]), buckets }, {
    ...none,
    count: 3,
    buckets,
  });
  assert(record([0.000_1]).p50 <= 0.002);
  const hours = record([3_600_000, 36_000_000]);
  assertEquals(hours.max, 36_000_000);
  assert(hours.p50 >= 3_600_000 && hours.p50 <= 3_600_000 * 9 / 8);
});

Deno.test("LatencyHistogram shows buckets that count what is below their bounds", () => {
  const random = new Random(2);
  const values = Array.from(
    { length: 5_000 },
    () => 10 ** (random.next() * 7 - 3),
  );
  const { buckets, sum } = record(values);
  assertEquals(buckets.length, 19);
  assertEquals([buckets[0].le, buckets.at(-1)?.le], [0.064, 16_777.216]);
  for (const { le, count } of buckets) {
    assertEquals(count, values.filter((value) => value < le).length, `${le}`);
  }
  assertAlmostEquals(sum, values.reduce((sum, value) => sum + value, 0), 1e-3);
});

Deno.test("LatencyHistogram takes over what another one has, and forgets it", () => {
  const [one, other, both] = [1, 2, 3].map(() => new LatencyHistogram());
  for (const [value, weight] of [[1, 5], [30, 2], [400, 1]]) {
    one.record(value, weight);
    other.record(value * 2, weight);
    both.record(value, weight);
    both.record(value * 2, weight);
  }
  one.add(other);
  assertEquals(one.summary(), both.summary());
  one.clear();
  assertEquals(one.summary(), new LatencyHistogram().summary());
});

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
