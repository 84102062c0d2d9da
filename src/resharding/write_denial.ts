/**
 * Keeping the users of servers from writing.
 *
 * @module
 */

import { CommandError } from "../errors.ts";
import { DENIED_KEY } from "../moving/mod.ts";
import type { Reply } from "../values.ts";
import { described, listConnections } from "./connections.ts";
import { textOf } from "./records.ts";
import { type Problem, problem } from "./survey.ts";
import type { RingHost } from "./two_rings.ts";

/** What a user may do, as rules that say it again. */
interface Rules {
  /** The commands, */
  readonly commands: readonly string[];
  /** and those of each selector, with its keys and channels. */
  readonly selectors: readonly (readonly string[])[];
}

/** What takes all writes away: those in scripts and transactions as well. */
const NO_WRITES = "-@write";

/**
 * Keeps all users from writing but the one that moves keys. What they could do is
 * kept by the servers themselves, so that whoever comes next can lift it.
 */
export class WriteDenial {
  readonly #servers: readonly RingHost[];

  /** @param servers One host of each server. */
  constructor(servers: readonly RingHost[]) {
    this.#servers = servers;
  }

  /** What would make it useless, or hit whoever moves keys, for people. */
  async problems(): Promise<Problem[]> {
    const problems = await Promise.all(this.#servers.map(problemsOf));
    return problems.flat();
  }

  /** Denies writing, also to open connections; commands that wait there end. */
  async deny(): Promise<void> {
    await Promise.all(this.#servers.map(async (host) => {
      const own = await whoAmI(host);
      for (const user of await usersOf(host)) {
        if (user !== own) await denyUser(host, user);
      }
      // What has begun to wait before would still take what comes.
      for (const one of await listConnections(host)) {
        if (!one.isBlocked || one.user === own) continue;
        await host.command("CLIENT", "UNBLOCK", one.id, "ERROR");
      }
    }));
  }

  /** Allows what was allowed before. */
  async lift(): Promise<void> {
    await Promise.all(this.#servers.map(async (host) => {
      const kept = texts(await host.command("HGETALL", DENIED_KEY));
      const users = new Set(await usersOf(host));
      for (let i = 0; i < kept.length; i += 2) {
        const [user, rules] = kept.slice(i, i + 2);
        // SETUSER would make one that is gone by now.
        if (users.has(user)) await allow(host, user, JSON.parse(rules));
      }
      await host.command("UNLINK", DENIED_KEY);
    }));
  }
}

async function problemsOf(host: RingHost): Promise<Problem[]> {
  let own: string;
  try {
    own = await whoAmI(host);
    await usersOf(host);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [problem(
      host,
      'does not say who its users are, which takes Redis 6 and the right "+acl": ' +
        error.message,
    )];
  }
  if (own === "default") {
    return [problem(
      host,
      'is used as "default", as by programs that do not log in: whoever moves ' +
        "keys has to be a user of its own, or it would be kept from writing as " +
        "they are",
    )];
  }
  const all = await listConnections(host);
  return all.filter(({ user }) => user === own).map((one) => ({
    hostId: host.hostId,
    text: `A program is connected as the user "${own}", which moves keys: ` +
      described(one, host),
  }));
}

async function denyUser(host: RingHost, user: string): Promise<void> {
  const rules = await rulesOf(host, user);
  if (rules === undefined) return;
  await host.command("HSETNX", DENIED_KEY, user, JSON.stringify(rules));
  await allow(host, user, {
    commands: [...rules.commands, NO_WRITES],
    selectors: rules.selectors.map(([commands, ...others]) => [
      `${commands} ${NO_WRITES}`,
      ...others,
    ]),
  });
}

/** Has a user do what rules say; Redis does that at once or not at all. */
async function allow(
  host: RingHost,
  user: string,
  { commands, selectors }: Rules,
): Promise<void> {
  const rules = selectors.length === 0 ? [] : [
    "clearselectors",
    ...selectors.map((one) =>
      `(${one.filter((part) => part !== "").join(" ")})`
    ),
  ];
  await host.command("ACL", "SETUSER", user, ...commands, ...rules);
}

async function rulesOf(
  host: RingHost,
  user: string,
): Promise<Rules | undefined> {
  const reply = await host.command("ACL", "GETUSER", user);
  if (!Array.isArray(reply)) return undefined;
  const fields = fieldsOf(reply);
  const selectors = fields.get("selectors");
  return {
    // They begin with all commands, or with none.
    commands: String(textOf(fields.get("commands") ?? "")).split(" "),
    selectors: Array.isArray(selectors)
      ? selectors.map((one) => {
        const parts = fieldsOf(one as Reply[]);
        return ["commands", "keys", "channels"]
          .map((name) => String(textOf(parts.get(name) ?? "")));
      })
      : [],
  };
}

function fieldsOf(reply: readonly Reply[]): Map<string, Reply> {
  const fields = new Map<string, Reply>();
  for (let i = 0; i + 1 < reply.length; i += 2) {
    fields.set(String(textOf(reply[i])), reply[i + 1]);
  }
  return fields;
}

async function whoAmI(host: RingHost): Promise<string> {
  return String(textOf(await host.command("ACL", "WHOAMI")));
}

async function usersOf(host: RingHost): Promise<string[]> {
  return texts(await host.command("ACL", "USERS"));
}

function texts(reply: Reply): string[] {
  return Array.isArray(reply) ? reply.map((one) => String(textOf(one))) : [];
}
