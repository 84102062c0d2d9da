/**
 * The dispatcher: gathers what a client issues into batches, one per host.
 *
 * @module
 */

import { type Arguments, isList, sizeOf } from "../commands/arguments.ts";
import type { CommandSpec, Form } from "../commands/spec.ts";
import { goesAhead } from "../commands/traits.ts";
import { anotherTurn, inAnotherTurn } from "../runtime/turn.ts";
import type { Argument, Key } from "../values.ts";
import { sendApart, sequenceOf } from "./apart.ts";
import { Batch } from "./batch.ts";
import type { Detour, Origin } from "./batch_options.ts";
import { BatchDetour } from "./batch_detour.ts";
import type { ClusterView } from "./cluster_view.ts";
import {
  type Command,
  fail,
  IDEMPOTENT,
  PINNED,
  PRIMARY,
  type Settler,
} from "./command.ts";
import { Detours } from "./detours.ts";
import { batchChannel, issuerOfBatch } from "./diagnostics.ts";
import { FewMap } from "./few.ts";
import { FormerReads } from "./former_reads.ts";
import { HeldCommands } from "./held_commands.ts";
import type { Held, Holder } from "./holder.ts";
import type { Host } from "./host.ts";
import type {
  BatchTerms,
  Carrier,
  DispatchOptions,
  HeldTerms,
  HoldOptions,
  Issuer,
  Wanted,
} from "./issuer.ts";
import type { Lane } from "./lane.ts";
import { Latecomers } from "./latecomers.ts";
import { MovingCommands } from "./moving_commands.ts";
import { Callers, observer } from "./observer.ts";
import { Passing } from "./passing.ts";
import { ReplicaReads } from "./replica_reads.ts";
import { ReplicatedSettler, type Replication } from "./replication.ts";
import { type Run, runOfOne } from "./run.ts";
import { MOVING_GROUPS } from "../topology/mod.ts";

/** A host that commands went to, and the batch that may still take some. */
interface Destination {
  readonly host: Host;
  batch: Batch | undefined;
}

