/**
 * What a command does to its connection and to its server.
 *
 * @module
 */

import { hasFlag } from "@ioredis/commands";
import type { Argument } from "../values.ts";

/**
 * Commands that change what the connection means for those after them. They
 * need a connection of their own, for as long as the state lasts.
 */
const STATEFUL = new Set([
  "ASKING",
  "AUTH",
  "DISCARD",
  "EXEC",
  "HELLO",
  "MONITOR",
  "MULTI",
  "PSUBSCRIBE",
  "PSYNC",
  "PUNSUBSCRIBE",
  "QUIT",
  "READONLY",
  "READWRITE",
  "REPLCONF",
  "RESET",
  "SELECT",
  "SSUBSCRIBE",
  "SUBSCRIBE",
  "SUNSUBSCRIBE",
  "SYNC",
  "UNSUBSCRIBE",
  "UNWATCH",
  "WATCH",
]);

/** Subcommands of CLIENT and SCRIPT with the same effect. */
const STATEFUL_SUBCOMMANDS = new Map([
  [
    "CLIENT",
    new Set([
      "CACHING",
      "NO-EVICT",
      "NO-TOUCH",
      "REPLY",
      "SETNAME",
      "TRACKING",
    ]),
  ],
  ["SCRIPT", new Set(["DEBUG"])],
]);

type BlockTime = (args: readonly Argument[]) => number | undefined;

/** The longest time a command may block, in milliseconds, by its name. */
const BLOCK_TIMES: ReadonlyMap<string, BlockTime> = new Map([
  ...["BLPOP", "BRPOP", "BRPOPLPUSH", "BLMOVE", "BZPOPMIN", "BZPOPMAX"]
    .map((name): [string, BlockTime] => [name, lastInSeconds]),
  ...["BLMPOP", "BZMPOP"]
    .map((name): [string, BlockTime] => [name, firstInSeconds]),
  ["WAIT", lastInMilliseconds],
  ["WAITAOF", lastInMilliseconds],
  ["XREAD", blockOption],
  ["XREADGROUP", blockOption],
]);

/**
 * Whether a command changes what the connection means for those after it.
 */
export function isStateful(name: string, args: readonly Argument[]): boolean {
  if (STATEFUL.has(name)) return true;
  const subcommands = STATEFUL_SUBCOMMANDS.get(name);
  return subcommands !== undefined &&
    subcommands.has(String(args[0]).toUpperCase());
}

/**
 * How long a command may block on the server, in milliseconds; `Infinity` when
 * it asks to wait for ever, `undefined` when it does not block.
 */
export function blockTimeOf(
  name: string,
  args: readonly Argument[],
): number | undefined {
  return BLOCK_TIMES.get(name)?.(args);
}

const readOnly = new Map<string, boolean>();

/**
 * Whether a command changes nothing on its server, by the `readonly` flag that
 * Redis itself gives it, so that it may be sent again after a lost reply.
 */
export function isReadOnly(name: string): boolean {
  let known = readOnly.get(name);
  if (known === undefined) {
    known = hasFlag(name, "readonly", { nameCaseInsensitive: true });
    readOnly.set(name, known);
  }
  return known;
}

function lastInSeconds(args: readonly Argument[]): number {
  return duration(args[args.length - 1], 1_000);
}

function firstInSeconds(args: readonly Argument[]): number {
  return duration(args[0], 1_000);
}

function lastInMilliseconds(args: readonly Argument[]): number {
  return duration(args[args.length - 1], 1);
}

/** The BLOCK option stands before STREAMS, behind which come keys. */
function blockOption(args: readonly Argument[]): number | undefined {
  for (let i = 0; i < args.length - 1; i++) {
    const word = String(args[i]).toUpperCase();
    if (word === "STREAMS") return undefined;
    if (word === "BLOCK") return duration(args[i + 1], 1);
  }
  return undefined;
}

/** A time to block; 0 means for ever, and nonsense is for the server to refuse. */
function duration(value: Argument | undefined, unit: number): number {
  const time = Number(value) * unit;
  return time > 0 ? time : time === 0 ? Infinity : 0;
}
