/**
 * Blocking for long, in parts.
 *
 * @module
 */

import type { Argument } from "../values.ts";
import { replaceBlockOption, streamsWord } from "./option_words.ts";
import { wordOf } from "./words.ts";

/**
 * Milliseconds that a command blocks for at a time. A server that has nothing to
 * say for so long says that, so a link that is dead is found out a little later,
 * whatever took it: nothing else would ever tell.
 */
export const BLOCK_PART = 15_000;

/** Milliseconds by which the clocks of a server and of ours may differ. */
const TOLERANCE = 20;

/**
 * The least of milliseconds that is asked for. Redis 6.2 rounds 0.001 seconds down
 * to none at all, which stands for ever.
 */
const LEAST = 2;

/** Writes a time into the arguments of a command; nothing where it cannot. */
type Rewrite = (
  args: readonly Argument[],
  time: number,
) => Argument[] | undefined;

const REWRITES = new Map<string, Rewrite>([
  ...["BLPOP", "BRPOP", "BRPOPLPUSH", "BLMOVE", "BZPOPMIN", "BZPOPMAX"]
    .map((name) => [name, lastArgument] as const),
  ["BLMPOP", firstArgument],
  ["BZMPOP", firstArgument],
  ["XREAD", streams],
  ["XREADGROUP", streams],
]);

/** A command that blocks for a part of its time. */
export interface BlockPart {
  /** Its arguments. */
  readonly args: readonly Argument[];
  /** For how long it blocks, in milliseconds. */
  readonly time: number;
}

/**
 * The arguments of a command that blocks for some time only; as they are where
 * that cannot be written into them.
 *
 * @param name Its name in capitals.
 * @param args Its arguments.
 * @param time For how long it may block, in milliseconds.
 */
export function blockingFor(
  name: string,
  args: readonly Argument[],
  time: number,
): readonly Argument[] {
  return REWRITES.get(name)?.(args, time) ?? args;
}

/**
 * The parts of a command that blocks for long: each is to be sent when the one
 * before it has ended with nothing, which proves that it took nothing.
 */
export class BlockParts {
  readonly #rewrite: Rewrite;
  readonly #args: readonly Argument[];
  #left: number;
  /** How long the part takes that is under way. */
  #time = 0;

  private constructor(
    rewrite: Rewrite,
    args: readonly Argument[],
    time: number,
  ) {
    this.#rewrite = rewrite;
    this.#args = args;
    this.#left = time;
  }

  /**
   * The parts of a command.
   *
   * @param name Its name in capitals.
   * @param args Its arguments.
   * @param time For how long it blocks, in milliseconds.
   * @returns Nothing where it blocks for no more than one part, or where two
   * parts would not be the same as the whole.
   */
  static of(
    name: string,
    args: readonly Argument[],
    time: number,
  ): BlockParts | undefined {
    const rewrite = REWRITES.get(name);
    if (rewrite === undefined || time <= BLOCK_PART) return undefined;
    return rewrite(args, BLOCK_PART) === undefined
      ? undefined
      : new BlockParts(rewrite, args, time);
  }

  /**
   * The next part.
   *
   * @param taken How many milliseconds the last one took, if there was one.
   * @returns Nothing when all its time is over, or when somebody has cut it short
   * (CLIENT UNBLOCK).
   */
  next(taken = Infinity): BlockPart | undefined {
    const time = Math.min(BLOCK_PART, this.#left);
    if (time <= 0 || taken < this.#time - TOLERANCE) return undefined;
    this.#left -= time;
    this.#time = time;
    return { args: this.#rewrite(this.#args, time)!, time };
  }
}

function lastArgument(args: readonly Argument[], time: number): Argument[] {
  return args.with(-1, seconds(time));
}

function firstArgument(args: readonly Argument[], time: number): Argument[] {
  return args.with(0, seconds(time));
}

/** As servers take them; a time that is nearly over is no time without end. */
function seconds(time: number): number {
  return Math.max(LEAST, time) / 1_000;
}

/** What is added between two parts would be missed where it starts at the end. */
function streams(
  args: readonly Argument[],
  time: number,
): Argument[] | undefined {
  const behind = args.slice(streamsWord(args) + 1);
  const ids = behind.slice(behind.length / 2);
  return ids.some((id) => wordOf(id) === "$")
    ? undefined
    : replaceBlockOption(args, Math.ceil(time));
}
