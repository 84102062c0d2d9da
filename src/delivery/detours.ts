/**
 * Detours: commands that have left the lane to a host, because their keys have
 * left the host, or because it is not known yet where they are.
 *
 * @module
 */

import type { Topology } from "../topology/mod.ts";
import type { Batch } from "./batch.ts";
import { compareStandings, type Held, type Holder } from "./holder.ts";
import { Alarm } from "./host.ts";
import { pauseBefore } from "./policy.ts";

/** The way of one group. */
interface Way {
  /** Batches that commands of the group may be in which go first. */
  ahead: Set<Batch>;
  /** What waits for those to end, in the order of issue. */
  queue: Held[];
  /** Ends the pause before the first one. */
  pause: ReturnType<typeof setTimeout> | undefined;
}

/**
 * The detours of one client. They keep its commands for a group in order while
 * the group moves from host to host: what was issued first goes first, and what
 * comes later waits until that is settled. As long as no group moves there are
 * none.
 */
export class Detours implements Holder {
  readonly #topology: Topology;
  readonly #ways = new Map<number, Way>();
  /** What was issued before anything was known, in order. */
  #early: Held[] = [];
  /** How many commands are held. */
  #count = 0;
  readonly #onChange: () => void;
  readonly #alarm = new Alarm(() => this.#expire(), { keepsAlive: true });

  /**
   * @param topology Where groups are.
   * @param onChange Told whenever something begins or ends to be held.
   */
  constructor(topology: Topology, onChange: () => void) {
    this.#topology = topology;
    this.#onChange = onChange;
  }

  get isEmpty(): boolean {
    return this.#ways.size === 0 && this.#early.length === 0;
  }

  get isHolding(): boolean {
    return this.#count > 0;
  }

  leads(group: number): boolean {
    const way = this.#ways.get(group);
    if (way === undefined) return false;
    if (!this.#isClear(group, way) || way.queue.length > 0) return true;
    this.#ways.delete(group);
    return false;
  }

  hold(held: Held): void {
    // A batch with commands for the group may still turn out to go first.
    if (this.#topology.isKnown) this.#wayOf(held.group).queue.push(held);
    else this.#early.push(held);
    this.#alarm.set(held.deadline);
    this.#counted(1);
  }

  begin(group: number, batches: Iterable<Batch>): void {
    const way = this.#wayOf(group);
    for (const batch of batches) way.ahead.add(batch);
  }

  take(held: Held, batches: Iterable<Batch>): void {
    this.begin(held.group, batches);
    const { queue } = this.#wayOf(held.group);
    let index = queue.length;
    const isBehind = ({ standing }: Held) =>
      compareStandings(standing, held.standing) > 0;
    while (index > 0 && isBehind(queue[index - 1])) index--;
    queue.splice(index, 0, held);
    this.#alarm.set(held.deadline);
    this.#counted(1);
  }

  ended(batch: Batch): void {
    let isWanted = false;
    for (const [group, way] of this.#ways) {
      if (!way.ahead.delete(batch)) continue;
      if (way.queue.length > 0) isWanted = true;
      else if (way.ahead.size === 0) this.#ways.delete(group);
    }
    if (isWanted) this.release();
  }

  forget(held: ReadonlySet<Held>): void {
    if (held.size === 0) return;
    const isKept = (one: Held) => !held.has(one);
    const before = this.#early.length;
    this.#early = this.#early.filter(isKept);
    let count = before - this.#early.length;
    for (const [group, way] of this.#ways) {
      const { length } = way.queue;
      way.queue = way.queue.filter(isKept);
      count += length - way.queue.length;
      if (way.queue.length > 0) continue;
      clearTimeout(way.pause);
      way.pause = undefined;
      if (way.ahead.size === 0) this.#ways.delete(group);
    }
    this.#counted(-count);
  }

  all(): Held[] {
    return [
      ...this.#early,
      ...this.#ways.values().flatMap(({ queue }) => queue),
    ];
  }

  release(): void {
    // Where nobody waits for what was sent, what was behind it is free as well.
    while (this.#releaseFirst());
  }

  /** Sends what is first on its way; says whether that has made others free. */
  #releaseFirst(): boolean {
    if (!this.#topology.isKnown) return false;
    const early = this.#early;
    this.#early = [];
    const ready: [held: Held, hostId: number][] = early.map((held) => [
      held,
      this.#topology.hostOf(held.group),
    ]);
    const ways = new Map<number, Way>();
    for (const [group, way] of this.#ways) {
      const first = way.queue[0];
      if (first === undefined || way.pause !== undefined) continue;
      if (!this.#isClear(group, way)) continue;
      if (first.pause > 0) {
        this.#pause(way, first.pause);
        continue;
      }
      const hostId = this.#hostOf(first);
      let count = 1;
      while (
        count < way.queue.length && this.#hostOf(way.queue[count]) === hostId
      ) count++;
      for (const held of way.queue.splice(0, count)) ready.push([held, hostId]);
      ways.set(group, way);
    }
    if (ready.length === 0) return false;
    // What belongs to one group stands in its order, and remains so.
    ready.sort(([a], [b]) => compareStandings(a.standing, b.standing));
    const isFree = this.#place(ready, ways);
    this.#counted(-ready.length);
    return isFree;
  }

  refuse(makeReason: (held: Held) => unknown): void {
    const held = this.all();
    this.forget(new Set(held));
    for (const one of held) one.owner.giveUp(one, makeReason(one));
  }

  #counted(more: number): void {
    this.#count += more;
    if (this.#count === 0) this.#alarm.clear();
    this.#onChange();
  }

  #wayOf(group: number): Way {
    let way = this.#ways.get(group);
    if (way === undefined) {
      way = { ahead: new Set(), queue: [], pause: undefined };
      this.#ways.set(group, way);
    }
    return way;
  }

  /** Where a command goes; the host that was to take it may be gone again. */
  #hostOf({ to, group }: Held): number {
    return to !== undefined && this.#topology.hosts.has(to)
      ? to
      : this.#topology.hostOf(group);
  }

  /** Whether no batch has commands of the group any more. */
  #isClear(group: number, { ahead }: Way): boolean {
    for (const batch of ahead) {
      if (batch.holds(group)) return false;
      ahead.delete(batch);
    }
    return true;
  }

  #pause(way: Way, time: number): void {
    way.pause = setTimeout(() => {
      way.pause = undefined;
      way.queue[0].pause = 0;
      this.release();
    }, time);
  }

