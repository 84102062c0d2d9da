/**
 * The commands of `@db/redis` as methods: the one place that uses its client.
 *
 * @module
 */

import {
  type Client,
  type Connection,
  create,
  NotImplementedError,
  type Redis,
  type RedisReply,
  type RedisSubscription,
  type RedisValue,
  type SendCommandOptions,
} from "@db/redis";
import { anotherTurn } from "../runtime/turn.ts";
import type { Argument, Reply } from "../values.ts";

/** Sends one command and promises its reply. */
export type Send = (
  command: string,
  args: readonly Argument[],
  options?: SendCommandOptions,
) => Promise<Reply>;

/** A method of the surface, once its name is known. */
type AnyMethod = (...args: unknown[]) => unknown;

/**
 * Turns calls of methods into commands, and replies into what the methods
 * promise, exactly as `@db/redis` does it.
 */
export class Surface {
  readonly #redis: Redis;
  /** How many commands have been sent. */
  #sent = 0;

  /** @param send What carries the commands. */
  constructor(send: Send) {
    this.#redis = create(
      new Carrier((...command) => {
        this.#sent++;
        return send(...command);
      }),
    );
  }

  /**
   * Calls a method by its name. Its command is sent before this returns.
   *
   * @returns What the method of `@db/redis` returns, a promise.
   */
  async call(method: string, args: unknown[]): Promise<unknown> {
    const call = Reflect.get(this.#redis, method) as AnyMethod;
    const before = this.#sent;
    try {
      return await call.apply(this.#redis, args);
    } catch (error) {
      // What is wrong with the arguments has waited for nothing.
      if (this.#sent === before) await anotherTurn();
      throw error;
    }
  }
}

/** Methods of the implementation that are not part of its type. */
const HELPER = /^(exec.*Reply|push[A-Z].*)$/;

function commandMethods(): string[] {
  const sample = create(new Carrier(() => Promise.resolve(null)));
  const names = new Set<string>();
  const notCommands = new Set([
    "addEventListener",
    "close",
    "connect",
    "constructor",
    "isClosed",
    "isConnected",
    "removeEventListener",
    "sendCommand",
  ]);
  for (
    let level: object | null = sample;
    level !== null && level !== Object.prototype;
    level = Object.getPrototypeOf(level)
  ) {
    for (const name of Object.getOwnPropertyNames(level)) names.add(name);
  }
  return [...names].filter((name) =>
    !notCommands.has(name) && !HELPER.test(name) &&
    typeof Reflect.get(sample, name) === "function"
  );
}

/** What `create` wants of a client: only commands go through it. */
class Carrier implements Client {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  get connection(): Connection {
    throw new NotImplementedError(
      "these commands travel over connections of a pool; use connect(hostId)",
    );
  }

  exec(command: string, ...args: RedisValue[]): Promise<RedisReply> {
    return this.#send(command, args) as Promise<RedisReply>;
  }

  sendCommand(
    command: string,
    args: RedisValue[] = [],
    options?: SendCommandOptions,
  ): Promise<RedisReply> {
    return this.#send(command, [...args], options) as Promise<RedisReply>;
  }

  subscribe(): Promise<RedisSubscription<never>> {
    return Promise.reject(
      new NotImplementedError("pub/sub needs connect(hostId)"),
    );
  }

  close(): void {}
}

/** A full client of `@db/redis` over whatever carries its commands. */
export function createRedis(client: Client): Redis {
  return create(client);
}

/** The names of all methods that are commands. */
export const COMMAND_METHODS: readonly string[] = commandMethods();
