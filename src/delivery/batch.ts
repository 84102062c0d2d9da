/**
 * The batch: commands of one client for one host that leave together.
 *
 * @module
 */

import { type Arguments, countOf } from "../commands/arguments.ts";
import type { Form } from "../commands/spec.ts";
import type { AsyncContext } from "../async_context.ts";
import { CommandError, ConnectionError, ProtocolError } from "../errors.ts";
import type { Argument, Reply } from "../values.ts";
import type { Exchange } from "../wire/exchange.ts";
import type { Encoder } from "../wire/resp/encoder.ts";
import type {
  Absence,
  BatchOptions,
  Courier,
  Detour,
  NextPart,
  Origin,
  Reason,
  Refuge,
} from "./batch_options.ts";
import {
  APART,
  BYTES,
  type Command,
  describe,
  fail,
  PINNED,
  type Settler,
} from "./command.ts";
import { withoutCitations } from "./error_text.ts";
import type { Gate } from "./gate.ts";
import type { Callers } from "./observer.ts";
import { explained, type Returned } from "./policy.ts";
import { cutShort, flagsOf, movedBy, refusalOf } from "./refusals.ts";
import { departures, type Rejecter, rejections } from "./rejections.ts";
import {
  Confirmation,
  ReplicatedSettler,
  type Replication,
  WAIT,
} from "./replication.ts";
import { mergingOf, Run } from "./run.ts";
import { RunQueue } from "./run_queue.ts";
import { replyToTransaction } from "./transaction_reply.ts";
import { inSlices } from "./slices.ts";

/**
 * A batch that takes so much memory, by the estimate of its queue, need not wait
 * for the end of the turn: that are some 5,000 small commands.
 */
const LARGE_SIZE = 384 * 1024;

