/**
 * Commands over several keys: split by host, and their replies merged.
 *
 * @module
 */

import { CommandError, DecodeError, PartialError } from "../errors.ts";
import type { BaseRouter } from "../topology/mod.ts";
import type { Argument, Key, Reply } from "../values.ts";
import { describe, type Settler } from "./command.ts";

/** How the replies of the parts become one. */
type Merge = "list" | "sum" | "status";

interface Splittable {
  /** How many arguments belong to each key, itself included. */
  readonly step: number;
  readonly merge: Merge;
}

/** Commands that may be split by key without changing what they mean. */
const SPLITTABLE: ReadonlyMap<string, Splittable> = new Map([
  ["MGET", { step: 1, merge: "list" }],
  ["MSET", { step: 2, merge: "status" }],
  ["DEL", { step: 1, merge: "sum" }],
  ["UNLINK", { step: 1, merge: "sum" }],
  ["EXISTS", { step: 1, merge: "sum" }],
  ["TOUCH", { step: 1, merge: "sum" }],
]);

/** The part of a command that goes to one host. */
export interface Part {
  /** Where it goes. */
  readonly hostId: number;
  /** Its arguments. */
  readonly args: Argument[];
  /** For each of its keys, which key of the whole command it is. */
  readonly positions: number[];
}

/** A command that has to be split, and what makes it whole again. */
export interface Split {
  /** One for each host, in the order in which the hosts first appear. */
  readonly parts: readonly Part[];
  /** All keys in the caller's order. */
  readonly keys: readonly Key[];
  readonly merge: Merge;
  /** Whether it ends with an outcome for each key, whatever fails. */
  readonly settled: boolean;
}

/**
 * Splits a command whose keys live on several hosts.
 *
 * @returns The parts; nothing when the command goes to one host as it is, or
 * cannot be split, so that the router decides.
 */
export function split(
  router: BaseRouter,
  command: string,
  args: readonly Argument[],
): Split | undefined {
  const splittable = SPLITTABLE.get(command);
  if (splittable === undefined) return undefined;
  const { step } = splittable;
  if (args.length <= step || args.length % step !== 0) return undefined;
  const whole = divide(splittable, args, {
    hostOf: (key) => router.getHostForKey(key),
    settled: false,
  });
  return whole.parts.length === 1 ? undefined : whole;
}

/**
 * Splits a command that shall end with an outcome for each key. A count becomes
 * one part for each key, since the sum over a host tells nothing of a key.
 *
 * @param hostOf Names the host of a key.
 * @throws {TypeError} If the command has no outcome for each key.
 */
export function splitSettled(
  hostOf: (key: Key) => number,
  command: string,
  args: readonly Argument[],
): Split {
  const splittable = SPLITTABLE.get(command);
  if (splittable === undefined) {
    const names = [...SPLITTABLE.keys()].join(", ");
    throw new TypeError(
      `Cannot use "settled" with "${command}": it is for ${names}`,
    );
  }
  if (args.length % splittable.step !== 0) {
    throw new TypeError(
      `Cannot split "${command}": the last of its keys has no value`,
    );
  }
  return divide(splittable, args, { hostOf, settled: true });
}

function divide(
  { step, merge }: Splittable,
  args: readonly Argument[],
  { hostOf, settled }: { hostOf: (key: Key) => number; settled: boolean },
): Split {
  const parts: Part[] = [];
  const partOf = new Map<number, Part>();
  const keys: Key[] = [];
  for (let i = 0; i < args.length; i += step) {
    const hostId = hostOf(args[i]);
    let part = partOf.get(hostId);
    if (part === undefined || settled && merge === "sum") {
      part = { hostId, args: [], positions: [] };
      partOf.set(hostId, part);
      parts.push(part);
    }
    part.positions.push(keys.length);
    keys.push(args[i]);
    for (let j = i; j < i + step; j++) part.args.push(args[j]);
  }
  return { parts, keys, merge, settled };
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
   * @param command The name of the command.
   * @param split Its parts.
   * @param whole What waits for the whole.
   */
  constructor(command: string, split: Split, whole: Settler) {
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
        outcomes[position] = this.#outcome(part, result, i);
      });
    });
    return outcomes;
  }

  /** The outcome of one key of a part: its own value, if there is one. */
  #outcome(
    { hostId }: Part,
    result: PromiseSettledResult<Reply>,
    index: number,
  ): PromiseSettledResult<Reply> {
    if (result.status === "rejected" || !Array.isArray(result.value)) {
      return result;
    }
    const value = result.value[index];
    return value instanceof CommandError || value instanceof DecodeError
      ? { status: "rejected", reason: describe(value, this.#command, hostId) }
      : { status: "fulfilled", value };
  }
}

function valueOf(result: PromiseSettledResult<Reply>): Reply {
  return result.status === "fulfilled" ? result.value : null;
}
