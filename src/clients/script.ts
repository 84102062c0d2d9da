/**
 * Lua scripts and sequences of commands by key.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { takeArguments } from "../commands/arguments.ts";
import { specOf } from "../commands/table.ts";
import { spell } from "../commands/words.ts";
import type { Carrier } from "../delivery/dispatcher.ts";
import { issue } from "../delivery/issue.ts";
import { RbPromise } from "../promise.ts";
import type { Argument, Key, Reply } from "../values.ts";
import type { Ledger } from "./promise_client.ts";

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
 * A sequence with a command that blocks would not keep its order among commands
 * that must not wait for it: it has a connection to itself.
 *
 * @param map The map that the commands belong to.
 * @param commands The sequences by key.
 */
export function issueCommands<M extends CommandMapping>(
  map: Ledger,
  commands: M,
): CommandResults<M> {
  const { dispatcher } = map;
  const { topology } = dispatcher.cluster;
  const sequencers = new Map<number, Sequencer>();
  const sequencerFor = (hostId: number, blockTime: number | undefined) => {
    if (blockTime !== undefined) {
      return new Sequencer(map, hostId, dispatcher.sequence(blockTime));
    }
    let sequencer = sequencers.get(hostId);
    if (sequencer === undefined) {
      sequencer = new Sequencer(map, hostId, dispatcher);
      sequencers.set(hostId, sequencer);
    }
    return sequencer;
  };
  const issueAll = (key: Key, tuples: readonly CommandTuple[]) => {
    const hostId = topology.hostOf(topology.groupOf(key));
    const steps = tuples.map(readTuple);
    const sequencer = sequencerFor(hostId, blockTimeOfAll(steps));
    return steps.map((step) => sequencer.issue(step));
  };
  const entries: [Key, readonly CommandTuple[]][] = commands instanceof Map
    ? [...commands]
    : Object.entries(commands);
  const results = entries.map(([key, tuples]): [Key, RbPromise<Reply>[]] => [
    key,
    issueAll(key, tuples),
  ]);
  return (commands instanceof Map
    ? new Map(results)
    : Object.fromEntries(results)) as CommandResults<M>;
}

/** One command of a sequence, read once, whatever it would answer later. */
type Step =
  | { readonly name: string; readonly args: readonly Argument[] }
  | {
    readonly script: Script;
    readonly keys: readonly Key[];
    readonly args: readonly Argument[];
  }
  /** What is wrong with it. */
  | { readonly error: unknown };

function readTuple(tuple: CommandTuple): Step {
  assertTuple(tuple);
  const words: CommandTuple = [...tuple];
  if (isScript(words)) {
    assertScriptTuple(words);
    const [script, keys = [], args = []] = words;
    return { script, keys: [...keys], args: [...args] };
  }
  try {
    const [command, ...list] = words;
    const [name, args] = spell(command, list);
    // What decides whether it blocks is what is sent.
    return {
      name,
      args: specOf(name).isOrdinary ? args : takeArguments(name, args),
    };
  } catch (error) {
    return { error };
  }
}

/** How long a sequence may block, in milliseconds; nothing if it does not. */
function blockTimeOfAll(steps: readonly Step[]): number | undefined {
  let sum: number | undefined;
  for (const step of steps) {
    if (!("name" in step)) continue;
    const time = specOf(step.name).row.blocks?.(step.args);
    if (time !== undefined) sum = (sum ?? 0) + time;
  }
  return sum;
}

/** Issues commands to one host, and knows which scripts it has been given. */
class Sequencer {
  readonly #map: Ledger;
  readonly #hostId: number;
  readonly #carrier: Carrier;
  readonly #given = new Set<string>();

  constructor(map: Ledger, hostId: number, carrier: Carrier) {
    this.#map = map;
    this.#hostId = hostId;
    this.#carrier = carrier;
  }

  issue(step: Step): RbPromise<Reply> {
    if ("error" in step) return this.#enter(RbPromise.rejected(step.error));
    if ("name" in step) return this.#send(step.name, step.args);
    const { script, keys, args } = step;
    const isKnown = this.#given.has(script.sha);
    const promise = this.#send(isKnown ? "EVALSHA" : "EVAL", [
      isKnown ? script.sha : script.script,
      keys.length,
      ...keys,
      ...args,
    ]);
    // One that is rejected already was refused, and will not be sent.
    if (promise.isPending) this.#given.add(script.sha);
    return promise;
  }

  #send(name: string, args: readonly Argument[]): RbPromise<Reply> {
    const promise = new RbPromise<Reply>();
    issue(this.#carrier, this.#hostId, specOf(name).form(), args, promise);
    return this.#enter(promise);
  }

  #enter<T>(promise: RbPromise<T>): RbPromise<T> {
    this.#map.enter(promise);
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
