/**
 * The lane: brings batches to one host, over one connection at a time.
 *
 * @module
 */

import process from "node:process";
import { isReadOnly } from "../commands/traits.ts";
import { ProtocolError, type TransportError } from "../errors.ts";
import { jitter } from "../wire/breaker.ts";
import type { Connection, ConnectionOwner } from "../wire/connection.ts";
import type { Exchange } from "../wire/exchange.ts";
import type { Applicant, Pool, Refusal } from "../wire/pool.ts";
import { Alarm } from "./alarm.ts";
import { Batch } from "./batch.ts";
import type { Command } from "./command.ts";
import { isWorthRetrying, wasTurnedAway } from "./failures.ts";
import type { Gate } from "./gate.ts";
import type { Host } from "./host.ts";

/** Milliseconds before the first retry that pauses at all. */
const FIRST_PAUSE = 50;

/** Settings of a {@linkcode Lane}. */
export interface LaneOptions {
  /** Bounds how many lanes of one map are at work, if given. */
  gate?: Gate | undefined;
  /** Where it gets its connection from; by default the pool of its host. */
  pool?: Pool | undefined;
  /**
   * Whether a batch waits while one before it pauses. In a lane of many clients
   * it does not: there, the failure of one is no matter of the others.
   *
   * @default {false}
   */
  inOrder?: boolean | undefined;
}

/**
 * Brings batches to one host in their order. It has a connection to itself while
 * anything is under way, and gives it back when all is answered.
 *
 * Delivery is decided here. What a failed connection had not sent, and what only
 * reads, is tried again within the deadline; a write that was sent is not. A
 * connection with a reply outstanding that nobody waits for is not used again.
 */
export class Lane implements ConnectionOwner, Applicant {
  readonly #host: Host;
  readonly #gate: Gate | undefined;
  readonly #pool: Pool;
  readonly #inOrder: boolean;
  /** Every batch that is not settled, wherever it stands, in their order. */
  readonly #live = new Set<Batch>();
  /** Batches that wait for the end of the turn, or for a connection. */
  #waiting = new Set<Batch>();
  /** What ends the pause of a batch that is to be tried again. */
  readonly #pauses = new Map<Batch, () => void>();
  #connection: Connection | undefined = undefined;
  /** A batch that has begun to leave before the end of the turn. */
  #growing: Batch | undefined = undefined;
  #flushing = false;
  #applied = false;
  /** Goes off when the time of a batch is up. */
  readonly #alarm = new Alarm(() => this.#expire());

  /**
   * @param host The host to bring batches to.
   * @param options A gate, another pool than that of ordinary commands, an order.
   */
  constructor(host: Host, options: LaneOptions = {}) {
    this.#host = host;
    this.#gate = options.gate;
    this.#pool = options.pool ?? host.pool;
    this.#inOrder = options.inOrder ?? false;
  }

  /** Whether nothing is queued or under way. */
  get idle(): boolean {
    return this.#live.size === 0;
  }

  /**
   * Whether further batches take nothing from others: neither the room in the
   * queue nor the connection, which a lane keeps as long as it is busy.
   */
  get mayBeFollowed(): boolean {
    return !this.#host.closing && this.#host.roomy &&
      this.#pool.waiting === 0 && this.#pauses.size === 0;
  }

