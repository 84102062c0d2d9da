/**
 * The lanes of a client: each brings its batches to one host, in their order.
 *
 * @module
 */

import process from "node:process";
import type { Refusal } from "../wire/pool.ts";
import type { Batch } from "./batch.ts";
import type { Courier, Reason } from "./batch_options.ts";
import type { Command } from "./command.ts";
import { kindOf } from "./error_codes.ts";
import { FewSet } from "./few.ts";
import type { Holder } from "./holder.ts";
import { Fences } from "./fence.ts";
import type { Entrant, Gate } from "./gate.ts";
import type { Blocked, Host, Timed } from "./host.ts";
import type { CommandError } from "../errors.ts";
import type { CommandExchange } from "../wire/command_exchange.ts";
import { placesQuestion } from "./places_question.ts";
import { scriptsQuestion } from "./scripts_question.ts";
import { transactionQuestion } from "./transaction_question.ts";
import type { Link, Links, Passenger, Wish } from "./link.ts";
import { isWorthRetrying, type Returned } from "./policy.ts";
import { isElsewhere, pauseFor, Recovery } from "./recovery.ts";

/** What has more bytes than this leaves over a link apart, if there is one. */
const BULKY_SIZE = 512 * 1024;

/**
 * Brings batches to one host in the order in which they were issued. They follow
 * each other over one connection; only when everything that was written is
 * answered may the next ones take another. So what one client issues for a key
 * takes effect in that order, or not at all.
 *
 * A connection with a reply outstanding that nobody waits for is not used again.
 * What a failed one leaves behind is for the policy to decide; until that is
 * done, and while the lane pauses before another attempt, later batches wait.
 * Before they take over from a connection whose writes may still run, the server
 * is told to end it.
 */
export class Lane implements Passenger, Courier<Batch>, Entrant, Timed {
  /** Commands for it that wait for room in the queue of the host. */
  latecomers = 0;
  /** The host that it brings batches to. */
  readonly host: Host;
  readonly #links: Links;
  readonly #lanes: Lanes | undefined;
  /** Every batch that is not settled, wherever it stands, in their order. */
  readonly #live = new FewSet<Batch>();
  /** Batches that wait for the end of the turn, or for a link. */
  #waiting = new FewSet<Batch>();
  /** Batches on the link that may still change something, in their order. */
  readonly #flying = new FewSet<Batch>();
  /** How many of them each gate has let in. */
  readonly #inFlight = new Map<Gate, number>();
  /** The batch that was issued last, while it may still grow. */
  #newest: Batch | undefined = undefined;
  /** A batch that has begun to leave before the end of the turn. */
  #growing: Batch | undefined = undefined;
  /** Where the flying ones are; there is none without them. */
  #link: Link | undefined = undefined;
  /** The batch for which it waits for a link, if it does. */
  #applicant: Batch | undefined = undefined;
  /** Whether what came last over its link was so large that others had to wait, */
  #isBulky = false;
  /** and whether something on the link now is. */
  #clogs = false;
  /** Whether the turn is not over in which batches were issued. */
  #gathering = false;
  /** Groups whose commands, of what waits, are routed anew; all, or none. */
  #leaving: "all" | Set<number> | undefined = undefined;
  /** Cancels the pause before the next attempt. */
  #pause: (() => void) | undefined = undefined;
  /** What was refused, and what ran since, until it is decided about. */
  #recovery: Recovery | undefined = undefined;
  /** Asks whether the server takes transactions, while it is asked. */
  #question: CommandExchange | undefined = undefined;
  /** Ask which scripts or keys the server lacks, while that has to be known. */
  #proofs: readonly CommandExchange[] = [];
  /** Ends connections whose writes may still run, once there are any. */
  #fences: Fences | undefined = undefined;
  /** Batches of other lanes that come to their end before this one begins, */
  readonly #ahead = new Map<Lane, Set<Batch>>();
  /** and lanes that wait for batches of this one. */
  readonly #behind = new Set<Lane>();

  /**
   * @param host The host to bring batches to.
   * @param links Where its links come from, if not from those of the host.
   * @param lanes The lanes among which it is, if it is not apart.
   */
  constructor(host: Host, links: Links = host.links, lanes?: Lanes) {
    this.host = host;
    this.#links = links;
    this.#lanes = lanes;
  }

