/**
 * Every error that a caller may want to catch: a leaf that every layer shares.
 *
 * @module
 */

import { ErrorReplyError } from "@db/redis";

/**
 * Whether a command may have run on its server when it failed:
 *
 * - `"not-sent"`: none of its bytes had left, or its server proved that it ran
 *   nothing; it is safe to issue it again.
 * - `"unknown"`: it had been handed to the network; the server may have
 *   executed it or not.
 */
export type Outcome = "not-sent" | "unknown";

/** What a {@linkcode TransportError} knows about its command. */
export interface TransportErrorOptions {
  /** The id of the host the command was meant for. */
  hostId?: number | undefined;
  /** The name of the command, never its arguments. */
  command?: string | undefined;
  /**
   * Whether the command may have run.
   *
   * @default {"unknown"}
   */
  outcome?: Outcome | undefined;
  /** The error underneath, when there is one. */
  cause?: unknown;
}

/**
 * What all errors of the way to a server and back have in common: the host, the
 * name of the command and whether it may have run.
 */
export class TransportError extends Error {
  /** The name of the class. */
  override name = "TransportError";
  /** The id of the host that the command was meant for. */
  readonly hostId: number | undefined;
  /** The name of the command that failed, never its arguments. */
  readonly command: string | undefined;
  /** Whether the command may have run on the server. */
  readonly outcome: Outcome;
  /**
   * Which command of its map it was, counted from 0 in the order of issue, once
   * the map threw it.
   */
  declare index?: number;
  /** Which key of `mapBatches` it was for, counted from 0. */
  declare keyIndex?: number;

  /**
   * An error of the way to a server and back.
   *
   * @param message What was attempted, on which host, and what to do.
   * @param options The host, the command, its outcome and the cause.
   */
  constructor(message: string, options: TransportErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.hostId = options.hostId;
    this.command = options.command;
    this.outcome = options.outcome ?? "unknown";
  }
}

/** A host could not be reached, refused the handshake, or dropped the link. */
export class ConnectionError extends TransportError {
  /** The name of the class. */
  override name = "ConnectionError";
}

/** The time a caller allows (queue, dial and reply together) has run out. */
export class TimeoutError extends TransportError {
  /** The name of the class. */
  override name = "TimeoutError";
}

/**
 * A server sent bytes that are not the Redis protocol. Its connection is
 * closed, since nothing that follows can be matched to a command.
 */
export class ProtocolError extends TransportError {
  /** The name of the class. */
  override name = "ProtocolError";
}

/** The queue of a host is full; the command was refused and not sent. */
export class QueueFullError extends TransportError {
  /** The name of the class. */
  override name = "QueueFullError";
}

/** No connection of a host became free in time; the command was not sent. */
export class PoolTimeoutError extends TimeoutError {
  /** The name of the class. */
  override name = "PoolTimeoutError";
}

/** What a {@linkcode HostDownError} knows of its host. */
export interface HostDownErrorOptions extends TransportErrorOptions {
  /**
   * Milliseconds until the host is probed again.
   *
   * @default {0}
   */
  retryIn?: number | undefined;
}

/**
 * A host failed several times in a row and is not tried for now; the command
 * was not sent. The host is probed in the background until it answers;
 * `cluster.waitUntilUp()` waits for that.
 */
export class HostDownError extends ConnectionError {
  /** The name of the class. */
  override name = "HostDownError";
  /**
   * Milliseconds from the error to the next probe of the host, before which
   * there is no point in trying again; 0 when it is being probed.
   */
  readonly retryIn: number;

  /**
   * An error of a host that counts as down.
   *
   * @param message What was attempted, on which host, and what to do.
   * @param options The host, the command, the next probe and the cause.
   */
  constructor(message: string, options: HostDownErrorOptions = {}) {
    super(message, options);
    this.retryIn = options.retryIn ?? 0;
  }
}

/** What a {@linkcode ReplicationError} knows of its write. */
export interface ReplicationErrorOptions extends TransportErrorOptions {
  /** How many replicas were to have the write. */
  wanted: number;
  /** How many are known to have it. */
  acknowledged: number;
}

/**
 * A write ran on the primary of its host, but fewer replicas than `replicated` asks
 * for are known to have it. It may last, or be undone if the primary is lost; it is
 * not taken back. Its outcome is `"unknown"`.
 */
export class ReplicationError extends TransportError {
  /** The name of the class. */
  override name = "ReplicationError";
  /** How many replicas were to have the write. */
  readonly wanted: number;
  /**
   * How many are known to have it: 0 where the connection was lost, or the time was
   * up, before its server could say so.
   */
  readonly acknowledged: number;

  /**
   * An error of replication.
   *
   * @param message What was attempted, on which host, and what to do.
   * @param options The host, the command, and what is known.
   */
  constructor(message: string, options: ReplicationErrorOptions) {
    super(message, options);
    this.wanted = options.wanted;
    this.acknowledged = options.acknowledged;
  }
}

/**
 * Keys move between hosts, and the command could not go along: its keys cannot be
 * moved now, or its program does not know where they go. It did not run, and may be
 * issued again.
 */
export class ReshardingError extends TransportError {
  /** The name of the class. */
  override name = "ReshardingError";
}

/**
 * A reply arrived whole but cannot be given as text, because it is not UTF-8 or
 * longer than a string can be. The command has run; ask for bytes instead.
 */
