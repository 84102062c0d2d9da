/**
 * Moving keys for all clients of a cluster, page by page.
 *
 * @module
 */

import { specOf } from "../commands/table.ts";
import { ConnectionError } from "../errors.ts";
import {
  CLAIMS_KEY,
  formatRecord,
  KeyMover,
  LOOK,
  RECORD_KEY,
  type RingRecord,
  SET_RECORD,
} from "../moving/mod.ts";
import type { KeyRoute, RingTopology, RouterHost } from "../topology/mod.ts";
import { type Key, keyText, type Reply } from "../values.ts";
import { BYTES } from "./command.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { ClusterView } from "./cluster_view.ts";
import { issue } from "./issue.ts";
import { Lanes } from "./lane.ts";
import type { Blocked } from "./host.ts";
import { DispatchedHost } from "./moving_host.ts";
import type {
  KeyMoves,
  KeyRead,
  MoveOutcome,
  ReadOutcome,
} from "./moving_commands.ts";

/** How many keys a message moves at the most, */
const PAGE_SIZE = 250;
/** and how many messages are under way from one host to another. */
const MOST_PAGES = 8;
/** Milliseconds before a connection is asked once more to end what blocks it. */
const PAUSE = 20;
/** How many keys are known to have left, at the most. */
const MOST_KNOWN = 1_000_000;

/** Told what has become of a key. */
type Told = (key: Key, outcome: MoveOutcome) => void;

/** What moves from one host to another. */
interface Flow {
  readonly mover: KeyMover;
  /** Keys that wait to be moved, by their texts. */
  waiting: Map<string, Key>;
  /** Who is told of each key, under way or not. */
  readonly told: Map<string, Told[]>;
  pages: number;
  /** What gives it up. */
  readonly signal: AbortSignal;
}

/** Moves keys over connections of its own, which all clients share. */
export class ClusterMoves implements KeyMoves {
  readonly topology: RingTopology<RouterHost>;
  readonly #cluster: ClusterView;
  readonly #flows = new Map<string, Flow>();
  /** Keys that have left their former host, in the epoch that this is about. */
  readonly #left = new Set<string>();
  /** Keys of which their former hosts have told null in this turn. */
  readonly #absent = new Map<number, Key[]>();
  #epoch = 0;
  /** Gives up what is done by these rings. */
  #ending = new AbortController();
  /** What carries the steps of moves, */
  #moving: Dispatcher | undefined = undefined;
  /** and reads, which wait for no replicas, as they are, */
  #reading: Dispatcher | undefined = undefined;
  /** or merged. */
  #merging: Dispatcher | undefined = undefined;

  /**
   * @param cluster The hosts.
   * @param topology Its topology.
   */
  constructor(cluster: ClusterView, topology: RingTopology<RouterHost>) {
    this.#cluster = cluster;
    this.topology = topology;
  }

