/**
 * Commands of one client whose keys are on their way from one ring to another.
 *
 * @module
 */

import { type Arguments, isList } from "../commands/arguments.ts";
import type { Form } from "../commands/spec.ts";
import { seenKeys } from "../commands/transaction.ts";
import { CommandError, ReshardingError } from "../errors.ts";
import type { Ending, RingRecord } from "../moving/mod.ts";
import {
  type KeyRoute,
  MOVING_GROUPS,
  type RingTopology,
  type RouterHost,
} from "../topology/mod.ts";
import { type Key, keyText, type Reply } from "../values.ts";
import type { Batch } from "./batch.ts";
import type { Command } from "./command.ts";
import { compareStandings, type Held, type Holder } from "./holder.ts";
import { Alarm } from "./host.ts";

/** What has become of a key that was to be moved. */
export type MoveOutcome =
  | { readonly ending: Ending }
  /** It is not known, or it could not be asked for. */
  | { readonly error: unknown };

/** What a command came to that was sent to where its key was. */
export type ReadOutcome =
  /** The key is there: settles the command with its reply. */
  | { readonly settle: () => void }
  /** It is not, and will not be any more. */
  | "absent"
  /** The rings have changed meanwhile. */
  | "again";

/** What moves keys for all clients of a cluster. */
export interface KeyMoves {
  /** Where keys are. */
  readonly topology: RingTopology<RouterHost>;
  /**
   * Writes the record of a host, where it has an older one.
   *
   * @param before The epoch that the one there has to have, if that matters.
   * @returns The record that is there then.
   */
  setRecord(
    hostId: number,
    record: RingRecord,
    before?: number,
  ): Promise<Reply>;
  /** Has a host say again which rings there are, as it has lost that. */
  restoreRecord(hostId: number): Promise<void>;
  /** Whether a key is known to have left its former host for good. */
  hasLeft(key: string): boolean;
  /**
   * The former host of a key has told null of it, by these rings: it is found out
   * whether the key has left for good.
   */
  noteAbsent(key: Key, formerHostId: number): void;
  /** Moves keys, each of which is told of as soon as it is known. */
  move(
    route: KeyRoute,
    keys: readonly Key[],
    onEnd: (key: Key, outcome: MoveOutcome) => void,
  ): void;
  /**
   * Sends a command that reads one key to where that was.
   */
  read(
    hostId: number,
    read: KeyRead,
    onEnd: (outcome: ReadOutcome) => void,
  ): void;
}

/** A command that reads one key. */
export interface KeyRead {
  readonly command: Command;
  readonly key: Key;
  /** Whether it may be merged with others. */
  readonly merges: boolean;
}

/** Milliseconds before a move is tried again that came to nothing. */
const PAUSE = 50;

/** A command that waits for its keys. */
interface Entry {
  readonly held: Held;
  /** Its keys as text; none where it is about none. */
  readonly keys: ReadonlyMap<string, Key>;
  /** When its group was found: what has changed since, it is to be routed by. */
  readonly epoch: number | undefined;
  /** Whether it reads one key, and is about no other. */
  readonly isRead: boolean;
  /** The epoch in which its former host has said that it has no such key. */
  absentIn: number | undefined;
  /** Ends the pause before it is tried again. */
  timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether some of its keys have one host only. */
  readonly isPlain: boolean;
  /** How many answers it waits for, */
  missing: number;
  /** and how often it has begun to: those before do not count. */
  round: number;
  /** Whether it does so, or has done so and is over. */
  state: "waiting" | "working" | "over";
}

/**
 * Keeps the commands of one client for a key in order while that moves, and each
 * of them until its key is where it goes: what reads a key looks at both hosts, what
 * writes has the key moved first. What is issued for other keys passes by.
 */
export class MovingCommands implements Holder {
  readonly #moves: KeyMoves;
  readonly #topology: RingTopology<RouterHost>;
  readonly #onChange: () => void;
  /** What is held for each key, in the order of issue. */
  readonly #queues = new Map<string, Entry[]>();
  readonly #entries = new Map<Held, Entry>();
  /** Those that nothing of their client stands before. */
  #first = new Set<Entry>();
  /** Batches from before the last change, which come to their end before. */
  readonly #ahead = new Set<Batch>();
  /** Keys that are read at their former hosts, by the batches that do so. */
  readonly #reads = new Map<Batch, ReadKeys>();
  /** How many are held for keys that do not move. */
  #plain = 0;
  #isScheduled = false;
  readonly #alarm = new Alarm(() => this.#expire(), { keepsAlive: true });

