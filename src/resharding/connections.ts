/**
 * Who is connected to a server, by what it lists.
 *
 * @module
 */

import { epochOfName, type MovingHost } from "../moving/mod.ts";
import { textOf } from "./records.ts";

/** The name of the connections of whoever moves keys. */
export const MOVER_NAME = "rb:mover";

/**
 * The names of the connections of sentinels, which write no keys.
 *
 * Source: `sentinelSetClientName` in sentinel.c of Redis.
 */
const SENTINEL_NAME = /^sentinel-[\da-f]+-(?:cmd|pubsub)$/;

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
  /** The user that it has logged in as. */
  readonly user: string;
  /** Whether a command of it waits at the server, but for replicas. */
  readonly isBlocked: boolean;
}

/**
 * Reads the reply to CLIENT LIST: those connections by which somebody may write,
 * but for those of whoever moves keys.
 */
export function readConnections(list: string): ServerConnection[] {
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
    const flags = fields.get("flags") ?? "";
    if (id === undefined || /[SM]/.test(flags)) continue;
    const name = fields.get("name") ?? "";
    if (name === MOVER_NAME || SENTINEL_NAME.test(name)) continue;
    connections.push({
      id,
      address: fields.get("addr") ?? "",
      name,
      db: Number(fields.get("db")),
      user: fields.get("user") ?? "",
      isBlocked: flags.includes("b") && fields.get("cmd") !== "wait",
    });
  }
  return connections;
}

/** Asks a server for its connections. */
export async function listConnections(
  host: MovingHost,
): Promise<ServerConnection[]> {
  const list = textOf(await host.command("CLIENT", "LIST")) ?? "";
  // Whoever asks is connected.
  if (!/^id=\d+ /m.test(list)) {
    throw new TypeError("CLIENT LIST replied something else");
  }
  return readConnections(list);
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

/** A connection, for people. */
export function described(
  { address, name }: ServerConnection,
  host: { readonly address: string },
): string {
  const named = name === "" ? "" : ` (named "${name}")`;
  return `${address} at "${host.address}"${named}`;
}
