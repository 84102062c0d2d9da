/**
 * What a command does to its connection and to its server.
 *
 * @module
 */

import { hasFlag, list } from "@ioredis/commands";
import type { Argument } from "../values.ts";
import { blockOption } from "./option_words.ts";
import { isContainer, subcommandEffect } from "./subcommands.ts";
import { numberOf, wordOf } from "./words.ts";

/** Commands that change what their connection means for those behind them. */
const STATEFUL = new Set(
  ("ASKING AUTH DISCARD EXEC HELLO MONITOR MULTI PSUBSCRIBE PSYNC PUNSUBSCRIBE " +
    "QUIT READONLY READWRITE REPLCONF RESET SELECT SSUBSCRIBE SUBSCRIBE " +
    "SUNSUBSCRIBE SYNC UNSUBSCRIBE UNWATCH WATCH").split(" "),
);

/** Commands that wait for replicas to have the writes of their connection. */
const WAITS_FOR_WRITES = new Set(["WAIT", "WAITAOF"]);

/** Commands after which replies do not follow commands one by one. */
const UNMATCHED = new Set(
  ("MONITOR PSUBSCRIBE PSYNC PUNSUBSCRIBE REPLCONF SSUBSCRIBE SUBSCRIBE " +
    "SUNSUBSCRIBE SYNC UNSUBSCRIBE").split(" "),
);

/** Reads for how long a command may block; nothing where it does not. */
type BlockTime = (args: readonly Argument[]) => number | undefined;

const BLOCK_TIMES = new Map<string, BlockTime>([
  ...["BLPOP", "BRPOP", "BRPOPLPUSH", "BLMOVE", "BZPOPMIN", "BZPOPMAX"]
    .map((name) => [name, lastArgument(1_000)] as const),
  ...["WAIT", "WAITAOF"].map((name) => [name, lastArgument(1)] as const),
  ["BLMPOP", firstArgument],
  ["BZMPOP", firstArgument],
  ["XREAD", streamsBlock],
  ["XREADGROUP", streamsBlock],
]);

/**
 * Orders to a server that is busy with others: what they end, or let go on, may
 * be what their own client waits for.
 */
const AHEAD = new Map<string, ReadonlySet<string>>([
  ["CLIENT", new Set(["KILL", "UNBLOCK", "UNPAUSE"])],
  ["FUNCTION", new Set(["KILL", "STATS"])],
  ["SCRIPT", new Set(["KILL"])],
  ["SHUTDOWN", new Set(["NOSAVE"])],
]);

const KNOWN = new Set(list.map((name) => name.toUpperCase()));

const READ_ONLY = new Set(
  list.filter((name) => hasFlag(name, "readonly"))
    .map((name) => name.toUpperCase()),
);

/** Known commands whose errors a caller may word. */
const SPEAKS_FOR_CALLERS = /^(EVAL|FCALL|DEBUG$)/;

/**
 * Why a command may not run on a connection that others use, as the second half
 * of a sentence; nothing when it may.
 *
 * @param name Its name in capitals.
 * @param args Its arguments.
 */
export function reasonNotToShare(
  name: string,
  args: readonly Argument[],
): string | undefined {
  if (STATEFUL.has(name)) return "it changes its connection";
  if (WAITS_FOR_WRITES.has(name)) {
    return "it counts the writes of its own connection alone, so write and wait on the same one";
  }
  // Without a subcommand a container does nothing, whatever it answers.
  if (args.length === 0 || !isContainer(name)) return undefined;
  switch (subcommandEffect(name, wordOf(args[0]))) {
    case "none":
      return undefined;
    case "state":
      return "this subcommand changes its connection";
    case "unknown":
      return "it is not known what this subcommand does to its connection";
  }
}

/**
 * Whether replies no longer follow commands one by one after a command, so that
 * not even a connection of its own could carry it and others.
 */
export function endsMatching(name: string, args: readonly Argument[]): boolean {
  return UNMATCHED.has(name) ||
    name === "CLIENT" && wordOf(args[0]) === "REPLY";
}

/**
 * Whether nothing about a command depends on its arguments: it neither blocks
 * nor could be refused on a shared connection.
 */
export function isOrdinary(name: string): boolean {
  return !STATEFUL.has(name) && !BLOCK_TIMES.has(name) &&
    !AHEAD.has(name) && !isContainer(name);
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

/**
 * Whether a command waits behind no other, not even of its own client: it goes
 * over a connection of its own, at once.
 *
 * @param name Its name in capitals.
 */
export function goesAhead(name: string, args: readonly Argument[]): boolean {
  return args.length > 0 && AHEAD.get(name)?.has(wordOf(args[0])) === true;
}

/**
 * Whether the text of an error reply to a command may be anybody's: scripts,
 * functions, modules and DEBUG ERROR word errors as they like. The text then
 * proves nothing about the server.
 *
 * @param name The name in capitals.
 */
export function mayAnswerAnything(name: string): boolean {
  return !KNOWN.has(name) || SPEAKS_FOR_CALLERS.test(name);
}

/**
 * Whether a command changes nothing on its server, by the `readonly` flag that
 * Redis itself gives it, so that it may be sent again after a lost reply. An
 * unknown one is taken to write.
 *
 * @param name The name in capitals.
 */
export function isReadOnly(name: string): boolean {
  return READ_ONLY.has(name);
}

function lastArgument(unit: number): BlockTime {
  return (args) => duration(args[args.length - 1], unit);
}

function firstArgument(args: readonly Argument[]): number {
  return duration(args[0], 1_000);
}

function streamsBlock(args: readonly Argument[]): number | undefined {
  const time = blockOption(args);
  return time === undefined ? undefined : duration(time, 1);
}

/** A time to block; 0 means for ever, and nonsense is for the server to refuse. */
function duration(value: Argument | undefined, unit: number): number {
  const time = numberOf(value) * unit;
  return time > 0 ? time : time === 0 ? Infinity : 0;
}