/** Issues commands to hosts, and knows when all of them are settled. */
export class Dispatcher implements Issuer {
  /** How many of its batches are settled. */
  settledBatches = 0;
  /** How many commands have failed in them, or were refused. */
  failedCommands = 0;
  /** How many commands were refused in their call, and so never queued. */
  refusedCommands = 0;
  /** How many commands may wait for room; the others are refused. */
  patience = 0;
  /** The cluster it issues to. */
  readonly cluster: ClusterView;
  /** How it issues. */
  readonly options: DispatchOptions;
  readonly flags: number;
  readonly detours: Holder | undefined;
  /** Its commands that are on the way to no host. */
  readonly #held: HeldCommands | undefined;
  /** What brings reads to replicas; nothing where none go there. */
  readonly #reads: ReplicaReads | undefined;
  /** What reads keys where they were, while they move. */
  readonly #former: FormerReads | undefined;
  /** How many replicas have to have a write. */
  readonly #replicated: number;
  /** Where commands went, by the ids of hosts. */
  readonly #destinations: (Destination | undefined)[] = [];
  /** Every batch that is not settled, with the lane it is on. */
  readonly #live = new FewMap<Batch, Lane>();
  /** Its commands that wait for room, once any has. */
  #latecomers: Latecomers | undefined = undefined;
  readonly #onSettled = (batch: Batch) => {
    const lane = this.#live.get(batch)!;
    lane.host.release(batch, batch.issuedAt);
    lane.forget(batch);
    this.#forget(lane.host, batch);
  };
  readonly #onAbort = () => this.abandon(this.options.signal?.reason);
  /** How many of those that were refused have not been told yet. */
  #untold = 0;
  #whenSettled: PromiseWithResolvers<void> | undefined = undefined;
  /** Those who wait for what was under way at some time. */
  readonly #passings = new Set<Passing<Batch | Held>>();
  #abandoned: { readonly reason: unknown } | undefined = undefined;

  /**
   * @param cluster Its hosts, and where keys live.
   * @param options Time limits and manners.
   */
  constructor(cluster: ClusterView, options: DispatchOptions) {
    this.cluster = cluster;
    this.#replicated = options.replicated ?? 0;
    this.options = this.#replicated > 0
      ? { ...options, exclusive: true }
      : options;
    this.flags = options.idempotent ? IDEMPOTENT : 0;
    const { lanes, readFrom = "primary" } = options;
    if (cluster.topology.refresh !== undefined) {
      lanes.detours ??= holderFor(cluster);
    }
    this.detours = lanes.detours;
    if (this.detours !== undefined) {
      this.#held = new HeldCommands(this, this.detours);
      if (this.detours instanceof MovingCommands) {
        const held = this.#held;
        this.#former = new FormerReads({
          issuer: this,
          holder: this.detours,
          held,
        });
      }
    }
    if (readFrom !== "primary") this.#reads = new ReplicaReads(readFrom, this);
  }

  /** Whether everything is settled. */
  get idle(): boolean {
    return this.#isQuiet && this.#untold === 0;
  }

  /** Whether nothing of it waits, is queued or under way. */
  get #isQuiet(): boolean {
    return this.#live.size === 0 && !this.crowded && !this.#holds;
  }

  get #holds(): boolean {
    return this.#held !== undefined && this.#held.size > 0;
  }

  /** Whether commands of it wait for room in the queue of a host. */
  get crowded(): boolean {
    return this.#latecomers !== undefined && this.#latecomers.size > 0;
  }

  /**
   * Settles when none of its commands waits for room any more.
   *
   * @throws Why one of them has waited in vain.
   */
  roomy(): Promise<void> {
    return this.#latecomers?.roomy() ?? Promise.resolve();
  }

  send(
    place: number,
    form: Form,
    args: readonly Argument[],
    settler: Settler,
    flags = this.flags,
    by?: Key,
  ): void {
    const time = form.command.row.blocks?.(args);
    if (time !== undefined) settler = this.settlerFor(form, settler);
    try {
      if (time !== undefined || goesAhead(form.command, args)) {
        const own = { place, form, args, settler, flags, time, by };
        return sendApart(this, own);
      }
      this.#beginFor(this.hostOf(place, flags), form);
      this.queue(place, form, args, settler, flags, undefined, by);
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
      this.endIfIdle();
    });
  }

  /**
   * What carries commands to one host in their order although some of them block.
   *
   * @param time How many milliseconds they may block, all together.
   * @returns It takes commands in this turn only.
   * @see {@linkcode sequenceOf}
   */
  sequence(time: number): Carrier {
    return sequenceOf(this, time);
  }

  /** What carries commands to primaries alone, those that only read as well. */
  primaries(): Carrier {
    if (this.#reads === undefined) return this;
    return {
      cluster: this.cluster,
      options: this.options,
      send: (place, form, args, settler, flags = this.flags, by) =>
        this.send(place, form, args, settler, flags | PRIMARY, by),
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
    flags = this.flags,
    second?: Argument,
    by?: Key,
  ): Run {
    const isHeldBack = this.#replicated > 0 && !form.command.reads;
    if (isHeldBack && !(settler instanceof ReplicatedSettler)) {
      // Its outcome stands apart until replicas have it.
      const own = runOfOne({ form, args, second, settler, flags });
      const whole = this.settlerFor(form, own.at(0).settler);
      this.queue(place, form, args, whole, flags, second, by);
      return own;
    }
    const size = sizeOf(args, second);
    if (
      this.detours !== undefined && this.mustWait(place, form, flags, args)
    ) {
      const wanted = { place, form, args, settler, flags, second, size, by };
      const read = this.#former?.queue(wanted);
      if (read === undefined) return this.#holdWanted(wanted);
      this.#hurryIfLarge(read.batch);
      return read.run;
    }
    const hostId = this.hostOf(place, flags);
    if (this.#reads !== undefined) {
      const read = { form, args, settler, flags, second, size };
      const queued = this.#reads.queue(hostId, read);
      if (queued !== undefined) {
        this.#hurryIfLarge(queued.batch);
        return queued.run;
      }
    }
    const known = this.#destinations[hostId];
    // The host of an id is another one after its pools were disconnected; and
    // what a router of somebody's own takes for an id may be "0".
    const isThere = known?.host.id === hostId && !known.host.closing;
    const fits = isThere && known.batch?.sealed === false &&
      this.#abandoned === undefined;
    if (!fits) this.assertOpen();
    const host = isThere ? known.host : this.cluster.host(hostId, form.name);
    if (host.backlog.size > 0 && this.#lags(host) || !this.admits(host, size)) {
      const wanted = { place, form, args, settler, flags, second, size, by };
      if (place >= MOVING_GROUPS && (flags & PINNED) === 0) {
        // What is held for its keys looks no further than at what is held.
        return this.#holdWanted(wanted);
      }
      this.#latecomers ??= new Latecomers(this);
      return this.#latecomers.wait(host, wanted);
    }
    const batch = fits ? known.batch! : this.#openFor(host);
    const run = batch.add(form, args, settler, flags, size, second);
    this.#hurryIfLarge(batch);
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
    if (this.crowded || this.#holds) return false;
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
    this.options.lanes.flush();
  }

  /**
   * Settles once the hosts are known.
   *
   * @throws What keeps that from being so, or that its time is up.
   */
  known(): Promise<void> {
    const { timeout, deadline, signal } = this.options;
    const left = deadline === undefined
      ? timeout
      : Math.max(0, deadline - performance.now());
    return this.cluster.known({ timeout: left, signal });
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
    const held = this.#held?.all() ?? [];
    const passing = new Passing([
      ...[...this.#live].map(([batch]) => batch),
      ...held,
    ]);
    this.#passings.add(passing);
    await passing.over;
    this.#passings.delete(passing);
    // Those that were refused are told in their order, and this comes behind.
    if (this.#untold > 0) await anotherTurn();
  }

  /** Rejects everything that is not settled, and whatever is issued later. */
  abandon(reason: unknown): void {
    this.#abandoned = { reason };
    this.#latecomers?.abandon(reason);
    this.#held?.abandon(reason);
    for (const [batch, lane] of this.#live) lane.abandon(batch, () => reason);
  }

  get isOver(): boolean {
    return this.#abandoned !== undefined ||
      this.options.signal?.aborted === true;
  }

  assertOpen(): void {
    this.options.signal?.throwIfAborted();
    this.assertGoingOn();
  }

  assertGoingOn(): void {
    if (this.#abandoned !== undefined) throw this.#abandoned.reason;
  }

  hostOf(place: number, flags: number): number {
    return (flags & PINNED) === 0 ? this.cluster.topology.hostOf(place) : place;
  }

  hostFor(hostId: number, command: string): Host {
    this.assertOpen();
    return this.cluster.host(hostId, command);
  }

  deadline(extra: number): number {
    const { timeout, deadline } = this.options;
    return deadline ?? performance.now() + timeout + extra;
  }

  origin(): Origin {
    const callers = this.#callers();
    callers?.note();
    return { callers, issuer: issuerOfBatch() };
  }

  settlerFor({ name, command }: Form, settler: Settler): Settler {
    return this.#replicated > 0 && !command.reads
      ? new ReplicatedSettler(name, settler)
      : settler;
  }

  isHeld(place: number, flags: number): boolean {
    const { detours } = this;
    if (detours === undefined || (flags & PINNED) !== 0) return false;
    return !detours.isEmpty && detours.leads(place) ||
      !this.cluster.topology.isKnown;
  }

  mustWait(
    place: number,
    form: Form,
    flags: number,
    args: Arguments,
  ): boolean {
    const isMoving = this.cluster.moves?.topology.isMoving === true;
    if (isMoving && (flags & PINNED) !== 0) {
      const list = isList(args) ? args : [args];
      const objection = this.objectionTo(form.command, list);
      if (objection !== undefined) throw objection;
    }
    if (place >= MOVING_GROUPS && this.detours?.passes?.(form, args) === true) {
      return false;
    }
    return this.isHeld(place, flags);
  }

  admits(host: Host, size: number): boolean {
    if (this.options.movesKeys !== true) return host.admit(size);
    // Others may wait for it who fill the queue themselves.
    host.queue.take(size);
    return true;
  }

  objectionTo(
    command: CommandSpec,
    args: readonly Argument[],
    hostId?: number,
  ): Error | undefined {
    const rings = this.cluster.moves?.topology;
    if (rings === undefined || this.options.movesKeys === true) {
      return undefined;
    }
    const mayStay = hostId === undefined && !rings.isMoving;
    if (mayStay || command.reads) return undefined;
    return rings.objectionTo(command, args, hostId);
  }

  get epoch(): number | undefined {
    return this.cluster.moves?.topology.state.epoch;
  }

  hold(group: number, command: Command, options: HoldOptions): void {
    this.assertOpen();
    this.#held!.hold(group, command, options);
  }

  /** The same; says where the outcome of the command will stand. */
  #holdWanted(wanted: Wanted): Run {
    const { place, size, by } = wanted;
    const run = runOfOne(wanted);
    this.hold(place, run.at(0), { size, by });
    return run;
  }

  placeRead(hostId: number, held: Held): boolean {
    return this.#reads !== undefined && this.#reads.place(hostId, held);
  }

  openBatch(host: Host, form: Form, origin: Origin): Batch {
    this.#beginFor(host.id, form);
    const known = this.#destinations[host.id];
    const fits = known?.host === host && known.batch?.sealed === false;
    return fits ? known.batch! : this.#openFor(host, origin);
  }

  /**
   * Begins a batch for a transaction that may only leave once the server has said
   * that it takes any: the one that is open may be on its way.
   */
  #beginFor(hostId: number, { steps }: Form): void {
    if (steps === undefined) return;
    const known = this.#destinations[hostId];
    if (known?.host.transacts === false) known.batch = undefined;
  }

  #openFor(host: Host, origin?: Origin): Batch {
    const { lanes, exclusive, gate } = this.options;
    const terms: BatchTerms = { deadline: this.deadline(0), exclusive, gate };
    const batch = this.start(
      host,
      lanes.laneFor(host),
      origin === undefined ? terms : { ...terms, issuer: origin.issuer },
    );
    this.#destinations[host.id] = { host, batch };
    return batch;
  }

  /** What takes commands of a batch elsewhere, if their keys may be there. */
  #detourFrom(
    host: Host,
    lane: Lane,
    { terms, own }: { terms: HeldTerms; own: { batch?: Batch } },
  ): Detour | undefined {
    const held = this.#held;
    const holder = this.detours;
    if (held === undefined || holder === undefined) return undefined;
    if (!this.cluster.topology.groupsMove) return undefined;
    const way = { issuer: this, held, holder };
    const batch = () => own.batch!;
    return new BatchDetour({ ...way, host, lane, terms, batch });
  }

  start(host: Host, lane: Lane, terms: BatchTerms): Batch {
    const heldTerms = terms.refuge !== undefined
      ? undefined
      : terms.isApart === true
      ? { ...terms, isApart: true }
      : this.#held?.terms;
    const own: { batch?: Batch } | undefined = heldTerms && {};
    const order = this.options.lanes.nextOrder();
    const batch = new Batch({
      hostId: host.id,
      autoBatch: this.options.autoBatch,
      unmerged: host.unmerged,
      order: terms.order ?? order,
      detour: heldTerms === undefined
        ? undefined
        : this.#detourFrom(host, lane, { terms: heldTerms, own: own! }),
      replication: this.#replicated === 0
        ? undefined
        : this.#replicationAt(host),
      callers: this.#callers(),
      issuer: "issuer" in terms
        ? terms.issuer
        : batchChannel.hasSubscribers
        ? issuerOfBatch()
        : undefined,
      deadline: terms.deadline,
      sendBy: terms.sendBy,
      exclusive: terms.exclusive,
      gate: terms.gate,
      nextPart: terms.nextPart,
      refuge: terms.refuge,
      absence: terms.absence,
      onSettled: this.#onSettled,
    });
    if (own !== undefined) own.batch = batch;
    this.begins();
    this.#live.set(batch, lane);
    lane.submit(batch);
    return batch;
  }

  #replicationAt({ failures }: Host): Replication {
    return {
      wanted: this.#replicated,
      patience: this.options.timeout,
      unreplicated: (name, known) => failures.unreplicated(name, known),
    };
  }

  /** Notes who issues commands, if somebody wants to know. */
  #callers(): Callers | undefined {
    return observer && new Callers(this.options.observed);
  }

  /** Lets a batch begin to leave that had better do so. */
  #hurryIfLarge(batch: Batch): void {
    if (batch.becameLarge()) this.#live.get(batch)?.hurry(batch);
  }

  #forget(host: Host, batch: Batch): void {
    this.#live.delete(batch);
    this.settledBatches++;
    this.failedCommands += batch.errors;
    if (this.#passings.size > 0) this.ended(batch);
    const known = this.#destinations[host.id];
    if (known?.batch === batch) known.batch = undefined;
    this.endIfIdle();
  }

  begins(): void {
    if (!this.#isQuiet) return;
    this.options.signal?.addEventListener("abort", this.#onAbort);
  }

  goesOn(from: Batch | Held, to: Batch | Held): void {
    for (const passing of this.#passings) passing.goesOn(from, to);
  }

  ended(one: Batch | Held): void {
    for (const passing of this.#passings) passing.ended(one);
  }

  fail(settler: Settler, reason: unknown): void {
    this.failedCommands++;
    fail(settler, reason);
  }

  endIfIdle(): void {
    if (!this.#isQuiet) return;
    this.options.signal?.removeEventListener("abort", this.#onAbort);
    if (this.idle) this.#tellSettled();
  }

  #tellSettled(): void {
    this.#whenSettled?.resolve();
    this.#whenSettled = undefined;
  }

  /** Whether something of the same client waits for room at a host. */
  #lags(host: Host): boolean {
    return this.options.lanes.laneFor(host).latecomers > 0;
  }
}

/** What holds the commands of a client whose groups move. */
function holderFor(cluster: ClusterView): Holder {
  const { moves, topology } = cluster;
  const onChange = () => cluster.holding(holder);
  const holder: Holder = moves === undefined
    ? new Detours(topology, onChange)
    : new MovingCommands(moves, onChange);
  return holder;
}
