/**
 * The batch: commands of one client for one host that leave together.
 *
 * @module
 */

import { type Arguments, countOf } from "../commands/arguments.ts";
import type { Form } from "../commands/spec.ts";
import type { AsyncContext } from "../async_context.ts";
import { CommandError, ConnectionError, ProtocolError } from "../errors.ts";
import { Rejection } from "../promise.ts";
import type { Argument, Reply } from "../values.ts";
import type { Exchange } from "../wire/exchange.ts";
import type { Encoder } from "../wire/resp/encoder.ts";
import type { Redirect } from "../topology/mod.ts";
import {
  APART,
  type Command,
  describe,
  fail,
  type GivenUp,
  MAY_HAVE_RUN,
  PINNED,
  type Settler,
  WITH_SOURCE,
} from "./command.ts";
import { withoutCitations } from "./error_text.ts";
import type { Gate } from "./gate.ts";
import { GroupPlaces } from "./group_places.ts";
import type { Callers } from "./observer.ts";
import {
  explained,
  isForbidden,
  type Returned,
  type WayOut,
  wayOut,
} from "./policy.ts";
import {
  Confirmation,
  ReplicatedSettler,
  type Replication,
  WAIT,
} from "./replication.ts";
import { type GroupOf, mergingOf, Run } from "./run.ts";
import { replyToTransaction } from "./transaction_reply.ts";
import { inSlices } from "./slices.ts";

/**
 * A batch that takes so much memory, by the estimate of its queue, need not wait
 * for the end of the turn: that are some 5,000 small commands.
 */
const LARGE_SIZE = 384 * 1024;

/** Settings of a {@linkcode Batch}. */
export interface BatchOptions {
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
  /** Called once, when every command is settled. */
  onSettled: (batch: Batch) => void;
  /** Called for every error reply that a command is settled with. */
  onErrorReply?: (error: Error) => void;
}

/** Who has issued commands, as far as somebody wants to know. */
export type Origin = Pick<BatchOptions, "callers" | "issuer">;

/** A further part of a command that blocks. */
export interface NextPart {
  /** Its arguments. */
  readonly args: readonly Argument[];
  /** When its time is up, in milliseconds of `performance.now()`. */
  readonly deadline: number;
}

/** Takes commands of a batch elsewhere. */
export interface Detour {
  /** Names the group of a key. */
  readonly groupOf: GroupOf;
  /** Whether neighbours are merged whatever their groups are. */
  readonly mergesAll: boolean;
  /** Whether a key belongs to the same group for ever. */
  readonly groupsStay: boolean;
  /** What an error of the host says about where its command belongs. */
  redirect(error: CommandError): Redirect | undefined;
  /** The host that a group is on. */
  hostOf(group: number): number;
  /** The group of all keys of a command; nothing where there is none. */
  groupOfCommand(command: Pick<Command, "spec" | "args">): number | undefined;
  /** Whether commands of a group are held, or wait for others to end. */
  leads(group: number): boolean;
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

/** Makes the error of a command that is given up. */
export type Reason = (
  command: GivenUp,
  sent: boolean,
  refusal?: CommandError,
) => unknown;

/** What a batch is brought to its host by: a lane, which it does not know. */
export interface Courier {
  /** Whether it wants to know which commands run, and in which order. */
  readonly watchful: boolean;
  /**
   * Commands were answered: refused in a way that lets them go again, or, where
   * the courier is watchful, run.
   */
  note(returned: readonly Returned<Batch>[]): void;
  /** Its command has been answered, and goes over the same connection once more. */
  goesOn(batch: Batch): void;
  /** The next reply to it is so large that others have waited for it. */
  clogs(): void;
  /** Everything that was sent of a sealed batch has its reply. */
  answered(batch: Batch): void;
}

/**
 * The commands that one client issued for one host in one turn of the event
 * loop, in runs. It owns them until each is settled: it encodes them, matches
 * replies to them, and after a failure says which had left and hands back which
 * had not. It may begin to leave while it still grows.
 */
export class Batch implements Exchange {
  /** How many commands were ever added. */
  issued = 0;
  /** An estimate of the memory its commands take, in bytes. */
  size = 0;
  /** How many commands were encoded, those sent again counted again. */
  sent = 0;
  /** How many commands got a reply. */
  replies = 0;
  /** How many commands were rejected. */
  errors = 0;
  /** How many times it was put on a connection and failed. */
  attempts = 0;
  /** How many times commands of it were refused and went again. */
  refusals = 0;
  /** What brings it to its host; without one, every reply settles its command. */
  courier: Courier | undefined = undefined;
  /** When its time is up, in milliseconds of `performance.now()`. */
  deadline: number;
  /** When it has to be on a connection, which is not after that. */
  readonly sendBy: number;
  /** When it was made, in milliseconds of `performance.now()`. */
  readonly issuedAt: number = performance.now();
  /** The host that its commands go to. */
  readonly hostId: number;
  /** Whether it travels over a connection that no other client uses. */
  readonly exclusive: boolean;
  /** Bounds on how many hosts its map is at work, if given. */
  readonly gate: Gate | undefined;
  /** Where it stands among the batches of its client. */
  readonly order: number;
  /** What takes its commands elsewhere, where hosts do not keep their keys. */
  readonly detour: Detour | undefined;
  /** Who has issued its commands, where somebody wants to know. */
  readonly callers: Callers | undefined;
  /** What the first command was rejected with, if any was. */
  failure: unknown = undefined;
  /** The context of whoever issued its first command, where that is told. */
  readonly issuer: AsyncContext | undefined;