  /**
   * @param moves Moves keys.
   * @param onChange Told whenever something begins or ends to be held.
   */
  constructor(moves: KeyMoves, onChange: () => void) {
    this.#moves = moves;
    this.#topology = moves.topology;
    this.#onChange = onChange;
  }

  get isEmpty(): boolean {
    return !this.#isBusy && !this.#topology.isMoving;
  }

  get isHolding(): boolean {
    return this.#entries.size > 0;
  }

  passes(form: Form, args: Arguments): boolean {
    if (!this.#goesOn || this.#topology.state.phase !== "moving") return false;
    if (form.steps === undefined && form.command.soleKey === 0) {
      return this.#hasLeft(isList(args) ? args[0] : args);
    }
    const { keys, areAll } = seenKeys(form, isList(args) ? args : [args]);
    return areAll && keys.length > 0 && keys.every((key) => this.#hasLeft(key));
  }

  /**
   * Where a key was, if it can be read there now: nothing of the client for that key
   * is held, and nobody creates one there any more.
   */
  formerHostOf(key: Key): number | undefined {
    const { isMoving, state } = this.#topology;
    if (!isMoving || !this.#goesOn) return undefined;
    if (state.phase !== "moving" && state.isMixed) return undefined;
    if (this.#queues.size > 0 && this.#queues.has(keyText(key))) {
      return undefined;
    }
    return this.#topology.formerHostOf(key);
  }

  /** A batch reads a key at its former host: others for the key wait for its end. */
  reads(batch: Batch, key: Key): void {
    let keys = this.#reads.get(batch);
    if (keys === undefined) this.#reads.set(batch, keys = new ReadKeys());
    keys.add(key);
  }

  leads(group: number): boolean {
    if (group >= MOVING_GROUPS || this.#plain > 0) return true;
    // Whatever moved may be one of those that are held.
    return !this.#topology.isMoving && this.#isBusy;
  }

  hold(held: Held): void {
    this.#add(held);
  }

  begin(_group: number, batches: Iterable<Batch>): void {
    for (const batch of batches) this.#ahead.add(batch);
  }

  take(held: Held, batches: Iterable<Batch>): void {
    this.begin(held.group, batches);
    this.#add(held);
  }

  ended(batch: Batch): void {
    if (this.#ahead.delete(batch) && this.#ahead.size === 0) this.release();
    const keys = this.#reads.get(batch);
    if (keys === undefined) return;
    this.#reads.delete(batch);
    if (this.#queues.size === 0) return;
    let isFreed = false;
    for (const key of keys.texts.intersection(this.#queues)) {
      const [first] = this.#queues.get(key)!;
      if (!this.#isFirst(first)) continue;
      this.#first.add(first);
      isFreed = true;
    }
    if (isFreed) this.release();
  }

  forget(held: ReadonlySet<Held>): void {
    let isFewer = false;
    for (const one of held) {
      const entry = this.#entries.get(one);
      if (entry === undefined) continue;
      this.#leave(entry);
      isFewer = true;
    }
    if (!isFewer) return;
    this.release();
    this.#changed();
  }

  all(): Held[] {
    return [...this.#entries.keys()];
  }

  release(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#run();
    });
  }

  refuse(makeReason: (held: Held) => unknown): void {
    const held = this.all();
    this.forget(new Set(held));
    for (const one of held) one.owner.giveUp(one, makeReason(one));
  }

  /** Whether anything of the client is held, or at a former host of its key. */
  get #isBusy(): boolean {
    return this.#entries.size > 0 || this.#reads.size > 0;
  }

  /** Whether commands can be routed, and none from before the rings changed can run. */
  get #goesOn(): boolean {
    const { isKnown, problem } = this.#topology;
    return isKnown && problem === undefined && this.#ahead.size === 0;
  }

  /** Whether commands for a key go where it has gone, behind nothing. */
  #hasLeft(key: Key): boolean {
    const text = keyText(key);
    return this.#moves.hasLeft(text) && !this.#queues.has(text) &&
      !this.#isBeingRead(text);
  }

  #isBeingRead(key: string): boolean {
    for (const keys of this.#reads.values()) {
      if (keys.texts.has(key)) return true;
    }
    return false;
  }

  #add(held: Held): void {
    const { command, standing, deadline, epoch, by, absentIn } = held;
    const { spec, form, args } = command;
    const seen = seenKeys(form, args);
    const own = byTexts(seen.keys);
    const keys = by === undefined ? own : byTexts([...seen.keys, by]);
    const isPlain = keys.size === 0 ||
      [...keys.values()].some((key) =>
        this.#topology.routeOf(key) === undefined
      );
    const entry: Entry = {
      held,
      keys,
      epoch,
      isPlain,
      isRead: spec.reads && spec.row.blocks === undefined && seen.areAll &&
        own.size === 1 && keys.size === 1,
      absentIn,
      timer: undefined,
      missing: 0,
      round: 0,
      state: "waiting",
    };
    this.#entries.set(held, entry);
    if (isPlain) this.#plain++;
    for (const key of keys.keys()) {
      const queue = this.#queues.get(key);
      if (queue === undefined) {
        this.#queues.set(key, [entry]);
        continue;
      }
      // What comes back from a host was issued before what is held already.
      let index = queue.length;
      while (
        index > 0 &&
        compareStandings(queue[index - 1].held.standing, standing) > 0
      ) index--;
      queue.splice(index, 0, entry);
      if (index === 0 && queue.length > 1) this.#goesBehind(queue[1]);
    }
    if (this.#isFirst(entry)) this.#first.add(entry);
    this.#alarm.set(deadline);
    this.release();
    this.#changed();
  }

  /** Something was issued before an entry that may be at work. */
  #goesBehind(entry: Entry): void {
    this.#first.delete(entry);
    // A key that is moved meanwhile holds the same. What is read meanwhile is not.
    if (!entry.isRead || entry.state !== "working") return;
    entry.round++;
    entry.state = "waiting";
  }

  #isFirst(entry: Entry): boolean {
    for (const key of entry.keys.keys()) {
      if (this.#queues.get(key)?.[0] !== entry) return false;
      if (this.#isBeingRead(key)) return false;
    }
    return true;
  }

  /** An entry is over: those behind it come first. */
  #leave(entry: Entry): void {
    if (entry.state === "over") return;
    entry.state = "over";
    clearTimeout(entry.timer);
    this.#entries.delete(entry.held);
    this.#first.delete(entry);
    if (entry.isPlain) this.#plain--;
    for (const key of entry.keys.keys()) {
      const queue = this.#queues.get(key)!;
      const index = queue.indexOf(entry);
      queue.splice(index, 1);
      if (queue.length === 0) this.#queues.delete(key);
      else if (index === 0 && this.#isFirst(queue[0])) {
        this.#first.add(queue[0]);
      }
    }
  }

  #changed(): void {
    if (this.#entries.size === 0) this.#alarm.clear();
    this.#onChange();
  }

  /** Takes all steps that can be taken now. */
  #run(): void {
    if (!this.#topology.isKnown || this.#ahead.size > 0) return;
    const before = this.#entries.size;
    const wanted = new Map<
      string,
      { route: KeyRoute; keys: Map<string, Key> }
    >();
    const waiting = new Map<string, [entry: Entry, round: number][]>();
    for (;;) {
      const first = this.#first;
      this.#first = new Set();
      const ready: [entry: Entry, hostId: number][] = [];
      for (const entry of first) {
        if (entry.state !== "waiting") continue;
        const hostId = this.#step(entry, (route, text, key) => {
          const name = `${route.from}:${route.to}`;
          let page = wanted.get(name);
          if (page === undefined) {
            wanted.set(name, page = { route, keys: new Map() });
          }
          page.keys.set(text, key);
          const entries = waiting.get(text);
          const one: [Entry, number] = [entry, entry.round];
          if (entries === undefined) waiting.set(text, [one]);
          else entries.push(one);
        });
        if (hostId !== undefined) ready.push([entry, hostId]);
      }
      if (ready.length === 0) break;
      this.#place(ready);
    }
    for (const { route, keys } of wanted.values()) {
      this.#moves.move(route, [...keys.values()], (key, outcome) => {
        for (const [entry, round] of waiting.get(keyText(key)) ?? []) {
          if (entry.round === round) this.#moved(entry, outcome);
        }
      });
    }
    if (this.#entries.size !== before) this.#changed();
  }

  /**
   * Takes the next step for a command.
   *
   * @param want Has a key moved.
   * @returns The host that it goes to now, if it does.
   */
  #step(
    entry: Entry,
    want: (route: KeyRoute, text: string, key: Key) => void,
  ): number | undefined {
    const { held, keys } = entry;
    const topology = this.#topology;
    const { phase, isMixed, epoch } = topology.state;
    const moving: [route: KeyRoute, text: string, key: Key][] = [];
    // Where all of its keys will be, whatever its group was found by.
    const isRouted = topology.isMoving || entry.epoch !== epoch ||
      held.group === MOVING_GROUPS;
    let home: number | undefined;
    try {
      if (topology.problem !== undefined) {
        throw topology.refusal(held.command.name);
      }
      for (const [text, key] of isRouted ? keys : []) {
        const route = topology.hostsOf(key);
        const { from, to } = route;
        home ??= to;
        if (to !== home) throw parted(held.command.name);
        if (from === to || entry.absentIn === epoch) continue;
        if (!this.#moves.hasLeft(text)) {
          moving.push([route, text, key]);
        }
      }
    } catch (error) {
      this.#giveUp(entry, error);
      return undefined;
    }
    const hostId = home ?? topology.hostOf(held.group);
    const [first] = moving;
    if (first === undefined) return hostId;
    const isOpen = phase === "moving" || entry.isRead && !isMixed;
    if (!isOpen) {
      this.#first.add(entry);
      return undefined;
    }
    entry.state = "working";
    if (entry.isRead) {
      const { command, owner } = held;
      const [{ from }, , key] = first;
      const read = { command, key, merges: owner.merges };
      const round = ++entry.round;
      this.#moves.read(from, read, (outcome) => {
        if (entry.state !== "working" || entry.round !== round) return;
        if (outcome === "again") return this.#again(entry);
        if (outcome === "absent") {
          // Those that are told in one turn leave together.
          entry.absentIn = epoch;
          return this.#again(entry);
        }
        this.#leave(entry);
        owner.finish(held, outcome.settle);
        this.release();
        this.#changed();
      });
      return undefined;
    }
    entry.missing = moving.length;
    entry.round++;
    for (const [route, text, key] of moving) want(route, text, key);
    return undefined;
  }

  /** A key of a command has come to where it goes, or not. */
  #moved(entry: Entry, outcome: MoveOutcome): void {
    if (entry.state !== "working") return;
    if ("error" in outcome) {
      if (outcome.error instanceof CommandError) {
        this.#giveUp(entry, notMoved(entry.held, outcome.error));
      } else {
        // What is not known is tried again, for as long as there is time.
        entry.round++;
        entry.timer = setTimeout(() => this.#again(entry), PAUSE);
      }
    } else if (typeof outcome.ending === "object") {
      this.#giveUp(entry, notMoved(entry.held, outcome.ending.problem));
    } else if (--entry.missing === 0) {
      this.#again(entry);
    }
  }

  #again(entry: Entry): void {
    if (entry.state !== "working") return;
    entry.state = "waiting";
    // Something that was issued before may have come back meanwhile.
    if (this.#isFirst(entry)) this.#first.add(entry);
    this.release();
  }

  #giveUp(entry: Entry, reason: unknown): void {
    this.#leave(entry);
    entry.held.owner.giveUp(entry.held, reason);
    this.release();
    this.#changed();
  }

  /** Brings commands to hosts, where they keep their order. */
  #place(ready: readonly (readonly [entry: Entry, hostId: number])[]): void {
    for (let from = 0, to = 0; from < ready.length; from = to) {
      const [{ held: first }, hostId] = ready[from];
      const part: Held[] = [];
      for (; to < ready.length; to++) {
        const [entry, other] = ready[to];
        const { held } = entry;
        const isAlike = other === hostId && held.owner === first.owner &&
          held.terms === first.terms && held.deadline === first.deadline;
        if (!isAlike) break;
        this.#leave(entry);
        part.push(held);
      }
      first.owner.place(hostId, part);
    }
  }

  #expire(): void {
    const now = performance.now();
    const late = new Set<Held>();
    for (const held of this.#entries.keys()) {
      if (held.deadline <= now) late.add(held);
      else this.#alarm.set(held.deadline);
    }
    this.forget(late);
    for (const held of late) held.owner.expire(held);
  }
}

