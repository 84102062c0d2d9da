/**
 * How long things take, in a fixed amount of memory.
 *
 * @module
 */

/** How many buckets an octave is divided into: a value is off by 1/8 at most. */
const BUCKETS_PER_OCTAVE = 8;

/** From one microsecond to more than an hour. */
const OCTAVES = 32;

/** Percentiles of durations. */
export interface Latency {
  /** How many were measured. */
  readonly count: number;
  /** Half of them took at most this many milliseconds. */
  readonly p50: number;
  /** 90% of them took at most this many milliseconds. */
  readonly p90: number;
  /** 99% of them took at most this many milliseconds. */
  readonly p99: number;
  /** The longest, in milliseconds. */
  readonly max: number;
}

/**
 * A histogram whose buckets grow with their values, so that each percentile is
 * right to an eighth whatever its size (the idea of HdrHistogram).
 */
export class LatencyHistogram {
  readonly #buckets = new Float64Array(OCTAVES * BUCKETS_PER_OCTAVE);
  #count = 0;
  #max = 0;

  /**
   * Notes a duration.
   *
   * @param milliseconds The duration.
   * @param weight How many took that long.
   */
  record(milliseconds: number, weight: number): void {
    this.#buckets[bucketOf(milliseconds)] += weight;
    this.#count += weight;
    if (milliseconds > this.#max) this.#max = milliseconds;
  }

  /** The percentiles of all that was noted. */
  summary(): Latency {
    return {
      count: this.#count,
      p50: this.#percentile(0.5),
      p90: this.#percentile(0.9),
      p99: this.#percentile(0.99),
      max: this.#max,
    };
  }

  #percentile(share: number): number {
    let missing = share * this.#count;
    for (let bucket = 0; bucket < this.#buckets.length; bucket++) {
      missing -= this.#buckets[bucket];
      if (missing <= 0 && this.#count > 0) {
        return Math.min(this.#max, upperBound(bucket));
      }
    }
    return this.#max;
  }
}

function bucketOf(milliseconds: number): number {
  const microseconds = milliseconds * 1_000;
  if (microseconds < 1) return 0;
  const bucket = Math.floor(Math.log2(microseconds) * BUCKETS_PER_OCTAVE);
  return Math.min(bucket, OCTAVES * BUCKETS_PER_OCTAVE - 1);
}

/** The longest duration that falls into a bucket, in milliseconds. */
function upperBound(bucket: number): number {
  return 2 ** ((bucket + 1) / BUCKETS_PER_OCTAVE) / 1_000;
}
