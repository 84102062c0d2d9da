/**
 * The dispatcher: gathers what a client issues into batches, one per host.
 *
 * @module
 */

import {
  type Arguments,
  countOf,
  isList,
  sizeOf,
} from "../commands/arguments.ts";
import { positionsOf } from "../commands/keys.ts";
import { blockingFor, BlockParts } from "../commands/block_parts.ts";
import type { Form } from "../commands/spec.ts";
import { goesAhead } from "../commands/traits.ts";
import { type CommandError, ReshardingError } from "../errors.ts";
import { anotherTurn, inAnotherTurn } from "../runtime/turn.ts";
import {
  MOVING_GROUPS,
  type Redirect,
  type Topology,
} from "../topology/mod.ts";
import type { Argument, Key } from "../values.ts";
import {
  Batch,
  type BatchOptions,
  type Detour,
  type NextPart,
  type Origin,
} from "./batch.ts";
import {
  ASKING,
  BYTES,
  Command,
  fail,
  flagBits,
  PART,
  PINNED,
  PRIMARY,
  type Settler,
} from "./command.ts";
import {
  Detours,
  type Held,
  type Holder,
  type Owner,
  pauseOfRedirect,
  type Terms,
} from "./detours.ts";
import { batchChannel, issuerOfBatch } from "./diagnostics.ts";
import { type KeyMoves, MovingCommands } from "./moving_commands.ts";
import { kindOf } from "./error_codes.ts";
import type { Gate } from "./gate.ts";
import type { Host } from "./host.ts";
import { Lane } from "./lane.ts";
import type { Lanes } from "./lane.ts";
import { tearApart } from "./multi_key.ts";
import { Callers, type ObservedMap, observer } from "./observer.ts";
import { pauseBefore } from "./policy.ts";
import {
  type Reader,
  type ReadFrom,
  type ReplicaChoice,
  ReplicaReads,
} from "./replica_reads.ts";
import { ReplicatedSettler } from "./replication.ts";
import { Run } from "./run.ts";
import type { Latecomer } from "./backlog.ts";

/** What delivery and clients need of a cluster, which is above them. */
export interface ClusterView {
  /** Where keys live. */
  readonly topology: Topology;
  /**
   * The ids of all hosts.
   *
   * @throws {NotReadyError} If they are not known yet.
   */
  readonly hostIds: readonly number[];
  /** Milliseconds for a command whose client sets no time. */
  readonly timeout: number;
  /** Gives up every command when aborted. */
  readonly signal: AbortSignal | undefined;
  /** Whether errors lead to calls, where a client says nothing of it. */
  readonly callSites?: boolean;
  /**
   * The host with an id.
   *
   * @throws {RangeError} If there is none.
   */
  host(id: number): Host;
  /** The same for what was issued before the cluster was closed. */
  hostOfHeld(id: number): Host;
  /** Counts an error reply of a host, of what was issued to it. */
  countError(hostId: number, kind: string): void;
  /** What an error of a host says about where its command belongs. */
  redirect(hostId: number, error: CommandError): Redirect | undefined;
  /**
   * Settles once the hosts are known.
   *
   * @throws What keeps that from being so, that the time is up, or the reason of
   * the signal.
   */
  known(options?: KnownOptions): Promise<void>;
  /** Which servers take reads where a client does not say so. */
  readonly readFrom: ReadFrom;
  /** How many replicas have to have a write where a client does not say so. */
  readonly replicated: number;
  /** The replicas of a host, which are there where hosts are looked for. */
  replicas(hostId: number): ReplicaChoice;
  /** Finds out where all hosts are now, if that is for the servers to say. */
  refreshed(options?: KnownOptions): Promise<void>;
  /** What holds commands, or holds none any more. */
  holding(holder: Holder): void;
  /** What moves keys, where they move between two rings. */
  readonly moves?: KeyMoves | undefined;
  /**
   * Counts a command that is held.
   *
   * @param name Its name in capitals.
   * @param size An estimate of its memory in bytes; 0 where it need not fit.
   * @throws {QueueFullError} If there is no room for it.
   */
  admit(name: string, size: number): void;
  /** Gives back the room of a command that was held. */
  release(size: number): void;
  /** The error of a command that was held for too long. */
  stranded(command: Command, group: number, cause?: CommandError): Error;
}

