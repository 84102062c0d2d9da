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
  ReplicationError,
  TimeoutError,
  type TransportError,
} from "../errors.ts";
import type { Refusal } from "../wire/pool.ts";
import type { GivenUp } from "./command.ts";
import type { Known } from "./replication.ts";

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
  /** The text of the error that was made last. */
  #message = "";

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
  lost(command: GivenUp, cause: Error): TransportError {
    return this.#make(
      classOf(cause),
      `Lost the connection to ${this.#host} before the reply to ` +
        `"${command.name}", which may have run: ${cause.message}`,
      {
        command: command.name,
        count: command.count,
        outcome: "unknown",
        cause,
      },
    );
  }

  /** There was no connection for the command. */
  refused(
    command: GivenUp,
    { kind, cause, retryIn }: Refusal,
  ): TransportError {
    const { name, count } = command;
    const outcome = outcomeOf(command);
    const options = { command: name, count, outcome, cause };
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
            "in a row, and is probed in the background until it answers" +
            (cause === undefined
              ? ""
              : `; the last failure: ${messageOf(cause)}`),
          { ...options, retryIn },
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
  linkClosed({ name, count }: GivenUp): TransportError {
    return this.#make(
      ConnectionError,
      `Cannot send "${name}" to ${this.#host}: its dedicated connection is ` +
        "closed; open another one with cluster.connect(hostId)",
      { command: name, count, outcome: "not-sent" },
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

  /**
   * The time was up; how far the command had come decides the outcome.
   *
   * @param how Whether it was sent, whether all connections were taken by others,
   * and whether there was none.
   */
  timedOut(
    command: GivenUp,
    { sent, exhausted, unconnected = false }: {
      sent: boolean;
      exhausted: boolean;
      unconnected?: boolean;
    },
  ): TransportError {
    const { name, count } = command;
    if (sent || command.mayHaveRun) {
      return this.#make(
        TimeoutError,
        `No reply to "${name}" from ${this.#host} in time; it may have run`,
        { command: name, count, outcome: "unknown" },
      );
    }
    const details: Details = { command: name, count, outcome: "not-sent" };
    if (exhausted) {
      return this.#make(
        PoolTimeoutError,
        `No connection to ${this.#host} became free in time for "${name}"; ` +
          'raise "maxConnections", or run fewer maps, or fewer commands that ' +
          "block, at a time",
        details,
      );
    }
    return this.#make(
      TimeoutError,
      `Cannot send "${name}" to ${this.#host} in time` +
        (unconnected
          ? ": no connection to it was ready by then; it does not answer, or not " +
            'in TLS where "tls" says so'
          : ""),
      details,
    );
  }

  /** The command was sent elsewhere, and a later one for its key has run. */
  overtaken({ name }: GivenUp, cause: Error): TransportError {
    return this.#make(
      ConnectionError,
      `Cannot send "${name}" on from ${this.#host}: a later command for its ` +
        `key has run there, or may have: ${cause.message}`,
      { command: name, outcome: "not-sent", cause },
    );
  }

  /** The time was up while the command was sent from host to host. */
  stranded(command: GivenUp, cause: Error | undefined): TransportError {
    const { name } = command;
    const why = cause === undefined
      ? ""
      : `; the last answer: ${cause.message}`;
    return this.#make(
      TimeoutError,
      `Cannot run "${name}" on ${this.#host} in time${why}`,
      { command: name, outcome: outcomeOf(command), cause },
    );
  }

  /** Fewer replicas than asked for are known to have the write. */
  unreplicated(
    name: string,
    { wanted, acknowledged, cause }: Known,
  ): TransportError {
    const replicas = wanted === 1 ? "replica" : "replicas";
    const why = cause === undefined ? "" : `: ${messageOf(cause)}`;
    const error = new ReplicationError(
      `"${name}" ran on ${this.#host}, but ${acknowledged} of ${wanted} ` +
        `${replicas} are known to have it${why}; read it back, or write it again`,
      {
        hostId: this.#hostId,
        command: name,
        outcome: "unknown",
        wanted,
        acknowledged,
        ...(cause === undefined ? {} : { cause }),
      },
    );
    this.#onMade(error.name);
    return error;
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
    { cause, count = 1, ...details }: Details,
  ): TransportError {
    // Of many that fail alike, all have the same text rather than equal ones.
    if (message !== this.#message) this.#message = message;
    const options = {
      hostId: this.#hostId,
      ...details,
      ...(cause === undefined ? {} : { cause }),
    };
    const error = count > 0
      ? new type(this.#message, options)
      : withoutStack(() => new type(this.#message, options));
    for (let i = 0; i < count; i++) this.#onMade(error.name);
    return error;
  }
}

/**
 * Makes an error without a stack, which would be that of the library, and that
 * of the first one has it already: it takes a third of the time and the memory.
 */
function withoutStack<T>(make: () => T): T {
  const { stackTraceLimit } = Error;
  Reflect.set(Error, "stackTraceLimit", 0);
  try {
    return make();
  } finally {
    Reflect.set(Error, "stackTraceLimit", stackTraceLimit);
  }
}

/** The outcome of a command that is not on any connection. */
function outcomeOf(command: GivenUp): Outcome {
  return command.mayHaveRun ? "unknown" : "not-sent";
}

/** What an error has to know of a command. */
interface Named {
  readonly name: string;
  readonly mayHaveRun?: boolean;
}

/** What an error tells beside its host and its message. */
interface Details {
  command?: string;
  /** For how many commands it counts, if not for one. */
  count?: number | undefined;
  outcome: Outcome;
  cause?: unknown;
  /** Of a host that is down. */
  retryIn?: number | undefined;
}

/** The class that says best what went wrong underneath. */
function classOf(cause: unknown): typeof TransportError {
  if (cause instanceof ProtocolError) return ProtocolError;
  return cause instanceof TimeoutError ? TimeoutError : ConnectionError;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
