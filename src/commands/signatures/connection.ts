/**
 * The methods for the connections of a server.
 *
 * @module
 */

import type {
  ClientKillOpts,
  ClientListOpts,
  ClientPauseMode,
  ClientUnblockingBehaviour,
  ConditionalArray,
} from "@db/redis";
import type { Argument } from "../../values.ts";

/** Which connections `clientKill` closes: those that all options hold for. */
export interface ClientKillOptions extends ClientKillOpts {
  /** Seconds since they were opened, at least; Redis 7.4.0. */
  maxage?: number;
}

/** What one connection has a server remember of what it reads. */
export interface TrackingInfo {
  /** Whether it does, and how: `"on"`, `"bcast"`, `"optin"` and others. */
  flags: string[];
  /** The id of the connection that is told; 0 for itself, -1 for none. */
  redirect: number;
  /** With `"bcast"` how keys begin that it is told of. */
  prefixes: string[];
}

/**
 * Commands about connections. One that other commands use is any of its host:
 * what is told of "this connection" may be of another one the next time.
 */
export interface ConnectionMethods {
  /**
   * Reads the name of this connection.
   *
   * Redis 2.6.9, O(1).
   *
   * @returns The name; null if it has none.
   */
  clientGetName(): string | null;
  /**
   * Reads which connection is told of changes in place of this one.
   *
   * Redis 6.0.0, O(1).
   *
   * @returns Its id; 0 for this one, -1 if none is.
   */
  clientGetRedir(): number;
  /**
   * Reads the id of this connection, which no later one of the server has.
   *
   * Redis 5.0.0, O(1).
   */
  clientID(): number;
  /**
   * Describes this connection.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns One line of `name=value`.
   */
  clientInfo(): string | null;
  /**
   * Closes connections, maybe of this client.
   *
   * Redis 2.4.0, O(N) in the number of connections.
   *
   * @param options Which; one at least has to be given.
   * @returns How many.
   */
  clientKill(options: ClientKillOptions): number;
  /**
   * Describes the connections of a server.
   *
   * Redis 2.4.0, O(N) in the number of connections; `ids` needs 6.2.0.
   *
   * @param options Of which type, or with which ids; all by default.
   * @returns One line of `name=value` for each.
   */
  clientList(options?: ClientListOpts): string | null;
  /**
   * Has a server hold back the commands of its clients for a while.
   *
   * Redis 3.0.0, O(1); a mode needs 6.2.0.
   *
   * @param timeout Milliseconds.
   * @param mode `"ALL"` commands, or those that `"WRITE"` alone.
   * @returns `"OK"`.
   */
  clientPause(timeout: number, mode?: ClientPauseMode): string;
  /**
   * Tells what this connection has the server remember of what it reads.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns Names and values in turn.
   */
  clientTrackingInfo(): ConditionalArray;
  /**
   * Ends the waiting of a command that blocks.
   *
   * Redis 5.0.0, O(log N) in the number of connections.
   *
   * @param id The id of its connection.
   * @param behaviour How it ends: as if its time was over, or with an error.
   * @returns 1 if it did, 0 if none blocks there.
   */
  clientUnblock(id: number, behaviour?: ClientUnblockingBehaviour): number;
  /**
   * Has a server go on with what `clientPause` held back.
   *
   * Redis 6.2.0, O(N) in the number of connections that wait.
   *
   * @returns `"OK"`.
   */
  clientUnpause(): string;
  /**
   * Has a server repeat a message.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The message.
   */
  echo(message: Argument): string;
  /**
   * Asks a server for a sign of life.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns `"PONG"`.
   */
  ping(): string;
  /**
   * Has a server repeat a message as a sign of life.
   *
   * @returns The message.
   */
  ping(message: Argument): string;
}

/** What is a record on clients that give records. */
export interface ConnectionRecords {
  /**
   * Tells what this connection has the server remember of what it reads.
   *
   * Redis 6.2.0, O(1).
   */
  clientTrackingInfo(): TrackingInfo;
}
