/**
 * The policy: what becomes of a command whose reply was an error, or whose
 * connection was lost. Every rule of delivery is here, and none is asked as long
 * as all goes well.
 *
 * @module
 */

import { positionsOf } from "../commands/keys.ts";
import type { CommandSpec } from "../commands/spec.ts";
import {
  CommandError,
  ConnectionError,
  ProtocolError,
  TransportError,
} from "../errors.ts";
import { runtime } from "../runtime/mod.ts";
import { type Key, keyText, type Reply } from "../values.ts";
import type { Redirect } from "../topology/mod.ts";
import { jitter } from "../wire/breaker.ts";
import { asNode, asSentinel } from "../wire/mistaken.ts";
import type { Command } from "./command.ts";
import { WAIT } from "./replication.ts";

/** Milliseconds before the first retry that pauses at all, */
const FIRST_PAUSE = 50;
/** and the most before any further one. */
const LONGEST_PAUSE = 500;

/**
 * Errors with which a server says that it ran nothing, and that another one, or
 * the same a little later, would: it is a replica now, has lost its primary,
 * loads its data, or its cluster is down.
 */
const ELSEWHERE = new Set(["READONLY", "MASTERDOWN", "LOADING", "CLUSTERDOWN"]);

/**
 * Whether an error reply proves that a command did not run and may well run over
 * a new connection: the address may lead to another server by now. Of what
 * words its own errors (scripts, modules) no text proves anything.
 *
 * @param command What travelled.
 * @param error The error that answered it.
 */
export function leadsElsewhere(
  command: CommandSpec,
  error: CommandError,
): boolean {
  return ELSEWHERE.has(error.code) && !command.forgeable;
}

/**
 * Errors with which a node of a Redis Cluster says that it ran nothing, since the
 * keys are elsewhere, or some of them are on their way.
 */
const MOVED = new Set(["MOVED", "ASK", "TRYAGAIN"]);

/** Whether a reply says that its command did not run, whoever says so. */
export function provesNothingRan(reply: Reply): boolean {
  return reply instanceof CommandError &&
    (ELSEWHERE.has(reply.code) || MOVED.has(reply.code));
}

/** Whether an error says that keys are elsewhere, or on their way. */
export function isMoved({ code }: CommandError): boolean {
  return MOVED.has(code);
}

/** Where a command may go that its server has refused. */
export type WayOut =
  /** It goes again, over a new connection. */
  | "elsewhere"
  /** It was merged with others and goes again by itself. */
  | "apart"
  /** Its keys are on another host, or on their way to one. */
  | "moved"
  /** The same, if it is the server that says so and not a script. */
  | "hearsay"
  /** It goes again with the source of its script, if the server lacks that. */
  | "source";

/**
 * What an error reply proves, where that lets commands go again.
 *
 * A user may not be allowed a merged command, or one of its keys. Servers look
 * at that before they run anything, so none of what was merged has run, and each
 * command has a right to an answer of its own.
 *
 * @param command What travelled.
 * @param error The error that answered it.
 * @param how Whether it stood for others, which nobody issued in this form,
 * whether it named a script whose source can be sent, and whether it may go to
 * another host.
 */
export function wayOut(
  command: CommandSpec,
  error: CommandError,
  { isMerged, hasSource, mayMove }: {
    isMerged: boolean;
    hasSource: boolean;
    mayMove: boolean;
  },
): WayOut | undefined {
  // A script may say so as well: the server is asked before it is believed.
  if (hasSource && error.code === "NOSCRIPT") return "source";
  // Some of its keys may be there, and others not.
  const isSplit = error.code === "NOPERM" || error.code === "TRYAGAIN";
  if (isMerged && isSplit) return "apart";
  if (mayMove && MOVED.has(error.code)) {
    return command.forgeable ? "hearsay" : "moved";
  }
  return leadsElsewhere(command, error) ? "elsewhere" : undefined;
}

/**
 * An error of a node of a Redis Cluster, or of a sentinel, for whoever took it for
 * a server that stands alone.
 *
 * @param command What travelled.
 * @param reply The error reply to it.
 */
export function explained(
  command: CommandSpec,
  reply: CommandError,
): CommandError {
  if (command.forgeable) return reply;
  if (reply.code === "MOVED" || reply.code === "ASK") return asNode(reply);
  // One of a module is not there as a rule because the module is not.
  return command.name.includes(".") ? reply : asSentinel(reply);
}

/**
 * Whether an error reply says that the user is not allowed a command at all,
 * whatever its keys are.
 *
 * @param name The name of the command that travelled, in capitals.
 */
export function isForbidden(name: string, error: CommandError): boolean {
  return error.code === "NOPERM" &&
    error.message.toUpperCase().includes(`'${name}'`);
}

/**
 * Whether the server turned a connection away before it looked at any command,
 * so that none of those on it has run.
 */
