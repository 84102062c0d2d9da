/**
 * Sequences of commands by key, scripts among them.
 *
 * @module
 */

import { takeArguments } from "../commands/arguments.ts";
import { Script, scriptCall } from "../commands/script.ts";
import type { Step as Command } from "../commands/spec.ts";
import { specOf } from "../commands/table.ts";
import { spell } from "../commands/words.ts";
import type { Carrier } from "../delivery/issuer.ts";
import { issue } from "../delivery/issue.ts";
import { transact } from "../delivery/transact.ts";
import { RbPromise } from "../promise.ts";
import type { Argument, Key, Reply } from "../values.ts";
import type { Ledger } from "./promise_client.ts";

/*
 * Without names for their places, which documentation shows without what is
 * optional, or a list, otherwise.
 */

/**
 * A script, its keys and its arguments, such as `[script, ["key"], ["value"]]`.
 * Keys and arguments may be left out.
 */
export type ScriptTuple = readonly [
  Script,
  (readonly Key[])?,
  (readonly Argument[])?,
];

/**
 * A command followed by its arguments, such as `["SET", "key", 1]`, or a script
 * with its keys.
 */
export type CommandTuple = readonly [string, ...Argument[]] | ScriptTuple;

/** Sequences of commands by the key that decides on their host. */
export type CommandMapping =
  | Record<string, readonly CommandTuple[]>
  | ReadonlyMap<Key, readonly CommandTuple[]>;

/** One promise for each command, in the shape of the mapping given. */
export type CommandResults<M extends CommandMapping> = M extends
  ReadonlyMap<infer K, unknown> ? Map<K, RbPromise<Reply>[]>
  : { [K in keyof M]: RbPromise<Reply>[] };

/**
 * Issues each sequence to the host of its key, in order.
 *
 * A sequence with a command that blocks would not keep its order among commands
 * that must not wait for it: it has a connection to itself.
 *
 * @param map The map that the commands belong to.
 * @param commands The sequences by key.
 * @param atomic Whether each sequence is a transaction.
 */
export function issueCommands<M extends CommandMapping>(
  map: Ledger,
  commands: M,
  atomic: boolean,
): CommandResults<M> {
  const { dispatcher } = map;
  const { topology } = dispatcher.cluster;
  const issueAll = (key: Key, tuples: readonly CommandTuple[]) => {
    // What is no key is refused before anything is issued.
    topology.groupOf(key);
    const steps = tuples.map(readTuple);
    if (atomic) return issueTransaction(map, key, steps);
    const time = blockTimeOfAll(steps);
    const carrier = time !== undefined
      ? dispatcher.sequence(time)
      : steps.every(reads)
      ? dispatcher
      : dispatcher.primaries();
    return steps.map((step) => {
      const promise = issueStep(carrier, key, step);
      map.enter(promise);
      return promise;
    });
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

/** Issues a sequence that runs as one; a wrong command is wrong for all of it. */
function issueTransaction(
  map: Ledger,
  key: Key,
  steps: readonly Step[],
): RbPromise<Reply>[] {
  const promises = steps.map(() => new RbPromise<Reply>());
  for (const promise of promises) map.enter(promise);
  const wrong = steps.find((step) => "error" in step);
  if (wrong !== undefined) {
    for (const promise of promises) {
      map.dispatcher.refuse(promise, wrong.error);
    }
  } else if (steps.length > 0) {
    const commands = steps.map((step) => withSource(step as Command));
    transact(map.dispatcher, key, commands, promises);
  }
  return promises;
}

/** Between MULTI and EXEC a server cannot say in time that it lacks a script. */
function withSource({ form, args }: Command): Command {
  return form.script === undefined ? { form, args } : {
    form: specOf("EVAL").form(),
    args: [form.script.script, ...args.slice(1)],
  };
}

/** One command of a sequence, read once, whatever it would answer later. */
type Step =
  | Command
  /** What is wrong with it. */
  | { readonly error: unknown };

function readTuple(tuple: CommandTuple): Step {
  assertTuple(tuple);
  const words: CommandTuple = [...tuple];
  if (isScript(words)) {
    assertScriptTuple(words);
    return scriptCall(...words);
  }
  try {
    const [command, ...list] = words;
    const [name, args] = spell(command, list);
    const form = specOf(name).form();
    // What decides whether it blocks is what is sent.
    const own = form.command.isOrdinary ? args : takeArguments(name, args);
    return { form, args: own };
  } catch (error) {
    return { error };
  }
}

/** Whether a command only reads; one that is wrong does nothing. */
function reads(step: Step): boolean {
  return "error" in step || step.form.command.reads;
}

/** How long a sequence may block, in milliseconds; nothing if it does not. */
function blockTimeOfAll(steps: readonly Step[]): number | undefined {
  let sum: number | undefined;
  for (const step of steps) {
    if ("error" in step) continue;
    const time = step.form.command.row.blocks?.(step.args);
    if (time !== undefined) sum = (sum ?? 0) + time;
  }
  return sum;
}

function issueStep(
  carrier: Carrier,
  key: Key,
  step: Step,
): RbPromise<Reply> {
  const promise = new RbPromise<Reply>();
  if ("error" in step) carrier.refuse(promise, step.error);
  else issue(carrier, { key }, step.form, step.args, promise);
  return promise;
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
