/**
 * Commands that wait for room in the queue of a host.
 *
 * @module
 */

import type { Failures } from "./failures.ts";

/** A lane, as far as it knows that commands for it wait. */
export interface Awaiting {
  /** How many of them there are. */
  latecomers: number;
}

/** A command that finds no room, and whose caller would rather wait. */
export interface Latecomer {
  /** Its name in capitals. */
  readonly name: string;
  /** An estimate of the memory it takes, in bytes. */
  readonly size: number;
  /** The lane that it goes to, in which nothing may overtake it. */
  readonly lane: Awaiting;
  /** How long it waits, in milliseconds of `performance.now()`. */
  readonly deadline: number;
  /** The group of its keys, if it goes by that. */
  readonly group?: number | undefined;
  /** Its group has left the host. */
  divert?(): void;
  /** Why it may not go to the host any more, if it was named. */
  objection?(): Error | undefined;
  /** There is room, which it has been given. */
  enter(): void;
  /** There was none in time. */
  refuse(reason: unknown): void;
}

/** Lets latecomers in as room becomes free, first come, first served. */
export class Backlog {
  /** How many commands wait. */
  size = 0;
  readonly #waiting = new Set<Latecomer>();
  readonly #failures: Failures;

  /** @param failures Words the errors of those that waited in vain. */
  constructor(failures: Failures) {
    this.#failures = failures;
  }

  /** Takes one that waits from now on. */
  add(latecomer: Latecomer): void {
    this.#waiting.add(latecomer);
    this.size++;
    latecomer.lane.latecomers++;
  }

  /** Forgets one that waits no longer. */
  delete(latecomer: Latecomer): void {
    if (!this.#waiting.delete(latecomer)) return;
    this.size--;
    latecomer.lane.latecomers--;
  }

  /**
   * Lets in as many as there is room for.
   *
   * @param admit Whether a command of that size fits, which then counts.
   */
  serve(admit: (size: number) => boolean): void {
    for (const latecomer of this.#waiting) {
      if (!admit(latecomer.size)) return;
      this.delete(latecomer);
      latecomer.enter();
    }
  }

  /** Groups have left the host, and those that go by them follow, in order. */
  groupsLeft(groups: ReadonlySet<number>): void {
    for (const latecomer of [...this.#waiting]) {
      const { group } = latecomer;
      if (group === undefined || !groups.has(group)) continue;
      this.delete(latecomer);
      latecomer.divert?.();
    }
  }

  /**
   * All that go by their keys are routed anew, in order, and others refused whose
   * keys are elsewhere.
   */
  divertAll(): void {
    for (const latecomer of [...this.#waiting]) {
      if (latecomer.group === undefined) {
        const objection = latecomer.objection?.();
        if (objection === undefined) continue;
        this.delete(latecomer);
        latecomer.refuse(objection);
        continue;
      }
      this.delete(latecomer);
      latecomer.divert?.();
    }
  }

  /**
   * Gives up those that have waited for too long.
   *
   * @param now The time of `performance.now()`.
   * @returns When the next of them will have.
   */
  expire(now: number): number {
    let next = Infinity;
    // Those that come because of it are judged in another turn.
    for (const latecomer of [...this.#waiting]) {
      if (!this.#waiting.has(latecomer)) continue;
      const { deadline, name } = latecomer;
      if (deadline > now) {
        next = Math.min(next, deadline);
        continue;
      }
      this.delete(latecomer);
      const command = { name, mayHaveRun: false };
      const state = { sent: false, exhausted: false };
      latecomer.refuse(this.#failures.timedOut(command, state));
    }
    return next;
  }
}
