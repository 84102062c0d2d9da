/**
 * The signatures of what sends any command or script. The interfaces of the clients
 * are written from them: see `sh tools/dev methods`.
 *
 * @module
 */

import type { Script } from "../../src/commands/script.ts";
import type { CommandFlags } from "../../src/delivery/command.ts";
import type { Argument, Key, Reply } from "../../src/values.ts";

/** What a call may ask for; those of clients whose calls may ask for more differ. */
type Flags = CommandFlags;

/** Any command by its name, and any script. */
export interface AnyCommandMethods {
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
  ): T;
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
    options: Flags & { settled: true },
  ): PromiseSettledResult<Reply>[];
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
    options?: Flags & { settled?: false | undefined },
  ): Reply;
}
