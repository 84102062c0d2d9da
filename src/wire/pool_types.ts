/**
 * What goes into a pool and comes out of it.
 *
 * @module
 */

import type { BreakerOptions } from "./breaker.ts";
import type { Connection } from "./connection.ts";

/** Settings of a `Pool`. */
export interface PoolSettings {
  /**
   * The most connections that are open or being opened at a time.
   *
   * @default {16}
   */
  maxConnections?: number;
  /**
   * Milliseconds after which a connection that nobody used is closed.
   *
   * @default {0}
   */
  idleTimeout?: number;
  /** When a server counts as down, and how it is probed. */
  breaker?: BreakerOptions;
}

/**
 * What is said first on a new connection: `"full"`, who one is and what one
 * wants of it; `"proven"`, the same, with a first reply in any case; `"bare"`,
 * only who one is.
 */
export type DialManner = "full" | "proven" | "bare";

/**
 * Opens a connection, or rejects within a time limit of its own.
 *
 * @param manner What is said first.
 * @param signal Aborted when the connection is not wanted any more.
 */
export type Dialer = (
  manner: DialManner,
  signal: AbortSignal,
) => Promise<Connection>;

/**
 * Someone who wants a connection. Exactly one of the two is called, once, and
 * never within the call that applies, but for a connection that is there.
 */
export interface Applicant {
  /** Whether its command may block, and the connection with it. */
  readonly blocks?: boolean;
  /** The connection is the applicant's until it is released. */
  granted(connection: Connection): void;
  /** There is none to be had. */
  refused(refusal: Refusal): void;
}

/** What lends connections. */
export interface Lender {
  /**
   * An idle connection right away, or nothing: then apply for one.
   *
   * @param blocks Whether a command may block it.
   * @param mayRepeat Whether all that is sent over it in this turn may be sent
   * again. Then the connection may be on probation.
   */
  tryLease(blocks: boolean, mayRepeat?: boolean): Connection | undefined;
  /** Whether another one would be opened at once for whoever applies now. */
  readonly hasRoom: boolean;
  /** Queues for a connection. */
  apply(applicant: Applicant): void;
  /** Leaves the queue; neither method of the applicant is called any more. */
  withdraw(applicant: Applicant): void;
  /** Gives a leased connection back; one that is not usable is not kept. */
  release(connection: Connection): void;
  /** Lends no connection again that is open now. */
  renew(): void;
}

/** Why there is no connection. */
export interface Refusal {
  /**
   * `"dial"`: this attempt failed; `"down"`: the server counts as down and was
   * not tried; `"closed"`: the pool is closed.
   */
  kind: "dial" | "down" | "closed";
  /** The error underneath. */
  cause?: unknown;
  /** Milliseconds until the next probe of a server that is down. */
  retryIn?: number;
}

/** What a pool tells those who watch it. */
export interface PoolEvents {
  /**
   * The server counts as down, or is back.
   *
   * @param refusal Why, when it is down.
   */
  onHealth?: (refusal: Refusal | undefined) => void;
  /** A connection was opened; `again` when an earlier one had failed. */
  onConnect?: (connection: Connection, again: boolean) => void;
  /** A connection was closed, by either side. */
  onClose?: (connection: Connection) => void;
  /** A connection could not be opened. */
  onFail?: (error: unknown) => void;
}

/**
 * How the connections of a server are used at the moment: what is shown of a
 * pool to those who may not lease from it.
 */
export interface PoolStatus {
  /** How many connections are open. */
  readonly size: number;
  /** How many open connections nobody uses. */
  readonly idle: number;
  /** How many open connections are in use. */
  readonly leased: number;
  /** How many connections are being opened. */
  readonly dialing: number;
  /** How many wait for a connection. */
  readonly waiting: number;
  /** How many connections may be open, those beside ones that block aside. */
  readonly maxConnections: number;
  /** Whether as many connections are in use as there may be. */
  readonly exhausted: boolean;
  /** Whether the server counts as down. */
  readonly down: boolean;
  /** How many times in a row the server could not be reached. */
  readonly failures: number;
}

/**
 * How the connections of a host are used: those to its primary and, where these
 * are read, to its replicas, all together. Whether it counts as down, and how often
 * it could not be reached, is said of the primary.
 */
export interface HostPoolStatus extends PoolStatus {
  /** The same for each server, where replicas are read. */
  readonly apart?: {
    /** The connections to its primary. */
    readonly primary: PoolStatus;
    /** Those to its replicas, by their addresses. */
    readonly replicas: Readonly<Record<string, PoolStatus>>;
  };
}
