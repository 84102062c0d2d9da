/**
 * How much memory commands take, as far as queues are bounded by it.
 *
 * @module
 */

import type { Argument } from "../values.ts";
import { type Arguments, isList } from "./command.ts";

/** What is counted for a command beside its arguments. */
const COMMAND_BYTES = 64;

/** What is counted for a number. */
const NUMBER_BYTES = 8;

/** An estimate for a command, in bytes. */
export function sizeOf(args: Arguments, second?: Argument): number {
  if (!isList(args)) {
    const size = COMMAND_BYTES + lengthOf(args);
    return second === undefined ? size : size + lengthOf(second);
  }
  let size = COMMAND_BYTES;
  for (let i = 0; i < args.length; i++) size += lengthOf(args[i]);
  return size;
}

/** An estimate for one argument, in bytes. */
export function lengthOf(argument: Argument): number {
  return typeof argument === "object" || typeof argument === "string"
    ? argument.length
    : NUMBER_BYTES;
}
