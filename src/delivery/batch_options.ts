/**
 * What a batch is made of, and what it is brought to its host by.
 *
 * @module
 */

import type { AsyncContext } from "../async_context.ts";
import type { CommandError } from "../errors.ts";
import type { Redirect } from "../topology/mod.ts";
import type { Argument } from "../values.ts";
import type { Command, GivenUp } from "./command.ts";
import type { Gate } from "./gate.ts";
import type { Grouping } from "./group_places.ts";
import type { Callers } from "./observer.ts";
import type { Returned } from "./policy.ts";
import type { Replication } from "./replication.ts";
import type { GroupOf } from "./run.ts";

/** Settings of a batch of the type `B`. */
export interface BatchOptions<B> {
  /** The host that its commands go to. */
  hostId: number;
  /** Whether neighbouring GETs and SETs are merged. */
  autoBatch: boolean;
  /**
   * Names of commands that are not merged all the same, since the user may not
   * issue what they would be merged into. Those that it hears of are added.
   */
  unmerged?: Set<string>;
  /** When its time is up, in milliseconds of `performance.now()`. */
  deadline: number;
  /**
   * When its time for getting a connection is up, if that is before.
   *
   * @default {deadline}
   */
  sendBy?: number | undefined;
  /**
   * Whether it travels over a connection that no other client uses meanwhile.
   *
   * @default {false}
   */
  exclusive?: boolean | undefined;
  /** Bounds on how many hosts its map is at work, if given. */
  gate?: Gate | undefined;
  /** Notes who issues its commands, where somebody wants to know. */
  callers?: Callers | undefined;
  /** The context of whoever issues its first command, where that is told. */
  issuer?: AsyncContext | undefined;
  /**
   * Where its only command blocks in parts: the next one, asked for when one has
   * ended with nothing, by the milliseconds that this has taken.
   */
  nextPart?: ((taken: number) => NextPart | undefined) | undefined;
  /** Where it stands among the batches of its client. */
  order?: number;
  /** What takes its commands elsewhere, where hosts do not keep their keys. */
  detour?: Detour | undefined;
  /** How many replicas shall have its writes before these count, if any. */
  replication?: Replication | undefined;
  /** What takes those that fail here, where others can answer them as well. */
  refuge?: Refuge | undefined;
  /** What takes those that are told null, where their keys may be elsewhere. */
  absence?: Absence | undefined;
  /** Called once, when every command is settled. */
  onSettled: (batch: B) => void;
}

/** Who has issued commands, as far as somebody wants to know. */
export type Origin = Pick<BatchOptions<never>, "callers" | "issuer">;

/** A further part of a command that blocks. */
export interface NextPart {
  /** Its arguments. */
  readonly args: readonly Argument[];
  /** When its time is up, in milliseconds of `performance.now()`. */
  readonly deadline: number;
}

/** Takes commands of a batch elsewhere. */
export interface Detour extends Grouping {
  /** Whether neighbours are merged whatever their groups are. */
  readonly mergesAll: boolean;
  /** Whether a key belongs to the same group for ever. */
  readonly groupsStay: boolean;
  /** What an error of the host says about where its command belongs. */
  redirect(error: CommandError): Redirect | undefined;
  /** The host that a group is on. */
  hostOf(group: number): number;
  /** Whether commands of a group are held, or wait for others to end. */
  leads(group: number): boolean;
  /** Why a command may not be sent any more to a host that was named. */
  objectionTo(command: Command): Error | undefined;
  /** Takes a command which the batch has handed out. */
  take(command: Command, redirect: Redirect, error?: CommandError): void;
}

/** Takes commands that have failed to where they may still be answered. */
export interface Refuge {
  /** Names the group of a key, where only what belongs to one may be merged. */
  readonly groupOf: GroupOf | undefined;
  /**
   * Takes a command.
   *
   * @param error The error that answered it, if any did.
   * @returns Whether it does; otherwise the command has failed for good.
   */
  take(command: Command, error?: CommandError): boolean;
}

/** Takes reads to where their keys may be, of which their host says that it has none. */
export interface Absence {
  /** Takes a command, which the batch has handed out. */
  take(command: Command): void;
}

/** Makes the error of a command that is given up. */
export type Reason = (
  command: GivenUp,
  sent: boolean,
  refusal?: CommandError,
) => unknown;

/** What a batch is brought to its host by: a lane, which it does not know. */
export interface Courier<B> {
  /** Whether it wants to know which commands run, and in which order. */
  readonly watchful: boolean;
  /**
   * Commands were answered: refused in a way that lets them go again, or, where
   * the courier is watchful, run.
   */
  note(returned: readonly Returned<B>[]): void;
  /** A command is settled with an error reply. */
  failed(error: Error): void;
  /** Its command has been answered, and goes over the same connection once more. */
  goesOn(batch: B): void;
  /** The next reply to it is so large that others have waited for it. */
  clogs(): void;
  /** Everything that was sent of a sealed batch has its reply. */
  answered(batch: B): void;
}
