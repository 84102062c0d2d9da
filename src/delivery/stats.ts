/**
 * What has happened on the way to one host, and how long it took.
 *
 * @module
 */

import type {
  Latency,
  LatencyBucket,
  RecentStats,
  ServerStats,
} from "./stats_types.ts";

/** What is counted of a batch. */
export interface SettledBatch {
  /** How many commands it had. */
  readonly issued: number;
  /** How many commands were encoded, those sent again counted again. */
  readonly sent: number;
  /** How many commands got a reply. */
  readonly replies: number;
  /** How many commands were rejected. */
  readonly errors: number;
}

/**
 * Counts. Nothing is done per command that is not done anyway: a batch is
 * counted when it is settled, an error when it is made.
 */
export class HostCounters {
  /** Bytes on the network, counted by the connections themselves. */
  readonly traffic = { bytesSent: 0, bytesReceived: 0, heardAt: -Infinity };
  /** Batches put on another connection. */
  retries = 0;
  /** Commands that the host sent elsewhere. */
  redirects = 0;
  /** Refreshes that it was the reason of. */
  refreshes = 0;
  /** Times that another server took over. */
  failovers = 0;
  /** Reads that a replica left to others. */
  fallbacks = 0;
  /** Connections opened. */
  opened = 0;
  /** Connections lost. */
  lost = 0;
  readonly #errors = new Map<string, number>();
  readonly #latency = new LatencyHistogram();
  readonly #window = new Window();
  #sent = 0;
  #replies = 0;
  #commands = 0;
  #batches = 0;
  #largest = 0;

  /** Counts a failed command. */
  error(kind: string): void {
    this.#errors.set(kind, (this.#errors.get(kind) ?? 0) + 1);
  }

  /**
   * Counts a batch that is settled.
   *
   * @param batch The batch.
   * @param milliseconds How long it took.
   * @param now The time of `performance.now()`.
   */
  count(batch: SettledBatch, milliseconds: number, now: number): void {
    this.#batches++;
    this.#commands += batch.issued;
    this.#sent += batch.sent;
    this.#replies += batch.replies;
    this.#largest = Math.max(this.#largest, batch.issued);
    this.#latency.record(milliseconds, batch.issued);
    this.#window.add(batch, milliseconds, now);
  }

  /** Counts what another one has counted. */
  add(other: HostCounters): void {
    for (const [kind, count] of other.#errors) {
      this.#errors.set(kind, (this.#errors.get(kind) ?? 0) + count);
    }
    const { traffic } = this;
    traffic.bytesSent += other.traffic.bytesSent;
    traffic.bytesReceived += other.traffic.bytesReceived;
    this.retries += other.retries;
    this.redirects += other.redirects;
    this.refreshes += other.refreshes;
    this.failovers += other.failovers;
    this.opened += other.opened;
    this.lost += other.lost;
    this.#sent += other.#sent;
    this.#replies += other.#replies;
    this.#commands += other.#commands;
    this.#batches += other.#batches;
    this.#largest = Math.max(this.#largest, other.#largest);
    this.#latency.add(other.#latency);
    this.#window.addAll(other.#window, performance.now());
  }

  /**
   * Everything so far.
   *
   * @param now What is queued, and the connections there are.
   */
  summary(
    now: {
      queue: ServerStats["queue"];
      open: number;
      idle: number;
    },
  ): ServerStats {
    const errors = Object.fromEntries(this.#errors);
    const timeouts = (errors.TimeoutError ?? 0) +
      (errors.PoolTimeoutError ?? 0);
    return {
      sent: this.#sent,
      replies: this.#replies,
      errors,
      timeouts,
      retries: this.retries,
      redirects: this.redirects,
      refreshes: this.refreshes,
      failovers: this.failovers,
      queue: now.queue,
      batches: {
        count: this.#batches,
        mean: this.#batches === 0 ? 0 : this.#commands / this.#batches,
        max: this.#largest,
      },
      bytes: {
        sent: this.traffic.bytesSent,
        received: this.traffic.bytesReceived,
      },
      latency: this.#latency.summary(),
      recent: this.#window.summary(performance.now()),
      connections: {
        open: now.open,
        idle: now.idle,
        opened: this.opened,
        lost: this.lost,
      },
    };
  }
}

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

/** Milliseconds after which what was counted is a part of the window less, */
const SLICE_LENGTH = 10_000;

/** and how many such parts it has. */
const SLICES = 6;

/** What is counted together. */
interface Slice {
  readonly latency: LatencyHistogram;
  commands: number;
  errors: number;
}

/** Counts, and forgets what is older than a minute, a slice at a time. */
export class Window {
  readonly #slices: readonly Slice[] = Array.from({ length: SLICES }, () => ({
    latency: new LatencyHistogram(),
    commands: 0,
    errors: 0,
  }));
  /** The number of the slice in use, counted from the origin of time. */
  #current = -Infinity;
  /** When it began to count. */
  #since = Infinity;

  /**
   * Counts a batch that is settled.
   *
   * @param batch How many commands it had, and how many failed.
   * @param milliseconds How long it took.
   * @param now The time of `performance.now()`.
   */
  add(
    { issued, errors }: { readonly issued: number; readonly errors: number },
    milliseconds: number,
    now: number,
  ): void {
    this.#since = Math.min(this.#since, now - milliseconds);
    this.#advance(now);
    const slice = this.#slices[this.#current % SLICES];
    slice.latency.record(milliseconds, issued);
    slice.commands += issued;
    slice.errors += errors;
  }

  /** Counts what another one has counted and not forgotten. */
  addAll(other: Window, now: number): void {
    this.#since = Math.min(this.#since, other.#since);
    this.#advance(now);
    other.#advance(now);
    this.#slices.forEach((slice, index) => {
      const { latency, commands, errors } = other.#slices[index];
      slice.latency.add(latency);
      slice.commands += commands;
      slice.errors += errors;
    });
  }

  /**
   * All of the last minute.
   *
   * @param now The time of `performance.now()`.
   */
  summary(now: number): RecentStats {
    this.#advance(now);
    const latency = new LatencyHistogram();
    let commands = 0;
    let errors = 0;
    for (const slice of this.#slices) {
      latency.add(slice.latency);
      commands += slice.commands;
      errors += slice.errors;
    }
    const start = (this.#current - SLICES + 1) * SLICE_LENGTH;
    const milliseconds = Math.max(0, now - Math.max(start, this.#since));
    return { milliseconds, commands, errors, latency: latency.summary() };
  }

  /** Makes room for what is counted now. */
  #advance(now: number): void {
    const next = Math.floor(now / SLICE_LENGTH);
    if (next <= this.#current) return;
    const first = Math.max(this.#current + 1, next - SLICES + 1);
    for (let number = first; number <= next; number++) {
      const slice = this.#slices.at(number % SLICES)!;
      slice.latency.clear();
      slice.commands = slice.errors = 0;
    }
    this.#current = next;
  }
}
