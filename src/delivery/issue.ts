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
import { seenKeys } from "../commands/transaction.ts";
import { reasonNotToShare } from "../commands/traits.ts";
import { ReshardingError, UnroutableCommandError } from "../errors.ts";
import type { Topology } from "../topology/mod.ts";
import type { Argument, Key } from "../values.ts";
import { withCallSite } from "./call_sites.ts";
import type { ClusterView } from "./cluster_view.ts";
import {
  type CommandFlags,
  flagBits,
  PART,
  PINNED,
  type Settler,
} from "./command.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Carrier } from "./issuer.ts";
import { Merger, type Split, split, splitSettled } from "./multi_key.ts";
import type { Run } from "./run.ts";

/** The host or the key that a command goes by, instead of its own keys. */
export type Target =
  /** The id of a host, whatever its keys are. */
  | number
  /** The host of another key. */
  | { readonly key: Key };

/**
 * Issues a command. Its arguments are read now, so that their owner may change
 * them afterwards. Whatever is wrong with it rejects its promise before anything
 * is sent.
 *
 * @param dispatcher What carries it.
 * @param target Where it goes; without it its keys decide.
 * @param form What it is, and what becomes of its reply.
 * @param list Its arguments, in a list that nobody else changes.
 * @param caller The promise that waits for its reply.
 * @param flags What the caller asks for.
 */
export function issue(
  dispatcher: Carrier,
  target: Target | undefined,
  form: Form,
  list: readonly Argument[],
  caller: Settler,
  flags?: CommandFlags,
): void {
  const settler = withCallSite(dispatcher, caller);
  try {
    const { topology } = dispatcher.cluster;
    const bits = flagBits(flags, dispatcher.options.idempotent) |
      (typeof target === "number" ? PINNED : 0);
    const { command, name } = form;
    const args = takeArguments(name, list);
    const reason = reasonNotToShare(command, args);
    if (reason !== undefined) throw needsConnection(name, reason);
    const place = placeOf(dispatcher.cluster, target, form, args);
    if (flags?.settled === true) {
      const groupOf = (key: Key) => place ?? topology.groupOf(key);
      const parts = splitSettled(groupOf, command, args);
      sendParts(dispatcher, form, parts, { settler, flags: bits });
      return;
    }
    const { splits } = command.row;
    // Redis refuses it; to whoever maps over keys, no keys have no values.
    if (splits !== undefined && args.length === 0) {
      settler.resolve(resultOfNone(name, splits.merge));
      return;
    }
    if (place !== undefined) {
      dispatcher.send(place, form, args, settler, bits, keyOf(target));
      return;
    }
    // Only a command of several arguments can have several keys.
    const parts = args.length > 1 ? split(topology, command, args) : undefined;
    if (parts !== undefined && parts.parts.length > 1) {
      sendParts(dispatcher, form, parts, { settler, flags: bits });
      return;
    }
    const group = parts !== undefined && topology.goesByKeys
      ? parts.parts[0].group
      : topology.groupOfCommand(name, args);
    dispatcher.send(group, form, args, settler, bits);
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
  { settler, flags }: { settler: Settler; flags: number },
): void {
  const merger = new Merger({ command: form.name, split: whole }, settler);
  whole.parts.forEach(({ group, args }, index) => {
    const partial = merger.settler(index);
    dispatcher.send(group, form, args, partial, flags | PART);
  });
}

/**
 * What a target comes to: the id of a host, or a group. While keys move, one that is
 * named by a key has to have those of the command as well.
 *
 * @throws {ReshardingError} If they part.
 */
export function placeOf(
  { topology, moves }: ClusterView,
  target: Target | undefined,
  { command, steps }: Pick<Form, "command" | "steps">,
  args: Arguments,
): number | undefined {
  if (typeof target !== "object") return target;
  const rings = moves?.topology;
  if (rings?.isMoving !== true) return topology.groupOf(target.key);
  const { keys } = seenKeys({ command, steps }, isList(args) ? args : [args]);
  const group = rings.groupOfKeys([target.key, ...keys]);
  if (group !== undefined) return group;
  throw new ReshardingError(
    `Cannot send "${command.name}" to the host of another key while keys move: its ` +
      "own will be elsewhere; give the key that it is about",
    { command: command.name, outcome: "not-sent" },
  );
}

/**
 * Issues a command whose first argument is its only key and about which nothing
 * else is out of the ordinary, so that nothing about it has to be looked up.
 *
 * @param dispatcher What carries it.
 * @param target Where it goes; without it its key decides.
 * @param form What it is, and what becomes of its reply.
 * @param settler Is told of its outcome, if given.
 * @param args Its arguments; the first one may stand for itself,
 * @param second and so may the second one beside it.
 * @returns Where its outcome will stand otherwise, as the last one.
 * @throws What is wrong with it, before anything is sent.
 */
export function issueByKey(
  dispatcher: Dispatcher,
  target: Target | undefined,
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
  const told = settler === undefined || dispatcher.options.callSites !== true
    ? settler
    : withCallSite(dispatcher, settler);
  if (target === undefined) {
    const group = groupOf(dispatcher.cluster.topology, name, own, other);
    return dispatcher.queue(group, form, own, told, undefined, other);
  }
  const bits = flagBits(undefined, dispatcher.options.idempotent) |
    (typeof target === "number" ? PINNED : 0);
  const place = placeOf(dispatcher.cluster, target, form, own)!;
  return dispatcher.queue(place, form, own, told, bits, other, keyOf(target));
}

/** The key that a command goes by, where its caller has named one. */
function keyOf(target: Target | undefined): Key | undefined {
  return typeof target === "object" ? target.key : undefined;
}

/**
 * Issues a command that goes whole to one host, over any connection: only its keys
 * have to be looked up.
 *
 * @see {@linkcode issueByKey}
 */
export function issueWhole(
  dispatcher: Dispatcher,
  target: Target | undefined,
  form: Form,
  settler: Settler | undefined,
  list: readonly Argument[],
): Run {
  const args = takeArguments(form.name, list);
  const told = settler && withCallSite(dispatcher, settler);
  const { cluster } = dispatcher;
  const place = placeOf(cluster, target, form, args) ??
    cluster.topology.groupOfCommand(form.name, args);
  const bits = flagBits(undefined, dispatcher.options.idempotent) |
    (typeof target === "number" ? PINNED : 0);
  const by = keyOf(target);
  return dispatcher.queue(place, form, args, told, bits, undefined, by);
}

/** The group of a command whose first argument is its only key. */
function groupOf(
  topology: Topology,
  command: string,
  args: Arguments,
  second: Argument | undefined,
): number {
  const list = isList(args);
  if (topology.goesByKeys) {
    return topology.groupOf(list ? args[0] : args);
  }
  if (list) return topology.groupOfCommand(command, args);
  const both = second === undefined ? [args] : [args, second];
  return topology.groupOfCommand(command, both);
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