  readonly #autoBatch: boolean;
  readonly #refuge: Refuge | undefined;
  readonly #replication: Replication | undefined;
  /** What confirms the writes that were put into it since the last WAIT. */
  #confirmation: Confirmation | undefined = undefined;
  readonly #nextPart: ((taken: number) => NextPart | undefined) | undefined;
  /** When the part was sent that is under way. */
  #partSentAt = 0;
  readonly #unmerged: Set<string> | undefined;
  readonly #onSettled: (batch: Batch) => void;
  readonly #onErrorReply: ((error: Error) => void) | undefined;
  /** Its commands, but for those that came back and went no further. */
  #runs: Run[] = [];
  /** The run that still grows. */
  #last: Run | undefined = undefined;
  /** How many commands there are in the runs, */
  #length = 0;
  /** how many of them are encoded, */
  #encoded = 0;
  /** and how many have their reply. */
  #answered = 0;
  /** How many may have run when the batch was taken off a connection. */
  #doubted = 0;
  /** The run, and the command in it, that is encoded next, */
  #sendRun = 0;
  #sendIndex = 0;
  /** and that gets the next reply. */
  #answerRun = 0;
  #answerIndex = 0;
  /** Whether the reply to the ASKING ahead of that one is there. */
  #isAsked = false;
  /** How many commands are about to be rejected, a slice at a time. */
  #untold = 0;
  /** The replies to the first frames of the next transaction. */
  #gathered: Reply[] = [];
  /** Commands that were refused and wait for a decision. */
  #refused: Returned<Batch>[] = [];
  /** Which groups its commands belong to, once somebody has asked. */
  #groupPlaces: GroupPlaces | undefined = undefined;
  /** Of an abandoned batch, what may still change something, or has. */
  #doubtful: Returned<Batch>[] = [];
  /** How many commands it no longer has, by their names. */
  readonly #parted: Record<string, number> = Object.create(null);
  #transacts = false;
  #mayRepeat = true;
  #sealed = false;
  #large = false;
  #abandoned = false;
  /** Whether its command is ended so that it can go on elsewhere. */
  #isInterrupted = false;
  #reported = false;

  /** @param options Its host, its deadline, whether to merge. */
  constructor(options: BatchOptions) {
    this.hostId = options.hostId;
    this.deadline = options.deadline;
    this.sendBy = options.sendBy ?? options.deadline;
    this.exclusive = options.exclusive ?? false;
    this.gate = options.gate;
    this.order = options.order ?? 0;
    this.detour = options.detour;
    this.callers = options.callers;
    this.issuer = options.issuer;
    this.#refuge = options.refuge;
    this.#replication = options.replication;
    this.#autoBatch = options.autoBatch;
    this.#nextPart = options.nextPart;
    this.#unmerged = options.unmerged;
    this.#onSettled = options.onSettled;
    this.#onErrorReply = options.onErrorReply;
  }

