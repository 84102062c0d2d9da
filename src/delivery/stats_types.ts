/**
 * What is told of the way to one host.
 *
 * @module
 */

/**
 * What a cluster has counted for one host since it was first used: for its primary
 * and, where these are read, for its replicas, all together.
 */
export interface HostStats extends ServerStats {
  /** The same for each server, where replicas are read. */
  readonly apart?: StatsApart;
}

/** What was counted for each server of a host. */
export interface StatsApart {
  /** Its primary, whichever server that was. */
  readonly primary: ServerStats;
  /** Its replicas as they are now, by their addresses. */
  readonly replicas: Readonly<Record<string, ReplicaStats>>;
}

/** What was counted for a replica. */
export interface ReplicaStats extends ServerStats {
  /**
   * Reads that it failed, or did not answer in time: others were asked. They are
   * no errors of the host.
   */
  readonly fallbacks: number;
}

/** What was counted for one server. */
export interface ServerStats {
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
  /** Commands that the host sent elsewhere, as a Redis Cluster does. */
  readonly redirects: number;
  /** Times that the servers were asked anew, because of the host, where all are. */
  readonly refreshes: number;
  /** Times that another server took over from the one before. */
  readonly failovers: number;
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
  /** The same of the last minute, and what has failed in it. */
  readonly recent: RecentStats;
  /** Connections now, and how many were opened and lost so far. */
  readonly connections: {
    readonly open: number;
    readonly idle: number;
    readonly opened: number;
    readonly lost: number;
  };
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

/** How many durations were shorter than a bound. */
export interface LatencyBucket {
  /** The bound, in milliseconds. */
  readonly le: number;
  /** How many were below it, those of the buckets before included. */
  readonly count: number;
}

/** What was counted in the last minute. */
export interface RecentStats {
  /** How many milliseconds that is: 50,000 to 60,000, or less at first. */
  readonly milliseconds: number;
  /** Commands settled. */
  readonly commands: number;
  /** How many of them failed. */
  readonly errors: number;
  /** How long they took. */
  readonly latency: Latency;
}