/** How long to wait for the hosts to be known. */
export interface KnownOptions {
  /**
   * Milliseconds.
   *
   * @default {"those of the cluster"}
   */
  timeout?: number;
  /** Gives up when aborted. */
  signal?: AbortSignal | undefined;
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
export type Carrier = Pick<
  Dispatcher,
  "cluster" | "options" | "send" | "refuse"
>;

/** A batch that may still take commands, and the host they go to. */
interface OpenBatch {
  readonly host: Host;
  readonly batch: Batch;
}

/** Issues commands to hosts, and knows when all of them are settled. */
export class Dispatcher implements Owner {
  /** How many of its batches are settled. */
  settledBatches = 0;
  /** How many commands have failed in them, or were refused. */
  failedCommands = 0;
  /** How many commands were refused in their call, and so never queued. */
  refusedCommands = 0;
  /** How many commands may wait for room; the others are refused. */
  patience = 0;
  readonly #cluster: ClusterView;
  readonly #options: DispatchOptions;
  /** What holds commands whose groups move; nothing where none does. */
  readonly #detours: Holder | undefined;
  /** What brings reads to replicas; nothing where none go there. */
  readonly #reads: ReplicaReads | undefined;
  /** How many replicas have to have a write. */
  readonly #replicated: number;
  /** Of commands whose caller asks for nothing else, in bits. */
  readonly #flags: number;
  /** The batch of each host that still takes commands, by the id of the host. */
  readonly #open: (OpenBatch | undefined)[] = [];
  /** Every batch that is not settled, with the lane it is on. */
  readonly #live = new Map<Batch, Lane>();
  /** Commands that are on the way to no host, with the room that they take. */
  readonly #held = new Map<Held, number>();
  /**
   * The orders of commands that were held once, by their settlers: those that are
   * placed together may have waited for different times, and a batch has one order
   * for all of them.
   */
  #orders: WeakMap<Settler, number> | undefined = undefined;
  /** When the time of a command is up that was held in this turn, or shortly before. */
  #heldUntil = -Infinity;
  /** What commands have in common that were held when they were issued. */
  readonly #terms: HeldTerms;
  /** Commands that wait for room, with their hosts. */
  readonly #latecomers = new Map<Latecomer, Host>();
  #whenRoomy: PromiseWithResolvers<void> | undefined = undefined;
  readonly #onAbort = () => this.abandon(this.#options.signal?.reason);
  /** How many of those that were refused have not been told yet. */
  #untold = 0;
  #whenSettled: PromiseWithResolvers<void> | undefined = undefined;
  /** Called for each batch that is settled, by those who wait for some. */
  readonly #counting = new Set<(batch: Batch) => void>();
  #abandoned: { readonly reason: unknown } | undefined = undefined;

  /**
   * @param cluster Its hosts, and where keys live.
   * @param options Time limits and manners.
   */
  constructor(cluster: ClusterView, options: DispatchOptions) {
    this.#cluster = cluster;
    this.#replicated = options.replicated ?? 0;
    this.#options = this.#replicated > 0
      ? { ...options, exclusive: true }
      : options;
    this.#flags = flagBits(undefined, options.idempotent);
    const { exclusive, gate, lanes } = this.#options;
    this.#terms = { exclusive, gate, isApart: false };
    const { topology } = cluster;
    if (topology.refresh !== undefined && lanes.detours === undefined) {
      const { moves } = cluster;
      const onChange = () => cluster.holding(holder);
      const holder: Holder = moves === undefined
        ? new Detours(topology, onChange)
        : new MovingCommands(moves, onChange);
      lanes.detours = holder;
    }
    this.#detours = lanes.detours;
    const { readFrom = "primary" } = options;
    if (readFrom !== "primary") {
      this.#reads = new ReplicaReads(readFrom, this.#reader());
    }
  }

  /** The cluster it issues to. */
  get cluster(): ClusterView {
    return this.#cluster;
  }

  /** Whether everything is settled. */
  get idle(): boolean {
    return this.#isQuiet && this.#untold === 0;
  }

  /** Whether nothing of it waits, is queued or under way. */
  get #isQuiet(): boolean {
    return this.#live.size === 0 && this.#latecomers.size === 0 &&
      this.#held.size === 0;
  }

  /** Whether commands of it wait for room in the queue of a host. */
  get crowded(): boolean {
    return this.#latecomers.size > 0;
  }

  /**
   * Settles when none of its commands waits for room any more.
   *
   * @throws Why one of them has waited in vain.
   */
  roomy(): Promise<void> {
    if (!this.crowded) return Promise.resolve();
    this.#whenRoomy ??= Promise.withResolvers<void>();
    return this.#whenRoomy.promise;
  }

  /** How it issues. */
  get options(): DispatchOptions {
    return this.#options;
  }

