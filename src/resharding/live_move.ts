/**
 * Moving keys while programs write, all of which take part.
 *
 * @module
 */

import { ReshardingError } from "../errors.ts";
import {
  type Ending,
  KeyMover,
  type RingPhase,
  type RingRecord,
} from "../moving/mod.ts";
import type { Key } from "../values.ts";
import { Barrier } from "./barrier.ts";
import { undoHalfMoved } from "./half_moved.ts";
import { KeyWalk } from "./key_walk.ts";
import { refuseLarge } from "./large_values.ts";
import { type ReshardProgress, Tally } from "./progress.ts";
import { inUse, overtaken, textOf } from "./records.ts";
import type { Survey } from "./survey.ts";
import type { RingHost, TwoRings } from "./two_rings.ts";

/** How keys are moved. */
export interface LiveMoveOptions {
  /** The most keys a second. */
  readonly rate: number;
  /** How many keys travel together. */
  readonly pageSize: number;
  /** The most bytes that a value may take in the memory of its server. */
  readonly maxValueBytes: number;
  /** What becomes of programs that do not follow. */
  readonly strangers: "refuse" | "kill";
  /** Milliseconds before connections are closed that do not hear. */
  readonly grace: number;
  readonly signal: AbortSignal | undefined;
}

/** Milliseconds between two looks for strangers while keys move. */
const WATCH = 5_000;

/** What there is to do, by what hosts say. */
type Beginning =
  /** Everything: nothing has begun, */
  | "start"
  /** or not more than that programs were told. */
  | "again"
  /** What others have begun goes back. */
  | "back"
  /** Keys move already. */
  | "moving"
  /** What others have announced is called off. */
  | "cancel"
  /** Nothing. */
  | "done";

/** Moves all keys that belong elsewhere from one ring to another. */
export class LiveMove {
  readonly #rings: TwoRings;
  readonly #survey: Survey;
  readonly #options: LiveMoveOptions;
  readonly #tally = new Tally();

  /**
   * @param rings The hosts before and after.
   * @param survey Tells what stands in the way.
   */
  constructor(rings: TwoRings, survey: Survey, options: LiveMoveOptions) {
    this.#rings = rings;
    this.#survey = survey;
    this.#options = options;
  }

  /** Does it; tells how far it is. */
  async *run(): AsyncGenerator<ReshardProgress> {
    const { records } = this.#rings;
    const record = await records.read();
    const beginning = this.#beginning(record);
    if (beginning === "done") {
      await records.copy(record!);
      yield this.#tally.progress();
      return;
    }
    let now = record;
    if (beginning === "moving") {
      const { replicated = 0 } = record!;
      if (replicated !== this.#rings.replicated) throw asBefore(replicated);
      await records.copy(record!);
      await this.#barrier(this.#options.signal).lookAgain(record!);
    } else if (beginning !== "cancel") {
      if (beginning === "start") await this.#survey.refuse();
      now = yield* this.#pass(record, beginning === "back");
    }
    if (beginning !== "cancel") {
      this.#tally.phase = "moving";
      yield* this.#moveAll(now!);
      // Who came meanwhile may have written what was not to be written.
      await this.#barrier(this.#options.signal).refuseStrangers();
    }
    const ring = this.#rings.to;
    const rings = { from: ring, to: ring, isMixed: false };
    const ended = await records.advance(now, { phase: "stable", ...rings });
    if (ended === undefined) throw overtaken();
    this.#tally.phase = "stable";
    yield this.#tally.progress();
  }

  #beginning(record: RingRecord | undefined): Beginning {
    if (record === undefined) return "start";
    const { from, to } = this.#rings;
    const { phase, isMixed, isStopped = false } = record;
    if (isStopped) throw stoppedBefore();
    const isOurs = record.from === from && record.to === to;
    const isReverse = record.from === to && record.to === from;
    if (phase === "stable") {
      if (record.from === to) return "done";
      if (record.from === from) return "start";
    } else if (isOurs) {
      if (phase === "moving") return "moving";
      return isMixed ? "back" : "again";
    } else if (isReverse) {
      return phase === "moving" || isMixed ? "back" : "cancel";
    }
    throw inUse(record, this.#rings);
  }

  /** Has all programs know; tells each phase as it begins. */
  async *#pass(
    record: RingRecord | undefined,
    isMixed: boolean,
  ): AsyncGenerator<ReshardProgress, RingRecord> {
    const { from, to } = this.#rings;
    const { signal } = this.#options;
    // Ends it when nobody reads on.
    const giveUp = new AbortController();
    const barrier = this.#barrier(
      signal === undefined
        ? giveUp.signal
        : AbortSignal.any([signal, giveUp.signal]),
    );
    const begun: RingPhase[] = [];
    let news = Promise.withResolvers<void>();
    const passing = barrier.pass(
      record,
      { from, to, isMixed },
      ({ phase }) => {
        begun.push(phase);
        news.resolve();
      },
      isMixed ? () => undoHalfMoved(this.#rings) : undefined,
    );
    const passed = passing.then(() => true);
    try {
      for (let isOver = false; !isOver;) {
        // Whoever reads slowly holds up no program.
        isOver = await Promise.race([passed, news.promise.then(() => false)]);
        news = Promise.withResolvers();
        for (const phase of begun.splice(0)) {
          this.#tally.phase = phase;
          yield this.#tally.progress();
        }
      }
      return await passing;
    } finally {
      giveUp.abort(new Error("Nobody reads on"));
      await Promise.allSettled([passed]);
    }
  }

