/**
 * Writes that count once replicas have them: one WAIT behind those of a batch.
 *
 * @module
 */

import { CommandSpec, type Form } from "../commands/spec.ts";
import { CommandError, TransportError } from "../errors.ts";
import type { Reply } from "../values.ts";
import { fail, type Settler } from "./command.ts";

/**
 * A WAIT of ours. It changes nothing and stands for no key, so that it keeps no
 * other command from going again. It never does so itself: over another connection
 * it would count the writes of that one.
 */
export const WAIT: Form = new CommandSpec("WAIT", { reads: true }).form();

/** How many replicas shall have the writes of a batch. */
export interface Replication {
  /** How many. */
  readonly wanted: number;
  /** Milliseconds that they have for it at most. */
  readonly patience: number;
  /** Words the error of a write that fewer are known to have. */
  unreplicated(command: string, known: Known): TransportError;
}

/** What is known of a write. */
export interface Known {
  /** How many replicas shall have it. */
  readonly wanted: number;
  /** How many have it for sure. */
  readonly acknowledged: number;
  /** Why there is nothing more to know. */
  readonly cause?: unknown;
}

/**
 * The promise of a write, which is settled with its reply once enough replicas have
 * it. A batch that the write is put into names its confirmation.
 */
export class ReplicatedSettler implements Settler {
  readonly #command: string;
  readonly #settler: Settler;
  #confirmation: Confirmation | undefined = undefined;

  /**
   * @param command The name of the write.
   * @param settler The promise.
   */
  constructor(command: string, settler: Settler) {
    this.#command = command;
    this.#settler = settler;
  }

  /** What confirms the write from now on. */
  bind(confirmation: Confirmation): void {
    this.#confirmation = confirmation;
  }

  resolve(reply: Reply): void {
    if (this.#confirmation === undefined) this.#settler.resolve(reply);
    else this.#confirmation.hold(this.#command, this.#settler, reply);
  }

  reject(reason: unknown): void {
    this.#settler.reject(reason);
  }
}

/** A write that has its reply. */
interface Answered {
  readonly command: string;
  readonly settler: Settler;
  readonly reply: Reply;
}

/**
 * What waits for the reply to a WAIT: the writes ahead of it over the same
 * connection.
 */
export class Confirmation implements Settler {
  readonly #replication: Replication;
  readonly #onFailure: (error: unknown) => void;
  #answered: Answered[] = [];

  /**
   * @param replication What is wanted.
   * @param onFailure Told the error of each write that fewer have.
   */
  constructor(
    replication: Replication,
    onFailure: (error: unknown) => void,
  ) {
    this.#replication = replication;
    this.#onFailure = onFailure;
  }

  /** Keeps the reply to a write. */
  hold(command: string, settler: Settler, reply: Reply): void {
    this.#answered.push({ command, settler, reply });
  }

  /** How many replicas have all of them. */
  resolve(reply: Reply): void {
    const acknowledged = Number(reply);
    const { wanted } = this.#replication;
    if (acknowledged < wanted) return this.#fail({ wanted, acknowledged });
    for (const { settler, reply } of this.#answered.splice(0)) {
      try {
        settler.resolve(reply);
      } catch {
        // Its owner settled it by hand, which is no concern of the connection.
      }
    }
  }

  /** It is not known how many have them, and will not be. */
  reject(reason: unknown): void {
    const isOurs = reason instanceof TransportError ||
      reason instanceof CommandError;
    if (isOurs) {
      const { wanted } = this.#replication;
      return this.#fail({ wanted, acknowledged: 0, cause: reason });
    }
    // Whoever gives up says why.
    for (const { settler } of this.#answered.splice(0)) {
      this.#onFailure(reason);
      fail(settler, reason);
    }
  }

  #fail(known: Known): void {
    for (const { command, settler } of this.#answered.splice(0)) {
      const error = this.#replication.unreplicated(command, known);
      this.#onFailure(error);
      fail(settler, error);
    }
  }
}