  /**
   * The rings have changed: nothing of what was to be done by the former ones is
   * sent any more.
   */
  ringChanged(): void {
    const ending = this.#ending;
    const flows = [...this.#flows.values()];
    this.#ending = new AbortController();
    this.#moving = this.#reading = this.#merging = undefined;
    this.#epoch = this.topology.state.epoch;
    this.#left.clear();
    this.#absent.clear();
    this.#flows.clear();
    ending.abort(
      new ConnectionError("The ring has changed", { outcome: "not-sent" }),
    );
    for (const flow of flows) this.#serve(flow);
  }

  setRecord(
    hostId: number,
    record: RingRecord,
    before?: number,
  ): Promise<Reply> {
    // It may ask for more than the one that is known.
    const { replicated = 0 } = record;
    const dispatcher = replicated > this.#replicated
      ? this.#makeDispatcher({ replicated })
      : this.#steps;
    const host = new DispatchedHost(dispatcher, hostId);
    const args = [formatRecord(record), record.epoch];
    if (before !== undefined) args.push(before);
    return host.run(SET_RECORD, [RECORD_KEY], args);
  }

  async restoreRecord(hostId: number): Promise<void> {
    const { state } = this.topology;
    // Where there was never any, there is nothing to say.
    if (state.epoch === 0 || !this.topology.hosts.has(hostId)) return;
    try {
      await this.setRecord(hostId, state);
    } catch {
      // Whoever looks next finds that it is not there, and tries again.
    }
  }

  /** Ends what blocks at a host, so that it can go on elsewhere. */
  unblock(hostId: number, blocked: Blocked): void {
    const epoch = this.#epoch;
    const isWanted = () => epoch === this.#epoch && blocked.isBlocked();
    // It may be about to block only now.
    const again = () => {
      if (!isWanted()) return;
      this.#cluster.host(hostId).pause(PAUSE, () => {
        if (isWanted()) this.unblock(hostId, blocked);
      });
    };
    const args = ["UNBLOCK", blocked.id];
    issue(this.#reads, hostId, specOf("CLIENT").form(), args, {
      resolve: again,
      reject: again,
    });
  }

  hasLeft(key: string): boolean {
    return this.#left.has(key);
  }

  noteAbsent(key: Key, formerHostId: number): void {
    // Until keys move somebody may create it there, who has not heard of that. A
    // failover may give back what replicas still have.
    const mayBeForGood = this.topology.state.phase === "moving" &&
      this.#replicated === 0;
    if (!mayBeForGood) return;
    const asked = this.#absent.get(formerHostId);
    if (asked !== undefined) {
      asked.push(key);
      return;
    }
    const keys = [key];
    this.#absent.set(formerHostId, keys);
    // Those that are told in one turn are asked about together.
    queueMicrotask(() => {
      // By other rings it would be another question.
      if (this.#absent.get(formerHostId) !== keys) return;
      this.#absent.delete(formerHostId);
      this.#askAbout(formerHostId, keys);
    });
  }

  move({ from, to }: KeyRoute, keys: readonly Key[], onEnd: Told): void {
    const name = `${from}:${to}`;
    let flow = this.#flows.get(name);
    if (flow === undefined) {
      this.#flows.set(name, flow = this.#flow({ from, to }));
    }
    for (const key of keys) {
      const text = keyText(key);
      const others = flow.told.get(text);
      if (others === undefined) {
        flow.told.set(text, [onEnd]);
        flow.waiting.set(text, key);
      } else others.push(onEnd);
    }
    this.#serve(flow);
  }

  read(
    hostId: number,
    { command, key, merges }: KeyRead,
    onEnd: (outcome: ReadOutcome) => void,
  ): void {
    const { form, args, settler, flags } = command;
    const dispatcher = merges ? this.#mergingReads : this.#reads;
    const options = {
      returnUint8Arrays: form.bytes || (flags & BYTES) !== 0,
    };
    const epoch = this.#epoch;
    const absent = (): ReadOutcome => {
      if (epoch === this.#epoch) this.noteAbsent(key, hostId);
      return "absent";
    };
    const resolved = (value: Reply) => ({
      settle: () => settler.resolve(value),
    });
    const rejected = (reason: unknown): ReadOutcome =>
      epoch === this.#epoch
        ? { settle: () => settler.reject(reason) }
        : "again";
    if (form.command.row.nullIfAbsent === true) {
      const settler = {
        resolve: (value: Reply) =>
          onEnd(value === null ? absent() : resolved(value)),
        reject: (reason: unknown) => onEnd(rejected(reason)),
      };
      issue(dispatcher, hostId, form, args, settler, options);
      return;
    }
    // A key that is gone when the second one is answered tells nothing by the
    // first; one that is there was there before, as nobody creates it here.
    let outcome: ReadOutcome = "again";
    issue(dispatcher, hostId, form, args, {
      resolve: (value) => outcome = resolved(value),
      reject: (reason) => outcome = rejected(reason),
    }, options);
    issue(dispatcher, hostId, specOf("EXISTS").form(), [key], {
      resolve: (count) => onEnd(count === 1 ? outcome : absent()),
      reject: (reason) => onEnd(rejected(reason)),
    });
  }

  #flow({ from, to }: KeyRoute): Flow {
    const host = (hostId: number) =>
      new DispatchedHost(this.#steps, hostId, this.#reads);
    const epoch = this.#epoch;
    const isReplicated = this.#replicated > 0;
    const mover = new KeyMover(host(from), host(to), { epoch, isReplicated });
    const { signal } = this.#ending;
    return { mover, waiting: new Map(), told: new Map(), pages: 0, signal };
  }

  #serve(flow: Flow): void {
    while (flow.pages < MOST_PAGES && flow.waiting.size > 0) {
      const page = [...flow.waiting].slice(0, PAGE_SIZE);
      for (const [text] of page) flow.waiting.delete(text);
      flow.pages++;
      this.#movePage(flow, page).finally(() => {
        flow.pages--;
        this.#serve(flow);
      });
    }
  }

  async #movePage(
    flow: Flow,
    page: readonly (readonly [text: string, key: Key])[],
  ): Promise<void> {
    const { signal } = flow;
    const tell = (text: string, key: Key, outcome: MoveOutcome) => {
      const told = flow.told.get(text) ?? [];
      flow.told.delete(text);
      for (const one of told) one(key, outcome);
    };
    try {
      await flow.mover.move(page.map(([, key]) => key), {
        signal,
        onEnd: (index, ending) => {
          const [text, key] = page[index];
          if (typeof ending === "string" && !signal.aborted) {
            this.#noteLeft(text);
          }
          tell(text, key, { ending });
        },
      });
    } catch (error) {
      for (const [text, key] of page) tell(text, key, { error });
    }
  }

  /**
   * Notes which keys have left a host for good. A null does not say that: a key may
   * be of another type, or have expired while somebody moves it.
   */
  async #askAbout(hostId: number, keys: readonly Key[]): Promise<void> {
    const epoch = this.#epoch;
    const host = new DispatchedHost(this.#reads, hostId);
    for (let at = 0; at < keys.length; at += PAGE_SIZE) {
      const page = keys.slice(at, at + PAGE_SIZE);
      try {
        const answers = await host.run(LOOK, [CLAIMS_KEY, ...page], []);
        if (epoch !== this.#epoch) return;
        page.forEach((key, index) => {
          if ((answers as Reply[])[index] === 1) this.#noteLeft(keyText(key));
        });
      } catch {
        // Whoever has it moved finds out.
        return;
      }
    }
  }

  /** How many replicas have to have what moves keys. */
  get #replicated(): number {
    const { replicated = 0 } = this.topology.state;
    return Math.max(replicated, this.#cluster.replicated);
  }

  #noteLeft(key: string): void {
    if (this.#left.size >= MOST_KNOWN) this.#left.clear();
    this.#left.add(key);
  }

  get #steps(): Dispatcher {
    const replicated = this.#replicated;
    return this.#moving ??= this.#makeDispatcher({ replicated });
  }

  get #reads(): Dispatcher {
    return this.#reading ??= this.#makeDispatcher();
  }

  get #mergingReads(): Dispatcher {
    return this.#merging ??= this.#makeDispatcher({ autoBatch: true });
  }

  #makeDispatcher(
    { autoBatch = false, replicated = 0 }: {
      autoBatch?: boolean;
      replicated?: number;
    } = {},
  ): Dispatcher {
    const { timeout, signal } = this.#cluster;
    const ending = this.#ending.signal;
    return new Dispatcher(this.#cluster, {
      timeout,
      signal: signal === undefined ? ending : AbortSignal.any([signal, ending]),
      autoBatch,
      idempotent: false,
      lanes: new Lanes(),
      movesKeys: true,
      replicated,
    });
  }
}