  /**
   * Takes a batch that may still grow; it leaves at the end of the turn, or is
   * hurried before.
   */
  submit(batch: Batch): void {
    this.#live.add(batch);
    this.#waiting.add(batch);
    this.#alarm.set(batch.deadline);
    if (this.#flushing) return;
    this.#flushing = true;
    atEndOfTurn(() => this.flush());
  }

  /**
   * Lets a batch begin to leave while it still grows, so that the server works
   * while a large map is being issued. It remains one batch, so nothing about its
   * order or its failures changes. Nothing is done where that would take more
   * than a connection that is there, or would overtake another batch.
   */
  hurry(batch: Batch): void {
    const [first] = this.#waiting;
    if (first !== batch || this.#growing !== undefined || this.#held) return;
    const connection = this.#connection ?? this.#takeIdle();
    if (connection === undefined) return;
    this.#waiting.delete(batch);
    this.#growing = batch;
    batch.carrier = connection;
    connection.send(batch, true);
  }

  /** The turn is over: what was gathered leaves. */
  flush(): void {
    this.#flushing = false;
    const growing = this.#growing;
    this.#growing = undefined;
    growing?.seal();
    growing?.carrier?.proceed();
    for (const batch of this.#waiting) batch.seal();
    this.#proceed();
  }

  /** Forgets a batch that is settled. Its owner calls this once. */
  settled(batch: Batch): void {
    this.#live.delete(batch);
    if (this.#live.size === 0) this.#rest();
  }

  /** Gives up a batch: rejects its commands and forgets its replies. */
  abandon(
    batch: Batch,
    reason: (command: Command, sent: boolean) => unknown,
  ): void {
    const { awaited, carrier } = batch;
    this.#waiting.delete(batch);
    this.#pauses.get(batch)?.();
    const paused = this.#pauses.delete(batch);
    batch.abandon(reason);
    // One that is retired already may have waited for this batch alone.
    if (carrier !== undefined && (awaited || !carrier.usable)) {
      this.#retire(carrier);
    }
    if (paused && this.#inOrder && !this.#flushing) this.#proceed();
  }

  /** Stops the clock. Whoever made the lane calls it when it is not used again. */
  close(): void {
    this.#alarm.clear();
  }

  /** A connection became available. */
  granted(connection: Connection): void {
    this.#applied = false;
    if (this.#waiting.size === 0 || this.#held) {
      this.#pool.release(connection);
      return;
    }
    this.#connection = connection;
    connection.owner = this;
    this.#send(connection);
  }

  /** No connection is to be had. */
  refused(refusal: Refusal): void {
    this.#applied = false;
    const batches = this.#takeWaiting();
    // When this was the failure that brought the host down, it is the news.
    const again = refusal.kind === "dial" && !this.#pool.down &&
      isWorthRetrying(refusal.cause);
    for (const batch of batches) {
      // A callback of one before may have given it up.
      if (batch.settled) continue;
      const pause = again ? this.#pauseFor(batch) : undefined;
      if (pause === undefined) {
        batch.abandon((command) =>
          this.#host.failures.refused(command, refusal)
        );
      } else {
        this.#retryAfter(pause, batch);
      }
    }
    this.#leaveGate();
  }

  /** All replies are there. */
  connectionIdle(connection: Connection): void {
    if (connection !== this.#connection) return;
    this.#connection = undefined;
    this.#pool.release(connection);
    this.#gate?.leave(this);
  }

  /** The connection failed or was closed; some batches are left over. */
  connectionLost(
    connection: Connection,
    error: Error,
    exchanges: Exchange[],
  ): void {
    if (connection === this.#connection) this.#connection = undefined;
    for (const exchange of exchanges) {
      if (exchange instanceof Batch && !exchange.settled) {
        this.#recover(exchange, error);
      }
    }
    this.#leaveGate();
    this.#acquire();
  }

  /** Whether everybody waits for a batch that pauses. */
  get #held(): boolean {
    return this.#inOrder && this.#pauses.size > 0;
  }

  /** Sends what waits over the connection there is, or seeks one. */
  #proceed(): void {
    if (this.#held) return;
    if (this.#connection === undefined) this.#acquire();
    else this.#send(this.#connection);
  }

  /** Called by the gate when it is this lane's turn. */
  enter(): void {
    this.#acquire();
  }

  /** Seeks a connection, unless there is one or the turn is not over. */
  #acquire(): void {
    if (this.#waiting.size === 0 || this.#applied || this.#flushing) return;
    if (this.#connection !== undefined || this.#held) return;
    if (this.#gate !== undefined && !this.#gate.admits(this)) return;
    const connection = this.#pool.tryLease();
    if (connection !== undefined) {
      this.granted(connection);
    } else {
      this.#applied = true;
      this.#pool.apply(this);
    }
  }

  /** Takes an idle connection, if there is one and this lane may have it. */
  #takeIdle(): Connection | undefined {
    if (this.#applied) return undefined;
    if (this.#gate !== undefined && !this.#gate.admits(this)) return undefined;
    const connection = this.#pool.tryLease();
    if (connection === undefined) return undefined;
    connection.owner = this;
    return this.#connection = connection;
  }

  #send(connection: Connection): void {
    for (const batch of this.#takeWaiting()) {
      batch.seal();
      batch.carrier = connection;
      connection.send(batch);
    }
  }

  /** Leaves a connection with replies that nobody waits for any more. */
  #retire(connection: Connection): void {
    if (connection === this.#connection) this.#connection = undefined;
    connection.retire();
    this.#acquire();
  }

  /** Decides what becomes of a batch whose connection was lost. */
  #recover(batch: Batch, error: Error): void {
    const { failures } = this.#host;
    const turnedAway = wasTurnedAway(error);
    if (!turnedAway) batch.doubt();
    // The first attempt may have met a connection that was long dead.
    const atOnce = !turnedAway && !batch.awaited && batch.attempts === 0;
    const pause = this.#pauseFor(batch, atOnce);
    if (pause === undefined || (turnedAway && !isWorthRetrying(error))) {
      batch.abandon((command, sent) =>
        sent && !turnedAway
          ? failures.lost(command, error)
          : failures.refused(command, { kind: "dial", cause: error })
      );
      return;
    }
    batch.recover(
      // A server that does not speak the protocol will not do so in a moment.
      (command) =>
        turnedAway || !(error instanceof ProtocolError) &&
          (command.idempotent || isReadOnly(command.name)),
      (command): TransportError => failures.lost(command, error),
    );
    if (batch.settled) return;
    if (pause === 0) this.#again(batch);
    else this.#retryAfter(pause, batch);
  }

  /** The pause before the next attempt, or nothing when there is none. */
  #pauseFor(batch: Batch, atOnce = false): number | undefined {
    if (++batch.attempts > this.#host.maxRetries) return undefined;
    const pause = atOnce ? 0 : jitter(FIRST_PAUSE * 2 ** (batch.attempts - 1));
    return performance.now() + pause < batch.deadline ? pause : undefined;
  }

  #retryAfter(pause: number, batch: Batch): void {
    const cancel = this.#host.pause(pause, () => {
      this.#pauses.delete(batch);
      this.#again(batch);
      this.#proceed();
    });
    this.#pauses.set(batch, cancel);
  }

  /** Has a batch wait for another connection. */
  #again(batch: Batch): void {
    this.#host.counters.retries++;
    this.#waiting.add(batch);
    if (!this.#inOrder) return;
    const waiting = this.#waiting;
    this.#waiting = new Set([...this.#live].filter((one) => waiting.has(one)));
  }

  #takeWaiting(): Set<Batch> {
    const batches = this.#waiting;
    this.#waiting = new Set();
    return batches;
  }

  /** Gives up what is overdue and sets the alarm for the next one. */
  #expire(): void {
    const now = performance.now();
    const { exhausted } = this.#pool;
    let next = Infinity;
    for (const batch of this.#live) {
      if (batch.deadline > now) {
        next = Math.min(next, batch.deadline);
        continue;
      }
      const waiting = exhausted && this.#waiting.has(batch);
      this.abandon(
        batch,
        (command, sent) =>
          this.#host.failures.timedOut(command, { sent, exhausted: waiting }),
      );
    }
    if (next < Infinity) this.#alarm.set(next);
  }

  /** Nothing is left to do. */
  #rest(): void {
    if (this.#applied) {
      this.#applied = false;
      this.#pool.withdraw(this);
    }
    this.#leaveGate();
  }

  /** Lets another lane work that waits, unless this one does or is about to. */
  #leaveGate(): void {
    if (this.#connection === undefined && !this.#applied) {
      this.#gate?.leave(this);
    }
  }
}

/**
 * Runs a callback when the event loop has nothing left to do in this turn, all
 * microtasks included. The first hop leaves the callback of a timer, whose ticks
 * would run before its microtasks.
 */
function atEndOfTurn(callback: () => void): void {
  queueMicrotask(() => process.nextTick(callback));
}