  /**
   * Begins when all that another lane of the same client has now, and all that
   * this one waits for, has come to its end. What that lane gets later is not
   * waited for.
   */
  follow(other: Lane): void {
    const batches = new Set([...other.#live, ...other.#flying]);
    for (const [lane, ones] of [[other, batches] as const, ...other.#ahead]) {
      if (ones.size === 0) continue;
      this.#ahead.set(lane, ones.union(this.#ahead.get(lane) ?? new Set()));
      lane.#behind.add(this);
    }
    this.#takeFences(other);
  }

  /** Whether nothing that it sent matters to those who come later. */
  get spent(): boolean {
    return this.#isOver && this.#fences?.pending !== true;
  }

  /**
   * Whether further batches take nothing from others: neither the room in the
   * queue nor the connection, which a lane keeps as long as it is busy.
   */
  get mayBeFollowed(): boolean {
    return !this.host.closing && this.host.roomy &&
      this.host.pool.waiting === 0 && !this.#held;
  }

  /**
   * Takes a batch that may still grow; it leaves at the end of the turn, or is
   * hurried before. The one before it grows no more, as what is issued from now
   * on comes behind this one.
   */
  submit(batch: Batch): void {
    if (this.#newest !== undefined) this.#seal(this.#newest);
    this.#newest = batch;
    batch.courier = this;
    this.#live.add(batch);
    this.#waiting.add(batch);
    this.host.watch(this, batch.sendBy);
    if (this.#gathering) return;
    this.#gathering = true;
    atEndOfTurn(this);
  }

  /**
   * Lets a batch begin to leave while it still grows, so that the server works
   * while a large map is being issued. It remains one batch, so nothing about its
   * order or its failures changes. Nothing is done where that would take more
   * than a connection that is there, or would overtake another batch.
   */
  hurry(batch: Batch): void {
    const { first } = this.#waiting;
    if (first !== batch || this.#growing !== undefined || this.#held) return;
    if (this.#leaving !== undefined) return;
    if (this.#applicant !== undefined || this.#link?.usable === false) return;
    if (!this.#admits(batch) || this.#mustAsk(batch)) return;
    // Batches of other clients may wait for the end of the turn as well.
    const isOther = (lane: Lane) =>
      lane !== this &&
      (lane.#lanes === undefined || lane.#lanes !== this.#lanes);
    if (gathering.some((lane) => isOther(lane) && lane.host === this.host)) {
      return;
    }
    const link = this.#link ?? this.#links.take(this.#wishOf(batch));
    if (link?.usable !== true || !link.isProven) return;
    this.#growing = batch;
    this.#sendOver(batch, link, true);
  }

  /** The turn is over: what was gathered leaves. */
  flush(): void {
    this.#gathering = false;
    if (this.#newest !== undefined) this.#seal(this.#newest);
    this.#proceed();
  }

  /** Forgets a batch that is settled. Its owner calls this once. */
  forget(batch: Batch): void {
    this.#live.delete(batch);
    this.#ended(batch);
    if (this.#newest === batch) this.#newest = undefined;
    if (this.#growing === batch) this.#growing = undefined;
    if (this.#live.size > 0) return;
    this.host.unwatch(this);
    if (this.#applicant !== undefined) {
      this.#applicant = undefined;
      this.#links.withdraw(this);
      this.#leaveGate(batch);
    }
  }

  /** Gives up a batch: rejects its commands and forgets its replies. */
  abandon(batch: Batch, reason: Reason): void {
    // A callback of one of its promises gives it up once more, or is that of
    // its last reply: what remains to be done is under way.
    if (batch.settled) return;
    const isFlying = this.#flying.has(batch);
    const { awaited } = batch;
    const link = this.#link;
    this.#waiting.delete(batch);
    const mayChange = batch.abandon(reason);
    if (!isFlying) {
      this.#leaveGate(batch);
      if (this.#waiting.size === 0) {
        this.#pause?.();
        this.#pause = undefined;
        this.#askNoMore();
      }
      if (this.#proofs.length > 0 && this.#recovery?.isAwaited === false) {
        return this.#decideUnproven();
      }
      return this.#proceed();
    }
    // As long as it may change something, what comes behind it has to wait.
    if (!mayChange) this.#takeOff(batch);
    // A link that is retired already may have waited for this batch alone.
    if (awaited || link?.usable === false) link?.retire();
    if (!mayChange) this.#landed(batch);
  }

  granted(link: Link): void {
    this.#applicant = undefined;
    if (this.#waiting.size === 0 || this.#held) return;
    if (this.#leaving !== undefined) return;
    this.#sendWaiting(link);
  }

  refused(refusal: Refusal): void {
    this.#applicant = undefined;
    const { failures, maxRetries, mayMove, pool } = this.host;
    // When this was the failure that brought the host down, it is the news; one
    // that may be elsewhere any moment is waited for.
    const isRefused = mayMove && refusal.kind !== "closed";
    const mayRetry = isWorthRetrying(refusal.cause) &&
      (isRefused || refusal.kind === "dial" && !pool.down);
    const waiting = [...this.#waiting];
    const pauses = waiting.map((batch) => {
      this.#leaveGate(batch);
      return mayRetry ? pauseFor(batch, maxRetries, { isRefused }) : undefined;
    });
    const pause = pauses.reduce<number>(
      (most, time = 0) => Math.max(most, time),
      0,
    );
    const next = performance.now() + pause;
    // They pause together: what has no time for that hears why at once.
    const given = waiting.filter((batch, index) =>
      pauses[index] === undefined || batch.sendBy <= next
    );
    for (const batch of given) this.#waiting.delete(batch);
    this.#hold(pause);
    if (isRefused) this.host.seek();
    for (const batch of given) {
      batch.abandon((command) => failures.refused(command, refusal));
    }
  }

  lost(link: Link, error: Error): void {
    if (link !== this.#link) return;
    this.#recover(error);
    if (this.#question === undefined) return;
    // Of those that waited for the answer, nothing was sent.
    this.#question = undefined;
    this.refused({ kind: "dial", cause: error });
    this.#proceed();
  }

  returned(link: Link): void {
    if (link !== this.#link) return;
    for (const batch of this.#flying) batch.unsend();
    this.#waiting = setOf([...this.#flying, ...this.#waiting]);
    this.#flying.clear();
    this.#inFlight.clear();
    this.#leaveLink();
    this.#proceed();
  }

  proven(link: Link): void {
    if (link === this.#link) this.#proceed();
  }

  enter(): void {
    this.#proceed();
  }

  get heard(): number {
    return this.#link?.received ?? 0;
  }

  expire(now: number, exhausted: ReadonlySet<Links>): number {
    const { failures } = this.host;
    let next = Infinity;
    // What callers issue because of it is overdue as well, in another turn.
    for (const batch of [...this.#live]) {
      if (!this.#live.has(batch)) continue;
      const isWaiting = this.#waiting.has(batch);
      const end = isWaiting ? batch.sendBy : batch.deadline;
      if (end > now) {
        next = Math.min(next, end);
        continue;
      }
      if (!isWaiting && batch.awaited) this.host.overdue(batch.issuedAt);
      const isLast = exhausted.has(this.#links) && isWaiting;
      this.abandon(
        batch,
        (command, sent, refusal) =>
          refusal ??
            failures.timedOut(command, {
              sent,
              exhausted: isLast,
              unconnected: this.host.pool.size === 0,
            }),
      );
    }
    return next;
  }

  groupsLeft(groups: ReadonlySet<number>): void {
    const detours = this.#lanes?.detours;
    for (const group of groups) detours?.begin(group, this.batches);
    if (this.#leaving !== "all") {
      this.#leaving = groups.union(this.#leaving ?? new Set());
    }
    this.#rerouteWaiting();
  }

  reroute(): Blocked | undefined {
    this.#lanes?.detours?.begin(0, this.batches);
    this.#leaving = "all";
    this.#rerouteWaiting();
    const { first: batch } = this.#flying;
    const id = this.#link?.identity?.id;
    if (batch === undefined || id === undefined || !batch.interrupt()) {
      return undefined;
    }
    return { id, isBlocked: () => this.#flying.has(batch) && batch.awaited };
  }

  /**
   * Routes anew what waits, as soon as it neither grows nor is behind others. It
   * may wait for long, if its host is not there.
   */
  #rerouteWaiting(): void {
    const leaving = this.#leaving;
    if (leaving === undefined || this.#gathering) return;
    if (this.#flying.size > 0 || this.#ahead.size > 0) return;
    this.#leaving = undefined;
    const groups = leaving === "all" ? undefined : leaving;
    for (const batch of [...this.#waiting]) this.#divert(batch, groups);
    this.#lanes?.detours?.release();
  }

  /**
   * Takes commands out of a batch that has not left: of some groups, or all that go
   * by their keys.
   */
  #divert(batch: Batch, groups: ReadonlySet<number> | undefined): void {
    if (groups?.values().some((group) => batch.holds(group)) === false) return;
    const leaving: [one: Returned<Batch>, group: number][] = [];
    const staying: Command[] = [];
    const refused: [command: Command, objection: Error][] = [];
    for (const one of batch.takeBack()) {
      const { command } = one;
      const group = command.isPinned
        ? undefined
        : batch.detour?.groupOfCommand(command);
      const isLeaving = group !== undefined &&
        (groups?.has(group) ?? this.#isElsewhere(batch, group));
      const objection = group === undefined && groups === undefined
        ? batch.detour?.objectionTo(command)
        : undefined;
      if (isLeaving) leaving.push([one, group]);
      else if (objection !== undefined) refused.push([command, objection]);
      else staying.push(command);
    }
    batch.again(staying);
    if (batch.empty) {
      this.#waiting.delete(batch);
      this.#leaveGate(batch);
      if (this.#waiting.size === 0) {
        this.#pause?.();
        this.#pause = undefined;
      }
    }
    for (const [one, group] of leaving) batch.divert(one, group);
    for (const [command, objection] of refused) {
      batch.reject(command, objection);
    }
    batch.closeIfEmpty();
  }

  /** Whether what is issued for a group has another host, or waits. */
  #isElsewhere({ detour }: Batch, group: number): boolean {
    return detour === undefined || detour.leads(group) ||
      detour.hostOf(group) !== this.host.id;
  }

  /** All that may still bring commands to the host. */
  get batches(): ReadonlySet<Batch> {
    return new Set([...this.#live, ...this.#flying]);
  }

  get watchful(): boolean {
    return this.#recovery !== undefined;
  }

  note(returned: readonly Returned<Batch>[]): void {
    (this.#recovery ??= new Recovery(this.host)).note(returned);
    if (this.#link?.usable !== true || !returned.some(isElsewhere)) return;
    this.#link.retire();
    this.host.leaveServer();
  }

  failed(error: Error): void {
    this.host.counters.error(kindOf(error));
  }

  goesOn(batch: Batch): void {
    this.host.watch(this, batch.deadline);
    this.#link?.send(batch, true);
  }

  clogs(): void {
    this.#clogs = true;
  }

  answered(batch: Batch): void {
    if (!this.#takeOff(batch)) return;
    // It may leave again, and not over this connection.
    if (this.watchful) this.#link?.forget(batch);
    this.#landed(batch);
  }

  /** Whether later batches wait for a decision, or for the end of a pause. */
  get #held(): boolean {
    return this.#pause !== undefined || this.watchful ||
      this.#question !== undefined || this.#ahead.size > 0;
  }

  get #isOver(): boolean {
    return this.#live.size === 0 && this.#flying.size === 0 &&
      this.latecomers === 0 && this.#ahead.size === 0;
  }

  /** Tells those behind that a batch can change nothing any more, if that is so. */
  #ended(batch: Batch): void {
    const detours = this.#lanes?.detours;
    if (this.#behind.size === 0 && detours === undefined) return;
    if (this.#live.has(batch) || this.#flying.has(batch)) return;
    detours?.ended(batch);
    for (const lane of this.#behind) lane.#passed(this, batch);
  }

  /** A batch that this lane may wait for has come to its end. */
  #passed(lane: Lane, batch: Batch): void {
    const batches = this.#ahead.get(lane)!;
    batches.delete(batch);
    if (batches.size > 0) return;
    this.#ahead.delete(lane);
    lane.#behind.delete(this);
    this.#takeFences(lane);
    this.#proceed();
  }

  /** Ends the connections as well whose end the other lane has to make sure of. */
  #takeFences(other: Lane): void {
    if (other.#fences?.pending !== true) return;
    other.#fences.copyTo(this.#fences ??= new Fences());
  }

  #seal(batch: Batch): void {
    batch.seal();
    this.#newest = undefined;
    if (this.#growing !== batch) return;
    this.#growing = undefined;
    this.#link?.proceed();
  }

  /** Sends what waits over the link there is, or seeks one. */
  #proceed(): void {
    this.#rerouteWaiting();
    const { first } = this.#waiting;
    if (first === undefined || this.#gathering || this.#held) return;
    if (this.#link !== undefined) {
      // On a link that takes no more, what was written has to end first.
      if (this.#link.usable) this.#sendWaiting(this.#link);
      return;
    }
    if (this.#applicant !== undefined || !this.#admits(first)) return;
    const wish = this.#wishOf(first);
    const link = this.#links.take(wish, this.#mayRepeat(first));
    if (link !== undefined) return this.#sendWaiting(link);
    this.#applicant = first;
    this.#links.apply(this, wish);
  }

  /** What link a batch is to travel over. */
  #wishOf({ exclusive, size }: Batch): Wish {
    if (exclusive) return "exclusive";
    return this.#isBulky || size > BULKY_SIZE ? "apart" : "shared";
  }

  /** Whether a batch may go over a link that is not proven. */
  #mayRepeat(batch: Batch): boolean {
    return batch.mayRepeat && !this.#links.blocks &&
      this.#fences?.pending !== true;
  }

  #sendWaiting(link: Link): void {
    for (const batch of this.#waiting) {
      if (!link.isProven && !this.#mayRepeat(batch)) break;
      if (!this.#admits(batch)) break;
      batch.seal();
      if (this.#mustAsk(batch)) return this.#askFirst(link);
      this.#sendOver(batch, link, false);
    }
  }

  #board(link: Link): void {
    if (this.#link === link) return;
    this.#link = link;
    link.board(this);
    this.#fences?.raise(link);
  }

  /** Whether a batch may be more than the server takes. */
  #mustAsk({ transacts }: Batch): boolean {
    return transacts && !this.host.transacts;
  }

  /**
   * Has an empty transaction go ahead of the first one to a server: if the user
   * may not issue MULTI, the commands behind it would run one by one.
   */
  #askFirst(link: Link): void {
    this.#board(link);
    const question = transactionQuestion((error) => {
      // The link may have been lost, or all been given up.
      if (this.#question !== question) return;
      this.#question = undefined;
      if (error === undefined) this.host.transacts = true;
      else this.#refuseTransactions(error);
      if (this.#flying.size > 0) this.#proceed();
      else this.#goOn();
    });
    this.#question = question;
    link.send(question);
  }

  #refuseTransactions(error: CommandError): void {
    for (const batch of this.#waiting) {
      if (!this.#mustAsk(batch)) continue;
      batch.refuseTransactions(error);
      if (batch.settled) {
        this.#waiting.delete(batch);
        this.#leaveGate(batch);
      }
    }
  }

  /** Everybody who waited for the answer has given up. */
  #askNoMore(): void {
    if (this.#question === undefined) return;
    this.#question.abandoned = true;
    this.#question = undefined;
    const link = this.#link;
    if (this.#flying.size === 0) this.#leaveLink();
    link?.retire();
  }

  /** Puts a batch on a link, behind the end of those that it takes over from. */
  #sendOver(batch: Batch, link: Link, atOnce: boolean): void {
    this.#board(link);
    this.#waiting.delete(batch);
    this.#flying.add(batch);
    // Until now its time was that of getting here.
    if (batch.sendBy < batch.deadline) this.host.watch(this, batch.deadline);
    const { gate } = batch;
    if (gate !== undefined) {
      this.#inFlight.set(gate, (this.#inFlight.get(gate) ?? 0) + 1);
    }
    link.send(batch, atOnce);
  }

  /** Notes that a batch is not on the link any more, if it was. */
  #takeOff(batch: Batch): boolean {
    const { gate } = batch;
    const isFlying = this.#flying.delete(batch);
    if (isFlying) this.#ended(batch);
    if (isFlying && gate !== undefined) {
      const others = this.#inFlight.get(gate)! - 1;
      if (others > 0) this.#inFlight.set(gate, others);
      else this.#inFlight.delete(gate);
    }
    return isFlying;
  }

  /** A batch that was on the link can change nothing any more. */
  #landed(batch: Batch): void {
    this.#leaveGate(batch);
    this.#goOn();
  }

  /** Goes on when nothing on the link can change anything any more. */
  #goOn(): void {
    if (this.#flying.size > 0 || this.#question !== undefined) return;
    // What was merged goes again over the same link, if that takes more.
    if (!this.watchful || this.#link?.usable !== true) this.#leaveLink();
    if (this.#asksFirst()) return;
    if (this.watchful) this.#recover();
    else this.#proceed();
    if (this.#flying.size === 0 && this.#question === undefined) {
      this.#leaveLink();
    }
  }

  /**
   * Asks the server which scripts it lacks, and which keys of scripts, if that has
   * to be known.
   */
  #asksFirst(): boolean {
    const recovery = this.#recovery;
    const link = this.#link;
    if (recovery === undefined || link?.usable !== true) return false;
    const { lacking, hearsay } = recovery;
    const questions: CommandExchange[] = [];
    const answered = (prove: () => void) => {
      // The link may have been lost, and all decided without an answer.
      if (this.#recovery !== recovery) return;
      prove();
      if (--missing > 0) return;
      this.#recover();
      if (this.#flying.size === 0 && this.#question === undefined) {
        this.#leaveLink();
      }
    };
    if (lacking.length > 0) {
      questions.push(
        scriptsQuestion(
          lacking,
          (hashes) => answered(() => recovery.prove(hashes)),
        ),
      );
    }
    const places = placesQuestion(
      hearsay,
      (answers) => answered(() => recovery.proveMoved(answers)),
    );
    if (places !== undefined) questions.push(places);
    let missing = questions.length;
    this.#proofs = questions;
    for (const question of questions) link.send(question);
    return missing > 0;
  }

  /** Nobody waits for the answer any more: what comes behind goes on without. */
  #decideUnproven(): void {
    for (const proof of this.#proofs) proof.abandoned = true;
    const link = this.#link;
    this.#leaveLink();
    link?.retire();
    this.#recover();
  }

  #leaveLink(): void {
    if (this.#link === undefined) return;
    this.#isBulky = this.#clogs;
    this.#clogs = false;
    this.#link.leave(this);
    this.#link = undefined;
  }

  #admits({ gate }: Batch): boolean {
    return gate === undefined || gate.admits(this);
  }

  /** Lets another host have its turn, unless the map is at work at this one. */
  #leaveGate(batch: Batch): void {
    const { gate } = batch;
    if (gate === undefined || this.#inFlight.has(gate)) return;
    const applicant = this.#applicant;
    // Nor while it waits for a link on behalf of another batch of that map.
    if (applicant !== batch && applicant?.gate === gate) return;
    gate.leave(this);
  }

  /**
   * Decides what becomes of everything that has come back: what was refused,
   * once all that was written is answered, and what a lost link has left behind.
   *
   * @param error What ended the link, if it is lost.
   */
  #recover(error?: Error): void {
    const flying = [...this.#flying];
    const recovery = this.#recovery ?? new Recovery(this.host);
    const { batches, again, moved, pause, mayChange, reject } = recovery.end(
      new Set(this.#flying),
      error,
    );
    const identity = this.#link?.identity;
    if (mayChange && identity !== undefined) {
      (this.#fences ??= new Fences()).add(identity);
    }
    this.#recovery = undefined;
    this.#proofs = [];
    this.#flying.clear();
    this.#inFlight.clear();
    this.#growing = undefined;
    if (error !== undefined) {
      this.#leaveLink();
      this.host.transacts = false;
    }
    const later = [...this.#waiting];
    this.#waiting = setOf([...again, ...later]);
    this.#hold(pause);
    for (const [one, group] of moved) one.batch.divert(one, group);
    const groups = new Set(moved.map(([, group]) => group));
    for (const batch of later) this.#divert(batch, groups);
    // From here on callbacks run.
    reject();
    for (const batch of batches) {
      batch.closeIfEmpty();
      this.#leaveGate(batch);
    }
    this.#proceed();
    for (const batch of flying) this.#ended(batch);
    if (moved.length > 0) this.#lanes?.detours?.release();
  }

  /** Pauses before the next attempt, if anything waits for it. */
  #hold(pause: number): void {
    if (this.#waiting.size === 0) return;
    if (pause === 0) return this.#countRetries();
    this.#pause?.();
    this.#pause = this.host.pause(pause, () => {
      this.#pause = undefined;
      this.#countRetries();
      this.#proceed();
    });
  }

  /** Counts the batches that are about to be put on another connection. */
  #countRetries(): void {
    for (const { attempts, refusals } of this.#waiting) {
      if (attempts + refusals > 0) this.host.counters.retries++;
    }
  }
}

/**
 * One lane for each host that a client sends to. What the client issues itself
 * and the maps made from it go the same way, in the order of issue.
 */
export class Lanes {
  readonly #lanes = new Map<Host, Lane>();
  /** Those for what reads keys that leave their hosts. */
  readonly #reading = new Map<Host, Lane>();
  /** Where commands go that no lane may take now; nothing if there are none. */
  detours: Holder | undefined = undefined;
  #batches = 0;

  /** Where the next thing that is issued stands among all others. */
  nextOrder(): number {
    return this.#batches++;
  }

  /** The lane to a host. */
  laneFor(host: Host): Lane {
    let lane = this.#lanes.get(host);
    if (lane === undefined) {
      lane = new Lane(host, host.links, this);
      this.#forgetClosed(host, lane);
      this.#lanes.set(host, lane);
    }
    return lane;
  }

  /**
   * The lane to a host for what reads keys that leave it: what is issued for keys
   * that stay is in no order with that.
   */
  readingLaneFor(host: Host): Lane {
    let lane = this.#reading.get(host);
    if (lane === undefined) {
      for (const [former, { spent }] of this.#reading) {
        if (former.closing && spent) this.#reading.delete(former);
      }
      lane = new Lane(host, host.links, this);
      this.#reading.set(host, lane);
    }
    return lane;
  }

  /** Lets what was issued leave although the turn is not over. */
  flush(): void {
    for (const lane of this.#lanes.values()) lane.flush();
    for (const lane of this.#reading.values()) lane.flush();
  }

  /**
   * Forgets lanes to hosts whose pools were disconnected. The one to the same
   * server comes to its end before the new one begins.
   */
  #forgetClosed(host: Host, next: Lane): void {
    for (const [former, lane] of this.#lanes) {
      if (!former.closing) continue;
      const isSame = former.id === host.id && former.address === host.address;
      if (isSame) next.follow(lane);
      if (isSame || lane.spent) this.#lanes.delete(former);
    }
  }
}

/**
 * Runs a callback when the event loop has nothing left to do in this turn, all
 * microtasks included. The first hop leaves the callback of a timer, whose ticks
 * would run before its microtasks.
 *
 * All lanes of the turn are flushed together, so that what they send over one
 * connection leaves in one write.
 */
function atEndOfTurn(lane: Lane): void {
  if (gathering.length > 0) {
    gathering.push(lane);
    return;
  }
  gathering = [lane];
  queueMicrotask(endTurn);
}

const NO_LANES: Lane[] = [];
let gathering = NO_LANES;

function endTurn(): void {
  process.nextTick(flushAll);
}

function flushAll(): void {
  const lanes = gathering;
  gathering = NO_LANES;
  turn++;
  for (const lane of lanes) lane.flush();
}

let turn = 0;

/** The number of the turn in which something is issued now. */
export function currentTurn(): number {
  return turn;
}

function setOf(batches: readonly Batch[]): FewSet<Batch> {
  const set = new FewSet<Batch>();
  for (const batch of batches) set.add(batch);
  return set;
}
