/**
 * Telling whoever took a server for another kind of it.
 *
 * @module
 */

import { CommandError } from "../errors.ts";

/**
 * Says more of an error of a node of a Redis Cluster, for whoever took it for a
 * server that stands alone.
 *
 * @param error What it answered: that a key is elsewhere.
 */
export function asNode(error: CommandError): CommandError {
  return reworded(
    error,
    `${error.message}: this server is a node of a Redis Cluster, whose nodes ` +
      "are found by the option seeds in the place of hosts",
  );
}

/**
 * Says more of an error where that says that there is no such command, although
 * the servers of today have it: a sentinel has hardly any.
 *
 * @param error What was answered.
 */
export function asSentinel(error: CommandError): CommandError {
  const { message } = error;
  if (!message.startsWith("ERR unknown command")) return error;
  return reworded(
    error,
    `${message.replace(/[,\s]+$/, "")}: this server is too old for it, or a ` +
      "sentinel; sentinels are given by the option sentinels, and hosts by their " +
      "primaryName then",
  );
}

function reworded(error: CommandError, message: string): CommandError {
  const other = new CommandError(message);
  if (error.outcome !== undefined) other.outcome = error.outcome;
  if (error.cause !== undefined) other.cause = error.cause;
  return other;
}
