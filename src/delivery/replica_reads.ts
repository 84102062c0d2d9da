/**
 * Reads from replicas: which server of a host takes them, and what becomes of
 * those that it does not answer in time.
 *
 * @module
 */

import { sizeOf } from "../commands/arguments.ts";
import { type CommandError, TimeoutError } from "../errors.ts";
import type { Batch, Origin, Refuge } from "./batch.ts";
import type { Command } from "./command.ts";
import type { Host } from "./host.ts";
import { currentTurn } from "./lane.ts";
import { provesNothingRan } from "./policy.ts";
import { type GroupOf, MAX_MERGED_GETS } from "./run.ts";

/**
 * Which servers of a host answer commands that only read:
 *
 * - `"primary"`: the primary, which alone knows every write;
 * - `"preferReplica"`: a replica, and the primary what that does not answer;
 * - `"replica"`: the same, but all other replicas are tried before the primary;
 * - `"any"`: the primary and its replicas in turn.
 */
export type ReadFrom = "primary" | "preferReplica" | "replica" | "any";

/** A replica has one part in so many of the time of a read; then others are asked. */
const SHARE = 4;

/** The replicas of one host. */
export interface ReplicaChoice {
  /**
   * The replica whose turn it is.
   *
   * @param tried Those that are out of the question.
   * @param sharing Whether the primary has its turn as well.
   * @returns Nothing, where it is for the primary.
   */
  next(tried: ReadonlySet<Host>, sharing: boolean): Host | undefined;
}

/** What carries reads: a dispatcher. */
export interface Reader {
  /** Whether nothing may be issued any more. */
  readonly isOver: boolean;
  /** Names the group of a key, where only what belongs to one may be merged. */
  readonly groupOf: GroupOf | undefined;
  /** When the time of a read is up that is issued now. */
  deadline(): number;
  /** The replicas of a host. */
  replicas(hostId: number): ReplicaChoice;
  /**
   * Begins a batch for a replica.
   *
   * @param origin Who has issued it, if that is not who is at work.
   */
  start(
    host: Host,
    deadline: number,
    { refuge, origin }: { refuge: Refuge; origin: Origin | undefined },
  ): Batch;
  /**
   * Brings a read to the primary.
   *
   * @param command The read.
   * @param due When its time is up.
   * @param hostId The host that it was issued to.
   * @param origin Who has issued it.
   * @param open The batch that took the one before it, if any did.
   * @returns The batch that has it; nothing, where none has.
   */
  toPrimary(
    command: Command,
    due: number,
    to: { hostId: number; origin: Origin; open: Batch | undefined },
  ): Batch | undefined;
}

/** Which server takes the reads of a host, in one turn of the event loop. */
interface Turn {
  readonly number: number;
  /** The replica; nothing for the primary. */
  readonly host: Host | undefined;
  /** How many more reads it takes before it is the turn of the next one. */
  left: number;
}

/** An attempt to have reads answered. */
interface Attempt {
  /** The host that they were issued to. */
  readonly hostId: number;
  /** When their time is up. */
  readonly due: number;
  /** When so much of it has passed that the rest is for the primary. */
  readonly half: number;
  /** The replicas that were asked. */
  readonly tried: ReadonlySet<Host>;
}

const NONE: ReadonlySet<Host> = new Set();

/**
 * Deals out the reads of one dispatcher. A replica has a part of the time of each;
 * whatever it fails with, or does not answer by then, goes to others, and in the
 * end to the primary, whose answer counts. So a read may be sent several times.
 *
 * Reads from replicas keep no order among the writes of their client.
 */
export class ReplicaReads {
  readonly #reader: Reader;
  readonly #triesAll: boolean;
  readonly #sharing: boolean;
  /** By the id of the host. */
  readonly #turns: (Turn | undefined)[] = [];
  /**
   * The batch of each replica that may still take commands, and when their time is
   * up, where they were issued before.
   */
  readonly #open = new WeakMap<
    Host,
    { batch: Batch; due: number | undefined }
  >();

  /**
   * @param from Which servers take them.
   * @param reader What carries them.
   */
  constructor(from: Exclude<ReadFrom, "primary">, reader: Reader) {
    this.#reader = reader;
    this.#triesAll = from === "replica";
    this.#sharing = from === "any";
  }

  /**
   * The batch that takes the next read of a host.
   *
   * @param size The memory that it takes, in bytes, for which there is room then.
   * @param before When its time is up, and who has issued it, where that was
   * before.
   * @returns Nothing, where the primary takes it.
   */
  batchFor(
    hostId: number,
    size: number,
    { due, origin }: { due?: number; origin?: Origin } = {},
  ): Batch | undefined {
    const number = currentTurn();
    let turn = this.#turns[hostId];
    if (turn === undefined || turn.number !== number || turn.left === 0) {
      const host = this.#reader.replicas(hostId).next(NONE, this.#sharing);
      // As many as travel together go to one server.
      turn = { number, host, left: MAX_MERGED_GETS };
      this.#turns[hostId] = turn;
    }
    turn.left--;
    const { host } = turn;
    if (host === undefined || host.closing || !host.admit(size)) {
      return undefined;
    }
    const open = this.#open.get(host);
    if (open !== undefined && open.due === due && !open.batch.sealed) {
      return open.batch;
    }
    const end = due ?? this.#reader.deadline();
    const half = (performance.now() + end) / 2;
    const attempt = { hostId, due: end, half, tried: new Set([host]) };
    const batch = this.#start(host, attempt, origin);
    this.#open.set(host, { batch, due });
    return batch;
  }

  #start(host: Host, attempt: Attempt, origin: Origin | undefined): Batch {
    const now = performance.now();
    const deadline = now + (attempt.due - now) / SHARE;
    const refuge = this.#refuge(host, attempt, () => batch);
    const batch: Batch = this.#reader.start(host, deadline, { refuge, origin });
    return batch;
  }

  /** Where commands go that a replica does not answer. */
  #refuge(host: Host, attempt: Attempt, from: () => Origin): Refuge {
    const { hostId, due } = attempt;
    /** The batch of another replica, or of the primary, which takes them. */
    let other: Batch | undefined;
    let primary: Batch | undefined;
    let next: Host | undefined;
    const since = performance.now();
    const take = (command: Command, error?: CommandError) => {
      const now = performance.now();
      if (this.#reader.isOver || now >= due) return false;
      host.counters.fallbacks++;
      if (error === undefined) blame(host, since);
      // What it says of others may be news.
      else if (provesNothingRan(error)) host.seek();
      const size = sizeOf(command.args);
      if (this.#triesAll && now < attempt.half) {
        next ??= this.#reader.replicas(hostId).next(attempt.tried, false);
        if (next?.closing === false && next.admit(size)) {
          if (other === undefined || other.sealed) {
            const tried = new Set([...attempt.tried, next]);
            other = this.#start(next, { ...attempt, tried }, from());
          }
          const { flags } = command;
          other.addHeld(command, { flags, size, origin: from() });
          return true;
        }
      }
      const open = primary?.sealed === false ? primary : undefined;
      const to = { hostId, origin: from(), open };
      primary = this.#reader.toPrimary(command, due, to);
      return true;
    };
    return { groupOf: this.#reader.groupOf, take };
  }
}

/**
 * A replica has not answered in time, be it that it gave no connection: one that has
 * said nothing since then is left alone until it says something.
 *
 * @param since A time of `performance.now()`.
 */
function blame({ counters, pool }: Host, since: number): void {
  if (pool.down || counters.traffic.heardAt > since) return;
  pool.blame(new TimeoutError("The replica has said nothing for too long"));
}
