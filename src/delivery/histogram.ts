/**
 * How long things took, as a histogram.
 *
 * @module
 */

/** How many buckets an octave is divided into: a value is off by 1/8 at most. */
const BUCKETS_PER_OCTAVE = 8;

/** From one microsecond to more than an hour. */
const OCTAVES = 32;

/**
 * The bounds of the buckets that are shown, as powers of two in microseconds, so
 * that the buckets kept add up to them: from 64 microseconds to 17 seconds.
 */
const FIRST_BOUND = 6;
const LAST_BOUND = 24;

/** How many durations were shorter than a bound. */
export interface LatencyBucket {
  /** The bound, in milliseconds. */
  readonly le: number;
  /** How many were below it, those of the buckets before included. */
  readonly count: number;
}

/** Durations: how many, how long together, and how they are distributed. */
export interface Latency {
  /** How many were measured. */
  readonly count: number;
  /** All of them together, in milliseconds. */
  readonly sum: number;
  /** Half of them took at most this many milliseconds. */
  readonly p50: number;
  /** 90% of them took at most this many milliseconds. */
  readonly p90: number;
  /** 99% of them took at most this many milliseconds. */
  readonly p99: number;
  /** The longest, in milliseconds. */
  readonly max: number;
  /**
   * Buckets with bounds that never change: powers of two in microseconds, from
   * 0.064 ms to 16,777.216 ms. What took longer is in `count` alone.
   */
  readonly buckets: readonly LatencyBucket[];
}

/**
 * A histogram whose buckets grow with their values, so that each percentile is
 * right to an eighth whatever its size (the idea of HdrHistogram).
 */
export class LatencyHistogram {
  readonly #buckets = new Float64Array(OCTAVES * BUCKETS_PER_OCTAVE);
  #count = 0;
  #sum = 0;
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
    this.#sum += milliseconds * weight;
    if (milliseconds > this.#max) this.#max = milliseconds;
  }

  /** Notes what another one has noted. */
  add(other: LatencyHistogram): void {
    other.#buckets.forEach((count, bucket) => this.#buckets[bucket] += count);
    this.#count += other.#count;
    this.#sum += other.#sum;
    this.#max = Math.max(this.#max, other.#max);
  }

  /** Forgets everything. */
  clear(): void {
    this.#buckets.fill(0);
    this.#count = this.#sum = this.#max = 0;
  }

  /** All that was noted. */
  summary(): Latency {
    return {
      count: this.#count,
      sum: this.#sum,
      p50: this.#percentile(0.5),
      p90: this.#percentile(0.9),
      p99: this.#percentile(0.99),
      max: this.#max,
      buckets: this.#shown(),
    };
  }

  #shown(): LatencyBucket[] {
    const shown: LatencyBucket[] = [];
    let count = 0;
    let bucket = 0;
    for (let bound = FIRST_BOUND; bound <= LAST_BOUND; bound++) {
      const end = bound * BUCKETS_PER_OCTAVE;
      while (bucket < end) count += this.#buckets[bucket++];
      shown.push({ le: 2 ** bound / 1_000, count });
    }
    return shown;
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
