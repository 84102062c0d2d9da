/**
 * Moving keys while nobody writes: for programs that cannot take part.
 *
 * Writing is denied to all users but one's own. What moves is copied, and nothing
 * deleted, so that programs with the former hosts read as before; then all of it is
 * compared. Once somebody has confirmed that those programs are gone, the new hosts
 * are in use, writing is allowed, and what was copied is deleted.
 *
 * @module
 */

import { ReshardingError } from "../errors.ts";
import { offsetBetween, type RingRecord } from "../moving/mod.ts";
import type { Key } from "../values.ts";
import { Barrier } from "./barrier.ts";
import { KeyWalk, type KeyWalkOptions } from "./key_walk.ts";
import { refuseLarge } from "./large_values.ts";
import type { LiveMoveOptions } from "./live_move.ts";
import { type ReshardPhase, type ReshardProgress, Tally } from "./progress.ts";
import { inUse, overtaken, textOf } from "./records.ts";
import { differing, readValues } from "./same_values.ts";
import type { Survey } from "./survey.ts";
import type { RingHost, ScannedKey, TwoRings } from "./two_rings.ts";
import { WriteDenial } from "./write_denial.ts";

/** How keys are moved. */
export interface StoppedMoveOptions extends LiveMoveOptions {
  /** Whether all programs with the former hosts are gone. */
  readonly confirmed: boolean;
}

/** What there is to do, by what hosts say. */
type Beginning =
  /** Everything. */
  | "start"
  /** Writing is denied already. */
  | "again"
  /** The new hosts are in use, and the former ones have copies. */
  | "delete"
  /** What was copied for the other direction goes. */
  | "cancel"
  /** Nothing. */
  | "done";

/** Copies all keys that belong elsewhere from one ring to another. */
export class StoppedMove {
  readonly #rings: TwoRings;
  readonly #survey: Survey;
  readonly #options: StoppedMoveOptions;
  readonly #tally = new Tally();
  /** Keys that are not the same, which a walk may find twice. */
  readonly #differing = new Set<string>();
  /** How far clocks are apart, by the ids of two hosts. */
  readonly #offsets = new Map<string, Promise<number>>();

  /**
   * @param rings The hosts before and after.
   * @param survey Tells what stands in the way.
   */
  constructor(rings: TwoRings, survey: Survey, options: StoppedMoveOptions) {
    this.#rings = rings;
    this.#survey = survey;
    this.#options = options;
  }

