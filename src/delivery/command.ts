/**
 * One command on its way.
 *
 * @module
 */

import type { CommandSpec, Form } from "../commands/spec.ts";
import { CommandError, DecodeError } from "../errors.ts";
import type { Argument, Reply } from "../values.ts";
import { hasFlaws } from "../wire/resp/reply_errors.ts";
import { toCommonShape } from "./reply_shape.ts";

/** Where the result of a command goes; a promise of either kind. */
export interface Settler {
  /** Takes the reply. */
  resolve(reply: Reply): void;
  /** Takes the error. */
  reject(reason: unknown): void;
  /** What resolves its promise, where that is all that has to be kept of it. */
  readonly kept?: Resolve;
}

/** Resolves a promise of the language. */
export type Resolve = (value: Reply | PromiseLike<Reply>) => void;

/** What a caller may ask for beyond the command itself. */
export interface CommandFlags {
  /**
   * Whether text in the reply is given as bytes.
   *
   * @default {false}
   */
  returnUint8Arrays?: boolean | undefined;
  /**
   * Whether the command may be sent again when its reply was lost, although it
   * writes, because running it twice does no harm.
   *
   * @default {false}
   */
  idempotent?: boolean | undefined;
  /**
   * Whether a command over several keys (MGET, MSET, DEL, UNLINK, EXISTS or
   * TOUCH) resolves with an outcome for each key, as of `Promise.allSettled`,
   * instead of rejecting with a `PartialError` when some hosts fail.
   *
   * @default {false}
   */
  settled?: boolean | undefined;
}

/** The reply is wanted as bytes. */
export const BYTES = 1;
/** The caller allows the command to be sent twice. */
export const IDEMPOTENT = 2;
/** It was sent once before, and its reply was lost. */
export const MAY_HAVE_RUN = 4;
/** It was refused together with others, and is sent by itself. */
export const APART = 8;
/** Its server lacks the script that it runs: the source is sent. */
export const WITH_SOURCE = 16;
/** It goes to the host that was named, whatever its keys are. */
export const PINNED = 32;
/** It goes to a host that takes it this one time (ASK). */
export const ASKING = 64;
/** It is a part of a command over several keys, and need not stay whole. */
export const PART = 128;
/** It only reads, and goes to the primary all the same. */
export const PRIMARY = 256;
/** How many times it was sent elsewhere counts in units of this one. */
export const REDIRECTED = 512;

/**
 * What a caller asks for, in bits.
 *
 * @param flags What is asked for in one call.
 * @param idempotent Whether the client allows its commands to be sent twice,
 * where the call says nothing.
 */
export function flagBits(
  flags: CommandFlags | undefined,
  idempotent = false,
): number {
  return (flags?.returnUint8Arrays === true ? BYTES : 0) |
    ((flags?.idempotent ?? idempotent) === true ? IDEMPOTENT : 0);
}

/** One command as whoever decides about it sees it. */
export class Command {
  /** What it is, and what becomes of its reply. */
  readonly form: Form;
  /** The arguments, already checked. */
  readonly args: readonly Argument[];
  /** Where the result goes. */
  readonly settler: Settler;
  /** What is out of the ordinary about it, in bits. */
  readonly flags: number;

  /**
   * @param form What it is, and what becomes of its reply.
   * @param args The arguments, already checked.
   * @param settler Where the result goes.
   * @param flags What is out of the ordinary about it, in bits.
   */
  constructor(
    form: Form,
    args: readonly Argument[],
    settler: Settler,
    flags = 0,
  ) {
    this.form = form;
    this.args = args;
    this.settler = settler;
    this.flags = flags;
  }

  /** The name in capitals, such as `GET`. */
  get name(): string {
    return this.form.name;
  }

  /** What the command is. */
  get spec(): CommandSpec {
    return this.form.command;
  }

  /** Whether its caller allows it to be sent twice. */
  get idempotent(): boolean {
    return (this.flags & IDEMPOTENT) !== 0;
  }

  /** Whether it was sent once before, and its reply was lost. */
  get mayHaveRun(): boolean {
    return (this.flags & MAY_HAVE_RUN) !== 0;
  }

  /** Whether it goes to the host that was named, whatever its keys are. */
  get isPinned(): boolean {
    return (this.flags & PINNED) !== 0;
  }

  /** How many times a host has sent it elsewhere. */
  get redirects(): number {
    return Math.floor(this.flags / REDIRECTED);
  }

  /** Who waits for it: the same object, however often it is sent. */
  get waiter(): object {
    return this.settler.kept ?? this.settler;
  }

  /** The same command, sent elsewhere once more. */
  redirected(): Command {
    const { form, args, settler, flags } = this;
    return new Command(form, args, settler, flags + REDIRECTED);
  }
}

/** What the error of a command that is given up tells of it. */
export interface GivenUp extends Pick<Command, "name" | "mayHaveRun"> {
  /**
   * For how many commands the error counts.
   *
   * @default {1}
   */
  readonly count?: number;
}

/** Rejects the promise of a command. */
export function fail(settler: Settler, reason: unknown): void {
  try {
    settler.reject(reason);
  } catch {
    // Its owner settled it by hand, which is no concern of the connection.
  }
}

/** Whether an outcome is an error that a command is to be rejected with. */
export function isFailure(
  outcome: Reply,
): outcome is CommandError | DecodeError {
  return outcome instanceof CommandError || outcome instanceof DecodeError;
}

/**
 * What becomes of a reply: what a method promises of it, or the error that it is,
 * knowing its command and host.
 *
 * @returns That, or a DecodeError where the server's reply has another shape.
 */
export function outcomeOf(form: Form, reply: Reply, hostId: number): Reply {
  if (Array.isArray(reply) && hasFlaws(reply)) {
    describeAll(reply, form.name, hostId);
  }
  const outcome = isFailure(reply) ? reply : readReply(form, reply, hostId);
  return isFailure(outcome) ? describe(outcome, form.name, hostId) : outcome;
}

/** What a method promises of a reply that is no error. */
function readReply(form: Form, reply: Reply, hostId: number): Reply {
  const common = Array.isArray(reply)
    ? toCommonShape(form.command, reply)
    : reply;
  if (form.reader === undefined) return common;
  try {
    // What a reader makes is for the caller of the method alone.
    return form.reader(common) as Reply;
  } catch (cause) {
    return new DecodeError(
      `The reply to "${form.name}" from host ${hostId} has a shape that is not known`,
      { hostId, command: form.name, cause },
    );
  }
}

/** Has the errors inside a list know their command and host. */
function describeAll(list: Reply[], command: string, hostId: number): void {
  list.forEach((item, index) => {
    if (isFailure(item)) list[index] = describe(item, command, hostId);
    else if (Array.isArray(item)) describeAll(item, command, hostId);
  });
}

/**
 * The same error, knowing its command and host. Its stack says so too: that is
 * what is printed of an error that nobody catches.
 */
export function describe(
  error: CommandError | DecodeError,
  command: string,
  hostId: number,
): CommandError | DecodeError {
  // One of several that were merged, which all have this error.
  if (error.command === command && error.hostId === hostId) return error;
  let described = error;
  if (error instanceof DecodeError) {
    // It has no cause, since it is made where replies are read.
    described = new DecodeError(error.message, { hostId, command });
  } else {
    error.command = command;
    error.hostId = hostId;
  }
  described.stack = `${error.name}: ${error.message}\n    at ${command} on ` +
    `host ${hostId} (the option "callSites" shows the call)`;
  return described;
}
