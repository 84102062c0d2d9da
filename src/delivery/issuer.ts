/**
 * How commands are issued, and what those see of a dispatcher who do so for it.
 *
 * @module
 */

import type { Arguments } from "../commands/arguments.ts";
import type { CommandSpec, Form } from "../commands/spec.ts";
import type { Argument, Key } from "../values.ts";
import type { Batch } from "./batch.ts";
import type { BatchOptions, Origin } from "./batch_options.ts";
import type { ClusterView } from "./cluster_view.ts";
import type { Command, Settler } from "./command.ts";
import type { Gate } from "./gate.ts";
import type { Held, Holder, Terms } from "./holder.ts";
import type { Host } from "./host.ts";
import type { Lane, Lanes } from "./lane.ts";
import type { ObservedMap } from "./observer.ts";
import type { ReadFrom } from "./replica_choice.ts";

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
   * Whether errors have the stacks of the calls that asked for their commands.
   *
   * @default {false}
   */
  callSites?: boolean | undefined;
  /**
   * Which servers take commands that only read, unless they go to a host that is
   * named.
   *
   * @default {"primary"}
   */
  readFrom?: ReadFrom;
  /**
   * How many replicas have to have a write before it counts. Its batches have
   * connections to themselves then, since the others would wait with them.
   *
   * @default {0}
   */
  replicated?: number;
  /** The lanes of the client, in which all that it issues keeps its order. */
  lanes: Lanes;
  /**
   * Whether its batches travel over connections that no other client uses
   * meanwhile, so that they wait behind nobody else's: maps do.
   *
   * @default {false}
   */
  exclusive?: boolean;
  /** Bounds on how many hosts it is at work at a time, if given. */
  gate?: Gate | undefined;
  /** The map that it carries the commands of, where that is observed. */
  observed?: ObservedMap | undefined;
  /**
   * Whether its commands are those that move keys from one host to another.
   *
   * @default {false}
   */
  movesKeys?: boolean;
}

/** What commands are issued to. */
export interface Carrier {
  /** The cluster it issues to. */
  readonly cluster: ClusterView;
  /** How it issues. */
  readonly options: DispatchOptions;
  /**
   * Issues a command to a host.
   *
   * @param place Where it goes: to the host of that group, or to the host with
   * that id where it is pinned.
   * @param form What it is, and what becomes of its reply.
   * @param args Its arguments, already checked.
   * @param settler Gets the reply, or whatever goes wrong.
   * @param flags What the caller asks for, in bits.
   * @param by The key that it goes by, where its caller has named one.
   */
  send(
    place: number,
    form: Form,
    args: readonly Argument[],
    settler: Settler,
    flags?: number,
    by?: Key,
  ): void;
  /** Rejects a command that is not issued, but not within its call. */
  refuse(settler: Settler, reason: unknown): void;
}

/** What batches have in common. */
export interface BatchTerms extends
  Pick<
    BatchOptions<Batch>,
    | "deadline"
    | "sendBy"
    | "exclusive"
    | "gate"
    | "nextPart"
    | "order"
    | "issuer"
    | "refuge"
    | "absence"
  > {
  /** Whether its lane is one for it alone. */
  readonly isApart?: boolean;
}

/** What commands have in common that were held. */
export interface HeldTerms
  extends Terms, Pick<BatchOptions<Batch>, "exclusive" | "gate" | "nextPart"> {
  /** Whether they come behind what was issued before. */
  readonly isSequence?: boolean;
  /** How many milliseconds they may block. */
  readonly time?: number;
}

/** How a command is held. */
export interface HoldOptions {
  /** The memory that it takes, in bytes. */
  readonly size: number;
  /** What it has in common with others, if that is not what all have. */
  readonly terms?: HeldTerms;
  /** When its time is up, if that was before. */
  readonly due?: number;
  /** Who has issued it, if that is not who is at work. */
  readonly origin?: Origin;
  /** The batch that it was in, if it was in one. */
  readonly from?: Batch;
  /** The epoch of the rings by which its group was found, if that was before. */
  readonly epoch?: number;
  /** The key that it goes by, where its caller has named one. */
  readonly by?: Key | undefined;
}

/** A command that has no place in a batch yet. */
export interface Wanted {
  /** The group that it goes by, or the host where it is pinned. */
  readonly place: number;
  readonly form: Form;
  readonly args: Arguments;
  readonly settler: Settler | undefined;
  readonly flags: number;
  readonly second: Argument | undefined;
  /** The key that it goes by, where its caller has named one. */
  readonly by?: Key | undefined;
  /** The memory that it takes, in bytes. */
  readonly size: number;
}

/** A dispatcher, as its parts see it. */
export interface Issuer extends Carrier {
  /** Bits of commands whose caller asks for nothing else. */
  readonly flags: number;
  /** What holds commands whose groups move; nothing where none does. */
  readonly detours: Holder | undefined;
  /** How many commands may wait for room; the others are refused. */
  readonly patience: number;
  /** Whether nothing may be issued any more. */
  readonly isOver: boolean;
  /** @throws What keeps anything from being issued. */
  assertOpen(): void;
  /** The host of a command, as the topology says. */
  hostOf(place: number, flags: number): number;
  /** The host with an id, unless nothing may be issued any more. */
  hostFor(hostId: number, command: string): Host;
  /** When a batch issued now must be settled, `extra` milliseconds later. */
  deadline(extra: number): number;
  /** Who issues a command that travels later, maybe at the work of others. */
  origin(): Origin;
  /** What settles a command, once replicas have what it writes if they have to. */
  settlerFor(form: Form, settler: Settler): Settler;
  /** Whether a command has to wait until it is known which host may take it. */
  isHeld(place: number, flags: number): boolean;
  /**
   * The same for a command that is about to be issued.
   *
   * @throws {ReshardingError} If it would write a key that moves at a host that
   * was named: there it would be in the way of itself.
   */
  mustWait(place: number, form: Form, flags: number, args: Arguments): boolean;
  /**
   * Whether the queue of a host has room for a command of that size, which then
   * counts. It always has for what moves keys.
   */
  admits(host: Host, size: number): boolean;
  /** The epoch of the rings, where those change. */
  readonly epoch: number | undefined;
  /**
   * Why a command that writes may not be sent to a host that was named; nothing
   * where all is well.
   *
   * @param hostId The host, if the rings have changed since it was issued.
   */
  objectionTo(
    command: CommandSpec,
    args: readonly Argument[],
    hostId?: number,
  ): Error | undefined;
  /** Holds a command that no host may take now. */
  hold(group: number, command: Command, options: HoldOptions): void;
  /** Begins a batch. */
  start(host: Host, lane: Lane, terms: BatchTerms): Batch;
  /** The batch of a host that takes commands now, issued by others before. */
  openBatch(host: Host, form: Form, origin: Origin): Batch;
  /** Brings a read that was held to a replica; says whether one takes it. */
  placeRead(hostId: number, held: Held): boolean;
  /** @throws The reason for which everything was given up, if it was. */
  assertGoingOn(): void;
  /** Something is about to be under way. */
  begins(): void;
  /** A part of something that is under way goes on as something else. */
  goesOn(from: Batch | Held, to: Batch | Held): void;
  /** Something that was under way has come to its end. */
  ended(one: Batch | Held): void;
  /** Nothing may be under way any more. */
  endIfIdle(): void;
  /** Rejects a command that was issued. */
  fail(settler: Settler, reason: unknown): void;
}
