/** The full client of the stand-in, and how to make one. */
import type {
  Client,
  ConnectionEventMap,
  ConnectionEventType,
  RedisConnectOptions,
  RedisSubscription,
  SendCommandOptions,
} from "./client.ts";
import {
  GEO_COMMANDS,
  HASH_COMMANDS,
  LIST_COMMANDS,
  SET_COMMANDS,
} from "./commands/collections.ts";
import {
  KEY_COMMANDS,
  SCRIPT_COMMANDS,
  TRANSACTION_COMMANDS,
} from "./commands/keys.ts";
import {
  CHANNEL_COMMANDS,
  CLIENT_COMMANDS,
  CLUSTER_COMMANDS,
  CONNECTION_COMMANDS,
  SERVER_COMMANDS,
} from "./commands/server.ts";
import { SORTED_SET_COMMANDS } from "./commands/sorted_sets.ts";
import { STREAM_COMMANDS } from "./commands/streams.ts";
import {
  BIT_COMMANDS,
  HYPERLOGLOG_COMMANDS,
  STRING_COMMANDS,
} from "./commands/strings.ts";
import { type Method, type Table, toMethod } from "./commands/table.ts";
import { NotImplementedError } from "./errors.ts";
import type { Redis, RedisPipeline } from "./types/redis.ts";
import type { RedisReply, RedisValue } from "./values.ts";

/** Every command that a table describes. */
const COMMANDS: Table<Record<string, unknown>> = {
  ...CONNECTION_COMMANDS,
  ...KEY_COMMANDS,
  ...STRING_COMMANDS,
  ...BIT_COMMANDS,
  ...HYPERLOGLOG_COMMANDS,
  ...GEO_COMMANDS,
  ...HASH_COMMANDS,
  ...LIST_COMMANDS,
  ...SET_COMMANDS,
  ...SORTED_SET_COMMANDS,
  ...STREAM_COMMANDS,
  ...CHANNEL_COMMANDS,
  ...CLIENT_COMMANDS,
  ...CLUSTER_COMMANDS,
  ...SERVER_COMMANDS,
  ...SCRIPT_COMMANDS,
  ...TRANSACTION_COMMANDS,
};

type Listener = (event: CustomEvent) => void;

/** The methods that no table describes; the commands join them below. */
class StandInRedis {
  /**
   * The original keeps its client in such a property, so an object derived
   * from a `Redis` works; with a private name it would not.
   */
  readonly client: Client;
  #subscription: RedisSubscription<string | string[]> | undefined;

  constructor(client: Client) {
    this.client = client;
  }

  get isClosed(): boolean {
    return this.client.connection.isClosed;
  }

  get isConnected(): boolean {
    return this.client.connection.isConnected;
  }

  addEventListener<K extends ConnectionEventType>(
    type: K,
    callback: (event: CustomEvent<ConnectionEventMap[K]>) => void,
    options?: boolean | AddEventListenerOptions,
  ): void {
    this.client.connection.addEventListener(
      type,
      callback as Listener,
      options,
    );
  }

  removeEventListener<K extends ConnectionEventType>(
    type: K,
    callback: (event: CustomEvent<ConnectionEventMap[K]>) => void,
    options?: boolean | EventListenerOptions,
  ): void {
    this.client.connection.removeEventListener(
      type,
      callback as Listener,
      options,
    );
  }

  sendCommand(
    command: string,
    args?: RedisValue[],
    options?: SendCommandOptions,
  ): Promise<RedisReply> {
    return this.client.sendCommand(command, args, options);
  }

  connect(): Promise<void> {
    return this.client.connection.connect();
  }

  close(): void {
    return this.client.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  quit(): Promise<unknown> {
    return call(this.client, ["QUIT"]).finally(() => this.close());
  }

  async subscribe(...channels: string[]): Promise<RedisSubscription> {
    if (this.#subscription !== undefined) {
      await this.#subscription.subscribe(...channels);
    } else {
      this.#subscription = await this.client.subscribe(
        "SUBSCRIBE",
        ...channels,
      );
    }
    return this.#subscription as RedisSubscription;
  }

  async psubscribe(...patterns: string[]): Promise<RedisSubscription> {
    if (this.#subscription !== undefined) {
      await this.#subscription.psubscribe(...patterns);
    } else {
      this.#subscription = await this.client.subscribe(
        "PSUBSCRIBE",
        ...patterns,
      );
    }
    return this.#subscription as RedisSubscription;
  }

  pipeline(): RedisPipeline {
    throw new NotImplementedError(
      "pipeline() of the stand-in, which whoever makes the client overrides",
    );
  }

  tx(): RedisPipeline {
    throw new NotImplementedError(
      "tx() of the stand-in, which whoever makes the client overrides",
    );
  }

  monitor(): void {
    throw new Error("not supported yet");
  }

  sync(): void {
    throw new Error("not implemented");
  }
}

for (const [name, entry] of Object.entries(COMMANDS)) {
  defineCommand(name, toMethod(entry));
}

/** Makes a full client of whatever sends commands. */
export function create(client: Client): Redis {
  return new StandInRedis(client) as unknown as Redis;
}

/** Refuses: the stand-in opens no connections. */
export function connect(_options: RedisConnectOptions): Promise<Redis> {
  return Promise.reject(
    new NotImplementedError("connect() of the stand-in, which has no sockets"),
  );
}

/** Refuses: the stand-in opens no connections. */
export function createLazyClient(_options: RedisConnectOptions): Redis {
  throw new NotImplementedError(
    "createLazyClient() of the stand-in, which has no sockets",
  );
}

/** Refuses: the stand-in knows no addresses. */
export function parseURL(_url: string): RedisConnectOptions {
  throw new NotImplementedError("parseURL() of the stand-in");
}

function defineCommand(name: string, { build, parse, binary }: Method): void {
  const method = function (this: StandInRedis, ...args: unknown[]) {
    const reply = call(this.client, build(...args), binary);
    return parse === undefined
      ? reply
      : reply.then((raw) => parse(raw, ...args));
  };
  Object.defineProperty(method, "name", { value: name });
  Object.defineProperty(StandInRedis.prototype, name, {
    value: method,
    configurable: true,
    writable: true,
  });
}

/** Sends at once; whatever the client throws becomes a rejection. */
async function call(
  client: Client,
  words: unknown[],
  binary = false,
): Promise<unknown> {
  const [command, ...args] = words as [string, ...RedisValue[]];
  return binary
    ? await client.sendCommand(command, args, { returnUint8Arrays: true })
    : await client.exec(command, ...args);
}
