/**
 * The errors of delivery, worded with their host and command.
 *
 * @module
 */

import {
  ConnectionError,
  HostDownError,
  type Outcome,
  PoolTimeoutError,
  ProtocolError,
  QueueFullError,
  TimeoutError,
  type TransportError,
} from "../errors.ts";
import type { Refusal } from "../wire/pool.ts";
import type { Command } from "./command.ts";

/** Where a host is; asked anew whenever that is told. */
export interface Place {
  /** Its address now, for people. */
  readonly address: string;
}

/** Words the errors of one host. */
export class Failures {
  readonly #hostId: number;
  readonly #place: Place;
  readonly #onMade: (kind: string) => void;

  /**
   * @param hostId The id of the host.
   * @param place Where it is.
   * @param onMade Told the kind of every error that is made.
   */
  constructor(
    hostId: number,
    place: Place,
    onMade: (kind: string) => void = () => {},
  ) {
    this.#hostId = hostId;
    this.#place = place;
    this.#onMade = onMade;
  }

  /** The connection was lost with the command on it. */
  lost(command: Command, cause: Error): TransportError {
    return this.#make(
      classOf(cause),
      `Lost the connection to ${this.#host} before the reply to ` +
        `"${command.name}", which may have run: ${cause.message}`,
      { command: command.name, outcome: "unknown", cause },
    );
  }

  /** There was no connection for the command. */
  refused(command: Command, { kind, cause }: Refusal): TransportError {
    const { name } = command;
    const options = { command: name, outcome: outcomeOf(command), cause };
    switch (kind) {
      case "closed":
        return this.#make(
          ConnectionError,
          `Cannot send "${name}" to ${this.#host}: the cluster is closed or ` +
            "the host was removed",
          options,
        );
      case "down":
        return this.#make(
          HostDownError,
          `Cannot send "${name}" to ${this.#host}: it failed several times ` +
            "in a row, and is probed in the background until it answers",
          options,
        );
      case "dial":
        return this.#make(
          classOf(cause),
          `Cannot reach ${this.#host} for "${name}": ${messageOf(cause)}`,
          options,
        );
    }
  }

  /** No dedicated connection could be opened. */
  unreachable(cause: unknown): TransportError {
    return this.#make(
      classOf(cause),
      `Cannot connect to ${this.#host}: ${messageOf(cause)}`,
      { outcome: "not-sent", cause },
    );
  }

  /** The dedicated connection of the command is closed. */
  linkClosed({ name }: Command): TransportError {
    return this.#make(
      ConnectionError,
      `Cannot send "${name}" to ${this.#host}: its dedicated connection is ` +
        "closed; open another one with cluster.connect(hostId)",
      { command: name, outcome: "not-sent" },
    );
  }

  /** The connection of a subscription was lost. */
  subscriptionLost(cause: Error): TransportError {
    return this.#make(
      classOf(cause),
      `Lost the connection to ${this.#host}, and maybe messages with it: ` +
        cause.message,
      { outcome: "unknown", cause },
    );
  }

  /** A change of a subscription was not confirmed in time. */
  unconfirmed(name: string): TransportError {
    return this.#make(
      TimeoutError,
      `No confirmation of "${name}" from ${this.#host} in time`,
      { command: name, outcome: "unknown" },
    );
  }

  /** The time was up; how far the command had come decides the outcome. */
  timedOut(
    command: { readonly name: string; readonly mayHaveRun?: boolean },
    { sent, exhausted }: { sent: boolean; exhausted: boolean },
  ): TransportError {
    const { name } = command;
    if (sent || command.mayHaveRun) {
      return this.#make(
        TimeoutError,
        `No reply to "${name}" from ${this.#host} in time; it may have run`,
        { command: name, outcome: "unknown" },
      );
    }
    const details: Details = { command: name, outcome: "not-sent" };
    if (exhausted) {
      return this.#make(
        PoolTimeoutError,
        `No connection to ${this.#host} became free in time for "${name}"; ` +
          'raise "maxConnections", or run fewer maps at a time',
        details,
      );
    }
    return this.#make(
      TimeoutError,
      `Cannot send "${name}" to ${this.#host} in time`,
      details,
    );
  }

  /** There is no room for the command in the queue. */
  queueFull(name: string): TransportError {
    return this.#make(
      QueueFullError,
      `The queue of ${this.#host} has no room for "${name}"; await replies ` +
        'before issuing more, or raise "maxQueueBytes" or "maxQueueCommands"',
      { command: name, outcome: "not-sent" },
    );
  }

  get #host(): string {
    return `host ${this.#hostId} at ${this.#place.address}`;
  }

  #make(
    type: typeof TransportError,
    message: string,
    { cause, ...details }: Details,
  ): TransportError {
    const error = new type(message, {
      hostId: this.#hostId,
      ...details,
      ...(cause === undefined ? {} : { cause }),
    });
    this.#onMade(error.name);
    return error;
  }
}

/** The outcome of a command that is not on any connection. */
function outcomeOf(command: Command): Outcome {
  return command.mayHaveRun ? "unknown" : "not-sent";
}

/** What an error tells beside its host and its message. */
interface Details {
  command?: string;
  outcome: Outcome;
  cause?: unknown;
}

/** The class that says best what went wrong underneath. */
function classOf(cause: unknown): typeof TransportError {
  if (cause instanceof ProtocolError) return ProtocolError;
  return cause instanceof TimeoutError ? TimeoutError : ConnectionError;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
