/**
 * The errors of delivery, worded with their host and command.
 *
 * @module
 */

import {
  CommandError,
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

/** Words the errors of one host. */
export class Failures {
  readonly #hostId: number;
  readonly #address: string;

  /**
   * @param hostId The id of the host.
   * @param address Where it is, for people.
   */
  constructor(hostId: number, address: string) {
    this.#hostId = hostId;
    this.#address = address;
  }

  /** The connection was lost with the command on it. */
  lost(command: Command, cause: Error): TransportError {
    const type = cause instanceof ProtocolError
      ? ProtocolError
      : cause instanceof TimeoutError
      ? TimeoutError
      : ConnectionError;
    return new type(
      `Lost the connection to ${this.#host} before the reply to ` +
        `"${command.name}", which may have run: ${cause.message}`,
      this.#options(command, "unknown", cause),
    );
  }

  /** There was no connection for the command. */
  refused(command: Command, refusal: Refusal): TransportError {
    const { kind, cause } = refusal;
    const options = this.#options(command, "not-sent", cause);
    if (kind === "closed") {
      return new ConnectionError(
        `Cannot send "${command.name}" to ${this.#host}: ` +
          "the cluster is closed or the host was removed",
        options,
      );
    }
    if (kind === "down") {
      return new HostDownError(
        `Did not try to send "${command.name}" to ${this.#host}: it failed ` +
          "several times in a row and is being probed until it answers",
        options,
      );
    }
    const type = cause instanceof TimeoutError
      ? TimeoutError
      : cause instanceof ProtocolError
      ? ProtocolError
      : ConnectionError;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new type(
      `Cannot reach ${this.#host} for "${command.name}": ${reason}`,
      options,
    );
  }

  /** No dedicated connection could be opened. */
  unreachable(cause: unknown): TransportError {
    const type = cause instanceof TimeoutError ? TimeoutError : ConnectionError;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new type(`Cannot connect to ${this.#host}: ${reason}`, {
      hostId: this.#hostId,
      outcome: "not-sent",
      cause,
    });
  }

  /** The dedicated connection of the command is closed. */
  linkClosed(command: Command): ConnectionError {
    return new ConnectionError(
      `Cannot send "${command.name}" to ${this.#host}: its dedicated ` +
        "connection is closed; open another one with cluster.connect(hostId)",
      this.#options(command, "not-sent"),
    );
  }

  /** The time was up; how far the command had come decides the outcome. */
  timedOut(
    command: Command,
    { sent, exhausted }: { sent: boolean; exhausted: boolean },
  ): TransportError {
    if (sent) {
      return new TimeoutError(
        `No reply to "${command.name}" from ${this.#host} in time; ` +
          "it may have run",
        this.#options(command, "unknown"),
      );
    }
    if (exhausted) {
      return new PoolTimeoutError(
        `No connection to ${this.#host} became free in time for ` +
          `"${command.name}"; raise "maxConnections" or hold fewer at a time`,
        this.#options(command, "not-sent"),
      );
    }
    return new TimeoutError(
      `Cannot send "${command.name}" to ${this.#host} in time`,
      this.#options(command, "not-sent"),
    );
  }

  /** There is no room for the command in the queue. */
  queueFull(name: string): QueueFullError {
    return new QueueFullError(
      `The queue of ${this.#host} has no room for "${name}"; await replies ` +
        `before issuing more, or raise "maxQueueBytes" or "maxQueueCommands"`,
      { hostId: this.#hostId, command: name, outcome: "not-sent" },
    );
  }

  get #host(): string {
    return `host ${this.#hostId} at ${this.#address}`;
  }

  #options(command: Command, outcome: Outcome, cause?: unknown) {
    const base = { hostId: this.#hostId, command: command.name, outcome };
    return cause === undefined ? base : { ...base, cause };
  }
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
  return !(cause.cause instanceof Deno.errors.InvalidData);
}
