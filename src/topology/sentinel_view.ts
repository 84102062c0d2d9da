/**
 * What a sentinel says of the primaries that it watches over.
 *
 * @module
 */

import { BadHostSetupError, CommandError, ConnectionError } from "../errors.ts";
import type { Reply } from "../values.ts";
import { addressOf, type Endpoint } from "./cluster_view.ts";

/** A primary and its replicas, as a sentinel knows them. */
export interface PrimaryView {
  /** The config epoch: it grows with every failover. */
  readonly epoch: number;
  /** Where the primary is. */
  readonly primary: Endpoint;
  /** Where its replicas are. */
  readonly replicas: readonly Endpoint[];
}

/** What a sentinel says, by the names of the primaries that it knows. */
export type SentinelView = ReadonlyMap<string, PrimaryView>;

/** How many commands ask for one primary. */
const QUESTIONS_EACH = 3;

/**
 * The commands that ask a sentinel for primaries.
 *
 * The address is asked for behind the epoch: while a sentinel leads a failover,
 * SENTINEL MASTER has the new epoch with the former address already.
 *
 * @param names The names of the primaries.
 */
export function primaryQuestions(
  names: readonly string[],
): (readonly [string, ...string[]])[] {
  return names.flatMap((name) => [
    ["SENTINEL", "MASTER", name] as const,
    ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", name] as const,
    ["SENTINEL", "REPLICAS", name] as const,
  ]);
}

/**
 * Reads what a sentinel answered.
 *
 * @param names The names that it was asked for.
 * @param replies Its replies.
 * @param asked Where it was asked, for errors.
 * @throws {BadHostSetupError} If it is no sentinel.
 * @throws {ConnectionError} If it does not let this user ask; the cause says why.
 */
export function readPrimaries(
  names: readonly string[],
  replies: readonly Reply[],
  asked: string,
): SentinelView {
  const views = new Map<string, PrimaryView>();
  names.forEach((name, index) => {
    const at = index * QUESTIONS_EACH;
    const [master, address, replicas] = replies.slice(at, at + QUESTIONS_EACH);
    if (master instanceof CommandError) assertUnknownName(master, asked);
    const primary = readAddress(address);
    if (!Array.isArray(master) || primary === undefined) return;
    const epoch = Number(fieldsOf(master).get("config-epoch") ?? 0);
    views.set(name, {
      epoch,
      primary,
      // For a moment one that has just taken over is still among them.
      replicas: readReplicas(replicas).filter((one) =>
        addressOf(one) !== addressOf(primary)
      ),
    });
  });
  return views;
}

/** Only that it knows no such name is an answer. */
function assertUnknownName(error: CommandError, asked: string): void {
  if (error.message.includes("No such master")) return;
  if (error.message.includes("unknown command")) {
    throw new BadHostSetupError(
      `Cannot ask the server at ${asked} for primaries: it is no sentinel; ` +
        'servers that stand alone are given as "hosts", without "sentinels"',
    );
  }
  throw new ConnectionError(
    `The sentinel at ${asked} refused to tell its primaries: ${error.message}`,
    { cause: error, outcome: "not-sent" },
  );
}

function readAddress(reply: Reply | undefined): Endpoint | undefined {
  if (!Array.isArray(reply) || reply.length !== 2) return undefined;
  return { hostname: String(reply[0]), port: Number(reply[1]) };
}

function readReplicas(reply: Reply | undefined): Endpoint[] {
  if (!Array.isArray(reply)) return [];
  return reply.map((one) => {
    const fields = fieldsOf(Array.isArray(one) ? one : []);
    const hostname = fields.get("ip") ?? "";
    return { hostname, port: Number(fields.get("port")) };
  });
}

/** A flat list of names and values. */
function fieldsOf(list: readonly Reply[]): Map<string, string> {
  const fields = new Map<string, string>();
  for (let i = 0; i + 1 < list.length; i += 2) {
    fields.set(String(list[i]), String(list[i + 1]));
  }
  return fields;
}