/** What has come back of a batch of which nothing has. */
const NONE = Object.freeze([]) as readonly never[] as never[];

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
  courier: Courier<Batch> | undefined = undefined;
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
  /** Names of commands that the user may not issue merged. */
  readonly unmerged: Set<string> | undefined;
  /** Who has issued its commands, where somebody wants to know. */
  readonly callers: Callers | undefined;
  /** What the first command was rejected with, if any was. */
  failure: unknown = undefined;
  /** The context of whoever issued its first command, where that is told. */
  readonly issuer: AsyncContext | undefined;

  readonly #autoBatch: boolean;
  readonly #refuge: Refuge | undefined;
  readonly #absence: Absence | undefined;
  readonly #replication: Replication | undefined;
  /** What confirms the writes that were put into it since the last WAIT. */
  #confirmation: Confirmation | undefined = undefined;
  readonly #nextPart: ((taken: number) => NextPart | undefined) | undefined;
  /** When the part was sent that is under way. */
  #partSentAt = 0;
  readonly #onSettled: (batch: Batch) => void;
  /** Its commands, but for those that came back and went no further. */
  readonly #queue = new RunQueue();
  /** Whether the reply to the ASKING ahead of the next one is there. */
  #isAsked = false;
  /** How many commands are about to be rejected, a slice at a time. */
  #untold = 0;
  /** The replies to the first frames of the next transaction. */
  #gathered: Reply[] | undefined = undefined;
  /** Commands that were refused and wait for a decision. */
  #refused: Returned<Batch>[] = NONE;
  /** Of an abandoned batch, what may still change something, or has. */
  #doubtful: readonly Returned<Batch>[] = NONE;
  /** How many commands it no longer has, by their names. */
  #parted: Record<string, number> | undefined = undefined;
  #transacts = false;
  #mayRepeat = true;
  #sealed = false;
  #large = false;
  #abandoned = false;
  /** Whether its command is ended so that it can go on elsewhere. */
  #isInterrupted = false;
  #reported = false;

  /** @param options Its host, its deadline, whether to merge. */
  constructor(options: BatchOptions<Batch>) {
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
    this.#absence = options.absence;
    this.#replication = options.replication;
    this.#autoBatch = options.autoBatch;
    this.#nextPart = options.nextPart;
    this.unmerged = options.unmerged;
    this.#onSettled = options.onSettled;
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
    this.#queue.countNames(counts, WAIT);
    return counts;
  }

  /** Whether an observer is to be told of the outcome of a command. */
  get watched(): boolean {
    return this.#queue.runs.some((run) => run.watched);
  }

  /** Whether any command has been sent and not been answered. */
  get awaited(): boolean {
    return this.#queue.encoded > this.#queue.answered;
  }

  /**
   * Whether all its commands are settled, one way or the other. While it grows
   * its last run has not left, so neither this nor `encoded` holds.
   */
  get settled(): boolean {
    return this.#abandoned ||
      this.#allAnswered && this.#refused.length === 0;
  }

  get encoded(): boolean {
    return this.#abandoned || this.#queue.encoded === this.#queue.length;
  }

  get finished(): boolean {
    return this.encoded && !this.awaited;
  }

  get abandoned(): boolean {
    return this.#abandoned;
  }

  get forgeable(): boolean {
    return this.#queue.current.form.command.forgeable;
  }

  get wantsBytes(): boolean {
    return this.awaited && this.#queue.current.wantsBytes;
  }

  /**
   * Encodes further commands until the encoder holds `limit` bytes. While it
   * grows, its last run waits.
   */
  encode(encoder: Encoder, limit: number): number {
    const before = this.#queue.encoded;
    const frames = this.#queue.encode(encoder, limit, !this.#sealed);
    this.sent += this.#queue.encoded - before;
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
    const run = this.#queue.current;
    if (run.isAsking) {
      // A server that does not know it says so of the command as well.
      this.#isAsked = !this.#isAsked;
      if (this.#isAsked) return;
    }
    if (run.form.frames > 1) {
      const gathered = this.#gathered ??= [];
      if (gathered.push(reply) < run.form.frames) return;
      this.#gathered = undefined;
      reply = replyToTransaction(run.form, gathered);
    }
    const from = this.#queue.index;
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
    const absent = this.#absence && absentees(run, reply, from);
    const isRefused = this.#comesBack(run, reply, from, from + count);
    this.#queue.advance(count);
    this.replies += count;
    if (this.#abandoned) {
      // Its replies are read and nothing else; let them go before it does.
      if (!this.awaited && this.#reported) this.#reset();
    } else if (!isRefused) {
      if (hasEach && Array.isArray(reply)) {
        this.#scatter(run, reply, absent);
      } else if (absent !== undefined) {
        this.#absence!.take(absent[0]!);
      } else {
        this.#repeat(run, reply, { from, to: from + count, leaving });
      }
      if (this.settled && !this.#asksOn()) this.#report();
    }
    if (this.#allAnswered) this.courier?.answered(this);
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
    this.#refused = NONE;
    const queue = this.#queue;
    const rest = queue.rest();
    const refuge = this.#refuge;
    const leaving = refuge === undefined
      ? undefined
      : [...refused, ...queue.unanswered()];
    this.#doubtful = queue.changing()
      .map((command) => ({ command, progress: "ran", batch: this }));
    this.#untold += refused.length + queue.length - queue.answered;
    const rejecter = this.#rejecter;
    inSlices(
      leaving === undefined || refuge === undefined
        ? rejections(rejecter, { refused, rest }, reason)
        : departures(rejecter, { leaving, refuge }, reason),
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
    const { length, answered, runs } = this.#queue;
    const isOne = this.awaited && length === 1 && answered === 0;
    const { command } = runs[0]?.form ?? {};
    if (!isOne || command?.row.blocks === undefined) return false;
    this.#isInterrupted = this.detour !== undefined;
    return this.#isInterrupted;
  }

  /** Notes that what was sent and has no reply may have run. */
  doubt(): void {
    this.#queue.doubt();
  }

  /** Takes it off a connection over which nothing that it has sent counts. */
  unsend(): void {
    this.#queue.unsend();
  }

  /**
   * Takes it off its connection: hands out all commands without a reply, in
   * their order, and is empty then. Each goes back by {@linkcode Batch.again},
   * or is rejected; those of an abandoned batch are only there to be known.
   */
  takeBack(): readonly Returned<Batch>[] {
    if (this.#abandoned) return this.#doubtful;
    const back = this.#queue.unanswered()
      .map((one): Returned<Batch> => ({ ...one, batch: this }));
    this.#untold += back.length;
    this.#queue.countNames(this.#parted ??= Object.create(null), WAIT);
    this.#reset();
    return back;
  }

  /**
   * Takes commands for another attempt, in their order; of those that it handed
   * out, the others are rejected after that.
   */
  again(commands: readonly Command[]): void {
    this.#untold += this.#refused.length - commands.length;
    this.#refused = NONE;
    this.#queue.forgetGroups();
    for (const { form, args, settler, flags } of commands) {
      if (form === WAIT) {
        // Over another connection it would count other writes.
        settler.reject(
          new ConnectionError("The connection was lost before its reply"),
        );
        continue;
      }
      this.#parted![form.name]--;
      this.#append(form, args, settler, flags);
    }
    if (this.#sealed) this.#confirm();
  }

  /** Whether it has no commands. */
  get empty(): boolean {
    return this.#queue.length === 0;
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
    return this.#queue.holds(group, detour, this.#refused);
  }

  /**
   * Where a command belongs that its server has refused for that reason; nothing
   * where the error does not say.
   */
  moved(command: Command, error: CommandError) {
    return movedBy(this, command, error);
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
    this.courier?.failed(reason);
    this.reject(command, reason);
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
    if (form.bytes) flags |= BYTES;
    const argCount = countOf(args, second);
    const queue = this.#queue;
    let run = queue.last;
    const isOfKind = run?.isOf(form, argCount, flags) === true;
    if (run === undefined || !isOfKind || run.full) {
      // Where one run was full, the next one will be.
      const capacity = isOfKind ? run?.length : 0;
      const merging = this.#autoBatch && (flags & APART) === 0 &&
        this.unmerged?.has(form.name) !== true;
      const { detour } = this;
      const groupOf = detour?.mergesAll
        ? undefined
        : (detour ?? this.#refuge)?.groupOf;
      run = new Run(
        { form, argCount, flags },
        merging && (groupOf ?? true),
        capacity,
      );
      queue.add(run);
      if (form.steps !== undefined) this.#transacts = true;
      if (!form.command.reads || form === WAIT) this.#mayRepeat = false;
    }
    if (settler instanceof ReplicatedSettler) this.#replicates(settler);
    run.push(settler, args, second);
    queue.length++;
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
    const { form, settler, flags } = this.#queue.runs[0].at(0);
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

  /** Whether commands come back with a reply rather than being settled by it. */
  #comesBack(run: Run, reply: Reply, from: number, to: number): boolean {
    const { courier } = this;
    if (courier === undefined) return false;
    if (this.#abandoned) {
      if (courier.watchful) {
        const doubtful = this.#doubtful;
        this.#doubtful = NONE;
        courier.note(doubtful);
      }
      return false;
    }
    const refusal = typeof reply === "object" && reply instanceof CommandError
      ? refusalOf(this, run, { error: reply, index: from })
      : this.#isInterrupted && reply === null
      ? cutShort(this.detour, run.at(from))
      : undefined;
    const isRefused = refusal !== undefined;
    if (isRefused || courier.watchful && !run.form.command.reads) {
      const returned: Returned<Batch>[] = [];
      const anew = flagsOf(refusal?.wayOut);
      for (let i = from; i < to; i++) {
        const flags = this.#queue.flagsAt(i) | anew;
        returned.push({
          command: run.at(i, flags),
          batch: this,
          ...(refusal ?? { progress: "ran" }),
        });
      }
      if (isRefused) {
        if (this.#refused.length === 0) this.#refused = [];
        this.#refused.push(...returned);
      }
      courier.note(returned);
    }
    return isRefused;
  }

  get #allAnswered(): boolean {
    return this.#queue.answered === this.#queue.length;
  }

  /** What tells those whose commands are given up. */
  get #rejecter(): Rejecter {
    return {
      reject: (command, reason) => this.reject(command, reason),
      refuse: (command, error) => this.refuse(command, error),
      failed: (reason) => this.#failed(reason),
      told: () => this.#told(),
    };
  }

  /** Lets go of all runs. */
  #reset(): void {
    this.#queue.clear();
    this.#gathered = undefined;
    this.#isAsked = false;
    this.#mayRepeat = true;
  }

  /** A callback of a promise may have abandoned it while it was settled. */
  #report(): void {
    if (this.#reported || this.#untold > 0) return;
    this.#reported = true;
    this.#onSettled(this);
  }

  #scatter(
    run: Run,
    replies: readonly Reply[],
    absent: readonly (Command | undefined)[] | undefined,
  ): void {
    if (absent === undefined && run.placeAll(replies)) return;
    for (let i = 0; i < replies.length; i++) {
      const command = absent?.[i];
      if (command !== undefined) {
        this.#absence!.take(command);
        continue;
      }
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
    this.courier?.failed(error);
  }
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

/**
 * The commands of a run whose keys are not there, by a reply to the one at an index
 * or to all of them; nothing where there are none.
 */
function absentees(
  run: Run,
  reply: Reply,
  from: number,
): (Command | undefined)[] | undefined {
  if (reply === null) return [run.at(from)];
  if (run.merging === undefined || !Array.isArray(reply)) return undefined;
  if (!reply.includes(null)) return undefined;
  return reply.map((one, i) => one === null ? run.at(i) : undefined);
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
