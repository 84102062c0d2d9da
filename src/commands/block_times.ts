/**
 * For how long commands block, read from their arguments.
 *
 * @module
 */

import type { Argument } from "../values.ts";
import { blockOption } from "./option_words.ts";
import type { BlockTime } from "./spec.ts";
import { numberOf } from "./words.ts";

/** The last argument, in units of so many milliseconds. */
export function lastArgument(unit: number): BlockTime {
  return (args) => duration(args[args.length - 1], unit);
}

/** The first argument, in seconds. */
export function firstArgument(args: readonly Argument[]): number {
  return duration(args[0], 1_000);
}

/** What follows BLOCK, in milliseconds. */
export function streamsBlock(args: readonly Argument[]): number | undefined {
  const time = blockOption(args);
  return time === undefined ? undefined : duration(time, 1);
}

/** A time to block; 0 means for ever, and nonsense is for the server to refuse. */
function duration(value: Argument | undefined, unit: number): number {
  const time = numberOf(value) * unit;
  return time > 0 ? time : time === 0 ? Infinity : 0;
}
