/**
 * The connections of one server.
 *
 * @module
 */

import { CommandError, ConnectionError } from "../errors.ts";
import { runtime, type Timer } from "../runtime/mod.ts";
import { Breaker } from "./breaker.ts";
import type { Connection } from "./connection.ts";
import { isAlive } from "./liveness.ts";
import type {
  Applicant,
  Dialer,
  PoolEvents,
  PoolSettings,
  PoolStatus,
  Refusal,
} from "./pool_types.ts";

export type {
  Applicant,
  Dialer,
  PoolEvents,
  PoolSettings,
  PoolStatus,
  Refusal,
} from "./pool_types.ts";

/** Milliseconds of idleness after which a connection is checked before use. */
const STALE_AFTER = 100;

/**
 * Leases connections to one server, one owner at a time. The most recently used
 * idle one goes first; without one, a new one is opened within the bound; beyond
 * it, applicants wait first come, first served.
 */
export class Pool implements PoolStatus {
  readonly #dial: Dialer;
  readonly #settings: PoolSettings;
  readonly #events: PoolEvents;
  readonly #maxConnections: number;
  readonly #idleTimeout: number;
  readonly #breaker: Breaker;
  readonly #all = new Set<Connection>();
  readonly #idle: Connection[] = [];
  /**
   * Connections outside the bound: those that are somebody's own until they
   * close, and those to where the server was.
   */
  readonly #outside = new Set<Connection>();
  readonly #waiting = new Set<Applicant>();
  readonly #closing = new AbortController();
  /** Gives up the dials to where the server is. */
  #dials = new AbortController();
  #dialing = 0;
  /** Idle connections that are asked whether they are still good. */
  readonly #checked = new Set<Connection>();
  /** Leased connections that are not used again. */
  readonly #outdated = new WeakSet<Connection>();
  #lost = false;
  /** Whether the last connection was one that never answered. */
  #suspect = false;
  #sweep: Timer | undefined = undefined;
  /** Dials under way and connections that are closing. */
  readonly #ending = new Set<Promise<unknown>>();

