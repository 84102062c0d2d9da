/** What a client is made from: a sender of commands and its connection. */
import type { Binary, RedisReply, RedisValue } from "./values.ts";

/** How one command is sent. */
export interface SendCommandOptions {
  /** Whether strings come back as bytes. */
  returnUint8Arrays?: boolean;
}

/** A sender of commands: {@linkcode create} makes a full client from it. */
export interface Client {
  readonly connection: Connection;
  exec(command: string, ...args: RedisValue[]): Promise<RedisReply>;
  sendCommand(
    command: string,
    args?: RedisValue[],
    options?: SendCommandOptions,
  ): Promise<RedisReply>;
  subscribe<TMessage extends PubSubMessageType = DefaultPubSubMessageType>(
    command: SubscribeCommand,
    ...channelsOrPatterns: Array<string>
  ): Promise<RedisSubscription<TMessage>>;
  close(): void;
}

/** The old name of {@linkcode Client}. */
export type CommandExecutor = Client;

/**
 * The original has members here whose names are symbols that it keeps to
 * itself. So nobody can write a connection without a cast: with the stand-in
 * neither, or its type check would pass what the original's refuses.
 */
declare const HIDDEN: unique symbol;

/** A connection to a server. */
export interface Connection extends TypedEventTarget<ConnectionEventMap> {
  name: string | null;
  isClosed: boolean;
  isConnected: boolean;
  close(): void;
  [Symbol.dispose](): void;
  connect(): Promise<void>;
  reconnect(): Promise<void>;
  sendCommand(
    command: string,
    args?: Array<RedisValue>,
    options?: SendCommandOptions,
  ): Promise<RedisReply>;
  [HIDDEN](): Promise<void>;
}

/** How a connection is made. */
export interface RedisConnectionOptions {
  tls?: boolean;
  caCerts?: string[];
  db?: number;
  password?: string;
  username?: string;
  name?: string;
  maxRetryCount?: number;
  backoff?: Backoff;
  healthCheckInterval?: number;
  signal?: () => AbortSignal;
  noDelay?: boolean;
}

/** Where a connection goes to. */
export interface RedisConnectOptions extends RedisConnectionOptions {
  hostname: string;
  port?: number | string;
}

/** The milliseconds to wait after so many attempts. */
export interface Backoff {
  (attempts: number): number;
}

/** How a wait grows. */
export interface ExponentialBackoffOptions {
  multiplier: number;
  maxInterval: number;
  minInterval: number;
}

/** The details of any event. */
export type ConnectionEvent = Record<string, unknown>;

/** The details of an `error` event. */
export type ConnectionErrorEventDetails = { error: unknown };

/** The details of a `reconnecting` event. */
export type ConnectionReconnectingEventDetails = { delay: number };

/** The details of each event. */
export type ConnectionEventMap = {
  error: ConnectionErrorEventDetails;
  connect: unknown;
  reconnecting: ConnectionReconnectingEventDetails;
  ready: unknown;
  close: unknown;
  end: unknown;
};

/** The name of an event. */
export type ConnectionEventType =
  | "error"
  | "connect"
  | "reconnecting"
  | "ready"
  | "close"
  | "end";

/** An event target whose events are known. */
export interface TypedEventTarget<TEventMap extends Record<string, unknown>> {
  addEventListener<K extends keyof TEventMap>(
    type: K,
    callback: (event: CustomEvent<TEventMap[K]>) => void,
    options?: AddEventListenerOptions | boolean,
  ): void;
  removeEventListener<K extends keyof TEventMap>(
    type: K,
    callback: (event: CustomEvent<TEventMap[K]>) => void,
    options?: EventListenerOptions | boolean,
  ): void;
}

/** The type of messages, unless another is named. */
export type DefaultPubSubMessageType = string;

/** What a message may be. */
export type PubSubMessageType = string | string[];

/** What starts a subscription. */
export type SubscribeCommand = "SUBSCRIBE" | "PSUBSCRIBE";

/** A message of a channel. */
export interface RedisPubSubMessage<TMessage = DefaultPubSubMessageType> {
  pattern?: string;
  channel: string;
  message: TMessage;
}

/** Subscribed channels and patterns. */
export interface RedisSubscription<
  TMessage extends PubSubMessageType = DefaultPubSubMessageType,
> {
  readonly isClosed: boolean;
  receive(): AsyncIterableIterator<RedisPubSubMessage<TMessage>>;
  receiveBuffers(): AsyncIterableIterator<RedisPubSubMessage<Binary>>;
  psubscribe(...patterns: string[]): Promise<void>;
  subscribe(...channels: string[]): Promise<void>;
  punsubscribe(...patterns: string[]): Promise<void>;
  unsubscribe(...channels: string[]): Promise<void>;
  close(): void;
}
