/**
 * Lua scripts and sequences of commands by key.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { RbPromise } from "../promise.ts";
import type { Argument, Key, Reply } from "../values.ts";
import { type Ledger, PromiseClient } from "./promise_client.ts";

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

/** A script with its keys and its arguments: `[script, ["key"], ["value"]]`. */
export type ScriptTuple = readonly [
  script: Script,
  keys?: readonly Key[],
  args?: readonly Argument[],
];

/**
 * A command followed by its arguments, such as `["SET", "key", 1]`, or a
 * script.
 */
export type CommandTuple =
  | readonly [command: string, ...args: Argument[]]
  | ScriptTuple;

/** Sequences of commands by the key that decides on their host. */
export type CommandMapping =
  | Record<string, readonly CommandTuple[]>
  | ReadonlyMap<Key, readonly CommandTuple[]>;

/** One promise for each command, in the shape of the mapping given. */
export type CommandResults<M extends CommandMapping> = M extends
  ReadonlyMap<infer K, unknown> ? Map<K, RbPromise<Reply>[]>
  : { [K in keyof M]: RbPromise<Reply>[] };

/**
 * Issues each sequence to the host of its key, in order. The first run of a
 * script on a host carries its source, which the server then knows by its SHA-1
 * for the runs behind it: no host has to be asked or prepared, and none waits
 * for another.
 *
 * @param map The map that the commands belong to.
 * @param commands The sequences by key.
 */
export function issueCommands<M extends CommandMapping>(
  map: Ledger,
  commands: M,
): CommandResults<M> {
  const { topology } = map.dispatcher.cluster;
  const sequencers = new Map<number, Sequencer>();
  const issue = (key: Key, tuples: readonly CommandTuple[]) => {
    const hostId = topology.hostOf(topology.groupOf(key));
    let sequencer = sequencers.get(hostId);
    if (sequencer === undefined) {
      sequencer = new Sequencer(map, hostId);
      sequencers.set(hostId, sequencer);
    }
    return tuples.map((tuple) => sequencer.issue(tuple));
  };
  const entries: [Key, readonly CommandTuple[]][] = commands instanceof Map
    ? [...commands]
    : Object.entries(commands);
  const results = entries.map(([key, tuples]): [Key, RbPromise<Reply>[]] => [
    key,
    issue(key, tuples),
  ]);
  return (commands instanceof Map
    ? new Map(results)
    : Object.fromEntries(results)) as CommandResults<M>;
}

/** Issues commands to one host, and knows which scripts it has been given. */
class Sequencer {
  readonly #map: Ledger;
  readonly #client: PromiseClient;
  readonly #given = new Set<string>();

  constructor(map: Ledger, hostId: number) {
    this.#map = map;
    this.#client = new PromiseClient(map, hostId);
  }

  issue(tuple: CommandTuple): RbPromise<Reply> {
    assertTuple(tuple);
    // Read once, whatever it would answer the second time.
    const words: CommandTuple = [...tuple];
    if (isScript(words)) {
      assertScriptTuple(words);
      const [script, keys = [], args = []] = words;
      return this.#run(script, [...keys], [...args]);
    }
    const [name, ...args] = words;
    return this.#client.sendCommand(name, args);
  }

  #run(
    script: Script,
    keys: readonly Key[],
    args: readonly Argument[],
  ): RbPromise<Reply> {
    const isKnown = this.#given.has(script.sha);
    const { dispatcher } = this.#map;
    const before = dispatcher.refusedCommands;
    const promise = this.#client.sendCommand(isKnown ? "EVALSHA" : "EVAL", [
      isKnown ? script.sha : script.script,
      keys.length,
      ...keys,
      ...args,
    ]);
    // What was refused will not be sent.
    const isRefused = dispatcher.refusedCommands > before;
    if (!isRefused) this.#given.add(script.sha);
    return promise;
  }
}

function isScript(tuple: CommandTuple): tuple is ScriptTuple {
  return tuple[0] instanceof Script;
}

function assertTuple(tuple: unknown): void {
  if (Array.isArray(tuple)) return;
  throw new TypeError('A command stands as an array: ["SET", "key", 1]');
}

function assertScriptTuple([, keys = [], args = []]: ScriptTuple): void {
  if (Array.isArray(keys) && Array.isArray(args)) return;
  throw new TypeError(
    "A script stands as [script, keys, args]: keys and args must be arrays",
  );
}