  #barrier(signal: AbortSignal | undefined): Barrier {
    const { hosts, records } = this.#rings;
    const { strangers, grace } = this.#options;
    const options = { strangers, grace, signal };
    return new Barrier([...hosts.values()], records, options);
  }

  async *#moveAll({ epoch }: RingRecord): AsyncGenerator<ReshardProgress> {
    const { hosts, sources, replicated } = this.#rings;
    const movers = new Map<string, KeyMover>();
    const { rate, pageSize, signal } = this.#options;
    const walk = new KeyWalk(sources, {
      choose: (key, hostId) => this.#rings.destination(key, hostId),
      handle: (source, to, keys) => {
        const name = `${source.hostId}:${to}`;
        let mover = movers.get(name);
        if (mover === undefined) {
          mover = new KeyMover(source, hosts.get(to)!, {
            epoch,
            isReplicated: replicated > 0,
          });
          movers.set(name, mover);
        }
        return this.#movePage(mover, source, keys);
      },
      tally: this.#tally,
      rate,
      pageSize,
      signal,
    });
    const barrier = this.#barrier(signal);
    let watched = performance.now();
    for await (const _ of walk.steps()) {
      if (performance.now() - watched > WATCH) {
        watched = performance.now();
        await barrier.refuseStrangers();
      }
      yield this.#tally.progress();
    }
  }

  async #movePage(
    mover: KeyMover,
    source: RingHost,
    keys: readonly Key[],
  ): Promise<void> {
    const { maxValueBytes, signal } = this.#options;
    await refuseLarge(source, keys, maxValueBytes);
    const endings = await mover.move(keys, { signal });
    endings.forEach((ending, index) => {
      if (ending === "moved") this.#tally.moved++;
      else if (ending === "conflict") {
        this.#tally.conflicts.push(String(textOf(keys[index])));
      } else if (typeof ending === "object") throw refused(source, ending);
    });
  }
}

function refused(
  { hostId, address }: RingHost,
  ending: Exclude<Ending, string>,
): ReshardingError {
  const { problem } = ending;
  const why = problem === "same"
    ? "the host it moves to is the same database"
    : `the host it moves to refused it: ${problem.reply}`;
  return new ReshardingError(
    `Cannot move a key of host ${hostId} at "${address}": ${why}`,
    { hostId, outcome: "not-sent" },
  );
}

function asBefore(replicated: number): ReshardingError {
  return new ReshardingError(
    `Cannot go on moving keys: it was begun with replicated: ${replicated}, which ` +
      "all programs go by; give the same",
    { outcome: "not-sent" },
  );
}

function stoppedBefore(): ReshardingError {
  return new ReshardingError(
    "Cannot move keys while programs write: a move was begun for which they were " +
      'stopped; go on with writers: "stopped", or end it so',
    { outcome: "not-sent" },
  );
}
