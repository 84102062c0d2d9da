/**
 * The recovery: what becomes of the batches of a lane when commands came back.
 *
 * @module
 */

import { CommandError } from "../errors.ts";
import type { Reply } from "../values.ts";
import type { Batch } from "./batch.ts";
import type { Command } from "./command.ts";
import type { Host } from "./host.ts";
import {
  decide,
  isWorthRetrying,
  mayStillChange,
  pauseBefore,
  type Returned,
  wasTurnedAway,
} from "./policy.ts";
import { inSlices } from "./slices.ts";

/** What a lane has to do next. */
export interface Recovered {
  /** Every batch that was concerned, in the order of issue, */
  readonly batches: readonly Batch[];
  /** and those of them that leave again, with what is to be sent again. */
  readonly again: readonly Batch[];
  /** Commands that go elsewhere, and the groups of their keys. */
  readonly moved: readonly (readonly [Returned<Batch>, group: number])[];
  /** Milliseconds before they do. */
  readonly pause: number;
  /** Whether what was written before may still change something. */
  readonly mayChange: boolean;
  /**
   * Tells the callers of the commands that do not go again. Their callbacks may
   * give up any of the batches.
   */
  readonly reject: () => void;
}

/**
 * Gathers what comes back to a lane from one link, because it was refused or
 * because the link is lost, and has the policy decide about all of it together.
 */
export class Recovery {
  readonly #host: Host;
  /** What was refused, and what ran since, in order. */
  readonly #noted: Returned<Batch>[] = [];

  /** @param host The host of the lane. */
  constructor(host: Host) {
    this.#host = host;
  }

  /** Notes what was refused, or ran since. */
  note(returned: readonly Returned<Batch>[]): void {
    this.#noted.push(...returned);
  }

  /**
   * The hashes of the scripts that a server said it lacks. A script may have said
   * so in its place, so it has to be asked before anything is decided.
   */
  get lacking(): string[] {
    const hashes = new Set<string>();
    for (const { wayOut, command } of this.#noted) {
      if (wayOut === "source") hashes.add(command.form.script!.sha);
    }
    return [...hashes];
  }

  /** Whether anybody still waits for what is decided. */
  get isAwaited(): boolean {
    return this.#noted.some(({ batch }) => !batch.abandoned);
  }

  /**
   * Notes which scripts the server lacks indeed. Those that it has did run, and so
   * may all have whose server was not asked.
   */
  prove(hashes: ReadonlySet<string>): void {
    this.#noted.forEach((one, index) => {
      if (one.wayOut !== "source") return;
      const isLacking = hashes.has(one.command.form.script!.sha);
      this.#noted[index] = {
        ...one,
        wayOut: undefined,
        progress: isLacking ? "refused" : "failed",
      };
    });
  }

  /**
   * Commands of scripts that answered as a server does whose keys are elsewhere.
   * A script may have said so itself, so the server has to be asked.
   */
  get hearsay(): Returned<Batch>[] {
    return this.#noted.filter(({ wayOut }) => wayOut === "hearsay");
  }

  /**
   * Notes what the server says of the same keys: only where it says the same is
   * it the server that had refused the command. All others did run.
   *
   * @param answers What it answered, by the command.
   */
  proveMoved(answers: ReadonlyMap<Returned<Batch>, Reply>): void {
    this.#noted.forEach((one, index) => {
      if (one.wayOut !== "hearsay") return;
      const { batch, command, error } = one;
      const answer = answers.get(one);
      const isSaid = answer instanceof CommandError &&
        answer.message === error?.message;
      const moved = isSaid ? batch.moved(command, answer) : undefined;
      this.#noted[index] = {
        ...one,
        ...(moved ?? { wayOut: undefined, progress: "failed" }),
      };
    });
  }

  /**
   * Decides about everything that was noted and everything on the link, whose
   * batches get back what they have to send again.
   *
   * @param flying The batches on the link, in their order.
   * @param error What ended the link, if it is lost.
   */
  end(flying: ReadonlySet<Batch>, error: Error | undefined): Recovered {
    this.prove(new Set());
    this.proveMoved(new Map());
    const pauses = this.#pausesAfter(flying, error);
    const { back, mayChange } = this.#takeBack(flying, error);
    const again = new Map<Batch, Command[]>();
    const moved: (readonly [Returned<Batch>, group: number])[] = [];
    const leading = new Set<number>();
    const ends: (() => void)[] = [];
    decide(back, error).forEach((verdict, index) => {
      const { batch, command } = back[index];
      if (verdict === "done") return;
      if (verdict === "again" && pauses.get(batch) !== undefined) {
        const group = groupElsewhere(back[index], leading);
        if (group !== undefined) {
          leading.add(group);
          moved.push([back[index], group]);
          return;
        }
        const commands = again.get(batch);
        if (commands === undefined) again.set(batch, [command]);
        else commands.push(command);
      } else ends.push(() => this.#reject(back[index], error));
    });
    const batches = [...pauses.keys()];
    for (const batch of batches) batch.again(again.get(batch) ?? []);
    let pause = 0;
    for (const batch of again.keys()) {
      pause = Math.max(pause, pauses.get(batch) ?? 0);
    }
    const reject = () => inSlices(stepsOf(ends));
    const left = [...again.keys()];
    return { batches, again: left, moved, pause, mayChange, reject };
  }

  /** How long each batch that comes back pauses; nothing for its last attempt. */
  #pausesAfter(
    flying: ReadonlySet<Batch>,
    error: Error | undefined,
  ): Map<Batch, number | undefined> {
    const { maxRetries } = this.#host;
    const pauses = new Map<Batch, number | undefined>();
    const elsewhere = new Set(
      this.#noted.filter(isElsewhere).map(({ batch }) => batch),
    );
    for (const { batch } of this.#noted) {
      if (batch.abandoned || pauses.has(batch)) continue;
      // What goes again by itself needs no pause, and is no other attempt.
      const pause = elsewhere.has(batch)
        ? pauseFor(batch, maxRetries, { isRefused: true })
        : 0;
      pauses.set(batch, pause);
    }
    const turnedAway = error !== undefined && wasTurnedAway(error);
    const isFinal = turnedAway && !isWorthRetrying(error);
    for (const batch of flying) {
      if (batch.abandoned || pauses.has(batch)) continue;
      // The first attempt may have met a connection that was long dead.
      const atOnce = !turnedAway && !batch.awaited && batch.attempts === 0;
      pauses.set(
        batch,
        isFinal ? undefined : pauseFor(batch, maxRetries, { atOnce }),
      );
    }
    return pauses;
  }

  /** Takes all commands back that have come to no end, in the order of issue. */
  #takeBack(
    flying: ReadonlySet<Batch>,
    error: Error | undefined,
  ): { back: Returned<Batch>[]; mayChange: boolean } {
    // What was refused of an abandoned batch has been told so.
    const back = this.#noted.filter(({ batch, progress }) =>
      progress === "ran" || !batch.abandoned
    );
    for (const { batch } of back) {
      // All of it is answered.
      if (!flying.has(batch)) batch.takeBack();
    }
    const turnedAway = error !== undefined && wasTurnedAway(error);
    let mayChange = false;
    for (const batch of flying) {
      mayChange ||= batch.abandoned;
      if (!turnedAway) batch.doubt();
      const left = batch.takeBack();
      mayChange ||= left.some(mayStillChange);
      for (const one of left) back.push(one);
    }
    return { back, mayChange: mayChange && !turnedAway };
  }

  /** Tells the caller of a command that does not go again. */
  #reject(returned: Returned<Batch>, error: Error | undefined): void {
    const { batch, command, progress, error: refusal, wayOut } = returned;
    const { failures } = this.#host;
    if (refusal !== undefined) {
      return wayOut === "moved"
        ? batch.reject(command, failures.overtaken(command, refusal))
        : batch.refuse(command, refusal);
    }
    const cause = error!;
    const isLost = progress === "sent" && !wasTurnedAway(cause);
    batch.reject(
      command,
      isLost
        ? failures.lost(command, cause)
        : failures.refused(command, { kind: "dial", cause }),
    );
  }
}