  /** Does it, up to where it has to be confirmed; tells how far it is. */
  async *run(): AsyncGenerator<ReshardProgress> {
    const { records, to } = this.#rings;
    const record = await records.read();
    const beginning = this.#beginning(record);
    if (beginning === "done") {
      await records.copy(record!);
      yield this.#tally.progress();
      return;
    }
    const denial = new WriteDenial(await this.#survey.servers());
    let now = record;
    if (beginning === "start") now = await this.#begin(denial, record);
    if (beginning !== "delete") {
      yield this.#enter("stopped");
      await denial.deny();
    }
    if (beginning === "cancel") {
      yield* this.#deleteCopies();
      await denial.lift();
    } else {
      if (beginning !== "delete") {
        yield* this.#copy();
        yield* this.#compare();
        if (!this.#options.confirmed) {
          yield this.#enter("copied");
          return;
        }
        now = await this.#advance(now, {
          ...{ phase: "stable", from: to, to },
          isStopped: true,
        });
      }
      await this.#barrier().settle(now!);
      await denial.lift();
      yield* this.#deleteSources();
    }
    await this.#advance(now, { phase: "stable", from: to, to });
    yield this.#enter("stable");
  }

  #beginning(record: RingRecord | undefined): Beginning {
    if (record === undefined) return "start";
    const { from, to } = this.#rings;
    const { phase, isMixed, isStopped = false } = record;
    if (phase === "stable") {
      if (record.from === to) return isStopped ? "delete" : "done";
      if (record.from !== from) throw inUse(record, this.#rings);
      if (isStopped) throw notOver();
      return "start";
    }
    const isOurs = record.from === from && record.to === to;
    const isReverse = record.from === to && record.to === from;
    if (!isOurs && !isReverse) throw inUse(record, this.#rings);
    if (isStopped) return isOurs ? "again" : "cancel";
    if (phase === "moving" || isMixed) throw movingAlready();
    if (isReverse) throw announced();
    return "start";
  }

  /** Looks at what stands in the way, and says what is coming. */
  async #begin(
    denial: WriteDenial,
    record: RingRecord | undefined,
  ): Promise<RingRecord> {
    await this.#survey.refuse(await denial.problems());
    const { from, to } = this.#rings;
    return await this.#advance(record, {
      ...{ phase: "announced", from, to },
      isStopped: true,
    });
  }

  async #advance(
    now: RingRecord | undefined,
    next: Pick<RingRecord, "phase" | "from" | "to" | "isStopped">,
  ): Promise<RingRecord> {
    const record = { ...next, isMixed: false };
    const advanced = await this.#rings.records.advance(now, record);
    if (advanced === undefined) throw overtaken();
    return advanced;
  }

  /** Copies what the new hosts do not have yet. */
  async *#copy(): AsyncGenerator<ReshardProgress> {
    yield this.#enter("copying");
    yield* this.#walk(this.#rings.sources, {
      choose: (key, hostId) => this.#rings.destination(key, hostId),
      handle: async (source, to, keys) => {
        const target = this.#rings.hosts.get(to)!;
        const isThere = await exist(target, keys);
        await this.#copyPage(
          [source, target],
          keys.filter((_, index) => !isThere[index]),
        );
      },
    });
  }

  async #copyPage(
    [source, target]: readonly [RingHost, RingHost],
    keys: readonly ScannedKey[],
  ): Promise<void> {
    if (keys.length === 0) return;
    await refuseLarge(source, keys, this.#options.maxValueBytes);
    const offset = await this.#offset(source, target);
    const values = await readValues(source, keys);
    await Promise.all(values.map(async (one, index) => {
      if (one === undefined) return;
      // What is due at the epoch or before it is due all the same.
      const due = one.due === 0 ? 0 : Math.max(1, one.due + offset);
      const args = [keys[index], due, one.value, "ABSTTL"];
      await target.command("RESTORE", ...args);
      this.#tally.moved++;
    }));
  }

  /** Refuses to go on unless both sides have the same. */
  async *#compare(): AsyncGenerator<ReshardProgress> {
    const { hosts, sources } = this.#rings;
    yield this.#enter("comparing");
    yield* this.#walk(sources, {
      choose: (key, hostId) => this.#rings.destination(key, hostId),
      handle: async (source, to, keys) => {
        const target = hosts.get(to)!;
        const offset = await this.#offset(source, target);
        this.#differ(await differing([source, target], keys, offset));
      },
    });
    // What was deleted at the former host meanwhile is on the other side only.
    yield* this.#walk([...hosts.values()], {
      choose: (key, hostId) => this.#rings.origin(key, hostId),
      handle: async (target, from, keys) => {
        const source = hosts.get(from)!;
        const isThere = await exist(source, keys);
        const alone = keys.filter((_, index) => !isThere[index]);
        this.#differ(await differing([source, target], alone, 0));
      },
    });
    const { length } = this.#tally.conflicts;
    if (length === 0) return;
    yield this.#tally.progress();
    throw new ReshardingError(
      `Cannot go on moving keys: ${length} of them are not the same on both ` +
        "sides, so somebody has written since; move the other way to have the " +
        "copies deleted, and begin again",
      { outcome: "not-sent" },
    );
  }

  #differ(keys: readonly Key[]): void {
    for (const key of keys) {
      const text = String(textOf(key));
      if (this.#differing.has(text)) continue;
      this.#differing.add(text);
      this.#tally.conflicts.push(text);
    }
  }

  /** Deletes what the new hosts have. */
  async *#deleteSources(): AsyncGenerator<ReshardProgress> {
    yield this.#enter("deleting");
    yield* this.#walk(this.#rings.sources, {
      choose: (key, hostId) => this.#rings.destination(key, hostId),
      handle: async (source, _, keys) => {
        await source.command("UNLINK", ...keys);
      },
    });
  }

  /** Deletes copies whose originals are there. */
  async *#deleteCopies(): AsyncGenerator<ReshardProgress> {
    yield this.#enter("deleting");
    yield* this.#walk(this.#rings.sources, {
      choose: (key, hostId) => this.#rings.destination(key, hostId),
      handle: async (holder, to, keys) => {
        const isThere = await exist(this.#rings.hosts.get(to)!, keys);
        const copies = keys.filter((_, index) => isThere[index]);
        if (copies.length > 0) await holder.command("UNLINK", ...copies);
      },
    });
  }

  async *#walk(
    hosts: readonly RingHost[],
    { choose, handle }: Pick<KeyWalkOptions, "choose" | "handle">,
  ): AsyncGenerator<ReshardProgress> {
    const { rate, pageSize, signal } = this.#options;
    const tally = this.#tally;
    const options = { choose, handle, tally, rate, pageSize, signal };
    for await (const _ of new KeyWalk(hosts, options).steps()) {
      yield tally.progress();
    }
  }

  #enter(phase: ReshardPhase): ReshardProgress {
    this.#tally.phase = phase;
    this.#tally.begin(0);
    return this.#tally.progress();
  }

  #offset(source: RingHost, target: RingHost): Promise<number> {
    const name = `${source.hostId}:${target.hostId}`;
    let offset = this.#offsets.get(name);
    if (offset === undefined) {
      offset = offsetBetween(source, target);
      this.#offsets.set(name, offset);
    }
    return offset;
  }

  #barrier(): Barrier {
    const { hosts, records } = this.#rings;
    const { strangers, grace, signal } = this.#options;
    const options = { strangers, grace, signal };
    return new Barrier([...hosts.values()], records, options);
  }
}

async function exist(
  host: RingHost,
  keys: readonly ScannedKey[],
): Promise<boolean[]> {
  const counts = await Promise.all(
    keys.map((key) => host.command("EXISTS", key)),
  );
  return counts.map((count) => Number(count) > 0);
}

function movingAlready(): ReshardingError {
  return new ReshardingError(
    "Cannot stop writers: keys move already while programs write; go on without " +
      'writers: "stopped"',
    { outcome: "not-sent" },
  );
}

function announced(): ReshardingError {
  return new ReshardingError(
    "Cannot stop writers: the hosts after are in use, and a move from them to " +
      "those before was announced to programs that write; run this without " +
      'writers: "stopped", which calls that off',
    { outcome: "not-sent" },
  );
}

function notOver(): ReshardingError {
  return new ReshardingError(
    "Cannot move keys back: the former hosts still have copies from the move " +
      "before; run that again, which deletes them",
    { outcome: "not-sent" },
  );
}
