/**
 * What all clients share of one host.
 *
 * @module
 */

import type { Pool } from "../wire/pool.ts";
import { Failures } from "./failures.ts";
import { Lane } from "./lane.ts";

/** How much may be queued for one host, and how often it is tried again. */
export interface HostLimits {
  /**
   * The most commands that are queued or under way.
   *
   * @default {Infinity}
   */
  maxQueueCommands?: number;
  /**
   * The most bytes of commands that are queued or under way, by an estimate that
   * counts 64 bytes for each command beside its arguments.
   *
   * @default {268435456}
   */
  maxQueueBytes?: number;
  /**
   * How many times a command is tried again that was not sent, or that only
   * reads. A pause of 50 ms, doubled each time and shortened at random by up to
   * a half, lies before each.
   *
   * @default {3}
   */
  maxRetries?: number;
}

/** The pool of a host, its queue, and the lane for commands of all clients. */
export class Host {
  /** The id of the host. */
  readonly id: number;
  /** Its connections. */
  readonly pool: Pool;
  /** Its errors. */
  readonly failures: Failures;
  /** How many times a command is tried again. */
  readonly maxRetries: number;
  /** Where commands of routing and local clients travel together. */
  readonly lane: Lane;
  /** Commands that are queued or under way. */
  queuedCommands = 0;
  /** Bytes that are queued or under way. */
  queuedBytes = 0;

  #whenDrained: PromiseWithResolvers<void> | undefined = undefined;
  readonly #maxCommands: number;
  readonly #maxBytes: number;

  /**
   * @param id The id of the host.
   * @param address Where it is, for people.
   * @param pool Its connections.
   * @param limits Bounds of its queue.
   */
  constructor(id: number, address: string, pool: Pool, limits: HostLimits) {
    this.id = id;
    this.pool = pool;
    this.failures = new Failures(id, address);
    this.maxRetries = limits.maxRetries ?? 3;
    this.#maxCommands = limits.maxQueueCommands ?? Infinity;
    this.#maxBytes = limits.maxQueueBytes ?? 256 * 1024 * 1024;
    this.lane = new Lane(this);
  }

  /** Whether a command of that size still fits, which then counts. */
  admit(size: number): boolean {
    const bytes = this.queuedBytes + size;
    if (bytes > this.#maxBytes || this.queuedCommands >= this.#maxCommands) {
      return false;
    }
    this.queuedBytes = bytes;
    this.queuedCommands++;
    return true;
  }

  /** Gives back the room of commands that are settled. */
  discharge(commands: number, bytes: number): void {
    this.queuedCommands -= commands;
    this.queuedBytes -= bytes;
    if (this.queuedCommands === 0) this.#whenDrained?.resolve();
  }

  /**
   * Waits for what is under way, then closes its connections.
   *
   * @param patience Milliseconds to wait at most.
   */
  async close(patience: number): Promise<void> {
    if (this.queuedCommands > 0) {
      this.#whenDrained = Promise.withResolvers<void>();
      const timer = setTimeout(this.#whenDrained.resolve, patience);
      await this.#whenDrained.promise;
      clearTimeout(timer);
    }
    await this.pool.close();
    this.lane.close();
  }
}
