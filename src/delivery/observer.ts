/**
 * Who watches what is issued, and by whom: nobody, most of the time.
 *
 * @module
 */

import type { PoolStatus } from "../wire/pool.ts";
import type { ServerStats } from "./stats_types.ts";

/** Where a server is, in parts. */
export interface ServerPlace {
  /** Its host name or address. */
  readonly hostname: string;
  /** Its port. */
  readonly port: number;
  /** The path of its unix socket, if it is reached by one. */
  readonly path?: string | undefined;
  /** Which of its databases is used. */
  readonly db: number;
}

/** A host as observers see it. */
export interface ObservedHost {
  /** Its id. */
  readonly id: number;
  /** Where its server is now. */
  readonly server: ServerPlace;
  /** Its connections. */
  readonly pool: PoolStatus;
  /** Whether it takes no further commands. */
  readonly closing: boolean;
  /** What has happened on the way to it. */
  stats(): ServerStats;
}

/** A batch all of whose commands are settled. */
export interface ObservedBatch {
  /** Where it went. */
  readonly host: ObservedHost;
  /** Who issued it, the first one first. */
  readonly callers: readonly unknown[];
  /** How many commands it had, by their names. */
  readonly commands: Readonly<Record<string, number>>;
  /** How many commands it had. */
  readonly count: number;
  /** When it was issued, in milliseconds of `performance.now()`. */
  readonly issuedAt: number;
  /** Milliseconds until its last command was settled. */
  readonly duration: number;
  /** How many connections it was put on in vain. */
  readonly failedAttempts: number;
  /** How many of its commands were rejected. */
  readonly errors: number;
  /** What the first one of those was rejected with. */
  readonly failure: unknown;
}

/** The call that began a map. */
export type MapKind = "map" | "mapBatches" | "fanout" | "executeCommands";

/** A map that is observed. */
export interface ObservedMap {
  /** It stands for whoever called it where its batches are concerned. */
  readonly caller: unknown;
  /** Calls the callback of the map. */
  run<R>(callback: () => R): R;
  /**
   * It has come to its end; said more than once, the first time counts.
   *
   * @param failure What went wrong, if anything did.
   */
  end(failure?: { readonly reason: unknown }): void;
}

/** Watches all clusters of a program. */
export interface Observer {
  /** Who is at work now: the same value for all that one caller does. */
  caller(): unknown;
  /** A map begins, which somebody called. */
  mapBegins(kind: MapKind, caller: unknown): ObservedMap;
  /** A batch has come to its end. */
  batchSettled(batch: ObservedBatch): void;
}

/** The observer, if there is one. */
export let observer: Observer | undefined = undefined;

/**
 * Sets the observer, or takes it away.
 *
 * @throws {Error} If there is one already.
 */
export function observe(next: Observer | undefined): void {
  if (next !== undefined && observer !== undefined) {
    throw new Error(
      "Cannot observe what is observed already: end the first observation",
    );
  }
  observer = next;
}

/**
 * How many callers of a batch are told apart. A batch that more of them share
 * tells little about any one of them.
 */
const MAX_CALLERS = 128;

/** Who has issued the commands of a batch. */
export class Callers {
  readonly #all: Set<unknown>;
  readonly #isMap: boolean;
  #last: unknown = undefined;

  /** @param map The map whose commands they are, if it is one. */
  constructor(map?: ObservedMap) {
    this.#isMap = map !== undefined;
    this.#all = new Set(map === undefined ? [] : [map.caller]);
  }

  /** Notes who issues a command now. */
  note(): void {
    if (this.#isMap) return;
    const caller = observer?.caller();
    if (caller === this.#last && this.#all.size > 0) return;
    this.#last = caller;
    if (this.#all.size < MAX_CALLERS) this.#all.add(caller);
  }

  /** Adds those who have issued a command that travels here. */
  join(others: Callers): void {
    if (this.#isMap) return;
    for (const caller of others.#all) {
      if (this.#all.size < MAX_CALLERS) this.#all.add(caller);
    }
  }

  /** All of them, the first one first. */
  list(): unknown[] {
    return [...this.#all];
  }
}
