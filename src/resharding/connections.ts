/**
 * Who is connected to a server, by what it lists.
 *
 * @module
 */

import { epochOfName } from "../moving/mod.ts";

/** The name of the connections of whoever moves keys. */
export const MOVER_NAME = "rb:mover";

/** A connection of a server. */
export interface ServerConnection {
  /** Its number, which no other one gets while the server runs. */
  readonly id: string;
  /** Where it comes from. */
  readonly address: string;
  /** What it calls itself; empty where it does not. */
  readonly name: string;
  /** The number of its database. */
  readonly db: number;
}

/**
 * Reads the reply to CLIENT LIST: those connections by which somebody may write to
 * a database, but for those of whoever moves keys.
 */
export function readConnections(list: string, db: number): ServerConnection[] {
  const connections: ServerConnection[] = [];
  for (const line of list.split("\n")) {
    const fields = new Map(
      line.split(" ").map((field) => {
        const at = field.indexOf("=");
        return [field.slice(0, at), field.slice(at + 1)];
      }),
    );
    const id = fields.get("id");
    // Primaries and replicas write what others have written.
    if (id === undefined || /[SM]/.test(fields.get("flags") ?? "")) continue;
    const connection = {
      id,
      address: fields.get("addr") ?? "",
      name: fields.get("name") ?? "",
      db: Number(fields.get("db")),
    };
    const isMover = connection.name === MOVER_NAME;
    if (connection.db === db && !isMover) connections.push(connection);
  }
  return connections;
}

/** Connections that have to be gone, or have a newer name, before keys move. */
export function outdated(
  connections: readonly ServerConnection[],
  epoch: number,
): ServerConnection[] {
  return connections.filter(({ name }) =>
    (epochOfName(name) ?? Infinity) < epoch
  );
}

/** Connections of programs that do not follow the ring. */
export function strangers(
  connections: readonly ServerConnection[],
): ServerConnection[] {
  return connections.filter(({ name }) => epochOfName(name) === undefined);
}
