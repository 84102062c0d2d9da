/**
 * The connections of one server.
 *
 * @module
 */

import { CommandError, ConnectionError } from "../errors.ts";
import { runtime, type Timer } from "../runtime/mod.ts";
import type { Reply } from "../values.ts";
import { inAnotherTurn } from "../runtime/turn.ts";
import { Breaker } from "./breaker.ts";
import { afterReading } from "./countdown.ts";
import type { Connection } from "./connection.ts";
import { IdleConnections } from "./idle.ts";
import { isAlive, Trial, type TrialEvents } from "./liveness.ts";
import { Patience } from "./patience.ts";
import type {
  Applicant,
  Dialer,
  DialManner,
  Lender,
  PoolEvents,
  PoolSettings,
  PoolStatus,
  Refusal,
} from "./pool_types.ts";

export type {
  Applicant,
  Dialer,
  DialManner,
  HostPoolStatus,
  Lender,
  PoolEvents,
  PoolSettings,
  PoolStatus,
  Refusal,
} from "./pool_types.ts";

/**
 * Milliseconds for replies that were on their way when another server took over:
 * what one that has handed over answered before counts.
 */
const GRACE = 100;

/**
 * Milliseconds after which nobody waits for the answer to a check any more:
 * another connection is opened meanwhile.
 */
const CHECK_PATIENCE = 250;

/**
 * Leases connections to one server, one owner at a time. The most recently used
 * idle one goes first; without one, a new one is opened within the bound; beyond
 * it, applicants wait first come, first served. Those that may block take all
 * but one, which is kept for the others.
 */
