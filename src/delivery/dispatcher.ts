/**
 * The dispatcher: gathers what a client issues into batches, one per host.
 *
 * @module
 */

import { type Arguments, countOf, sizeOf } from "../commands/arguments.ts";
import { BlockParts } from "../commands/block_parts.ts";
import type { Form } from "../commands/spec.ts";
import { goesAhead } from "../commands/traits.ts";
import type { Topology } from "../topology/mod.ts";
import { inAnotherTurn } from "../runtime/turn.ts";
import type { Argument } from "../values.ts";
import { Batch, type BatchOptions, type NextPart } from "./batch.ts";
import { BYTES, fail, flagBits, type Settler } from "./command.ts";
import { kindOf } from "./error_codes.ts";
import type { Gate } from "./gate.ts";
import type { Host } from "./host.ts";
import { Lane } from "./lane.ts";
import type { Lanes } from "./lane.ts";
import { Callers, type ObservedMap, observer } from "./observer.ts";
import { Run } from "./run.ts";
import type { Latecomer } from "./backlog.ts";

/** What delivery and clients need of a cluster, which is above them. */
export interface ClusterView {
  /** Where keys live. */
  readonly topology: Topology;
  /** The ids of all hosts. */
  readonly hostIds: readonly number[];
  /** Milliseconds for a command whose client sets no time. */
  readonly timeout: number;
  /** Gives up every command when aborted. */
  readonly signal: AbortSignal | undefined;
  /**
   * The host with an id.
   *
   * @throws {RangeError} If there is none.
   */
  host(id: number): Host;
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
export class Dispatcher {
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
  /** Of commands whose caller asks for nothing else, in bits. */
  readonly #flags: number;
  /** The batch of each host that still takes commands, by the id of the host. */
  readonly #open: (OpenBatch | undefined)[] = [];
  /** Every batch that is not settled, with the lane it is on. */
  readonly #live = new Map<Batch, Lane>();
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
    this.#options = options;
    this.#flags = flagBits(undefined, options.idempotent);
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
    return this.#live.size === 0 && this.#latecomers.size === 0;
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
   * @param hostId Where it goes.
   * @param form What it is, and what becomes of its reply.
   * @param args Its arguments, already checked.
   * @param settler Gets the reply, or whatever goes wrong.
   * @param flags What the caller asks for, in bits.
   */
  send(
    hostId: number,
    form: Form,
    args: readonly Argument[],
    settler: Settler,
    flags = this.#flags,
  ): void {
    const { command, name } = form;
    const time = command.row.blocks?.(args);
    const isUrgent = goesAhead(command, args);
    try {
      if (time === undefined && !isUrgent) {
        this.#beginFor(hostId, form);
        this.queue(hostId, form, args, settler, flags);
        return;
      }
      const size = sizeOf(args);
      const host = this.#hostFor(hostId);
      if (!host.admit(size)) throw host.failures.queueFull(name);
      const parts = BlockParts.of(name, args, time ?? 0);
      const first = parts?.next() ?? { args, time: time ?? 0 };
      // In a lane of its own, so that it delays nobody else, and nobody delays it.
      const links = isUrgent ? host.urgentLinks : host.blockingLinks;
      this.#start(host, new Lane(host, links), {
        deadline: this.#deadline(first.time),
        sendBy: this.#deadline(0),
        exclusive: !isUrgent,
        nextPart: parts && ((taken) => this.#nextPart(parts, taken)),
      })
        .add(form, first.args, settler, withBytes(form, flags), size);
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
    return {
      cluster: this.#cluster,
      options: this.#options,
      send: (hostId, form, args, settler, flags = this.#flags) => {
        try {
          const size = sizeOf(args);
          const host = this.#hostFor(hostId);
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
    hostId: number,
    form: Form,
    args: Arguments,
    settler?: Settler,
    flags = this.#flags,
    second?: Argument,
  ): Run {
    const size = sizeOf(args, second);
    const open = this.#open[hostId];
    // The host of an id is another one after its pools were disconnected; and
    // what a router of somebody's own takes for an id may be "0".
    const fits = open?.host.id === hostId && !open.batch.sealed &&
      !open.host.closing && this.#abandoned === undefined;
    const host = fits ? open.host : this.#hostFor(hostId);
    if (host.backlog.size > 0 && this.#lags(host) || !host.admit(size)) {
      return this.#wait(host, { form, args, settler, flags, second, size });
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
    if (this.crowded) return false;
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
    if (batches.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const count = (batch: Batch) => {
      if (batches.delete(batch) && batches.size === 0) resolve();
    };
    this.#counting.add(count);
    await promise;
    this.#counting.delete(count);
  }

  /** Rejects everything that is not settled, and whatever is issued later. */
  abandon(reason: unknown): void {
    this.#abandoned = { reason };
    for (const [latecomer, host] of this.#latecomers) {
      host.backlog.delete(latecomer);
      latecomer.refuse(reason);
    }
    for (const [batch, lane] of this.#live) lane.abandon(batch, () => reason);
  }

  #nextPart(parts: BlockParts, taken: number): NextPart | undefined {
    const part = parts.next(taken);
    return part && { args: part.args, deadline: this.#deadline(part.time) };
  }

  /** The host with an id, unless nothing may be issued any more. */
  #hostFor(hostId: number): Host {
    this.#options.signal?.throwIfAborted();
    if (this.#abandoned !== undefined) throw this.#abandoned.reason;
    return this.#cluster.host(hostId);
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

  #openFor(host: Host): Batch {
    const { lanes, exclusive, gate } = this.#options;
    const deadline = this.#deadline(0);
    const lane = lanes.laneFor(host);
    const batch = this.#start(host, lane, { deadline, exclusive, gate });
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
    return this.#start(host, lane, { deadline, exclusive: true });
  }

  #start(
    host: Host,
    lane: Lane,
    terms: Pick<
      BatchOptions,
      "deadline" | "sendBy" | "exclusive" | "gate" | "nextPart"
    >,
  ): Batch {
    const batch = new Batch({
      hostId: host.id,
      autoBatch: this.#options.autoBatch,
      unmerged: host.unmerged,
      callers: observer === undefined
        ? undefined
        : new Callers(this.#options.observed),
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
  #wait(host: Host, { form, args, settler, flags, second, size }: {
    form: Form;
    args: Arguments;
    settler: Settler | undefined;
    flags: number;
    second: Argument | undefined;
    size: number;
  }): Run {
    if (this.#latecomers.size >= this.patience) {
      throw host.failures.queueFull(form.name);
    }
    // On its own until it gets its place in a batch.
    const argCount = countOf(args, second);
    const bits = withBytes(form, flags);
    const run = new Run({ form, argCount, flags: bits }, false);
    run.push(settler, args, second);
    const command = run.at(0);
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
      enter: () => {
        this.#beginFor(host.id, form);
        const open = this.#open[host.id];
        const fits = open?.host === host && !open.batch.sealed;
        const batch = fits ? open.batch : this.#openFor(host);
        batch.add(form, command.args, command.settler, bits, size);
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

/** The flags of a command, with what its form asks for. */
function withBytes({ bytes }: Form, flags: number): number {
  return bytes ? flags | BYTES : flags;
}
