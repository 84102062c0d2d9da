/**
 * What all clients share of one host.
 *
 * @module
 */

import { runtime, type Timer } from "../runtime/mod.ts";
import { TimeoutError } from "../errors.ts";
import type { Pool } from "../wire/pool.ts";
import { SingleUse } from "../wire/single_use.ts";
import { afterReading, MAX_DELAY } from "../wire/countdown.ts";
import { Backlog } from "./backlog.ts";
import type { Batch } from "./batch.ts";
import { batchChannel, publishBatch } from "./diagnostics.ts";
import { Failures, type Place } from "./failures.ts";
import { FewSet } from "./few.ts";
import { provesNothingRan } from "./policy.ts";
import type { HostCounters } from "./stats.ts";
import type { ServerStats } from "./stats_types.ts";
import { Links } from "./link.ts";
import {
  type Callers,
  type ObservedHost,
  observer,
  type ServerPlace,
} from "./observer.ts";

/** How much may be queued for one host, and how often it is tried again. */
export interface HostLimits {
  /**
   * The most commands that are queued or under way.
   *
   * @default {Infinity}
   */
  maxQueueCommands?: number;
  /**
   * The most bytes of them, by an estimate.
   *
   * @default {268435456}
   */
  maxQueueBytes?: number;
  /**
   * How many times a command is tried again.
   *
   * @default {3}
   */
  maxRetries?: number;
}

/** A queue is roomy while it is filled to one in so many parts at the most. */
const ROOMY = 8;

/** A while before something is tried again. */
interface Pause {
  readonly timer: ReturnType<typeof setTimeout>;
  readonly wake: () => void;
}

/** Where a host is; asked anew whenever that is told. */
export interface HostPlace extends Place {
  /** Its address now, in parts. */
  readonly info: ServerPlace;
}

/** What a {@linkcode Host} is made of. */
export interface HostParts {
  /** The id of the host. */
  id: number;
  /** Where it is. */
  place: HostPlace;
  /** Its connections. */
  pool: Pool;
  /** What its connections count already. */
  counters: HostCounters;
  /** Milliseconds of silence after which commands that are overdue count. */
  patience: number;
  /**
   * Whether it may be at another address any moment, so that it is worth waiting
   * for although it cannot be reached.
   *
   * @default {false}
   */
  mayMove?: boolean;
  /** Told when its server says that it is not the right one. */
  onMisled?: () => void;
  /**
   * Whether errors are counted when they are made. Those of a replica reach nobody:
   * its primary answers in its place.
   *
   * @default {true}
   */
  countsErrors?: boolean;
}

/** One whose batches have a time limit: a lane, which hosts do not know. */
export interface Timed {
  /**
   * Gives up what is overdue.
   *
   * @param now The time of `performance.now()`.
   * @param exhausted Links of which there were no more to be had by then.
   * @returns When the next of its batches will be.
   */
  expire(now: number, exhausted: ReadonlySet<Links>): number;
  /** Groups have left the host, and what is issued for them goes elsewhere. */
  groupsLeft(groups: ReadonlySet<number>): void;
  /**
   * Any key may be elsewhere: what has not left is routed anew.
   *
   * @returns What blocks there, and has to be ended to be routed anew as well.
   */
  reroute(): Blocked | undefined;
}

/** A command that blocks its connection. */
export interface Blocked {
  /** The number by which the server knows the connection. */
  readonly id: string;
  /** Whether it still does. */
  isBlocked(): boolean;
}

/** The pools of a host, its queue and its clock. */
export class Host implements ObservedHost {
  /** The id of the host. */
  readonly id: number;
  /** Its connections. */
  readonly pool: Pool;
  /** Its errors, which are counted. */
  readonly failures: Failures;
  /** What has happened on the way to it. */
  readonly counters: HostCounters;
  /** How many times a command is tried again. */
  readonly maxRetries: number;
  /** Whether it is worth waiting for although it cannot be reached. */
  readonly mayMove: boolean;
  /** Connections in use for ordinary commands, */
  readonly links: Links;
  /** for those that block, */
  readonly blockingLinks: Links;
  /** and for those that wait behind nothing. */
  readonly urgentLinks: Links;
  /** The bounds of its queue, and of those of dedicated connections to it, */
  readonly queueLimits: RoomLimits;
  /** and what is in it. */
  readonly queue: Room;
  /**
   * Names of commands that are not merged, because its user may not issue what
   * they would be merged into.
   */
  readonly unmerged = new Set<string>();
  /** Whether its server has said that its user may issue MULTI and EXEC. */
  transacts = false;
  /** Commands that wait for room. */
  readonly backlog: Backlog;
  /** Whether it takes no further commands: another one has its id, or none. */
  closing = false;

