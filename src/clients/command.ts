/**
 * One command on its way.
 *
 * @module
 */

import { CommandError, DecodeError } from "../errors.ts";
import type { Argument, Reply } from "../values.ts";
import { toCommonShape } from "./reply_shape.ts";

/** Where the result of a command goes; a promise of either kind. */
export interface Settler {
  /** Takes the reply. */
  resolve(reply: Reply): void;
  /** Takes the error. */
  reject(reason: unknown): void;
}

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

/** A command, its arguments, and the promise that waits for its reply. */
export class Command {
  /** The name in capitals, such as `GET`. */
  readonly name: string;
  /** The arguments, already checked. */
  readonly args: readonly Argument[];
  /** Whether text in the reply is given as bytes. */
  readonly bytes: boolean;
  /** Whether its caller allows it to be sent twice. */
  readonly idempotent: boolean;
  /** Whether it was sent once before, and its reply was lost. */
  mayHaveRun = false;
  /** Where the result goes. */
  readonly settler: Settler;

  /**
   * @param name The name in capitals.
   * @param args The arguments, already checked.
   * @param settler Where the result goes.
   * @param flags What the caller asks for.
   */
  constructor(
    name: string,
    args: readonly Argument[],
    settler: Settler,
    flags?: CommandFlags,
  ) {
    this.name = name;
    this.args = args;
    this.bytes = flags?.returnUint8Arrays === true;
    this.idempotent = flags?.idempotent === true;
    this.settler = settler;
  }

  /** Rejects the promise. */
  fail(reason: unknown): void {
    try {
      this.settler.reject(reason);
    } catch {
      // Its owner settled it by hand, which is no concern of the connection.
    }
  }
}

/**
 * Settles the promise of a command: an error reply rejects it, any other
 * resolves it.
 *
 * @returns The error that it was rejected with, if it was.
 */
export function settleWith(
  settler: Settler,
  name: string,
  { reply, hostId }: { reply: Reply; hostId: number },
): Error | undefined {
  try {
    // Most replies are text or numbers; they need not be asked twice.
    if (typeof reply !== "object" || reply === null) {
      settler.resolve(reply);
    } else if (reply instanceof CommandError || reply instanceof DecodeError) {
      const error = describe(reply, name, hostId);
      settler.reject(error);
      return error;
    } else {
      const isArray = Array.isArray(reply);
      settler.resolve(isArray ? toCommonShape(name, reply) : reply);
    }
  } catch {
    // Its owner settled it by hand, which is no concern of the connection.
  }
  return undefined;
}

/** The same error, knowing its command and host. */
export function describe(
  error: CommandError | DecodeError,
  command: string,
  hostId: number,
): Error {
  if (error instanceof DecodeError) {
    const { message, cause } = error;
    return new DecodeError(message, { hostId, command, cause });
  }
  error.command = command;
  error.hostId = hostId;
  return error;
}