export class Pool implements Lender, PoolStatus {
  readonly #dial: Dialer;
  readonly #events: PoolEvents;
  readonly #maxConnections: number;
  readonly #idleTimeout: number;
  readonly #breaker: Breaker;
  readonly #all = new Set<Connection>();
  readonly #idle = new IdleConnections();
  /** Leased connections that may block. */
  readonly #blocking = new Set<Connection>();
  /**
   * Connections outside the bound: those that are somebody's own until they
   * close, and those to where the server was.
   */
  readonly #outside = new Set<Connection>();
  /** Those of them that are somebody's own. */
  readonly #owned = new Set<Connection>();
  /** Who waits for a connection, each with a number in the order of arrival, */
  readonly #waiting = new Map<Applicant, number>();
  /** and who does so to block it. */
  readonly #waitingToBlock = new Map<Applicant, number>();
  readonly #closing = new AbortController();
  /** Gives up the dials to where the server is. */
  #dials = new AbortController();
  #arrivals = 0;
  #dialing = 0;
  /** Connections that are asked whether they are still good, */
  readonly #checked = new Set<Connection>();
  /** and those of them whose answer is waited for. */
  readonly #awaited = new Set<Connection>();
  readonly #patience = new Patience<Connection>(
    CHECK_PATIENCE,
    (connection) => this.#lose(connection),
  );
  readonly #trials: TrialEvents = {
    onPassed: (connection) => this.#settle(connection),
    onWithdrawn: (connection, check) => {
      this.#awaited.add(connection);
      this.#conclude(connection, check);
    },
    onEnded: (connection) => {
      this.#settle(connection);
      // Those of its age are not tried before its owner turns to them.
      this.#idle.checked(connection, false);
    },
  };
  /** Leased connections that are not used again. */
  readonly #outdated = new WeakSet<Connection>();
  #lost = false;
  /** Whether the last connection was one that never answered. */
  #suspect = false;
  /** Whether those who wait are about to be refused. */
  #refusing = false;
  #sweep: Timer | undefined = undefined;
  /** Dials under way and connections that are closing. */
  readonly #ending = new Set<Promise<unknown>>();

  /**
   * @param dial Opens a connection.
   * @param settings Bounds.
   * @param events Who is told about health and connections.
   */
  constructor(
    dial: Dialer,
    settings: PoolSettings = {},
    events: PoolEvents = {},
  ) {
    this.#dial = dial;
    this.#events = events;
    this.#maxConnections = settings.maxConnections ?? 16;
    this.#idleTimeout = settings.idleTimeout ?? 0;
    this.#breaker = new Breaker(
      () => this.#open(),
      (down) => this.#events.onHealth?.(down ? this.#downRefusal() : undefined),
      settings.breaker,
    );
  }

  get size(): number {
    return this.#all.size;
  }

  get idle(): number {
    return this.#idle.size;
  }

  get leased(): number {
    return this.#all.size - this.#idle.size;
  }

  get dialing(): number {
    return this.#dialing;
  }

  get waiting(): number {
    return this.#waiting.size + this.#waitingToBlock.size;
  }

  get maxConnections(): number {
    return this.#maxConnections;
  }

  get exhausted(): boolean {
    return this.leased >= this.#limit;
  }

  /** Whether no further command may block, as too many do. */
  get exhaustedByBlocking(): boolean {
    return this.exhausted || this.#blocking.size >= this.#blockLimit;
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

  get hasRoom(): boolean {
    const isServing = !this.closed && !this.#breaker.open && this.waiting === 0;
    return isServing && this.#all.size + this.#dialing < this.#limit;
  }

  tryLease(blocks = false, mayRepeat = false): Connection | undefined {
    // Those who wait already come first.
    if (this.waiting > 0 || blocks && !this.#mayBlock) return undefined;
    const { isStale } = this.#idle;
    // A check is waited for, that of another one before any is begun.
    if (isStale && (!mayRepeat || this.#awaited.size > 0)) return undefined;
    const connection = this.#idle.take();
    if (connection === undefined) return undefined;
    if (blocks) this.#blocking.add(connection);
    if (isStale) this.#try(connection);
    return connection;
  }

  apply(applicant: Applicant): void {
    const queue = applicant.blocks ? this.#waitingToBlock : this.#waiting;
    queue.set(applicant, this.#arrivals++);
    if (this.closed || this.#breaker.open) this.#refuseSoon();
    else this.#serve();
  }

  withdraw(applicant: Applicant): void {
    this.#waiting.delete(applicant);
    this.#waitingToBlock.delete(applicant);
  }

  release(connection: Connection): void {
    connection.owner = undefined;
    this.#blocking.delete(connection);
    if (!connection.usable || this.closed || this.#outdated.has(connection)) {
      connection.close();
      return;
    }
    if (connection.proven) {
      this.#suspect = false;
      if (this.#breaker.doubted) this.#breaker.succeeded();
    }
    this.#idle.put(connection);
    if (this.waiting > 0) this.#serve();
    else if (this.#all.size > this.#limit) this.#idle.closeOldest();
    if (this.#idleTimeout > 0) this.#scheduleSweep();
  }

  /**
   * Opens a connection that is never shared nor given back: for pub/sub and
   * transactions. It does not count towards the bound.
   *
   * @param signal Aborted when it is not wanted any more.
   * @param manner What is said first.
   */
  async open(
    signal?: AbortSignal,
    manner: DialManner = "full",
  ): Promise<Connection> {
    const until = signal === undefined
      ? this.#closing.signal
      : AbortSignal.any([signal, this.#closing.signal]);
    const connection = await this.#dial(manner, until);
    this.#outside.add(connection);
    if (manner !== "bare") this.#owned.add(connection);
    this.#track(
      connection.closed.then(() => {
        this.#outside.delete(connection);
        this.#owned.delete(connection);
      }),
    );
    if (this.closed) connection.close();
    return connection;
  }

  /**
   * Tries to reach a server that counts as down.
   *
   * @returns What it failed with, or nothing when the server is back.
   */
  async probe(): Promise<unknown> {
    if (!this.#breaker.open) return undefined;
    await this.#breaker.probe();
    return this.#breaker.open ? this.#breaker.error : undefined;
  }

  /** The server has said something, at a time of `performance.now()`. */
  heard(time: number): void {
    this.#breaker.heard(time);
  }

  /** The server has said nothing for too long. */
  blame(error: unknown): void {
    if (this.closed) return;
    this.#breaker.failed(error);
    if (this.#breaker.open) this.#refuseAll();
  }

  /**
   * Lends no connection again that is open now, since the address of the server
   * may lead elsewhere. Those in use are closed when they are given back.
   */
  renew(): void {
    for (const connection of this.#all) this.#outdated.add(connection);
    this.#idle.closeAll();
  }

  /**
   * The server is at another address from now on. Connections that are open
   * write nothing more and close as soon as nobody waits for a reply on them;
   * dials begin anew, and nothing that happened before counts.
   *
   * @param trusts Which replies still count that have not come by now, if the
   * server that gives them is another one.
   * @param grace Milliseconds for replies that may be on their way by now.
   */
  move(trusts?: (reply: Reply) => boolean, grace = GRACE): void {
    const reason = new ConnectionError("The host has moved");
    this.#dials.abort(reason);
    this.#dials = new AbortController();
    this.#lost = this.#suspect = false;
    this.#breaker.reset();
    const left = [...this.#all];
    for (const connection of left) this.#outside.add(connection);
    this.#all.clear();
    this.#blocking.clear();
    this.#idle.clear();
    for (const connection of this.#checked) connection.close(reason);
    // Whoever loses one of them may want another one at once.
    for (const connection of left) {
      connection.stop(reason);
      if (trusts === undefined) continue;
      const heard = () => connection.received;
      const cancel = afterReading(
        grace,
        heard,
        () => connection.distrust(trusts),
      );
      connection.closed.then(cancel);
    }
    this.#serve();
  }

  /** Closes the connections that are somebody's own. */
  closeOwned(reason: Error): void {
    for (const connection of this.#owned) connection.close(reason);
  }

  /** Closes every connection, refuses every applicant, and waits for the end. */
  async close(): Promise<void> {
    const reason = new ConnectionError("The pool was closed");
    this.#closing.abort(reason);
    this.#dials.abort(reason);
    this.#breaker.stop();
    clearTimeout(this.#sweep);
    this.#refuseAll();
    for (const connection of this.#all) connection.close();
    for (const connection of this.#outside) connection.close();
    while (this.#ending.size > 0) await Promise.all(this.#ending);
    this.#patience.clear();
  }

  /** How many connections there may be: always one that does not block. */
  get #limit(): number {
    return Math.max(this.#maxConnections, this.#blocking.size + 1);
  }

  /** How many of them may block. */
  get #blockLimit(): number {
    return Math.max(1, this.#maxConnections - 1);
  }

  get #mayBlock(): boolean {
    return this.#blocking.size < this.#blockLimit;
  }

  /** Hands out what is idle, and opens as many more as are wanted and allowed. */
  #serve(): void {
    while (this.#wanted > this.#awaited.size) {
      const stale = this.#idle.isStale;
      const connection = this.#idle.take();
      if (connection === undefined) break;
      if (stale) this.#check(connection);
      else this.#grant(connection);
    }
    if (this.#breaker.open) return;
    const room = this.#limit - this.#all.size - this.#dialing;
    const wanted = this.#wanted - this.#dialing - this.#awaited.size;
    for (let i = 0; i < Math.min(room, wanted); i++) this.#open();
    // What may be gone makes room for what is there.
    if (wanted > room) this.#idle.closeSuspects(wanted - Math.max(0, room));
  }

  /** How many of those who wait could be served if there were connections. */
  get #wanted(): number {
    const blocking = this.#blockLimit - this.#blocking.size;
    return this.#waiting.size + Math.min(this.#waitingToBlock.size, blocking);
  }

  /** Hands a connection to the first of those who wait and may have it. */
  #grant(connection: Connection): void {
    const first = this.#takeFirst({ mayBlock: this.#mayBlock })!;
    if (first.blocks) this.#blocking.add(connection);
    first.granted(connection);
  }

  /** Takes the first of those who wait, or of those among them who do not block. */
  #takeFirst({ mayBlock }: { mayBlock: boolean }): Applicant | undefined {
    const [plain] = this.#waiting;
    const [toBlock] = mayBlock ? this.#waitingToBlock : [];
    const isPlain = toBlock === undefined ||
      plain !== undefined && plain[1] < toBlock[1];
    const first = (isPlain ? plain : toBlock)?.[0];
    if (first !== undefined) this.withdraw(first);
    return first;
  }

  /**
   * Hands out a connection that was idle for long, if it still answers. Nobody
   * waits for more than one check, nor for long: another one is opened meanwhile.
   */
  #check(connection: Connection): void {
    this.#checked.add(connection);
    this.#awaited.add(connection);
    this.#patience.begin(connection);
    this.#conclude(connection, isAlive(connection));
  }

  /**
   * Checks a connection that was idle for long, and is lent already. What is sent
   * over it waits for the check no longer than those who have none.
   */
  #try(connection: Connection): void {
    this.#checked.add(connection);
    this.#patience.begin(connection);
    connection.probation = new Trial(connection, this.#trials);
  }

  /** Nobody waits any longer for a check. */
  #lose(connection: Connection): void {
    this.#idle.suspect(connection);
    connection.probation?.forsaken();
    this.#awaited.delete(connection);
    if (!this.closed) this.#serve();
  }

  /** Gives a connection back, or closes it, when its check has come to an end. */
  #conclude(connection: Connection, check: Promise<boolean>): void {
    this.#track(check.then((alive) => {
      this.#settle(connection);
      this.#idle.checked(connection, alive);
      if (!alive) connection.close();
      this.release(connection);
      if (!this.closed) this.#serve();
    }));
  }

  /** The check of a connection is over. */
  #settle(connection: Connection): void {
    this.#patience.end(connection);
    this.#awaited.delete(connection);
    this.#checked.delete(connection);
  }

  /** Opens one connection; never rejects. */
  #open(): Promise<void> {
    this.#dialing++;
    const prove = this.#breaker.failures > 0 || this.#suspect;
    const manner = prove ? "proven" : "full";
    const { signal } = this.#dials;
    const opening = this.#dial(manner, signal).then(
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
    const first = this.#takeFirst({ mayBlock: true });
    first?.refused({ kind: "dial", cause: error });
    if (this.#breaker.open) this.#refuseAll();
    else this.#serve();
  }

  #gone(connection: Connection, signal: AbortSignal): void {
    this.#all.delete(connection);
    this.#outside.delete(connection);
    this.#blocking.delete(connection);
    this.#idle.remove(connection);
    this.#events.onClose?.(connection);
    // Where the server was does not matter any more.
    if (this.closed || signal.aborted) return;
    this.#lost = true;
    if (connection.used && !connection.proven) this.#doubt(connection);
    if (this.#breaker.open) this.#refuseAll();
    else this.#serve();
  }

  /**
   * A connection is gone that never answered a command. A server that accepts
   * and hangs up is as unreachable as one that refuses; one on which callers gave
   * up may only be slow, and the next connection has to prove it.
   */
  #doubt({ failed, error }: Connection): void {
    this.#suspect = true;
    if (!failed) return;
    this.#breaker.failed(
      new ConnectionError("The server hung up at once", { cause: error }),
    );
  }

  /** Refuses those who wait, but not within their own call. */
  #refuseSoon(): void {
    if (this.#refusing) return;
    this.#refusing = true;
    inAnotherTurn(() => {
      this.#refusing = false;
      if (this.closed || this.#breaker.open) this.#refuseAll();
      else this.#serve();
    });
  }

  #refuseAll(): void {
    const refusal: Refusal = this.closed
      ? { kind: "closed" }
      : this.#downRefusal();
    for (const queue of [this.#waiting, this.#waitingToBlock]) {
      // Those who apply again meanwhile are told in another turn.
      for (const applicant of [...queue.keys()]) {
        if (queue.delete(applicant)) applicant.refused(refusal);
      }
    }
  }

  #downRefusal(): Refusal {
    const { error: cause, retryIn } = this.#breaker;
    return { kind: "down", cause, retryIn };
  }

  #scheduleSweep(): void {
    if (this.#sweep !== undefined) return;
    this.#sweep = setTimeout(() => {
      this.#sweep = undefined;
      this.#idle.closeOlder(performance.now() - this.#idleTimeout);
      if (this.#idle.size > 0) this.#scheduleSweep();
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