  /** Whether it takes no further commands, because it is on its way. */
  get sealed(): boolean {
    return this.#sealed;
  }

  /**
   * Whether it is so large that it had better begin to leave. It says so once: a
   * part of it can leave within a turn, but no more than one.
   */
  becameLarge(): boolean {
    if (this.#large || this.size < LARGE_SIZE) return false;
    this.#large = true;
    return true;
  }

  /** Whether it has a transaction, which the server may not take. */
  get transacts(): boolean {
    return this.#transacts;
  }

  /** Whether all its commands only read, so that they may be sent again. */
  get mayRepeat(): boolean {
    return this.#mayRepeat;
  }

  /** Closes it for further commands. */
  seal(): void {
    this.#sealed = true;
    // What blocks in parts is asked about when it has ended.
    if (this.#nextPart === undefined) this.#confirm();
  }

  /**
   * Adds a command that takes `size` bytes of memory.
   *
   * @param form What it is, and what becomes of its reply.
   * @param settler Is told of its outcome, if given.
   * @returns Where its outcome will stand otherwise, as the last one.
   */
  add(
    form: Form,
    args: Arguments,
    settler: Settler | undefined,
    flags: number,
    size: number,
    second?: Argument,
  ): Run {
    this.issued++;
    this.size += size;
    if (this.callers !== undefined) this.callers.note();
    return this.#append(form, args, settler, flags, second);
  }

  /**
   * Adds a command that was issued before, by others than whoever is at work now.
   *
   * @param command The command.
   * @param options What takes the place of its flags, the memory that it takes,
   * and who has issued it.
   */
  addHeld(
    { form, args, settler }: Pick<Command, "form" | "args" | "settler">,
    { flags, size, origin }: { flags: number; size: number; origin: Origin },
  ): void {
    this.issued++;
    this.size += size;
    if (origin.callers !== undefined) this.callers?.join(origin.callers);
    this.#append(form, args, settler, flags);
  }

  /** How many commands of each name were added, wherever they ended. */
  names(): Record<string, number> {
    const counts = Object.assign(Object.create(null), this.#parted);
    for (const { name, length, form } of this.#runs) {
      if (form === WAIT) continue;
      counts[name] = (counts[name] ?? 0) + length;
    }
    return counts;
  }

  /** Whether an observer is to be told of the outcome of a command. */
  get watched(): boolean {
    return this.#runs.some((run) => run.watched);
  }

  /** Whether any command has been sent and not been answered. */
  get awaited(): boolean {
    return this.#encoded > this.#answered;
  }

  /**
   * Whether all its commands are settled, one way or the other. While it grows
   * its last run has not left, so neither this nor `encoded` holds.
   */
  get settled(): boolean {
    return this.#abandoned ||
      this.#answered === this.#length && this.#refused.length === 0;
  }

  get encoded(): boolean {
    return this.#abandoned || this.#encoded === this.#length;
  }

  get finished(): boolean {
    return this.encoded && !this.awaited;
  }

  get abandoned(): boolean {
    return this.#abandoned;
  }

  get forgeable(): boolean {
    return this.#runs[this.#answerRun].form.command.forgeable;
  }

  get wantsBytes(): boolean {
    return this.awaited && this.#runs[this.#answerRun].wantsBytes;
  }

  /**
   * Encodes further commands until the encoder holds `limit` bytes. While it
   * grows, its last run waits.
   */
  encode(encoder: Encoder, limit: number): number {
    const runs = this.#runs;
    const end = this.#sealed ? runs.length : runs.length - 1;
    const before = this.#encoded;
    let frames = 0;
    while (this.#sendRun < end && encoder.length < limit) {
      const run = runs[this.#sendRun];
      const from = this.#sendIndex;
      const { length, merging } = run;
      if (merging === undefined) {
        this.#sendIndex = run.encodeSingly(encoder, from, limit);
        frames += (this.#sendIndex - from) *
          (run.isAsking ? run.form.frames + 1 : run.form.frames);
      } else {
        run.encodeMerged(encoder, merging.as);
        this.#sendIndex = length;
        frames += run.isAsking ? 2 : 1;
      }
      this.#encoded += this.#sendIndex - from;
      if (this.#sendIndex === length) {
        this.#sendRun++;
        this.#sendIndex = 0;
      }
    }
    this.sent += this.#encoded - before;
    if (this.#nextPart !== undefined) this.#partSentAt = performance.now();
    return frames;
  }

  clogs(): void {
    this.courier?.clogs();
  }

  accept(reply: Reply): void {
    const goesOn = reply === null && !this.#isInterrupted &&
      this.#nextPart !== undefined && this.#goesOn();
    if (goesOn) return;
    const run = this.#runs[this.#answerRun];
    if (run.isAsking) {
      // A server that does not know it says so of the command as well.
      this.#isAsked = !this.#isAsked;
      if (this.#isAsked) return;
    }
    if (run.form.frames > 1) {
      if (this.#gathered.push(reply) < run.form.frames) return;
      reply = replyToTransaction(run.form, this.#gathered.splice(0));
    }
    const from = this.#answerIndex;
    const { merging } = run;
    const count = merging === undefined ? 1 : run.length;
    const hasEach = merging?.reply === "each";
    // Whatever words its own errors may put arguments into them.
    const mayCite = merging === undefined && isObject(reply) &&
      run.form.command.forgeable;
    if (mayCite) reply = withoutCitations(reply, run.at(from));
    if (hasEach && !fits(reply, count)) {
      throw new ProtocolError(`The reply to ${merging.as} has the wrong shape`);
    }
    let leaving: Command[] | undefined;
    if (isObject(reply)) {
      if (this.#refuge !== undefined) {
        leaving = leavers(run, reply, from, count);
      } else if (this.detour === undefined && reply instanceof CommandError) {
        reply = explained(run.travelsAs, reply);
      }
    }
    const isRefused = this.#comesBack(run, reply, from, from + count);
    this.#advance(run, count);
    this.replies += count;
    if (this.#abandoned) {
      // Its replies are read and nothing else; let them go before it does.
      if (!this.awaited && this.#reported) this.#reset();
    } else if (!isRefused) {
      if (hasEach && Array.isArray(reply)) {
        this.#scatter(run, reply);
      } else {
        this.#repeat(run, reply, { from, to: from + count, leaving });
      }
      if (this.settled && !this.#asksOn()) this.#report();
    }
    if (this.#answered === this.#length) this.courier?.answered(this);
  }

  /**
   * Gives up: rejects every command that has no reply, and lets the replies
   * that still come pass unread.
   *
   * @param reason The error for a command, by whether it was sent, or by what
   * it was refused with.
   * @returns Whether a command that was sent may still change something.
   */
  abandon(reason: Reason): boolean {
    if (this.settled) return false;
    this.#sealed = true;
    this.#abandoned = true;
    const refused = this.#refused;
    this.#refused = [];
    const rest = this.#rest();
    const leaving = this.#refuge === undefined
      ? undefined
      : [...refused, ...this.#unanswered()];
    this.#doubtful = this.#doubtfulOf(rest);
    this.#untold += refused.length + this.#length - this.#answered;
    inSlices(
      leaving === undefined
        ? this.#rejections(refused, rest, reason)
        : this.#departures(leaving, reason),
    );
    return this.#doubtful.length > 0;
  }

  /**
   * Its one command, which blocks, is about to be ended by the server: with nothing,
   * it goes on elsewhere.
   *
   * @returns Whether that is so.
   */
  interrupt(): boolean {
    const isOne = this.awaited && this.#length === 1 && this.#answered === 0;
    const { command } = this.#runs[0]?.form ?? {};
    if (!isOne || command?.row.blocks === undefined) return false;
    this.#isInterrupted = this.detour !== undefined;
    return this.#isInterrupted;
  }

  /** Notes that what was sent and has no reply may have run. */
  doubt(): void {
    this.#doubted = this.#encoded;
  }

  /** Takes it off a connection over which nothing that it has sent counts. */
  unsend(): void {
    this.#encoded = this.#answered;
    this.#sendRun = this.#answerRun;
    this.#sendIndex = this.#answerIndex;
  }

  /**
   * Takes it off its connection: hands out all commands without a reply, in
   * their order, and is empty then. Each goes back by {@linkcode Batch.again},
   * or is rejected; those of an abandoned batch are only there to be known.
   */
  takeBack(): Returned<Batch>[] {
    if (this.#abandoned) return this.#doubtful;
    const back = this.#unanswered();
    this.#untold += back.length;
    for (const { name, length, form } of this.#runs) {
      if (form === WAIT) continue;
      this.#parted[name] = (this.#parted[name] ?? 0) + length;
    }
    this.#reset();
    return back;
  }

  /**
   * Takes commands for another attempt, in their order; of those that it handed
   * out, the others are rejected after that.
   */
  again(commands: readonly Command[]): void {
    this.#untold += this.#refused.length - commands.length;
    this.#refused = [];
    this.#groupPlaces = undefined;
    for (const { form, args, settler, flags } of commands) {
      if (form === WAIT) {
        // Over another connection it would count other writes.
        settler.reject(
          new ConnectionError("The connection was lost before its reply"),
        );
        continue;
      }
      this.#parted[form.name]--;
      this.#append(form, args, settler, flags);
    }
    if (this.#sealed) this.#confirm();
  }

  /** Whether it has no commands. */
  get empty(): boolean {
    return this.#length === 0;
  }

  /** Reports that it is settled, once nothing is left for another attempt. */
  closeIfEmpty(): void {
    if (!this.empty) return;
    this.#sealed = true;
    this.#report();
  }

  /**
   * Rejects its transactions, which the server does not take, before any of it is
   * sent.
   */
  refuseTransactions(error: CommandError): void {
    const back = this.takeBack();
    const isOne = ({ command }: Returned<Batch>) =>
      command.form.steps !== undefined;
    this.again(back.filter((one) => !isOne(one)).map(({ command }) => command));
    this.#transacts = false;
    for (const { command } of back.filter(isOne)) this.refuse(command, error);
    this.closeIfEmpty();
  }

  /** Whether commands of a group have come to no end. */
  holds(group: number): boolean {
    const { detour } = this;
    if (detour === undefined || this.#untold > 0) return true;
    if (this.#abandoned) return this.awaited;
    const places = detour.groupsStay
      ? this.#groupPlaces ??= new GroupPlaces(detour)
      : new GroupPlaces(detour);
    return places.hasApart(group, this.#refused) ||
      places.has(group, this.#runs, {
        run: this.#answerRun,
        index: this.#answerIndex,
        place: this.#answered,
      });
  }

  /**
   * Where a command belongs that its server has refused for that reason; nothing
   * where the error does not say.
   */
  moved(
    command: Command,
    error: CommandError,
  ): Pick<Returned, "progress" | "error" | "wayOut" | "redirect"> | undefined {
    const { detour } = this;
    let redirect = detour?.redirect(error);
    // It has to wait for its keys (TRYAGAIN); so does a transaction, in which
    // ASKING has no place.
    const mustWait = command.form.steps !== undefined && redirect?.asking;
    if (redirect === undefined || mustWait) {
      const group = redirect?.group ?? detour?.groupOfCommand(command);
      if (group === undefined) return undefined;
      redirect = { group, to: undefined, asking: false };
    }
    // The same host may be another server by now.
    const isHere = redirect.to === this.hostId && !redirect.asking;
    const wayOut = isHere ? "elsewhere" : "moved";
    return { progress: "refused", error, wayOut, redirect };
  }

  /** Lets a command that it has handed out go elsewhere. */
  divert(
    { command, redirect, error }: Returned<Batch>,
    group: number,
  ): void {
    const fallback = { group, to: undefined, asking: false };
    this.detour?.take(command, redirect ?? fallback, error);
    this.#told();
  }

  /** Rejects a command that it has handed out. */
  reject(command: Command, reason: unknown): void {
    if (this.#refuge?.take(command)) return this.#told();
    this.#failed(reason);
    fail(command.settler, reason);
    this.#told();
  }

  /** Settles a command that it has handed out with the error of its server. */
  refuse(command: Command, error: CommandError): void {
    if (this.#refuge?.take(command, error)) return this.#told();
    const reason = describe(error, command.name, this.hostId);
    this.#onErrorReply?.(reason);
    this.reject(command, reason);
  }

  /** Rejects what an abandoned batch had, one command at a step. */
  *#rejections(
    refused: readonly Returned<Batch>[],
    rest: readonly Rest[],
    reason: Reason,
  ): Iterator<void> {
    for (const { command, error, wayOut } of refused) {
      // Of what was merged, it is not known which command was refused.
      const own = wayOut === "apart" ? undefined : error;
      const why = reason(command, false, own);
      if (error !== undefined && why === error) this.refuse(command, error);
      else this.reject(command, why);
      yield;
    }
    for (const { run, from, sent, doubted } of rest) {
      let start = from;
      // What was sent, and what is in doubt, are its first commands.
      for (const limit of [sent, doubted, run.length].sort((a, b) => a - b)) {
        const end = Math.min(limit, run.length);
        if (end <= start) continue;
        const command = run.described(start < doubted);
        const make = (count: number) =>
          reason({ ...command, count }, end <= sent);
        const first = make(end - start);
        const rejection = sameFor(first, () => make(0));
        for (; start < end; start++) {
          this.#failed(first);
          run.reject(start, rejection);
          this.#told();
          yield;
        }
      }
    }
  }

  /** The same where others can answer them. */
  *#departures(
    leaving: readonly Returned<Batch>[],
    reason: Reason,
  ): Iterator<void> {
    for (const { command, progress } of leaving) {
      if (!this.#refuge!.take(command)) {
        const why = reason(command, progress === "sent");
        this.#failed(why);
        fail(command.settler, why);
      }
      this.#told();
      yield;
    }
  }

  /** One of those that are to be rejected has been. */
  #told(): void {
    if (--this.#untold === 0 && this.settled) this.#report();
  }

  #append(
    form: Form,
    args: Arguments,
    settler: Settler | undefined,
    flags: number,
    second?: Argument,
  ): Run {
    const argCount = countOf(args, second);
    let run = this.#last;
    const isOfKind = run?.isOf(form, argCount, flags) === true;
    if (run === undefined || !isOfKind || run.full) {
      // Where one run was full, the next one will be.
      const capacity = isOfKind ? run?.length : 0;
      const merging = this.#autoBatch && (flags & APART) === 0 &&
        this.#unmerged?.has(form.name) !== true;
      const { detour } = this;
      const groupOf = detour?.mergesAll
        ? undefined
        : (detour ?? this.#refuge)?.groupOf;
      run = new Run(
        { form, argCount, flags },
        merging && (groupOf ?? true),
        capacity,
      );
      this.#last = run;
      this.#runs.push(run);
      if (form.steps !== undefined) this.#transacts = true;
      if (!form.command.reads || form === WAIT) this.#mayRepeat = false;
    }
    if (settler instanceof ReplicatedSettler) this.#replicates(settler);
    run.push(settler, args, second);
    this.#length++;
    return run;
  }

  /** Has a write confirmed by the next WAIT. */
  #replicates(settler: ReplicatedSettler): void {
    this.#confirmation ??= new Confirmation(
      this.#replication!,
      (error) => this.#failed(error),
    );
    settler.bind(this.#confirmation);
  }

  /** Puts a WAIT behind the writes that were added since the last one. */
  #confirm(): void {
    const confirmation = this.#confirmation;
    if (confirmation === undefined || this.#abandoned) return;
    this.#confirmation = undefined;
    const { wanted, patience } = this.#replication!;
    const left = this.deadline - performance.now();
    // So that there is time to hear of it.
    const time = Math.max(1, Math.floor(Math.min(left, patience) / 2));
    this.#append(WAIT, [wanted, time], confirmation, PINNED);
  }

  /** Sends the next part of a command that blocks, unless it was the last one. */
  #goesOn(): boolean {
    if (this.#abandoned) return false;
    const next = this.#nextPart?.(performance.now() - this.#partSentAt);
    if (next === undefined) return false;
    const { form, settler, flags } = this.#runs[0].at(0);
    this.deadline = next.deadline;
    this.#reset();
    this.#append(form, next.args, settler, flags);
    this.courier?.goesOn(this);
    return true;
  }

  /** Has the write confirmed that has ended what blocked in parts. */
  #asksOn(): boolean {
    if (this.#confirmation === undefined || this.#nextPart === undefined) {
      return false;
    }
    this.#confirm();
    this.courier?.goesOn(this);
    return true;
  }

  /** Notes that so many commands of a run are answered. */
  #advance(run: Run, count: number): void {
    this.#answered += count;
    this.#answerIndex += count;
    if (this.#answerIndex < run.length) return;
    run.drop();
    this.#answerRun++;
    this.#answerIndex = 0;
  }

  /** Whether commands come back with a reply rather than being settled by it. */
  #comesBack(run: Run, reply: Reply, from: number, to: number): boolean {
    const { courier } = this;
    if (courier === undefined) return false;
    if (this.#abandoned) {
      if (courier.watchful) courier.note(this.#doubtful.splice(0));
      return false;
    }
    const refusal = typeof reply === "object" && reply instanceof CommandError
      ? this.#refusalOf(run, reply, from)
      : this.#isInterrupted && reply === null
      ? this.#cutShort(run.at(from))
      : undefined;
    const isRefused = refusal !== undefined;
    if (isRefused || courier.watchful && !run.form.command.reads) {
      const returned: Returned<Batch>[] = [];
      const anew = flagsOf(refusal?.wayOut);
      for (let i = from; i < to; i++) {
        const flags = this.#flagsAt(this.#answered + i - from) | anew;
        returned.push({
          command: run.at(i, flags),
          batch: this,
          ...(refusal ?? { progress: "ran" }),
        });
      }
      if (isRefused) this.#refused.push(...returned);
      courier.note(returned);
    }
    return isRefused;
  }

  /** A command that has ended with nothing before its time goes on elsewhere. */
  #cutShort(
    command: Command,
  ): Pick<Returned, "progress" | "wayOut" | "redirect"> | undefined {
    const group = this.detour?.groupOfCommand(command);
    if (group === undefined) return undefined;
    const redirect = { group, to: undefined, asking: false };
    return { progress: "refused", wayOut: "moved", redirect };
  }

  /** What an error reply makes of commands, if it lets them go again. */
  #refusalOf(
    run: Run,
    error: CommandError,
    index: number,
  ): Omit<Returned, "command" | "batch"> | undefined {
    const { name, form, flags, merging, travelsAs, isAsking } = run;
    const isMerged = merging !== undefined;
    const hasSource = form.script !== undefined && (flags & WITH_SOURCE) === 0;
    const { detour } = this;
    const mayMove = detour !== undefined && (flags & PINNED) === 0;
    const state = { isMerged, hasSource, mayMove };
    const way = wayOut(travelsAs, error, state);
    if (way === undefined) return undefined;
    if (isMerged && isForbidden(merging.as, error)) this.#unmerged?.add(name);
    return way === "moved"
      ? this.moved(run.at(index), error)
      : { progress: "refused", error, wayOut: way, isAsking };
  }

  /** What is to be added to the flags of the command at a place. */
  #flagsAt(place: number): number {
    return place < this.#doubted ? MAY_HAVE_RUN : 0;
  }

  /** What has no reply, in order. */
  #rest(): Rest[] {
    let from = this.#answerIndex;
    let place = this.#answered - from;
    return this.#runs.slice(this.#answerRun).map((run) => {
      const sent = this.#encoded - place;
      const rest = { run, from, sent, doubted: this.#doubted - place };
      place += run.length;
      from = 0;
      return rest;
    });
  }

  /** The commands without a reply, in order, and whether each was sent. */
  #unanswered(): Returned<Batch>[] {
    const back: Returned<Batch>[] = [];
    for (const { run, from, sent, doubted } of this.#rest()) {
      for (let i = from; i < run.length; i++) {
        back.push({
          command: run.at(i, i < doubted ? MAY_HAVE_RUN : 0),
          progress: i < sent ? "sent" : "unsent",
          batch: this,
        });
      }
      run.drop();
    }
    return back;
  }

  /** Of an abandoned batch, what was sent and may still change something. */
  #doubtfulOf(rest: readonly Rest[]): Returned<Batch>[] {
    const doubtful: Returned<Batch>[] = [];
    for (const { run, from, sent } of rest) {
      const end = run.form.command.reads ? 0 : Math.min(sent, run.length);
      for (let i = from; i < end; i++) {
        doubtful.push({ command: run.at(i), progress: "ran", batch: this });
      }
      run.drop();
    }
    return doubtful;
  }

  /** Lets go of all runs. */
  #reset(): void {
    this.#runs = [];
    this.#groupPlaces = undefined;
    this.#gathered = [];
    this.#last = undefined;
    this.#length =
      this.#encoded =
      this.#answered =
      this.#doubted =
        0;
    this.#sendRun = this.#sendIndex = 0;
    this.#answerRun = this.#answerIndex = 0;
    this.#isAsked = false;
    this.#mayRepeat = true;
  }

  /** A callback of a promise may have abandoned it while it was settled. */
  #report(): void {
    if (this.#reported || this.#untold > 0) return;
    this.#reported = true;
    this.#onSettled(this);
  }

  #scatter(run: Run, replies: readonly Reply[]): void {
    if (run.placeAll(replies)) return;
    for (let i = 0; i < replies.length; i++) {
      const error = run.settle(i, replies[i], this.hostId);
      if (error !== undefined) this.#note(error);
    }
  }

  #repeat(
    run: Run,
    reply: Reply,
    { from, to, leaving }: {
      from: number;
      to: number;
      leaving: readonly Command[] | undefined;
    },
  ): void {
    if (from === 0 && to > 1 && run.placeSame(reply)) return;
    const own = this.#autoBatch && isWrongType(run, reply) ? null : reply;
    for (let i = from; i < to; i++) {
      const leaver = leaving?.[i - from];
      if (leaver !== undefined) {
        if (this.#refuge!.take(leaver, reply as CommandError)) continue;
      }
      const error = run.settle(i, own, this.hostId);
      if (error !== undefined) this.#note(error);
    }
  }

  #failed(reason: unknown): void {
    this.failure ??= reason;
    this.errors++;
  }

  #note(error: Error): void {
    this.#failed(error);
    this.#onErrorReply?.(error);
  }
}

/** The commands of a run from an index on, which have no reply. */
interface Rest {
  readonly run: Run;
  readonly from: number;
  /** The index of the first one that was not sent, */
  readonly sent: number;
  /** and of the first one that is not in doubt from an earlier attempt. */
  readonly doubted: number;
}

/**
 * The rejection of commands that fail alike. Their errors are counted now, all
 * with the first one, and made when somebody looks at them.
 */
function sameFor(reason: unknown, another: () => unknown): Rejection {
  let first: { readonly reason: unknown } | undefined = { reason };
  return new Rejection(() => {
    const reason = first === undefined ? another() : first.reason;
    first = undefined;
    return reason;
  });
}

/**
 * The commands of a run that an error answers, where others can answer them. A
 * key of another type is one, too: here it may have been something else before.
 */
function leavers(
  run: Run,
  reply: Reply,
  from: number,
  count: number,
): Command[] | undefined {
  if (!(reply instanceof CommandError)) return undefined;
  return Array.from({ length: count }, (_, i) => run.at(from + i));
}

/** How a command differs that goes again. */
function flagsOf(wayOut: WayOut | undefined): number {
  if (wayOut === "apart") return APART;
  return wayOut === "source" ? WITH_SOURCE : 0;
}

/** Whether a reply to a merged GET is a list of that many, or an error. */
function fits(reply: Reply, count: number): boolean {
  return Array.isArray(reply) ? reply.length === count : reply instanceof Error;
}

/**
 * Whether a GET met a key of another type. Where GETs are merged that reads as
 * null, also when one could not be merged.
 */
function isWrongType(run: Run, reply: Reply): boolean {
  return reply instanceof CommandError && reply.code === "WRONGTYPE" &&
    mergingOf(run.form.command, run.argCount)?.reply === "each";
}

function isObject(reply: Reply): boolean {
  return typeof reply === "object" && reply !== null;
}