/**
 * The group of a command that goes again, but not to the host that it came back
 * from.
 *
 * @param returned The command.
 * @param leading Groups whose commands that were issued before go elsewhere.
 */
function groupElsewhere(
  { batch: { detour, hostId }, command, redirect, wayOut }: Returned<Batch>,
  leading: ReadonlySet<number>,
): number | undefined {
  if (detour === undefined || command.isPinned) return undefined;
  if (wayOut === "moved") return redirect?.group;
  const group = detour.groupOfCommand(command);
  if (group === undefined) return undefined;
  // A key that moves between two rings has a group of its own each time: what has
  // been placed where it goes to goes again there, ahead of what waits behind it.
  const isElsewhere = leading.has(group) ||
    detour.groupsStay && detour.leads(group) ||
    detour.hostOf(group) !== hostId;
  return isElsewhere ? group : undefined;
}

/** Whether a command was refused in a way that leads to another connection. */
export function isElsewhere({ wayOut }: Returned): boolean {
  return wayOut === "elsewhere";
}

/** One call at a step. */
function* stepsOf(calls: readonly (() => void)[]): Iterator<void> {
  for (const call of calls) yield call();
}

/** Milliseconds below which what was refused is given up: its time is nearly up. */
const SHORTEST_PAUSE = 20;

/**
 * Counts an attempt of a batch that failed.
 *
 * @param maxRetries How many times it is tried again.
 * @param how Whether there is no pause, and whether it was refused.
 * @returns The pause before the next attempt, in milliseconds; nothing when
 * there is none.
 */
export function pauseFor(
  batch: Batch,
  maxRetries: number,
  { atOnce = false, isRefused = false } = {},
): number | undefined {
  const attempt = isRefused ? ++batch.refusals : ++batch.attempts;
  // What was refused for sure may go again for as long as there is time.
  if (isRefused ? maxRetries === 0 : attempt > maxRetries) return undefined;
  const left = batch.sendBy - performance.now();
  const pause = atOnce ? 0 : pauseBefore(attempt);
  if (atOnce || !isRefused) return pause < left ? pause : undefined;
  // Towards the end of its time pauses become shorter, so that the last attempt is
  // made shortly before it and not half a second.
  const shortened = Math.min(pause, left / 2);
  return shortened < SHORTEST_PAUSE ? undefined : shortened;
}