  readonly #place: HostPlace;
  readonly #onMisled: (() => void) | undefined;
  #whenDrained: PromiseWithResolvers<void> | undefined = undefined;
  readonly #pauses = new Set<Pause>();
  /** Those that have batches under way. */
  readonly #timed = new FewSet<Timed>();
  /** Goes off when the time of a batch is up. */
  readonly #alarm = new Alarm((late) => this.#judge(late));
  /** Stops what is read before that is judged, while it is. */
  #stopReading: (() => void) | undefined = undefined;
  readonly #patience: number;
  /** Since when it has been silent, as far as commands that are overdue tell. */
  #silentSince = Infinity;

  /**
   * @param parts What it is made of.
   * @param limits Bounds of its queue.
   */
  constructor(parts: HostParts, limits: HostLimits) {
    const { id, place, pool, counters, patience, countsErrors = true } = parts;
    this.id = id;
    this.pool = pool;
    this.counters = counters;
    const count = countsErrors
      ? (kind: string) => counters.error(kind)
      : undefined;
    this.failures = new Failures(id, place, count);
    this.backlog = new Backlog(this.failures);
    this.#place = place;
    this.#onMisled = parts.onMisled;
    this.maxRetries = limits.maxRetries ?? 3;
    this.mayMove = parts.mayMove ?? false;
    this.queueLimits = {
      maxCommands: limits.maxQueueCommands ?? Infinity,
      maxBytes: limits.maxQueueBytes ?? 256 * 1024 * 1024,
    };
    this.queue = new Room(this.queueLimits);
    this.links = new Links(pool);
    this.blockingLinks = new Links(pool, true);
    this.urgentLinks = new Links(new SingleUse(pool));
    this.#patience = patience;
  }

  /** Where it is now, for people, */
  get address(): string {
    return this.#place.address;
  }

  /** and in parts. */
  get server(): ServerPlace {
    return this.#place.info;
  }

  /**
   * Lends no connection again that is open now: its server says that it is not
   * the right one, and the address may lead to another one by now.
   */
  leaveServer(): void {
    this.transacts = false;
    this.pool.renew();
    this.#onMisled?.();
  }

  /** Asks where it is: it cannot be reached where it was. */
  seek(): void {
    this.#onMisled?.();
  }

