/**
 * The commands of one dispatcher that are on the way to no host.
 *
 * @module
 */

import { sizeOf } from "../commands/arguments.ts";
import type { CommandError } from "../errors.ts";
import type { Redirect } from "../topology/mod.ts";
import type { Batch } from "./batch.ts";
import type { Origin } from "./batch_options.ts";
import { ASKING, type Command, PART } from "./command.ts";
import { pauseOfRedirect } from "./detours.ts";
import type { Held, Holder, Owner, Standing } from "./holder.ts";
import type { HeldTerms, HoldOptions, Issuer } from "./issuer.ts";
import { Lane } from "./lane.ts";
import { tearApart } from "./multi_key.ts";
import { pauseBefore } from "./policy.ts";

/** Milliseconds within which commands that are held have the same time. */
const MOMENT = 20;

/** A command that has come back from a host, and whose place is not known. */
export interface Returning {
  /** The command. */
  readonly command: Command;
  /** What the host said of where it belongs. */
  readonly redirect: Redirect;
  /** With which error, if with any. */
  readonly error: CommandError | undefined;
  /** The batch that it was in. */
  readonly batch: Batch;
  /** The lane of that. */
  readonly lane: Lane;
  /** What it has in common with others. */
  readonly terms: HeldTerms;
  /** When its time is up. */
  readonly deadline: number;
  /** The epoch in which its former host has told null, if one has. */
  readonly absentIn?: number | undefined;
}

/**
 * Has commands held by what keeps those of the client in order, and brings them to
 * a host when they are let go.
 */
export class HeldCommands implements Owner {
  readonly #issuer: Issuer;
  readonly #holder: Holder;
  /** With the room that each takes. */
  readonly #held = new Map<Held, number>();
  /**
   * Where commands stand that were held once, by who waits for them: those that are
   * placed together may have waited for different times, and a batch has one place
   * for all of them.
   */
  #standings: WeakMap<object, Standing> | undefined = undefined;
  /** How many commands have come back from a batch that was their first one. */
  #returned = 0;
  /** When the time of a command is up that was held in this turn, or shortly before. */
  #until = -Infinity;
  /** What commands have in common that were held when they were issued. */
  readonly #terms: HeldTerms;

  /**
   * @param issuer What they were issued to.
   * @param holder What holds them.
   */
  constructor(issuer: Issuer, holder: Holder) {
    this.#issuer = issuer;
    this.#holder = holder;
    const { exclusive, gate } = issuer.options;
    this.#terms = { exclusive, gate, isApart: false };
  }

  /** How many there are. */
  get size(): number {
    return this.#held.size;
  }

  /** What commands have in common that do not say otherwise. */
  get terms(): HeldTerms {
    return this.#terms;
  }

  get merges(): boolean {
    return this.#issuer.options.autoBatch;
  }

