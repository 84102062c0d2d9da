/**
 * What holds commands on their way to no host, and what it knows of them.
 *
 * @module
 */

import type { Arguments } from "../commands/arguments.ts";
import type { Form } from "../commands/spec.ts";
import type { CommandError } from "../errors.ts";
import type { Key } from "../values.ts";
import type { Batch } from "./batch.ts";
import type { Origin } from "./batch_options.ts";
import type { Command } from "./command.ts";

/** Where a command stands among all that its client has issued. */
export interface Standing {
  /** The place of the batch that it was in first, or its own if it was in none, */
  readonly order: number;
  /** and among those that have come back from that batch, which do so in order. */
  readonly index: number;
}

/** Says which of two commands was issued first: negative if that is the first one. */
export function compareStandings(one: Standing, other: Standing): number {
  return one.order - other.order || one.index - other.index;
}

/** A command that is on the way to no host. */
export interface Held {
  readonly command: Command;
  /** The group of its keys. */
  readonly group: number;
  /** The epoch of the rings by which that was found; nothing where they may differ. */
  readonly epoch?: number | undefined;
  /** The key that it goes by, where its caller has named one. */
  readonly by?: Key | undefined;
  /** The epoch in which its former host has told null, if one has. */
  readonly absentIn?: number | undefined;
  /** Where it stands among all that its client has issued for the group. */
  readonly standing: Standing;
  /** When its time is up, in milliseconds of `performance.now()`. */
  readonly deadline: number;
  /** What brings it to a host. */
  readonly owner: Owner;
  /** Who has issued it: others are at work when it is sent. */
  readonly origin: Origin;
  /** What commands have in common that may leave in one batch. */
  readonly terms: Terms;
  /** The host that takes it this one time, if that is not the one of its group. */
  readonly to?: number | undefined;
  /** What the last host said that it was sent to. */
  readonly error?: CommandError | undefined;
  /** Milliseconds before it may be sent again. */
  pause: number;
}

/** What commands have in common that may leave in one batch. */
export interface Terms {
  /** Whether they go in a lane of their own: nobody else waits for them. */
  readonly isApart: boolean;
}

/** What issued a command that is held. */
export interface Owner {
  /** Brings commands of the same terms to a host, in one batch. */
  place(hostId: number, held: readonly Held[]): Batch | undefined;
  /** Settles a command that no host gets any more. */
  finish(held: Held, settle: () => void): void;
  /** Whether neighbours of its commands may be merged. */
  readonly merges: boolean;
  /** The time of a command is up. */
  expire(held: Held): void;
  /** Rejects a command. */
  giveUp(held: Held, reason: unknown): void;
}

/** What holds commands of one client, as their keys have no host now. */
export interface Holder {
  /** Whether nothing is held, and nothing issued now would be. */
  readonly isEmpty: boolean;
  /** Whether commands are held. */
  readonly isHolding: boolean;
  /** Whether a command need not wait although its keys move: they have done so. */
  passes?(form: Form, args: Arguments): boolean;
  /** Whether what is issued for a group has to wait. */
  leads(group: number): boolean;
  /** Holds a command behind all that is held for its keys. */
  hold(held: Held): void;
  /**
   * A group leaves a host, with batches of its commands under way: what is issued
   * from now on comes behind those.
   */
  begin(group: number, batches: Iterable<Batch>): void;
  /**
   * Takes a command out of a batch: it goes ahead of what was issued later.
   *
   * @param held The command.
   * @param batches Those of the lane that it was in.
   */
  take(held: Held, batches: Iterable<Batch>): void;
  /** A batch has come to its end. */
  ended(batch: Batch): void;
  /** Gives commands up, whose owner tells their callers. */
  forget(held: ReadonlySet<Held>): void;
  /** All that is held. */
  all(): Held[];
  /** Sends whatever waits for nothing any more. */
  release(): void;
  /** Rejects all that is held. */
  refuse(makeReason: (held: Held) => unknown): void;
}
