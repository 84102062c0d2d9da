/**
 * Issuing one command: to a given host, by its key, or split over several.
 *
 * @module
 */

import {
  type Arguments,
  isList,
  takeArgument,
  takeArguments,
} from "../commands/arguments.ts";
import type { Form } from "../commands/spec.ts";
import { reasonNotToShare } from "../commands/traits.ts";
import { UnroutableCommandError } from "../errors.ts";
import type { Topology } from "../topology/mod.ts";
import type { Argument, Key } from "../values.ts";
import { type CommandFlags, flagBits, type Settler } from "./command.ts";
import type { Carrier, Dispatcher } from "./dispatcher.ts";
import { Merger, type Split, split, splitSettled } from "./multi_key.ts";
import type { Run } from "./run.ts";

/**
 * Issues a command. Its arguments are read now, so that their owner may change
 * them afterwards. Whatever is wrong with it rejects its promise before anything
 * is sent.
 *
 * @param dispatcher What carries it.
 * @param hostId Where it goes; without it the router decides.
 * @param form What it is, and what becomes of its reply.
 * @param list Its arguments, in a list that nobody else changes.
 * @param settler The promise that waits for its reply.
 * @param flags What the caller asks for.
 */
export function issue(
  dispatcher: Carrier,
  hostId: number | undefined,
  form: Form,
  list: readonly Argument[],
  settler: Settler,
  flags?: CommandFlags,
): void {
  try {
    const bits = flagBits(flags, dispatcher.options.idempotent);
    const { topology } = dispatcher.cluster;
    const { command, name } = form;
    const args = takeArguments(name, list);
    const reason = reasonNotToShare(command, args);
    if (reason !== undefined) throw needsConnection(name, reason);
    if (flags?.settled === true) {
      const groupOf = (key: Key) => hostId ?? topology.groupOf(key);
      const parts = splitSettled(groupOf, command, args);
      const hostOf = (group: number) => hostId ?? topology.hostOf(group);
      sendParts(dispatcher, form, parts, { hostOf, settler, flags: bits });
      return;
    }
    const { splits } = command.row;
    // Redis refuses it; to whoever maps over keys, no keys have no values.
    if (splits !== undefined && args.length === 0) {
      settler.resolve(resultOfNone(name, splits.merge));
      return;
    }
    if (hostId !== undefined) {
      dispatcher.send(hostId, form, args, settler, bits);
      return;
    }
    // Only a command of several arguments can have several keys.
    const parts = args.length > 1 ? split(topology, command, args) : undefined;
    if (parts !== undefined && parts.parts.length > 1) {
      const hostOf = (group: number) => topology.hostOf(group);
      sendParts(dispatcher, form, parts, { hostOf, settler, flags: bits });
      return;
    }
    const host = parts !== undefined && topology.goesByKeys
      ? topology.hostOf(parts.parts[0].group)
      : topology.hostForCommand(name, args);
    dispatcher.send(host, form, args, settler, bits);
  } catch (error) {
    dispatcher.refuse(settler, error);
  }
}

/** What a command over several keys comes to that is given none. */
function resultOfNone(name: string, merge: "list" | "sum" | "status") {
  switch (merge) {
    case "list":
      return [];
    case "sum":
      return 0;
    case "status":
      throw new TypeError(`Cannot issue "${name}": it was given no keys`);
  }
}

function sendParts(
  dispatcher: Carrier,
  form: Form,
  whole: Split,
  { hostOf, settler, flags }: {
    hostOf: (group: number) => number;
    settler: Settler;
    flags: number;
  },
): void {
  const hosts = whole.parts.map(({ group }) => hostOf(group));
  const merger = new Merger(
    { command: form.name, split: whole, hosts },
    settler,
  );
  whole.parts.forEach(({ args }, index) => {
    const partial = merger.settler(index);
    dispatcher.send(hosts[index], form, args, partial, flags);
  });
}

/**
 * Issues a command whose first argument is its only key and about which nothing
 * else is out of the ordinary, so that nothing about it has to be looked up.
 *
 * @param dispatcher What carries it.
 * @param hostId Where it goes; without it the router decides.
 * @param form What it is, and what becomes of its reply.
 * @param settler Is told of its outcome, if given.
 * @param args Its arguments; the first one may stand for itself,
 * @param second and so may the second one beside it.
 * @returns Where its outcome will stand otherwise, as the last one.
 * @throws What is wrong with it, before anything is sent.
 */
export function issueByKey(
  dispatcher: Dispatcher,
  hostId: number | undefined,
  form: Form,
  settler: Settler | undefined,
  args: Arguments,
  second?: Argument,
): Run {
  const { name } = form;
  const own = isList(args)
    ? takeArguments(name, args)
    : takeArgument(name, args);
  const other = second === undefined
    ? undefined
    : takeArgument(name, second, 2);
  const host = hostId ??
    hostOf(dispatcher.cluster.topology, name, own, other);
  return dispatcher.queue(host, form, own, settler, undefined, other);
}

/**
 * Issues a command that goes whole to one host, over any connection: only its keys
 * have to be looked up.
 *
 * @see {@linkcode issueByKey}
 */
export function issueWhole(
  dispatcher: Dispatcher,
  hostId: number | undefined,
  form: Form,
  settler: Settler | undefined,
  list: readonly Argument[],
): Run {
  const args = takeArguments(form.name, list);
  const host = hostId ??
    dispatcher.cluster.topology.hostForCommand(form.name, args);
  return dispatcher.queue(host, form, args, settler);
}

/** The host of a command whose first argument is its only key. */
function hostOf(
  topology: Topology,
  command: string,
  args: Arguments,
  second: Argument | undefined,
): number {
  const list = isList(args);
  if (topology.goesByKeys) {
    return topology.hostOf(topology.groupOf(list ? args[0] : args));
  }
  if (list) return topology.hostForCommand(command, args);
  const both = second === undefined ? [args] : [args, second];
  return topology.hostForCommand(command, both);
}

/**
 * Why a command is refused that cannot share a connection.
 *
 * @param command Its name, or that of a method.
 * @param reason What keeps it from that, as the second half of a sentence.
 */
export function needsConnection(
  command: string,
  reason: string,
): UnroutableCommandError {
  return new UnroutableCommandError(
    `Cannot run "${command}" on a connection that others use: ${reason}; open ` +
      "one of its own with cluster.connect(hostId)",
    { command },
  );
}