  /**
   * Issues a command to a host.
   *
   * @param place Where it goes: to the host of that group, or to the host with
   * that id where it is pinned.
   * @param form What it is, and what becomes of its reply.
   * @param args Its arguments, already checked.
   * @param settler Gets the reply, or whatever goes wrong.
   * @param flags What the caller asks for, in bits.
   */
  send(
    place: number,
    form: Form,
    args: readonly Argument[],
    settler: Settler,
    flags = this.#flags,
  ): void {
    const { command, name } = form;
    const time = command.row.blocks?.(args);
    const isUrgent = goesAhead(command, args);
    if (time !== undefined) settler = this.#replicating(form, settler);
    try {
      if (time === undefined && !isUrgent) {
        this.#beginFor(this.#hostOf(place, flags), form);
        this.queue(place, form, args, settler, flags);
        return;
      }
      const size = sizeOf(args);
      const bits = withBytes(form, flags);
      const parts = BlockParts.of(name, args, time ?? 0);
      const first = parts?.next() ?? { args, time: time ?? 0 };
      const exclusive = !isUrgent;
      const nextPart = parts &&
        ((taken: number) => this.#nextPart(parts, taken));
      if (
        this.#detours !== undefined && this.#mustWait(place, form, flags, args)
      ) {
        const command = new Command(form, first.args, settler, bits);
        const terms = { exclusive, isApart: true, nextPart, time: first.time };
        return this.#hold(place, command, { size, terms });
      }
      const host = this.#hostFor(this.#hostOf(place, flags));
      if (!host.admit(size)) throw host.failures.queueFull(name);
      // In a lane of its own, so that it delays nobody else, and nobody delays it.
      const links = isUrgent ? host.urgentLinks : host.blockingLinks;
      this.#start(host, new Lane(host, links), {
        deadline: this.#deadline(first.time),
        sendBy: this.#deadline(0),
        exclusive,
        nextPart,
        isApart: true,
      })
        .add(form, first.args, settler, bits, size);
    } catch (error) {
      this.refuse(settler, error);
    }
  }

  /**
   * Rejects a command that is not issued, but not within its call: see
   * {@linkcode inAnotherTurn}.
   */
  refuse(settler: Settler, reason: unknown): void {
    this.refusedCommands++;
    this.failedCommands++;
    this.#untold++;
    inAnotherTurn(() => {
      this.#untold--;
      fail(settler, reason);
      this.#endIfIdle();
    });
  }

  /**
   * What carries commands to one host that keep their order although some of
   * them block: together, over a connection that they have to themselves. They
   * leave once everything is settled that was issued before to that host; what is
   * issued later does not wait for them.
   *
   * @param time How many milliseconds they may block, all together.
   * @returns It takes commands in this turn only.
   */
  sequence(time: number): Carrier {
    let batch: Batch | undefined;
    const terms = { exclusive: true, isApart: true, isSequence: true, time };
    const due = this.#deadline(0);
    return {
      cluster: this.#cluster,
      options: this.#options,
      send: (place, form, args, whole, flags = this.#flags) => {
        const settler = this.#replicating(form, whole);
        try {
          const size = sizeOf(args);
          if (
            this.#detours !== undefined &&
            this.#mustWait(place, form, flags, args)
          ) {
            const bits = withBytes(form, flags);
            const command = new Command(form, args, settler, bits);
            return this.#hold(place, command, { size, terms, due });
          }
          const host = this.#hostFor(this.#hostOf(place, flags));
          if (!host.admit(size)) throw host.failures.queueFull(form.name);
          batch ??= this.#startSequence(host, time);
          batch.add(form, args, settler, withBytes(form, flags), size);
        } catch (error) {
          this.refuse(settler, error);
        }
      },
      refuse: (settler, reason) => this.refuse(settler, reason),
    };
  }

  /** What carries commands to primaries alone, those that only read as well. */
  primaries(): Carrier {
    if (this.#reads === undefined) return this;
    return {
      cluster: this.#cluster,
      options: this.#options,
      send: (place, form, args, settler, flags = this.#flags) =>
        this.send(place, form, args, settler, flags | PRIMARY),
      refuse: (settler, reason) => this.refuse(settler, reason),
    };
  }

  /**
   * Issues a command that is known not to block.
   *
   * @param settler Is told of its outcome, if given.
   * @param second The argument beside the first one, where that is no list.
   * @returns Where its outcome will stand otherwise, as the last one.
   * @throws What keeps it from being issued.
   * @see {@linkcode Dispatcher.send}
   */
  queue(
    place: number,
    form: Form,
    args: Arguments,
    settler?: Settler,
    flags = this.#flags,
    second?: Argument,
  ): Run {
    const isHeldBack = this.#replicated > 0 && !form.command.reads;
    if (isHeldBack && !(settler instanceof ReplicatedSettler)) {
      // Its outcome stands apart until replicas have it.
      const wanted = { args, second, settler, flags: withBytes(form, flags) };
      const own = runOfOne(form, wanted);
      const whole = this.#replicating(form, own.at(0).settler);
      this.queue(place, form, args, whole, flags, second);
      return own;
    }
    const size = sizeOf(args, second);
    if (
      this.#detours !== undefined && this.#mustWait(place, form, flags, args)
    ) {
      const bits = withBytes(form, flags);
      const run = runOfOne(form, { args, second, settler, flags: bits });
      this.#hold(place, run.at(0), { size });
      return run;
    }
    const hostId = this.#hostOf(place, flags);
    if (this.#reads !== undefined) {
      const read = { form, args, settler, flags, second, size };
      const run = this.#queueRead(this.#reads, hostId, read);
      if (run !== undefined) return run;
    }
    const open = this.#open[hostId];
    // The host of an id is another one after its pools were disconnected; and
    // what a router of somebody's own takes for an id may be "0".
    const fits = open?.host.id === hostId && !open.batch.sealed &&
      !open.host.closing && this.#abandoned === undefined;
    const host = fits ? open.host : this.#hostFor(hostId);
    if (host.backlog.size > 0 && this.#lags(host) || !host.admit(size)) {
      const wanted = { place, form, args, settler, flags, second, size };
      return this.#wait(host, wanted);
    }
    const batch = fits ? open.batch : this.#openFor(host);
    const bits = withBytes(form, flags);
    const run = batch.add(form, args, settler, bits, size, second);
    if (batch.becameLarge()) this.#live.get(batch)?.hurry(batch);
    return run;
  }

  /**
   * Whether somebody else may issue to the same lanes at once, and all comes out
   * as if this one had been settled before: nobody is told of an outcome who
   * could issue something because of it, nothing has failed, and wherever it
   * goes there is room for as much again.
   */
  get mayBeFollowed(): boolean {
    if (this.#abandoned !== undefined || this.failedCommands > 0) return false;
    if (this.crowded || this.#held.size > 0) return false;
    for (const [batch, lane] of this.#live) {
      if (batch.watched || !lane.mayBeFollowed) return false;
    }
    return true;
  }

  /**
   * Lets what was issued leave although the turn is not over: for a map that
   * issues no more in this turn.
   */
  flush(): void {
    this.#options.lanes.flush();
  }

  /**
   * Settles once the hosts are known.
   *
   * @throws What keeps that from being so, or that its time is up.
   */
  known(): Promise<void> {
    const { timeout, deadline, signal } = this.#options;
    const left = deadline === undefined
      ? timeout
      : Math.max(0, deadline - performance.now());
    return this.#cluster.known({ timeout: left, signal });
  }

  /** Settles when every command issued so far, and since, is settled. */
  settled(): Promise<void> {
    if (this.idle) return Promise.resolve();
    this.#whenSettled ??= Promise.withResolvers<void>();
    return this.#whenSettled.promise;
  }

  /** Settles when every command issued so far is settled, whatever follows. */
  async passed(): Promise<void> {
    // Where there is no room in time, the first one is told so, and so are all.
    await this.roomy().catch(() => {});
    const batches = new Set(this.#live.keys());
    if (batches.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const count = (batch: Batch) => {
        if (batches.delete(batch) && batches.size === 0) resolve();
      };
      this.#counting.add(count);
      await promise;
      this.#counting.delete(count);
    }
    // Those that were refused are told in their order, and this comes behind.
    if (this.#untold > 0) await anotherTurn();
  }

  /** Rejects everything that is not settled, and whatever is issued later. */
  abandon(reason: unknown): void {
    this.#abandoned = { reason };
    for (const [latecomer, host] of this.#latecomers) {
      host.backlog.delete(latecomer);
      latecomer.refuse(reason);
    }
    const held = new Set(this.#held.keys());
    this.#detours?.forget(held);
    for (const one of held) this.giveUp(one, reason);
    for (const [batch, lane] of this.#live) lane.abandon(batch, () => reason);
  }

  #nextPart(parts: BlockParts, taken: number): NextPart | undefined {
    const part = parts.next(taken);
    return part && { args: part.args, deadline: this.#deadline(part.time) };
  }

  place(hostId: number, held: readonly Held[]): Batch | undefined {
    held = held.filter((one) => !this.#placeRead(hostId, one));
    if (held.length === 0) return undefined;
    const [{ terms, deadline, order, origin }] = held;
    const { isApart, isSequence, time, ...manner } = terms as HeldTerms;
    let batch: Batch | undefined;
    try {
      if (this.#abandoned !== undefined) throw this.#abandoned.reason;
      const host = this.#cluster.hostOfHeld(hostId);
      const shared = this.#options.lanes.laneFor(host);
      const lane = isApart ? new Lane(host, host.blockingLinks) : shared;
      if (isSequence) lane.follow(shared);
      batch = this.#start(host, lane, {
        ...manner,
        order,
        isApart,
        issuer: origin.issuer,
        deadline: time === undefined ? deadline : this.#deadline(time),
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
        (this.#orders ??= new WeakMap()).set(command.settler, one.order);
        this.#unhold(one);
      }
      batch.seal();
    } catch (error) {
      for (const one of held) this.giveUp(one, error);
    }
    this.#endIfIdle();
    return batch;
  }

  finish(held: Held, settle: () => void): void {
    if (!this.#held.has(held)) return;
    this.#unhold(held);
    settle();
    this.#endIfIdle();
  }

  get merges(): boolean {
    return this.#options.autoBatch;
  }

  expire(held: Held): void {
    const { command, group, error } = held;
    this.giveUp(held, this.#cluster.stranded(command, group, error));
  }

  /** The host of a command, as the topology says. */
  #hostOf(place: number, flags: number): number {
    return (flags & PINNED) === 0
      ? this.#cluster.topology.hostOf(place)
      : place;
  }

  /**
   * Whether a command has to wait, because its host is not known, or commands for
   * its group are on a detour.
   */
  #isHeld(place: number, flags: number): boolean {
    const detours = this.#detours;
    if (detours === undefined || (flags & PINNED) !== 0) return false;
    return !detours.isEmpty && detours.leads(place) ||
      !this.#cluster.topology.isKnown;
  }

  /**
   * The same for a command that is about to be issued.
   *
   * @throws {ReshardingError} If it would write a key that moves at a host that
   * was named: there it would be in the way of itself.
   */
  #mustWait(
    place: number,
    form: Form,
    flags: number,
    args: Arguments,
  ): boolean {
    const { moves } = this.#cluster;
    if ((flags & PINNED) !== 0 && moves?.topology.isMoving === true) {
      const { command } = form;
      if (this.#options.movesKeys !== true && !command.reads) {
        moves.topology.assertStays(command, isList(args) ? args : [args]);
      }
    }
    return this.#isHeld(place, flags);
  }

  /** The host with an id, unless nothing may be issued any more. */
  #hostFor(hostId: number): Host {
    this.#assertOpen();
    return this.#cluster.host(hostId);
  }

  #assertOpen(): void {
    this.#options.signal?.throwIfAborted();
    if (this.#abandoned !== undefined) throw this.#abandoned.reason;
  }

  /**
   * Begins a batch for a transaction that may only leave once the server has said
   * that it takes any: the one that is open may be on its way.
   */
  #beginFor(hostId: number, { steps }: Form): void {
    if (steps === undefined || this.#open[hostId]?.host.transacts === true) {
      return;
    }
    this.#open[hostId] = undefined;
  }

  /** Brings a read that was held to a replica, unless it is for the primary. */
  #placeRead(hostId: number, held: Held): boolean {
    const { command, deadline, to, error, origin } = held;
    const { form, args, flags } = command;
    if (this.#reads === undefined || to !== undefined || error !== undefined) {
      return false;
    }
    if (!mayBeReplicated(form, flags)) return false;
    const size = sizeOf(args);
    const before = { due: deadline, origin };
    const batch = this.#reads.batchFor(hostId, size, before);
    if (batch === undefined) return false;
    batch.addHeld(command, { flags, size, origin });
    this.#unhold(held);
    return true;
  }

  /** Issues a read to a replica; nothing where it is for the primary. */
  #queueRead(
    reads: ReplicaReads,
    hostId: number,
    { form, args, settler, flags, second, size }: Omit<Wanted, "place">,
  ): Run | undefined {
    if (!mayBeReplicated(form, flags)) return undefined;
    this.#assertOpen();
    const batch = reads.batchFor(hostId, size);
    if (batch === undefined) return undefined;
    const bits = withBytes(form, flags);
    const run = batch.add(form, args, settler, bits, size, second);
    if (batch.becameLarge()) this.#live.get(batch)?.hurry(batch);
    return run;
  }

  /** What brings reads to replicas sees of it. */
  #reader(): Reader {
    const { topology } = this.#cluster;
    const isOver = () =>
      this.#abandoned !== undefined || this.#options.signal?.aborted === true;
    return {
      get isOver() {
        return isOver();
      },
      groupOf: topology.groupsMove ? (key) => topology.groupOf(key) : undefined,
      deadline: () => this.#deadline(0),
      replicas: (hostId) => this.#cluster.replicas(hostId),
      start: (host, deadline, { refuge, origin }) => {
        const { lanes, exclusive, gate } = this.#options;
        const terms = { deadline, exclusive, gate, refuge };
        return this.#start(host, lanes.laneFor(host), issuedBy(origin, terms));
      },
      toPrimary: (command, due, to) => {
        try {
          return this.#toPrimary(command, due, to);
        } catch (error) {
          this.failedCommands++;
          fail(command.settler, error);
          return to.open;
        }
      },
    };
  }

  /** Issues a read that replicas did not answer. */
  #toPrimary(
    command: Command,
    due: number,
    { hostId, origin, open }: {
      hostId: number;
      origin: Origin;
      open: Batch | undefined;
    },
  ): Batch | undefined {
    const { topology } = this.#cluster;
    const { form, args, settler, flags } = command;
    const size = sizeOf(args);
    const group = topology.groupsMove
      ? groupOfCommand(topology, command)
      : undefined;
    if (group !== undefined && this.#isHeld(group, flags)) {
      const own = new Command(form, args, settler, flags | PRIMARY);
      this.#hold(group, own, { size, due, origin });
      return open;
    }
    const id = group === undefined ? hostId : topology.hostOf(group);
    const host = this.#hostFor(id);
    if (!host.admit(size)) throw host.failures.queueFull(form.name);
    const { lanes, exclusive, gate } = this.#options;
    const batch = open?.hostId === id ? open : this.#start(
      host,
      lanes.laneFor(host),
      issuedBy(origin, { deadline: due, exclusive, gate }),
    );
    batch.addHeld(command, { flags, size, origin });
    return batch;
  }

  /** What settles a write once replicas have it, where they have to. */
  #replicating({ name, command }: Form, settler: Settler): Settler {
    return this.#replicated > 0 && !command.reads
      ? new ReplicatedSettler(name, settler)
      : settler;
  }

  #openFor(host: Host, origin?: Origin): Batch {
    const { lanes, exclusive, gate } = this.#options;
    const deadline = this.#deadline(0);
    const lane = lanes.laneFor(host);
    const terms = issuedBy(origin, { deadline, exclusive, gate });
    const batch = this.#start(host, lane, terms);
    this.#open[host.id] = { host, batch };
    return batch;
  }

  #startSequence(host: Host, time: number): Batch {
    const lane = new Lane(host, host.blockingLinks);
    lane.follow(this.#options.lanes.laneFor(host));
    return this.#startApart(host, lane, time);
  }

  /** A batch of commands that block for some time. */
  #startApart(host: Host, lane: Lane, time: number): Batch {
    const deadline = this.#deadline(time);
    return this.#start(host, lane, {
      deadline,
      exclusive: true,
      isApart: true,
    });
  }

  /** What takes commands of a batch elsewhere, if their keys may be there. */
  #detourFrom(
    host: Host,
    from: () => { batch: Batch; lane: Lane; terms: HeldTerms },
  ): Detour | undefined {
    const { topology } = this.#cluster;
    const detours = this.#detours;
    if (detours === undefined || !topology.groupsMove) return undefined;
    const groupOf = (key: Key) => topology.groupOf(key);
    return {
      groupOf,
      mergesAll: topology.groupOfKeys !== undefined,
      groupsStay: topology.groupOfKeys === undefined,
      groupOfCommand: (command) => groupOfCommand(topology, command),
      hostOf: (group) => topology.hostOf(group),
      leads: (group) => detours.leads(group),
      redirect: (error) => this.#cluster.redirect(host.id, error),
      take: (command, redirect, error) => {
        const { batch, lane, terms } = from();
        const { callers, issuer } = batch;
        const order = this.#orders?.get(command.settler) ?? batch.order;
        const { command: own, deadline } = this.#goingOn(command, {
          deadline: batch.deadline,
          terms,
        });
        const moved = error === undefined ? own : command.redirected();
        const { group, to, asking } = redirect;
        const held: Held = {
          command: moved,
          group,
          order,
          deadline,
          owner: this,
          origin: { callers, issuer },
          terms,
          to: asking ? to : undefined,
          error,
          pause: to === undefined && error !== undefined
            ? pauseBefore(moved.redirects)
            : pauseOfRedirect(moved.redirects),
        };
        // A lane apart waits for nobody, and nobody for it.
        const ahead = terms.isApart ? [] : lane.batches;
        for (const one of this.#parts(held)) {
          this.#held.set(one, 0);
          detours.take(one, ahead);
        }
        if (terms.isApart) queueMicrotask(() => detours.release());
        // Those that wait for room at the host were issued later.
        else if (host.backlog.size > 0) {
          host.backlog.groupsLeft(new Set([group]));
        }
      },
    };
  }

  /** A command that blocks goes on elsewhere for the rest of its time. */
  #goingOn(
    command: Command,
    { deadline, terms }: { deadline: number; terms: HeldTerms },
  ): { command: Command; deadline: number } {
    const { form, args, settler, flags } = command;
    const time = form.command.row.blocks?.(args);
    const isRing = this.#cluster.moves !== undefined;
    if (!isRing || !terms.isApart || time === undefined) {
      return { command, deadline };
    }
    // A part of it begins anew, so that the next one follows it.
    if (terms.nextPart !== undefined) {
      return { command, deadline: this.#deadline(time) };
    }
    const left = deadline - performance.now() - this.#options.timeout;
    if (left === Infinity) return { command, deadline };
    const rest = blockingFor(form.name, args, Math.max(1, left));
    return { command: new Command(form, rest, settler, flags), deadline };
  }

  /** Holds a command that no host may take now. */
  #hold(
    group: number,
    command: Command,
    {
      size,
      terms = this.#terms,
      due = this.#deadline(0),
      origin = this.#origin(),
    }: {
      size: number;
      terms?: HeldTerms;
      due?: number;
      origin?: Origin;
    },
  ): void {
    this.#assertOpen();
    const detours = this.#detours!;
    // Whoever has the patience to wait for room waits in any case.
    const counted = this.#held.size < this.patience ? 0 : size;
    this.#cluster.admit(command.name, counted);
    // What is issued within a moment leaves together.
    const isOther = due > this.#heldUntil + MOMENT || due < this.#heldUntil;
    if (isOther) this.#heldUntil = due;
    if (this.#isQuiet) this.#follow();
    let own = counted;
    for (const one of this.#alone(command, group)) {
      const held: Held = {
        command: one,
        group,
        order: this.#options.lanes.nextOrder(),
        deadline: this.#heldUntil,
        owner: this,
        origin,
        terms,
        pause: 0,
      };
      this.#held.set(held, own);
      own = 0;
      detours.hold(held);
    }
  }

  /** A part of a split command whose keys are on their way may be torn. */
  #parts(held: Held): Held[] {
    const { command, error, group } = held;
    const mayTear = (command.flags & PART) !== 0 && error?.code === "TRYAGAIN";
    if (!mayTear) {
      return this.#alone(command, group)
        .map((command) => ({ ...held, command }));
    }
    return tearApart(command, this.#cluster.topology.hostOf(group))
      .map((command) => ({ ...held, command, pause: 0 }));
  }

  /**
   * Where keys move one by one, those of a command that may be split need not stay
   * together.
   */
  #alone(command: Command, group: number): Command[] {
    const { splits } = command.spec.row;
    const isSplit = this.#cluster.moves !== undefined && splits !== undefined &&
      command.args.length > splits.step;
    if (!isSplit) return [command];
    return tearApart(command, this.#cluster.topology.hostOf(group));
  }

  #unhold(held: Held): void {
    const size = this.#held.get(held) ?? 0;
    this.#held.delete(held);
    if (size > 0) this.#cluster.release(size);
  }

  giveUp(held: Held, reason: unknown): void {
    if (!this.#held.has(held)) return;
    this.#unhold(held);
    this.failedCommands++;
    fail(held.command.settler, reason);
    this.#endIfIdle();
  }

  #start(
    host: Host,
    lane: Lane,
    { isApart = false, ...terms }: BatchTerms,
  ): Batch {
    const heldTerms = isApart ? { ...terms, isApart } : this.#terms;
    const batch: Batch = new Batch({
      hostId: host.id,
      autoBatch: this.#options.autoBatch,
      unmerged: host.unmerged,
      order: this.#options.lanes.nextOrder(),
      detour: terms.refuge !== undefined
        ? undefined
        : this.#detourFrom(host, () => ({ batch, lane, terms: heldTerms })),
      replication: this.#replicated === 0 ? undefined : {
        wanted: this.#replicated,
        patience: this.#options.timeout,
        unreplicated: (name, known) => host.failures.unreplicated(name, known),
      },
      callers: this.#callers(),
      issuer: batchChannel.hasSubscribers ? issuerOfBatch() : undefined,
      ...terms,
      onErrorReply: (error) => host.counters.error(kindOf(error)),
      onSettled: (batch) => {
        host.release(batch, batch.issuedAt);
        lane.forget(batch);
        this.#forget(host, batch);
      },
    });
    if (this.#isQuiet) this.#follow();
    this.#live.set(batch, lane);
    lane.submit(batch);
    return batch;
  }

  /** Notes who issues commands, if somebody wants to know. */
  #callers(): Callers | undefined {
    return observer && new Callers(this.#options.observed);
  }

  /** Who issues a command that travels later, maybe at the work of others. */
  #origin(): Origin {
    const callers = this.#callers();
    callers?.note();
    return { callers, issuer: issuerOfBatch() };
  }

  #forget(host: Host, batch: Batch): void {
    this.#live.delete(batch);
    this.settledBatches++;
    this.failedCommands += batch.errors;
    for (const count of this.#counting) count(batch);
    if (this.#open[host.id]?.batch === batch) this.#open[host.id] = undefined;
    this.#endIfIdle();
  }

  #follow(): void {
    this.#options.signal?.addEventListener("abort", this.#onAbort);
  }

  #endIfIdle(): void {
    if (!this.#isQuiet) return;
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    if (this.idle) this.#tellSettled();
  }

  #tellSettled(): void {
    this.#whenSettled?.resolve();
    this.#whenSettled = undefined;
  }

  /** Whether something of the same client waits for room at a host. */
  #lags(host: Host): boolean {
    return this.#options.lanes.laneFor(host).latecomers > 0;
  }

  /**
   * Lets a command wait for room in the queue of its host, where its caller has
   * the patience.
   *
   * @returns Where its outcome will stand, unless there is a settler.
   */
  #wait(
    host: Host,
    { place, form, args, settler, flags, second, size }: Wanted,
  ): Run {
    if (this.#latecomers.size >= this.patience) {
      throw host.failures.queueFull(form.name);
    }
    const bits = withBytes(form, flags);
    const run = runOfOne(form, { args, second, settler, flags: bits });
    const command = run.at(0);
    const origin = this.#origin();
    const leave = () => {
      this.#latecomers.delete(latecomer);
      if (this.crowded) return;
      this.#whenRoomy?.resolve();
      this.#whenRoomy = undefined;
    };
    const lane = this.#options.lanes.laneFor(host);
    const deadline = this.#deadline(0);
    const latecomer: Latecomer = {
      ...{ name: form.name, size, lane, deadline },
      group: (flags & PINNED) === 0 ? place : undefined,
      divert: () => {
        // What its client has on the way there goes first.
        this.#detours?.begin(place, lane.batches);
        try {
          this.#hold(place, command, { size, due: deadline, origin });
          leave();
        } catch (error) {
          latecomer.refuse(error);
        }
        queueMicrotask(() => this.#detours?.release());
      },
      enter: () => {
        this.#beginFor(host.id, form);
        const open = this.#open[host.id];
        const fits = open?.host === host && !open.batch.sealed;
        const batch = fits ? open.batch : this.#openFor(host, origin);
        batch.addHeld(command, { flags: bits, size, origin });
        leave();
      },
      refuse: (reason) => {
        this.failedCommands++;
        fail(command.settler, reason);
        this.#whenRoomy?.reject(reason);
        leave();
        this.#endIfIdle();
      },
    };
    if (this.#isQuiet) this.#follow();
    this.#latecomers.set(latecomer, host);
    host.backlog.add(latecomer);
    host.wakeAt(deadline);
    return run;
  }

  /** When a batch issued now must be settled, `extra` milliseconds later. */
  #deadline(extra: number): number {
    const { timeout, deadline } = this.#options;
    return deadline ?? performance.now() + timeout + extra;
  }
}

