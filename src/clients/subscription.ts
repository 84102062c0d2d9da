/**
 * Pub/sub over a connection of its own.
 *
 * @module
 */

import type { RedisPubSubMessage, RedisSubscription } from "@db/redis";
import { DecodeError } from "../errors.ts";
import type { Argument, Reply } from "../values.ts";
import type { Connection } from "../wire/connection.ts";
import { sizeOf, takeArguments } from "../commands/arguments.ts";
import type { Encoder } from "../wire/resp/encoder.ts";
import type { Exchange } from "../wire/exchange.ts";
import { countdown } from "../wire/countdown.ts";
import { specOf } from "../commands/table.ts";
import { Command, fail } from "../delivery/command.ts";
import type { Room } from "../delivery/host.ts";

type Bytes = Uint8Array;

/** How many messages may wait for their consumers before reading pauses. */
const MAX_WAITING = 1_024;

/** How many may still wait when it goes on: the next ones come in time. */
const RESUME_AT = MAX_WAITING / 2;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What a {@linkcode Subscription} needs of the client it belongs to. */
export interface SubscriptionOptions {
  /** Milliseconds for the server to confirm a change. */
  timeout: number;
  /** What is under way of the client that it belongs to, */
  queue: Room;
  /** and the error of a command that does not fit in there. */
  queueFull: (command: string) => Error;
  /** Closes the client. */
  onClose: () => void;
  /** The server did not confirm a command in time. */
  onOverdue: (command: string) => void;
  /** The error of a command that the closed connection ends or refuses. */
  failure: (command: Command, sent: boolean) => unknown;
}

/**
 * The messages of the channels that one connection is subscribed to. A lost
 * connection ends it with an error: messages may have been missed, and only the
 * caller knows what that means.
 */
export class Subscription implements RedisSubscription<string> {
  readonly #connection: Connection;
  readonly #options: SubscriptionOptions;
  readonly #messages: Reply[][] = [];
  /** Changes that the server has not confirmed, in the order they were sent. */
  readonly #changes: Change[] = [];
  /** What the server has confirmed. */
  readonly #channels = new Set<string>();
  readonly #patterns = new Set<string>();
  /** Resolved when the consumers have something to look at; all share it. */
  #arrival: PromiseWithResolvers<void> | undefined = undefined;
  /** Resolved when reading may go on; pending while it pauses. */
  #room: PromiseWithResolvers<void> | undefined = undefined;
  /** How many loops wait for messages. */
  #consumers = 0;
  #closed = false;
  #error: unknown = undefined;

  /**
   * @param connection A connection that is used for nothing else from now on.
   * @param options Time limit, and what to tell its client.
   */
  constructor(connection: Connection, options: SubscriptionOptions) {
    this.#connection = connection;
    this.#options = options;
    connection.receive((message) => this.#receive(message));
  }

  /** Whether it has ended. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Adds channels; resolves when the server has confirmed them. */
  subscribe(...channels: string[]): Promise<void> {
    return this.#change("SUBSCRIBE", channels);
  }

  /** Adds patterns; resolves when the server has confirmed them. */
  psubscribe(...patterns: string[]): Promise<void> {
    return this.#change("PSUBSCRIBE", patterns);
  }

  /** Leaves channels; resolves when the server has confirmed it. */
  unsubscribe(...channels: string[]): Promise<void> {
    return this.#change("UNSUBSCRIBE", channels);
  }

  /** Leaves patterns; resolves when the server has confirmed it. */
  punsubscribe(...patterns: string[]): Promise<void> {
    return this.#change("PUNSUBSCRIBE", patterns);
  }

  /** The messages as text, until it is closed. */
  receive(): AsyncIterableIterator<RedisPubSubMessage<string>> {
    return this.#iterate((payload) =>
      Array.isArray(payload)
        ? payload.map(text) as unknown as string
        : text(payload)
    );
  }

  /** The messages as bytes, until it is closed. */
  receiveBuffers(): AsyncIterableIterator<RedisPubSubMessage<Bytes>> {
    return this.#iterate((payload) => payload as Bytes);
  }

  /** Ends it and closes its connection. */
  close(): void {
    this.#options.onClose();
  }

  /** Ends it: with an error, or without one when it was closed on purpose. */
  end(error?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#error = error;
    for (const change of this.#changes.splice(0)) {
      const { command, encoded } = change;
      change.fail(error ?? this.#options.failure(command, encoded));
    }
    this.#wake();
    this.#resume();
  }

  async #change(name: string, names: string[]): Promise<void> {
    const change = new Change(name, takeArguments(name, names));
    const { timeout, queue, queueFull, onOverdue, failure } = this.#options;
    if (this.#closed) throw failure(change.command, false);
    const size = sizeOf(change.command.args);
    if (!queue.admit(size)) throw queueFull(name);
    const stop = timeout < Infinity
      ? countdown(timeout, () => onOverdue(name))
      : undefined;
    this.#changes.push(change);
    this.#connection.send(change);
    this.#keepAlive();
    // Its confirmation is behind the messages that nobody has read yet.
    this.#resume();
    try {
      await change.settled;
    } finally {
      stop?.();
      queue.release(size, 1);
      this.#keepAlive();
    }
  }

  /** Keeps the program alive while anybody waits for the server. */
  #keepAlive(): void {
    const isAwaited = this.#consumers > 0 || this.#changes.length > 0;
    this.#connection.keepAlive(isAwaited);
  }