export class DecodeError extends TransportError {
  /** The name of the class. */
  override name = "DecodeError";
}

/*
 * Redis quotes arguments in its errors, and any of them may be secret. They are
 * left out, wherever they stand.
 */

/** The arguments of an unknown command, which end its error. */
const LAST_ARGUMENTS = /,? with args beginning with:.*$/s;

/**
 * From the first quote to the last one, as an argument may have quotes inside.
 * An apostrophe within a word is none.
 */
const QUOTED = /(?<!\w)['"`](?:.*['"`](?!\w)|.*)/s;

/** A sentence whose only quotes are around the name of the command itself. */
const NAMES_COMMAND =
  /^[^'"`]*(?:unknown command ['`][\w.|-]+['`]|'[\w.|-]+' command\b)[^'"`]*$/;

/** Sentences of Redis and Valkey that end in arguments without quotes. */
const UNQUOTED = new RegExp(
  `(\\b(?:${
    [
      "invalid longitude,latitude pair",
      "Invalid metadata value given:",
      "Invalid (?:node address|(?:TCP )?(?:base|bus) port|config epoch) specified:",
      "(?:Unknown|know about) node",
      "Unknown (?:argument|direction|lua shebang option:|option given:)",
      "Unexpected (?:engine|flag) in script shebang:",
      "Unsupported (?:option|CONFIG parameter:|rdb-filter-only option:)",
      "Unrecognized (?:REPLCONF option|version format):",
    ].join("|")
  })) \\S.*$`,
  "s",
);

/** Sentences that have one in their middle. */
const ALREADY_EXISTS = /\b((?:Library|Function) )\S.*(?= already exists)/s;

function withoutArguments(reply: string): string {
  const text = reply.replace(LAST_ARGUMENTS, "").replace(UNQUOTED, "$1 …")
    .replace(ALREADY_EXISTS, "$1…");
  return NAMES_COMMAND.test(text) ? text : text.replace(QUOTED, "'…'");
}

/**
 * A server answered with an error, for example
 * `WRONGTYPE Operation against a key holding the wrong kind of value`.
 *
 * Its message repeats no argument of the command, since that may be secret. What
 * the server quotes is replaced by `'…'`, except for the name of the command,
 * and so is what a script, a function or a module repeats of its keys and
 * arguments by `…`. Whatever else a script says is given as it is.
 *
 * It is an instance of the `ErrorReplyError` of `@db/redis`, so that code
 * written for that client catches it as before.
 *
 * @example Telling error replies apart
 * ```ts
 * import { CommandError } from "@rb/rb";
 *
 * const error = new CommandError("WRONGTYPE Operation against a key");
 * console.log(error.code); // WRONGTYPE
 * ```
 */
export class CommandError extends ErrorReplyError {
  /** The name of the class. */
  override name = "CommandError";
  /** The first word of the reply when it is a code, such as `WRONGTYPE`, else `ERR`. */
  readonly code: string;
  /** The id of the host that answered, once the error reached its caller. */
  hostId: number | undefined;
  /** The name of the command that was refused, never its arguments. */
  command: string | undefined;
  /**
   * Which command of its map it was, counted from 0 in the order of issue, once
   * the map threw it.
   */
  declare index?: number;
  /** Which key of `mapBatches` it was for, counted from 0. */
  declare keyIndex?: number;
  /**
   * Says `"not-sent"` where the commands of a transaction were given up by the
   * server before any of them ran; its `cause` is then what was refused, if it is
   * not that itself. Not given for any other reply.
   */
  declare outcome?: Outcome;

  /**
   * An error reply.
   *
   * @param reply The error as the server worded it, without the leading `-`.
   */
  constructor(reply: string) {
    const message = withoutArguments(reply);
    super(message);
    this.code = /^[A-Z][A-Z0-9_]*(?= |$)/.exec(message)?.[0] ?? "ERR";
    this.hostId = undefined;
    this.command = undefined;
  }
}

/**
 * A command has no single host it could go to: it is unknown, names no key, or
 * names keys that live on several hosts. Nothing was sent.
 */
export class UnroutableCommandError extends Error {
  /** The name of the class. */
  override name = "UnroutableCommandError";
  /** The name of the command, never its arguments. */
  readonly command: string | undefined;
  /**
   * Which command of its map it was, counted from 0 in the order of issue, once
   * the map threw it.
   */
  declare index?: number;
  /** Which key of `mapBatches` it was for, counted from 0. */
  declare keyIndex?: number;

  /**
   * An error of routing.
   *
   * @param message Why the command has no host, and what to do instead.
   * @param options The name of the command, and the cause.
   */
  constructor(
    message: string,
    options: { command?: string; cause?: unknown } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.command = options.command;
  }
}

/** The hosts of a cluster do not fit its router. */
export class BadHostSetupError extends Error {
  /** The name of the class. */
  override name = "BadHostSetupError";
}

/**
 * Nothing is known yet of the servers of a cluster that finds them by itself, and
 * the question has to be answered at once. `await cluster.ready()` goes first.
 */
export class NotReadyError extends Error {
  /** The name of the class. */
  override name = "NotReadyError";

  /** An error of asking too early. */
  constructor() {
    super(
      "Cannot tell the hosts of the cluster yet: await cluster.ready() before " +
        "asking for hosts, or for the host of a key",
    );
  }
}