/** The keys that a batch reads, of which texts are made only if somebody asks. */
class ReadKeys {
  readonly #keys: Key[] = [];
  readonly #texts = new Set<string>();

  add(key: Key): void {
    this.#keys.push(key);
  }

  get texts(): ReadonlySet<string> {
    for (const key of this.#keys) this.#texts.add(keyText(key));
    this.#keys.length = 0;
    return this.#texts;
  }
}

/** Keys by their texts. */
function byTexts(keys: readonly Key[]): Map<string, Key> {
  return new Map(keys.map((key) => [keyText(key), key]));
}

function parted(name: string): ReshardingError {
  return new ReshardingError(
    `Cannot send "${name}": its keys will be on several hosts`,
    { command: name, outcome: "not-sent" },
  );
}

function notMoved(
  { command: { name } }: Held,
  problem: "same" | { readonly reply: string } | CommandError,
): ReshardingError {
  const why = problem === "same"
    ? "its hosts before and after are one and the same database"
    : problem instanceof CommandError
    ? `a server refused what moves it: ${problem.message}`
    : `the host it moves to refused it: ${problem.reply}`;
  return new ReshardingError(
    `Cannot send "${name}": its key has to be moved first, and ${why}`,
    {
      command: name,
      outcome: "not-sent",
      ...(problem instanceof CommandError ? { cause: problem } : {}),
    },
  );
}