  /**
   * @param dial Opens a connection.
   * @param settings Bounds.
   * @param events Who is told about health and connections.
   * @param breaker That of another pool of the same server.
   */
  constructor(
    dial: Dialer,
    settings: PoolSettings = {},
    events: PoolEvents = {},
    breaker?: Breaker,
  ) {
    this.#dial = dial;
    this.#settings = settings;
    this.#events = events;
    this.#maxConnections = settings.maxConnections ?? 16;
    this.#idleTimeout = settings.idleTimeout ?? 0;
    this.#breaker = breaker ?? new Breaker(
      () => this.#open(),
      (down, error) => this.#events.onHealth?.(down, error),
      settings.breaker,
    );
  }

  /** Another pool of the same server: with a bound of its own, and as down. */
  sibling(): Pool {
    return new Pool(this.#dial, this.#settings, this.#events, this.#breaker);
  }

  get size(): number {
    return this.#all.size;
  }

  get idle(): number {
    return this.#idle.length;
  }

  get leased(): number {
    return this.#all.size - this.#idle.length;
  }

  get dialing(): number {
    return this.#dialing;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get exhausted(): boolean {
    return this.leased >= this.#maxConnections;
  }

  get down(): boolean {
    return this.#breaker.open;
  }

  get failures(): number {
    return this.#breaker.failures;
  }

  /** Whether it has been closed. */
  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** An idle connection right away, or nothing: then apply for one. */
  tryLease(): Connection | undefined {
    // Those who wait already come first.
    if (this.#waiting.size > 0 || this.#isStale()) return undefined;
    return this.#takeIdle();
  }

  /** Queues for a connection. */
  apply(applicant: Applicant): void {
    if (this.closed) return applicant.refused({ kind: "closed" });
    if (this.#breaker.open) return applicant.refused(this.#downRefusal());
    this.#waiting.add(applicant);
    this.#serve();
  }

  /** Leaves the queue; neither method of the applicant is called any more. */
  withdraw(applicant: Applicant): void {
    this.#waiting.delete(applicant);
  }

  /** Gives a leased connection back; one that is not usable is not kept. */
  release(connection: Connection): void {
    connection.owner = undefined;
    if (!connection.usable || this.closed || this.#outdated.has(connection)) {
      connection.close();
      return;
    }
    if (connection.proven) {
      this.#suspect = false;
      if (this.#breaker.doubted) this.#breaker.succeeded();
    }
    connection.idleSince = performance.now();
    this.#idle.push(connection);
    if (this.#waiting.size > 0) this.#serve();
    else if (this.#idleTimeout > 0) this.#scheduleSweep();
  }

  /**
   * Opens a connection that is never shared nor given back: for pub/sub and
   * transactions. It does not count towards the bound.
   *
   * @param signal Aborted when it is not wanted any more.
   */
  async open(signal?: AbortSignal): Promise<Connection> {
    const until = signal === undefined
      ? this.#closing.signal
      : AbortSignal.any([signal, this.#closing.signal]);
    const connection = await this.#dial(false, until);
    this.#outside.add(connection);
    this.#track(
      connection.closed.then(() => void this.#outside.delete(connection)),
    );
    if (this.closed) connection.close();
    return connection;
  }

  /**
   * Lends no connection again that is open now, since the address of the server
   * may lead elsewhere. Those in use are closed when they are given back.
   */
  renew(): void {
    for (const connection of this.#all) this.#outdated.add(connection);
    for (const connection of this.#idle.splice(0)) connection.close();
  }

  /**
   * The server is at another address from now on. Connections that are open
   * write nothing more and close as soon as nobody waits for a reply on them;
   * dials begin anew, and nothing that happened before counts.
   */
  move(): void {
    const reason = new ConnectionError("The host has moved");
    this.#dials.abort(reason);
    this.#dials = new AbortController();
    this.#lost = this.#suspect = false;
    this.#breaker.reset();
    const left = [...this.#all];
    for (const connection of left) this.#outside.add(connection);
    this.#all.clear();
    this.#idle.length = 0;
    for (const connection of this.#checked) connection.close(reason);
    // Whoever loses one of them may want another one at once.
    for (const connection of left) connection.stop(reason);
    this.#serve();
  }

  /** Closes every connection, refuses every applicant, and waits for the end. */
  async close(): Promise<void> {
    const reason = new ConnectionError("The pool was closed");
    this.#closing.abort(reason);
    this.#dials.abort(reason);
    this.#breaker.stop();
    clearTimeout(this.#sweep);
    this.#refuseAll({ kind: "closed" });
    for (const connection of this.#all) connection.close();
    for (const connection of this.#outside) connection.close();
    while (this.#ending.size > 0) await Promise.all(this.#ending);
  }

  #takeIdle(): Connection | undefined {
    let connection = this.#idle.pop();
    while (connection !== undefined && !connection.usable) {
      connection = this.#idle.pop();
    }
    return connection;
  }

  /**
   * Whether the connection that would be taken has been idle for so long that
   * the server may have closed it without our having been told yet.
   */
  #isStale(): boolean {
    const last = this.#idle.at(-1);
    return last !== undefined &&
      performance.now() - last.idleSince > STALE_AFTER;
  }

  /** Hands out what is idle, and opens as many more as are wanted and allowed. */
  #serve(): void {
    while (this.#waiting.size > this.#checked.size) {
      const stale = this.#isStale();
      const connection = this.#takeIdle();
      if (connection === undefined) break;
      if (stale) {
        this.#check(connection);
        continue;
      }
      const [first] = this.#waiting;
      this.#waiting.delete(first);
      first.granted(connection);
    }
    const room = this.#maxConnections - this.#all.size - this.#dialing;
    const wanted = this.#waiting.size - this.#dialing - this.#checked.size;
    for (let i = 0; i < Math.min(room, wanted); i++) this.#open();
  }

  /** Hands out a connection that was idle for long, if it still answers. */
  #check(connection: Connection): void {
    this.#checked.add(connection);
    this.#track(
      isAlive(connection).then((alive) => {
        this.#checked.delete(connection);
        if (!alive) connection.close();
        this.release(connection);
        this.#serve();
      }),
    );
  }

  /** Opens one connection; never rejects. */
  #open(): Promise<void> {
    this.#dialing++;
    const prove = this.#breaker.failures > 0 || this.#suspect;
    const { signal } = this.#dials;
    const opening = this.#dial(prove, signal).then(
      (connection) => this.#opened(connection, signal),
      (error) => this.#failed(error, signal),
    );
    return this.#track(opening);
  }

  #opened(connection: Connection, signal: AbortSignal): void {
    if (signal.aborted) connection.close(signal.reason);
    if (!connection.usable) {
      // Lost on the way here, it is worth as much as one that was refused.
      this.#track(connection.closed);
      return this.#failed(connection.error, signal);
    }
    this.#dialing--;
    this.#all.add(connection);
    this.#track(connection.closed.then(() => this.#gone(connection, signal)));
    this.#events.onConnect?.(connection, this.#lost);
    this.#lost = false;
    connection.identify();
    this.release(connection);
  }

  #failed(error: unknown, signal: AbortSignal): void {
    this.#dialing--;
    if (this.closed) return;
    // It led to where the server is no longer.
    if (signal.aborted) return this.#serve();
    this.#lost = true;
    this.#events.onFail?.(error);
    // A server that says no is there: only one that says nothing may be down.
    if (isRefusal(error)) this.#breaker.succeeded();
    else this.#breaker.failed(error);
    const [first] = this.#waiting;
    if (first !== undefined) {
      this.#waiting.delete(first);
      first.refused({ kind: "dial", cause: error });
    }
    if (this.#breaker.open) this.#refuseAll(this.#downRefusal());
    else this.#serve();
  }

  #gone(connection: Connection, signal: AbortSignal): void {
    this.#all.delete(connection);
    this.#outside.delete(connection);
    this.#events.onClose?.(connection);
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
    // Where the server was does not matter any more.
    if (this.closed || signal.aborted) return;
    this.#lost = true;
    if (!connection.proven) this.#doubt(connection);
    if (this.#breaker.open) this.#refuseAll(this.#downRefusal());
    else this.#serve();
  }

  /**
   * A connection is gone that never answered. A server that accepts and hangs up
   * is as unreachable as one that refuses; one on which callers gave up may only
   * be slow, and the next connection has to prove it.
   */
  #doubt({ failed, error }: Connection): void {
    this.#suspect = true;
    if (!failed) return;
    this.#breaker.failed(
      new ConnectionError("The server hung up at once", { cause: error }),
    );
  }

  #refuseAll(refusal: Refusal): void {
    for (const applicant of this.#waiting) {
      this.#waiting.delete(applicant);
      applicant.refused(refusal);
    }
  }

  #downRefusal(): Refusal {
    return { kind: "down", cause: this.#breaker.error };
  }

  #scheduleSweep(): void {
    if (this.#sweep !== undefined) return;
    this.#sweep = setTimeout(() => {
      this.#sweep = undefined;
      const oldest = performance.now() - this.#idleTimeout;
      for (const connection of [...this.#idle]) {
        if (connection.idleSince <= oldest) connection.close();
      }
      if (this.#idle.length > 0) this.#scheduleSweep();
    }, this.#idleTimeout);
    runtime.unref(this.#sweep);
  }

  #track(ending: Promise<void>): Promise<void> {
    this.#ending.add(ending);
    return ending.finally(() => this.#ending.delete(ending));
  }
}

/** Whether a server answered and refused, for example a wrong password. */
function isRefusal(error: unknown): boolean {
  return error instanceof ConnectionError &&
    error.cause instanceof CommandError;
}
