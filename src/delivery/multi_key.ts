/**
 * Commands over several keys: split by host, and their replies merged.
 *
 * @module
 */

import type { CommandSpec, Splitting } from "../commands/spec.ts";
import { splittable } from "../commands/table.ts";
import { PartialError } from "../partial_error.ts";
import type { Topology } from "../topology/mod.ts";
import type { Argument, Key, Reply } from "../values.ts";
import { Command, isFailure, PART, type Settler } from "./command.ts";

/** The part of a command whose keys belong to one group. */
export interface Part {
  /** The group of its keys. */
  readonly group: number;
  /** Its arguments. */
  readonly args: Argument[];
  /** For each of its keys, which key of the whole command it is. */
  readonly positions: number[];
}

/** A command that has to be split, and what makes it whole again. */
export interface Split {
  /** One for each group, in the order in which the groups first appear. */
  readonly parts: readonly Part[];
  /** All keys in the caller's order. */
  readonly keys: readonly Key[];
  readonly merge: Splitting["merge"];
  /** Whether it ends with an outcome for each key, whatever fails. */
  readonly settled: boolean;
}

/**
 * Splits a command by the groups of its keys; each key is looked at once.
 *
 * @returns The parts, one where it can stay whole; nothing when the command
 * cannot be split, so that it is for the topology to decide.
 */
export function split(
  topology: Topology,
  { row: { splits } }: CommandSpec,
  args: readonly Argument[],
): Split | undefined {
  if (splits === undefined) return undefined;
  const { step } = splits;
  if (args.length <= step || args.length % step !== 0) return undefined;
  return divide(splits, args, {
    groupOf: (key) => topology.groupOf(key),
    settled: false,
  });
}

/**
 * Splits a command that shall end with an outcome for each key. A count becomes
 * one part for each key, since the sum over a host tells nothing of a key.
 *
 * @param groupOf Names the group of a key.
 * @throws {TypeError} If the command has no outcome for each key.
 */
export function splitSettled(
  groupOf: (key: Key) => number,
  { name, row: { splits } }: CommandSpec,
  args: readonly Argument[],
): Split {
  if (splits === undefined) {
    throw new TypeError(
      `Cannot use "settled" with "${name}": it is for ${splittable()}`,
    );
  }
  if (args.length % splits.step !== 0) {
    throw new TypeError(
      `Cannot split "${name}": the last of its keys has no value`,
    );
  }
  return divide(splits, args, { groupOf, settled: true });
}

function divide(
  { step, merge }: Splitting,
  args: readonly Argument[],
  { groupOf, settled }: { groupOf: (key: Key) => number; settled: boolean },
): Split {
  const parts: Part[] = [];
  const partOf = new Map<number, Part>();
  const keys: Key[] = [];
  for (let i = 0; i < args.length; i += step) {
    const group = groupOf(args[i]);
    let part = partOf.get(group);
    if (part === undefined || settled && merge === "sum") {
      part = { group, args: [], positions: [] };
      partOf.set(group, part);
      parts.push(part);
    }
    part.positions.push(keys.length);
    keys.push(args[i]);
    for (let j = i; j < i + step; j++) part.args.push(args[j]);
  }
  return { parts, keys, merge, settled };
}

/**
 * Makes one command for each key of a part of a command that was split.
 *
 * @param command The part; it gets what comes of all of them.
 */
export function tearApart(
  { form, args, settler, flags }: Command,
): Command[] {
  let count = 0;
  const whole = divide(form.command.row.splits!, args, {
    groupOf: () => count++,
    settled: false,
  });
  const merger = new Merger({ command: form.name, split: whole }, settler);
  return whole.parts.map(({ args }, index) =>
    new Command(form, args, merger.settler(index), flags & ~PART)
  );
}

type KeyOutcomes = PromiseSettledResult<Reply>[];

/** Gathers the replies of all parts and settles the whole with them. */
export class Merger {
  readonly #command: string;
  readonly #split: Split;
  readonly #whole: Settler;
  readonly #results: PromiseSettledResult<Reply>[];
  #missing: number;

  /**
   * @param command The name of the command and its parts.
   * @param whole What waits for the whole.
   */
  constructor(
    { command, split }: { command: string; split: Split },
    whole: Settler,
  ) {
    this.#command = command;
    this.#split = split;
    this.#whole = whole;
    this.#results = new Array(split.parts.length);
    this.#missing = split.parts.length;
    // No keys have no outcomes; no part would ever say so.
    if (split.parts.length === 0) whole.resolve([]);
  }

  /** What waits for the part with that index. */
  settler(index: number): Settler {
    return {
      resolve: (value) => this.#take(index, { status: "fulfilled", value }),
      reject: (reason) => this.#take(index, { status: "rejected", reason }),
    };
  }

  #take(index: number, result: PromiseSettledResult<Reply>): void {
    this.#results[index] = result;
    if (--this.#missing > 0) return;
    if (this.#split.settled) {
      // Whoever asked for outcomes has a promise of them, not of a reply.
      this.#whole.resolve(this.#perKey() as unknown as Reply);
    } else if (this.#results.some(({ status }) => status === "rejected")) {
      this.#whole.reject(
        new PartialError(this.#command, this.#split.keys, this.#perKey()),
      );
    } else {
      this.#whole.resolve(this.#merged());
    }
  }

  #merged(): Reply {
    const { merge } = this.#split;
    if (merge === "status") return "OK";
    if (merge === "list") return this.#list();
    return this.#results.map(valueOf).reduce<number>(
      (sum, count) => sum + Number(count),
      0,
    );
  }

  /** The values of all keys, in the caller's order. */
  #list(): Reply[] {
    const { parts, keys } = this.#split;
    const values = new Array<Reply>(keys.length);
    parts.forEach(({ positions }, index) => {
      const value = valueOf(this.#results[index]);
      positions.forEach((position, i) => {
        values[position] = Array.isArray(value) ? value[i] : value;
      });
    });
    return values;
  }

  /** An outcome for each key, in the caller's order. */
  #perKey(): KeyOutcomes {
    const { parts, keys } = this.#split;
    const outcomes: KeyOutcomes = new Array(keys.length);
    parts.forEach((part, index) => {
      const result = this.#results[index];
      part.positions.forEach((position, i) => {
        outcomes[position] = outcomeAt(result, i);
      });
    });
    return outcomes;
  }
}

/** The outcome of one key of a part: its own value, if there is one. */
function outcomeAt(
  result: PromiseSettledResult<Reply>,
  index: number,
): PromiseSettledResult<Reply> {
  if (result.status === "rejected" || !Array.isArray(result.value)) {
    return result;
  }
  const value = result.value[index];
  return isFailure(value)
    ? { status: "rejected", reason: value }
    : { status: "fulfilled", value };
}

function valueOf(result: PromiseSettledResult<Reply>): Reply {
  return result.status === "fulfilled" ? result.value : null;
}