  /** All of them. */
  all(): Held[] {
    return [...this.#held.keys()];
  }

  /**
   * Holds a command that no host may take now.
   *
   * @throws {QueueFullError} If there is no room for it.
   */
  hold(group: number, command: Command, options: HoldOptions): void {
    const issuer = this.#issuer;
    const {
      size,
      terms = this.#terms,
      due = issuer.deadline(0),
      origin = issuer.origin(),
      epoch = issuer.epoch,
      by,
    } = options;
    // Whoever has the patience to wait for room waits in any case.
    const counted = this.#held.size < issuer.patience ? 0 : size;
    issuer.cluster.admit(command.name, counted);
    // What is issued within a moment leaves together.
    const isOther = due > this.#until + MOMENT || due < this.#until;
    if (isOther) this.#until = due;
    issuer.begins();
    let own = counted;
    for (const one of this.#alone(command)) {
      const held: Held = {
        command: one,
        group,
        epoch,
        by,
        standing: { order: issuer.options.lanes.nextOrder(), index: 0 },
        deadline: this.#until,
        owner: this,
        origin,
        terms,
        pause: 0,
      };
      this.#held.set(held, own);
      own = 0;
      if (options.from !== undefined) issuer.goesOn(options.from, held);
      this.#holder.hold(held);
    }
  }

  /** Holds a command that has come back: it goes ahead of what came later. */
  takeBack(returning: Returning): void {
    const { redirect, error, batch, lane, terms, deadline, absentIn } =
      returning;
    const { callers, issuer } = batch;
    const { command } = returning;
    const standing = this.#standings?.get(command.waiter) ??
      { order: batch.order, index: ++this.#returned };
    const moved = error === undefined ? command : command.redirected();
    const { group, to, asking } = redirect;
    const origin: Origin = { callers, issuer };
    const held: Held = {
      command: moved,
      group,
      standing,
      deadline,
      owner: this,
      origin,
      terms,
      absentIn,
      to: asking ? to : undefined,
      error,
      pause: to === undefined && error !== undefined
        ? pauseBefore(moved.redirects)
        : pauseOfRedirect(moved.redirects),
    };
    // A lane apart waits for nobody, and nobody for it; and what was told null
    // belongs elsewhere by the same rings as before.
    const isAlone = terms.isApart || absentIn !== undefined;
    const ahead = isAlone ? [] : lane.batches;
    for (const one of this.#parts(held)) {
      this.#held.set(one, 0);
      this.#issuer.goesOn(batch, one);
      this.#holder.take(one, ahead);
    }
  }

  place(hostId: number, held: readonly Held[]): Batch | undefined {
    const issuer = this.#issuer;
    held = held.filter((one) => {
      if (!issuer.placeRead(hostId, one)) return true;
      this.#forget(one);
      return false;
    });
    if (held.length === 0) return undefined;
    const [{ terms, deadline, standing, origin }] = held;
    const { isApart, isSequence, time, ...manner } = terms as HeldTerms;
    let batch: Batch | undefined;
    try {
      issuer.assertGoingOn();
      const host = issuer.cluster.hostOfHeld(hostId);
      const shared = issuer.options.lanes.laneFor(host);
      const lane = isApart ? new Lane(host, host.blockingLinks) : shared;
      if (isSequence) lane.follow(shared);
      batch = issuer.start(host, lane, {
        ...manner,
        order: standing.order,
        isApart,
        issuer: origin.issuer,
        deadline: time === undefined ? deadline : issuer.deadline(time),
        sendBy: deadline,
      });
      for (const one of held) {
        const { command, origin } = one;
        const size = sizeOf(command.args);
        host.queue.take(size);
        const flags = one.to === undefined
          ? command.flags
          : command.flags | ASKING;
        batch.addHeld(command, { flags, size, origin });
        (this.#standings ??= new WeakMap()).set(command.waiter, one.standing);
        issuer.goesOn(one, batch);
        this.#forget(one);
      }
      batch.seal();
    } catch (error) {
      for (const one of held) this.giveUp(one, error);
    }
    issuer.endIfIdle();
    return batch;
  }

  finish(held: Held, settle: () => void): void {
    if (!this.#held.has(held)) return;
    this.#forget(held);
    settle();
    this.#issuer.endIfIdle();
  }

  expire(held: Held): void {
    const { command, group, error } = held;
    this.giveUp(held, this.#issuer.cluster.stranded(command, group, error));
  }

  giveUp(held: Held, reason: unknown): void {
    if (!this.#held.has(held)) return;
    this.#forget(held);
    this.#issuer.fail(held.command.settler, reason);
    this.#issuer.endIfIdle();
  }

  /** Rejects all of them. */
  abandon(reason: unknown): void {
    const held = new Set(this.#held.keys());
    this.#holder.forget(held);
    for (const one of held) this.giveUp(one, reason);
  }

  #forget(held: Held): void {
    const size = this.#held.get(held) ?? 0;
    this.#held.delete(held);
    if (size > 0) this.#issuer.cluster.release(size);
    this.#issuer.ended(held);
  }

  /** A part of a split command whose keys are on their way may be torn. */
  #parts(held: Held): Held[] {
    const { command, error } = held;
    const mayTear = (command.flags & PART) !== 0 && error?.code === "TRYAGAIN";
    if (!mayTear) {
      return this.#alone(command)
        .map((command) => ({ ...held, command }));
    }
    return tearApart(command)
      .map((command) => ({ ...held, command, pause: 0 }));
  }

  /**
   * Where keys move one by one, those of a command that may be split need not stay
   * together.
   */
  #alone(command: Command): Command[] {
    const { moves } = this.#issuer.cluster;
    const { splits } = command.spec.row;
    const isSplit = moves !== undefined && splits !== undefined &&
      command.args.length > splits.step;
    return isSplit ? tearApart(command) : [command];
  }
}
