/**
 * Lua scripts and sequences of commands by key.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { RbPromise } from "../promise.ts";
import type { Argument, Key, Reply } from "../values.ts";
import type { FanoutClient, TargetedClient } from "./fanout_client.ts";

/**
 * A Lua script, named by the SHA-1 of its source.
 *
 * @example Run a script next to its key
 * ```ts
 * import { Cluster, Script } from "@rb/rb";
 *
 * await using cluster = new Cluster({ hosts: ["redis://127.0.0.1:6379"] });
 * const script = new Script("return redis.call('INCRBY', KEYS[1], ARGV[1])");
 * const { counter: [sum] } = await cluster.executeCommands({
 *   counter: [[script, ["counter"], [5]]],
 * });
 * console.log(sum.value); // 5
 * ```
 */
export class Script {
  /** The source. */
  readonly script: string;
  /** The SHA-1 of the source in hexadecimal, as EVALSHA takes it. */
  readonly sha: string;

  /**
   * Takes a script; nothing is sent.
   *
   * @param script The source in Lua.
   */
  constructor(script: string) {
    this.script = script;
    this.sha = createHash("sha1").update(script, "utf8").digest("hex");
  }
}

/**
 * A command with its arguments, or a script with its keys and its arguments.
 */
export type CommandTuple =
  | readonly [command: string, ...args: Argument[]]
  | readonly [
    script: Script,
    keys?: readonly Key[],
    args?: readonly Argument[],
  ];

/** Sequences of commands by the key that decides on their host. */
export type CommandMapping =
  | Record<string, readonly CommandTuple[]>
  | ReadonlyMap<Key, readonly CommandTuple[]>;

/** One promise for each command, in the shape of the mapping given. */
export type CommandResults<M extends CommandMapping> = M extends
  ReadonlyMap<infer K, unknown> ? Map<K, RbPromise<Reply>[]>
  : { [K in keyof M]: RbPromise<Reply>[] };

/** Runs a callback with a fanout client and joins. */
export type RunFanout = <R>(
  callback: (client: FanoutClient) => R,
) => Promise<R>;

/**
 * Executes each sequence on the host of its key, in order. Scripts that a host
 * does not have are loaded first.
 *
 * @param fanout What runs it, twice: to ask for the scripts, then to execute.
 */
export async function executeCommands<M extends CommandMapping>(
  fanout: RunFanout,
  mapping: M,
): Promise<CommandResults<M>> {
  const entries: [Key, readonly CommandTuple[]][] = mapping instanceof Map
    ? [...mapping]
    : Object.entries(mapping);
  await loadScripts(fanout, entries);
  const results = await fanout((client) =>
    entries.map(([key, commands]): [Key, RbPromise<Reply>[]] => {
      const node = client.targetKey(key);
      return [key, commands.map((command) => execute(node, command))];
    })
  );
  return (mapping instanceof Map
    ? new Map(results)
    : Object.fromEntries(results)) as CommandResults<M>;
}

/** Makes sure that every host has the scripts that will run on it. */
async function loadScripts(
  fanout: RunFanout,
  entries: [Key, readonly CommandTuple[]][],
): Promise<void> {
  const wanted = entries.flatMap(([key, commands]) =>
    [...new Set(commands.map(([first]) => first))]
      .filter((first) => first instanceof Script)
      .map((script) => ({ key, script }))
  );
  if (wanted.length === 0) return;
  const known = await fanout((client) =>
    wanted.map(({ key, script }) =>
      client.targetKey(key).scriptExists(script.sha)
    )
  );
  await fanout((client) => {
    wanted.forEach(({ key, script }, index) => {
      if (known[index].value[0] === 0) {
        client.targetKey(key).scriptLoad(script.script);
      }
    });
  });
}

function execute(node: TargetedClient, tuple: CommandTuple): RbPromise<Reply> {
  const [first] = tuple;
  if (typeof first === "string") {
    const [, ...args] = tuple as readonly [string, ...Argument[]];
    return node.sendCommand(first, args);
  }
  const [script, keys = [], args = []] = tuple as readonly [
    Script,
    (readonly Key[])?,
    (readonly Argument[])?,
  ];
  return node.sendCommand("EVALSHA", [
    script.sha,
    keys.length,
    ...keys,
    ...args,
  ]);
}
