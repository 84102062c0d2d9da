/**
 * By what a server knows a connection.
 *
 * @module
 */

import type { Reply } from "../values.ts";
import { CommandExchange } from "./command_exchange.ts";

/** By what a server knows a connection. */
export interface Identity {
  /** A number that no other connection gets while the server runs. */
  readonly id: string;
  /** Where the server sees it come from. */
  readonly address: string;
  /** Where that server is, for people. */
  readonly server: string;
}

/**
 * Asks a server for the identity of a connection (CLIENT INFO, since Redis 6.2).
 * A server or a user without that command has an answer too: there is none.
 *
 * @param server Where the server is, for people.
 * @param onAnswer Told the answer; nothing else waits for it.
 */
export function identityQuestion(
  server: string,
  onAnswer: (identity: Identity | undefined) => void,
): CommandExchange {
  return new CommandExchange(
    [["CLIENT", "INFO"]],
    (reply) => onAnswer(identityIn(reply, server)),
    true,
  );
}

function identityIn(reply: Reply, server: string): Identity | undefined {
  if (typeof reply !== "string") return undefined;
  const [, id, address] = /\bid=(\d+) addr=(\S+)/.exec(reply) ?? [];
  return id === undefined ? undefined : { id, address, server };
}
