/**
 * Commands over several keys: split by host, and their replies merged.
 *
 * @module
 */

import { PartialError } from "../errors.ts";
import type { BaseRouter } from "../routers/mod.ts";
import type { Argument, Key, Reply } from "../values.ts";
import type { Settler } from "./command.ts";

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
  const { step, merge } = splittable;
  if (args.length <= step || args.length % step !== 0) return undefined;
  const parts = new Map<number, Part>();
  const keys: Key[] = [];
  for (let i = 0; i < args.length; i += step) {
    const hostId = router.getHostForKey(args[i]);
    let part = parts.get(hostId);
    if (part === undefined) {
      parts.set(hostId, part = { hostId, args: [], positions: [] });
    }
    part.positions.push(keys.length);
    keys.push(args[i]);
    for (let j = i; j < i + step; j++) part.args.push(args[j]);
  }
  if (parts.size === 1) return undefined;
  return { parts: [...parts.values()], keys, merge };
}

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
    if (this.#results.some((result) => result.status === "rejected")) {
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
    if (merge === "list") return this.#perKey().map(valueOf);
    return this.#results.map(valueOf).reduce<number>(
      (sum, count) => sum + Number(count),
      0,
    );
  }

  /** An outcome for each key, in the caller's order. */
  #perKey(): PromiseSettledResult<Reply>[] {
    const { parts, keys, merge } = this.#split;
    const outcomes = new Array<PromiseSettledResult<Reply>>(keys.length);
    parts.forEach(({ positions }, index) => {
      const result = this.#results[index];
      positions.forEach((position, i) => {
        outcomes[position] =
          merge === "list" && result.status === "fulfilled" &&
            Array.isArray(result.value)
            ? { status: "fulfilled", value: result.value[i] }
            : result;
      });
    });
    return outcomes;
  }
}

function valueOf(result: PromiseSettledResult<Reply>): Reply {
  return result.status === "fulfilled" ? result.value : null;
}
