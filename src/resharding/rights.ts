/**
 * Whether users may do what moves keys.
 *
 * @module
 */

import { CommandError } from "../errors.ts";
import {
  CLAIMS_KEY,
  DENIED_KEY,
  GENERATION_KEY,
  RECORD_KEY,
} from "../moving/mod.ts";
import { listConnections, strangers } from "./connections.ts";
import { textOf } from "./records.ts";
import { type Problem, problem } from "./survey.ts";
import type { RingHost } from "./two_rings.ts";

/** A command with arguments that stand for all that it may have. */
type Sample = readonly [name: string, ...args: string[]];

/** What moves a key, be it a program or whoever moves all of them. */
function movesOf(key: string): Sample[] {
  return [
    ["GET", RECORD_KEY],
    ["SET", RECORD_KEY, ""],
    ["GET", GENERATION_KEY],
    ["INCR", GENERATION_KEY],
    ["HMGET", CLAIMS_KEY, ""],
    ["HSET", CLAIMS_KEY, "", ""],
    ["HDEL", CLAIMS_KEY, ""],
    ["EVAL", "", "1", key],
    ["EVALSHA", "", "1", key],
    ["DUMP", key],
    ["PTTL", key],
    ["RESTORE", key, "0", "", "ABSTTL"],
    ["UNLINK", key],
    ["EXISTS", key],
    ["RENAME", key, key],
    ["TIME"],
    ["CLIENT", "SETNAME", ""],
  ];
}

/** What a program needs, which moves no keys but those that it has anyway. */
const PROGRAM: readonly Sample[] = movesOf(CLAIMS_KEY);

/** What whoever moves all of them needs. */
const MOVER: readonly Sample[] = [
  ...movesOf("key"),
  ["SCAN", "0"],
  ["HKEYS", CLAIMS_KEY],
  ["DBSIZE"],
  ["INFO"],
  ["MEMORY", "USAGE", "key"],
  ["CLIENT", "LIST"],
  ["CLIENT", "KILL", "ID", "1"],
];

/** What both need where replicas are waited for. */
const REPLICATED: readonly Sample[] = [["WAIT", "0", "1"]];

/** What whoever moves keys needs where writers are stopped. */
const STOPPED: readonly Sample[] = [
  ["ACL", "USERS"],
  ["ACL", "GETUSER", ""],
  ["ACL", "SETUSER", ""],
  ["HSETNX", DENIED_KEY, "", ""],
  ["HGETALL", DENIED_KEY],
  ["CLIENT", "UNBLOCK", "1", "ERROR"],
  ["TYPE", "key"],
  ["LRANGE", "key", "0", "-1"],
  ["SMEMBERS", "key"],
  ["ZRANGE", "key", "0", "-1"],
];

/** For what rights are asked. */
export interface RightsOptions {
  /**
   * Whether replicas are waited for,
   *
   * @default {false}
   */
  readonly waits?: boolean;
  /**
   * and whether writers are stopped.
   *
   * @default {false}
   */
  readonly stops?: boolean;
}

/** What is known of the rights of users. */
export interface RightsReport {
  readonly problems: readonly Problem[];
  /** What could not be found out, for people. */
  readonly warnings: readonly string[];
}

/**
 * Asks a host whether its users may do what moves keys: the own one, and those that
 * are connected and follow the ring.
 *
 * @param host The host.
 * @param options How keys are moved.
 */
export async function rightsAt(
  host: RingHost,
  { waits = false, stops = false }: RightsOptions = {},
): Promise<RightsReport> {
  const more = waits ? REPLICATED : [];
  try {
    const own = textOf(await host.command("ACL", "WHOAMI")) ?? "";
    const all = await listConnections(host);
    const strange = new Set(strangers(all));
    const programs = new Set(
      all.filter((one) => one.db === host.db && !strange.has(one))
        .map(({ user }) => user),
    );
    const lacking = [
      [
        own,
        await lackingOf(host, own, [
          ...[...MOVER, ...more],
          ...stops ? STOPPED : [],
        ]),
      ],
      ...await Promise.all(
        [...programs].filter((user) => user !== own).map(
          async (user) =>
            [
              user,
              await lackingOf(host, user, [...PROGRAM, ...more]),
            ] as const,
        ),
      ),
    ] as const;
    const problems = lacking.filter(([, rules]) => rules.length > 0)
      .map(([user, rules]) =>
        problem(
          host,
          `does not let the user "${user}" do what moves keys; it lacks ` +
            rules.join(" "),
        )
      );
    return { problems, warnings: [] };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const { text } = problem(
      host,
      "does not tell what its users may do, which takes Redis 7 and the rights " +
        "+acl|whoami +acl|dryrun",
    );
    return { problems: [], warnings: [text] };
  }
}

/** The rules that a user lacks, as they are written for ACL SETUSER. */
async function lackingOf(
  host: RingHost,
  user: string,
  samples: readonly Sample[],
): Promise<string[]> {
  const replies = await Promise.all(
    samples.map((sample) => host.command("ACL", "DRYRUN", user, ...sample)),
  );
  const rules = replies.map((reply) => {
    const text = textOf(reply) ?? "";
    if (text === "OK") return undefined;
    const [, command] = /run the '([^']*)' command/.exec(text) ?? [];
    if (command !== undefined) return `+${command}`;
    const [, key] = /access the '([^']*)' key/.exec(text) ?? [];
    return key?.startsWith("__rb__:") ? "~__rb__:*" : "~*";
  });
  return [...new Set(rules)].filter((rule) => rule !== undefined);
}
