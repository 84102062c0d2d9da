/**
 * Which groups the commands of a batch belong to.
 *
 * @module
 */

import type { Command } from "./command.ts";
import type { GroupOf, Run } from "./run.ts";

/** Names the groups of commands. */
export interface Grouping {
  /** The group of a key. */
  readonly groupOf: GroupOf;
  /** The group of all keys of a command; nothing where there is none. */
  groupOfCommand(command: Command): number | undefined;
}

/** A command among the runs of a batch. */
export interface Place {
  /** The index of its run, */
  readonly run: number;
  /** its own in there, */
  readonly index: number;
  /** and how many commands there are before it in all runs. */
  readonly place: number;
}

/**
 * Where the last command of each group stands in a batch. That is asked for again
 * and again while groups move, and for as many as do: each command is looked at
 * once, when it is first asked for.
 */
export class GroupPlaces {
  readonly #grouping: Grouping;
  readonly #lastPlaces = new Map<number, number>();
  /** The groups of commands that are in no run any more, */
  readonly #apart = new Set<number>();
  /** and how many of those were looked at. */
  #apartCount = 0;
  /** The command that is looked at next. */
  #run = 0;
  #index = 0;
  #place = 0;

  /** @param grouping Names the groups of commands. */
  constructor(grouping: Grouping) {
    this.#grouping = grouping;
  }

  /**
   * Whether any command belongs to a group.
   *
   * @param group The group.
   * @param runs All runs, of which those before `from` may be empty by now,
   * @param from and the first command that counts.
   */
  has(group: number, runs: readonly Run[], from: Place): boolean {
    if (from.place > this.#place) {
      this.#run = from.run;
      this.#index = from.index;
      this.#place = from.place;
    }
    this.#lookAt(runs);
    return (this.#lastPlaces.get(group) ?? -1) >= from.place;
  }

  /** The same for a list that only grows, of commands that are in no run. */
  hasApart(
    group: number,
    list: readonly { readonly command: Command }[],
  ): boolean {
    for (; this.#apartCount < list.length; this.#apartCount++) {
      const { command } = list[this.#apartCount];
      const own = this.#grouping.groupOfCommand(command);
      if (own !== undefined) this.#apart.add(own);
    }
    return this.#apart.has(group);
  }

  #lookAt(runs: readonly Run[]): void {
    for (; this.#run < runs.length; this.#run++, this.#index = 0) {
      const run = runs[this.#run];
      for (; this.#index < run.length; this.#index++) {
        const group = run.groupAt(this.#index, this.#grouping);
        if (group !== undefined) this.#lastPlaces.set(group, this.#place);
        this.#place++;
      }
      // The last one may still grow.
      if (this.#run === runs.length - 1) return;
    }
  }
}
