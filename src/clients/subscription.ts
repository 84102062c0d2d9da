/**
 * Pub/sub over a connection of its own.
 *
 * @module
 */

import type { RedisPubSubMessage, RedisSubscription } from "@db/redis";
import { DecodeError } from "../errors.ts";
import type { Argument, Reply } from "../values.ts";
import type { Connection } from "../wire/connection.ts";
import type { Encoder } from "../wire/encoder.ts";
import type { Exchange } from "../wire/exchange.ts";
import { MAX_DELAY } from "../wire/time_limit.ts";

type Bytes = Uint8Array;

/** How many messages may wait for their consumer before reading pauses. */
const MAX_WAITING = 1_024;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What a {@linkcode Subscription} needs of the client it belongs to. */
export interface SubscriptionOptions {
  /** Milliseconds for the server to confirm a change. */
  timeout: number;
  /** Closes the client. */
  onClose: () => void;
  /** The server did not confirm a command in time. */
  onOverdue: (command: string) => void;
}

/** Waits for the server to confirm a change of some channels. */
interface Confirmation {
  missing: number;
  resolve(): void;
  reject(error: unknown): void;
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
  readonly #confirmations: Confirmation[] = [];
  /** Resolved when the consumer has something to look at. */
  #arrival: PromiseWithResolvers<void> | undefined = undefined;
  /** Resolved when the consumer has made room. */
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
    for (const confirmation of this.#confirmations.splice(0)) {
      confirmation.reject(error ?? new Error("The subscription was closed"));
    }
    this.#arrival?.resolve();
    this.#room?.resolve();
  }

  #change(command: string, names: string[]): Promise<void> {
    if (this.#closed) {
      return Promise.reject(
        new Error(`Cannot run "${command}": the subscription is closed`),
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const { timeout, onOverdue } = this.#options;
    const timer = timeout < Infinity
      ? setTimeout(() => onOverdue(command), Math.min(timeout, MAX_DELAY))
      : undefined;
    // Leaving everything is confirmed once for each, or once if there is none.
    const missing = Math.max(1, names.length);
    this.#confirmations.push({ missing, resolve, reject });
    this.#connection.send(new Announcement(command, names));
    this.#keepAlive();
    return promise.finally(() => {
      clearTimeout(timer);
      this.#keepAlive();
    });
  }

  /** Keeps the program alive while anybody waits for the server. */
  #keepAlive(): void {
    const isAwaited = this.#consumers > 0 || this.#confirmations.length > 0;
    this.#connection.keepAlive(isAwaited);
  }

  #receive(message: Reply): Promise<void> | undefined {
    if (!Array.isArray(message)) {
      if (message instanceof Error) {
        this.#confirmations.shift()?.reject(message);
      }
      return undefined;
    }
    const kind = text(message[0]);
    if (kind === "message" || kind === "pmessage") {
      this.#messages.push(message);
      this.#arrival?.resolve();
      if (this.#messages.length < MAX_WAITING) return undefined;
      return (this.#room ??= Promise.withResolvers<void>()).promise;
    }
    const [confirmation] = this.#confirmations;
    if (confirmation !== undefined && --confirmation.missing === 0) {
      this.#confirmations.shift();
      confirmation.resolve();
    }
    return undefined;
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
          this.#makeRoom();
          yield toMessage(message, read);
        } else if (this.#closed) {
          if (this.#error !== undefined) throw this.#error;
          return;
        } else {
          this.#arrival = Promise.withResolvers<void>();
          await this.#arrival.promise;
        }
      }
    } finally {
      this.#consumers--;
      this.#keepAlive();
    }
  }

  #makeRoom(): void {
    if (this.#messages.length > 0) return;
    this.#room?.resolve();
    this.#room = undefined;
  }
}

/** A command whose confirmations arrive as messages rather than as its reply. */
class Announcement implements Exchange {
  readonly #command: string;
  readonly #args: readonly Argument[];
  #encoded = false;

  constructor(command: string, args: readonly Argument[]) {
    this.#command = command;
    this.#args = args;
  }

  encode(encoder: Encoder): number {
    encoder.command(this.#command, this.#args);
    this.#encoded = true;
    return 0;
  }

  get encoded(): boolean {
    return this.#encoded;
  }

  get wantsBytes(): boolean {
    return true;
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