  #receive(message: Reply): Promise<void> | undefined {
    if (!Array.isArray(message)) {
      if (message instanceof Error) this.#changes.shift()?.fail(message);
      return undefined;
    }
    const kind = text(message[0]);
    if (kind !== "message" && kind !== "pmessage") {
      this.#confirm(kind, message);
      return undefined;
    }
    this.#messages.push(message);
    this.#wake();
    if (this.#messages.length < MAX_WAITING || this.#changes.length > 0) {
      return undefined;
    }
    return (this.#room ??= Promise.withResolvers<void>()).promise;
  }

  /** Notes one of the confirmations of the change that comes next. */
  #confirm(kind: string, message: Reply[]): void {
    const [change] = this.#changes;
    if (change?.kind !== kind) return;
    const current = change.isOfPatterns ? this.#patterns : this.#channels;
    if (change.isLeaving) current.delete(text(message[1]));
    else current.add(text(message[1]));
    if (change.confirm(current.size)) this.#changes.shift();
  }

  async *#iterate<T>(
    read: (payload: Reply) => T,
  ): AsyncIterableIterator<RedisPubSubMessage<T>> {
    this.#consumers++;
    this.#keepAlive();
    try {
      for (;;) {
        const message = this.#messages.shift();
        if (message !== undefined) {
          if (this.#messages.length <= RESUME_AT) this.#resume();
          yield toMessage(message, read);
        } else if (this.#closed) {
          if (this.#error !== undefined) throw this.#error;
          return;
        } else {
          this.#arrival ??= Promise.withResolvers<void>();
          await this.#arrival.promise;
        }
      }
    } finally {
      this.#consumers--;
      this.#keepAlive();
    }
  }

  /** Lets every consumer look: for a message, or for the end. */
  #wake(): void {
    this.#arrival?.resolve();
    this.#arrival = undefined;
  }

  /** Lets reading go on if it pauses. */
  #resume(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}

/** A command whose confirmations arrive as messages rather than as its reply. */
class Change implements Exchange {
  readonly command: Command;
  /** Settles when all of it is confirmed, or when it has failed. */
  readonly settled: Promise<void>;
  /** What its confirmations are called. */
  readonly kind: string;
  /** Whether it is about patterns rather than channels. */
  readonly isOfPatterns: boolean;
  /** Whether it leaves channels or patterns rather than adding some. */
  readonly isLeaving: boolean;
  readonly wantsBytes = true;
  readonly forgeable = false;
  /** No reply is: a confirmation is a message. */
  readonly awaited = false;
  readonly #resolve: () => void;
  #confirmations = 0;
  #encoded = false;

  constructor(name: string, names: readonly Argument[]) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.settled = promise;
    this.#resolve = resolve;
    this.command = new Command(specOf(name).form(), names, {
      resolve: () => resolve(),
      reject,
    });
    this.kind = name.toLowerCase();
    this.isOfPatterns = this.kind.startsWith("p");
    this.isLeaving = this.kind.endsWith("unsubscribe");
  }

  /**
   * Counts a confirmation; there is one for each name. Leaving everything is
   * confirmed once for each that was left, or once if there was none.
   *
   * @param remaining How many channels, or patterns, there are now.
   * @returns Whether it was the last one.
   */
  confirm(remaining: number): boolean {
    this.#confirmations++;
    const { length } = this.command.args;
    const isLast = length === 0
      ? remaining === 0
      : this.#confirmations === length;
    if (isLast) this.#resolve();
    return isLast;
  }

  /** Rejects what waits for it. */
  fail(reason: unknown): void {
    fail(this.command.settler, reason);
  }

  encode(encoder: Encoder): number {
    encoder.command(this.command.name, this.command.args);
    this.#encoded = true;
    return 0;
  }

  get encoded(): boolean {
    return this.#encoded;
  }

  accept(): void {}

  get finished(): boolean {
    return this.#encoded;
  }

  get abandoned(): boolean {
    return false;
  }
}

function toMessage<T>(
  message: Reply[],
  read: (payload: Reply) => T,
): RedisPubSubMessage<T> {
  if (message.length === 3) {
    return { channel: text(message[1]), message: read(message[2]) };
  }
  return {
    pattern: text(message[1]),
    channel: text(message[2]),
    message: read(message[3]),
  };
}

function text(value: Reply): string {
  if (!(value instanceof Uint8Array)) return String(value);
  try {
    return decoder.decode(value);
  } catch (cause) {
    throw new DecodeError(
      "Cannot give a message as text: its bytes are not UTF-8: use " +
        "receiveBuffers()",
      { cause },
    );
  }
}
