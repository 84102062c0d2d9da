/**
 * One connection that belongs to one client until either is closed.
 *
 * @module
 */

import { sizeOf } from "../commands/arguments.ts";
import { ConnectionError, ReshardingError, TimeoutError } from "../errors.ts";
import type { Connection, ConnectionOwner } from "../wire/connection.ts";
import type { Exchange } from "../wire/exchange.ts";
import { inAnotherTurn } from "../runtime/turn.ts";
import { countdown } from "../wire/countdown.ts";
import { TimeLimit } from "../wire/time_limit.ts";
import { Batch } from "../delivery/batch.ts";
import { withCallSite } from "../delivery/call_sites.ts";
import { type Command, fail, type GivenUp } from "../delivery/command.ts";
import { wasTurnedAway } from "../delivery/policy.ts";
import { type Host, Room } from "../delivery/host.ts";
import { Subscription } from "./subscription.ts";
import { Transactions } from "./transactions.ts";

/** How long commands may take, and what gives them up. */
export interface LinkOptions {
  /** Milliseconds from a command to its reply. */
  timeout: number;
  /** Closes the connection when aborted. */
  signal: AbortSignal | undefined;
  /** Whether errors have the stacks of the calls that asked for their commands. */
  callSites?: boolean | undefined;
}

/**
 * Sends commands over a connection of its own. Nothing is ever sent twice: the
 * connection has a state that another one would not have, so when it is lost,
 * so is everything.
 */
export class DedicatedLink implements ConnectionOwner {
  /** Resolves when it is closed: with the error, or nothing if on purpose. */
  readonly closed: Promise<Error | undefined>;
  readonly #host: Host;
  readonly #connection: Connection;
  readonly #timeout: number;
  readonly #signal: AbortSignal | undefined;
  readonly #options: LinkOptions;
  readonly #onAbort = () => this.close(abortError(this.#signal?.reason));
  /** Stops the clock of each batch. */
  readonly #clocks = new Map<Batch, () => void>();
  /** What is under way; it shares no bound with other connections. */
  readonly #queue: Room;
  readonly #transactions = new Transactions();
  #resolveClosed!: (error: Error | undefined) => void;
  #subscription: Subscription | undefined = undefined;
  #isClosed = false;
  #onPurpose = false;