  /**
   * It is at another address from now on. What was written to the old one may
   * end there; all else goes to the new one, and waits for nothing any more.
   *
   * @param isOther Whether another server has taken over: of what the one before
   * still says, only that a command did not run is believed.
   * @param grace Milliseconds for what that may have said before, if not those for
   * servers that agree on who takes over.
   */
  move(isOther = false, grace?: number): void {
    this.transacts = false;
    this.pool.move(isOther ? provesNothingRan : undefined, grace);
    for (const { wake } of [...this.#pauses]) wake();
  }

  /** Groups have left it: what is under way for them may have to follow. */
  groupsLeft(groups: ReadonlySet<number>): void {
    for (const timed of this.#timed) timed.groupsLeft(groups);
    this.backlog.groupsLeft(groups);
  }

  /**
   * Any key may be elsewhere: what has not left is routed anew.
   *
   * @returns What blocks there, and has to be ended to be routed anew as well.
   */
  reroute(): Blocked[] {
    const blocked: Blocked[] = [];
    for (const timed of [...this.#timed]) {
      const one = timed.reroute();
      if (one !== undefined) blocked.push(one);
    }
    this.backlog.divertAll();
    return blocked;
  }

  /** Whether a command of that size still fits, which then counts. */
  admit(size: number): boolean {
    return this.queue.admit(size);
  }

  /** Whether several times as much as is queued would still fit. */
  get roomy(): boolean {
    return this.queue.roomy;
  }

  /**
   * A batch is settled: gives back its room, counts it, and tells who listens.
   *
   * @param batch The batch.
   * @param started When it was issued, in milliseconds of `performance.now()`.
   */
  release(batch: Batch, started: number): void {
    this.queue.release(batch.size, batch.issued);
    if (this.backlog.size > 0) this.backlog.serve((size) => this.admit(size));
    if (this.queue.commands === 0) this.#whenDrained?.resolve();
    const now = performance.now();
    const duration = now - started;
    this.counters.count(batch, duration, now);
    if (batchChannel.hasSubscribers) {
      publishBatch(batch, { address: this.address, started, duration });
    }
    if (batch.callers !== undefined) this.#tell(batch, batch.callers, duration);
  }

  /** Has batches given up when their time is over, the next one at `deadline`. */
  watch(timed: Timed, deadline: number): void {
    this.#timed.add(timed);
    this.#alarm.set(deadline);
  }

  /** Has commands given up that wait for room for so long. */
  wakeAt(deadline: number): void {
    this.#alarm.set(deadline);
  }

  /** Looks at its batches no longer: it has none. */
  unwatch(timed: Timed): void {
    this.#timed.delete(timed);
  }

  /**
   * A command that was sent got no reply in time. Where nothing at all has come
   * from the server meanwhile, that counts as a failure to reach it: a server
   * that hangs lets everybody in, and answers nobody. A caller that has no
   * patience brings no host down: the silence has to last for a while.
   *
   * @param issued When it was issued, in milliseconds of `performance.now()`.
   */
  overdue(issued: number): void {
    const { heardAt } = this.counters.traffic;
    if (heardAt > issued) return;
    if (heardAt > this.#silentSince) this.#silentSince = issued;
    this.#silentSince = Math.min(this.#silentSince, issued);
    // Those before the last words are in no row with this one.
    this.pool.heard(heardAt);
    if (performance.now() - this.#silentSince < this.#patience) return;
    this.pool.blame(
      new TimeoutError("The server has said nothing for too long"),
    );
  }

  /**
   * Calls back after a while, or as soon as the host is closed.
   *
   * @param time How many milliseconds later.
   * @param wake Called once, unless the pause is cancelled.
   * @returns Cancels the pause.
   */
  pause(time: number, wake: () => void): () => void {
    const end = () => {
      clearTimeout(pause.timer);
      return this.#pauses.delete(pause);
    };
    const pause: Pause = {
      timer: setTimeout(() => pause.wake(), time),
      wake: () => void (end() && wake()),
    };
    this.#pauses.add(pause);
    return end;
  }

  /** What has happened so far, and how things are now. */
  stats(): ServerStats {
    return this.counters.summary({
      queue: { commands: this.queue.commands, bytes: this.queue.bytes },
      open: this.pool.size,
      idle: this.pool.idle,
    });
  }

  /**
   * Waits until nothing is queued or under way.
   *
   * @param patience Milliseconds to wait at most.
   */
  async drained(patience: number): Promise<void> {
    if (this.queue.commands === 0) return;
    this.#whenDrained ??= Promise.withResolvers<void>();
    const { promise, resolve } = this.#whenDrained;
    const timer = setTimeout(resolve, Math.min(patience, MAX_DELAY));
    await promise;
    clearTimeout(timer);
    this.#whenDrained = undefined;
  }

  /**
   * Waits for what is under way, then closes its connections.
   *
   * @param patience Milliseconds to wait at most.
   */
  async close(patience: number): Promise<void> {
    this.closing = true;
    await this.drained(patience);
    const closing = this.pool.close();
    for (const { wake } of this.#pauses) wake();
    await closing;
    this.#alarm.clear();
    this.#stopReading?.();
  }

  #tell(batch: Batch, callers: Callers, duration: number): void {
    const known = callers.list();
    // What was issued before anybody observed has no caller.
    if (known.length === 0) return;
    observer?.batchSettled({
      host: this,
      callers: known,
      commands: batch.names(),
      count: batch.issued,
      issuedAt: batch.issuedAt,
      duration,
      failedAttempts: batch.attempts,
      errors: batch.errors,
      failure: batch.failure,
    });
  }

  /** Time is up only if the reply is not there: what has come is read first. */
  #judge(late: number): void {
    // All that is overdue by then is judged at the end of this one.
    if (this.#stopReading !== undefined) return;
    const { traffic } = this.counters;
    this.#stopReading = afterReading(late, () => traffic.bytesReceived, () => {
      this.#stopReading = undefined;
      this.#expire();
    });
  }

  #expire(): void {
    const now = performance.now();
    let next = this.backlog.expire(now);
    // As it was when the time was up: what is given up makes room.
    const exhausted = new Set<Links>();
    if (this.pool.exhausted) exhausted.add(this.links);
    if (this.pool.exhaustedByBlocking) exhausted.add(this.blockingLinks);
    // A lane that is used again because of it comes in another turn.
    for (const timed of [...this.#timed]) {
      next = Math.min(next, timed.expire(now, exhausted));
    }
    if (next < Infinity) this.#alarm.set(next);
  }
}

/** Bounds of a queue. */
export interface RoomLimits {
  /** The most commands in it. */
  readonly maxCommands: number;
  /** The most bytes in it, by an estimate. */
  readonly maxBytes: number;
}

/** Counts what is queued or under way, and refuses what does not fit. */
export class Room {
  /** Commands that are queued or under way, */
  commands = 0;
  /** and their bytes. */
  bytes = 0;
  readonly #maxCommands: number;
  readonly #maxBytes: number;

  /** @param limits Its bounds. */
  constructor({ maxCommands, maxBytes }: RoomLimits) {
    this.#maxCommands = maxCommands;
    this.#maxBytes = maxBytes;
  }

  /**
   * Whether commands of that many bytes still fit, all of them or none; they
   * count then until they are released. Alone, one of any size fits, which would
   * never do so otherwise.
   */
  admit(bytes: number, commands = 1): boolean {
    const allBytes = this.bytes + bytes;
    const allCommands = this.commands + commands;
    const isFull = allBytes > this.#maxBytes || allCommands > this.#maxCommands;
    if (isFull && allCommands > 1) return false;
    this.bytes = allBytes;
    this.commands = allCommands;
    return true;
  }

  /** Counts a command that is there already, whether it fits or not. */
  take(bytes: number): void {
    this.bytes += bytes;
    this.commands++;
  }

  /** Gives back the room of commands that are settled. */
  release(bytes: number, commands: number): void {
    this.bytes -= bytes;
    this.commands -= commands;
  }

  /** Whether several times as much as is in it would still fit. */
  get roomy(): boolean {
    return this.bytes <= this.#maxBytes / ROOMY &&
      this.commands <= this.#maxCommands / ROOMY;
  }
}

/** Calls back at the earliest of the times it was set to, and then forgets them. */
export class Alarm {
  readonly #wake: (late: number) => void;
  readonly #keepsAlive: boolean;
  #timer: Timer | undefined = undefined;
  #time = Infinity;

  /**
   * @param wake Called when it goes off, or before where the time is far off,
   * with the milliseconds by which that is too late.
   * @param how Whether the program does not end before it goes off.
   */
  constructor(
    wake: (late: number) => void,
    { keepsAlive = false }: { keepsAlive?: boolean } = {},
  ) {
    this.#wake = wake;
    this.#keepsAlive = keepsAlive;
  }

  /** Sets it to a time of `performance.now()`, unless it goes off before. */
  set(time: number): void {
    if (time >= this.#time) return;
    clearTimeout(this.#timer);
    this.#time = time;
    const delay = Math.max(0, time - performance.now());
    this.#timer = setTimeout(() => {
      this.#time = Infinity;
      this.#wake(Math.max(0, performance.now() - time));
    }, Math.min(delay, MAX_DELAY));
    // What is under way keeps the program alive by itself.
    if (!this.#keepsAlive) runtime.unref(this.#timer);
  }

  /** Switches it off. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#time = Infinity;
  }
}
