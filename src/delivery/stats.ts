/**
 * What has happened on the way to one host, and how long it took.
 *
 * @module
 */

/** What a cluster has counted for one host since it was first used. */
export interface HostStats {
  /** Commands handed to a connection, those sent again counted again. */
  readonly sent: number;
  /** Commands answered, error replies included. */
  readonly replies: number;
  /**
   * Failed commands by kind: the code of an error reply, such as `WRONGTYPE`,
   * or the name of an error class, such as `TimeoutError`. Codes that servers do
   * not use themselves, which scripts and modules make up, count as `other`.
   */
  readonly errors: Readonly<Record<string, number>>;
  /** Commands whose time ran out. */
  readonly timeouts: number;
  /** Times that a batch was put on another connection after a failure. */
  readonly retries: number;
  /** What is queued or under way now. */
  readonly queue: { readonly commands: number; readonly bytes: number };
  /** How many batches were settled, and how many commands they had. */
  readonly batches: {
    readonly count: number;
    readonly mean: number;
    readonly max: number;
  };
  /** Bytes on the network. */
  readonly bytes: { readonly sent: number; readonly received: number };
  /** From the issue of a batch to its last reply, for each of its commands. */
  readonly latency: Latency;
  /** Connections now, and how many were opened and lost so far. */
  readonly connections: {
    readonly open: number;
    readonly idle: number;
    readonly opened: number;
    readonly lost: number;
  };
}

/** What is counted of a batch. */
export interface SettledBatch {
  /** How many commands it had. */
  readonly issued: number;
  /** How many commands were encoded, those sent again counted again. */
  readonly sent: number;
  /** How many commands got a reply. */
  readonly replies: number;
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
  /** Connections opened. */
  opened = 0;
  /** Connections lost. */
  lost = 0;
  readonly #errors = new Map<string, number>();
  readonly #latency = new LatencyHistogram();
  #sent = 0;
  #replies = 0;
  #commands = 0;
  #batches = 0;
  #largest = 0;

  /** Counts a failed command. */
  error(kind: string): void {
    this.#errors.set(kind, (this.#errors.get(kind) ?? 0) + 1);
  }

  /** Counts a batch that is settled, and took so many milliseconds. */
  count(
    batch: SettledBatch,
    milliseconds: number,
  ): void {
    this.#batches++;
    this.#commands += batch.issued;
    this.#sent += batch.sent;
    this.#replies += batch.replies;
    this.#largest = Math.max(this.#largest, batch.issued);
    this.#latency.record(milliseconds, batch.issued);
  }

  /**
   * Everything so far.
   *
   * @param now What is queued, and the connections there are.
   */
  summary(
    now: {
      queue: HostStats["queue"];
      open: number;
      idle: number;
    },
  ): HostStats {
    const errors = Object.fromEntries(this.#errors);
    const timeouts = (errors.TimeoutError ?? 0) +
      (errors.PoolTimeoutError ?? 0);
    return {
      sent: this.#sent,
      replies: this.#replies,
      errors,
      timeouts,
      retries: this.retries,
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
