/**
 * Issuing one command: to a given host, by its key, or split over several.
 *
 * @module
 */

import { UnroutableCommandError } from "../errors.ts";
import { BaseRouter } from "../routers/mod.ts";
import type { Argument, Key } from "../values.ts";
import { commandWords } from "../wire/command_frame.ts";
import { checkArgument, checkArguments } from "../wire/encoder.ts";
import {
  type Arguments,
  type CommandFlags,
  flagBits,
  isList,
  type Settler,
} from "./command.ts";
import { isStateful } from "./command_traits.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { Merger, type Split, split, splitSettled } from "./multi_key.ts";
import type { Run } from "./run.ts";

/**
 * Issues a command. Whatever is wrong with it rejects its promise before
 * anything is sent.
 *
 * @param dispatcher What carries it.
 * @param hostId Where it goes; without it the router decides.
 * @param command Its name in capitals.
 * @param args Its arguments.
 * @param settler The promise that waits for its reply.
 * @param flags What the caller asks for.
 */
export function issue(
  dispatcher: Dispatcher,
  hostId: number | undefined,
  command: string,
  args: readonly Argument[],
  settler: Settler,
  flags?: CommandFlags,
): void {
  try {
    const bits = flagBits(flags, dispatcher.options.idempotent);
    checkArguments(command, args);
    if (isStateful(command, args)) throw needsConnection(command);
    if (flags?.settled === true) {
      const hostOf = (key: Key) =>
        hostId ?? dispatcher.cluster.router.getHostForKey(key);
      const parts = splitSettled(hostOf, command, args);
      sendParts(dispatcher, command, parts, settler, bits);
      return;
    }
    // Redis refuses it; to whoever maps over keys, no keys have no values.
    if (command === "MGET" && args.length === 0) return settler.resolve([]);
    if (hostId !== undefined) {
      dispatcher.send(hostId, command, args, settler, bits);
      return;
    }
    const { router } = dispatcher.cluster;
    // Only a command of several arguments can have several keys.
    const parts = args.length > 1 ? split(router, command, args) : undefined;
    if (parts === undefined) {
      const host = router.getHostForCommand(command, args);
      dispatcher.send(host, command, args, settler, bits);
    } else {
      sendParts(dispatcher, command, parts, settler, bits);
    }
  } catch (error) {
    settler.reject(error);
  }
}

function sendParts(
  dispatcher: Dispatcher,
  command: string,
  whole: Split,
  settler: Settler,
  flags: number,
): void {
  const merger = new Merger(command, whole, settler);
  whole.parts.forEach((part, index) => {
    const partial = merger.settler(index);
    dispatcher.send(part.hostId, command, part.args, partial, flags);
  });
}

/**
 * Issues a command whose first argument is its only key and about which nothing
 * else is out of the ordinary, so that nothing about it has to be looked up.
 *
 * @param dispatcher What carries it.
 * @param hostId Where it goes; without it the router decides.
 * @param command Its name in capitals.
 * @param settler Is told of its outcome, if given.
 * @param args Its arguments; the first one may stand for itself,
 * @param second and so may the second one beside it.
 * @returns Where its outcome will stand otherwise, as the last one.
 * @throws What is wrong with it, before anything is sent.
 */
export function issuePlain(
  dispatcher: Dispatcher,
  hostId: number | undefined,
  command: string,
  settler: Settler | undefined,
  args: Arguments,
  second?: Argument,
): Run {
  if (isList(args)) checkArguments(command, args);
  else checkArgument(command, args);
  if (second !== undefined) checkArgument(command, second, 2);
  const host = hostId ??
    hostOf(dispatcher.cluster.router, command, args, second);
  return dispatcher.queue(host, command, args, settler, undefined, second);
}

const { getHostForCommand } = BaseRouter.prototype;

/** The host of a command whose first argument is its only key. */
function hostOf(
  router: BaseRouter,
  command: string,
  args: Arguments,
  second: Argument | undefined,
): number {
  const list = isList(args);
  if (router.getHostForCommand === getHostForCommand) {
    return router.getHostForKey(list ? args[0] : args);
  }
  // A router that looks at whole commands is asked as it wants to be.
  if (list) return router.getHostForCommand(command, args);
  const both = second === undefined ? [args] : [args, second];
  return router.getHostForCommand(command, both);
}

/** Why a command is refused that changes the connection it runs on. */
export function needsConnection(command: string): UnroutableCommandError {
  return new UnroutableCommandError(
    `Cannot run "${command}" on a connection that others use: open one of ` +
      "its own with cluster.connect(hostId)",
    { command },
  );
}

/**
 * A command as people write it, in the form in which it is issued: the name in
 * capitals, and a subcommand behind a blank as the first argument. The
 * arguments are copied, as their owner may change the list before they leave.
 *
 * @throws {TypeError} When the name cannot be sent.
 */
export function spell(
  command: string,
  args: readonly Argument[],
): [name: string, args: readonly Argument[]] {
  const [name, ...subcommands] = commandWords(command);
  return [
    name.toUpperCase(),
    [...subcommands.map((word) => word.toUpperCase()), ...args],
  ];
}
