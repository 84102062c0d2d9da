/**
 * What a command does to its connection and to its server.
 *
 * @module
 */

import { exists, hasFlag } from "@ioredis/commands";
import type { Argument } from "../values.ts";

/** How a command uses its connection, where that is out of the ordinary. */
interface Usage {
  /** Whether it changes what the connection means for those after it. */
  isStateful(args: readonly Argument[]): boolean;
  /**
   * How long it may block on the server, in milliseconds; `Infinity` when it
   * asks to wait for ever, `undefined` when it does not block.
   */
  blockTime(args: readonly Argument[]): number | undefined;
}

/** Commands out of the ordinary by their names; one look-up settles the rest. */
const USAGES = new Map<string, Usage>();

function add(names: string, usage: Partial<Usage>): void {
  const { isStateful = () => false, blockTime = () => undefined } = usage;
  for (const name of names.split(" ")) {
    USAGES.set(name, { isStateful, blockTime });
  }
}

add(
  "ASKING AUTH DISCARD EXEC HELLO MONITOR MULTI PSUBSCRIBE PSYNC PUNSUBSCRIBE " +
    "QUIT READONLY READWRITE REPLCONF RESET SELECT SSUBSCRIBE SUBSCRIBE " +
    "SUNSUBSCRIBE SYNC UNSUBSCRIBE UNWATCH WATCH",
  { isStateful: () => true },
);
add("CLIENT", {
  isStateful: oneOf("CACHING NO-EVICT NO-TOUCH REPLY SETNAME TRACKING"),
});
add("SCRIPT", { isStateful: oneOf("DEBUG") });

add("BLPOP BRPOP BRPOPLPUSH BLMOVE BZPOPMIN BZPOPMAX", {
  blockTime: (args) => duration(args[args.length - 1], 1_000),
});
add("BLMPOP BZMPOP", { blockTime: ([seconds]) => duration(seconds, 1_000) });
add("WAIT WAITAOF", {
  blockTime: (args) => duration(args[args.length - 1], 1),
});
add("XREAD XREADGROUP", { blockTime: blockOption });

/** Whether a command neither blocks nor changes what its connection means. */
export function isOrdinary(name: string): boolean {
  return !USAGES.has(name);
}

/**
 * Whether a command changes what its connection means for those after it, so
 * that it needs one of its own for as long as the state lasts.
 */
export function isStateful(name: string, args: readonly Argument[]): boolean {
  return USAGES.get(name)?.isStateful(args) === true;
}

/**
 * How long a command may block on the server, in milliseconds; `Infinity` when
 * it asks to wait for ever, `undefined` when it does not block.
 */
export function blockTimeOf(
  name: string,
  args: readonly Argument[],
): number | undefined {
  return USAGES.get(name)?.blockTime(args);
}

/** Whether a command runs a script, which may answer with any error. */
export function isScript(name: string): boolean {
  return name.startsWith("EVAL") || name.startsWith("FCALL");
}

const readOnly = new Map<string, boolean>();

/**
 * Whether a command changes nothing on its server, by the `readonly` flag that
 * Redis itself gives it, so that it may be sent again after a lost reply. An
 * unknown one is taken to write.
 */
export function isReadOnly(name: string): boolean {
  let known = readOnly.get(name);
  if (known === undefined) {
    const lower = name.toLowerCase();
    known = exists(lower) && hasFlag(lower, "readonly");
    readOnly.set(name, known);
  }
  return known;
}

function oneOf(words: string): Usage["isStateful"] {
  const subcommands = new Set(words.split(" "));
  return ([first]) => subcommands.has(String(first).toUpperCase());
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
