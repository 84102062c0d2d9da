/**
 * What has happened on the way to one host, and how long it took.
 *
 * @module
 */

import { type Latency, LatencyHistogram } from "./histogram.ts";
import { type RecentStats, Window } from "./window.ts";

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