  /**
   * Has commands brought to their hosts.
   *
   * @returns Whether others of their groups have nothing to wait for.
   */
  #place(
    ready: readonly (readonly [held: Held, hostId: number])[],
    ways: ReadonlyMap<number, Way>,
  ): boolean {
    let isFree = false;
    for (let from = 0, to = 0; from < ready.length; from = to) {
      const [first, hostId] = ready[from];
      const part: Held[] = [];
      for (; to < ready.length; to++) {
        const [held, other] = ready[to];
        const isAlike = other === hostId && held.owner === first.owner &&
          held.terms === first.terms && held.deadline === first.deadline;
        if (!isAlike) break;
        part.push(held);
      }
      const batch = first.owner.place(hostId, part);
      if (batch === undefined) continue;
      for (const { group, to: once } of part) {
        const way = ways.get(group);
        // What is issued now goes to the same lane, behind it.
        if (way === undefined) continue;
        const { terms } = first;
        const isAhead = terms.isApart
          ? way.queue.some((held) => held.terms === terms)
          : once !== undefined || way.queue.length > 0;
        if (isAhead) way.ahead.add(batch);
      }
    }
    for (const [group, way] of ways) {
      if (way.ahead.size > 0) continue;
      if (way.queue.length === 0) this.#ways.delete(group);
      else isFree = true;
    }
    return isFree;
  }

  #expire(): void {
    const now = performance.now();
    const late = new Set<Held>();
    for (const held of this.all()) {
      if (held.deadline <= now) late.add(held);
      else this.#alarm.set(held.deadline);
    }
    this.forget(late);
    for (const held of late) held.owner.expire(held);
    this.release();
  }
}

/** How long a command pauses that is sent elsewhere, in milliseconds. */
export function pauseOfRedirect(redirects: number): number {
  // The first host to say so is believed at once.
  return redirects <= 1 ? 0 : pauseBefore(redirects - 1);
}
