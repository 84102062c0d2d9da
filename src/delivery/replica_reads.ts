/**
 * Reads from replicas: which server of a host takes them, and what becomes of
 * those that it does not answer in time.
 *
 * @module
 */

import { sizeOf } from "../commands/arguments.ts";
import type { Form } from "../commands/spec.ts";
import { type CommandError, TimeoutError } from "../errors.ts";
import type { Batch } from "./batch.ts";
import type { Origin, Refuge } from "./batch_options.ts";
import { groupOfCommand } from "./batch_detour.ts";
import { Command, PINNED, PRIMARY } from "./command.ts";
import type { Held } from "./holder.ts";
import type { Host } from "./host.ts";
import type { Issuer, Wanted } from "./issuer.ts";
import { currentTurn } from "./lane.ts";
import { provesNothingRan } from "./policy.ts";
import type { ReadFrom } from "./replica_choice.ts";
import { type GroupOf, MAX_MERGED_GETS, type Run } from "./run.ts";

/** A replica has one part in so many of the time of a read; then others are asked. */
const SHARE = 4;

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
  readonly #issuer: Issuer;
  /** Names groups, where only what belongs to the same one may be merged. */
  readonly #groupOf: GroupOf | undefined;
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
   * @param issuer What they are issued to.
   */
  constructor(from: Exclude<ReadFrom, "primary">, issuer: Issuer) {
    const { topology } = issuer.cluster;
    this.#issuer = issuer;
    this.#groupOf = topology.groupsMove
      ? (key) => topology.groupOf(key)
      : undefined;
    this.#triesAll = from === "replica";
    this.#sharing = from === "any";
  }

  /** Issues a read to a replica; nothing where it is for the primary. */
  queue(
    hostId: number,
    { form, args, settler, flags, second, size }: Omit<Wanted, "place">,
  ): { run: Run; batch: Batch } | undefined {
    if (!mayBeReplicated(form, flags)) return undefined;
    this.#issuer.assertOpen();
    const batch = this.#batchFor(hostId, size);
    if (batch === undefined) return undefined;
    const run = batch.add(form, args, settler, flags, size, second);
    return { run, batch };
  }

  /** Brings a read that was held to a replica; says whether one takes it. */
  place(hostId: number, held: Held): boolean {
    const { command, deadline, to, error, origin } = held;
    if (to !== undefined || error !== undefined) return false;
    const { form, args, flags } = command;
    if (!mayBeReplicated(form, flags)) return false;
    const size = sizeOf(args);
    const before = { due: deadline, origin };
    const batch = this.#batchFor(hostId, size, before);
    if (batch === undefined) return false;
    batch.addHeld(command, { flags, size, origin });
    this.#issuer.goesOn(held, batch);
    return true;
  }

  /**
   * The batch that takes the next read of a host.
   *
   * @param size The memory that it takes, in bytes, for which there is room then.
   * @param before When its time is up, and who has issued it, where that was
   * before.
   * @returns Nothing, where the primary takes it.
   */
  #batchFor(
    hostId: number,
    size: number,
    { due, origin }: { due?: number; origin?: Origin } = {},
  ): Batch | undefined {
    const number = currentTurn();
    let turn = this.#turns[hostId];
    if (turn === undefined || turn.number !== number || turn.left === 0) {
      const host = this.#issuer.cluster.replicas(hostId)
        .next(NONE, this.#sharing);
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
    const end = due ?? this.#issuer.deadline(0);
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
    const { lanes, exclusive, gate } = this.#issuer.options;
    const batch: Batch = this.#issuer.start(host, lanes.laneFor(host), {
      ...{ deadline, exclusive, gate, refuge },
      ...issuedBy(origin),
    });
    return batch;
  }

  /** Where commands go that a replica does not answer. */
  #refuge(host: Host, attempt: Attempt, from: () => Batch): Refuge {
    const { hostId, due } = attempt;
    /** The batch of another replica, or of the primary, which takes them. */
    let other: Batch | undefined;
    let primary: Batch | undefined;
    let next: Host | undefined;
    const since = performance.now();
    const take = (command: Command, error?: CommandError) => {
      const now = performance.now();
      if (this.#issuer.isOver || now >= due) return false;
      host.counters.fallbacks++;
      if (error === undefined) blame(host, since);
      // What it says of others may be news.
      else if (provesNothingRan(error)) host.seek();
      const size = sizeOf(command.args);
      if (this.#triesAll && now < attempt.half) {
        next ??= this.#issuer.cluster.replicas(hostId)
          .next(attempt.tried, false);
        if (next?.closing === false && next.admit(size)) {
          if (other === undefined || other.sealed) {
            const tried = new Set([...attempt.tried, next]);
            other = this.#start(next, { ...attempt, tried }, from());
          }
          const { flags } = command;
          other.addHeld(command, { flags, size, origin: from() });
          this.#issuer.goesOn(from(), other);
          return true;
        }
      }
      const open = primary?.sealed === false ? primary : undefined;
      const way = { hostId, from: from(), open };
      try {
        primary = this.#toPrimary(command, due, way);
      } catch (error) {
        primary = open;
        this.#issuer.fail(command.settler, error);
      }
      return true;
    };
    return { groupOf: this.#groupOf, take };
  }

  /**
   * Brings a read to the primary that replicas did not answer.
   *
   * @param due When its time is up.
   * @param way The host that it was issued to, the batch that it was in, and the
   * one that took the read before it, if any did.
   * @returns The batch that has it; else that last one.
   * @throws What keeps it from being issued.
   */
  #toPrimary(
    command: Command,
    due: number,
    { hostId, from, open }: {
      hostId: number;
      from: Batch;
      open: Batch | undefined;
    },
  ): Batch | undefined {
    const issuer = this.#issuer;
    const { topology } = issuer.cluster;
    const { form, args, settler, flags } = command;
    const size = sizeOf(args);
    const group = topology.groupsMove
      ? groupOfCommand(topology, command)
      : undefined;
    if (group !== undefined && issuer.isHeld(group, flags)) {
      const own = new Command(form, args, settler, flags | PRIMARY);
      issuer.hold(group, own, { size, due, origin: from, from });
      return open;
    }
    const id = group === undefined ? hostId : topology.hostOf(group);
    const host = issuer.hostFor(id, form.name);
    if (!host.admit(size)) throw host.failures.queueFull(form.name);
    const { lanes, exclusive, gate } = issuer.options;
    const batch = open?.hostId === id
      ? open
      : issuer.start(host, lanes.laneFor(host), {
        ...{ deadline: due, exclusive, gate },
        ...issuedBy(from),
      });
    batch.addHeld(command, { flags, size, origin: from });
    issuer.goesOn(from, batch);
    return batch;
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

/** Whether a replica may answer a command. */
function mayBeReplicated({ command, steps }: Form, flags: number): boolean {
  return command.readsAnywhere && steps === undefined &&
    (flags & (PINNED | PRIMARY)) === 0;
}

/** Others may have issued the commands of a batch than who is at work. */
function issuedBy(origin: Origin | undefined): Pick<Origin, "issuer"> {
  return origin === undefined ? {} : { issuer: origin.issuer };
}
