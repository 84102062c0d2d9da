/**
 * The types of the clients, derived from those of `@db/redis`.
 *
 * @module
 */

import type { RedisCommands } from "@db/redis";
import type { RbPromise } from "../promise.ts";
import type { Argument, Key, Reply } from "../values.ts";
import type { Script } from "../commands/script.ts";
import type { CommandFlags } from "../delivery/command.ts";
import type { FanoutCommands } from "./commands/fanout_commands.ts";
import type { OwnConnectionMethod } from "./commands/own_connection_method.ts";

/**
 * What a command returns on each kind of client: a native promise of the reply,
 * an {@linkcode RbPromise} of it, or one of a reply or an outcome per host.
 */
export interface ResultOf<R> {
  /** On routing and local clients. */
  native: Promise<R>;
  /** On mapping clients, and on a fanout client's `targetKey`. */
  mapping: RbPromise<R>;
  /** On fanout clients. */
  fanout: RbPromise<Map<number, R>>;
  /** On fanout clients with `settled: true`. */
  settled: RbPromise<Map<number, PromiseSettledResult<R>>>;
}

/** A kind of client. */
export type ClientKind = keyof ResultOf<unknown>;

/**
 * The same parameters, where any text may also be bytes or a number, and any
 * number a bigint.
 */
export type Widened<A extends unknown[]> = { [I in keyof A]: WidenedOne<A[I]> };

/** One parameter of {@linkcode Widened}. */
export type WidenedOne<T> = string extends T ? T | Argument
  : number extends T ? T | bigint
  : T;

/**
 * The same method with the results of a kind of client. A method with several
 * overloads keeps all of them: inference pairs overloads from the last one
 * backwards, and a pattern with more of them than the method has does not
 * match, so the first pattern that does has exactly as many.
 */
export type Method<F, K extends ClientKind> = F extends {
  (...args: infer A1): Promise<infer R1>;
  (...args: infer A2): Promise<infer R2>;
  (...args: infer A3): Promise<infer R3>;
  (...args: infer A4): Promise<infer R4>;
  (...args: infer A5): Promise<infer R5>;
} ? {
    (...args: Widened<A1>): ResultOf<R1>[K];
    (...args: Widened<A2>): ResultOf<R2>[K];
    (...args: Widened<A3>): ResultOf<R3>[K];
    (...args: Widened<A4>): ResultOf<R4>[K];
    (...args: Widened<A5>): ResultOf<R5>[K];
  }
  : F extends {
    (...args: infer A1): Promise<infer R1>;
    (...args: infer A2): Promise<infer R2>;
    (...args: infer A3): Promise<infer R3>;
  } ? {
      (...args: Widened<A1>): ResultOf<R1>[K];
      (...args: Widened<A2>): ResultOf<R2>[K];
      (...args: Widened<A3>): ResultOf<R3>[K];
    }
  : F extends {
    (...args: infer A1): Promise<infer R1>;
    (...args: infer A2): Promise<infer R2>;
  } ? {
      (...args: Widened<A1>): ResultOf<R1>[K];
      (...args: Widened<A2>): ResultOf<R2>[K];
    }
  : F extends (...args: infer A) => Promise<infer R>
    ? (...args: Widened<A>) => ResultOf<R>[K]
  : never;

/**
 * Every method that a later `@db/redis` has beyond the table of commands. Which
 * of them name a key is not known before they are called.
 */
export type LaterMethod = Exclude<
  keyof RedisCommands,
  OwnConnectionMethod | keyof FanoutCommands
>;

/** Those methods, on a kind of client. */
export type LaterCommands<K extends ClientKind> = {
  [M in LaterMethod]: Method<RedisCommands[M], K>;
};

/** Any command by its name, and any script. */
export interface RawCommands<K extends ClientKind, O = CommandFlags> {
  /**
   * Runs a script on the host of its keys. A connection that has not seen it
   * carries its source, any other its name alone (EVALSHA).
   *
   * @typeParam T What the script returns: text, integers, null, and lists of
   * these.
   * @param script The script.
   * @param keys Its keys, `KEYS` in Lua; all of one host.
   * @param args Its arguments, `ARGV` in Lua.
   * @returns What it returns.
   * @throws {TypeError} If it is no {@linkcode Script}.
   *
   * @example Count up to a limit
   * ```ts
   * import { Cluster, Script } from "@rb/rb";
   *
   * await using cluster = new Cluster({ hosts: [{ port: 6379 }, { port: 6380 }] });
   * const client = cluster.getRoutingClient();
   * const upTo = new Script(`
   *   if tonumber(redis.call("GET", KEYS[1]) or 0) >= tonumber(ARGV[1]) then
   *     return 0
   *   end
   *   return redis.call("INCR", KEYS[1])
   * `);
   * console.log(await client.run<number>(upTo, ["hits"], [1])); // 1
   * console.log(await client.run<number>(upTo, ["hits"], [1])); // 0
   * ```
   */
  run<T = Reply>(
    script: Script,
    keys?: readonly Key[],
    args?: readonly Argument[],
  ): ResultOf<T>[K];
  /**
   * Sends a command over several keys (MGET, MSET, DEL, UNLINK, EXISTS or
   * TOUCH), and tells for each key what came of it: its value, `"OK"`, or the
   * count of it alone. A host that fails costs its own keys only.
   *
   * @param command The name.
   * @param args Its arguments.
   * @param options `settled: true`, and what the other form takes.
   * @returns An outcome for each key, in the order of the keys.
   * @throws {TypeError} If it is any other command; nothing is sent then.
   *
   * @example Read what can be read
   * ```ts
   * import { Cluster } from "@rb/rb";
   *
   * await using cluster = new Cluster({ hosts: [{ port: 6379 }, { port: 6380 }] });
   * const client = cluster.getRoutingClient();
   * await client.set("a", "1");
   *
   * const keys = ["a", "b"];
   * const outcomes = await client.sendCommand("MGET", keys, { settled: true });
   * for (const outcome of outcomes) {
   *   if (outcome.status === "fulfilled") console.log(outcome.value);
   *   else console.error(outcome.reason.hostId, outcome.reason.message);
   * }
   * ```
   */
  sendCommand(
    command: string,
    args: readonly Argument[],
    options: O & { settled: true },
  ): ResultOf<PromiseSettledResult<Reply>[]>[K];
  /**
   * Sends any command by its name.
   *
   * @param command The name, such as `"GET"` or `"OBJECT ENCODING"`.
   * @param args Its arguments.
   * @param options `returnUint8Arrays` for bytes instead of text; `idempotent`
   * when it may be sent twice.
   */
  sendCommand(
    command: string,
    args?: readonly Argument[],
    options?: O & { settled?: false | undefined },
  ): ResultOf<Reply>[K];
}
