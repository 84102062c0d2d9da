import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  type Latency,
  LatencyHistogram,
} from "../../src/delivery/histogram.ts";
import { Random } from "../../support/random.ts";

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