/** A command that has no place in a batch yet. */
interface Wanted {
  readonly place: number;
  readonly form: Form;
  readonly args: Arguments;
  readonly settler: Settler | undefined;
  readonly flags: number;
  readonly second: Argument | undefined;
  readonly size: number;
}

/** What batches have in common. */
type BatchTerms =
  & Pick<
    BatchOptions,
    | "deadline"
    | "sendBy"
    | "exclusive"
    | "gate"
    | "nextPart"
    | "order"
    | "issuer"
    | "refuge"
  >
  & { isApart?: boolean };

/** What commands have in common that were held. */
interface HeldTerms
  extends Terms, Pick<BatchOptions, "exclusive" | "gate" | "nextPart"> {
  /** Whether they come behind what was issued before. */
  readonly isSequence?: boolean;
  /** How many milliseconds they may block. */
  readonly time?: number;
}

/** A command on its own, until it gets its place in a batch. */
function runOfOne(
  form: Form,
  { args, second, settler, flags }: {
    args: Arguments;
    second: Argument | undefined;
    settler: Settler | undefined;
    flags: number;
  },
): Run {
  const argCount = countOf(args, second);
  const run = new Run({ form, argCount, flags }, false);
  run.push(settler, args, second);
  return run;
}

/** Milliseconds within which commands that are held have the same time. */
const MOMENT = 20;

