/**
 * Asking a connection that nobody else uses.
 *
 * @module
 */

import type { Argument, Reply } from "../values.ts";
import { CommandExchange } from "./command_exchange.ts";
import type { Connection } from "./connection.ts";

/**
 * Sends commands over a connection that nobody else uses.
 *
 * @param connection The connection.
 * @param commands Each a name and its arguments.
 * @returns One reply for each command, error replies among them.
 * @throws {Error} If the connection is lost before the last one.
 */
export function ask(
  connection: Connection,
  commands: readonly Argument[][],
): Promise<Reply[]> {
  // One that is lost already tells nobody any more.
  if (connection.error !== undefined) return Promise.reject(connection.error);
  const replies: Reply[] = [];
  return new Promise<Reply[]>((resolve, reject) => {
    connection.owner = {
      connectionIdle: () => resolve(replies),
      connectionLost: (_, error) => reject(error),
    };
    connection.send(
      new CommandExchange(commands, (reply) => replies.push(reply)),
    );
  }).finally(() => connection.owner = undefined);
}
