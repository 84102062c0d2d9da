/**
 * The dispatcher: gathers what a client issues into batches, one per host.
 *
 * @module
 */

import { CommandError } from "../errors.ts";
import type { BaseRouter } from "../routers/mod.ts";
import type { Argument } from "../values.ts";
import { Batch } from "./batch.ts";
import { Command, type CommandFlags, type Settler } from "./command.ts";
import { blockTimeOf } from "./command_traits.ts";
import { Gate } from "./gate.ts";
import type { Host } from "./host.ts";
import { Lane } from "./lane.ts";

/** What clients need of a cluster. */
export interface ClusterView {
  /** The router for the hosts as they are now. */
  readonly router: BaseRouter;
  /** The ids of all hosts. */
  readonly hostIds: readonly number[];
  /** Milliseconds for a command whose client sets no time. */
  readonly timeout: number;
  /** Gives up every command when aborted. */
  readonly signal: AbortSignal | undefined;
  /**
   * The host with an id.
   *
   * @throws {RangeError} If there is none.
   */
  host(id: number): Host;
}

/** How a client issues its commands. */
export interface DispatchOptions {
  /** Milliseconds that each batch has from its issue to its last reply. */
  timeout: number;
  /** When all is over, in milliseconds of `performance.now()`. */
  deadline?: number | undefined;
  /** Gives up everything that is not settled when aborted. */
  signal?: AbortSignal | undefined;
  /** Whether neighbouring GETs and SETs are merged. */
  autoBatch: boolean;
  /** Whether every command may be sent twice. */
  idempotent: boolean;
  /**
   * Whether the client has connections of its own while it works (maps), or
   * shares the one of all routing and local clients.
   */
  exclusive: boolean;
  /** How many hosts an exclusive client works on at a time. */
  maxConcurrency: number;
}

/** What the queue counts for a command beside its arguments. */
const COMMAND_BYTES = 64;

/** Issues commands to hosts, and knows when all of them are settled. */
export class Dispatcher {
  readonly #cluster: ClusterView;
  readonly #options: DispatchOptions;
  readonly #gate: Gate | undefined;
  /**
   * The batch of each host that still takes commands. By the host itself: after
   * its pools were disconnected, another one has the same id.
   */
  readonly #open = new Map<Host, Batch>();
  readonly #lanes = new Map<Host, Lane>();
  /** Every batch that is not settled, with the lane it is on. */
  readonly #live = new Map<Batch, Lane>();
  readonly #onAbort = () => this.abandon(this.#options.signal?.reason);
  #whenSettled: PromiseWithResolvers<void> | undefined = undefined;
  #abandoned: { readonly reason: unknown } | undefined = undefined;

  /**
   * @param cluster Its hosts and its router.
   * @param options Time limits and manners.
   */
  constructor(cluster: ClusterView, options: DispatchOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.#gate = options.exclusive
      ? new Gate(options.maxConcurrency)
      : undefined;
  }

  /** The cluster it issues to. */
  get cluster(): ClusterView {
    return this.#cluster;
  }

  /** Whether everything is settled. */
  get idle(): boolean {
    return this.#live.size === 0;
  }

  /** How it issues. */
  get options(): DispatchOptions {
    return this.#options;
  }

  /**
   * Issues a command to a host.
   *
   * @param hostId Where it goes.
   * @param name Its name in capitals.
   * @param args Its arguments, already checked.
   * @param settler Gets the reply, or whatever goes wrong.
   * @param flags What the caller asks for.
   */
  send(
    hostId: number,
    name: string,
    args: readonly Argument[],
    settler: Settler,
    flags?: CommandFlags,
  ): void {
    const allowed = this.#options.idempotent
      ? { idempotent: true, ...flags }
      : flags;
    const command = new Command(name, args, settler, allowed);
    try {
      this.#options.signal?.throwIfAborted();
      if (this.#abandoned !== undefined) throw this.#abandoned.reason;
      const host = this.#cluster.host(hostId);
      const size = sizeOf(args);
      if (!host.admit(size)) throw host.failures.queueFull(name);
      const blockTime = blockTimeOf(name, args);
      if (blockTime === undefined) this.#batchFor(host).add(command, size);
      else this.#block(host, command, size, blockTime);
    } catch (error) {
      command.fail(error);
    }
  }

  /** Settles when every command issued so far, and since, is settled. */
  settled(): Promise<void> {
    if (this.#live.size === 0) return Promise.resolve();
    this.#whenSettled ??= Promise.withResolvers<void>();
    return this.#whenSettled.promise;
  }

  /** Rejects everything that is not settled, and whatever is issued later. */
  abandon(reason: unknown): void {
    this.#abandoned = { reason };
    for (const [batch, lane] of this.#live) lane.abandon(batch, () => reason);
  }

  #batchFor(host: Host): Batch {
    let batch = this.#open.get(host);
    if (batch === undefined || batch.sealed) {
      batch = this.#start(host, this.#laneFor(host), this.#deadline(0));
      this.#open.set(host, batch);
    }
    return batch;
  }

  /** A blocking command has a lane to itself, so that it delays nobody else. */
  #block(host: Host, command: Command, size: number, time: number): void {
    const lane = new Lane(host, { pool: host.blockingPool });
    this.#start(host, lane, this.#deadline(time), () => lane.close())
      .add(command, size);
  }

  #start(
    host: Host,
    lane: Lane,
    deadline: number,
    onSettled?: () => void,
  ): Batch {
    const started = performance.now();
    const batch = new Batch({
      hostId: host.id,
      autoBatch: this.#options.autoBatch,
      deadline,
      onErrorReply: (error) => host.counters.error(kindOf(error)),
      onSettled: (batch) => {
        host.settled(batch, started);
        lane.settled(batch);
        this.#forget(host, batch);
        onSettled?.();
      },
    });
    if (this.#live.size === 0) {
      this.#options.signal?.addEventListener("abort", this.#onAbort);
    }
    this.#live.set(batch, lane);
    lane.submit(batch);
    return batch;
  }

  #forget(host: Host, batch: Batch): void {
    this.#live.delete(batch);
    if (this.#open.get(host) === batch) this.#open.delete(host);
    if (this.#live.size > 0) return;
    for (const lane of this.#lanes.values()) lane.close();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#whenSettled?.resolve();
    this.#whenSettled = undefined;
  }

  #laneFor(host: Host): Lane {
    if (!this.#options.exclusive) return host.lane;
    let lane = this.#lanes.get(host);
    if (lane === undefined) {
      lane = new Lane(host, { gate: this.#gate });
      this.#lanes.set(host, lane);
    }
    return lane;
  }

  /** When a batch issued now must be settled, `extra` milliseconds later. */
  #deadline(extra: number): number {
    const { timeout, deadline } = this.#options;
    return deadline ?? performance.now() + timeout + extra;
  }
}

function sizeOf(args: readonly Argument[]): number {
  let size = COMMAND_BYTES;
  for (const argument of args) {
    size += typeof argument === "object" || typeof argument === "string"
      ? argument.length
      : 8;
  }
  return size;
}

/** Under what an error reply is counted: its code, such as `WRONGTYPE`. */
function kindOf(error: Error): string {
  return error instanceof CommandError ? error.code : error.name;
}