  private constructor(
    host: Host,
    connection: Connection,
    options: LinkOptions,
  ) {
    const { timeout, signal } = options;
    this.#options = options;
    this.#host = host;
    this.#connection = connection;
    this.#timeout = timeout;
    this.#signal = signal;
    this.#queue = this.newQueue();
    this.closed = new Promise((resolve) => this.#resolveClosed = resolve);
    connection.owner = this;
    signal?.addEventListener("abort", this.#onAbort);
  }

  /**
   * Opens a connection to a host.
   *
   * @throws {ConnectionError} If it cannot be opened, with `outcome: "not-sent"`.
   */
  static async open(host: Host, options: LinkOptions): Promise<DedicatedLink> {
    const { timeout, signal } = options;
    const { traffic } = host.counters;
    const limit = new TimeLimit(timeout, signal, () => traffic.bytesReceived);
    try {
      const connection = await host.pool.open(limit.signal);
      // Aborted while it was on its way here: no event will tell.
      if (limit.signal.aborted) connection.close(limit.signal.reason);
      // It may have been lost on the way here, with nobody there to be told.
      if (!connection.usable) throw connection.error;
      return new DedicatedLink(host, connection, options);
    } catch (cause) {
      signal?.throwIfAborted();
      throw host.failures.unreachable(cause);
    } finally {
      limit.stop();
    }
  }

  /** Whether it is closed. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** An empty queue with the bounds of this connection: for a pipeline. */
  newQueue(): Room {
    return new Room(this.#host.queueLimits);
  }

  /** Why a command is refused for which a queue has no room. */
  queueFull(name: string): Error {
    return this.#host.failures.queueFull(name);
  }

  /**
   * Sends commands together, in order. Where there is no room for all of them,
   * none is sent.
   */
  send(commands: readonly Command[]): void {
    if (commands.length === 0) return;
    let size = 0;
    for (const { args } of commands) size += sizeOf(args);
    if (!this.#queue.admit(size, commands.length)) {
      for (const { name, settler } of commands) {
        fail(settler, this.queueFull(name));
      }
      return;
    }
    const batch = new Batch({
      hostId: this.#host.id,
      autoBatch: false,
      deadline: Infinity,
      onSettled: (batch) => {
        this.#clocks.get(batch)?.();
        this.#clocks.delete(batch);
        this.#queue.release(size, commands.length);
      },
    });
    const sited = { options: this.#options };
    let time = this.#timeout;
    for (const command of commands) {
      const { form, args, flags } = command;
      const settler = this.#transactions.follow(command);
      const told = withCallSite(sited, settler);
      time += form.command.row.blocks?.(args) ?? 0;
      batch.add(form, args, told, flags, 0);
    }
    batch.seal();
    if (!this.#connection.usable) {
      const reason = (command: GivenUp) => this.#failure(command, false);
      inAnotherTurn(() => void batch.abandon(reason));
      return;
    }
    if (time < Infinity) {
      const { traffic } = this.#host.counters;
      const heard = () => traffic.bytesReceived;
      const clock = countdown(time, () => this.#expire(batch), heard);
      this.#clocks.set(batch, clock);
    }
    this.#connection.send(batch);
  }

  /** Turns it over to pub/sub, for good. */
  subscribe(): Subscription {
    this.#subscription ??= new Subscription(this.#connection, {
      timeout: this.#timeout,
      queue: this.#queue,
      queueFull: (name) => this.queueFull(name),
      onClose: () => this.close(),
      onOverdue: (name) => this.close(this.#host.failures.unconfirmed(name)),
      failure: (command, sent) => this.#failure(command, sent),
    });
    // Nothing will tell it any more: the loss was before it.
    if (this.#isClosed) this.#subscription.end();
    return this.#subscription;
  }

  /**
   * Closes it; what is under way is rejected.
   *
   * @param error Why, when it is not on purpose.
   */
  close(error?: Error): void {
    this.#onPurpose ||= error === undefined;
    this.#connection.close(error);
  }

  connectionIdle(): void {}

  connectionLost(
    _connection: Connection,
    error: Error,
    exchanges: Exchange[],
  ): void {
    this.#isClosed = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    for (const exchange of exchanges) {
      if (!(exchange instanceof Batch)) continue;
      exchange.abandon((command, sent) => this.#failure(command, sent));
    }
    const reason = this.#onPurpose ? undefined : error;
    this.#subscription?.end(reason && this.#subscriptionError(reason));
    this.#resolveClosed(reason);
  }

  /** A reply is overdue; those behind it could not be told apart from it. */
  #expire(batch: Batch): void {
    if (batch.awaited) this.#host.overdue(batch.issuedAt);
    batch.abandon((command, sent) =>
      this.#host.failures.timedOut(command, { sent, exhausted: false })
    );
    this.close(
      new ConnectionError(
        "The connection was closed after a reply was overdue",
      ),
    );
  }

  #subscriptionError(error: Error): unknown {
    if (this.#signal?.aborted) return this.#signal.reason;
    const { failures } = this.#host;
    return error instanceof TimeoutError
      ? error
      : failures.subscriptionLost(error);
  }

  /** Why a command has no reply, once the connection is closed. */
  #failure(command: GivenUp, sent: boolean): unknown {
    if (this.#signal?.aborted) return this.#signal.reason;
    const { failures } = this.#host;
    const cause = this.#connection.error;
    if (cause === undefined) return failures.linkClosed(command);
    if (cause instanceof ReshardingError && !sent) {
      const { id: hostId } = this.#host;
      const { name } = command;
      const details = { hostId, command: name, outcome: "not-sent" } as const;
      return new ReshardingError(cause.message, details);
    }
    if (wasTurnedAway(cause)) {
      return failures.refused(command, { kind: "dial", cause });
    }
    return sent ? failures.lost(command, cause) : failures.linkClosed(command);
  }
}

/** What closes a connection when its signal is aborted, whatever the reason is. */
function abortError(reason: unknown): Error {
  return reason instanceof Error
    ? reason
    : new ConnectionError("The signal of the connection was aborted", {
      cause: reason,
    });
}