export function wasTurnedAway(error: Error): boolean {
  return error instanceof TransportError && error.outcome === "not-sent";
}

/** Whether another attempt to connect could end differently. */
export function isWorthRetrying(cause: unknown): boolean {
  if (cause instanceof ProtocolError) return false;
  if (!(cause instanceof ConnectionError)) return true;
  if (cause.cause instanceof CommandError) {
    const { code, message } = cause.cause;
    return code === "LOADING" || message.includes("max number of clients");
  }
  // TLS that is not to be trusted will not be so in a moment.
  return !runtime.isUntrusted(cause.cause);
}

/** How long to pause before an attempt, in milliseconds; the first one is 1. */
export function pauseBefore(attempt: number): number {
  return jitter(Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1)));
}

/** How far a command had come that has to be decided about. */
export type Progress =
  /** It is on no connection. */
  | "unsent"
  /** Its bytes had left, and there is no reply. */
  | "sent"
  /** Its reply proves that it did not run. */
  | "refused"
  /** Its reply is an error, which proves nothing; it may have run. */
  | "failed"
  /** It ran; it is there because of those before it. */
  | "ran";

/** A command that came back, and how far it had come. */
export interface Returned<B = unknown> {
  readonly command: Command;
  readonly progress: Progress;
  /** The batch that it belongs to. */
  readonly batch: B;
  /** The error reply of one that was refused, */
  readonly error?: CommandError;
  /** where it may go, */
  readonly wayOut?: WayOut;
  /** and which host that is, if it is another one. */
  readonly redirect?: Redirect;
  /** Whether it came behind an ASKING. */
  readonly isAsking?: boolean;
}

/** What becomes of a command: another attempt, an error, or nothing more. */
export type Verdict = "again" | "refused" | "lost" | "done";

/**
 * Decides about all commands of one client that came back from a host together.
 *
 * The rule of order: what a client issued for a key takes effect in that order
 * or not at all. So a command goes again only if no later one of the same client
 * for one of its keys ran, or may have run.
 *
 * @param returned The commands in the order of issue.
 * @param loss What ended the connection, if it is lost.
 * @returns A verdict for each of them.
 */
export function decide(
  returned: readonly Returned[],
  loss: Error | undefined,
): Verdict[] {
  const verdicts = new Array<Verdict>(returned.length);
  const changed = new KeySet();
  for (let i = returned.length - 1; i >= 0; i--) {
    const { command, progress } = returned[i];
    const verdict = verdictOn(returned[i], loss, changed);
    verdicts[i] = verdict;
    const mayHaveRun = progress === "ran" || progress === "failed" ||
      progress === "sent" && !turnedAway(loss);
    if (mayHaveRun && !command.spec.reads) changed.add(command);
  }
  return verdicts;
}

/** Whether a command that came back may still change something. */
export function mayStillChange({ command, progress }: Returned): boolean {
  return progress === "sent" && !command.spec.reads;
}

function verdictOn(
  { command, progress }: Returned,
  loss: Error | undefined,
  changed: KeySet,
): Verdict {
  // Over another connection it would count other writes.
  if (command.form === WAIT && progress !== "ran") return "lost";
  switch (progress) {
    case "ran":
      return "done";
    case "unsent":
      return "again";
    case "refused":
      return changed.touches(command) ? "refused" : "again";
    case "failed":
      return "refused";
    case "sent":
      if (turnedAway(loss)) return "again";
      return mayRepeat(command, loss) && !changed.touches(command)
        ? "again"
        : "lost";
  }
}

function turnedAway(loss: Error | undefined): boolean {
  return loss !== undefined && wasTurnedAway(loss);
}

/** Whether a command may run twice, seen by itself. */
function mayRepeat(command: Command, loss: Error | undefined): boolean {
  // A server that does not speak the protocol will not do so in a moment.
  if (loss instanceof ProtocolError) return false;
  return command.idempotent || command.spec.reads;
}

/** The keys of some commands; of one without keys it is all of them. */
class KeySet {
  readonly #keys = new Set<string>();
  #hasAll = false;

  add(command: Command): void {
    const keys = keysOf(command);
    if (keys === undefined) this.#hasAll = true;
    else for (const key of keys) this.#keys.add(key);
  }

  touches(command: Command): boolean {
    if (this.#hasAll) return true;
    if (this.#keys.size === 0) return false;
    const keys = keysOf(command);
    return keys === undefined || keys.some((key) => this.#keys.has(key));
  }
}

/** The keys of a command as text; nothing when it may be about any. */
function keysOf({ spec, args }: Command): string[] | undefined {
  try {
    const positions = positionsOf(spec, args);
    return positions.length === 0
      ? undefined
      : positions.map((position) => keyText(args[position] as Key));
  } catch {
    // An unknown command, which an explicit host took.
    return undefined;
  }
}