/** The group of all keys of a command; nothing where there is none. */
function groupOfCommand(
  topology: Topology,
  { spec, args }: Pick<Command, "spec" | "args">,
): number | undefined {
  try {
    const keys = positionsOf(spec, args).map((position) => args[position]);
    if (topology.groupOfKeys !== undefined) {
      if (keys.length === 0) return undefined;
      return topology.groupOfKeys(keys) ?? MOVING_GROUPS;
    }
    const [first, ...others] = keys.map((key) => topology.groupOf(key));
    return others.every((group) => group === first) ? first : undefined;
  } catch (error) {
    // It goes nowhere, which whatever holds it says.
    if (error instanceof ReshardingError) return MOVING_GROUPS;
    // It was issued to a host that was named, or by another key.
    return undefined;
  }
}

/** Whether a replica may answer a command. */
function mayBeReplicated({ command, steps }: Form, flags: number): boolean {
  return command.readsAnywhere && steps === undefined &&
    (flags & (PINNED | PRIMARY)) === 0;
}

/** The flags of a command, with what its form asks for. */
function withBytes({ bytes }: Form, flags: number): number {
  return bytes ? flags | BYTES : flags;
}

/** Terms of a batch that others may have issued than who is at work. */
function issuedBy(origin: Origin | undefined, terms: BatchTerms): BatchTerms {
  return origin === undefined ? terms : { ...terms, issuer: origin.issuer };
}
